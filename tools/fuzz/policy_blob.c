// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes the module's reading of a compiled policy: the kernel's own attribute
 * parser with the generated tables, kmod/policy/stage.c and kmod/policy/snapshot.c, and then
 * decisions with what came out.
 *
 * Whatever comes in is either refused with a sentence, or a snapshot that holds
 * what it promises. The input is what policy-add messages carry; a byte that
 * stands where a message could end splits it in two.
 */
#include "hosted.h"

#include <openssl/sha.h>

#include <net/netlink.h>
#include <net/genetlink.h>

#include "judge/cover.h"
#include "judge/decide.h"
#include "netlink/netlink-gen.h"
#include "policy/snapshot.h"
#include "policy/stage.h"
#include "program/sha256.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* The module's goes by the kernel's crypto API. */
void warden_sha256(u8 to[WARDEN_DIGEST_SIZE], const void *data, size_t len)
{
	SHA256(data, len, to);
}

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* The check generic netlink makes before the handler is called. */
static int validate(const struct nlattr *head, int len, struct netlink_ext_ack *extack)
{
	u32 i;

	for (i = 0; i < warden_nl_family.n_split_ops; i++) {
		const struct genl_split_ops *op = &warden_nl_family.split_ops[i];

		if (op->cmd == WARDEN_CMD_POLICY_ADD)
			return __nla_validate(head, len, op->maxattr, op->policy, NL_VALIDATE_STRICT,
					      extack);
	}
	abort();
}

/* What the stage passes by its own short check, the kernel's must pass, too. */
static void check_fields(const struct nlattr *head, int len)
{
	const struct nlattr *attr;
	int rem;

	nla_for_each_attr(attr, head, len, rem)
		if (nla_type(attr) == WARDEN_A_POLICY_RULE)
			require(!nla_validate(nla_data(attr), nla_len(attr), WARDEN_A_RULE_MAX,
					      warden_rule_nl_policy, NULL));
}

static int add(struct warden_stage *stage, const u8 *data, size_t size)
{
	struct netlink_ext_ack extack = {};
	struct nlattr *copy = malloc(size); /* so that one byte too far is seen */
	int err;

	memcpy(copy, data, size);
	err = validate(copy, size, &extack);
	if (!err)
		err = warden_stage_add(stage, copy, size, &extack);
	if (!err)
		check_fields(copy, size);
	require(!err || (err < 0 && (extack._msg || extack.miss_type || extack.bad_attr)));
	free(copy);
	return err;
}

static bool terminated(const char *s, size_t size)
{
	return strnlen(s, size) < size;
}

static bool names_net(u8 domain)
{
	return domain == WARDEN_DOMAIN_CONNECT || domain == WARDEN_DOMAIN_LISTEN ||
	       domain == WARDEN_DOMAIN_EGRESS || domain == WARDEN_DOMAIN_BIND;
}

static void check_rules(const struct warden_snapshot *s)
{
	u32 i;

	for (i = 0; i < s->nr_rules; i++) {
		const struct warden_rule *r = &s->rules[i], *before = i ? r - 1 : NULL;

		require(warden_domain_has_rules(r->domain));
		require(r->program <= s->nr_programs);
		require(names_net(r->domain) ? r->net <= s->nr_nets : r->digest <= s->nr_rule_digests);
		require(r->pattern <= s->nr_patterns);
		require(r->port_low <= r->port_high);
		require(!before || before->domain < r->domain ||
			(before->domain == r->domain && before->program <= r->program));
		require(!(r->flags & WARDEN_RULE_FLAG_CONSENT) ||
			(r->domain == WARDEN_DOMAIN_SENSOR && r->program && r->purpose));
	}
}

static void check_references(const struct warden_snapshot *s)
{
	u32 domain, i;

	for (domain = 0; domain < WARDEN_DOMAIN_RULES; domain++)
		for (i = 1; i < s->reference[domain].nr; i++)
			require(memcmp(&s->reference[domain].digests[i - 1],
				       &s->reference[domain].digests[i],
				       sizeof(struct warden_digest)) < 0);
}

