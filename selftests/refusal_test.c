// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is refused for want of a right, or of room, is recorded; who asks for
 * nothing but that fills no log with it.
 */
#include <fcntl.h>
#include <linux/netlink.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <warden/limits.h>

#include "lib/blob.h"
#include "lib/harness.h"
#include "lib/users.h"

#define FLOOD 20000

/* --- of right ------------------------------------------------------------------------- */

static int ask(const struct user *u, void *times)
{
	uint32_t n = *(uint32_t *)times;
	struct genl g;

	(void)u;
	if (genl_open(&g))
		return 1;
	while (n--)
		if (genl_do(&g, WARDEN_CMD_POLICY_BEGIN) != -EPERM)
			return 2;
	return 0;
}

/* A process that is nobody, and sends the same command @n times; its status is 0 where each was refused. */
static pid_t start_stranger(uint32_t n)
{
	return users_start(users_at(1), ask, &n);
}

/* Commands the records tell of until @n are told, and how many records that took. */
static uint64_t count_refused(struct genl *g, uint64_t n, uint64_t *records)
{
	uint64_t told = 0;

	*records = 0;
	while (told < n && !genl_event(g, 5000)) {
		if (genl_number(g, WARDEN_A_RECORD_EVENT) != WARDEN_EVENT_COMMAND_REFUSE)
			continue;
		told += genl_number(g, WARDEN_A_RECORD_COUNT);
		++*records;
	}
	return told;
}

FIXTURE(right)
{
	struct genl g;
	struct genl events;
	struct mark mark;
};

FIXTURE_SETUP(right)
{
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, genl_open(&self->events));
	ASSERT_EQ(0, genl_join(&self->events));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(right)
{
	genl_close(&self->events);
	genl_close(&self->g);
}

/* What was refused before is told; the next one is the first of its second. */
static void settle(struct genl *g)
{
	while (!genl_event(g, 1500))
		;
}

TEST_F(right, a_command_that_lacks_one_is_recorded_with_its_sender)
{
	struct claim refused = { .event = "command-refuse", .domain = "system",
				 .reason = "no-capability", .object = "policy-begin",
				 .program = warden_self() };
	int status;

	settle(&self->events);
	refused.pid = start_stranger(1);
	ASSERT_EQ(refused.pid, waitpid(refused.pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_FOUND(evidence_of_event(&self->mark, &refused));
}

TEST_F(right, a_command_that_has_one_is_not)
{
	struct claim refused = { .event = "command-refuse" };

	EXPECT_EQ(0, genl_do(&self->g, WARDEN_CMD_POLICY_BEGIN));
	EXPECT_EQ(NULL, evidence_find(&self->mark, &refused, 0));
}

TEST_F(right, a_flood_of_them_is_counted_to_the_last_and_fills_no_log)
{
	uint64_t begin, records, seconds;
	int status;
	pid_t pid;

	settle(&self->events);
	begin = now_ns();
	pid = start_stranger(FLOOD);
	EXPECT_EQ(FLOOD, count_refused(&self->events, FLOOD, &records));
	seconds = (now_ns() - begin) / 1000000000u;
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_GE(2 * (seconds + 2), records);
	printf("# %d refused commands in %llu s: %llu records\n", FLOOD,
	       (unsigned long long)seconds, (unsigned long long)records);
}

/* --- of room ------------------------------------------------------------------------ */

TEST(one_sensor_file_more_than_there_may_be_is_refused_and_recorded)
{
	const struct rlimit many = { WARDEN_SESSIONS_MAX + 64, WARDEN_SESSIONS_MAX + 64 };
	const struct claim refused = { .domain = "sensor", .reason = "too-many-sessions",
				       .program = "self", .object = CAMERA_TOPOLOGY, .pid = getpid(),
				       .times = 1 };
	static int fds[WARDEN_SESSIONS_MAX];
	struct mark mark;
	const char *node;
	int i, more;

	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &many));
	ASSERT_LOADED(warden_policy("program self { path \"%s\"; }\nallow self use camera;\n",
				    warden_self()));
	node = device_node(CAMERA_TOPOLOGY);
	ASSERT_NE(NULL, node);
	for (i = 0; i < WARDEN_SESSIONS_MAX; i++) {
		fds[i] = open(node, O_RDWR | O_CLOEXEC);
		ASSERT_LE(0, fds[i])
		{
			TH_LOG("file %d: %s", i + 1, strerror(errno));
		}
	}
	mark = evidence_mark();
	EXPECT_EQ(-1, open(node, O_RDWR | O_CLOEXEC));
	EXPECT_EQ(ENFILE, errno);
	EXPECT_FOUND(evidence_of_denial(&mark, &refused));
	close(fds[0]);
	more = open(node, O_RDWR | O_CLOEXEC);
	EXPECT_LE(0, more);
	close(more);
	for (i = 1; i < WARDEN_SESSIONS_MAX; i++)
		close(fds[i]);
}

TEST_HARNESS_MAIN
