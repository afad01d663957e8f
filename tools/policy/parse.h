/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Policy text to model. Opens no file and resolves no user: what it includes
 * comes from the files it is given.
 */
#ifndef WARDEN_PARSE_H
#define WARDEN_PARSE_H

#include "digest.h"
#include "model.h"

#define WARDEN_TEXT_BYTES_MAX	  (16u << 20) /* bytes of a policy text, what it includes counted */
#define WARDEN_INCLUDE_DEPTH_MAX  8
#define WARDEN_INCLUDE_FILES_MAX  64

/**
 * warden_parse_policy() - read a policy and what it includes
 * @text: UTF-8, need not end in a NUL
 * @len: bytes of it
 * @files: where included files come from; NULL where none can be had
 * @m: an initialized model; filled as far as the text is right
 * @d: what is wrong, several per text
 *
 * Return: 0, or -EINVAL where @d holds at least one error.
 */
int warden_parse_policy(const char *text, size_t len, const struct warden_files *files,
			struct warden_model *m, struct warden_diags *d);

/* The same for a text that stands alone. */
int warden_parse_text(const char *text, size_t len, struct warden_model *m, struct warden_diags *d);

#endif /* WARDEN_PARSE_H */
