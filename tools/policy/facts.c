// SPDX-License-Identifier: GPL-2.0-only
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "facts.h"

/* One thing that is said. Texts are kept in the arena of the comparison. */
struct fact {
	const char *of;
	const char *value;
	const char *entry; /* the rule or program it is of; NULL where it is of neither */
};

struct facts {
	WARDEN_ARRAY(struct fact) list;
	WARDEN_ARRAY(const char *) entries; /* the rules and programs there are */
	bool of_entries;		    /* some fact is of one */
};

enum { BEFORE, AFTER, SIDES };

struct comparison {
	const struct warden_view *view[SIDES];
	struct facts said[SIDES];
	struct warden_arena arena;
	warden_fact_fn fn;
	void *ctx;
};

/* --- what is told elsewhere --------------------------------------------------------------- */

#define BIT(n) (UINT64_C(1) << (n))

/* By set: what verdicts are made of, and what an entry is known by. */
static const struct {
	const struct warden_wire_set *(*set)(void);
	uint64_t attrs;
} judged[] = {
	{ warden_set_header, BIT(WARDEN_A_HEADER_NAME) | BIT(WARDEN_A_HEADER_VERSION) |
			     BIT(WARDEN_A_HEADER_MODE) },
	{ warden_set_default, BIT(WARDEN_A_DEFAULT_DOMAIN) | BIT(WARDEN_A_DEFAULT_ACTION) |
			      BIT(WARDEN_A_DEFAULT_MODE) },
	{ warden_set_program, BIT(WARDEN_A_PROGRAM_ID) | BIT(WARDEN_A_PROGRAM_LABEL) |
			      BIT(WARDEN_A_PROGRAM_DIGEST) | BIT(WARDEN_A_PROGRAM_UID) },
	{ warden_set_purpose, BIT(WARDEN_A_PURPOSE_ID) | BIT(WARDEN_A_PURPOSE_LABEL) },
	{ warden_set_signer, BIT(WARDEN_A_SIGNER_CERTIFICATE) },
	{ warden_set_measure, BIT(WARDEN_A_MEASURE_DOMAINS) },
	{ warden_set_appraise, BIT(WARDEN_A_APPRAISE_DOMAIN) | BIT(WARDEN_A_APPRAISE_DIGESTS) },
	{ warden_set_rule, BIT(WARDEN_A_RULE_LINE) | BIT(WARDEN_A_RULE_DOMAIN) |
			   BIT(WARDEN_A_RULE_ACTION) | BIT(WARDEN_A_RULE_PROGRAM) |
			   BIT(WARDEN_A_RULE_CLASS) | BIT(WARDEN_A_RULE_TOPOLOGY) |
			   BIT(WARDEN_A_RULE_PURPOSE) | BIT(WARDEN_A_RULE_FLAGS) |
			   BIT(WARDEN_A_RULE_WITHDRAW_MS) | BIT(WARDEN_A_RULE_PROTOCOL) |
			   BIT(WARDEN_A_RULE_PORT_LOW) | BIT(WARDEN_A_RULE_PORT_HIGH) |
			   BIT(WARDEN_A_RULE_PORTS) | BIT(WARDEN_A_RULE_DIGEST) |
			   BIT(WARDEN_A_RULE_NET) | BIT(WARDEN_A_RULE_SOCKET) |
			   BIT(WARDEN_A_RULE_SURFACE) | BIT(WARDEN_A_RULE_PATTERN) |
			   BIT(WARDEN_A_RULE_USB_CLASS) | BIT(WARDEN_A_RULE_INTERFACE) |
			   BIT(WARDEN_A_RULE_OWN) },
};

bool warden_facts_judged(const struct warden_wire_set *set, uint32_t type)
{
	size_t i;

	for (i = 0; i < sizeof(judged) / sizeof(*judged); i++)
		if (judged[i].set() == set)
			return judged[i].attrs >> type & 1;
	return false;
}

