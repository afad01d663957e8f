// SPDX-License-Identifier: GPL-2.0-only
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "wire.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static const struct warden_protocol protocols[] = {
	{ "tcp", IPPROTO_TCP },	    { "udp", IPPROTO_UDP },   { "sctp", IPPROTO_SCTP },
	{ "mptcp", IPPROTO_MPTCP }, { "dccp", IPPROTO_DCCP }, { "udplite", IPPROTO_UDPLITE },
};

#define PROTOCOLS (sizeof(protocols) / sizeof(*protocols))

const struct warden_protocol *warden_protocol_nth(size_t n)
{
	return n < PROTOCOLS ? &protocols[n] : NULL;
}

const char *warden_protocol_name(uint32_t number)
{
	size_t i;

	for (i = 0; i < PROTOCOLS; i++)
		if (protocols[i].number == number)
			return protocols[i].name;
	return NULL;
}

int warden_protocol_number(const char *name)
{
	size_t i;

	for (i = 0; i < PROTOCOLS; i++)
		if (!strcmp(protocols[i].name, name))
			return (int)protocols[i].number;
	return -1;
}

void warden_model_init(struct warden_model *m)
{
	memset(m, 0, sizeof(*m));
}

void warden_model_free(struct warden_model *m)
{
	free(m->programs.v);
	free(m->items.v);
	free(m->purposes.v);
	free(m->rules.v);
	free(m->ranges.v);
	free(m->appraises.v);
	warden_index_free(&m->program_names);
	warden_index_free(&m->purpose_names);
	warden_arena_free(&m->arena);
	memset(m, 0, sizeof(*m));
}

/* Limits count bytes, as the wire does. */
static void check_length(struct warden_diags *d, struct warden_name n, const char *what, size_t max)
{
	size_t len = strlen(n.text);

	if (!len)
		warden_diags_add(d, n.at, "%s is empty; write at least one character", what);
	else if (len > max)
		warden_diags_add(d, n.at, "%s has %zu bytes; at most %zu are allowed", what, len,
				 max);
}

static bool stands_twice(struct warden_diags *d, struct warden_place at, struct warden_place first,
			 const char *what)
{
	if (!first.line)
		return false;
	warden_diags_add(d, at, "%s stands here a second time; the first is on line %u, keep one",
			 what, first.line);
	return true;
}

void warden_model_set_header(struct warden_model *m, struct warden_diags *d,
			     struct warden_name name, uint32_t version,
			     struct warden_place version_at)
{
	if (stands_twice(d, name.at, m->name.at, "`policy`"))
		return;
	check_length(d, name, "the name of the policy", WARDEN_LABEL_MAX);
	if (!version)
		warden_diags_add(d, version_at, "version 0 is not allowed; versions count from 1");
	m->name = name;
	m->version = version;
}

void warden_model_set_contact(struct warden_model *m, struct warden_diags *d,
			      struct warden_name contact)
{
	if (stands_twice(d, contact.at, m->contact.at, "`contact`"))
		return;
	check_length(d, contact, "the contact", WARDEN_CONTACT_MAX);
	m->contact = contact;
}

static unsigned int number_at(const char *s, int digits)
{
	unsigned int n = 0;

	while (digits--)
		n = n * 10 + (unsigned int)(*s++ - '0');
	return n;
}

/* @date has the form YYYY-MM-DD; the lexer saw to that. Proleptic Gregorian, as ISO 8601. */
static bool date_exists(const char *date)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	unsigned int year = number_at(date, 4);
	unsigned int month = number_at(date + 5, 2);
	unsigned int day = number_at(date + 8, 2);
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	if (month < 1 || month > 12 || day < 1)
		return false;
	return day <= (unsigned int)days[month - 1] + (month == 2 && leap);
}

void warden_model_set_support(struct warden_model *m, struct warden_diags *d,
			      struct warden_name date)
{
	if (stands_twice(d, date.at, m->support_until.at, "`support until`"))
		return;
	if (!date_exists(date.text))
		warden_diags_add(d, date.at, "%s is no day of the calendar; write YYYY-MM-DD",
				 date.text);
	m->support_until = date;
}

