// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random policies and requests, whose answer a slow and plain reference knows.
 */
#include "decide_fixture.h"

/*
 * The reference: no order, no search, every rule against every program, and
 * what the design says of them, in its words.
 */
static bool is_program(const struct warden_snapshot *snap, u32 program,
		       const struct warden_request *req)
{
	const struct warden_program *p = &snap->programs[program - 1];
	u32 i;

	if (req->subject->reason || (p->has_uid && p->uid != req->uid) ||
	    (p->unit && p->unit != req->unit))
		return false;
	for (i = 0; i < snap->nr_refs; i++)
		if (snap->refs[i].program == program - 1 &&
		    !memcmp(&snap->refs[i].digest, &req->subject->digest, sizeof(struct warden_digest)))
			return true;
	return false;
}

/* Bit by bit. */
static bool is_in(const struct warden_net *net, const struct warden_address *a)
{
	u32 i;

	for (i = 0; i < net->bits; i++)
		if ((net->first.bytes[i / 8] ^ a->bytes[i / 8]) & 0x80 >> i % 8)
			return false;
	return net->first.version == a->version;
}

/* 262 is MPTCP, which is TCP to who denies that. */
static bool is_of(const struct warden_rule *rule, u16 protocol)
{
	if (rule->action == WARDEN_ACTION_DENY && rule->protocol == 6 && protocol == 262)
		return true;
	return !rule->protocol || rule->protocol == protocol;
}

static bool is_about(const struct warden_snapshot *snap, const struct warden_rule *rule,
		     const struct warden_request *req)
{
	if (rule->domain != req->domain)
		return false;
	if (rule->program && !is_program(snap, rule->program, req))
		return false;
	if (rule->class && rule->class != req->class)
		return false;
	if (rule->topology && rule->topology != req->topology)
		return false;
	if (rule->domain <= WARDEN_DOMAIN_CONNECT && rule->domain != WARDEN_DOMAIN_SENSOR &&
	    (!is_of(rule, req->protocol) || req->port < rule->port_low || req->port > rule->port_high))
		return false;
	if (rule->domain == WARDEN_DOMAIN_CONNECT)
		return !rule->net || is_in(&snap->nets[rule->net - 1], &req->address);
	return !rule->digest || (!req->object->reason &&
				 !memcmp(&snap->rule_digests[rule->digest - 1],
					 &req->object->digest, sizeof(struct warden_digest)));
}

static bool is_consented(const struct warden_rule *rule, const struct warden_request *req)
{
	const struct grants *grants = (const struct grants *)req->grants; /* its first member */
	u32 i;

	for (i = 0; i < grants->nr; i++) {
		const struct warden_grant *g = &grants->grant[i];

		if (!memcmp(&grants->link[i].digest, &req->subject->digest,
			    sizeof(struct warden_digest)) &&
		    g->class == req->class && g->purpose == rule->purpose && g->expires > req->now)
			return true;
	}
	return false;
}

static u8 answer(const struct warden_snapshot *snap, const struct warden_request *req)
{
	bool denied = false, allowed = false, lacks_consent = false;
	u32 i;

	for (i = 0; i < snap->nr_rules; i++) {
		const struct warden_rule *rule = &snap->rules[i];

		if (!is_about(snap, rule, req))
			continue;
		if (rule->action == WARDEN_ACTION_DENY)
			denied = true;
		else if (!(rule->flags & WARDEN_RULE_FLAG_CONSENT) || is_consented(rule, req))
			allowed = true;
		else
			lacks_consent = true;
	}
	if (denied)
		return WARDEN_ACTION_DENY;
	if (allowed)
		return WARDEN_ACTION_ALLOW;
	return lacks_consent ? WARDEN_ACTION_DENY : snap->defaults[req->domain].action;
}

/* xorshift64: the same numbers everywhere, so a failure can be had again by its round. */
static u64 state;

static u32 below(u32 n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (u32)(state >> 33) % n;
}

static struct warden_rule random_rule(u32 nr_programs)
{
	static const u8 domains[] = { WARDEN_DOMAIN_SENSOR, WARDEN_DOMAIN_LISTEN,
				      WARDEN_DOMAIN_MODULE, WARDEN_DOMAIN_CONNECT };
	struct warden_rule rule = {
		.domain = domains[below(4)],
		.action = below(3) ? WARDEN_ACTION_ALLOW : WARDEN_ACTION_DENY,
		.program = below(nr_programs + 1),
	};

