// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a rule `with consent` asks for, and what no consent can open.
 */
#include "decide_fixture.h"

TEST_F(decide, consent_missing_denies_and_names_the_rule)
{
	policy_add_rule(&self->p, rule_camera_with_consent(1));
	EXPECT_VERDICT(DENY, NO_CONSENT, 1);
	self->req.grants = NULL;
	EXPECT_VERDICT(DENY, NO_CONSENT, 1);
}

TEST_F(decide, consent_present_allows_and_is_named)
{
	grants_add(&self->grants, 0x01, CAM, PURPOSE, ALIVE);
	grants_add(&self->grants, 0x11, CAM, PURPOSE, ALIVE);
	policy_add_rule(&self->p, rule_camera_with_consent(1));
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
	EXPECT_EQ(&self->grants.grant[1], self->v.grant);
}

TEST_F(decide, consent_without_an_end_allows)
{
	grants_add(&self->grants, 0x11, CAM, PURPOSE, U64_MAX);
	policy_add_rule(&self->p, rule_camera_with_consent(1));
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
}

TEST_F(decide, consent_expired_denies)
{
	grants_add(&self->grants, 0x11, CAM, PURPOSE, EXPIRED);
	policy_add_rule(&self->p, rule_camera_with_consent(1));
	EXPECT_VERDICT(DENY, NO_CONSENT, 1);
	self->req.now = EXPIRED;
	EXPECT_VERDICT(DENY, NO_CONSENT, 1);
	self->req.now = EXPIRED - 1;
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
}

TEST_F(decide, consent_expired_does_not_hide_a_living_one)
{
	grants_add(&self->grants, 0x11, CAM, PURPOSE, EXPIRED);
	grants_add(&self->grants, 0x11, CAM, PURPOSE, ALIVE);
	policy_add_rule(&self->p, rule_camera_with_consent(1));
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
	EXPECT_EQ(&self->grants.grant[1], self->v.grant);
}

TEST_F(decide, consent_for_another_purpose_denies)
{
	grants_add(&self->grants, 0x11, CAM, OTHER_PURPOSE, ALIVE);
	policy_add_rule(&self->p, rule_camera_with_consent(1));
	EXPECT_VERDICT(DENY, NO_CONSENT, 1);
}

TEST_F(decide, consent_for_another_class_denies)
{
	grants_add(&self->grants, 0x11, MIC, PURPOSE, ALIVE);
	policy_add_rule(&self->p, rule_camera_with_consent(1));
	EXPECT_VERDICT(DENY, NO_CONSENT, 1);
}

TEST_F(decide, consent_for_another_program_denies)
{
	grants_add(&self->grants, 0x10, CAM, PURPOSE, ALIVE);
	grants_add(&self->grants, 0x12, CAM, PURPOSE, ALIVE);
	policy_add_rule(&self->p, rule_camera_with_consent(1));
	EXPECT_VERDICT(DENY, NO_CONSENT, 1);
}

