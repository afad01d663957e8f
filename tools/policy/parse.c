// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "parse_priv.h"
#include "policy.tab.h"
#include "wire.h"

#define EXPECTED_MAX 12 /* alternatives told one by one */

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

/*
 * Characters a reader cannot see must not stand in a policy: what is reviewed
 * is what is loaded. The first is told, and then nothing else is read.
 */
static int check_characters(const char *text, size_t len, struct warden_diags *d)
{
	const unsigned char *s = (const unsigned char *)text;
	struct warden_place at = { 1, 1 };
	size_t i = 0;

	while (i < len) {
		size_t step = utf8_length(s + i, len - i);

		if (!step) {
			warden_diags_add(d, at, "byte 0x%02x is not UTF-8; save the file as UTF-8",
					 s[i]);
			return -EINVAL;
		}
		if (is_hidden(code_point(s + i, step))) {
			warden_diags_add(d, at,
					 "character U+%04X cannot be seen by a reader; take it out",
					 code_point(s + i, step));
			return -EINVAL;
		}
		at.column++;
		if (s[i] == '\n')
			at = (struct warden_place){ at.line + 1, 1 };
		i += step;
	}
	return 0;
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
	p->before_last = p->last_span.to;
	p->previous = p->last;
	p->last = warden_scan_lex(value, span, p->scanner);
	p->last_value = *value;
	p->last_span = *span;
	return p->last;
}

void warden_parse_refuse(struct warden_parse *p, struct warden_place at, const char *what)
{
	warden_diags_add(p->diags, at, "`%s` is not enforced by this build; leave it out", what);
}

/* Domains the design has and this build does not. */
static bool is_coming(const char *word)
{
	static const char *const words[] = {
		"library", "script", "bind", "usb", "debug", "egress"
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(words[i], word))
			return true;
	return false;
}

struct allowed_domains {
	uint32_t mask;
};

static const char *nth_domain(const void *ctx, size_t n)
{
	const struct allowed_domains *a = ctx;
	int domain;

	for (domain = 0; domain < WARDEN_MODEL_DOMAINS; domain++)
		if ((a->mask & 1u << domain) && !n--)
			return warden_enum_word(warden_enum_domain(), (uint64_t)domain);
	return NULL;
}

/* Writes `a, b, c`. */
static void list_words(char *to, size_t size, const char *(*nth)(const void *ctx, size_t n),
		       const void *ctx)
{
	const char *word;
	size_t used = 0, n;

	to[0] = '\0';
	for (n = 0; (word = nth(ctx, n)) && used < size; n++)
		used += (size_t)snprintf(to + used, size - used, "%s%s", n ? ", " : "", word);
}

enum warden_domain warden_parse_domain(struct warden_parse *p, struct warden_name word,
				       uint32_t allowed, const char *use)
{
	struct allowed_domains a = { allowed };
	int domain = warden_enum_value(warden_enum_domain(), word.text);
	const char *near;
	char list[128];

	if (domain >= 0 && (allowed & 1u << domain))
		return (enum warden_domain)domain;
	if (is_coming(word.text)) {
		warden_diags_add(p->diags, word.at,
				 "`%s %s` is not enforced by this build; leave it out", use,
				 word.text);
		return WARDEN_DOMAIN_NONE;
	}
	near = warden_word_nearest(word.text, nth_domain, &a);
	list_words(list, sizeof(list), nth_domain, &a);
	if (near)
		warden_diags_add(p->diags, word.at,
				 "`%s` cannot stand after `%s`; did you mean `%s`?", word.text, use,
				 near);
	else
		warden_diags_add(p->diags, word.at, "`%s` cannot stand after `%s`; write one of %s",
				 word.text, use, list);
	return WARDEN_DOMAIN_NONE;
}

/* The classes a rule can name: all but `free`, which is no sensor. */
static const char *nth_class(const void *ctx, size_t n)
{
	(void)ctx;
	return warden_enum_nth(warden_enum_sensor_class(), n + 1);
}

