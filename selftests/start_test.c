// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who starts a program can lead it, before a policy names it or from its first instruction: what a user
 * has started, and could have changed, is not taken for what the policy names.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/camera.h"
#include "lib/harness.h"
#include "lib/users.h"

FIXTURE(start)
{
	char camera[64];
	struct mark mark;
};

FIXTURE_SETUP(start)
{
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	ASSERT_EQ(0, chmod(self->camera, 0666));
}

FIXTURE_TEARDOWN(start)
{
	chmod(self->camera, 0600);
}

#define UNNAMED "default sensor deny;\n"
#define NAMED	UNNAMED "program app { path \"%s\"; }\nallow app use camera;\n"

/* Which program, and the camera it is to open. */
struct task {
	const char *program, *node;
};

static int wait_for_word(const struct user *u, void *task)
{
	const struct task *t = task;
	sigset_t told;

	(void)u;
	sigemptyset(&told);
	sigaddset(&told, SIGUSR1);
	sigprocmask(SIG_BLOCK, &told, NULL);
	execl(t->program, "stranger", "later", t->node, NULL);
	return USERS_NOBODY;
}

/* A program that opens the camera when it is told to; it runs when this returns. */
static pid_t start_waiting(const char *program, size_t user, const char *node)
{
	struct task task = { program, node };
	int ends[2];
	char byte;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	pid = users_start(users_at(user), wait_for_word, &task);
	close(ends[1]);
	while (read(ends[0], &byte, 1) > 0)
		;
	close(ends[0]);
	return pid;
}

/* Its exit status: 0 where it opened the camera. */
static int have_open(pid_t pid)
{
	int status;

	kill(pid, SIGUSR1);
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) :
								      USERS_NOBODY;
}

/* The same program, which the kernel starts in secure mode for its group. */
#define GROUPS "/var/tmp/stranger-of-a-group"

static bool copy_for_group(void)
{
	char command[256];

	snprintf(command, sizeof(command), "cp %s " GROUPS " && chgrp 2000 " GROUPS
		 " && chmod 2755 " GROUPS, warden_beside("stranger"));
	return client_shell(command);
}

/* Whoever runs it may have put code into it, by LD_PRELOAD or ptrace, and have let go of it. */
TEST_F(start, of_before_a_policy_named_the_program_is_not_believed)
{
	struct claim denied = { .domain = "sensor", .reason = "program-older", .program = "app",
				.object = CAMERA_TOPOLOGY, .line = UINT32_MAX, .times = 1 };
	pid_t before, groups, roots, since;

	ASSERT_LOADED(warden_policy(UNNAMED));
	ASSERT_TRUE(copy_for_group());
	before = start_waiting(warden_beside("stranger"), 1, self->camera);
	groups = start_waiting(GROUPS, 1, self->camera);
	roots = start_waiting(warden_beside("stranger"), 0, self->camera);
	ASSERT_LOADED(warden_policy(NAMED, warden_beside("stranger")));
	since = start_waiting(warden_beside("stranger"), 1, self->camera);
	self->mark = evidence_mark();
	EXPECT_EQ(1, have_open(before));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	self->mark = evidence_mark();
	denied.pid = groups;
	EXPECT_EQ(1, have_open(groups));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	self->mark = evidence_mark();
	EXPECT_EQ(0, have_open(since));
	EXPECT_EQ(0, have_open(roots));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	unlink(GROUPS);
}

/* The errno of an execve() under a tracer of that user; else 0, and the tracer lets go of it at once. */
static int start_led(const struct user *u, void *node)
{
	int status;
	pid_t pid = fork();

	(void)u;
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execl(warden_beside("stranger"), "stranger", "open", node, NULL);
		_exit(errno);
	}
	if (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		ptrace(PTRACE_DETACH, pid, NULL, NULL);
		waitpid(pid, &status, 0);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : USERS_NOBODY;
}

/* A tracer sets registers in secure mode, too, and need not stay for what comes of it. */
TEST_F(start, of_what_a_policy_names_is_led_by_nobody)
{
	struct claim denied = { .domain = "exec", .reason = "program-traced",
				.object = warden_beside("stranger"), .line = UINT32_MAX, .times = 1 };

	ASSERT_LOADED(warden_policy(UNNAMED));
	EXPECT_EQ(1, users_run(users_at(1), start_led, self->camera));
	ASSERT_LOADED(warden_policy(NAMED, warden_beside("stranger")));
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, users_run(users_at(1), start_led, self->camera));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	self->mark = evidence_mark();
	EXPECT_EQ(0, users_run(users_at(0), start_led, self->camera));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

TEST_HARNESS_MAIN
