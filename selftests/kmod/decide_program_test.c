// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which programs a subject is: by the digest of its file, and its user.
 */
#include "decide_fixture.h"
#include "judge/arguments.h"

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

/* What a program is started with, its name aside; and is that as the pattern says? */
struct start {
	const char *pattern;
	const char *text; /* a NUL behind each argument, and the last one's is the string's own */
	u32 len;
	bool is;
};

#define START(pattern, text, is) { pattern, text, sizeof(text), is }
#define BARE(pattern, is)	 { pattern, "", 0, is }

static const struct start starts[] = {
	BARE("", true), BARE("...", true), BARE("*", false), START("", "-d", false),
	START("-d", "-d", true), START("-d", "-D", false), START("-d", "-d\0-e", false),
	START("-d ...", "-d", true), START("-d ...", "-d\0-e\0-f", true), START("-d ...", "-e", false),
	START("-d -e", "-d\0-e", true), START("-d -e", "-d -e", false), START("-d -e", "-e\0-d", false),
	START("-d -e", "-d", false), START("-d -e", "-d\0", false), START("-d", "-d\0", false),
	START("--to=*", "--to=a", true), START("--to=*", "--to=", true), START("--to=*", "--to=a b", true),
	START("--to=/run/*", "--to=/run/a", true), START("--to=/run/*", "--to=/run/../a", false),
	START("--to=/run/**", "--to=/run/a/b", true), START("--to=/run/**", "--to=/etc/a", false),
	START("*", "a", true), START("*", "", true), START("*", "-a", false), START("**", "-a", false),
	START("*x", "-x", false), START("a*c*e", "abcde", true), START("a*c*e", "abcd", false),
	START("**a*b", "a/xa/ab", true), START("**a*b", "a/xa/b", false), START("**/*b*", "x/y/abc", true),
	START("a**b*c", "a/b/bxc", true), START("a**b*c", "a/b/b/c", false), START("a***", "a/b", true),
	START("**.h264", "/run/a.h264.h264", true), START("aab", "aaab", false), START("*aab", "aaab", true),
};

TEST_F(decide, arguments_bind_a_program_to_what_it_is_started_with)
{
	struct warden_arguments arguments;
	struct warden_command command = {};
	u32 i;

	self->p.snap.arguments = &arguments;
	self->p.snap.nr_arguments = 1;
	self->p.programs[0].arguments = 7;
	self->p.programs[0].words = 1;
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	EXPECT_VERDICT(DENY, PROGRAM_ELSEWHERE, 0);
	self->req.command = &command;
	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		snprintf(arguments.text, sizeof(arguments.text), "%s", starts[i].pattern);
		command.text = starts[i].text;
		command.len = starts[i].len;
		DECIDE();
		EXPECT_EQ(starts[i].is ? WARDEN_ACTION_ALLOW : WARDEN_ACTION_DENY, self->v.action)
		{
			TH_LOG("%u: %s", i, starts[i].pattern);
		}
	}
	/* Of a question what a policy means, only which arguments is known. */
	command.key = 8;
	EXPECT_VERDICT(DENY, PROGRAM_ELSEWHERE, 0);
	command.key = 7;
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

TEST_F(decide, started_before_it_was_named_a_program_has_no_sensor_by_its_name)
{
	self->subject.unproven = true;
	EXPECT_VERDICT(DENY, DEFAULT, 0);
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_ALLOW));
	EXPECT_VERDICT(DENY, PROGRAM_OLDER, 0);
	policy_add_rule(&self->p, rule_camera(0, WARDEN_ACTION_ALLOW));
	EXPECT_VERDICT(ALLOW, RULE, 2);
	policy_add_rule(&self->p, rule_camera(1, WARDEN_ACTION_DENY));
	EXPECT_VERDICT(DENY, RULE, 3);
}

TEST_HARNESS_MAIN
