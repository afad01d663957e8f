/* SPDX-License-Identifier: GPL-2.0-only */
/* Names that others gave, made the text that whoever reads them can take them for. */
#ifndef WARDEN_CONTRACT_TEXT_H
#define WARDEN_CONTRACT_TEXT_H

#ifdef __KERNEL__
#include <linux/types.h>
#else
#include <stdbool.h>
#include <linux/types.h>
#endif

/* Is the byte behind the first of a character one that can follow it? */
static inline bool warden_text_follows(__u8 first, __u8 next)
{
	switch (first) {
	case 0xe0: /* shorter ones there are */
		return next >= 0xa0 && next <= 0xbf;
	case 0xed: /* halves of UTF-16 */
		return next >= 0x80 && next <= 0x9f;
	case 0xf0:
		return next >= 0x90 && next <= 0xbf;
	case 0xf4: /* past the last character */
		return next >= 0x80 && next <= 0x8f;
	default:
		return next >= 0x80 && next <= 0xbf;
	}
}

/**
 * warden_text_character() - how long is the UTF-8 character that a text begins with?
 * @text: ends with a NUL
 *
 * Context: Any.
 * Return: bytes of it; 0 where there is none.
 */
static inline unsigned int warden_text_character(const char *text)
{
	const __u8 *b = (const __u8 *)text;
	unsigned int len, i;

	if (b[0] < 0x80)
		return 1;
	if (b[0] < 0xc2 || b[0] > 0xf4)
		return 0;
	len = b[0] < 0xe0 ? 2 : b[0] < 0xf0 ? 3 : 4;
	if (!warden_text_follows(b[0], b[1]))
		return 0;
	for (i = 2; i < len; i++)
		if (b[i] < 0x80 || b[i] > 0xbf)
			return 0;
	return len;
}

/**
 * warden_text_repair() - put a question mark in the place of each byte that is no UTF-8
 * @text: ends with a NUL
 *
 * A file may be called anything, and a name that is cut may end within a character; JSON must not have either.
 *
 * Context: Any.
 */
static inline void warden_text_repair(char *text)
{
	unsigned int len;

	for (; *text; text += len) {
		len = warden_text_character(text);
		if (!len) {
			*text = '?';
			len = 1;
		}
	}
}

#endif /* WARDEN_CONTRACT_TEXT_H */