/* What snapshot.h promises to every reader. */
static void check_snapshot(const struct warden_snapshot *s)
{
	u32 i;

	require(s->version && s->name[0] && terminated(s->name, sizeof(s->name)));
	require(terminated(s->contact, sizeof(s->contact)));
	require(terminated(s->support_until, sizeof(s->support_until)));
	for (i = 0; i < s->nr_programs; i++)
		require(s->programs[i].id == i + 1 && s->programs[i].label[0] &&
			s->programs[i].nr_digests &&
			terminated(s->programs[i].label, sizeof(s->programs[i].label)));
	for (i = 0; i < s->nr_purposes; i++)
		require(s->purposes[i].id == i + 1 && s->purposes[i].label[0] &&
			terminated(s->purposes[i].label, sizeof(s->purposes[i].label)));
	for (i = 0; i < s->nr_refs; i++)
		require(s->refs[i].program < s->nr_programs &&
			(!i || memcmp(&s->refs[i - 1].digest, &s->refs[i].digest,
				      sizeof(struct warden_digest)) <= 0));
	check_rules(s);
	check_references(s);
}

/* A verdict for each program in each domain: no rule is out of reach, none reads past an end. */
static void decide(const struct warden_snapshot *s)
{
	struct warden_identity subject = {}, object = {};
	struct warden_request req = { .subject = &subject, .object = &object };
	struct warden_verdict v;
	u32 i;

	for (i = 0; i <= s->nr_refs && i < 16; i++) {
		if (i < s->nr_refs)
			subject.digest = object.digest = s->refs[i].digest;
		for (req.domain = WARDEN_DOMAIN_SENSOR; req.domain < WARDEN_DOMAIN_RULES;
		     req.domain++) {
			req.class = i % 12;
			req.socket = i;
			req.address.version = 4;
			req.surface = i;
			req.name = i % 2 ? "net-pf-10" : "dummy";
			warden_decide(s, &req, &v);
			require(v.action <= WARDEN_ACTION_ALLOW && v.mode <= WARDEN_MODE_OBSERVE);
			require(v.reason != WARDEN_REASON_CONSENT && !v.grant);
			require(!v.rule || v.rule->domain == req.domain);
			require(!v.rule || v.action == v.rule->action ||
				v.reason == WARDEN_REASON_NO_CONSENT);
		}
	}
}

/* A layer allows what it allows itself, so it narrows itself, or is too large to tell. */
static void cover(const struct warden_snapshot *s)
{
	u32 line, domain;
	int err = warden_cover_narrows(s, s, &line, &domain);

	require(!err || err == -E2BIG);
	err = warden_cover_safety(s, s, &line);
	require(!err || err == -E2BIG || (err == -EPERM && line));
}

static void check_signers(const struct warden_snapshot *s)
{
	u32 i;

	require(s->layer >= WARDEN_ROLE_MAKER && s->layer <= WARDEN_ROLE_USER);
	for (i = 0; i < s->nr_signers; i++)
		require(s->signers[i].role && s->signers[i].role <= WARDEN_ROLE_AUDITOR &&
			s->signers[i].len && s->signers[i].certificate);
}

static void finish(struct warden_stage *stage)
{
	struct netlink_ext_ack extack = {};
	struct warden_snapshot *snap = warden_stage_finish(stage, NULL, &extack);

	if (IS_ERR(snap)) {
		require(extack._msg != NULL);
		return;
	}
	check_snapshot(snap);
	check_signers(snap);
	decide(snap);
	cover(snap);
	warden_snapshot_free(snap);
}

/* Where the first message ends: after whole attributes, and only where the last byte is odd. */
static size_t split_of(const u8 *data, size_t size)
{
	size_t at = 0;

	if (!size || !(data[size - 1] & 1))
		return size;
	while (at + NLA_HDRLEN <= size && at < size / 2) {
		u16 len;

		memcpy(&len, data + at, sizeof(len));
		if (len < NLA_HDRLEN || NLA_ALIGN(len) > size - at)
			break;
		at += NLA_ALIGN(len);
	}
	return at;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	size_t split = split_of(data, size);
	struct warden_stage *stage = warden_stage_new();
	int err = 0;

	if (!stage || size > WARDEN_CHUNK_MAX)
		goto out;
	if (split)
		err = add(stage, data, split);
	if (split < size)
		err = add(stage, data + split, size - split) ?: err;
	finish(stage);
out:
	warden_stage_free(stage);
	return 0;
}
