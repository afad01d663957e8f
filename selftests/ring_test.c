// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whoever waits for a sensor without being in a call of its driver's, in an io_uring or
 * an epoll, is woken when consent ends, and refused. The sensor is a keyboard that
 * nobody touches, so that nothing else wakes them.
 */
#include <fcntl.h>
#include <linux/input-event-codes.h>
#include <sys/epoll.h>

#include "lib/harness.h"
#include "lib/keypad.h"
#include "lib/uring.h"

#define BY_CONSENT                                                                                 \
	"program tester { path \"%s\"; }\n"                                                        \
	"purpose type \"Write letters\";\n"                                                        \
	"default sensor deny;\n"                                                                   \
	"allow tester use input for type with consent;\n"

static int wait_in_ring(int fd)
{
	char event[64];

	return uring_read(fd, event, sizeof(event));
}

/* The ring alone has the file. */
static int wait_in_ring_that_keeps_it(int fd)
{
	char event[64];

	return uring_read_kept(fd, event, sizeof(event));
}

static int wait_in_epoll(int fd)
{
	struct epoll_event one = { .events = EPOLLIN };
	int epoll = epoll_create1(EPOLL_CLOEXEC), n;
	char event[64];

	if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &one))
		return -errno;
	do
		n = epoll_wait(epoll, &one, 1, -1);
	while (n < 0 && errno == EINTR); /* it was asked out of the call, too */
	if (n != 1)
		return -errno;
	return read(fd, event, sizeof(event)) < 0 ? -errno : 1;
}

static int (*const waits[])(int fd) = { wait_in_ring, wait_in_ring_that_keeps_it, wait_in_epoll };

#define WAITS ARRAY_SIZE(waits)

static pid_t start(int (*wait)(int fd), const char *node)
{
	pid_t pid = fork();
	int fd, err;

	if (pid)
		return pid;
	fd = open(node, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		_exit(255);
	err = wait(fd);
	_exit(err < 0 ? -err : 0);
}

/* Has it slept at each of several looks? */
static bool sleeps(pid_t pid)
{
	char path[32], text[512], state;
	int looks = 0, i;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	for (i = 0; i < 500 && looks < 8; i++) {
		FILE *f = fopen(path, "r");

		state = '?';
		if (f && fgets(text, sizeof(text), f) && strrchr(text, ')'))
			state = strrchr(text, ')')[2];
		if (f)
			fclose(f);
		looks = state == 'S' ? looks + 1 : 0;
		usleep(10000);
	}
	return looks == 8;
}

/* Its exit status, or -1 where it still waits. */
static int end_of(pid_t pid)
{
	int status, i;

	for (i = 0; i < 250; i++) {
		if (waitpid(pid, &status, WNOHANG) == pid)
			return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
		usleep(20000);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return -1;
}

FIXTURE(ring)
{
	struct keypad keys;
	pid_t waiting[WAITS];
	struct mark mark;
};

FIXTURE_SETUP(ring)
{
	size_t i;

	if (uring_read(-1, &i, 1) == -ENOSYS)
		SKIP(return, "this kernel has no io_uring");
	ASSERT_EQ(0, device_load("uinput", ""));
	ASSERT_EQ(0, device_load("evdev", ""));
	ASSERT_EQ(0, keypad_plug(&self->keys));
	ASSERT_LOADED(warden_policy(BY_CONSENT, warden_self()));
	warden_withdraw_all();
	ASSERT_EQ(0, warden_grant("tester", "input", "type"));
	self->mark = evidence_mark();
	for (i = 0; i < WAITS; i++)
		self->waiting[i] = start(waits[i], self->keys.node);
	for (i = 0; i < WAITS; i++)
		EXPECT_TRUE(sleeps(self->waiting[i]));
}

FIXTURE_TEARDOWN(ring)
{
	warden_withdraw_all();
	keypad_unplug(&self->keys);
}

TEST_F(ring, who_waits_is_asked_out_at_withdrawal)
{
	const struct claim ended = { .event = "session-end",
				     .domain = "sensor",
				     .reason = "withdrawn",
				     .program = "tester" };
	size_t i;

	EXPECT_FOUND(evidence_of_peace(&self->mark));
	ASSERT_EQ(0, warden_withdraw("tester", "input"));
	for (i = 0; i < WAITS; i++)
		EXPECT_EQ(EACCES, end_of(self->waiting[i]))
		{
			TH_LOG("the wait %zu", i);
		}
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
}

/* The twin: with consent they wait, and are told. */
TEST_F(ring, who_waits_hears_of_a_key_with_consent)
{
	size_t i;

	keypad_press(&self->keys, KEY_Y, 0);
	for (i = 0; i < WAITS; i++)
		EXPECT_EQ(0, end_of(self->waiting[i]));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

TEST_HARNESS_MAIN