uint32_t warden_parse_class(struct warden_parse *p, struct warden_name word)
{
	int class = warden_enum_value(warden_enum_sensor_class(), word.text);
	const char *near;
	char list[160];

	if (class > WARDEN_SENSOR_CLASS_FREE)
		return (uint32_t) class;
	near = warden_word_nearest(word.text, nth_class, NULL);
	list_words(list, sizeof(list), nth_class, NULL);
	if (near)
		warden_diags_add(p->diags, word.at,
				 "there is no sensor class `%s`; did you mean `%s`?", word.text,
				 near);
	else
		warden_diags_add(p->diags, word.at,
				 "there is no sensor class `%s`; the classes are %s", word.text,
				 list);
	return WARDEN_SENSOR_CLASS_UNKNOWN;
}

static const char *nth_protocol(const void *ctx, size_t n)
{
	const struct warden_protocol *protocol = warden_protocol_nth(n);

	(void)ctx;
	return protocol ? protocol->name : NULL;
}

uint32_t warden_parse_protocol(struct warden_parse *p, struct warden_name word)
{
	int number = warden_protocol_number(word.text);
	char list[64];

	if (number >= 0)
		return (uint32_t)number;
	list_words(list, sizeof(list), nth_protocol, NULL);
	warden_diags_add(p->diags, word.at,
			 "there is no protocol `%s` that listens; write one of %s, or any",
			 word.text, list);
	return WARDEN_MODEL_ANY;
}

/* Where many words may stand, the word before tells what is wanted. */
static const char *wanted_after(int token)
{
	switch (token) {
	case DEFAULT:
		return "a domain: sensor, listen, connect, exec, module or firmware";
	case MEASURE:
		return "exec, module, firmware or policy";
	case APPRAISE:
		return "exec or module";
	case USE:
		return "a sensor class, `device \"...\"` or `any`";
	case LISTEN:
		return "a protocol: tcp, udp, sctp, mptcp, dccp, udplite or any";
	case ALLOW:
	case DENY:
		return "the name of a program, `any`, `module` or `firmware`";
	}
	return NULL;
}

/* Words that would parse, and would then be refused, are no advice. */
static bool is_advice(const char *word)
{
	static const char *const words[] = { "control", "on",  "unit", "bind",
					     "connect", "usb", "debug" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(words[i], word))
			return false;
	return true;
}

/* Is it a word of the language, rather than a kind of token? */
static bool is_word(const char *name)
{
	return name[0] != '\'' && strncmp(name, "a ", 2) && strncmp(name, "an ", 3) &&
	       strncmp(name, "the ", 4);
}

/* Token names that are words of the language go between backquotes. */
static size_t put_token(char *to, size_t size, const char *name)
{
	if (name[0] == '\'') /* bison writes ';' for a character */
		return (size_t)snprintf(to, size, "`%c`", name[1]);
	return (size_t)snprintf(to, size, is_word(name) ? "`%s`" : "%s", name);
}

struct word_list {
	const char *const *words;
	int count;
};

static const char *nth_expected(const void *ctx, size_t n)
{
	const struct word_list *l = ctx;

	return n < (size_t)l->count ? l->words[n] : NULL;
}

static bool expects(const struct word_list *l, const char *what)
{
	int i;

	for (i = 0; i < l->count; i++)
		if (!strcmp(l->words[i], what))
			return true;
	return false;
}

/* Writes the alternatives: `a`, `b` or `c`. */
static void put_alternatives(char *to, size_t size, const struct word_list *l)
{
	const char *kept[EXPECTED_MAX];
	size_t used = 0;
	int i, n = 0;

	for (i = 0; i < l->count && n < EXPECTED_MAX; i++)
		if (is_advice(l->words[i]) && (l->count == 1 || strcmp(l->words[i], "from")))
			kept[n++] = l->words[i];
	for (i = 0; i < n && used < size; i++) {
		const char *join = !i ? "" : i == n - 1 ? " or " : ", ";

		used += (size_t)snprintf(to + used, size - used, "%s", join);
		if (used < size)
			used += put_token(to + used, size - used, kept[i]);
	}
}

