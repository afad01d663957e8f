// SPDX-License-Identifier: GPL-2.0-only
/*
 * What several layers decide together: kmod/judge/decide.c as it stands.
 */
#define TH_LOG_STREAM stdout
#include "kselftest_harness.h"

#include "layer.h"

FIXTURE(stack)
{
	struct policy maker;
	struct policy user;
	struct warden_layers layers;
	struct warden_identity subject;
	struct warden_request req;
	struct warden_verdict v;
};

FIXTURE_SETUP(stack)
{
	layer_init(&self->maker, WARDEN_ROLE_MAKER);
	layer_init(&self->user, WARDEN_ROLE_USER);
	self->layers = (struct warden_layers){
		.generation = 1, .nr = 2, .layer = { &self->maker.snap, &self->user.snap }
	};
	self->subject.digest = digest_of(1);
	self->req = (struct warden_request){ .domain = SENSOR, .subject = &self->subject,
					     .class = CAM, .now = 1 };
	layer_use(&self->maker, policy_add_program(&self->maker, 1), 0, ALLOW);
}

FIXTURE_TEARDOWN(stack)
{
}

TEST_F(stack, what_every_layer_allows_is_allowed)
{
	warden_decide_layers(&self->layers, &self->req, &self->v);
	EXPECT_EQ(ALLOW, self->v.action);
	EXPECT_EQ(WARDEN_ROLE_MAKER, self->v.snap->layer);
}

TEST_F(stack, one_layer_that_denies_is_enough_and_is_named)
{
	u32 line = layer_use(&self->user, 0, CAM, DENY);

	warden_decide_layers(&self->layers, &self->req, &self->v);
	EXPECT_EQ(DENY, self->v.action);
	EXPECT_EQ(WARDEN_ROLE_USER, self->v.snap->layer);
	EXPECT_EQ(line, self->v.rule->line);
}

TEST_F(stack, what_is_only_observed_gives_way_to_what_is_denied)
{
	layer_use(&self->maker, 0, CAM, DENY);
	self->maker.snap.defaults[SENSOR].mode = WARDEN_MODE_OBSERVE;
	warden_decide_layers(&self->layers, &self->req, &self->v);
	EXPECT_EQ(DENY, self->v.action);
	EXPECT_FALSE(warden_verdict_denies(&self->v));
	layer_use(&self->user, 0, CAM, DENY);
	warden_decide_layers(&self->layers, &self->req, &self->v);
	EXPECT_TRUE(warden_verdict_denies(&self->v));
	EXPECT_EQ(WARDEN_ROLE_USER, self->v.snap->layer);
}

TEST_F(stack, a_layer_below_cannot_allow_what_one_above_denies)
{
	self->subject.digest = digest_of(2);
	layer_use(&self->user, 0, 0, ALLOW);
	warden_decide_layers(&self->layers, &self->req, &self->v);
	EXPECT_EQ(DENY, self->v.action);
	EXPECT_EQ(WARDEN_ROLE_MAKER, self->v.snap->layer);
}

TEST_F(stack, what_each_layer_asks_for_at_the_end_of_a_session_holds)
{
	self->maker.rules[0].withdraw_ms = 300;
	self->maker.rules[0].flags = WARDEN_RULE_FLAG_KILL;
	layer_use(&self->user, 0, CAM, ALLOW);
	self->user.rules[0].withdraw_ms = 100;
	warden_decide_layers(&self->layers, &self->req, &self->v);
	EXPECT_EQ(ALLOW, self->v.action);
	EXPECT_EQ(100, self->v.withdraw_ms);
	EXPECT_EQ(WARDEN_RULE_FLAG_KILL, self->v.flags);
}

TEST_F(stack, what_is_done_beside_an_observed_denial_is_done_on_the_terms_of_the_allow)
{
	self->maker.rules[0].rate = 7;
	self->maker.rules[0].flags = WARDEN_RULE_FLAG_KILL;
	self->maker.rules[0].withdraw_ms = 50;
	self->user.snap.defaults[SENSOR].action = DENY;
	self->user.snap.defaults[SENSOR].mode = WARDEN_MODE_OBSERVE;
	warden_decide_layers(&self->layers, &self->req, &self->v);
	EXPECT_EQ(DENY, self->v.action);
	EXPECT_FALSE(warden_verdict_denies(&self->v));
	EXPECT_EQ(WARDEN_ROLE_USER, self->v.snap->layer);
	EXPECT_EQ(WARDEN_RULE_FLAG_KILL, self->v.flags);
	EXPECT_EQ(50, self->v.withdraw_ms);
	ASSERT_NE(NULL, self->v.limit);
	EXPECT_EQ(7, self->v.limit->rate);
}

TEST_HARNESS_MAIN
