// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy that asks for an owner, with one and without.
 */
#include "decide_fixture.h"

/* As the policy says that asks for an owner. */
static void set_up(struct policy *p, bool owned)
{
	p->snap.setup = true;
	warden_snapshot_set_up(&p->snap, owned);
}

static struct warden_rule rule_of(u32 domain, u8 flags)
{
	return (struct warden_rule){ .domain = domain, .action = WARDEN_ACTION_ALLOW, .flags = flags,
				     .port_high = U16_MAX };
}

TEST_F(decide, rules_wait_for_an_owner_and_stand_with_one)
{
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	EXPECT_VERDICT(ALLOW, RULE, 1);
	set_up(&self->p, false);
	EXPECT_VERDICT(DENY, NOT_SET_UP, 1);
	set_up(&self->p, true);
	EXPECT_VERDICT(ALLOW, RULE, 1);
	set_up(&self->p, false);
	EXPECT_VERDICT(DENY, NOT_SET_UP, 1);
}

TEST_F(decide, a_consent_opens_nothing_without_an_owner)
{
	policy_add_rule(&self->p, rule_camera_with_consent(1));
	grants_add(&self->grants, 0x11, CAM, PURPOSE, ALIVE);
	set_up(&self->p, false);
	EXPECT_VERDICT(DENY, NOT_SET_UP, 1);
	set_up(&self->p, true);
	EXPECT_VERDICT(ALLOW, CONSENT, 1);
}

TEST_F(decide, what_no_rule_allows_is_not_said_to_wait)
{
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	set_up(&self->p, false);
	self->req.class = MIC;
	EXPECT_VERDICT(DENY, DEFAULT, 0);
	self->subject.digest = digest_of(0x44);
	EXPECT_VERDICT(DENY, PROGRAM_UNKNOWN, 0);
}

TEST_F(decide, a_denial_stands_before_and_after)
{
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	policy_add_rule(&self->p, rule_camera(0, WARDEN_ACTION_DENY));
	set_up(&self->p, false);
	EXPECT_VERDICT(DENY, RULE, 2);
	set_up(&self->p, true);
	EXPECT_VERDICT(DENY, RULE, 2);
}

TEST_F(decide, defaults_that_allow_wait_as_well)
{
	static const u32 gated[] = { WARDEN_DOMAIN_SENSOR, WARDEN_DOMAIN_LISTEN, WARDEN_DOMAIN_CONNECT,
				     WARDEN_DOMAIN_BIND, WARDEN_DOMAIN_USB };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(gated); i++)
		self->p.snap.defaults[gated[i]].action = WARDEN_ACTION_ALLOW;
	self->req.name = "";
	for (i = 0; i < ARRAY_SIZE(gated); i++) {
		self->req.domain = gated[i];
		set_up(&self->p, false);
		EXPECT_VERDICT(DENY, NOT_SET_UP, 0);
		set_up(&self->p, true);
		EXPECT_VERDICT(ALLOW, DEFAULT, 0);
	}
}

TEST_F(decide, a_default_that_denies_is_not_opened_by_an_owner)
{
	set_up(&self->p, false);
	set_up(&self->p, true);
	EXPECT_VERDICT(DENY, DEFAULT, 0);
}

/* A device has to start before anybody can own it. */
TEST_F(decide, programs_and_modules_wait_for_nobody)
{
	self->p.snap.defaults[WARDEN_DOMAIN_EXEC].action = WARDEN_ACTION_ALLOW;
	policy_add_rule(&self->p, rule_of(WARDEN_DOMAIN_DEBUG, 0));
	set_up(&self->p, false);
	self->req.domain = WARDEN_DOMAIN_EXEC;
	EXPECT_VERDICT(ALLOW, DEFAULT, 0);
	self->req.domain = WARDEN_DOMAIN_DEBUG;
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

TEST_F(decide, what_setup_needs_stands_until_then_only)
{
	policy_add_rule(&self->p, rule_of(WARDEN_DOMAIN_LISTEN, WARDEN_RULE_FLAG_SETUP));
	self->req.domain = WARDEN_DOMAIN_LISTEN;
	set_up(&self->p, false);
	EXPECT_VERDICT(ALLOW, RULE, 1);
	set_up(&self->p, true);
	EXPECT_VERDICT(DENY, PORT_NOT_NAMED, 0);
	set_up(&self->p, false);
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

TEST_F(decide, what_safety_names_stands_always)
{
	policy_add_rule(&self->p, rule_of(WARDEN_DOMAIN_LISTEN, WARDEN_RULE_FLAG_SAFETY));
	self->req.domain = WARDEN_DOMAIN_LISTEN;
	set_up(&self->p, false);
	EXPECT_VERDICT(ALLOW, RULE, 1);
	set_up(&self->p, true);
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

TEST_F(decide, a_rule_that_lapsed_is_not_renewed_by_an_owner)
{
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	self->p.rules[0].action = WARDEN_RULE_LAPSED;
	set_up(&self->p, false);
	EXPECT_VERDICT(DENY, LAPSED, 1);
	set_up(&self->p, true);
	EXPECT_VERDICT(DENY, LAPSED, 1);
}

TEST_F(decide, a_policy_that_asks_for_no_owner_is_as_it_was)
{
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	EXPECT_FALSE(warden_snapshot_set_up(&self->p.snap, false));
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

TEST_HARNESS_MAIN
