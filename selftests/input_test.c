// SPDX-License-Identifier: GPL-2.0-only
/*
 * Input devices: keys are input, and what calls itself an accelerometer, or has but axes, is motion.
 */
#include <fcntl.h>
#include <glob.h>
#include <linux/uinput.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

#include "lib/harness.h"
#include "lib/button.h"
#include "lib/keypad.h"

#define NOTHING "default sensor deny;\n"

struct gadget {
	int fd;
	char node[32];
	char topology[128];
};

enum what { KEYBOARD, ACCELEROMETER, AXES };

static int set_axes(int fd)
{
	struct uinput_abs_setup axis = { .absinfo = { .maximum = 100 } };

	if (ioctl(fd, UI_SET_EVBIT, EV_ABS))
		return -errno;
	for (axis.code = ABS_X; axis.code <= ABS_Z; axis.code++)
		if (ioctl(fd, UI_ABS_SETUP, &axis))
			return -errno;
	return 0;
}

static int set_up(int fd, enum what what)
{
	struct uinput_setup setup = { .id.bustype = BUS_VIRTUAL, .name = "warden test" };

	if (what != AXES && (ioctl(fd, UI_SET_EVBIT, EV_KEY) ||
			     ioctl(fd, UI_SET_KEYBIT, what == KEYBOARD ? KEY_A : BTN_A)))
		return -errno;
	if (what == ACCELEROMETER && ioctl(fd, UI_SET_PROPBIT, INPUT_PROP_ACCELEROMETER))
		return -errno;
	if (what != KEYBOARD && set_axes(fd))
		return -errno;
	return ioctl(fd, UI_DEV_SETUP, &setup) || ioctl(fd, UI_DEV_CREATE) ? -errno : 0;
}

/* The event node of what was just made. */
static int find_node(struct gadget *g)
{
	char name[32], pattern[96];
	const char *event;
	glob_t found;

	if (ioctl(g->fd, UI_GET_SYSNAME(sizeof(name)), name) < 0)
		return -errno;
	snprintf(pattern, sizeof(pattern), "/sys/devices/virtual/input/%s/event*", name);
	if (glob(pattern, 0, NULL, &found))
		return -ENOENT;
	event = strrchr(found.gl_pathv[0], '/') + 1;
	snprintf(g->node, sizeof(g->node), "/dev/input/%.16s", event);
	snprintf(g->topology, sizeof(g->topology), "%s", device_topology(event));
	globfree(&found);
	return 0;
}

static int plug(struct gadget *g, enum what what)
{
	int err;

	g->fd = open("/dev/uinput", O_RDWR | O_CLOEXEC);
	if (g->fd < 0)
		return -errno;
	err = set_up(g->fd, what);
	return err ? err : find_node(g);
}

static struct claim refused(const char *object)
{
	return (struct claim){
		.domain = "sensor", .reason = "program-unknown", .program = warden_self(),
		.object = object, .line = UINT32_MAX, .pid = getpid(), .times = 1,
	};
}

FIXTURE(input)
{
	struct gadget gadget;
	struct mark mark;
};

FIXTURE_VARIANT(input)
{
	enum what what;
	const char *class;
	const char *other;
};

FIXTURE_VARIANT_ADD(input, keyboard){
	.what = KEYBOARD,
	.class = "input",
	.other = "motion",
};

FIXTURE_VARIANT_ADD(input, accelerometer){
	.what = ACCELEROMETER,
	.class = "motion",
	.other = "input",
};

/* As those of laptops are (lis3lv02d), which do not say what they are. */
FIXTURE_VARIANT_ADD(input, axes){
	.what = AXES,
	.class = "motion",
	.other = "input",
};