void warden_model_set_mode(struct warden_model *m, struct warden_diags *d, enum warden_mode mode,
			   struct warden_place at)
{
	if (stands_twice(d, at, m->mode_at, "`mode`"))
		return;
	m->mode = mode;
	m->mode_at = at;
}

void warden_model_set_default(struct warden_model *m, struct warden_diags *d,
			      enum warden_domain domain, const struct warden_default *def)
{
	const char *word = warden_enum_word(warden_enum_domain(), domain);
	char what[64];

	snprintf(what, sizeof(what), "`default %s`", word);
	if (stands_twice(d, def->at, m->defaults[domain].at, what))
		return;
	if (domain == WARDEN_DOMAIN_CONNECT && def->action == WARDEN_ACTION_DENY)
		warden_diags_add(d, def->at,
				 "`default connect deny` is not enforced by this build; "
				 "write `default connect allow`");
	m->defaults[domain] = *def;
}

void warden_model_add_program(struct warden_model *m, struct warden_diags *d,
			      struct warden_name name)
{
	struct warden_program *p;
	uint32_t first = warden_index_get(&m->program_names, name.text);

	if (first != WARDEN_INDEX_NONE)
		warden_diags_add(d, name.at,
				 "program `%s` is defined here a second time; the first is on "
				 "line %u, rename one",
				 name.text, m->programs.v[first].name.at.line);
	else
		warden_index_add(&m->program_names, name.text, (uint32_t)m->programs.n);
	check_length(d, name, "the name of the program", WARDEN_LABEL_MAX);
	if (m->programs.n == WARDEN_PROGRAMS_MAX)
		warden_diags_add(d, name.at, "a policy can name %u programs; this is one more",
				 WARDEN_PROGRAMS_MAX);
	p = warden_array_add(&m->programs);
	*p = (struct warden_program){ .name = name, .first_item = m->items.n };
}

static const struct warden_item *find_user(const struct warden_model *m,
					   const struct warden_program *p)
{
	size_t i;

	for (i = p->first_item; i < m->items.n; i++)
		if (m->items.v[i].kind == WARDEN_ITEM_USER || m->items.v[i].kind == WARDEN_ITEM_UID)
			return &m->items.v[i];
	return NULL;
}

static void check_item(struct warden_model *m, struct warden_diags *d, struct warden_item *item)
{
	const struct warden_program *p = &m->programs.v[m->programs.n - 1];
	const struct warden_item *user;

	switch (item->kind) {
	case WARDEN_ITEM_PATH:
		check_length(d, item->name, "the path", WARDEN_PATH_MAX);
		if (item->name.text[0] && item->name.text[0] != '/')
			warden_diags_add(
				d, item->name.at,
				"path \"%s\" is relative; write the whole path, from `/` on",
				item->name.text);
		return;
	case WARDEN_ITEM_SHA256:
		if (strlen(item->name.text) != 2 * WARDEN_DIGEST_SIZE ||
		    !warden_hex_get(item->digest, WARDEN_DIGEST_SIZE, item->name.text))
			warden_diags_add(d, item->name.at,
					 "this is no SHA-256; write its 64 hexadecimal digits, as "
					 "sha256sum prints them");
		return;
	case WARDEN_ITEM_USER:
	case WARDEN_ITEM_UID:
		user = find_user(m, p);
		if (user)
			warden_diags_add(d, item->name.at,
					 "program `%s` has a user already, on line %u; keep one",
					 p->name.text, user->name.at.line);
		return;
	}
}

void warden_model_add_item(struct warden_model *m, struct warden_diags *d,
			   const struct warden_item *item)
{
	struct warden_item checked = *item;
	struct warden_item *i;

	check_item(m, d, &checked);
	i = warden_array_add(&m->items);
	*i = checked;
	m->programs.v[m->programs.n - 1].items++;
}

void warden_model_end_program(struct warden_model *m, struct warden_diags *d,
			      struct warden_place at)
{
	const struct warden_program *p = &m->programs.v[m->programs.n - 1];
	size_t digests = 0;
	size_t i;

