// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which rule decides: the default of the domain where none matches, and deny before
 * allow among those that do.
 */
#include "decide_fixture.h"

TEST_F(decide, default_denies_a_named_program_without_a_rule)
{
	EXPECT_VERDICT(DENY, DEFAULT, 0);
	EXPECT_EQ(&self->p.programs[0], self->v.program);
}

TEST_F(decide, default_allow_is_an_allow_by_default)
{
	self->p.snap.defaults[WARDEN_DOMAIN_SENSOR].action = WARDEN_ACTION_ALLOW;
	EXPECT_VERDICT(ALLOW, DEFAULT, 0);
}

TEST_F(decide, default_tells_a_program_the_policy_does_not_name)
{
	self->subject.digest = digest_of(0x22);
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	EXPECT_VERDICT(DENY, PROGRAM_UNKNOWN, 0);
	EXPECT_EQ(NULL, self->v.program);
}

TEST_F(decide, default_tells_a_program_that_cannot_be_known)
{
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	self->subject.reason = WARDEN_REASON_PROGRAM_WRITABLE;
	EXPECT_VERDICT(DENY, PROGRAM_WRITABLE, 0);
	self->subject.reason = WARDEN_REASON_NO_MEMORY;
	EXPECT_VERDICT(DENY, NO_MEMORY, 0);
	self->subject.reason = WARDEN_REASON_NONE;
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

TEST_F(decide, default_tells_a_device_of_unknown_class)
{
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	self->req.class = WARDEN_SENSOR_CLASS_UNKNOWN;
	EXPECT_VERDICT(DENY, CLASS_UNKNOWN, 0);
}

TEST_F(decide, default_tells_the_boot_profile)
{
	self->p.snap.version = 0;
	EXPECT_VERDICT(DENY, BOOT_PROFILE, 0);
	self->p.snap.defaults[WARDEN_DOMAIN_SENSOR].action = WARDEN_ACTION_ALLOW;
	EXPECT_VERDICT(ALLOW, DEFAULT, 0);
}

TEST_F(decide, export_takes_a_word_of_the_rule)
{
	struct warden_rule rule = rule_camera(1, WARDEN_ACTION_ALLOW);

	policy_add_rule(&self->p, rule);
	EXPECT_VERDICT(ALLOW, RULE, 1);
	self->req.exports = true;
	EXPECT_VERDICT(DENY, EXPORT, 1);
	rule.line = 2;
	rule.flags = WARDEN_RULE_FLAG_EXPORT;
	policy_add_rule(&self->p, rule);
	EXPECT_VERDICT(ALLOW, RULE, 2);
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_DENY));
	EXPECT_VERDICT(DENY, RULE, 3);
}

TEST_F(decide, export_is_allowed_where_the_sensor_is_by_default)
{
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	self->req.exports = true;
	self->p.snap.defaults[WARDEN_DOMAIN_SENSOR].action = WARDEN_ACTION_ALLOW;
	EXPECT_VERDICT(ALLOW, DEFAULT, 0);
}

TEST_F(decide, rule_whose_purpose_ended_allows_nothing_and_is_named)
{
	struct warden_rule rule = rule_camera(1, WARDEN_ACTION_ALLOW);

	rule.action = WARDEN_RULE_ENDED | WARDEN_RULE_LAPSED;
	policy_add_rule(&self->p, rule);
	EXPECT_VERDICT(DENY, PURPOSE_ENDED, 1);
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	EXPECT_VERDICT(ALLOW, RULE, 2);
}

TEST_F(decide, allow_names_its_rule_and_program)
{
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	EXPECT_VERDICT(ALLOW, RULE, 1);
	EXPECT_EQ(&self->p.programs[0], self->v.program);
	EXPECT_EQ(NULL, self->v.grant);
}

TEST_F(decide, deny_beats_allow_in_either_order)
{
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_DENY));
	EXPECT_VERDICT(DENY, RULE, 2);
	self->p.rules[0].action = WARDEN_ACTION_DENY;
	self->p.rules[1].action = WARDEN_ACTION_ALLOW;
	EXPECT_VERDICT(DENY, RULE, 1);
}

TEST_F(decide, deny_for_any_beats_allow_for_one)
{
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	policy_add_rule(&self->p, rule_camera(0, WARDEN_ACTION_DENY));
	EXPECT_VERDICT(DENY, RULE, 2);
}

