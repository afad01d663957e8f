/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_READING_H
#define WARDEN_READING_H

#include <linux/types.h>

#include "identity.h"

/* Bytes of programs that one search reads while others wait for it: some seconds at most. */
#define WARDEN_READING_MAX (256ULL << 20)

struct file;

/**
 * struct warden_reading - the programs of others, as one search reads them
 * @left: bytes that may still be read
 * @last: the file that was asked for last, held; NULL is none
 * @known: what that one was found to be
 */
struct warden_reading {
	u64 left;
	struct file *last;
	struct warden_identity known;
};

void warden_reading_of(struct warden_reading *r, struct file *exe, struct warden_identity *id);
void warden_reading_end(struct warden_reading *r);

#endif /* WARDEN_READING_H */
