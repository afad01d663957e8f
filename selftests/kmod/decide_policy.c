// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "decide_policy.h"

struct warden_digest digest_of(u8 seed)
{
	struct warden_digest d = { .alg = WARDEN_DIGEST_ALG_SHA256 };

	memset(d.bytes, seed, sizeof(d.bytes));
	return d;
}

struct warden_address address_of(u8 version, u8 a, u8 b, u8 c, u8 d)
{
	return (struct warden_address){ version, { a, b, c, d } };
}

void policy_init(struct policy *p)
{
	*p = (struct policy){ .snap = { .version = 1 } };
	p->snap.programs = p->programs;
	p->snap.refs = p->refs;
	p->snap.rules = p->rules;
	p->snap.rule_digests = p->digests;
	p->snap.nets = p->nets;
	p->snap.nr_nets = NETS;
	p->nets[0] = (struct warden_net){ address_of(4, 0, 0, 0, 0), 0 };
	p->nets[1] = (struct warden_net){ address_of(4, 10, 0, 0, 0), 8 };
	p->nets[2] = (struct warden_net){ address_of(4, 10, 1, 0, 0), 17 };
	p->nets[3] = (struct warden_net){ address_of(4, 10, 0, 0, 0), 16 };
	p->nets[4] = (struct warden_net){ address_of(6, 10, 0, 0, 0), 15 };
}

static int compare_refs(const void *a, const void *b)
{
	const struct warden_digest_ref *x = a, *y = b;
	int order = memcmp(&x->digest, &y->digest, sizeof(x->digest));

	return order ? order : (int)x->program - (int)y->program;
}

static int compare_rules(const void *a, const void *b)
{
	const struct warden_rule *x = a, *y = b;

	if (x->domain != y->domain)
		return x->domain - y->domain;
	if (x->program != y->program)
		return x->program < y->program ? -1 : 1;
	return (int)x->line - (int)y->line;
}

u32 policy_add_program(struct policy *p, u8 seed)
{
	u32 nr = p->snap.nr_programs++;

	p->programs[nr].id = nr + 1;
	p->programs[nr].digests[p->programs[nr].nr_digests++] = digest_of(seed);
	p->refs[p->snap.nr_refs++] = (struct warden_digest_ref){ digest_of(seed), nr };
	qsort(p->refs, p->snap.nr_refs, sizeof(p->refs[0]), compare_refs);
	return nr + 1;
}

u32 policy_add_program_of(struct policy *p, u8 seed, u32 uid)
{
	u32 program = policy_add_program(p, seed);

	p->programs[program - 1].has_uid = true;
	p->programs[program - 1].uid = uid;
	return program;
}

void policy_add_rule(struct policy *p, struct warden_rule rule)
{
	rule.line = p->snap.nr_rules + 1;
	if (!rule.port_high)
		rule.port_high = U16_MAX;
	p->rules[p->snap.nr_rules++] = rule;
	qsort(p->rules, p->snap.nr_rules, sizeof(rule), compare_rules);
}

struct warden_rule rule_camera(u32 program, u8 action)
{
	return (struct warden_rule){ .domain = WARDEN_DOMAIN_SENSOR, .action = action,
				     .program = program, .class = CAM };
}

struct warden_rule rule_camera_with_consent(u32 program)
{
	struct warden_rule rule = rule_camera(program, WARDEN_ACTION_ALLOW);

	rule.flags = WARDEN_RULE_FLAG_CONSENT;
	rule.purpose = PURPOSE;
	return rule;
}

struct warden_rule rule_listen(u32 program, u16 protocol, u16 low, u16 high)
{
	return (struct warden_rule){ .domain = WARDEN_DOMAIN_LISTEN, .action = WARDEN_ACTION_ALLOW,
				     .program = program, .protocol = protocol, .port_low = low,
				     .port_high = high };
}

void grants_add(struct grants *grants, u8 seed, u8 class, u64 purpose, u64 expires)
{
	struct warden_grant *grant = &grants->grant[grants->nr];
	struct warden_grant_link *link = &grants->link[grants->nr++], **chain;

	*grant = (struct warden_grant){ .class = class, .purpose = purpose, .expires = expires };
	*link = (struct warden_grant_link){ .grant = grant, .digest = digest_of(seed) };
	chain = &grants->head.chain[warden_grants_chain(&link->digest)];
	link->next = *chain;
	*chain = link;
}