FIXTURE_SETUP(input)
{
	ASSERT_EQ(0, device_load("uinput", ""));
	ASSERT_EQ(0, device_load("evdev", ""));
	ASSERT_EQ(0, plug(&self->gadget, variant->what));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use %s;\n", variant->other));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(input)
{
	close(self->gadget.fd);
}

TEST_F(input, is_read_by_who_may_use_its_class)
{
	struct claim denied = refused(self->gadget.topology);

	EXPECT_EQ(EACCES, device_try(self->gadget.node, O_RDONLY | O_NONBLOCK));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use %s;\n", variant->class));
	self->mark = evidence_mark();
	EXPECT_EQ(0, device_try(self->gadget.node, O_RDONLY | O_NONBLOCK));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

TEST_F(input, evtest_reads_as_long_as_it_may)
{
	struct client c;

	EXPECT_NE(0, client_run(&c, ARGV("evtest", self->gadget.node)));
	EXPECT_NE(NULL, strstr(c.text, "ermission denied"))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
	ASSERT_LOADED(warden_policy(NOTHING "allow any use %s;\n", variant->class));
	ASSERT_EQ(0, client_start(&c, ARGV("stdbuf", "-o0", "evtest", self->gadget.node)));
	EXPECT_TRUE(client_says(&c, "Testing", 10000));
	EXPECT_TRUE(client_runs(&c));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use %s;\n", variant->other));
	EXPECT_TRUE(client_says(&c, "error reading", 10000));
	client_end(&c);
}

/* Every pointer at once. */
TEST_F(input, all_mice_are_input)
{
	struct claim denied = refused("virtual/mice");

	if (access("/dev/input/mice", F_OK))
		SKIP(return, "this kernel has no /dev/input/mice");
	if (variant->what == KEYBOARD) {
		EXPECT_EQ(EACCES, device_try("/dev/input/mice", O_RDONLY | O_NONBLOCK));
		EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	} else {
		EXPECT_EQ(0, device_try("/dev/input/mice", O_RDONLY | O_NONBLOCK));
		EXPECT_FOUND(evidence_of_peace(&self->mark));
	}
}

/* --- who had it with consent --------------------------------------------------------- */

static volatile sig_atomic_t signals;

static void count_signal(int sig)
{
	(void)sig;
	signals++;
}

/* Press a key once, and hear of it by signal and by epoll, which both come before the key is let go. */
static bool is_told_of(struct keypad *k, int epoll)
{
	struct epoll_event e;
	int woken;

	signals = 0;
	keypad_press(k, KEY_Y, 1);
	woken = epoll_wait(epoll, &e, 1, 0);
	return signals || woken;
}

/* Each press would tell when it was, by a signal or by waking who waits for an edge. */
TEST(holder_runs_on_without_keys_where_the_rule_says_blank)
{
	struct pollfd p = { .events = POLLIN };
	struct input_event event;
	char name[64];
	struct keypad k;

	ASSERT_EQ(0, keypad_plug(&k));
	ASSERT_LOADED(warden_policy(NOTHING "program tester { path \"%s\"; }\n"
				    "purpose play \"Play\";\n"
				    "allow tester use input for play with consent blank;\n", warden_self()));
	warden_withdraw_all();
	ASSERT_EQ(0, warden_grant("tester", "input", "play"));
	p.fd = open(k.node, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, p.fd);
	keypad_press(&k, KEY_Y, 1);
	EXPECT_EQ(1, poll(&p, 1, 5000));
	EXPECT_EQ((ssize_t)sizeof(event), read(p.fd, &event, sizeof(event)));
	ASSERT_EQ(0, warden_withdraw("tester", "input"));
	keypad_press(&k, KEY_N, 1);
	EXPECT_EQ(0, poll(&p, 1, 300));
	EXPECT_EQ(-1, read(p.fd, &event, sizeof(event)));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(-1, ioctl(p.fd, EVIOCGNAME(sizeof(name)), name));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(EACCES, device_try(k.node, O_RDONLY));
	close(p.fd);
	keypad_unplug(&k);
}

TEST(holder_is_told_of_no_key_after_withdrawal)
{
	struct epoll_event edges = { .events = EPOLLIN | EPOLLET };
	int fd, epoll, tries = 0, i;
	struct keypad k;

	ASSERT_EQ(0, keypad_plug(&k));
	ASSERT_LOADED(warden_policy(NOTHING "program tester { path \"%s\"; }\n"
				    "purpose play \"Play\";\n"
				    "allow tester use input for play with consent;\n", warden_self()));
	warden_withdraw_all();
	ASSERT_EQ(0, warden_grant("tester", "input", "play"));
	fd = open(k.node, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, fd);
	signal(SIGIO, count_signal);
	ASSERT_EQ(0, fcntl(fd, F_SETOWN, getpid()));
	ASSERT_EQ(0, fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC));
	epoll = epoll_create1(EPOLL_CLOEXEC);
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &edges));
	EXPECT_TRUE(is_told_of(&k, epoll));
	ASSERT_EQ(0, warden_withdraw("tester", "input"));
	while (is_told_of(&k, epoll) && tries++ < 400) /* of the end itself; a worker tells of that */
		usleep(50000);
	for (i = 0; i < 5; i++)
		EXPECT_FALSE(is_told_of(&k, epoll));
	/* Not by a signal that it asks for afterwards, either. */
	ASSERT_EQ(0, fcntl(fd, F_SETFL, O_NONBLOCK));
	ASSERT_EQ(0, fcntl(fd, F_SETFL, O_NONBLOCK | O_ASYNC));
	EXPECT_FALSE(is_told_of(&k, epoll));
	close(epoll);
	close(fd);
	keypad_unplug(&k);
}

