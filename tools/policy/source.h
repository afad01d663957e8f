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
	bool forced; /* a policy may deny its own safety list; set after reading */
};

/**
 * warden_source_read() - read a policy and what it includes
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
 * warden_source_compile() - turn what was read into bytes that are to be loaded
 * @s: a source that was read without error
 *
 * What this build does not enforce is an error unless it is optional, and so is a
 * policy that denies its own safety list. Errors, warnings and notes are told on
 * standard error.
 *
 * Return: 0, or -EINVAL.
 */
int warden_source_compile(struct warden_source *s);

/* The same for whoever only asks: what is not enforced is a note, and left out. */
int warden_source_check(struct warden_source *s);

/* The same without a word: what there is to tell is in @s->diags. */
int warden_source_build(struct warden_source *s, bool loads);
void warden_source_free(struct warden_source *s);

#endif /* WARDEN_SOURCE_H */