/* --- words ---------------------------------------------------------------------------------- */

/* The next attribute of a nest; NULL at its end. @at goes on behind it. */
static const uint8_t *next_attr(const uint8_t *data, size_t len, size_t *at, struct nlattr *a)
{
	const uint8_t *attr = data + *at;

	if (*at + sizeof(*a) > len)
		return NULL;
	memcpy(a, attr, sizeof(*a));
	if (a->nla_len < NLA_HDRLEN || a->nla_len > len - *at)
		return NULL;
	*at += NLA_ALIGN(a->nla_len);
	a->nla_type &= NLA_TYPE_MASK;
	a->nla_len = (uint16_t)(a->nla_len - NLA_HDRLEN);
	return attr + NLA_HDRLEN;
}

static const struct warden_wire_attr *known(const struct warden_wire_set *set, uint32_t type)
{
	return type && type <= set->max && set->attrs[type].name ? &set->attrs[type] : NULL;
}

static void put_bytes(FILE *f, const uint8_t *data, size_t len)
{
	uint8_t digest[WARDEN_DIGEST_SIZE];
	size_t i;

	if (len > sizeof(digest)) {
		warden_sha256(digest, data, len);
		fputs("sha256 ", f);
		data = digest;
		len = sizeof(digest);
	}
	for (i = 0; i < len; i++)
		fprintf(f, "%02x", data[i]);
}

static void put_text(FILE *f, const uint8_t *data, size_t len)
{
	size_t i;

	putc('"', f);
	for (i = 0; i < len && data[i]; i++)
		putc(data[i] < ' ' || data[i] == 0x7f ? '?' : data[i], f);
	putc('"', f);
}

static void put_number(FILE *f, const struct warden_wire_attr *attr, const uint8_t *data, size_t len)
{
	uint64_t number = 0, bit;
	const char *join = "";

	memcpy(&number, data, len <= sizeof(number) ? len : sizeof(number));
	if (!attr->values) {
		fprintf(f, "%llu", (unsigned long long)number);
	} else if (!attr->values->flags) {
		fputs(warden_enum_word(attr->values, number), f);
	} else {
		for (bit = 0; bit < attr->values->count; bit++)
			if (number >> bit & 1) {
				fprintf(f, "%s%s", join, attr->values->words[bit]);
				join = "+";
			}
	}
}

static void put_value(FILE *f, const struct warden_wire_attr *attr, const uint8_t *data, size_t len);

/* Nests in the tables end: a digest holds numbers, a window holds numbers. */
static void put_nest(FILE *f, const struct warden_wire_set *set, const uint8_t *data, size_t len)
{
	const char *join = "";
	const uint8_t *at_data;
	struct nlattr a;
	size_t at = 0;

	while ((at_data = next_attr(data, len, &at, &a))) {
		const struct warden_wire_attr *attr = known(set, a.nla_type);

		if (!attr)
			continue;
		fprintf(f, "%s%s ", join, attr->name);
		put_value(f, attr, at_data, a.nla_len);
		join = " ";
	}
}

static void put_value(FILE *f, const struct warden_wire_attr *attr, const uint8_t *data, size_t len)
{
	switch (attr->kind) {
	case WARDEN_WIRE_U32:
	case WARDEN_WIRE_U64:
		put_number(f, attr, data, len);
		break;
	case WARDEN_WIRE_STRING:
		put_text(f, data, len);
		break;
	case WARDEN_WIRE_BINARY:
		put_bytes(f, data, len);
		break;
	case WARDEN_WIRE_NEST:
		put_nest(f, attr->nest, data, len);
		break;
	}
}