	/* A path is known by its SHA-256 and by its fs-verity digest. */
	for (i = 0; i < p->items; i++) {
		enum warden_item_kind kind = m->items.v[p->first_item + i].kind;

		digests += kind == WARDEN_ITEM_PATH ? 2 : kind == WARDEN_ITEM_SHA256;
	}
	if (!digests)
		warden_diags_add(d, at,
				 "program `%s` has nothing to know it by; add `path \"...\";` or "
				 "`sha256 \"...\";`",
				 p->name.text);
	if (digests > WARDEN_PROGRAM_DIGESTS_MAX)
		warden_diags_add(d, p->name.at,
				 "program `%s` has %zu digests, each path counted twice; at most "
				 "%u are allowed, make it two programs",
				 p->name.text, digests, WARDEN_PROGRAM_DIGESTS_MAX);
}

void warden_model_add_purpose(struct warden_model *m, struct warden_diags *d,
			      struct warden_name name, struct warden_name text)
{
	struct warden_purpose *p;
	uint32_t first = warden_index_get(&m->purpose_names, name.text);

	if (first != WARDEN_INDEX_NONE)
		warden_diags_add(d, name.at,
				 "purpose `%s` is defined here a second time; the first is on "
				 "line %u, rename one",
				 name.text, m->purposes.v[first].name.at.line);
	else
		warden_index_add(&m->purpose_names, name.text, (uint32_t)m->purposes.n);
	check_length(d, name, "the name of the purpose", WARDEN_LABEL_MAX);
	check_length(d, text, "the text of the purpose", WARDEN_TEXT_MAX);
	if (m->purposes.n == WARDEN_PURPOSES_MAX)
		warden_diags_add(d, name.at, "a policy can name %u purposes; this is one more",
				 WARDEN_PURPOSES_MAX);
	p = warden_array_add(&m->purposes);
	*p = (struct warden_purpose){ .name = name, .text = text };
}

void warden_model_add_range(struct warden_model *m, struct warden_diags *d,
			    const struct warden_ports *ports)
{
	struct warden_ports *p;

	if (ports->low > UINT16_MAX || ports->high > UINT16_MAX)
		warden_diags_add(d, ports->at, "port %u does not exist; ports go up to 65535",
				 ports->low > UINT16_MAX ? ports->low : ports->high);
	else if (ports->low > ports->high)
		warden_diags_add(d, ports->at,
				 "the range %u-%u runs backwards; the lower port comes first",
				 ports->low, ports->high);
	p = warden_array_add(&m->ranges);
	*p = *ports;
}

static void check_sensor_rule(struct warden_diags *d, const struct warden_rule *r)
{
	if (r->topology.text)
		check_length(d, r->topology, "the topology name", WARDEN_TOPOLOGY_MAX);
	if ((r->flags & WARDEN_RULE_FLAG_CONSENT) && !r->purpose.text)
		warden_diags_add(d, r->consent,
				 "`with consent` needs a purpose to consent to; add `for PURPOSE`");
	if (r->consent.line && r->action == WARDEN_ACTION_ALLOW && !r->program.text)
		warden_diags_add(d, r->consent,
				 "consent is given to a program, not to any; name the program");
	if (r->withdraw.line && (r->withdraw_ms < 1 || r->withdraw_ms > 10000))
		warden_diags_add(d, r->withdraw,
				 "%u ms is no bound that can be kept; write 1ms to 10000ms",
				 r->withdraw_ms);
	if (r->action == WARDEN_ACTION_ALLOW)
		return;
	if (r->consent.line)
		warden_diags_add(d, r->consent, "a `deny` rule asks for no consent; leave it out");
	if (r->withdraw.line)
		warden_diags_add(d, r->withdraw,
				 "a `deny` rule has nothing to withdraw; leave it out");
	if (r->kill.line)
		warden_diags_add(d, r->kill, "a `deny` rule has no session to kill; leave it out");
}

static void check_other_rule(struct warden_diags *d, const struct warden_rule *r)
{
	static const char only[] = "is for `use` rules; leave it out";

	if (r->purpose.text)
		warden_diags_add(d, r->purpose.at, "`for` %s", only);
	if (r->consent.line)
		warden_diags_add(d, r->consent, "`with consent` %s", only);
	if (r->withdraw.line)
		warden_diags_add(d, r->withdraw, "`withdraw within` %s", only);
	if (r->kill.line)
		warden_diags_add(d, r->kill, "`kill` %s", only);
	if (!r->file.text)
		return;
	check_length(d, r->file, "the path", WARDEN_PATH_MAX);
	if (r->program.text)
		warden_diags_add(d, r->program.at,
				 "who loads a %s cannot be told here; write `any` or nothing",
				 warden_enum_word(warden_enum_domain(), r->domain));
	if (r->file.text[0] && r->file.text[0] != '/')
		warden_diags_add(d, r->file.at,
				 "rules for a %s by name are not enforced by this build; write "
				 "the whole path of the file, and its digest is pinned",
				 warden_enum_word(warden_enum_domain(), r->domain));
}

