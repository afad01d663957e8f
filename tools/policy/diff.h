/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_DIFF_H
#define WARDEN_DIFF_H

#include "ask.h"

/* Something that comes out differently. Texts live as long as the call. */
struct warden_change {
	const char *program;
	uint32_t domain;
	const char *what; /* `use camera`, `listen tcp 80-90`, ... */
	const struct warden_outcome *before;
	const struct warden_outcome *after;
};

typedef void (*warden_change_fn)(void *ctx, const struct warden_change *change);

/**
 * warden_diff() - what two policies answer differently
 * @before: one
 * @after: the other
 * @fn: called for each difference: by program, then by domain
 * @ctx: handed to it
 *
 * Every question is asked of both policies; rules are looked at only to know
 * where an answer can change, so that order and spelling mean nothing.
 */
void warden_diff(const struct warden_view *before, const struct warden_view *after,
		 warden_change_fn fn, void *ctx);

#endif /* WARDEN_DIFF_H */