/* All of one attribute of an entry, with commas; NULL where it has none. Kept by the arena. */
static const char *value_of(struct comparison *c, const struct warden_wire_set *set, uint32_t type,
			    const struct warden_value *entry)
{
	const char *kept = NULL, *join = "";
	const uint8_t *data;
	struct nlattr a;
	char *text;
	size_t len, at = 0;
	FILE *f = open_memstream(&text, &len);

	while ((data = next_attr(entry->data, entry->len, &at, &a))) {
		if (a.nla_type != type)
			continue;
		fputs(join, f);
		put_value(f, &set->attrs[type], data, a.nla_len);
		join = ", ";
	}
	fclose(f);
	if (len || *join)
		kept = warden_arena_dup(&c->arena, text, len);
	free(text);
	return kept;
}

/* --- gathering --------------------------------------------------------------------------------- */

static const char *label_of(const struct warden_view *v, uint32_t type, uint32_t id)
{
	if (type == WARDEN_A_RULE_PROGRAM)
		return id && id <= v->programs.n ? v->programs.v[id - 1].label : "?";
	return id && id <= v->purposes.n ? v->purposes.v[id - 1] : "?";
}

/* What a rule decides: all that a verdict is made of, but for the line it stands on. */
static const char *rule_text(struct comparison *c, const struct warden_view *v,
			     const struct warden_value *rule)
{
	const struct warden_wire_set *set = warden_set_rule();
	const char *kept;
	const uint8_t *data;
	struct nlattr a;
	char *text;
	size_t len, at = 0;
	FILE *f = open_memstream(&text, &len);

	fputs("rule", f);
	while ((data = next_attr(rule->data, rule->len, &at, &a))) {
		uint32_t id = 0;

		if (!known(set, a.nla_type) || a.nla_type == WARDEN_A_RULE_LINE ||
		    !warden_facts_judged(set, a.nla_type))
			continue;
		fprintf(f, " %s ", set->attrs[a.nla_type].name);
		memcpy(&id, data, a.nla_len < sizeof(id) ? a.nla_len : sizeof(id));
		if (a.nla_type == WARDEN_A_RULE_PROGRAM || a.nla_type == WARDEN_A_RULE_PURPOSE)
			fputs(label_of(v, a.nla_type, id), f);
		else
			put_value(f, &set->attrs[a.nla_type], data, a.nla_len);
	}
	fclose(f);
	kept = warden_arena_dup(&c->arena, text, len);
	free(text);
	return kept;
}

/* What an entry is called: `purpose see`, `signer 3f...`; the header is the policy. */
static const char *name_of(struct comparison *c, const struct warden_view *v,
			   const struct warden_wire_set *set, const struct warden_value *entry)
{
	const char *id = NULL;
	char name[512];

	if (set == warden_set_rule())
		return rule_text(c, v, entry);
	if (set == warden_set_header())
		return "policy";
	if (set == warden_set_program())
		id = value_of(c, set, WARDEN_A_PROGRAM_LABEL, entry);
	else if (set == warden_set_purpose())
		id = value_of(c, set, WARDEN_A_PURPOSE_LABEL, entry);
	else if (set == warden_set_signer())
		id = value_of(c, set, WARDEN_A_SIGNER_CERTIFICATE, entry);
	snprintf(name, sizeof(name), "%s%s%s", set->name, id ? " " : "", id ? id : "");
	return warden_arena_dup(&c->arena, name, strlen(name));
}

/* Whether such an entry is there shows in verdicts. */
static bool is_told(const struct warden_wire_set *set)
{
	return set == warden_set_rule() || set == warden_set_program();
}

static void gather_entry(struct comparison *c, unsigned int side, const struct warden_wire_set *set,
			 const struct warden_value *entry)
{
	struct facts *facts = &c->said[side];
	const char *name = NULL, *value;
	uint32_t type;

	for (type = 1; type <= set->max; type++) {
		char of[1024];

		if (!known(set, type) || warden_facts_judged(set, type))
			continue;
		value = value_of(c, set, type, entry);
		if (!value)
			continue;
		name = name ? name : name_of(c, c->view[side], set, entry);
		snprintf(of, sizeof(of), "%s: %s", name, set->attrs[type].name);
		*warden_array_add(&facts->list) = (struct fact){
			warden_arena_dup(&c->arena, of, strlen(of)), value,
			is_told(set) ? name : NULL };
		facts->of_entries |= is_told(set);
	}
}

