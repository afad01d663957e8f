// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy under construction: the entries of one transaction, parsed strictly
 * as they come in, and made into a snapshot when all of them are there.
 *
 * Everything a snapshot promises is checked here: order of ids, names that
 * stand for something, limits, order of tables. What fails is refused with one
 * sentence and leaves no trace.
 */
#include <crypto/sha2.h>
#include <linux/bits.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <net/netlink.h>

#include "extack.h"
#include "netlink-gen.h"
#include "snapshot.h"
#include "stage.h"

/* An array that grows by doubling, up to a limit. */
struct table {
	void *item;
	u32 nr;
	u32 room;
};

/**
 * struct warden_stage - a policy under construction
 * @snap: what it becomes; its tables are moved in by warden_stage_finish()
 * @hash: SHA-256 of the entries so far
 * @bytes: how many bytes of entries came in
 * @broken: an entry was refused, so the whole is
 * @has_header: the header came in
 * @mode: mode of the policy
 * @has_default: bit mask of the domains whose default came in
 * @own_mode: bit mask of the domains with a mode of their own
 * @programs: struct warden_program
 * @refs: struct warden_digest_ref
 * @purposes: struct warden_purpose
 * @rules: struct warden_rule; the purpose is an id until finish
 * @rule_digests: struct warden_digest
 * @reference: struct warden_digest, per domain
 */
struct warden_stage {
	struct warden_snapshot *snap;
	struct sha256_state hash;
	u32 bytes;
	bool broken;
	bool has_header;
	u8 mode;
	u32 has_default;
	u32 own_mode;
	struct table programs;
	struct table refs;
	struct table purposes;
	struct table rules;
	struct table rule_digests;
	struct table reference[WARDEN_DOMAIN_RULES];
};

static const char spoilt[] = "an entry before was refused; begin the policy again";

/* --- tables ------------------------------------------------------------------- */

static int grow(struct table *t, size_t size, u32 max)
{
	u32 room = t->room ? min(t->room * 2, max) : min(16U, max);
	void *item;

	if (t->nr < t->room)
		return 0;
	if (t->nr >= max)
		return -ENOSPC;
	item = kvmalloc_array(room, size, GFP_KERNEL_ACCOUNT);
	if (!item)
		return -ENOMEM;
	if (t->nr)
		memcpy(item, t->item, t->nr * size);
	kvfree(t->item);
	t->item = item;
	t->room = room;
	return 0;
}

/* The next item of a table, zeroed; told to @extack as @what where there is no room. */
static void *append(struct table *t, size_t size, u32 max, const char *what,
		    struct netlink_ext_ack *extack)
{
	int err = grow(t, size, max);
	void *item;

	if (err) {
		if (err == -ENOSPC)
			NL_SET_ERR_MSG_FMT(extack, "more than %u %s", max, what);
		else
			NL_SET_ERR_MSG(extack, "out of memory for the policy");
		return ERR_PTR(err);
	}
	item = t->item + t->nr++ * size;
	memset(item, 0, size);
	return item;
}

/* Move a table into a snapshot's field. */
static void *take(struct table *t, u32 *nr)
{
	void *item = t->item;

	*nr = t->nr;
	*t = (struct table){};
	return item;
}

/* --- attributes ------------------------------------------------------------------ */

static int refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, const char *why)
{
	return warden_refuse(extack, attr, -EINVAL, why);
}

/* Characters of a string attribute, whose policy has checked the NUL. */
static size_t length(const struct nlattr *attr)
{
	return strnlen(nla_data(attr), nla_len(attr));
}

static u32 get_u32(struct nlattr *const *tb, int type, u32 missing)
{
	return tb[type] ? nla_get_u32(tb[type]) : missing;
}

static void get_string(char *to, size_t size, const struct nlattr *attr)
{
	if (attr)
		nla_strscpy(to, attr, size);
}

/* Labels stand in logs and on terminals: no control characters, and never empty. */
static int check_label(const struct nlattr *attr, const struct nlattr *entry,
		       struct netlink_ext_ack *extack)
{
	const u8 *c;

	if (!attr || length(attr) == 0)
		return refuse(extack, attr ?: entry, "a name is missing or empty");
	for (c = nla_data(attr); c < (u8 *)nla_data(attr) + length(attr); c++)
		if (*c < 0x20 || *c == 0x7f)
			return refuse(extack, attr, "a name holds a control character");
	return 0;
}

