// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"

#define CHUNK_FIRST 1024  /* bytes; each chunk is twice the one before, */
#define CHUNK_LAST  65536 /* up to this */

struct warden_arena_chunk {
	struct warden_arena_chunk *next;
	size_t used;
	size_t size;
	char bytes[];
};

static void die_of_memory(void)
{
	fputs("wardenctl: no memory is left; free some and try again\n", stderr);
	exit(1);
}

static struct warden_arena_chunk *chunk_for(struct warden_arena *a, size_t len)
{
	struct warden_arena_chunk *c = a->chunks;
	size_t size = !c ? CHUNK_FIRST : c->size < CHUNK_LAST ? 2 * c->size : CHUNK_LAST;

	if (c && c->size - c->used >= len)
		return c;
	if (size < len)
		size = len;
	c = malloc(sizeof(*c) + size);
	if (!c)
		die_of_memory();
	c->next = a->chunks;
	c->used = 0;
	c->size = size;
	a->chunks = c;
	return c;
}

char *warden_arena_dup(struct warden_arena *a, const char *text, size_t len)
{
	struct warden_arena_chunk *c = chunk_for(a, len + 1);
	char *copy = c->bytes + c->used;

	if (len)
		memcpy(copy, text, len);
	copy[len] = '\0';
	c->used += len + 1;
	return copy;
}

void warden_arena_free(struct warden_arena *a)
{
	while (a->chunks) {
		struct warden_arena_chunk *next = a->chunks->next;

		free(a->chunks);
		a->chunks = next;
	}
}

void *warden_array_grow(void *array, size_t *capacity, size_t count, size_t size)
{
	size_t room = *capacity ? *capacity * 2 : 16;

	if (count < *capacity)
		return array;
	array = reallocarray(array, room, size);
	if (!array)
		die_of_memory();
	*capacity = room;
	return array;
}

void *warden_array_zeroed(size_t count, size_t size)
{
	void *array = calloc(count ? count : 1, size);

	if (!array)
		die_of_memory();
	return array;
}
