// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CAN bus is a bus: a socket of it takes the right to that class, beside the one to
 * its kind, and ends with it.
 */
#include <json-c/json.h>
#include <linux/can.h>
#include <linux/can/raw.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "lib/harness.h"
#include "lib/uring.h"
#include "lib/users.h"

#define NOTHING "default sensor deny;\ndefault protocol allow;\n"
#define ALLOWED                                                                                    \
	"program tester { path \"%s\"; }\n" NOTHING "allow tester use bus;\n"

#define SWITCH(to) warden_ctl(ARGV("sensor", "switch", "bus", to))

static const struct can_frame frame = { .can_id = 0x123, .can_dlc = 1, .data = { 42 } };

/* Each protocol with the type it has. */
static const struct {
	int type;
	int protocol;
} kinds[] = {
	{ SOCK_RAW, CAN_RAW },
	{ SOCK_DGRAM, CAN_BCM },
	{ SOCK_DGRAM, CAN_ISOTP },
	{ SOCK_DGRAM, CAN_J1939 },
};

static int make(int type, int protocol)
{
	int fd = socket(PF_CAN, type | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* In a network of its own where it may have one. */
static int make_as(const struct user *u, void *unused)
{
	(void)unused;
	return u->spaces && unshare(CLONE_NEWNET) ? USERS_NOBODY : make(SOCK_RAW, CAN_RAW);
}

/* How many of the sessions there are now are of @pid, on the bus. */
static unsigned int sessions_of(pid_t pid)
{
	struct json_object *list = warden_json(ARGV("sensor", "sessions")), *one;
	unsigned int i, n = 0;

	if (!list)
		return -1U;
	for (i = 0; i < json_object_array_length(list); i++) {
		one = json_object_array_get_idx(list, i);
		n += evidence_number(one, "pid") == (uint64_t)pid &&
		     !strcmp(evidence_string(one, "class"), "bus") &&
		     !strcmp(evidence_string(one, "topology"), "can");
	}
	json_object_put(list);
	return n;
}

/* A socket on vcan0, which hears what the others send there. */
static int raw_socket(void)
{
	struct sockaddr_can a = { .can_family = AF_CAN, .can_ifindex = (int)if_nametoindex("vcan0") };
	int fd = socket(PF_CAN, SOCK_RAW | SOCK_CLOEXEC, CAN_RAW);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&a, sizeof(a))) {
		close(fd);
		return -1;
	}
	return fd;
}

FIXTURE(can)
{
	struct mark mark;
	struct claim denied;
};

FIXTURE_SETUP(can)
{
	if (device_load("vcan", "") || device_load("can_raw", ""))
		SKIP(return, "this kernel has no CAN bus of no substance (vcan)");
	if (!if_nametoindex("vcan0"))
		ASSERT_TRUE(client_shell("ip link add vcan0 type vcan && ip link set vcan0 up"));
	self->denied = (struct claim){
		.domain = "sensor", .reason = "program-unknown", .program = warden_self(),
		.object = "can", .line = UINT32_MAX,
	};
	ASSERT_LOADED(warden_policy(NOTHING));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(can)
{
	SWITCH("on");
}

TEST_F(can, socket_of_each_protocol_takes_the_right_to_the_bus)
{
	struct claim *denied = &self->denied;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		int err = make(kinds[i].type, kinds[i].protocol);

		EXPECT_TRUE(err == EACCES || err == EPROTONOSUPPORT);
		denied->times += err == EACCES;
	}
	EXPECT_LE(1, denied->times);
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(EACCES, users_run(users_at(i), make_as, NULL));
	EXPECT_EQ(-EACCES, uring_socket(PF_CAN, SOCK_RAW, CAN_RAW));
	denied->times += USERS_COUNT + 1;
	EXPECT_FOUND(evidence_of_denial(&self->mark, denied));
	ASSERT_LOADED(warden_policy(ALLOWED, warden_self()));
	self->mark = evidence_mark();
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		EXPECT_NE(EACCES, make(kinds[i].type, kinds[i].protocol));
	EXPECT_EQ(0, make(SOCK_RAW, CAN_RAW));
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(0, users_run(users_at(i), make_as, NULL));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	/* The one right is not the other. */
	ASSERT_LOADED(warden_policy("default sensor allow;\ndefault protocol deny;\n"));
	self->mark = evidence_mark();
	*denied = (struct claim){ .domain = "protocol", .object = "can", .times = 1 };
	EXPECT_EQ(EACCES, make(SOCK_RAW, CAN_RAW));
	EXPECT_FOUND(evidence_of_denial(&self->mark, denied));
}

