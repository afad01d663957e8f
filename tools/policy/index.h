/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_INDEX_H
#define WARDEN_INDEX_H

#include <stddef.h>
#include <stdint.h>

#define WARDEN_INDEX_NONE UINT32_MAX

/* A hash table from a name to a number. Names are not copied. Zeroed at first. */
struct warden_index {
	struct warden_index_slot *slots;
	size_t size;
	size_t used;
};

/**
 * warden_index_get() - find a name
 * @x: the index
 * @name: the name
 *
 * Return: its number, or WARDEN_INDEX_NONE.
 */
uint32_t warden_index_get(const struct warden_index *x, const char *name);

/**
 * warden_index_add() - add a name that is not there yet
 * @x: the index
 * @name: the name; must outlive the index
 * @number: its number, not WARDEN_INDEX_NONE
 */
void warden_index_add(struct warden_index *x, const char *name, uint32_t number);
void warden_index_free(struct warden_index *x);

/**
 * warden_word_nearest() - the word that was probably meant
 * @word: what stands there
 * @nth: gives the n-th candidate, NULL after the last
 * @ctx: handed to @nth
 *
 * The distance counts letters added, left out, changed, and neighbours
 * swapped; one in three letters may differ.
 *
 * Return: the candidate, or NULL where none is near.
 */
const char *warden_word_nearest(const char *word, const char *(*nth)(const void *ctx, size_t n),
				const void *ctx);

#endif /* WARDEN_INDEX_H */
