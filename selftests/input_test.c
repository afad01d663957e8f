// SPDX-License-Identifier: GPL-2.0-only
/*
 * Input devices: keys are input, and what calls itself an accelerometer is motion.
 */
#include <fcntl.h>
#include <glob.h>
#include <linux/uinput.h>
#include <sys/ioctl.h>

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

TEST_HARNESS_MAIN
