// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a sensor tells does not outlast the right to it: in a core, on a disk, or by a clock that is
 * set back, whoever of root, a plain user and the root of a user name space tries.
 */
#include <fcntl.h>
#include <linux/reboot.h>
#include <poll.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "lib/camera.h"
#include "lib/chip.h"
#include "lib/harness.h"
#include "lib/keypad.h"
#include "lib/surface.h"
#include "lib/users.h"

#define BY_CONSENT                                                                                 \
	"program tester { path \"%s\"; }\n"                                                        \
	"purpose door \"Show who is at the door\";\n"                                              \
	"default sensor deny;\n"                                                                   \
	"allow tester use camera for door with consent;\n"                                         \
	"allow tester use input for door with consent;\n"

FIXTURE(outlast)
{
	char camera[64];
	struct keypad keys;
	struct mark mark;
};

FIXTURE_SETUP(outlast)
{
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_EQ(0, keypad_plug(&self->keys));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	ASSERT_EQ(0, chmod(self->camera, 0666));
	ASSERT_EQ(0, chmod(self->keys.node, 0666));
	warden_withdraw_all();
}

FIXTURE_TEARDOWN(outlast)
{
	chmod(self->camera, 0600);
	keypad_unplug(&self->keys);
	warden_withdraw_all();
}

/* --- in memory that is kept ----------------------------------------------------------- */

static int open_and_abort(const struct user *u, void *path)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };

	(void)u;
	setrlimit(RLIMIT_CORE, &all);
	if (path && open(path, O_RDWR) < 0)
		return USERS_NOBODY;
	abort();
}

static bool leaves_core(const struct user *u, const char *path)
{
	pid_t pid = users_start(u, open_and_abort, (void *)path);
	int status;

	return waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status) || WCOREDUMP(status);
}

/* S34, and its twin, who has no camera. */
TEST_F(outlast, is_in_no_core_of_who_has_the_camera)
{
	size_t i;

	if (chip_put("/proc/sys/kernel/core_pattern", "/tmp/core-of-%P"))
		SKIP(return, "this kernel dumps no cores");
	ASSERT_LOADED(warden_policy(BY_CONSENT, warden_self()));
	ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
	self->mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++) {
		EXPECT_FALSE(leaves_core(users_at(i), self->camera))
		{
			TH_LOG("%s", users_at(i)->name);
		}
		EXPECT_TRUE(leaves_core(users_at(i), NULL));
	}
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	client_shell("rm -f /tmp/core-of-*");
}

/* Who has a file open and says so to @talk. */
struct waiter {
	const char *node;
	int talk;
};

#define STATES	 "/sys/power/state"
#define SNAPSHOT "/dev/snapshot"

/* What reboot() says to who may not call it at all: the kernel's own word. */
static int ask_for_reboot(void)
{
	return syscall(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, LINUX_REBOOT_CMD_SW_SUSPEND, NULL) ?
		       errno : 0;
}

/* Each way to have the memory of the machine written to a disk: how many were not refused. */
static int hibernate(const struct user *u, void *unused)
{
	const int state = chip_put(STATES, "disk"), reboot = ask_for_reboot();
	const int snapshot = device_try(SNAPSHOT, O_RDONLY);
	const bool refused = state == EPERM && reboot == EPERM && (snapshot == EACCES || snapshot == ENOENT);

	(void)unused;
	if (!refused)
		printf("# %s: state %d, reboot %d, snapshot %d\n", u->name, state, reboot, snapshot);
	return !refused;
}

/* Who has it is not asked: this process and its children have nothing of a camera. */
static int have_camera(const struct user *u, void *waiter)
{
	const struct waiter *w = waiter;
	char byte = 0;
	int fd = open(w->node, O_RDWR | O_CLOEXEC);

	(void)u;
	if (fd < 0 || write(w->talk, &byte, 1) != 1 || read(w->talk, &byte, 1) != 1)
		return USERS_NOBODY;
	close(fd);
	return 0;
}

/*
 * S34. Permissions let each of them ask; reboot() alone the kernel refuses by itself to who has no
 * capability of the first name space.
 */
