// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that opens a sensor again and again is not judged each time; what was allowed a
 * moment before is refused all the same once anything of it has changed. All open an accelerometer, which
 * comes and goes quickly, and is of a class that leads to no other: of keys each open is judged.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/harness.h"
#include "lib/keypad.h"

#define POLICY                                                                                     \
	"program tester { path \"%s\"; user \"root\"; }\n"                                         \
	"purpose steps \"Count steps\";\n"                                                           \
	"default sensor deny;\n"                                                                   \
	"allow tester use motion for steps with consent;\n"

#define OPENS 20 /* in a row, to be sure of it */

/**
 * struct opener - a thread that opens and closes a node until it is stopped
 * @node: the node
 * @stop: set by who started it
 * @opens: how many succeeded
 * @tries: how many there were
 * @last: now_ns() before the last that succeeded
 */
struct opener {
	const char *node;
	pthread_t thread;
	atomic_bool stop;
	atomic_uint opens;
	atomic_uint tries;
	_Atomic uint64_t last;
};

static int try_open(const char *node)
{
	int fd = open(node, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

static void *open_again(void *arg)
{
	struct opener *o = arg;
	uint64_t now;

	while (!atomic_load(&o->stop)) {
		now = now_ns();
		if (!try_open(o->node)) {
			atomic_store(&o->last, now);
			atomic_fetch_add(&o->opens, 1);
		}
		atomic_fetch_add(&o->tries, 1);
		usleep(5000);
	}
	return NULL;
}

/* Wait until it was so often so; false where that does not come about. */
static bool counts(atomic_uint *count, unsigned int more)
{
	unsigned int until = atomic_load(count) + more;
	int i;

	for (i = 0; i < 2000 && atomic_load(count) < until; i++)
		usleep(5000);
	return atomic_load(count) >= until;
}

FIXTURE(again)
{
	struct keypad keys;
	struct opener opener;
	struct mark mark;
};

FIXTURE_SETUP(again)
{
	ASSERT_EQ(0, keypad_plug_accelerometer(&self->keys));
	ASSERT_EQ(0, chmod(self->keys.node, 0666));
	ASSERT_LOADED(warden_policy(POLICY, warden_self()));
	warden_withdraw_all();
	ASSERT_EQ(0, warden_grant("tester", "motion", "steps"));
	self->opener.node = self->keys.node;
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(again)
{
	warden_ctl(ARGV("sensor", "switch", "motion", "on"));
	warden_withdraw_all();
	keypad_unplug(&self->keys);
}

/* --- what somebody changes ---------------------------------------------------------- */

static int load_another(void)
{
	return warden_load(warden_policy("default sensor deny;\n"));
}

static int load_same(void)
{
	return warden_load(warden_policy(POLICY, warden_self()));
}

static int withdraw(void)
{
	return warden_withdraw("tester", "motion");
}

static int grant(void)
{
	return warden_grant("tester", "motion", "steps");
}

static int switch_off(void)
{
	return warden_ctl(ARGV("sensor", "switch", "motion", "off"));
}

static int switch_on(void)
{
	return warden_ctl(ARGV("sensor", "switch", "motion", "on"));
}

static const struct change {
	const char *what;
	int (*take)(void);
	int (*give)(void);
} changes[] = {
	{ "a policy that does not allow it", load_another, load_same },
	{ "a withdrawal", withdraw, grant },
	{ "a switch", switch_off, switch_on },
};

TEST_F(again, no_open_succeeds_once_that_was_taken_back)
{
	struct opener *o = &self->opener;
	uint64_t taken;
	size_t i;

	ASSERT_EQ(0, pthread_create(&o->thread, NULL, open_again, o));
	for (i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		EXPECT_TRUE(counts(&o->opens, OPENS))
		{
			TH_LOG("not opened before %s", changes[i].what);
		}
		EXPECT_EQ(0, changes[i].take());
		taken = now_ns();
		EXPECT_TRUE(counts(&o->tries, OPENS));
		EXPECT_LT(atomic_load(&o->last), taken)
		{
			TH_LOG("opened after %s", changes[i].what);
		}
		EXPECT_EQ(0, changes[i].give());
	}
	EXPECT_TRUE(counts(&o->opens, OPENS));
	atomic_store(&o->stop, true);
	pthread_join(o->thread, NULL);
}

TEST_F(again, no_open_succeeds_once_its_consent_is_over)
{
	struct opener *o = &self->opener;
	uint64_t given;

	ASSERT_EQ(0, withdraw());
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "grant", "tester", "motion", "--purpose", "steps",
				     "--for", "2s")));
	given = now_ns();
	ASSERT_EQ(0, pthread_create(&o->thread, NULL, open_again, o));
	EXPECT_TRUE(counts(&o->opens, OPENS));
	while (now_ns() < given + 2000000000)
		usleep(10000);
	EXPECT_TRUE(counts(&o->tries, OPENS));
	atomic_store(&o->stop, true);
	pthread_join(o->thread, NULL);
	EXPECT_LE(atomic_load(&o->last), given + 2000000000);
}