/* Tells @told that it is there and of each frame, until it is refused. */
static int listen_in(int told, bool by_ring)
{
	int fd = raw_socket(), n = fd < 0 ? -errno : 0;
	struct can_frame heard;

	while (n >= 0 && write(told, "h", 1) == 1) {
		n = by_ring ? uring_read(fd, &heard, sizeof(heard))
			    : (int)recv(fd, &heard, sizeof(heard), 0);
		if (n < 0 && !by_ring)
			n = -errno;
	}
	return -n;
}

struct listener {
	pid_t pid;
	int told;
};

static bool hears(const struct listener *l)
{
	struct pollfd p = { .fd = l->told, .events = POLLIN };
	char byte;

	return poll(&p, 1, 10000) == 1 && read(l->told, &byte, 1) == 1;
}

static void start(struct listener *l, bool by_ring)
{
	int pair[2];

	l->pid = pipe(pair) ? -1 : fork();
	if (!l->pid)
		_exit(listen_in(pair[1], by_ring));
	close(pair[1]);
	l->told = pair[0];
}

static int end_of(const struct listener *l)
{
	int status, err = waitpid(l->pid, &status, 0) == l->pid && WIFEXITED(status) ?
				  WEXITSTATUS(status) : -1;

	close(l->told);
	return err;
}

/* Nothing is sent after the switch: it is the end that wakes who waits. */
TEST_F(can, switch_ends_who_waits_and_what_was_not_read)
{
	struct claim told = {
		.event = "session-start", .domain = "sensor", .reason = "rule",
		.program = "tester", .object = "can",
	};
	struct listener by_call, by_ring;
	struct can_frame unread;
	int fd, other;

	ASSERT_LOADED(warden_policy(ALLOWED, warden_self()));
	self->mark = evidence_mark();
	start(&by_call, false);
	start(&by_ring, true);
	ASSERT_TRUE(hears(&by_call) && hears(&by_ring)); /* both are bound */
	fd = raw_socket();
	other = raw_socket();
	ASSERT_TRUE(fd >= 0 && other >= 0);
	EXPECT_EQ(sizeof(frame), send(other, &frame, sizeof(frame), 0));
	EXPECT_TRUE(hears(&by_call) && hears(&by_ring));
	EXPECT_EQ(1, sessions_of(by_call.pid));
	EXPECT_EQ(1, sessions_of(by_ring.pid));
	EXPECT_EQ(2, sessions_of(getpid()));
	told.pid = by_call.pid;
	EXPECT_FOUND(evidence_of_event(&self->mark, &told));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	ASSERT_EQ(0, SWITCH("off"));
	EXPECT_NE(NULL, strstr(warden_said(), "4 sessions ended"))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_EQ(0, sessions_of(by_call.pid));
	EXPECT_EQ(0, sessions_of(getpid()));
	EXPECT_EQ(EACCES, end_of(&by_call));
	EXPECT_EQ(EACCES, end_of(&by_ring));
	told.event = "session-end";
	told.reason = "switched-off";
	EXPECT_FOUND(evidence_of_event(&self->mark, &told));
	EXPECT_EQ(-1, send(fd, &frame, sizeof(frame), 0));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, recv(fd, &unread, sizeof(unread), MSG_DONTWAIT));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(EACCES, make(SOCK_RAW, CAN_RAW));
	/* Whose ground is back may go on, and finds nothing of before. */
	ASSERT_EQ(0, SWITCH("on"));
	EXPECT_EQ(-1, recv(fd, &unread, sizeof(unread), MSG_DONTWAIT));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(sizeof(frame), send(fd, &frame, sizeof(frame), 0));
	EXPECT_EQ(1, sessions_of(getpid()));
	close(other);
	close(fd);
	EXPECT_EQ(0, sessions_of(getpid()));
}

TEST_HARNESS_MAIN