typedef void (*entry_fn)(struct comparison *c, unsigned int side, const struct warden_wire_set *set,
			 const struct warden_value *entry);

static void each_entry(struct comparison *c, unsigned int side, entry_fn fn)
{
	const struct warden_wire_set *policy = warden_set_policy();
	const struct warden_view *v = c->view[side];
	struct warden_value entry = { .data = NULL };
	struct nlattr a;
	size_t at = 0;

	while ((entry.data = next_attr(v->bytes, v->len, &at, &a))) {
		entry.len = a.nla_len;
		if (known(policy, a.nla_type) && policy->attrs[a.nla_type].nest)
			fn(c, side, policy->attrs[a.nla_type].nest, &entry);
	}
}

static void gather_name(struct comparison *c, unsigned int side, const struct warden_wire_set *set,
			const struct warden_value *entry)
{
	if (is_told(set))
		*warden_array_add(&c->said[side].entries) = name_of(c, c->view[side], set, entry);
}

/* --- comparing ---------------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int by_fact(const void *a, const void *b)
{
	const struct fact *x = a, *y = b;
	int c = strcmp(x->of, y->of);

	return c ? c : strcmp(x->value, y->value);
}

static bool has_entry(const struct facts *facts, const char *entry)
{
	return facts->entries.n &&
	       bsearch(&entry, facts->entries.v, facts->entries.n, sizeof(*facts->entries.v), by_text);
}

/* Only one side says it. */
static void tell_one(const struct comparison *c, unsigned int side, const struct fact *fact)
{
	if (!fact->entry || has_entry(&c->said[!side], fact->entry))
		c->fn(c->ctx, fact->of, side == BEFORE ? fact->value : NULL,
		      side == AFTER ? fact->value : NULL);
}

/* Both lists are sorted: what only one holds is told, and two that are of the same thing as one. */
static void compare(const struct comparison *c)
{
	const struct fact *a = c->said[BEFORE].list.v, *b = c->said[AFTER].list.v;
	const struct fact *end_a = a + c->said[BEFORE].list.n, *end_b = b + c->said[AFTER].list.n;

	while (a < end_a || b < end_b) {
		int order = a == end_a ? 1 : b == end_b ? -1 : by_fact(a, b);

		if (order && a < end_a && b < end_b && !strcmp(a->of, b->of))
			c->fn(c->ctx, a->of, a->value, b->value);
		else if (order < 0)
			tell_one(c, BEFORE, a);
		else if (order > 0)
			tell_one(c, AFTER, b);
		if (order && a < end_a && b < end_b && !strcmp(a->of, b->of))
			order = 0;
		a += order <= 0;
		b += order >= 0;
	}
}

static void sort_facts(struct facts *facts)
{
	if (facts->list.n)
		qsort(facts->list.v, facts->list.n, sizeof(*facts->list.v), by_fact);
	if (facts->entries.n)
		qsort(facts->entries.v, facts->entries.n, sizeof(*facts->entries.v), by_text);
}

void warden_facts_compare(const struct warden_view *before, const struct warden_view *after,
			  warden_fact_fn fn, void *ctx)
{
	struct comparison c = { .view = { before, after }, .fn = fn, .ctx = ctx };
	unsigned int side;

	for (side = BEFORE; side < SIDES; side++)
		each_entry(&c, side, gather_entry);
	for (side = BEFORE; side < SIDES; side++) {
		if (c.said[BEFORE].of_entries || c.said[AFTER].of_entries)
			each_entry(&c, side, gather_name);
		sort_facts(&c.said[side]);
	}
	compare(&c);
	for (side = BEFORE; side < SIDES; side++) {
		free(c.said[side].list.v);
		free(c.said[side].entries.v);
	}
	warden_arena_free(&c.arena);
}
