/* SPDX-License-Identifier: GPL-2.0-only */
/* A compiled policy goes to the module, and comes back. */
#ifndef WARDEN_NL_POLICY_H
#define WARDEN_NL_POLICY_H

#include <warden/limits.h>

#include "nl.h"

/**
 * warden_nl_policy_load() - send a compiled policy as one transaction
 * @nl: the connection
 * @policy: from warden_compile_model()
 * @how: more attributes of the commit, NULL for none
 * @fn: gets the answer to the commit
 * @ctx: handed to @fn
 * @f: why it was refused; the policy in force stands
 *
 * Return: 0, what @fn returned, or a negative errno.
 */
int warden_nl_policy_load(struct warden_nl *nl, const struct warden_blob *policy,
			  const struct warden_blob *how, warden_object_fn fn, void *ctx,
			  struct warden_fault *f);

/**
 * warden_nl_policy_read() - the compiled bytes of a layer of the policy in force
 * @nl: the connection
 * @layer: enum warden_role; 0 is the first there is
 * @policy: filled in; freed with warden_blob_free() in any case
 * @f: why not
 *
 * Return: 0; -ENOENT where no policy is loaded there; another negative errno.
 */
int warden_nl_policy_read(struct warden_nl *nl, uint32_t layer, struct warden_blob *policy,
			  struct warden_fault *f);

#endif /* WARDEN_NL_POLICY_H */
