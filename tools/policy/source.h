/* SPDX-License-Identifier: GPL-2.0-only */
/* One policy file on its way to bytes, with all that went wrong. */
#ifndef WARDEN_SOURCE_H
#define WARDEN_SOURCE_H

#include "compile.h"
#include "model.h"

struct warden_source {
	const char *file;
	struct warden_root root;
	struct warden_files files;
	struct warden_model model;
	struct warden_diags diags;
	struct warden_blob blob;
};

/**
 * warden_source_read() - read a policy and what it includes
 * @s: filled in; freed with warden_source_free() in any case
 * @file: the policy; "-" is standard input
 * @root: where what it names is looked for; relative names start beside the policy
 *
 * What cannot be read is told on standard error; what is wrong with the text is in
 * @s->diags.
 *
 * Return: 0, or a negative errno.
 */
int warden_source_read(struct warden_source *s, const char *file, const char *root);

/**
 * warden_source_compile() - turn what was read into bytes
 * @s: a source that was read without error
 * @loads: what is not enforced is an error; else a note
 *
 * Return: 0, or -EINVAL where @s->diags holds an error.
 */
int warden_source_compile(struct warden_source *s, bool loads);

/* Print all that was found wrong or is good to know, on standard error. */
void warden_source_tell(struct warden_source *s);
void warden_source_free(struct warden_source *s);

#endif /* WARDEN_SOURCE_H */