/* --- what it is itself ----------------------------------------------------------------- */

/* Open it until the session is one that was closed before; then be another, and try. */
static int open_as_another(const char *node, int (*become)(const char *node))
{
	pid_t pid = fork();
	int i, err = 0, status;

	if (!pid) {
		for (i = 0; i < OPENS && !err; i++)
			err = try_open(node);
		err = err ? 200 : become(node);
		_exit(err);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int stay(const char *node)
{
	return try_open(node);
}

static int become_user(const char *node)
{
	return setresuid(12345, 12345, 12345) ? 201 : try_open(node);
}

static int become_traced(const char *node)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) ? 202 : try_open(node);
}

static int become_program(const char *node)
{
	execlp("sh", "sh", "-c", ": <\"$0\"", node, NULL);
	return 203;
}

static int become_child(const char *node)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(try_open(node));
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 204;
}

TEST_F(again, who_becomes_another_is_judged_as_that)
{
	const struct claim user = { .domain = "sensor", .reason = "program-elsewhere",
				    .object = self->keys.topology, .times = 1 };
	const struct claim traced = { .domain = "sensor", .reason = "program-traced",
				      .object = self->keys.topology, .times = 1 };
	const struct claim program = { .domain = "sensor", .reason = "program-unknown",
				       .object = self->keys.topology, .times = 1 };

	EXPECT_EQ(0, open_as_another(self->keys.node, stay));
	EXPECT_EQ(0, open_as_another(self->keys.node, become_child));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_EQ(EACCES, open_as_another(self->keys.node, become_user));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &user));
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, open_as_another(self->keys.node, become_traced));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &traced));
	self->mark = evidence_mark();
	EXPECT_EQ(2, open_as_another(self->keys.node, become_program)); /* as dash says it */
	EXPECT_FOUND(evidence_of_denial(&self->mark, &program));
}

/* --- what the device is ------------------------------------------------------------------ */

