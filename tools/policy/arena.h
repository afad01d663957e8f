/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_ARENA_H
#define WARDEN_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Memory of one model: strings live until the model goes, so nothing that
 * points to them needs to know when to free. Running out of memory ends the
 * tool: there is no state it could leave half done.
 */
struct warden_arena {
	struct warden_arena_chunk *chunks;
};

/**
 * warden_arena_dup() - keep a copy of some text
 * @a: the arena
 * @text: the text, may hold any byte
 * @len: its bytes
 *
 * Return: the copy, with a NUL after it.
 */
char *warden_arena_dup(struct warden_arena *a, const char *text, size_t len);

/**
 * warden_arena_free() - free all that was kept
 * @a: the arena; can be used again
 */
void warden_arena_free(struct warden_arena *a);

/**
 * warden_array_grow() - make room for one more element
 * @array: the array, NULL at first
 * @capacity: elements there is room for; updated
 * @count: elements in use
 * @size: bytes of an element
 *
 * Return: the array, which may have moved.
 */
void *warden_array_grow(void *array, size_t *capacity, size_t count, size_t size);

/**
 * warden_array_zeroed() - a zeroed array that will not grow
 * @count: elements
 * @size: bytes of an element
 *
 * Return: the array, never NULL.
 */
void *warden_array_zeroed(size_t count, size_t size);

/* A growing array of @type: its elements, how many, and room for how many. */
#define WARDEN_ARRAY(type)                                                                         \
	struct {                                                                                   \
		type *v;                                                                           \
		size_t n;                                                                          \
		size_t room;                                                                       \
	}

/* Make room for one more at the end, and count it. Gives the new element's address. */
#define warden_array_add(a)                                                                        \
	((a)->v = warden_array_grow((a)->v, &(a)->room, (a)->n, sizeof(*(a)->v)), &(a)->v[(a)->n++])

#endif /* WARDEN_ARENA_H */
