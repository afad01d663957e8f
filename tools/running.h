/* SPDX-License-Identifier: GPL-2.0-only */
/* The policy in force, read back to be asked about. */
#ifndef WARDEN_RUNNING_H
#define WARDEN_RUNNING_H

#include <linux/warden.h>

#include "fault.h"
#include "policy/decode.h"

#define WARDEN_RUNNING_LAYERS WARDEN_ROLE_USER /* one for each role that has a policy */

/* Layers in force, the maker's first. Zeroed at first. */
struct warden_running {
	unsigned int n;
	uint32_t layers[WARDEN_RUNNING_LAYERS]; /* enum warden_role */
	struct warden_view views[WARDEN_RUNNING_LAYERS];
};

/**
 * warden_running_open() - read the layers in force
 * @r: filled in; closed with warden_running_close() in any case
 * @f: what went wrong
 *
 * Return: 0; -ENOENT where no policy is loaded; a negative errno.
 */
int warden_running_open(struct warden_running *r, struct warden_fault *f);
void warden_running_close(struct warden_running *r);

/* The layer with this role; NULL where it is not loaded. */
const struct warden_view *warden_running_layer(const struct warden_running *r, uint32_t layer);

/**
 * warden_running_ask() - ask the whole policy
 * @r: the layers
 * @q: the question
 *
 * Return: which of the layers decides.
 */
unsigned int warden_running_ask(const struct warden_running *r, const struct warden_question *q);

#endif /* WARDEN_RUNNING_H */
