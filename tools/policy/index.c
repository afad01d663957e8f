// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "index.h"

#define WORD_MAX 63 /* longer words get no suggestion */

struct warden_index_slot {
	const char *name;
	uint32_t hash;
	uint32_t number;
};

/* As FNV-1a, but eight bytes at a time, with the high half folded in after each. */
static uint32_t hash(const char *s)
{
	uint64_t h = 0xcbf29ce484222325u, word;
	size_t len = strlen(s);

	for (; len; s += sizeof(word), len -= len < sizeof(word) ? len : sizeof(word)) {
		word = 0;
		memcpy(&word, s, len < sizeof(word) ? len : sizeof(word));
		h = (h ^ word) * 0x9e3779b97f4a7c15u;
		h ^= h >> 32;
	}
	return (uint32_t)h;
}

static struct warden_index_slot *find(const struct warden_index *x, const char *name, uint32_t h)
{
	size_t i = h & (x->size - 1);

	while (x->slots[i].name && (x->slots[i].hash != h || strcmp(x->slots[i].name, name)))
		i = (i + 1) & (x->size - 1);
	return &x->slots[i];
}

uint32_t warden_index_get(const struct warden_index *x, const char *name)
{
	const struct warden_index_slot *slot;

	if (!x->size)
		return WARDEN_INDEX_NONE;
	slot = find(x, name, hash(name));
	return slot->name ? slot->number : WARDEN_INDEX_NONE;
}

static void grow(struct warden_index *x)
{
	struct warden_index old = *x;
	size_t i;

	x->size = old.size ? old.size * 2 : 64;
	x->slots = warden_array_zeroed(x->size, sizeof(*x->slots));
	for (i = 0; i < old.size; i++)
		if (old.slots[i].name)
			*find(x, old.slots[i].name, old.slots[i].hash) = old.slots[i];
	free(old.slots);
}

void warden_index_add(struct warden_index *x, const char *name, uint32_t number)
{
	struct warden_index_slot *slot;
	uint32_t h = hash(name);

	if (x->used * 2 >= x->size)
		grow(x);
	slot = find(x, name, h);
	slot->hash = h;
	slot->name = name;
	slot->number = number;
	x->used++;
}

void warden_index_free(struct warden_index *x)
{
	free(x->slots);
	memset(x, 0, sizeof(*x));
}

static unsigned int least(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int m = a < b ? a : b;

	return m < c ? m : c;
}

/* Optimal string alignment distance; both words are at most WORD_MAX long. */
static unsigned int distance(const char *a, size_t la, const char *b, size_t lb)
{
	unsigned int row[3][WORD_MAX + 1];
	unsigned int *before = row[0], *last = row[1], *now = row[2], *spare;
	size_t i, j;

	for (j = 0; j <= lb; j++)
		last[j] = (unsigned int)j;
	for (i = 1; i <= la; i++) {
		now[0] = (unsigned int)i;
		for (j = 1; j <= lb; j++) {
			now[j] = least(last[j] + 1, now[j - 1] + 1,
				       last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[lb];
}

const char *warden_word_nearest(const char *word, const char *(*nth)(const void *ctx, size_t n),
				const void *ctx)
{
	size_t len = strlen(word);
	unsigned int best = (unsigned int)(len + 2) / 3 + 1;
	const char *nearest = NULL;
	const char *candidate;
	size_t n;

	if (len < 2 || len > WORD_MAX)
		return NULL;
	for (n = 0; (candidate = nth(ctx, n)); n++) {
		size_t other = strlen(candidate);
		unsigned int d;

		if (other > WORD_MAX || (other > len ? other - len : len - other) >= best)
			continue;
		d = distance(word, len, candidate, other);
		if (d < best) {
			best = d;
			nearest = candidate;
		}
	}
	return nearest;
}
