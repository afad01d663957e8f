// SPDX-License-Identifier: GPL-2.0-only
/* Syntax errors: what stands there, and what would be right. */
#include <string.h>

#include "parse_priv.h"
#include "policy.tab.h"

#define EXPECTED_MAX 16 /* alternatives told one by one */

void warden_parse_list(char *to, size_t size, const char *(*nth)(const void *ctx, size_t n),
		       const void *ctx)
{
	const char *word;
	size_t used = 0, n;

	to[0] = '\0';
	for (n = 0; (word = nth(ctx, n)) && used < size; n++)
		used += (size_t)snprintf(to + used, size - used, "%s%s", n ? ", " : "", word);
}

/* Where many words may stand, the word before tells what is wanted. */
static const char *wanted_after(int token)
{
	switch (token) {
	case DEFAULT:
		return "a domain: sensor, listen, connect, exec, module, firmware, bpf, protocol, bind, "
		       "usb or debug";
	case MEASURE:
		return "exec, module, firmware, policy or library";
	case APPRAISE:
		return "exec, module, firmware, bpf or library";
	case USE:
	case USING:
		return "a sensor class, `device \"...\"`, `name \"...\"`, `protocol NAME`, a group or `any`";
	case LISTEN:
	case BIND:
	case CONNECT:
		return "a protocol: tcp, udp, sctp, mptcp, dccp, udplite or any";
	case ALLOW:
	case DENY:
		return "the name of a program or group, `any`, `module`, `firmware`, `bpf`, `usb` or `debug`";
	}
	return NULL;
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
		if (l->count == 1 || strcmp(l->words[i], "from"))
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
		wanted = "a statement: policy, contact, support, mode, include, program, group, "
			 "purpose, consent, default, allow, deny, safety, egress, debug, sweep, tamper, until, measure or appraise";
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
	case SWEEP:
	case TAMPER:
	case UID:
	case UNIT:
	case ARGUMENTS:
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