void warden_model_add_rule(struct warden_model *m, struct warden_diags *d,
			   const struct warden_rule *rule)
{
	size_t before = m->wire_rules;
	struct warden_rule *r;

	if (rule->domain == WARDEN_DOMAIN_SENSOR)
		check_sensor_rule(d, rule);
	else
		check_other_rule(d, rule);
	/* A file is two rules: one by SHA-256, one by fs-verity digest. */
	m->wire_rules += rule->file.text ? 2 : rule->ranges ? rule->ranges : 1;
	if (before <= WARDEN_RULES_MAX && m->wire_rules > WARDEN_RULES_MAX)
		warden_diags_add(d, rule->at,
				 "a policy can hold %u rules, each port range counted; from here "
				 "on there are more",
				 WARDEN_RULES_MAX);
	r = warden_array_add(&m->rules);
	*r = *rule;
}

void warden_model_add_appraise(struct warden_model *m, struct warden_diags *d,
			       const struct warden_appraise *appraise)
{
	struct warden_appraise *a;

	check_length(d, appraise->file, "the path", WARDEN_PATH_MAX);
	a = warden_array_add(&m->appraises);
	*a = *appraise;
}

static const char *nth_program(const void *ctx, size_t n)
{
	const struct warden_model *m = ctx;

	return n < m->programs.n ? m->programs.v[n].name.text : NULL;
}

static const char *nth_purpose(const void *ctx, size_t n)
{
	const struct warden_model *m = ctx;

	return n < m->purposes.n ? m->purposes.v[n].name.text : NULL;
}

static void report_undefined(const struct warden_model *m, struct warden_diags *d,
			     struct warden_name name, const char *what, const char *how,
			     const char *(*nth)(const void *ctx, size_t n))
{
	const char *near = warden_diags_full(d) ? NULL : warden_word_nearest(name.text, nth, m);

	if (near)
		warden_diags_add(d, name.at, "%s `%s` is not defined; did you mean `%s`?", what,
				 name.text, near);
	else
		warden_diags_add(d, name.at, "%s `%s` is not defined; add `%s %s %s`", what,
				 name.text, what, name.text, how);
}

/* Gives the id, from 1; 0 where the name is absent or undefined. */
static uint32_t resolve(const struct warden_index *names, struct warden_name name)
{
	uint32_t n = name.text ? warden_index_get(names, name.text) : WARDEN_INDEX_NONE;

	return n == WARDEN_INDEX_NONE ? 0 : n + 1;
}

static void resolve_rule(const struct warden_model *m, struct warden_diags *d,
			 struct warden_rule *r)
{
	r->program_id = resolve(&m->program_names, r->program);
	if (r->program.text && !r->program_id)
		report_undefined(m, d, r->program, "program", "{ path \"...\"; }", nth_program);
	r->purpose_id = resolve(&m->purpose_names, r->purpose);
	if (r->purpose.text && !r->purpose_id)
		report_undefined(m, d, r->purpose, "purpose", "\"...\";", nth_purpose);
}

void warden_model_check(struct warden_model *m, struct warden_diags *d, bool whole)
{
	static const struct warden_place top = { 1, 1 };
	size_t i;

	if (whole && !m->name.text)
		warden_diags_add(d, top,
				 "the policy has no name; add `policy \"NAME\" version 1;`");
	if (whole && !m->contact.text)
		warden_diags_add(d, top,
				 "the policy names no contact for security reports; add `contact "
				 "\"...\";`");
	if (whole && !m->support_until.text)
		warden_diags_add(d, top,
				 "the policy does not say how long the device is supported; add "
				 "`support until YYYY-MM-DD;`");
	for (i = 0; i < m->rules.n; i++)
		resolve_rule(m, d, &m->rules.v[i]);
}
