// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy under construction: the entries of one transaction, parsed strictly
 * as they come in, and made into a snapshot when all of them are there.
 *
 * Everything a snapshot promises is checked here: order of ids, names that
 * stand for something, limits, order of tables. What fails is refused with one
 * sentence and leaves no trace.
 */
#include <linux/bits.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <net/netlink.h>

#include "netlink/extack.h"
#include "netlink/netlink-gen.h"
#include "program/sha256.h"
#include "snapshot.h"
#include "stage-priv.h"
#include "stage.h"

static const char spoilt[] = "an entry before was refused; begin the policy again";

static int add_entry(struct warden_stage *stage, const struct nlattr *attr,
		     struct netlink_ext_ack *extack)
{
	if (!stage->has_header && nla_type(attr) != WARDEN_A_POLICY_HEADER)
		return warden_stage_refuse(extack, attr, "the header comes first");
	switch (nla_type(attr)) {
	case WARDEN_A_POLICY_HEADER:
		return warden_stage_add_header(stage, attr, extack);
	case WARDEN_A_POLICY_DEFAULT:
		return warden_stage_add_default(stage, attr, extack);
	case WARDEN_A_POLICY_PROGRAM:
		return warden_stage_add_program(stage, attr, extack);
	case WARDEN_A_POLICY_PURPOSE:
		return warden_stage_add_purpose(stage, attr, extack);
	case WARDEN_A_POLICY_SIGNER:
		return warden_stage_add_signer(stage, attr, extack);
	case WARDEN_A_POLICY_RULE:
		return warden_stage_add_rule(stage, attr, extack);
	case WARDEN_A_POLICY_MEASURE:
		return warden_stage_add_measure(stage, attr, extack);
	case WARDEN_A_POLICY_APPRAISE:
		return warden_stage_add_appraise(stage, attr, extack);
	case WARDEN_A_POLICY_CLASSIFY:
		return warden_stage_add_classing(stage, attr, extack);
	case WARDEN_A_POLICY_BROKER:
		return warden_stage_add_broker(stage, attr, extack);
	case WARDEN_A_POLICY_TAMPER:
		return warden_stage_add_tamper(stage, attr, extack);
	default:
		return warden_stage_refuse(extack, attr, "this is no entry of a policy");
	}
}

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
	struct warden_signer *signers;
	u32 domain, i;

	if (!stage)
		return;
	signers = stage->signers.item;
	for (i = 0; i < stage->signers.nr; i++)
		kfree(signers[i].certificate);
	kvfree(stage->signers.item);
	kvfree(stage->bytes.item);
	for (domain = 0; domain < WARDEN_DOMAIN_RULES; domain++)
		kvfree(stage->reference[domain].item);
	kvfree(stage->programs.item);
	kvfree(stage->refs.item);
	kvfree(stage->purposes.item);
	kvfree(stage->rules.item);
	kvfree(stage->rule_digests.item);
	kvfree(stage->nets.item);
	kvfree(stage->patterns.item);
	kvfree(stage->quorums.item);
	kvfree(stage->classings.item);
	kvfree(stage->brokers.item);
	kvfree(stage->tampers.item);
	kvfree(stage->arguments.item);
	warden_snapshot_free(stage->snap);
	kfree(stage);
}

/**
 * warden_stage_add() - add entries
 * @stage: the stage
 * @head: first attribute of the entries, each of attribute-set policy and held
 *        against the table of policy-add, as generic netlink does before it hands them on
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
		return warden_stage_refuse(extack, NULL, spoilt);
	if (len > WARDEN_CHUNK_MAX)
		err = warden_refuse(extack, NULL, -E2BIG, "a message holds more than 32 KiB of entries");
	else if (len > WARDEN_POLICY_MAX - stage->bytes.nr)
		err = warden_refuse(extack, NULL, -E2BIG, "the policy is larger than 16 MiB");
	nla_for_each_attr(attr, head, err ? 0 : len, rem) {
		err = add_entry(stage, attr, extack);
		if (err)
			break;
	}
	if (!err && warden_stage_keep(&stage->bytes, head, len))
		err = warden_refuse(extack, NULL, -ENOMEM, "out of memory for the policy");
	stage->broken = err;
	return err;
}

static int compare_refs(const void *a, const void *b)
{
	const struct warden_digest_ref *x = a, *y = b;

	return memcmp(&x->digest, &y->digest, sizeof(x->digest)) ?:
	       (x->program > y->program) - (x->program < y->program);
}

/* Move a table into a snapshot's field. */
static void *take(struct table *t, size_t size, u32 *nr)
{
	void *item;

	warden_stage_trim(t, size);
	item = t->item;
	*nr = t->nr;
	*t = (struct table){};
	return item;
}