static int parse_digest(const struct nlattr *attr, struct warden_digest *digest,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[WARDEN_A_DIGEST_MAX + 1];
	int err;

	err = nla_parse_nested(tb, WARDEN_A_DIGEST_MAX, attr, warden_digest_nl_policy, extack);
	if (err)
		return err;
	if (!tb[WARDEN_A_DIGEST_ALG] || !tb[WARDEN_A_DIGEST_BYTES])
		return refuse(extack, attr, "a digest needs its alg and its bytes");
	digest->alg = nla_get_u32(tb[WARDEN_A_DIGEST_ALG]);
	memcpy(digest->bytes, nla_data(tb[WARDEN_A_DIGEST_BYTES]), sizeof(digest->bytes));
	return 0;
}

/* --- entries ------------------------------------------------------------------------- */

static int add_header(struct warden_stage *stage, const struct nlattr *attr,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *tb[WARDEN_A_HEADER_MAX + 1];
	struct warden_snapshot *snap = stage->snap;
	int err;

	if (stage->has_header)
		return refuse(extack, attr, "a policy has one header");
	err = nla_parse_nested(tb, WARDEN_A_HEADER_MAX, attr, warden_header_nl_policy, extack);
	if (!err)
		err = check_label(tb[WARDEN_A_HEADER_NAME], attr, extack);
	if (!err)
		err = check_label(tb[WARDEN_A_HEADER_CONTACT], attr, extack);
	if (!err)
		err = check_label(tb[WARDEN_A_HEADER_SUPPORT_UNTIL], attr, extack);
	if (err)
		return err;
	if (!tb[WARDEN_A_HEADER_VERSION])
		return refuse(extack, attr, "the header needs a version");
	get_string(snap->name, sizeof(snap->name), tb[WARDEN_A_HEADER_NAME]);
	get_string(snap->contact, sizeof(snap->contact), tb[WARDEN_A_HEADER_CONTACT]);
	get_string(snap->support_until, sizeof(snap->support_until),
		   tb[WARDEN_A_HEADER_SUPPORT_UNTIL]);
	snap->version = nla_get_u32(tb[WARDEN_A_HEADER_VERSION]);
	stage->mode = get_u32(tb, WARDEN_A_HEADER_MODE, WARDEN_MODE_ENFORCE);
	stage->has_header = true;
	return 0;
}

static int add_default(struct warden_stage *stage, const struct nlattr *attr,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[WARDEN_A_DEFAULT_MAX + 1];
	struct warden_default *def;
	u32 domain;
	int err;

	err = nla_parse_nested(tb, WARDEN_A_DEFAULT_MAX, attr, warden_default_nl_policy, extack);
	if (err)
		return err;
	if (!tb[WARDEN_A_DEFAULT_DOMAIN] || !tb[WARDEN_A_DEFAULT_ACTION])
		return refuse(extack, attr, "a default needs its domain and its action");
	domain = nla_get_u32(tb[WARDEN_A_DEFAULT_DOMAIN]);
	if (stage->has_default & BIT(domain))
		return refuse(extack, attr, "a domain has one default");
	stage->has_default |= BIT(domain);
	def = &stage->snap->defaults[domain];
	def->action = nla_get_u32(tb[WARDEN_A_DEFAULT_ACTION]);
	if (tb[WARDEN_A_DEFAULT_MODE]) {
		def->mode = nla_get_u32(tb[WARDEN_A_DEFAULT_MODE]);
		stage->own_mode |= BIT(domain);
	}
	return 0;
}

static int add_program_digest(struct warden_stage *stage, struct warden_program *program,
			      const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct warden_digest_ref *ref;
	struct warden_digest digest;
	int err = parse_digest(attr, &digest, extack);

	if (err)
		return err;
	if (program->nr_digests == WARDEN_PROGRAM_DIGESTS_MAX)
		return refuse(extack, attr, "a program has more than 4 digests");
	ref = append(&stage->refs, sizeof(*ref), WARDEN_PROGRAMS_MAX * WARDEN_PROGRAM_DIGESTS_MAX,
		     "program digests", extack);
	if (IS_ERR(ref))
		return PTR_ERR(ref);
	ref->digest = digest;
	ref->program = stage->programs.nr - 1;
	program->digests[program->nr_digests++] = digest;
	return 0;
}

static int add_program_digests(struct warden_stage *stage, struct warden_program *program,
			       const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct nlattr *digest;
	int rem, err;

	nla_for_each_nested(digest, attr, rem) {
		if (nla_type(digest) != WARDEN_A_PROGRAM_DIGEST)
			continue;
		err = add_program_digest(stage, program, digest, extack);
		if (err)
			return err;
	}
	return program->nr_digests ? 0 : refuse(extack, attr, "a program needs a digest");
}

