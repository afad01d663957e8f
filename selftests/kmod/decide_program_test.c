// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which programs a subject is: by the digest of its file, and its user.
 */
#include "decide_fixture.h"

TEST_F(decide, uid_binds_a_program_to_a_user)
{
	self->p.programs[0].has_uid = true;
	self->p.programs[0].uid = 1000;
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	EXPECT_VERDICT(ALLOW, RULE, 1);
	self->req.uid = 0;
	EXPECT_VERDICT(DENY, PROGRAM_ELSEWHERE, 0);
	self->p.programs[0].uid = 0;
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

TEST_F(decide, unit_binds_a_program_to_where_it_runs)
{
	self->p.programs[0].unit = 7;
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	EXPECT_VERDICT(DENY, PROGRAM_ELSEWHERE, 0);
	self->req.unit = 8;
	EXPECT_VERDICT(DENY, PROGRAM_ELSEWHERE, 0);
	self->req.unit = 7;
	EXPECT_VERDICT(ALLOW, RULE, 1);
	self->p.programs[0].unit = 0;
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

TEST_F(decide, shared_digest_is_all_its_programs)
{
	u32 second = policy_add_program_of(&self->p, 0x11, 1000);

	policy_add_rule(&self->p, rule_camera(second, WARDEN_ACTION_ALLOW));
	EXPECT_VERDICT(ALLOW, RULE, 1);
	EXPECT_EQ(&self->p.programs[second - 1], self->v.program);
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_DENY));
	EXPECT_VERDICT(DENY, RULE, 2);
	EXPECT_EQ(&self->p.programs[0], self->v.program);
}

TEST_F(decide, shared_digest_names_the_program_whose_rule_decided)
{
	u32 second = policy_add_program(&self->p, 0x11);

	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	policy_add_rule(&self->p, rule_listen(second, 6, 80, 80));
	EXPECT_VERDICT(ALLOW, RULE, 1);
	EXPECT_EQ(&self->p.programs[0], self->v.program);
}

TEST_F(decide, second_digest_of_a_program_is_the_program)
{
	self->p.refs[self->p.snap.nr_refs++] = (struct warden_digest_ref){ digest_of(0x55), 0 };
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	self->subject.digest = digest_of(0x55);
	EXPECT_VERDICT(ALLOW, RULE, 1);
}

TEST_F(decide, digest_of_another_algorithm_is_another_program)
{
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	self->subject.digest.alg = WARDEN_DIGEST_ALG_FSVERITY_SHA256;
	EXPECT_VERDICT(DENY, PROGRAM_UNKNOWN, 0);
}

TEST_HARNESS_MAIN