TEST_F(again, another_device_of_the_number_is_judged_as_that)
{
	const struct claim denied = { .domain = "sensor", .pid = getpid(), .times = 1,
				      .program = "tester" };
	struct stat before, after;
	int i;

	for (i = 0; i < OPENS; i++)
		ASSERT_EQ(0, try_open(self->keys.node));
	ASSERT_EQ(0, stat(self->keys.node, &before));
	ASSERT_EQ(0, keypad_become_one(&self->keys));
	EXPECT_EQ(EACCES, try_open(self->keys.node));
	ASSERT_EQ(0, stat(self->keys.node, &after));
	EXPECT_EQ(before.st_rdev, after.st_rdev);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

#define TIMES 500

TEST_F(again, each_open_is_counted_and_told)
{
	const struct claim begun = { .event = "session-start", .program = "tester",
				     .object = self->keys.topology, .pid = getpid(),
				     .times = TIMES };
	const struct claim ended = { .event = "session-end", .reason = "closed",
				     .program = "tester", .object = self->keys.topology,
				     .pid = getpid(), .times = TIMES };
	const uint64_t before = warden_uses();
	int i;

	for (i = 0; i < TIMES; i++)
		ASSERT_EQ(0, try_open(self->keys.node));
	EXPECT_EQ(TIMES, evidence_times(&self->mark, &begun, 5000));
	EXPECT_EQ(TIMES, evidence_times(&self->mark, &ended, 5000));
	EXPECT_LT(2, evidence_most(&self->mark, &ended, "count"));
	EXPECT_EQ(TIMES, warden_uses() - before);
}

/* Between two opens the session stands, in use by nobody who could be asked for the file. */
TEST_F(again, who_opens_no_more_loses_it_with_the_ground)
{
	const struct claim begun = { .event = "session-start", .program = "tester",
				     .object = self->keys.topology, .pid = getpid(), .times = OPENS };
	const struct claim ended = { .event = "session-end", .reason = "closed", .program = "tester",
				     .object = self->keys.topology, .pid = getpid(), .times = OPENS };
	int i;

	for (i = 0; i < OPENS; i++)
		ASSERT_EQ(0, try_open(self->keys.node));
	EXPECT_EQ(1, warden_status("sessions"));
	ASSERT_EQ(0, withdraw());
	EXPECT_EQ(0, warden_status("sessions"));
	EXPECT_EQ(OPENS, evidence_times(&self->mark, &begun, 5000));
	EXPECT_EQ(OPENS, evidence_times(&self->mark, &ended, 5000));
	EXPECT_EQ(EACCES, try_open(self->keys.node));
	ASSERT_EQ(0, grant());
	EXPECT_EQ(0, try_open(self->keys.node));
}

/* What was before is told in its time, and by what it rested on. */
TEST_F(again, what_was_before_one_that_stays_open_is_told_meanwhile)
{
	const struct claim begun = { .event = "session-start", .program = "tester",
				     .object = self->keys.topology, .pid = getpid(), .times = OPENS + 1 };
	const struct claim ended = { .event = "session-end", .reason = "closed", .program = "tester",
				     .object = self->keys.topology, .pid = getpid(), .times = OPENS };
	int i, fd;

	for (i = 0; i < OPENS; i++)
		ASSERT_EQ(0, try_open(self->keys.node));
	fd = open(self->keys.node, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	EXPECT_EQ(OPENS + 1, evidence_times(&self->mark, &begun, 5000));
	EXPECT_EQ(OPENS, evidence_times(&self->mark, &ended, 5000));
	self->mark = evidence_mark();
	close(fd);
	EXPECT_EQ(1, evidence_times(&self->mark, &ended, 3000));
	EXPECT_EQ(0, evidence_times(&self->mark, &begun, 0));
}

#define TOLD_MS 2500 /* by then everything is */

TEST_F(again, what_was_before_an_end_is_not_told_behind_it)
{
	const struct claim begun = { .event = "session-start", .program = "tester",
				     .object = self->keys.topology, .pid = getpid(), .times = OPENS + 1 };
	const struct claim ended = { .event = "session-end", .program = "tester",
				     .object = self->keys.topology, .pid = getpid(), .times = OPENS + 1 };
	int i, fd;

	for (i = 0; i < OPENS; i++)
		ASSERT_EQ(0, try_open(self->keys.node));
	fd = open(self->keys.node, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, withdraw());
	EXPECT_EQ(OPENS + 1, evidence_times(&self->mark, &begun, 5000));
	EXPECT_EQ(OPENS + 1, evidence_times(&self->mark, &ended, 5000));
	self->mark = evidence_mark();
	close(fd);
	EXPECT_EQ(0, warden_status("sessions"));
	usleep(TOLD_MS * 1000);
	EXPECT_EQ(0, evidence_times(&self->mark, &begun, 0));
	EXPECT_EQ(0, evidence_times(&self->mark, &ended, 0));
}

#define STANDS_MS 5000 /* and somewhat more */

TEST_F(again, who_opens_no_more_is_done_after_some_seconds)
{
	uint64_t until;
	int i;

	for (i = 0; i < OPENS; i++)
		ASSERT_EQ(0, try_open(self->keys.node));
	until = now_ns() + STANDS_MS * UINT64_C(1000000);
	while (warden_status("sessions") && now_ns() < until)
		usleep(50000);
	EXPECT_EQ(0, warden_status("sessions"));
	EXPECT_EQ(0, try_open(self->keys.node));
}

TEST_HARNESS_MAIN
