// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "parse_priv.h"
#include "policy.tab.h"

/* Bytes of the UTF-8 sequence at @s, 0 where there is none (RFC 3629). */
static size_t utf8_length(const unsigned char *s, size_t left)
{
	size_t len = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	size_t i;

	if (!len || len > left || s[0] > 0xf4)
		return 0;
	for (i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates, and what is past U+10FFFF. */
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

static uint32_t code_point(const unsigned char *s, size_t len)
{
	static const unsigned char mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t c = s[0] & mask[len];
	size_t i;

	for (i = 1; i < len; i++)
		c = c << 6 | (s[i] & 0x3f);
	return c;
}

/*
 * Control characters, and those that have no width, turn the direction of
 * writing, or end a line where the lexer sees none (Unicode 15, categories Cc,
 * Cf as used for layout, Zl, Zp).
 */
static bool is_hidden(uint32_t c)
{
	static const struct {
		uint32_t first;
		uint32_t last;
	} hidden[] = {
		{ 0x00, 0x08 },	    { 0x0b, 0x0c },	{ 0x0e, 0x1f },	    { 0x7f, 0x9f },
		{ 0xad, 0xad },	    { 0x61c, 0x61c },	{ 0x200b, 0x200f }, { 0x2028, 0x202e },
		{ 0x2060, 0x206f }, { 0xfeff, 0xfeff },
	};
	size_t i;

	for (i = 0; i < sizeof(hidden) / sizeof(*hidden); i++)
		if (c >= hidden[i].first && c <= hidden[i].last)
			return true;
	return false;
}

/* Eight bytes at once: is each of them a visible character of ASCII or a space? */
static bool is_plain(const unsigned char *s)
{
	const uint64_t ones = 0x0101010101010101, tops = ones << 7;
	uint64_t word;

	memcpy(&word, s, sizeof(word));
	/* No top bit, nothing below 0x20, and no 0x7f: none of these sums carries. */
	return !((word | ~(word + ones * (0x80 - 0x20)) | (word + ones)) & tops);
}

/* The first byte that begins no visible character; @len where there is none. */
static size_t find_hidden(const unsigned char *s, size_t len)
{
	size_t i = 0, step;

	while (i < len) {
		if (len - i >= sizeof(uint64_t) && is_plain(s + i)) {
			step = sizeof(uint64_t);
		} else if ((s[i] >= ' ' && s[i] < 0x7f) || s[i] == '\n') {
			step = 1;
		} else {
			step = utf8_length(s + i, len - i);
			if (!step || is_hidden(code_point(s + i, step)))
				break;
		}
		i += step;
	}
	return i;
}

/* Columns count characters: bytes that go on a UTF-8 character count for nothing. */
void warden_parse_advance(struct warden_place *at, const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;
	struct warden_place now = *at;
	size_t i = 0;

	while (i < len) {
		if (len - i >= sizeof(uint64_t) && is_plain(s + i)) {
			now.column += sizeof(uint64_t);
			i += sizeof(uint64_t);
			continue;
		}
		if (s[i] == '\n') {
			now.line++;
			now.column = 1;
		} else if ((s[i] & 0xc0) != 0x80) {
			now.column++;
		}
		i++;
	}
	*at = now;
}

/*
 * Characters a reader cannot see must not stand in a policy: what is reviewed
 * is what is loaded. The first is told, and then nothing else is read.
 */
static int check_characters(const char *text, size_t len, struct warden_place at,
			    struct warden_diags *d)
{
	const unsigned char *s = (const unsigned char *)text;
	size_t i = find_hidden(s, len), step;

	if (i == len)
		return 0;
	warden_parse_advance(&at, text, i);
	step = utf8_length(s + i, len - i);
	if (step)
		warden_diags_add(d, at, "character U+%04X cannot be seen by a reader; take it out",
				 code_point(s + i, step));
	else
		warden_diags_add(d, at, "byte 0x%02x is not UTF-8; save the file as UTF-8", s[i]);
	return -EINVAL;
}

int warden_text_lex(union warden_token *value, struct warden_span *span, struct warden_parse *p)
{
	switch (p->feed) {
	case WARDEN_FEED_SEMICOLON:
		p->feed = WARDEN_FEED_AGAIN;
		span->from = p->before_last;
		span->to = p->before_last;
		return ';';
	case WARDEN_FEED_AGAIN:
		p->feed = WARDEN_FEED_NEXT;
		*value = p->last_value;
		*span = p->last_span;
		return p->last;
	case WARDEN_FEED_NEXT:
		break;
	}
	p->previous = p->last;
	p->last = warden_scan_lex(value, span, p->scanner);
	p->before_last = p->last_span.to; /* a run of numbers has moved it */
	p->last_value = *value;
	p->last_span = *span;
	return p->last;
}

bool warden_parse_one(const char *text, size_t len, struct warden_place own,
		      struct warden_texts *texts, struct warden_model *m, struct warden_diags *d)
{
	struct warden_parse p = { .model = m, .diags = d, .texts = texts, .at = own };

	own.line = own.column = 1;
	p.at = own;
	texts->bytes += len;
	if (texts->bytes > WARDEN_TEXT_BYTES_MAX) {
		own.line = 0;
		warden_diags_add(d, own, "the text has %zu bytes; at most %u are read",
				 texts->bytes, WARDEN_TEXT_BYTES_MAX);
		return false;
	}
	if (check_characters(text, len, own, d))
		return false;
	if (warden_scan_open(&p, text, len))
		return false;
	p.lost = warden_text_parse(&p) != 0 || p.lost;
	warden_scan_close(&p);
	return !p.lost;
}
