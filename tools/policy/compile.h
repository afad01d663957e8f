/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Model to the bytes of Documentation/netlink/specs/warden.yaml, attribute set
 * `policy`. The same model and the same files give the same bytes.
 */
#ifndef WARDEN_COMPILE_H
#define WARDEN_COMPILE_H

#include "blob.h"
#include "digest.h"
#include "model.h"

/**
 * warden_compile_model() - compile a policy that is to be loaded
 * @m: a model that parsed without error
 * @files: where digests and users come from
 * @b: an empty blob; holds the compiled policy where there is no error
 * @d: what is wrong
 *
 * What this build does not enforce is an error, or skipped with a note where it
 * is optional: a policy in force never means less than it says.
 *
 * Return: 0, or -EINVAL where @d holds an error.
 */
int warden_compile_model(struct warden_model *m, const struct warden_files *files,
			 struct warden_blob *b, struct warden_diags *d);

/**
 * warden_compile_checked() - the same after warden_enforce_model()
 *
 * For whoever only asks about a policy: what is not enforced is left out, as
 * warden_enforce_model() told.
 */
int warden_compile_checked(const struct warden_model *m, const struct warden_files *files,
			   struct warden_blob *b, struct warden_diags *d);

/**
 * warden_compile_safety() - add what the safety list names, behind the rules
 * @m: the model, after warden_safety_check()
 * @files: where digests come from
 * @b: the compiled policy
 * @d: what is wrong
 *
 * Return: 0, or -EINVAL where @d holds an error.
 */
int warden_compile_safety(const struct warden_model *m, const struct warden_files *files,
			  struct warden_blob *b, struct warden_diags *d);

#endif /* WARDEN_COMPILE_H */