static int add_program(struct warden_stage *stage, const struct nlattr *attr,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[WARDEN_A_PROGRAM_MAX + 1];
	struct warden_program *program;
	int err;

	err = nla_parse_nested(tb, WARDEN_A_PROGRAM_MAX, attr, warden_program_nl_policy, extack);
	if (!err)
		err = check_label(tb[WARDEN_A_PROGRAM_LABEL], attr, extack);
	if (err)
		return err;
	program = append(&stage->programs, sizeof(*program), WARDEN_PROGRAMS_MAX, "programs",
			 extack);
	if (IS_ERR(program))
		return PTR_ERR(program);
	program->id = get_u32(tb, WARDEN_A_PROGRAM_ID, 0);
	if (program->id != stage->programs.nr)
		return refuse(extack, attr, "program ids must count from 1");
	get_string(program->label, sizeof(program->label), tb[WARDEN_A_PROGRAM_LABEL]);
	program->has_uid = tb[WARDEN_A_PROGRAM_UID];
	program->uid = get_u32(tb, WARDEN_A_PROGRAM_UID, 0);
	return add_program_digests(stage, program, attr, extack);
}

static int add_purpose(struct warden_stage *stage, const struct nlattr *attr,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[WARDEN_A_PURPOSE_MAX + 1];
	struct warden_purpose *purpose;
	int err;

	err = nla_parse_nested(tb, WARDEN_A_PURPOSE_MAX, attr, warden_purpose_nl_policy, extack);
	if (!err)
		err = check_label(tb[WARDEN_A_PURPOSE_LABEL], attr, extack);
	if (err)
		return err;
	purpose = append(&stage->purposes, sizeof(*purpose), WARDEN_PURPOSES_MAX, "purposes",
			 extack);
	if (IS_ERR(purpose))
		return PTR_ERR(purpose);
	purpose->id = get_u32(tb, WARDEN_A_PURPOSE_ID, 0);
	if (purpose->id != stage->purposes.nr)
		return refuse(extack, attr, "purpose ids must count from 1");
	get_string(purpose->label, sizeof(purpose->label), tb[WARDEN_A_PURPOSE_LABEL]);
	purpose->key = warden_snapshot_key(purpose->label);
	return 0;
}

static int add_rule_digest(struct warden_stage *stage, struct warden_rule *rule,
			   const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	struct warden_digest *digest;

	if (!attr)
		return 0;
	digest = append(&stage->rule_digests, sizeof(*digest), WARDEN_RULES_MAX, "rule digests",
			extack);
	if (IS_ERR(digest))
		return PTR_ERR(digest);
	rule->digest = stage->rule_digests.nr;
	return parse_digest(attr, digest, extack);
}

/* A field that means nothing in a rule's domain is a mistake, and a mistake is not guessed at. */
static int check_rule_fields(struct nlattr *const *tb, const struct nlattr *attr, u32 domain,
			     struct netlink_ext_ack *extack)
{
	static const u32 sensor_fields[] = { WARDEN_A_RULE_CLASS, WARDEN_A_RULE_TOPOLOGY,
					     WARDEN_A_RULE_PURPOSE, WARDEN_A_RULE_WITHDRAW_MS };
	static const u32 port_fields[] = { WARDEN_A_RULE_PROTOCOL, WARDEN_A_RULE_PORT_LOW,
					   WARDEN_A_RULE_PORT_HIGH };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sensor_fields); i++)
		if (tb[sensor_fields[i]] && domain != WARDEN_DOMAIN_SENSOR)
			return refuse(extack, tb[sensor_fields[i]], "only a sensor rule has this field");
	for (i = 0; i < ARRAY_SIZE(port_fields); i++)
		if (tb[port_fields[i]] && domain != WARDEN_DOMAIN_LISTEN)
			return refuse(extack, tb[port_fields[i]], "only a listen rule has this field");
	if (tb[WARDEN_A_RULE_DIGEST] && domain < WARDEN_DOMAIN_EXEC)
		return refuse(extack, tb[WARDEN_A_RULE_DIGEST],
			      "only an exec, module or firmware rule has a digest");
	if (domain == WARDEN_DOMAIN_CONNECT)
		return refuse(extack, attr, "this build does not enforce connect rules");
	return 0;
}