TEST_F(decide, consent_is_not_asked_for_by_a_plain_allow)
{
	policy_add_rule(&self->p, rule_camera_with_consent(1));
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	EXPECT_VERDICT(ALLOW, RULE, 2);
	self->p.rules[0] = rule_camera(1, WARDEN_ACTION_ALLOW);
	self->p.rules[0].line = 1;
	self->p.rules[1] = rule_camera_with_consent(1);
	self->p.rules[1].line = 2;
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

static struct warden_rule at_rate(struct warden_rule rule, u32 rate)
{
	rule.rate = rate;
	return rule;
}

TEST_F(decide, rate_is_that_of_the_rule_that_allows_most)
{
	policy_add_rule(&self->p, at_rate(rule_camera(1, WARDEN_ACTION_ALLOW), 10));
	policy_add_rule(&self->p, at_rate(rule_camera(1, WARDEN_ACTION_ALLOW), 30));
	policy_add_rule(&self->p, at_rate(rule_camera(0, WARDEN_ACTION_ALLOW), 20));
	EXPECT_VERDICT(ALLOW, RULE, 2);
	ASSERT_NE(NULL, self->v.limit);
	EXPECT_EQ(30, self->v.limit->rate);
	self->p.rules[0].rate = 0; /* of any program: those stand first */
	EXPECT_VERDICT(ALLOW, RULE, 3);
	EXPECT_EQ(NULL, self->v.limit);
}

TEST_F(decide, rate_of_a_consent_counts_while_it_stands)
{
	policy_add_rule(&self->p, at_rate(rule_camera(1, WARDEN_ACTION_ALLOW), 10));
	policy_add_rule(&self->p, at_rate(rule_camera_with_consent(1), 30));
	EXPECT_VERDICT(ALLOW, RULE, 1);
	grants_add(&self->grants, 0x11, CAM, PURPOSE, ALIVE);
	EXPECT_VERDICT(ALLOW, CONSENT, 2);
	EXPECT_EQ(30, self->v.limit->rate);
	self->p.rules[1].rate = 10;
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

TEST_F(decide, rate_is_not_kept_where_the_domain_is_observed)
{
	policy_add_rule(&self->p, at_rate(rule_camera(1, WARDEN_ACTION_ALLOW), 10));
	self->p.snap.defaults[WARDEN_DOMAIN_SENSOR].mode = WARDEN_MODE_OBSERVE;
	EXPECT_VERDICT(ALLOW, RULE, 1);
	EXPECT_EQ(NULL, self->v.limit);
}

TEST_F(decide, consent_of_a_second_rule_allows)
{
	struct warden_rule other = rule_camera_with_consent(1);

	other.purpose = OTHER_PURPOSE;
	policy_add_rule(&self->p, rule_camera_with_consent(1));
	policy_add_rule(&self->p, other);
	grants_add(&self->grants, 0x11, CAM, OTHER_PURPOSE, ALIVE);
	EXPECT_VERDICT(ALLOW, CONSENT, 2);
}

TEST_F(decide, deny_beats_living_consent)
{
	grants_add(&self->grants, 0x11, CAM, PURPOSE, ALIVE);
	policy_add_rule(&self->p, rule_camera_with_consent(1));
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
	policy_add_rule(&self->p, rule_camera(0, WARDEN_ACTION_DENY));
	EXPECT_VERDICT(DENY, RULE, 2);
	EXPECT_EQ(NULL, self->v.grant);
}

TEST_F(decide, consent_for_one_open_is_the_session_s_that_has_it)
{
	grants_add(&self->grants, 0x11, CAM, PURPOSE, ALIVE);
	self->grants.grant[0].validity = WARDEN_CONSENT_VALIDITY_ONCE;
	policy_add_rule(&self->p, rule_camera_with_consent(1));
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
	self->req.session = 7;
	EXPECT_VERDICT(DENY, NO_CONSENT, 1);
	self->grants.grant[0].holder = 7;
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
	self->req.session = 0;
	EXPECT_VERDICT(DENY, NO_CONSENT, 1);
}

TEST_F(decide, consent_for_one_open_is_there_for_the_session_that_claims_it)
{
	grants_add(&self->grants, 0x11, CAM, PURPOSE, ALIVE);
	self->grants.grant[0].validity = WARDEN_CONSENT_VALIDITY_ONCE;
	policy_add_rule(&self->p, rule_camera_with_consent(1));
	self->req.session = 7;
	self->req.claims = true;
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
	self->grants.grant[0].holder = 7;
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
	self->grants.grant[0].holder = 8;
	EXPECT_VERDICT(DENY, NO_CONSENT, 1);
}

TEST_F(decide, consent_for_one_open_that_is_its_own_comes_before_one_that_nobody_has_used)
{
	u32 i;

	for (i = 0; i < 3; i++) {
		grants_add(&self->grants, 0x11, CAM, PURPOSE, ALIVE);
		self->grants.grant[i].validity = WARDEN_CONSENT_VALIDITY_ONCE;
	}
	policy_add_rule(&self->p, rule_camera_with_consent(1));
	self->req.session = 7;
	self->req.claims = true;
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
	EXPECT_EQ(&self->grants.grant[2], self->v.grant); /* the one given last */
	self->grants.grant[1].holder = 7;
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
	EXPECT_EQ(&self->grants.grant[1], self->v.grant);
}

TEST_F(decide, consent_for_a_run_is_the_process_s_that_came_first)
{
	grants_add(&self->grants, 0x11, CAM, PURPOSE, ALIVE);
	self->grants.grant[0].validity = WARDEN_CONSENT_VALIDITY_RUN;
	policy_add_rule(&self->p, rule_camera_with_consent(1));
	self->req.process = 100;
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
	self->grants.grant[0].holder = 100;
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
	self->req.process = 101;
	EXPECT_VERDICT(DENY, NO_CONSENT, 1);
}

TEST_F(decide, consent_for_a_run_that_is_its_own_comes_before_one_that_nobody_has_used)
{
	u32 i;

	for (i = 0; i < 3; i++) {
		grants_add(&self->grants, 0x11, CAM, PURPOSE, ALIVE);
		self->grants.grant[i].validity = WARDEN_CONSENT_VALIDITY_RUN;
	}
	policy_add_rule(&self->p, rule_camera_with_consent(1));
	self->req.process = 100;
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
	EXPECT_EQ(&self->grants.grant[2], self->v.grant); /* the one given last */
	self->grants.grant[1].holder = 100;
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
	EXPECT_EQ(&self->grants.grant[1], self->v.grant);
	self->req.claims = true;
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
	EXPECT_EQ(&self->grants.grant[1], self->v.grant);
}

#define OWNER	1001
#define PARTNER 1002
#define GUEST	1003

TEST_F(decide, consent_of_two_of_three_is_that_of_two_different_ones)
{
	struct warden_quorum quorum = { .need = 2, .nr = 3, .principal = { OWNER, PARTNER, GUEST } };
	struct warden_rule rule = rule_camera_with_consent(1);
	u32 i;

	self->p.snap.quorums = &quorum;
	self->p.snap.nr_quorums = 1;
	rule.quorum = 1;
	policy_add_rule(&self->p, rule);
	for (i = 0; i < 3; i++)
		grants_add(&self->grants, 0x11, CAM, PURPOSE, ALIVE);
	self->grants.grant[0].principal = GUEST;
	self->grants.grant[1].principal = GUEST;
	self->grants.grant[2].principal = 1004; /* nobody the rule asks */
	EXPECT_VERDICT(DENY, NO_CONSENT, 1);
	self->grants.grant[2].principal = OWNER;
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
	EXPECT_EQ(&self->grants.grant[2], self->v.grant);
	self->grants.grant[2].expires = EXPIRED;
	EXPECT_VERDICT(DENY, NO_CONSENT, 1);
	quorum.need = 1;
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
}

TEST_HARNESS_MAIN
