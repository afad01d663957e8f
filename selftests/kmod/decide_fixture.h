/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the tests of the decision start from, and how they read its answer.
 */
#ifndef WARDEN_TEST_DECIDE_FIXTURE_H
#define WARDEN_TEST_DECIDE_FIXTURE_H

#define TH_LOG_STREAM stdout
#include "kselftest_harness.h"

#include "decide_policy.h"

FIXTURE(decide)
{
	struct policy p;
	struct warden_identity subject;
	struct warden_identity object;
	struct warden_request req;
	struct warden_verdict v;
	struct grants grants;
};

/* The subject is program 1 of the policy, with digest 0x11, and asks for the camera. */
FIXTURE_SETUP(decide)
{
	policy_init(&self->p);
	EXPECT_EQ(1, policy_add_program(&self->p, 0x11));
	self->subject.digest = digest_of(0x11);
	self->object.digest = digest_of(0x66);
	self->req = (struct warden_request){
		.domain = WARDEN_DOMAIN_SENSOR,
		.uid = 1000,
		.now = NOW,
		.subject = &self->subject,
		.object = &self->object,
		.grants = &self->grants.head,
		.class = CAM,
		.topology = PLACE,
	};
}

FIXTURE_TEARDOWN(decide)
{
}

#define DECIDE() warden_decide(&self->p.snap, &self->req, &self->v)

/* The verdict is @action for @reason by the rule of @line; 0 is by no rule. */
#define EXPECT_VERDICT(ACTION, REASON, LINE)                                                       \
	do {                                                                                       \
		DECIDE();                                                                          \
		EXPECT_EQ(WARDEN_ACTION_##ACTION, self->v.action);                                 \
		EXPECT_EQ(WARDEN_REASON_##REASON, self->v.reason);                                 \
		EXPECT_EQ(LINE, self->v.rule ? self->v.rule->line : 0);                            \
	} while (0)

#endif /* WARDEN_TEST_DECIDE_FIXTURE_H */
