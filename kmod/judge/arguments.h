/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_ARGUMENTS_H
#define WARDEN_ARGUMENTS_H

#include "policy/snapshot.h"

/**
 * struct warden_command - what a program was started with
 * @key: what its arguments are said to be, as in struct warden_program: for a question what
 *	 a policy means, which knows no arguments; 0 where @text tells
 * @len: bytes of @text
 * @text: the arguments behind the first, which is its name, each with its NUL
 */
struct warden_command {
	u64 key;
	u32 len;
	const char *text;
};

bool warden_arguments_match(const struct warden_arguments *arguments, u64 key,
			    const struct warden_command *command);

#endif /* WARDEN_ARGUMENTS_H */
