// SPDX-License-Identifier: GPL-2.0-only
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <warden/arguments.h>
#include <warden/unit.h>

#include "model.h"
#include "wire.h"

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

/* Those the wire has none for. */
static const char *const own_domains[] = { "library" };

const char *warden_model_domain(uint32_t domain)
{
	if (domain >= WARDEN_MODEL_LIBRARY && domain < WARDEN_MODEL_DOMAINS)
		return own_domains[domain - WARDEN_MODEL_LIBRARY];
	return warden_enum_word(warden_enum_domain(), domain);
}

int warden_model_domain_value(const char *word)
{
	size_t i;

	for (i = 0; i < sizeof(own_domains) / sizeof(*own_domains); i++)
		if (!strcmp(own_domains[i], word))
			return (int)(WARDEN_MODEL_LIBRARY + i);
	return warden_enum_value(warden_enum_domain(), word);
}

void warden_model_init(struct warden_model *m)
{
	memset(m, 0, sizeof(*m));
}

void warden_model_free(struct warden_model *m)
{
	free(m->programs.v);
	free(m->items.v);
	free(m->groups.v);
	free(m->purposes.v);
	free(m->rules.v);
	free(m->safety.v);
	free(m->ranges.v);
	free(m->sensors.v);
	free(m->prefixes.v);
	free(m->names.v);
	free(m->members.v);
	free(m->appraises.v);
	free(m->classings.v);
	free(m->brokers.v);
	free(m->tampers.v);
	warden_index_free(&m->program_names);
	warden_index_free(&m->group_names);
	warden_index_free(&m->purpose_names);
	warden_arena_free(&m->arena);
	memset(m, 0, sizeof(*m));
}

/* Limits count bytes, as the wire does. */
void warden_model_check_length(struct warden_diags *d, struct warden_name n, const char *what,
			       size_t max)
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
	char where[WARDEN_WHERE_TEXT];

	if (!first.line)
		return false;
	warden_diags_add(d, at, "%s stands here a second time; the first is on %s, keep one", what,
			 warden_diags_where(d, first, where));
	return true;
}

