// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is executed or loaded: appraised by a list, or named by a rule.
 */
#include "decide_fixture.h"

static void appraise(struct policy *p, u32 domain, u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		p->accepted[i] = digest_of(0x40 + 0x26 * i); /* 0x40, 0x66, 0x8c */
	p->snap.reference[domain] = (struct warden_reference){ true, nr, p->accepted };
	p->snap.defaults[domain].action = WARDEN_ACTION_ALLOW;
}

TEST_F(decide, appraise_allows_what_the_list_holds)
{
	appraise(&self->p, WARDEN_DOMAIN_EXEC, 3);
	self->req.domain = WARDEN_DOMAIN_EXEC;
	EXPECT_VERDICT(ALLOW, DEFAULT, 0);
	self->object.digest.bytes[31] ^= 1;
	EXPECT_VERDICT(DENY, NOT_APPRAISED, 0);
}

TEST_F(decide, appraise_by_an_empty_list_allows_nothing)
{
	appraise(&self->p, WARDEN_DOMAIN_MODULE, 0);
	self->req.domain = WARDEN_DOMAIN_MODULE;
	EXPECT_VERDICT(DENY, NOT_APPRAISED, 0);
}

TEST_F(decide, appraise_denies_what_cannot_be_measured)
{
	appraise(&self->p, WARDEN_DOMAIN_EXEC, 3);
	self->req.domain = WARDEN_DOMAIN_EXEC;
	self->object.reason = WARDEN_REASON_PROGRAM_WRITABLE;
	EXPECT_VERDICT(DENY, PROGRAM_WRITABLE, 0);
}

TEST_F(decide, appraise_is_no_leave_a_deny_rule_still_counts)
{
	struct warden_rule rule = { .domain = WARDEN_DOMAIN_EXEC, .action = WARDEN_ACTION_DENY };

	appraise(&self->p, WARDEN_DOMAIN_EXEC, 3);
	policy_add_rule(&self->p, rule);
	self->req.domain = WARDEN_DOMAIN_EXEC;
	EXPECT_VERDICT(DENY, RULE, 1);
}

TEST_F(decide, appraise_beats_an_allow_rule)
{
	struct warden_rule rule = { .domain = WARDEN_DOMAIN_EXEC, .action = WARDEN_ACTION_ALLOW };

	appraise(&self->p, WARDEN_DOMAIN_EXEC, 1);
	policy_add_rule(&self->p, rule);
	self->req.domain = WARDEN_DOMAIN_EXEC;
	EXPECT_VERDICT(DENY, NOT_APPRAISED, 0);
}

TEST_F(decide, appraise_of_one_domain_leaves_the_others)
{
	appraise(&self->p, WARDEN_DOMAIN_MODULE, 0);
	self->p.snap.defaults[WARDEN_DOMAIN_EXEC].action = WARDEN_ACTION_ALLOW;
	self->req.domain = WARDEN_DOMAIN_EXEC;
	EXPECT_VERDICT(ALLOW, DEFAULT, 0);
}

TEST_F(decide, module_that_cannot_be_measured_is_denied_where_modules_are)
{
	self->p.snap.defaults[WARDEN_DOMAIN_MODULE].action = WARDEN_ACTION_ALLOW;
	self->req.domain = WARDEN_DOMAIN_MODULE;
	self->object.reason = WARDEN_REASON_PROGRAM_UNREADABLE;
	EXPECT_VERDICT(ALLOW, DEFAULT, 0);
	self->p.snap.measure = 1u << WARDEN_DOMAIN_MODULE;
	EXPECT_VERDICT(DENY, PROGRAM_UNREADABLE, 0);
}

TEST_F(decide, rule_about_one_file_matches_its_digest_only)
{
	struct warden_rule rule = { .domain = WARDEN_DOMAIN_MODULE, .action = WARDEN_ACTION_ALLOW,
				    .digest = 1 };

	self->p.digests[0] = digest_of(0x66);
	self->p.snap.nr_rule_digests = 1;
	policy_add_rule(&self->p, rule);
	self->req.domain = WARDEN_DOMAIN_MODULE;
	EXPECT_VERDICT(ALLOW, RULE, 1);
	self->object.reason = WARDEN_REASON_PROGRAM_WRITABLE;
	EXPECT_VERDICT(DENY, PROGRAM_WRITABLE, 0);
	self->object.reason = WARDEN_REASON_NONE;
	self->object.digest = digest_of(0x67);
	EXPECT_VERDICT(DENY, DEFAULT, 0);
}

TEST_HARNESS_MAIN