TEST_F(decide, deny_for_one_beats_allow_for_any)
{
	policy_add_rule(&self->p, rule_camera(0, WARDEN_ACTION_ALLOW));
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_DENY));
	EXPECT_VERDICT(DENY, RULE, 2);
	self->subject.digest = digest_of(0x22);
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

TEST_F(decide, deny_for_any_reaches_a_program_that_cannot_be_known)
{
	self->p.snap.defaults[WARDEN_DOMAIN_SENSOR].action = WARDEN_ACTION_ALLOW;
	self->subject.reason = WARDEN_REASON_PROGRAM_UNREADABLE;
	EXPECT_VERDICT(ALLOW, DEFAULT, 0);
	policy_add_rule(&self->p, rule_camera(0, WARDEN_ACTION_DENY));
	EXPECT_VERDICT(DENY, RULE, 1);
}

TEST_F(decide, rule_of_another_class_does_not_match)
{
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	self->req.class = MIC;
	EXPECT_VERDICT(DENY, DEFAULT, 0);
	self->p.rules[0].class = 0;
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

TEST_F(decide, rule_of_one_place_matches_no_other)
{
	struct warden_rule rule = rule_camera(1, WARDEN_ACTION_ALLOW);

	rule.topology = PLACE;
	policy_add_rule(&self->p, rule);
	EXPECT_VERDICT(ALLOW, RULE, 1);
	self->req.topology = OTHER_PLACE;
	EXPECT_VERDICT(DENY, DEFAULT, 0);
}

TEST_F(decide, rule_of_a_name_matches_a_driver_or_node_of_that_name_alone)
{
	struct warden_rule rule = rule_camera(1, WARDEN_ACTION_ALLOW);

	rule.topology = OTHER_PLACE;
	policy_add_rule(&self->p, rule);
	EXPECT_VERDICT(DENY, DEFAULT, 0);
	self->req.names[0] = OTHER_PLACE;
	EXPECT_VERDICT(ALLOW, RULE, 1);
	self->req.names[0] = 0;
	self->req.names[1] = OTHER_PLACE;
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

TEST_F(decide, rule_of_another_domain_does_not_match)
{
	policy_add_rule(&self->p, rule_listen(1, 0, 0, U16_MAX));
	EXPECT_VERDICT(DENY, DEFAULT, 0);
}

TEST_F(decide, rule_that_lapsed_allows_nothing_and_is_named)
{
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	EXPECT_VERDICT(ALLOW, RULE, 1);
	EXPECT_EQ(NULL, self->v.lapsed);
	self->p.rules[0].action = WARDEN_RULE_LAPSED;
	EXPECT_VERDICT(DENY, LAPSED, 1);
	/* what allows the same, denies it, or is by default, decides as ever */
	policy_add_rule(&self->p, rule_camera(0, WARDEN_ACTION_ALLOW));
	EXPECT_VERDICT(ALLOW, RULE, 2);
	self->p.rules[0].action = WARDEN_ACTION_DENY;
	self->p.rules[1].action = WARDEN_RULE_LAPSED;
	EXPECT_VERDICT(DENY, RULE, 2);
	self->p.rules[0].action = WARDEN_RULE_LAPSED;
	self->p.snap.defaults[WARDEN_DOMAIN_SENSOR].action = WARDEN_ACTION_ALLOW;
	EXPECT_VERDICT(ALLOW, DEFAULT, 0);
}

TEST_F(decide, rule_that_lapsed_is_not_blamed_by_others)
{
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	self->p.rules[0].action = WARDEN_RULE_LAPSED;
	self->req.class = WARDEN_SENSOR_CLASS_MICROPHONE;
	EXPECT_VERDICT(DENY, DEFAULT, 0);
}

TEST_F(decide, observe_mode_leaves_the_verdict_and_stops_nobody)
{
	EXPECT_VERDICT(DENY, DEFAULT, 0);
	EXPECT_TRUE(warden_verdict_denies(&self->v));
	self->p.snap.defaults[WARDEN_DOMAIN_SENSOR].mode = WARDEN_MODE_OBSERVE;
	EXPECT_VERDICT(DENY, DEFAULT, 0);
	EXPECT_EQ(WARDEN_MODE_OBSERVE, self->v.mode);
	EXPECT_FALSE(warden_verdict_denies(&self->v));
}

TEST_F(decide, observe_mode_of_one_domain_is_not_that_of_another)
{
	self->p.snap.defaults[WARDEN_DOMAIN_LISTEN].mode = WARDEN_MODE_OBSERVE;
	DECIDE();
	EXPECT_TRUE(warden_verdict_denies(&self->v));
}

TEST_HARNESS_MAIN