void warden_model_set_header(struct warden_model *m, struct warden_diags *d,
			     struct warden_name name, uint32_t version,
			     struct warden_place version_at)
{
	if (stands_twice(d, name.at, m->name.at, "`policy`"))
		return;
	warden_model_check_length(d, name, "the name of the policy", WARDEN_LABEL_MAX);
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
	warden_model_check_length(d, contact, "the contact", WARDEN_CONTACT_MAX);
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

uint64_t warden_model_day_end(const char *date)
{
	struct tm tm = { .tm_year = (int)number_at(date, 4) - 1900, .tm_mon = (int)number_at(date + 5, 2) - 1,
			 .tm_mday = (int)number_at(date + 8, 2) + 1 };
	time_t end = timegm(&tm);

	return end > 0 ? (uint64_t)end : 1; /* a day before 1970 is over as well */
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

static void check_control(struct warden_diags *d, const struct warden_tags *tags)
{
	if (tags->control.text)
		warden_model_check_length(d, tags->control, "the control", WARDEN_CONTROL_MAX);
}

void warden_model_set_default(struct warden_model *m, struct warden_diags *d, uint32_t domain,
			      const struct warden_default *def)
{
	char what[64];

	snprintf(what, sizeof(what), "`default %s`", warden_model_domain(domain));
	if (stands_twice(d, def->at, m->defaults[domain].at, what))
		return;
	check_control(d, &def->tags);
	m->defaults[domain] = *def;
}

/* Programs and groups share their names, as a rule may speak of either. */
static void check_name_is_free(struct warden_model *m, struct warden_diags *d,
			       struct warden_name name, const char *what)
{
	uint32_t program = warden_index_get(&m->program_names, name.text);
	uint32_t group = warden_index_get(&m->group_names, name.text);
	char where[WARDEN_WHERE_TEXT];

	if (program != WARDEN_INDEX_NONE)
		warden_diags_add(d, name.at,
				 "%s `%s` is defined here a second time; the first is on %s, "
				 "rename one",
				 what, name.text,
				 warden_diags_where(d, m->programs.v[program].name.at, where));
	if (group != WARDEN_INDEX_NONE)
		warden_diags_add(d, name.at,
				 "%s `%s` has the name of the group on %s; rename one", what,
				 name.text,
				 warden_diags_where(d, m->groups.v[group].name.at, where));
}

void warden_model_add_program(struct warden_model *m, struct warden_diags *d,
			      struct warden_name name)
{
	struct warden_program *p;

	check_name_is_free(m, d, name, "program");
	if (warden_index_get(&m->program_names, name.text) == WARDEN_INDEX_NONE)
		warden_index_add(&m->program_names, name.text, (uint32_t)m->programs.n);
	warden_model_check_length(d, name, "the name of the program", WARDEN_LABEL_MAX);
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

static const struct warden_item *find_item(const struct warden_model *m,
					   const struct warden_program *p,
					   enum warden_item_kind kind)
{
	size_t i;

	for (i = p->first_item; i < m->items.n; i++)
		if (m->items.v[i].kind == kind)
			return &m->items.v[i];
	return NULL;
}

/* One of its names is that of a directory, as `cat /proc/PID/cgroup` shows it. */
static void check_unit(struct warden_model *m, struct warden_diags *d, const struct warden_item *item)
{
	const struct warden_program *p = &m->programs.v[m->programs.n - 1];
	const struct warden_item *other = find_item(m, p, WARDEN_ITEM_UNIT);

	warden_model_check_length(d, item->name, "the unit", WARDEN_UNIT_MAX);
	if (other)
		warden_diags_add(d, item->name.at,
				 "program `%s` has a unit already, on line %u; keep one, and name "
				 "another program for the other",
				 p->name.text, other->name.at.line);
	if (item->name.text[0] && !warden_unit_is_name(item->name.text))
		warden_diags_add(d, item->name.at,
				 "\"%s\" is no unit; write the name of a service or a scope, as in "
				 "\"mosquitto.service\"",
				 item->name.text);
}

static void check_arguments(struct warden_model *m, struct warden_diags *d,
			    const struct warden_item *item)
{
	const struct warden_program *p = &m->programs.v[m->programs.n - 1];
	const struct warden_item *other = find_item(m, p, WARDEN_ITEM_ARGUMENTS);

	if (item->name.text[0]) /* none are arguments, too */
		warden_model_check_length(d, item->name, "the arguments", WARDEN_ARGUMENTS_MAX);
	if (other)
		warden_diags_add(d, item->name.at,
				 "program `%s` has arguments already, on line %u; keep one, and name "
				 "another program for the others",
				 p->name.text, other->name.at.line);
	if (!warden_arguments_is_pattern(item->name.text))
		warden_diags_add(d, item->name.at,
				 "\"%s\" are no arguments; write a word for each with one blank "
				 "between them, and `...` at the end where more may follow",
				 item->name.text);
}

static void check_item(struct warden_model *m, struct warden_diags *d, struct warden_item *item)
{
	const struct warden_program *p = &m->programs.v[m->programs.n - 1];
	const struct warden_item *user;

	switch (item->kind) {
	case WARDEN_ITEM_PATH:
		warden_model_check_length(d, item->name, "the path", WARDEN_PATH_MAX);
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
	case WARDEN_ITEM_UNIT:
		check_unit(m, d, item);
		return;
	case WARDEN_ITEM_ARGUMENTS:
		check_arguments(m, d, item);
		return;
	case WARDEN_ITEM_KERNEL: /* at the end of the program */
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

bool warden_model_is_kernel(const struct warden_model *m, const struct warden_program *p)
{
	size_t i;

	for (i = 0; i < p->items; i++)
		if (m->items.v[p->first_item + i].kind == WARDEN_ITEM_KERNEL)
			return true;
	return false;
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
	if (warden_model_is_kernel(m, p)) {
		if (p->items > 1)
			warden_diags_add(d, p->name.at,
					 "program `%s` is the kernel, and nothing else; leave `kernel` alone, and "
					 "join it with other programs in a group",
					 p->name.text);
		return;
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
			      const struct warden_purpose *purpose)
{
	struct warden_name name = purpose->name;
	uint32_t first = warden_index_get(&m->purpose_names, name.text);
	char where[WARDEN_WHERE_TEXT];

	if (first != WARDEN_INDEX_NONE)
		warden_diags_add(d, name.at,
				 "purpose `%s` is defined here a second time; the first is on %s, "
				 "rename one",
				 name.text,
				 warden_diags_where(d, m->purposes.v[first].name.at, where));
	else
		warden_index_add(&m->purpose_names, name.text, (uint32_t)m->purposes.n);
	warden_model_check_length(d, name, "the name of the purpose", WARDEN_LABEL_MAX);
	if (purpose->until.text && !date_exists(purpose->until.text))
		warden_diags_add(d, purpose->until.at, "%s is no day of the calendar; write YYYY-MM-DD",
				 purpose->until.text);
	warden_model_check_length(d, purpose->text, "the text of the purpose", WARDEN_TEXT_MAX);
	if (m->purposes.n == WARDEN_PURPOSES_MAX)
		warden_diags_add(d, name.at, "a policy can name %u purposes; this is one more",
				 WARDEN_PURPOSES_MAX);
	*warden_array_add(&m->purposes) = *purpose;
}

const struct warden_time_unit *warden_time_unit(size_t n)
{
	static const struct warden_time_unit units[] = {
		{ "days", 86400 }, { "hours", 3600 }, { "minutes", 60 }, { "seconds", 1 },
	};

	return n < sizeof(units) / sizeof(*units) ? &units[n] : NULL;
}

void warden_model_set_sweep(struct warden_place *sweep, struct warden_diags *d, struct warden_place at,
			    const char *words)
{
	char where[WARDEN_WHERE_TEXT];

	if (sweep->line)
		warden_diags_add(d, at, "`%s` stands here a second time; the first is on %s, keep one",
				 words, warden_diags_where(d, *sweep, where));
	*sweep = at;
}

/* What ends, for people. */
static const char *unused_what(uint32_t domain)
{
	switch (domain) {
	case WARDEN_DOMAIN_SENSOR:
		return "unused rules for sensors lapse";
	case WARDEN_DOMAIN_LISTEN:
		return "unused rules to listen lapse";
	case WARDEN_DOMAIN_CONNECT:
		return "unused rules to connect lapse";
	default:
		return "unused consents end";
	}
}

void warden_model_set_unused(struct warden_model *m, struct warden_diags *d, uint32_t domain,
			     uint64_t seconds, struct warden_place at)
{
	struct warden_unused *unused = &m->unused[domain];
	char where[WARDEN_WHERE_TEXT];

	if (unused->at.line)
		warden_diags_add(d, at, "when %s is said here a second time; the first is on %s, keep one",
				 unused_what(domain), warden_diags_where(d, unused->at, where));
	if (seconds < 1 || seconds > WARDEN_MODEL_SPAN_MAX)
		warden_diags_add(d, at, "%s after 1 second to 36500 days", unused_what(domain));
	*unused = (struct warden_unused){ at, (uint32_t)seconds };
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

void warden_model_add_group(struct warden_model *m, struct warden_diags *d,
			    const struct warden_group *group)
{
	check_name_is_free(m, d, group->name, "group");
	warden_model_check_length(d, group->name, "the name of the group", WARDEN_LABEL_MAX);
	if (warden_index_get(&m->group_names, group->name.text) == WARDEN_INDEX_NONE)
		warden_index_add(&m->group_names, group->name.text, (uint32_t)m->groups.n);
	if (group->kind == WARDEN_GROUP_SENSORS &&
	    warden_enum_value(warden_enum_sensor_class(), group->name.text) >= 0)
		warden_diags_add(d, group->name.at,
				 "`%s` is a sensor class; give the group another name",
				 group->name.text);
	if (m->groups.n == WARDEN_GROUPS_MAX)
		warden_diags_add(d, group->name.at, "a policy can name %u groups; this is one more",
				 WARDEN_GROUPS_MAX);
	*warden_array_add(&m->groups) = *group;
}

void warden_model_add_rule(struct warden_model *m, struct warden_diags *d,
			   const struct warden_rule *rule)
{
	struct warden_rule *r = warden_array_add(&m->rules);

	*r = *rule;
	if (r->tags.optional.line)
		r->flags |= WARDEN_RULE_FLAG_OPTIONAL;
	check_control(d, &r->tags);
	warden_model_check_rule(d, r);
}

void warden_model_add_safety(struct warden_model *m, struct warden_diags *d,
			     const struct warden_rule *rule)
{
	struct warden_rule *r = warden_array_add(&m->safety);

	*r = *rule;
	r->flags = WARDEN_RULE_FLAG_SAFETY;
	warden_model_check_rule(d, r);
}

void warden_model_add_appraise(struct warden_model *m, struct warden_diags *d,
			       const struct warden_appraise *appraise)
{
	warden_model_check_length(d, appraise->file, "the path", WARDEN_PATH_MAX);
	check_control(d, &appraise->tags);
	*warden_array_add(&m->appraises) = *appraise;
}

/* What is for the time before setup is for nothing where there is none. */
static void check_setup(const struct warden_model *m, struct warden_diags *d, bool whole)
{
	size_t i;

	for (i = 0; whole && !m->setup.line && i < m->rules.n; i++)
		if (m->rules.v[i].until_setup.line)
			warden_diags_add(d, m->rules.v[i].until_setup,
					 "the policy asks for no setup; add `until setup closed;`");
}

void warden_model_check(struct warden_model *m, struct warden_diags *d, bool whole)
{
	static const struct warden_place top = { .line = 1, .column = 1 };

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
	check_setup(m, d, whole);
	warden_model_resolve(m, d);
}