/* Else nobody would have the keys until it is closed. */
TEST(holder_keeps_no_device_for_itself_after_withdrawal)
{
	struct input_event e;
	int fd, other, tries;
	struct keypad k;

	ASSERT_EQ(0, keypad_plug(&k));
	ASSERT_LOADED(warden_policy(NOTHING "program tester { path \"%s\"; }\n"
				    "purpose play \"Play\";\n"
				    "allow tester use input for play with consent;\n", warden_self()));
	warden_withdraw_all();
	ASSERT_EQ(0, warden_grant("tester", "input", "play"));
	fd = open(k.node, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, ioctl(fd, EVIOCGRAB, 1));
	ASSERT_EQ(0, warden_withdraw("tester", "input"));
	ASSERT_EQ(0, warden_grant("tester", "input", "play"));
	other = open(k.node, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, other);
	for (tries = 0; tries < 400 && read(other, &e, sizeof(e)) != sizeof(e); tries++) {
		keypad_press(&k, KEY_Y, 1);
		usleep(50000);
	}
	EXPECT_GT(400, tries);
	EXPECT_EQ(-1, read(fd, &e, sizeof(e)));
	EXPECT_EQ(EACCES, errno);
	close(other);
	close(fd);
	keypad_unplug(&k);
	warden_withdraw_all();
}

/* --- raw nodes ------------------------------------------------------------------------- */

/* Its device is freed while its file is open, which those of other input nodes are not. */
TEST(raw_node_that_was_unplugged_ends_as_others_do)
{
	struct claim ended = { .event = "session-end", .domain = "sensor",
			       .reason = "policy-changed", .pid = getpid() };
	struct mark mark;
	char node[32], byte;
	int plug, fd;

	if (device_load("uhid", "") || device_load("hid-generic", ""))
		SKIP(return, "this kernel has no uhid");
	ASSERT_LOADED(warden_policy(NOTHING "allow any use input;\n"));
	plug = button_plug(node);
	ASSERT_LE(0, plug);
	fd = open(node, O_RDWR | O_NONBLOCK);
	ASSERT_LE(0, fd);
	close(plug);
	mark = evidence_mark();
	ASSERT_LOADED(warden_policy(NOTHING));
	EXPECT_FOUND(evidence_of_event(&mark, &ended));
	EXPECT_EQ(-1, read(fd, &byte, 1));
	EXPECT_EQ(EACCES, errno);
	close(fd);
}

/* What the device sends, in words; what it is, beside it, is free. */
TEST(events_of_a_raw_device_in_debugfs_are_input)
{
	struct claim denied = refused(NULL);
	char node[32], path[128];
	struct mark mark;
	glob_t found;
	int plug;

	if (device_load("uhid", "") || device_load("hid-generic", ""))
		SKIP(return, "this kernel has no uhid");
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	plug = button_plug(node);
	ASSERT_LE(0, plug);
	if (glob("/sys/kernel/debug/hid/*:1209:0001.*/events", 0, NULL, &found))
		SKIP(return, "this kernel shows nothing of HID in debugfs");
	snprintf(path, sizeof(path), "%.*s/rdesc", (int)(strrchr(found.gl_pathv[0], '/') - found.gl_pathv[0]),
		 found.gl_pathv[0]);
	ASSERT_LOADED(warden_policy(NOTHING "allow any use motion;\n"));
	mark = evidence_mark();
	EXPECT_EQ(EACCES, device_try(found.gl_pathv[0], O_RDONLY));
	EXPECT_EQ(0, device_try(path, O_RDONLY));
	EXPECT_FOUND(evidence_of_denial(&mark, &denied));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use input;\n"));
	EXPECT_EQ(0, device_try(found.gl_pathv[0], O_RDONLY));
	globfree(&found);
	close(plug);
}

TEST_HARNESS_MAIN
