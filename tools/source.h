/* SPDX-License-Identifier: GPL-2.0-only */
/* One policy file on its way to bytes, with all that went wrong. */
#ifndef WARDEN_SOURCE_H
#define WARDEN_SOURCE_H

#include "compile.h"
#include "model.h"

struct warden_source {
	const char *file;
	const char *root;
	struct warden_model model;
	struct warden_diags diags;
	struct warden_blob blob;
};

/**
 * warden_source_read() - read a policy
 * @s: filled in; freed with warden_source_free() in any case
 * @file: the policy; "-" is standard input
 * @root: where what it names is looked for; relative names start beside the policy
 *
 * What is wrong is told on standard error.
 *
 * Return: 0, or a negative errno.
 */
int warden_source_read(struct warden_source *s, const char *file, const char *root);

/**
 * warden_source_compile() - turn what was read into bytes
 * @s: a source that was read without error
 *
 * Return: 0, or a negative errno, told on standard error.
 */
int warden_source_compile(struct warden_source *s);
void warden_source_free(struct warden_source *s);

#endif /* WARDEN_SOURCE_H */