static int check_rule(struct nlattr *const *tb, const struct nlattr *attr,
		      const struct warden_rule *rule, struct netlink_ext_ack *extack)
{
	if (!tb[WARDEN_A_RULE_LINE] || !tb[WARDEN_A_RULE_DOMAIN] || !tb[WARDEN_A_RULE_ACTION])
		return refuse(extack, attr, "a rule needs its line, its domain and its action");
	if (rule->port_low > rule->port_high)
		return refuse(extack, tb[WARDEN_A_RULE_PORT_LOW], "the first port is above the last");
	if (rule->flags & ~WARDEN_RULE_FLAG_OPTIONAL && rule->domain != WARDEN_DOMAIN_SENSOR)
		return refuse(extack, tb[WARDEN_A_RULE_FLAGS],
			      "only a sensor rule can ask for consent or kill");
	if (rule->flags & WARDEN_RULE_FLAG_CONSENT &&
	    (!rule->purpose || rule->action != WARDEN_ACTION_ALLOW || !rule->program))
		return refuse(extack, attr,
			      "a rule with consent allows one program for one purpose");
	return check_rule_fields(tb, attr, rule->domain, extack);
}

static int add_rule(struct warden_stage *stage, const struct nlattr *attr,
		    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[WARDEN_A_RULE_MAX + 1];
	struct warden_rule *rule;
	int err;

	err = nla_parse_nested(tb, WARDEN_A_RULE_MAX, attr, warden_rule_nl_policy, extack);
	if (err)
		return err;
	rule = append(&stage->rules, sizeof(*rule), WARDEN_RULES_MAX, "rules", extack);
	if (IS_ERR(rule))
		return PTR_ERR(rule);
	rule->line = get_u32(tb, WARDEN_A_RULE_LINE, 0);
	rule->domain = get_u32(tb, WARDEN_A_RULE_DOMAIN, 0);
	rule->action = get_u32(tb, WARDEN_A_RULE_ACTION, WARDEN_ACTION_DENY);
	rule->program = get_u32(tb, WARDEN_A_RULE_PROGRAM, 0);
	rule->class = get_u32(tb, WARDEN_A_RULE_CLASS, 0);
	rule->purpose = get_u32(tb, WARDEN_A_RULE_PURPOSE, 0);
	rule->flags = get_u32(tb, WARDEN_A_RULE_FLAGS, 0);
	rule->withdraw_ms = get_u32(tb, WARDEN_A_RULE_WITHDRAW_MS, 0);
	rule->protocol = get_u32(tb, WARDEN_A_RULE_PROTOCOL, 0);
	rule->port_low = get_u32(tb, WARDEN_A_RULE_PORT_LOW, 0);
	rule->port_high = get_u32(tb, WARDEN_A_RULE_PORT_HIGH, U16_MAX);
	if (tb[WARDEN_A_RULE_TOPOLOGY])
		rule->topology = warden_snapshot_key(nla_data(tb[WARDEN_A_RULE_TOPOLOGY]));
	err = check_rule(tb, attr, rule, extack);
	return err ?: add_rule_digest(stage, rule, tb[WARDEN_A_RULE_DIGEST], extack);
}

static int add_measure(struct warden_stage *stage, const struct nlattr *attr,
		       struct netlink_ext_ack *extack)
{
	const u32 known = BIT(WARDEN_DOMAIN_EXEC) | BIT(WARDEN_DOMAIN_MODULE) |
			  BIT(WARDEN_DOMAIN_FIRMWARE) | BIT(WARDEN_DOMAIN_POLICY);
	struct nlattr *tb[WARDEN_A_MEASURE_MAX + 1];
	int err;

	err = nla_parse_nested(tb, WARDEN_A_MEASURE_MAX, attr, warden_measure_nl_policy, extack);
	if (err)
		return err;
	if (get_u32(tb, WARDEN_A_MEASURE_DOMAINS, 0) & ~known)
		return refuse(extack, attr, "this build measures exec, module, firmware and policy");
	stage->snap->measure |= get_u32(tb, WARDEN_A_MEASURE_DOMAINS, 0);
	return 0;
}

static int add_references(struct table *t, const struct nlattr *attr,
			  struct netlink_ext_ack *extack)
{
	const struct warden_digest *from = nla_data(attr);
	u32 nr = nla_len(attr) / sizeof(*from), i;

