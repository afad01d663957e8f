/* SPDX-License-Identifier: GPL-2.0-only */
/* What the arguments of a program can be said to be, once for the module and the tools. */
#ifndef WARDEN_CONTRACT_ARGUMENTS_H
#define WARDEN_CONTRACT_ARGUMENTS_H

#ifdef __KERNEL__
#include <linux/string.h>
#include <linux/types.h>
#else
#include <stdbool.h>
#include <string.h>
#endif

#define WARDEN_ARGUMENTS_REST "..." /* the last word: whatever else there is */

/**
 * warden_arguments_is_pattern() - can arguments be said to be so?
 * @text: words with one blank between them, each for one argument; none for no arguments
 *
 * Context: Any.
 * Return: true if no word is empty, and none but the last stands for the rest.
 */
static inline bool warden_arguments_is_pattern(const char *text)
{
	const size_t rest = strlen(WARDEN_ARGUMENTS_REST);
	size_t len;

	while (*text) {
		len = strcspn(text, " ");
		if (!len || (text[len] && !text[len + 1]))
			return false;
		if (text[len] && len == rest && !strncmp(text, WARDEN_ARGUMENTS_REST, rest))
			return false;
		text += len + !!text[len];
	}
	return true;
}

#endif /* WARDEN_CONTRACT_ARGUMENTS_H */
