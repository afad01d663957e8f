// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that a policy names by its arguments is that one where it was started with
 * them, whatever it, its user or a script later says of itself.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "lib/harness.h"
#include "lib/users.h"

#define SCRIPT	 "/var/tmp/look.sh"
#define LONG	 1500 /* characters, which are more than are kept */
#define PROGRAMS                                                                                   \
	"program door { path \"/usr/bin/v4l2-ctl\"; arguments \"-d /dev/video* %s ...\"; }\n"      \
	"program opener { path \"%s\"; arguments \"open /dev/video* ...\"; }\n"                    \
	"program parent { path \"%s\"; arguments \"child /dev/video*\"; }\n"                       \
	"program script { path \"/bin/sh\"; arguments \"" SCRIPT " *\"; }\n"                       \
	"default sensor deny;\n"                                                                   \
	"allow door use camera; allow opener use camera;\n"                                        \
	"allow parent use camera; allow script use camera;\n"

FIXTURE(arguments)
{
	char camera[128];
	const char *stranger;
	struct mark mark;
};

static const char *policy(const char *option)
{
	return warden_policy(PROGRAMS, option, warden_beside("stranger"), warden_beside("stranger"));
}

static bool write_script(const char *camera)
{
	FILE *f = fopen(SCRIPT, "w");

	if (!f)
		return false;
	fprintf(f, "#!/bin/sh\nexec 3<%s && echo ok\n", camera);
	return !fclose(f) && !chmod(SCRIPT, 0755);
}

FIXTURE_SETUP(arguments)
{
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	self->stranger = warden_beside("stranger");
	ASSERT_TRUE(write_script(self->camera));
	ASSERT_LOADED(policy("--get-parm"));
	warden_withdraw_all();
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(arguments)
{
	unlink(SCRIPT);
}

static struct claim elsewhere(const char *program, uint64_t times)
{
	return (struct claim){
		.domain = "sensor", .reason = "program-elsewhere", .program = program,
		.object = CAMERA_TOPOLOGY, .line = UINT32_MAX, .times = times,
	};
}

/* Does a program started so come to the end it wants? */
static bool succeeds(const char *const argv[])
{
	struct client c;
	int status = client_run(&c, argv);

	if (status)
		fprintf(comments(), "%s %s: %s\n", argv[0], argv[1], c.text);
	client_end(&c);
	return !status;
}

TEST_F(arguments, bind_a_program_to_what_it_is_started_with)
{
	struct claim denied = elsewhere("/usr/bin/v4l2-ctl", 0);

	EXPECT_TRUE(succeeds(ARGV("v4l2-ctl", "-d", self->camera, "--get-parm")));
	EXPECT_TRUE(succeeds(ARGV("v4l2-ctl", "-d", self->camera, "--get-parm", "--get-fmt-video")));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_FALSE(succeeds(ARGV("v4l2-ctl", "-d", self->camera, "--get-fmt-video")));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	self->mark = evidence_mark();
	EXPECT_FALSE(succeeds(ARGV("v4l2-ctl", "--get-parm", "-d", self->camera)));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

static int start(const struct user *u, void *words)
{
	(void)u;
	return !succeeds(words);
}

/* `pose` writes `open` where its arguments lie, as ps and /proc then say, and opens. */
TEST_F(arguments, are_those_of_the_start_whatever_the_program_writes_over_them)
{
	struct claim denied = elsewhere(self->stranger, USERS_COUNT);
	const char *words[] = { self->stranger, "open", self->camera, NULL };
	size_t i;

	ASSERT_EQ(0, chmod(self->camera, 0666));
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(0, users_run(users_at(i), start, words));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	words[1] = "pose";
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(1, users_run(users_at(i), start, words));
	chmod(self->camera, 0600);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_F(arguments, of_a_parent_are_those_of_its_child)
{
	struct claim denied = elsewhere(self->stranger, 1);

	EXPECT_TRUE(succeeds(ARGV(self->stranger, "child", self->camera)));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_FALSE(succeeds(ARGV(self->stranger, "child", self->camera, "more")));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* What is too long to be compared is nobody's, also where all else would do. */
TEST_F(arguments, that_are_too_long_are_nobodys)
{
	struct claim denied = elsewhere(self->stranger, 1);
	char more[LONG + 1];

	memset(more, 'x', LONG);
	more[LONG] = '\0';
	EXPECT_TRUE(succeeds(ARGV(self->stranger, "open", self->camera, more + LONG / 2)));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_FALSE(succeeds(ARGV(self->stranger, "open", self->camera, more)));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* An interpreter is the one that a script's path is given to, and not the one of a command line. */
TEST_F(arguments, of_an_interpreter_are_its_script)
{
	struct claim denied = elsewhere(NULL, 1);
	char command[160];

	EXPECT_TRUE(succeeds(ARGV(SCRIPT, "word")));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	snprintf(command, sizeof(command), "exec 3<%s", self->camera);
	EXPECT_FALSE(succeeds(ARGV("/bin/sh", "-c", command)));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	self->mark = evidence_mark();
	EXPECT_FALSE(succeeds(ARGV(SCRIPT, "-c")));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* Consent is asked for where it alone lacks, and given to the program that was started so. */
TEST_F(arguments, are_asked_about_where_consent_lacks)
{
	const struct claim asked = { .event = "consent-request", .domain = "sensor", .program = "opener" };
	struct claim denied = elsewhere(self->stranger, 1);

	ASSERT_LOADED(warden_policy("program opener { path \"%s\"; arguments \"open /dev/video*\"; }\n"
				    "purpose door \"Show who is at the door\";\ndefault sensor deny;\n"
				    "allow opener use camera for door with consent;\n", self->stranger));
	self->mark = evidence_mark();
	EXPECT_FALSE(succeeds(ARGV(self->stranger, "open", self->camera)));
	EXPECT_FOUND(evidence_of_event(&self->mark, &asked));
	ASSERT_EQ(0, warden_grant("opener", "camera", "door"));
	EXPECT_TRUE(succeeds(ARGV(self->stranger, "open", self->camera)));
	self->mark = evidence_mark();
	EXPECT_FALSE(succeeds(ARGV(self->stranger, "pose", self->camera)));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* A session outlives a policy that says the same, and ends with one that asks for others. */
TEST_F(arguments, that_a_policy_asks_for_no_more_end_the_session)
{
	const struct claim ended = { .event = "session-end", .domain = "sensor",
				     .reason = "policy-changed", .program = "door" };
	struct client c;

	ASSERT_LOADED(policy("--stream-mmap"));
	self->mark = evidence_mark();
	ASSERT_EQ(0, client_start(&c, ARGV("v4l2-ctl", "-d", self->camera, "--stream-mmap")));
	EXPECT_TRUE(client_says(&c, "<", 20000));
	ASSERT_LOADED(policy("--stream-mmap"));
	EXPECT_TRUE(client_runs(&c));
	EXPECT_NE(0, warden_status("sessions"));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	ASSERT_LOADED(policy("--get-parm"));
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
	EXPECT_NE(-1, client_wait(&c, 20000));
	client_end(&c);
}

TEST_HARNESS_MAIN