	if (nla_len(attr) % sizeof(*from))
		return refuse(extack, attr, "the digests are not a multiple of 33 bytes");
	for (i = 0; i < nr; i++) {
		struct warden_digest *last = t->nr ? t->item + (t->nr - 1) * sizeof(*last) : NULL;
		struct warden_digest *digest;

		if (from[i].alg == WARDEN_DIGEST_ALG_NONE ||
		    from[i].alg > WARDEN_DIGEST_ALG_FSVERITY_SHA256)
			return refuse(extack, attr, "a digest is of no algorithm this build knows");
		if (last && memcmp(last, &from[i], sizeof(*last)) >= 0)
			return refuse(extack, attr, "the digests are not in rising order");
		digest = append(t, sizeof(*digest), WARDEN_APPRAISE_MAX, "reference digests",
				extack);
		if (IS_ERR(digest))
			return PTR_ERR(digest);
		*digest = from[i];
	}
	return 0;
}

static int add_appraise(struct warden_stage *stage, const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	struct nlattr *tb[WARDEN_A_APPRAISE_MAX + 1];
	u32 domain;
	int err;

	err = nla_parse_nested(tb, WARDEN_A_APPRAISE_MAX, attr, warden_appraise_nl_policy, extack);
	if (err)
		return err;
	if (!tb[WARDEN_A_APPRAISE_DOMAIN] || !tb[WARDEN_A_APPRAISE_DIGESTS])
		return refuse(extack, attr, "appraise needs its domain and its digests");
	domain = nla_get_u32(tb[WARDEN_A_APPRAISE_DOMAIN]);
	stage->snap->reference[domain].on = true;
	return add_references(&stage->reference[domain], tb[WARDEN_A_APPRAISE_DIGESTS], extack);
}

static int add_entry(struct warden_stage *stage, const struct nlattr *attr,
		     struct netlink_ext_ack *extack)
{
	if (!stage->has_header && nla_type(attr) != WARDEN_A_POLICY_HEADER)
		return refuse(extack, attr, "the header comes first");
	switch (nla_type(attr)) {
	case WARDEN_A_POLICY_HEADER:
		return add_header(stage, attr, extack);
	case WARDEN_A_POLICY_DEFAULT:
		return add_default(stage, attr, extack);
	case WARDEN_A_POLICY_PROGRAM:
		return add_program(stage, attr, extack);
	case WARDEN_A_POLICY_PURPOSE:
		return add_purpose(stage, attr, extack);
	case WARDEN_A_POLICY_RULE:
		return add_rule(stage, attr, extack);
	case WARDEN_A_POLICY_MEASURE:
		return add_measure(stage, attr, extack);
	case WARDEN_A_POLICY_APPRAISE:
		return add_appraise(stage, attr, extack);
	default:
		return refuse(extack, attr, "this is no entry of a policy");
	}
}

/* --- the transaction --------------------------------------------------------------- */

/**
 * warden_stage_new() - begin a policy
 *
 * Context: Process context, may sleep.
 * Return: the stage, or NULL without memory.
 */
struct warden_stage *warden_stage_new(void)
{
	struct warden_stage *stage = kzalloc(sizeof(*stage), GFP_KERNEL_ACCOUNT);

	if (!stage)
		return NULL;
	stage->snap = warden_snapshot_alloc();
	if (!stage->snap) {
		kfree(stage);
		return NULL;
	}
	sha256_init(&stage->hash);
	return stage;
}

/**
 * warden_stage_free() - forget a policy under construction
 * @stage: the stage, or NULL
 *
 * Context: Process context, may sleep.
 */
void warden_stage_free(struct warden_stage *stage)
{
	u32 domain;

	if (!stage)
		return;
	for (domain = 0; domain < WARDEN_DOMAIN_RULES; domain++)
		kvfree(stage->reference[domain].item);
	kvfree(stage->programs.item);
	kvfree(stage->refs.item);
	kvfree(stage->purposes.item);
	kvfree(stage->rules.item);
	kvfree(stage->rule_digests.item);
	warden_snapshot_free(stage->snap);
	kfree(stage);
}

/**
 * warden_stage_add() - add entries
 * @stage: the stage
 * @head: first attribute of the entries, each of attribute-set policy
 * @len: bytes of all of them
 * @extack: told what is wrong
 *
 * After a refusal the stage is broken and can only be freed.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL for a bad entry, -E2BIG past WARDEN_CHUNK_MAX bytes at a
 * time or WARDEN_POLICY_MAX in all, -ENOSPC past another limit, -ENOMEM.
 */
