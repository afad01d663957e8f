// SPDX-License-Identifier: GPL-2.0-only
/*
 * Input devices: keys are input, and what calls itself an accelerometer is motion.
 */
#include <fcntl.h>
#include <glob.h>
#include <linux/uhid.h>
#include <linux/uinput.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

#include "lib/harness.h"

#define NOTHING "default sensor deny;\n"

struct gadget {
	int fd;
	char node[32];
	char topology[128];
};

static int set_up(int fd, bool accelerometer)
{
	struct uinput_setup setup = { .id.bustype = BUS_VIRTUAL, .name = "warden test" };
	struct uinput_abs_setup axis = { .code = ABS_X, .absinfo = { .maximum = 100 } };

	if (ioctl(fd, UI_SET_EVBIT, EV_KEY) || ioctl(fd, UI_SET_KEYBIT, accelerometer ? BTN_A : KEY_A))
		return -errno;
	if (accelerometer && (ioctl(fd, UI_SET_PROPBIT, INPUT_PROP_ACCELEROMETER) ||
			      ioctl(fd, UI_SET_EVBIT, EV_ABS) || ioctl(fd, UI_ABS_SETUP, &axis)))
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

static int plug(struct gadget *g, bool accelerometer)
{
	int err;

	g->fd = open("/dev/uinput", O_RDWR | O_CLOEXEC);
	if (g->fd < 0)
		return -errno;
	err = set_up(g->fd, accelerometer);
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
	bool accelerometer;
	const char *class;
	const char *other;
};

FIXTURE_VARIANT_ADD(input, keyboard){
	.accelerometer = false,
	.class = "input",
	.other = "motion",
};

FIXTURE_VARIANT_ADD(input, accelerometer){
	.accelerometer = true,
	.class = "motion",
	.other = "input",
};

FIXTURE_SETUP(input)
{
	ASSERT_EQ(0, device_load("uinput", ""));
	ASSERT_EQ(0, device_load("evdev", ""));
	ASSERT_EQ(0, plug(&self->gadget, variant->accelerometer));
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
	if (!variant->accelerometer) {
		EXPECT_EQ(EACCES, device_try("/dev/input/mice", O_RDONLY | O_NONBLOCK));
		EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	} else {
		EXPECT_EQ(0, device_try("/dev/input/mice", O_RDONLY | O_NONBLOCK));
		EXPECT_FOUND(evidence_of_peace(&self->mark));
	}
}

/* A thing of one button that speaks HID; goes when its file is closed. */
static int plug_button(char node[32])
{
	static const uint8_t report[] = { 0x06, 0x00, 0xff, 0x09, 0x01, 0xa1, 0x01, 0x09, 0x01,
					  0x15, 0x00, 0x25, 0x01, 0x75, 0x08, 0x95, 0x01, 0x81,
					  0x02, 0xc0 };
	struct uhid_event e = { .type = UHID_CREATE2, .u.create2 = {
		.name = "warden button", .rd_size = sizeof(report), .bus = BUS_USB,
		.vendor = 0x1209, .product = 1,
	} };
	int fd = open("/dev/uhid", O_RDWR | O_CLOEXEC), tries;
	glob_t found;

	memcpy(e.u.create2.rd_data, report, sizeof(report));
	if (fd < 0 || write(fd, &e, sizeof(e)) != sizeof(e))
		return -errno;
	for (tries = 0; tries < 200; tries++) { /* made by a worker */
		if (!glob("/sys/devices/virtual/misc/uhid/*:1209:0001.*/hidraw/hidraw*", 0, NULL, &found)) {
			snprintf(node, 32, "/dev/%.16s", strrchr(found.gl_pathv[0], '/') + 1);
			globfree(&found);
			return fd;
		}
		usleep(10000);
	}
	return -ENOENT;
}

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
	plug = plug_button(node);
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
	plug = plug_button(node);
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