TEST_F(outlast, is_written_to_no_disk_while_another_has_the_camera)
{
	struct claim denied = { .domain = "sensor", .reason = "session-held", .program = warden_self(),
				.object = CAMERA_TOPOLOGY };
	struct claim gated = { .domain = "sensor", .reason = "default", .program = "tester",
			       .object = "virtual/snapshot" };
	struct waiter w = { .node = self->camera };
	const bool has_snapshot = !access(SNAPSHOT, F_OK);
	int pair[2], status;
	size_t i;
	pid_t pid;

	ASSERT_LOADED(warden_policy(BY_CONSENT, warden_self()));
	if (!surface_may_hibernate())
		SKIP(return, "this kernel does not hibernate");
	ASSERT_EQ(0, chmod(STATES, 0666));
	if (has_snapshot)
		ASSERT_EQ(0, chmod(SNAPSHOT, 0666));
	ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	w.talk = pair[1];
	pid = users_start(users_at(0), have_camera, &w);
	ASSERT_TRUE(users_ready(pair[0]));
	for (i = 0; i < USERS_COUNT; i++) {
		self->mark = evidence_mark();
		EXPECT_EQ(0, users_run(users_at(i), hibernate, NULL));
		EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
		if (has_snapshot)
			EXPECT_FOUND(evidence_of_denial(&self->mark, &gated));
	}
	EXPECT_FALSE(surface_may_hibernate());
	ASSERT_EQ(1, write(pair[0], "", 1));
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_TRUE(surface_may_hibernate());
	chmod(STATES, 0644);
	chmod(SNAPSHOT, 0600);
	close(pair[0]);
	close(pair[1]);
}

/* --- whose clock it is ------------------------------------------------------------------- */

#define OFFSETS "/proc/self/timens_offsets"

/* A day is given back by each clock that this user can set: the errno of the wall clock's, and whether one is its own. */
static int set_clocks_back(const struct user *u)
{
	struct timespec now, back;
	int err;

	if (u->spaces && (unshare(CLONE_NEWTIME) || chip_put(OFFSETS, "boottime -5 0\nmonotonic -5 0\n")))
		return USERS_NOBODY;
	clock_gettime(CLOCK_REALTIME, &now);
	back = (struct timespec){ .tv_sec = now.tv_sec - 86400 };
	err = clock_settime(CLOCK_REALTIME, &back) ? errno : 0;
	return err;
}

/* Its children live in its name space of time; what one of them has open ends in time, whatever that says. */
static int outlast(const struct user *u, void *waiter)
{
	const struct waiter *w = waiter;
	const int err = set_clocks_back(u);
	int status;
	pid_t pid;

	if (err != (u->uid ? EPERM : 0)) {
		printf("# %s sets the clock: %d\n", u->name, err);
		return USERS_NOBODY;
	}
	pid = sight_fork();
	if (!pid) {
		int fd = open(w->node, O_RDONLY | O_CLOEXEC);
		struct pollfd p = { .fd = fd, .events = POLLIN };
		char byte = 0;

		if (fd < 0 || write(w->talk, &byte, 1) != 1)
			_exit(USERS_NOBODY);
		poll(&p, 1, 60000);
		_exit(read(fd, &byte, 1) == -1 && errno == EACCES ? 0 : 1);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : USERS_NOBODY;
}

/* S26: a plain user sets no clock, and the root of a name space its own. */
TEST_F(outlast, is_longer_by_no_clock_that_a_user_sets)
{
	struct claim expired = { .event = "session-end", .domain = "sensor", .reason = "expired",
				 .program = "tester", .object = self->keys.topology };
	struct waiter w = { .node = self->keys.node };
	struct timespec now;
	int pair[2], status;
	size_t i;

	ASSERT_LOADED(warden_policy(BY_CONSENT, warden_self()));
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	w.talk = pair[1];
	for (i = 0; i < USERS_COUNT; i++) {
		pid_t pid;

		ASSERT_EQ(0, warden_ctl(ARGV("consent", "grant", "tester", "input", "--purpose", "door", "--for", "20s")));
		self->mark = evidence_mark();
		clock_gettime(CLOCK_REALTIME, &now);
		pid = users_start(users_at(i), outlast, &w);
		EXPECT_TRUE(users_ready(pair[0]));
		EXPECT_EQ(pid, waitpid(pid, &status, 0));
		clock_settime(CLOCK_REALTIME, &now);
		EXPECT_EQ(0, status)
		{
			TH_LOG("%s", users_at(i)->name);
		}
		EXPECT_FOUND(evidence_of_event(&self->mark, &expired));
	}
}

TEST_HARNESS_MAIN
