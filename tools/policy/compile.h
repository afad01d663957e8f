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
 * warden_compile_model() - compile a policy
 * @m: a model that parsed without error
 * @files: where digests and users come from
 * @b: an empty blob; holds the compiled policy where there is no error
 * @d: what is wrong
 *
 * Return: 0, or -EINVAL where @d holds an error.
 */
int warden_compile_model(const struct warden_model *m, const struct warden_files *files,
			 struct warden_blob *b, struct warden_diags *d);

#endif /* WARDEN_COMPILE_H */