	if (rule.domain == WARDEN_DOMAIN_SENSOR) {
		rule.class = below(3);
		rule.topology = below(3) ? 0 : PLACE + below(2);
		if (rule.action == WARDEN_ACTION_ALLOW && rule.program && below(2)) {
			rule.flags = WARDEN_RULE_FLAG_CONSENT;
			rule.purpose = PURPOSE + below(2);
		}
	} else if (rule.domain != WARDEN_DOMAIN_MODULE) {
		rule.protocol = below(2) ? 6 : 0;
		rule.port_low = below(6);
		rule.port_high = rule.port_low + below(4);
		if (rule.domain == WARDEN_DOMAIN_CONNECT)
			rule.net = below(NETS + 1);
	} else if (below(2)) {
		rule.digest = 1 + below(2);
	}
	return rule;
}

static void random_policy(struct policy *p)
{
	u32 i, nr = below(12);

	policy_init(p);
	for (i = 0; i < 3; i++) {
		if (below(3))
			policy_add_program(p, 0x11 + below(2));
		else
			policy_add_program_of(p, 0x11 + below(2), 1000 + below(2));
		p->programs[i].unit = below(3) ? 0 : 1 + below(2);
	}
	for (i = 0; i < nr; i++)
		policy_add_rule(p, random_rule(3));
	p->digests[0] = digest_of(0x66);
	p->digests[1] = digest_of(0x67);
	p->snap.nr_rule_digests = 2;
	for (i = WARDEN_DOMAIN_SENSOR; i < WARDEN_DOMAIN_RULES; i++)
		p->snap.defaults[i].action = below(2);
}

static void random_request(struct warden_request *req, struct warden_identity *subject,
			   struct warden_identity *object)
{
	static const u8 domains[] = { WARDEN_DOMAIN_SENSOR, WARDEN_DOMAIN_LISTEN,
				      WARDEN_DOMAIN_MODULE, WARDEN_DOMAIN_CONNECT };

	subject->reason = below(8) ? 0 : WARDEN_REASON_PROGRAM_WRITABLE;
	subject->digest = digest_of(0x10 + below(4));
	object->reason = below(8) ? 0 : WARDEN_REASON_PROGRAM_UNREADABLE;
	object->digest = digest_of(0x65 + below(3));
	req->domain = domains[below(4)];
	req->uid = 1000 + below(2);
	req->unit = below(3);
	req->class = req->domain == WARDEN_DOMAIN_SENSOR ? 1 + below(2) : 0;
	req->topology = req->domain == WARDEN_DOMAIN_SENSOR ? PLACE + below(2) : 0;
	req->protocol = below(2) ? 6 : below(2) ? 17 : 262;
	req->port = below(10);
	req->address = address_of(below(3) ? 4 : below(2) * 6, 9 + below(3), below(3), below(3), 1);
}

static void random_grants(struct grants *grants)
{
	u32 i;

	memset(grants, 0, sizeof(*grants));
	for (i = 0; i < 2; i++)
		if (below(2))
			grants_add(grants, 0x11 + i, 1 + below(2), PURPOSE + below(2),
			      below(2) ? ALIVE : EXPIRED);
}

TEST_F(decide, agrees_with_a_plain_reference_on_random_policies)
{
	u32 round, i;

	for (round = 0; round < 20000; round++) {
		state = 0x9e3779b97f4a7c15ULL * (round + 1);
		random_policy(&self->p);
		random_grants(&self->grants);
		for (i = 0; i < 10; i++) {
			random_request(&self->req, &self->subject, &self->object);
			DECIDE();
			ASSERT_EQ(answer(&self->p.snap, &self->req), self->v.action)
			{
				TH_LOG("round %u request %u", round, i);
			}
			if (!self->v.rule)
				continue;
			ASSERT_TRUE(is_about(&self->p.snap, self->v.rule, &self->req))
			{
				TH_LOG("round %u request %u: a rule decided that is not about it",
				       round, i);
			}
			if (!self->v.rule->program)
				continue;
			ASSERT_EQ(&self->p.programs[self->v.rule->program - 1], self->v.program)
			{
				TH_LOG("round %u request %u: another program is named", round, i);
			}
		}
	}
}

TEST_HARNESS_MAIN