/* What must not be loaded is not asked for either, unless the policy says otherwise. */
static void follow_module(struct warden_snapshot *snap)
{
	if (!(snap->has_default & BIT(WARDEN_DOMAIN_AUTOLOAD)))
		snap->defaults[WARDEN_DOMAIN_AUTOLOAD] = snap->defaults[WARDEN_DOMAIN_MODULE];
}

static void fill_snapshot(struct warden_stage *stage)
{
	struct warden_snapshot *snap = stage->snap;
	u32 domain;

	for (domain = 0; domain < WARDEN_DOMAIN_RULES; domain++) {
		/* Of what it does not speak of, a layer leaves the verdict to those above. */
		if (snap->layer != WARDEN_ROLE_MAKER && !(snap->has_default & BIT(domain)))
			snap->defaults[domain].action = WARDEN_ACTION_ALLOW;
		if (!(stage->own_mode & BIT(domain)))
			snap->defaults[domain].mode = stage->mode;
		snap->reference[domain].digests = take(&stage->reference[domain],
						       sizeof(*snap->reference->digests),
						       &snap->reference[domain].nr);
	}
	follow_module(snap);
	sort(stage->refs.item, stage->refs.nr, sizeof(struct warden_digest_ref), compare_refs, NULL);
	snap->bytes = take(&stage->bytes, sizeof(*snap->bytes), &snap->nr_bytes);
	snap->signers = take(&stage->signers, sizeof(*snap->signers), &snap->nr_signers);
	snap->programs = take(&stage->programs, sizeof(*snap->programs), &snap->nr_programs);
	snap->refs = take(&stage->refs, sizeof(*snap->refs), &snap->nr_refs);
	snap->purposes = take(&stage->purposes, sizeof(*snap->purposes), &snap->nr_purposes);
	snap->rules = take(&stage->rules, sizeof(*snap->rules), &snap->nr_rules);
	snap->rule_digests = take(&stage->rule_digests, sizeof(*snap->rule_digests),
				  &snap->nr_rule_digests);
	snap->nets = take(&stage->nets, sizeof(*snap->nets), &snap->nr_nets);
	snap->patterns = take(&stage->patterns, sizeof(*snap->patterns), &snap->nr_patterns);
	snap->quorums = take(&stage->quorums, sizeof(*snap->quorums), &snap->nr_quorums);
	snap->classings = take(&stage->classings, sizeof(*snap->classings), &snap->nr_classings);
	snap->brokers = take(&stage->brokers, sizeof(*snap->brokers), &snap->nr_brokers);
	snap->tampers = take(&stage->tampers, sizeof(*snap->tampers), &snap->nr_tampers);
	snap->arguments = take(&stage->arguments, sizeof(*snap->arguments), &snap->nr_arguments);
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
		return ERR_PTR(warden_stage_refuse(extack, NULL, spoilt));
	if (!stage->has_header)
		return ERR_PTR(warden_stage_refuse(extack, NULL, "the policy has no header"));
	stage->broken = true;
	warden_sha256(snap->digest, stage->bytes.item, stage->bytes.nr);
	if (digest && memcmp(digest, snap->digest, sizeof(snap->digest))) {
		NL_SET_ERR_MSG(extack, "the policy is not what was sent: its digest differs");
		return ERR_PTR(-EBADMSG);
	}
	err = warden_stage_resolve_rules(stage, extack);
	if (err)
		return ERR_PTR(err);
	fill_snapshot(stage);
	stage->snap = NULL;
	return snap;
}