int warden_stage_add(struct warden_stage *stage, const struct nlattr *head, int len,
		     struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int rem, err = 0;

	if (stage->broken)
		return refuse(extack, NULL, spoilt);
	if (len > WARDEN_CHUNK_MAX)
		err = warden_refuse(extack, NULL, -E2BIG, "a message holds more than 32 KiB of entries");
	else if (len > WARDEN_POLICY_MAX - stage->bytes)
		err = warden_refuse(extack, NULL, -E2BIG, "the policy is larger than 16 MiB");
	nla_for_each_attr(attr, head, err ? 0 : len, rem) {
		err = add_entry(stage, attr, extack);
		if (err)
			break;
	}
	stage->broken = err;
	stage->bytes += len;
	sha256_update(&stage->hash, (const u8 *)head, len);
	return err;
}

static int compare_refs(const void *a, const void *b)
{
	const struct warden_digest_ref *x = a, *y = b;

	return memcmp(&x->digest, &y->digest, sizeof(x->digest)) ?:
	       (x->program > y->program) - (x->program < y->program);
}

static int compare_rules(const void *a, const void *b)
{
	const struct warden_rule *x = a, *y = b;

	if (x->domain != y->domain)
		return x->domain < y->domain ? -1 : 1;
	if (x->program != y->program)
		return x->program < y->program ? -1 : 1;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return (x->port_low > y->port_low) - (x->port_low < y->port_low);
}

/* Turn the ids of a rule into what a decision compares. */
static int resolve_rules(struct warden_stage *stage, struct netlink_ext_ack *extack)
{
	struct warden_purpose *purposes = stage->purposes.item;
	struct warden_rule *rule = stage->rules.item;
	u32 i;

	for (i = 0; i < stage->rules.nr; i++, rule++) {
		if (rule->program > stage->programs.nr) {
			NL_SET_ERR_MSG_FMT(extack, "the rule of line %u names a program that is not there",
					   rule->line);
			return -EINVAL;
		}
		if (rule->purpose > stage->purposes.nr) {
			NL_SET_ERR_MSG_FMT(extack, "the rule of line %u names a purpose that is not there",
					   rule->line);
			return -EINVAL;
		}
		if (rule->purpose)
			rule->purpose = purposes[rule->purpose - 1].key;
	}
	return 0;
}

static void fill_snapshot(struct warden_stage *stage)
{
	struct warden_snapshot *snap = stage->snap;
	u32 domain;

	for (domain = 0; domain < WARDEN_DOMAIN_RULES; domain++) {
		if (!(stage->own_mode & BIT(domain)))
			snap->defaults[domain].mode = stage->mode;
		snap->reference[domain].digests = take(&stage->reference[domain],
						       &snap->reference[domain].nr);
	}
	sort(stage->refs.item, stage->refs.nr, sizeof(struct warden_digest_ref), compare_refs, NULL);
	sort(stage->rules.item, stage->rules.nr, sizeof(struct warden_rule), compare_rules, NULL);
	snap->programs = take(&stage->programs, &snap->nr_programs);
	snap->refs = take(&stage->refs, &snap->nr_refs);
	snap->purposes = take(&stage->purposes, &snap->nr_purposes);
	snap->rules = take(&stage->rules, &snap->nr_rules);
	snap->rule_digests = take(&stage->rule_digests, &snap->nr_rule_digests);
}

/**
 * warden_stage_finish() - make a snapshot of all that was added
 * @stage: the stage; can only be freed afterwards
 * @digest: what the sender thinks the SHA-256 of the entries is, or NULL
 * @extack: told what is wrong
 *
 * Context: Process context, may sleep.
 * Return: the snapshot, which the caller owns; -EINVAL for a policy that is not
 * whole, -EBADMSG where the digest differs.
 */
struct warden_snapshot *warden_stage_finish(struct warden_stage *stage, const u8 *digest,
					    struct netlink_ext_ack *extack)
{
	struct warden_snapshot *snap = stage->snap;
	int err;

	if (stage->broken)
		return ERR_PTR(refuse(extack, NULL, spoilt));
	if (!stage->has_header)
		return ERR_PTR(refuse(extack, NULL, "the policy has no header"));
	stage->broken = true;
	sha256_final(&stage->hash, snap->digest);
	if (digest && memcmp(digest, snap->digest, sizeof(snap->digest))) {
		NL_SET_ERR_MSG(extack, "the policy is not what was sent: its digest differs");
		return ERR_PTR(-EBADMSG);
	}
	err = resolve_rules(stage, extack);
	if (err)
		return ERR_PTR(err);
	fill_snapshot(stage);
	stage->snap = NULL;
	return snap;
}