static void put_expected(char *to, size_t size, const struct warden_parse *p,
			 const struct word_list *l)
{
	const char *wanted = wanted_after(p->previous);

	if (expects(l, "measure"))
		wanted = "a statement: policy, contact, support, mode, program, purpose, default, "
			 "allow, deny, measure or appraise";
	if (wanted)
		snprintf(to, size, "%s", wanted);
	else
		put_alternatives(to, size, l);
}

/* Does a new statement or item begin with this token, so that a `;` was forgotten before it? */
static bool begins_something(int token)
{
	switch (token) {
	case ALLOW:
	case APPRAISE:
	case CONTACT:
	case DEBUG:
	case DEFAULT:
	case DENY:
	case EGRESS:
	case GROUP:
	case INCLUDE:
	case MEASURE:
	case MODE:
	case PATH:
	case POLICY:
	case PROGRAM:
	case PURPOSE:
	case SAFETY:
	case SHA256:
	case SUPPORT:
	case UID:
	case UNIT:
	case USER:
	case '}':
		return true;
	}
	return false;
}

/*
 * A `;` is handed out once before a token, and only inside of a statement: where
 * one could begin, a `;` would be read as an empty one and nothing would be gained.
 */
static bool is_semicolon_missing(const struct warden_parse *p, const struct word_list *l)
{
	if (p->fed_before.line == p->last_span.from.line &&
	    p->fed_before.column == p->last_span.from.column)
		return false;
	return expects(l, "';'") && !expects(l, "measure") && begins_something(p->last) &&
	       (p->last != '}' || p->in_program);
}

/* What an error before has left behind is not told as another one. */
static bool is_echo(const struct warden_parse *p, const struct word_list *l)
{
	const struct warden_place *from = &p->last_span.from;

	if (p->unclosed.line == from->line && p->unclosed.column == from->column)
		return true;
	return p->lost && p->last == '}' && expects(l, "measure");
}

void warden_parse_unexpected(struct warden_parse *p, struct warden_span at, const char *got,
			     bool got_is_name, const char *const *expected, int count)
{
	struct word_list l = { expected, count };
	const char *near = NULL;
	char got_text[80], wanted[256] = "something else";

	if (is_echo(p, &l))
		return;
	p->lost = true;
	put_token(got_text, sizeof(got_text), got);
	if (is_semicolon_missing(p, &l)) {
		warden_diags_add(p->diags, p->before_last, "a `;` is missing before %s", got_text);
		p->feed = WARDEN_FEED_SEMICOLON;
		p->fed_before = at.from;
		return;
	}
	if (got_is_name) {
		snprintf(got_text, sizeof(got_text), "`%.60s`", p->last_value.name.text);
		near = warden_word_nearest(p->last_value.name.text, nth_expected, &l);
	}
	if (near) {
		warden_diags_add(p->diags, at.from, "%s does not belong here; did you mean `%s`?",
				 got_text, near);
		return;
	}
	put_expected(wanted, sizeof(wanted), p, &l);
	if (expects(&l, "a name") && is_word(got))
		warden_diags_add(p->diags, at.from,
				 "%s is a word of the language and cannot be a name; expected %s",
				 got_text, wanted);
	else
		warden_diags_add(p->diags, at.from, "%s does not belong here; expected %s",
				 got_text, wanted);
}

int warden_parse_text(const char *text, size_t len, struct warden_model *m, struct warden_diags *d)
{
	struct warden_parse p = { .model = m, .diags = d, .at = { 1, 1 } };

	if (len > WARDEN_TEXT_BYTES_MAX) {
		warden_diags_add(d, (struct warden_place){ 0 },
				 "the text has %zu bytes; at most %u are read", len,
				 WARDEN_TEXT_BYTES_MAX);
		return -EINVAL;
	}
	if (check_characters(text, len, d))
		return -EINVAL;
	if (warden_scan_open(&p, text, len))
		return -ENOMEM;
	p.lost = warden_text_parse(&p) != 0 || p.lost;
	warden_scan_close(&p);
	warden_model_check(m, d, !p.lost);
	return warden_diags_count(d) ? -EINVAL : 0;
}
