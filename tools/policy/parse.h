/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Policy text to model. Reads no file, resolves no user, knows no wire format:
 * that is for compile.c.
 */
#ifndef WARDEN_PARSE_H
#define WARDEN_PARSE_H

#include "model.h"

#define WARDEN_TEXT_BYTES_MAX (16u << 20) /* bytes of a policy text */

/**
 * warden_parse_text() - read a policy
 * @text: UTF-8, need not end in a NUL
 * @len: bytes of it
 * @m: an initialized model; filled as far as the text is right
 * @d: what is wrong, several per text
 *
 * Return: 0, or -EINVAL where @d holds at least one error.
 */
int warden_parse_text(const char *text, size_t len, struct warden_model *m, struct warden_diags *d);

#endif /* WARDEN_PARSE_H */
