// SPDX-License-Identifier: GPL-2.0-only
/*
 * A sensor's files in sysfs, debugfs and proc have the gate of its node, and what
 * parts a device from its driver has the gate of the bus.
 */
#include <fcntl.h>
#include <glob.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <linux/thermal.h>
#ifdef __x86_64__
#include <sys/io.h>
#endif
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "lib/harness.h"
#include "lib/bridge.h"
#include "lib/chip.h"
#include "lib/genl.h"
#include "lib/uring.h"

#define NOTHING "default protocol allow; default sensor deny;\n"
#define VALUE	"in_magn_x_raw"

/* This process was refused @object once, by no rule. */
static struct claim refused(const char *object)
{
	return (struct claim){
		.domain = "sensor", .reason = "program-unknown", .program = warden_self(),
		.object = object, .line = UINT32_MAX, .pid = getpid(), .times = 1,
	};
}

/* It used @object once, in a way that is over at once. */
static struct claim used(const char *object)
{
	return (struct claim){
		.event = "use", .domain = "sensor", .reason = "rule", .program = warden_self(),
		.object = object, .pid = getpid(),
	};
}

static bool exists(const char *path)
{
	return !access(path, F_OK);
}

/* What stands between @before and the next slash; the next call overwrites it. */
static const char *path_part(const char *path, const char *before)
{
	static char part[64];
	const char *from = strstr(path, before);

	snprintf(part, sizeof(part), "%.*s", from ? (int)strcspn(from + strlen(before), "/") : 0,
		 from ? from + strlen(before) : "");
	return part;
}

FIXTURE(attribute)
{
	int bus;
	struct mark mark;
};

FIXTURE_SETUP(attribute)
{
	if (!chip_is_known())
		SKIP(return, "this kernel has no chip in memory");
	self->bus = chip_bus();
	ASSERT_LE(0, self->bus);
	ASSERT_LOADED(warden_policy(NOTHING));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(attribute)
{
	warden_withdraw_all();
}

TEST_F(attribute, value_of_a_chip_is_denied)
{
	struct claim denied = refused(chip_compass_topology());
	struct client c;

	EXPECT_EQ(EACCES, device_try(chip_compass(VALUE), O_RDONLY));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	denied.program = "/usr/bin/cat";
	denied.pid = 0;
	self->mark = evidence_mark();
	EXPECT_NE(0, client_run(&c, ARGV("cat", chip_compass(VALUE))));
	EXPECT_NE(NULL, strstr(c.text, "Permission denied"));
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_F(attribute, value_of_a_chip_is_read_by_a_rule_and_told)
{
	const struct claim closed = {
		.event = "session-end", .domain = "sensor", .reason = "closed",
		.program = "/usr/bin/cat", .object = chip_compass_topology(),
	};
	struct client c;

	ASSERT_LOADED(warden_policy(NOTHING "allow any use motion;\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(0, client_run(&c, ARGV("cat", chip_compass(VALUE))))
	{
		TH_LOG("%s", c.text);
	}
	EXPECT_STREQ("0\n", c.text);
	client_end(&c);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_FOUND(evidence_of_event(&self->mark, &closed));
}

TEST_F(attribute, rule_for_the_node_is_the_rule_for_its_attributes)
{
	struct claim denied = refused(chip_compass_topology());

	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\n" NOTHING
				    "allow tester use device \"%s\";\n",
				    warden_self(), chip_compass_topology()));
	EXPECT_EQ(0, device_try(chip_compass(VALUE), O_RDONLY));
	ASSERT_LOADED(warden_policy("default sensor allow;\ndeny any use device \"%s\";\n",
				    chip_compass_topology()));
	self->mark = evidence_mark();
	denied.reason = "rule";
	denied.line = 5;
	EXPECT_EQ(EACCES, device_try(chip_compass(VALUE), O_RDONLY));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_F(attribute, rule_for_a_driver_is_for_its_chips)
{
	struct claim denied = refused(chip_compass_topology());

	ASSERT_LOADED(warden_policy(NOTHING "allow any use name \"lm75\";\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, device_try(chip_compass(VALUE), O_RDONLY));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use name \"mag3110\";\n"));
	EXPECT_EQ(0, device_try(chip_compass(VALUE), O_RDONLY));
}

/* What sets the chip up is its own, too; what only names it is everybody's. */
TEST_F(attribute, settings_are_denied_and_names_are_free)
{
	static const char *const names[] = { "name", "dev", "uevent", "power/control" };
	static const char *const settings[] = { "in_magn_sampling_frequency", "buffer/enable",
						"buffer/length", "trigger/current_trigger" };
	struct claim denied = refused(chip_compass_topology());
	size_t i, tried = 0;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!exists(chip_compass(names[i]))) /* power/ of a kernel that saves none */
			continue;
		EXPECT_EQ(0, device_try(chip_compass(names[i]), O_RDONLY))
		{
			TH_LOG("%s", names[i]);
		}
	}
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	for (i = 0; i < ARRAY_SIZE(settings); i++) {
		if (!exists(chip_compass(settings[i])))
			continue;
		tried++;
		EXPECT_EQ(EACCES, device_try(chip_compass(settings[i]), O_WRONLY))
		{
			TH_LOG("%s", settings[i]);
		}
	}
	EXPECT_LE(2, tried);
	denied.times = tried;
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_F(attribute, withdrawal_ends_an_open_one)
{
	const struct claim ended = {
		.event = "session-end", .domain = "sensor", .reason = "withdrawn",
		.program = "tester", .object = chip_compass_topology(),
	};
	char value[16];
	int fd;

	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\npurpose walk \"Count\";\n"
				    NOTHING "allow tester use motion for walk with consent;\n",
				    warden_self()));
	ASSERT_EQ(0, warden_grant("tester", "motion", "walk"));
	fd = open(chip_compass(VALUE), O_RDONLY);
	ASSERT_LE(0, fd);
	EXPECT_LT(0, pread(fd, value, sizeof(value), 0));
	ASSERT_EQ(0, warden_withdraw("tester", "motion"));
	EXPECT_EQ(-1, pread(fd, value, sizeof(value), 0));
	EXPECT_EQ(EACCES, errno);
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
	close(fd);
	/* Given anew, it opens anew: nothing of the session before stays in the file system. */
	ASSERT_EQ(0, warden_grant("tester", "motion", "walk"));
	fd = open(chip_compass(VALUE), O_RDONLY);
	ASSERT_LE(0, fd);
	EXPECT_LT(0, pread(fd, value, sizeof(value), 0));
	close(fd);
}

/* S12: who is root in a name space of its own, with a sysfs of its own. */
TEST_F(attribute, value_is_denied_in_a_user_name_space)
{
	struct claim denied = refused(chip_compass_topology());
	char command[512];
	struct client c;

	snprintf(command, sizeof(command),
		 "mount -t sysfs own /mnt && cat /mnt%s", chip_compass(VALUE) + strlen("/sys"));
	EXPECT_NE(0, client_run(&c, ARGV("setpriv", "--reuid=1000", "--clear-groups", "unshare",
					 "-Urnm", "sh", "-c", command)));
	EXPECT_NE(NULL, strstr(c.text, "Permission denied"))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
	denied.program = "/usr/bin/cat";
	denied.pid = 0;
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use motion;\n"));
	EXPECT_EQ(0, client_run(&c, ARGV("setpriv", "--reuid=1000", "--clear-groups", "unshare",
					 "-Urnm", "sh", "-c", command)))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
}

/* What is opened through an overlay is a file of the overlay's, and nobody would see who has it. */
TEST_F(attribute, value_is_denied_through_an_overlay)
{
	struct claim denied = refused(chip_compass_topology());
	char command[512];
	struct client c;

	ASSERT_LOADED(warden_policy(NOTHING "allow any use motion;\n"));
	self->mark = evidence_mark();
	snprintf(command, sizeof(command),
		 "mkdir -p /tmp/o && mount -t tmpfs o /tmp/o && mkdir /tmp/o/u /tmp/o/w && cd %s && "
		 "mount -t overlay -o lowerdir=.,upperdir=/tmp/o/u,workdir=/tmp/o/w o /mnt && "
		 "ls /mnt/%s >/dev/null && echo there && cat /mnt/%s",
		 chip_compass(""), VALUE, VALUE);
	EXPECT_NE(0, client_run(&c, ARGV("unshare", "-m", "sh", "-c", command)));
	EXPECT_NE(NULL, strstr(c.text, "there\n"))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
	denied.program = "/usr/bin/cat";
	denied.reason = "overlaid";
	denied.line = warden_line(warden_policy(NOTHING "allow any use motion;\n"), "allow any");
	denied.pid = 0;
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_F(attribute, temperature_of_hwmon_is_of_the_environment)
{
	struct claim denied = refused(NULL);

	if (!chip_has_thermometer())
		SKIP(return, "this kernel has no lm75");
	EXPECT_EQ(EACCES, device_try(chip_thermometer("temp1_input"), O_RDONLY));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(0, device_try(chip_thermometer("name"), O_RDONLY));
	EXPECT_TRUE(device_listed(path_part(chip_thermometer("name"), "hwmon/")));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use environment;\n"));
	EXPECT_EQ(0, device_try(chip_thermometer("temp1_input"), O_RDONLY));
}

/* The family is there without a zone, too: whom the kernel answers was not refused. */
TEST_F(attribute, temperature_asked_by_netlink_is_of_the_environment)
{
	struct claim denied = refused("thermal"), told = used("thermal");
	struct genl g;

	ASSERT_EQ(0, genl_open(&g));
	if (genl_turn(&g, THERMAL_GENL_FAMILY_NAME))
		SKIP(return, "this kernel tells no temperatures by netlink");
	EXPECT_EQ(-EACCES, genl_do(&g, THERMAL_GENL_CMD_TZ_GET_TEMP));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	self->mark = evidence_mark();
	EXPECT_EQ(0, genl_dump(&g, THERMAL_GENL_CMD_TZ_GET_ID));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use device \"thermal\";\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(-EINVAL, genl_do(&g, THERMAL_GENL_CMD_TZ_GET_TEMP));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_FOUND(evidence_of_event(&self->mark, &told));
	genl_close(&g);
}

/* A command to the bus itself; what may not is refused before anybody looks whether the bus is there. */
static int ask_by_connector(unsigned int to)
{
	struct {
		struct nlmsghdr head;
		struct cn_msg msg;
	} m = { .head = { .nlmsg_len = sizeof(m), .nlmsg_type = NLMSG_DONE },
		.msg = { .id = { .idx = to, .val = 1 } } };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_CONNECTOR), err;

	err = send(fd, &m, sizeof(m), 0) < 0 ? errno : 0;
	close(fd);
	return err;
}

TEST_F(attribute, temperature_on_a_wire_is_of_the_environment)
{
	struct claim denied = refused(NULL), refused_bus = refused("w1"), told = used("w1");

	EXPECT_EQ(EACCES, ask_by_connector(CN_W1_IDX));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &refused_bus));
	EXPECT_NE(EACCES, ask_by_connector(CN_IDX_DM));
	ASSERT_LOADED(warden_policy("default sensor allow;\n"));
	if (!chip_wire("temperature"))
		SKIP(return, "this kernel has no ds2482, or no w1_therm");
	ASSERT_LOADED(warden_policy(NOTHING));
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, device_try(chip_wire("temperature"), O_RDONLY));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(0, device_try(chip_wire("name"), O_RDONLY));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use environment;\n"));
	EXPECT_EQ(0, device_try(chip_wire("temperature"), O_RDONLY));
	self->mark = evidence_mark();
	EXPECT_NE(EACCES, ask_by_connector(CN_W1_IDX));
	EXPECT_FOUND(evidence_of_event(&self->mark, &told));
}

/* Opened while @class is allowed to all, it is read until that is taken back, and then by nobody. */
static void expect_session(struct __test_metadata *const _metadata, const char *class,
			   const char *path, const char *object)
{
	const struct claim ended = {
		.event = "session-end", .domain = "sensor", .reason = "policy-changed",
		.program = warden_self(), .object = object, .pid = getpid(),
	};
	struct mark mark;
	char bytes[64];
	int fd;

	ASSERT_LOADED(warden_policy(NOTHING "allow any use %s;\n", class));
	mark = evidence_mark();
	fd = open(path, O_RDONLY);
	ASSERT_LE(0, fd);
	EXPECT_LT(0, read(fd, bytes, sizeof(bytes)))
	{
		TH_LOG("%s: %m", path);
	}
	EXPECT_FOUND(evidence_of_peace(&mark));
	ASSERT_LOADED(warden_policy(NOTHING));
	EXPECT_EQ(-1, read(fd, bytes, sizeof(bytes)));
	EXPECT_EQ(EACCES, errno);
	EXPECT_FOUND(evidence_of_event(&mark, &ended));
	EXPECT_EQ(0, close(fd));
}

/* The registers of every chip whose driver goes through regmap. */
TEST_F(attribute, registers_in_debugfs_are_the_bus)
{
	char path[128], object[128];
	struct claim denied = refused(object);

	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	snprintf(object, sizeof(object), "debugfs/regmap/%d-%04x/registers", self->bus,
		 THERMOMETER_ADDRESS);
	snprintf(path, sizeof(path), "/sys/kernel/debug/%s", strchr(object, '/') + 1);
	if (!chip_has_thermometer() || !exists(path))
		SKIP(return, "this kernel shows no registers of regmap");
	EXPECT_EQ(EACCES, device_try(path, O_RDONLY));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	expect_session(_metadata, "bus", path, object);
}

/* S18: to take a chip from its driver, or to make one, takes the right to its bus. */
/* S14: what an adapter of CEC was sent, and by whom, stands beside the camera's node. */
TEST_F(attribute, state_of_cec_in_debugfs_is_the_camera)
{
	static const char path[] = "/sys/kernel/debug/cec/cec0/status";
	struct claim denied = refused("debugfs/cec/cec0/status");

	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	if (device_load("vivid", "n_devs=1") || !exists(path))
		SKIP(return, "this kernel has no CEC in memory");
	EXPECT_EQ(EACCES, device_try(path, O_RDONLY));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use camera;\n"));
	EXPECT_EQ(0, device_try(path, O_RDONLY));
}

TEST_F(attribute, parting_a_device_from_its_driver_takes_the_bus)
{
	static const char *const controls[] = { "bus/i2c/drivers/mag3110/unbind",
						"bus/i2c/drivers/mag3110/bind",
						"bus/i2c/drivers_probe",
						"devices/platform/i8042/serio0/drvctl" };
	char path[96];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(controls); i++) {
		struct claim denied = refused(controls[i]);

		self->mark = evidence_mark();
		snprintf(path, sizeof(path), "/sys/%s", controls[i]);
		if (strstr(path, "i8042") && !exists(path))
			continue; /* a machine without PS/2 */
		EXPECT_EQ(EACCES, device_try(path, O_WRONLY));
		EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	}
	ASSERT_LOADED(warden_policy(NOTHING "allow any use device \"%s\";\n", controls[0]));
	snprintf(path, sizeof(path), "/sys/%s", controls[0]);
	EXPECT_EQ(0, device_try(path, O_WRONLY));
	snprintf(path, sizeof(path), "/sys/%s", controls[1]);
	EXPECT_EQ(EACCES, device_try(path, O_WRONLY));
}

/* One more for each key of a keyboard; what tells which device it is, is free. */
TEST_F(attribute, requests_of_a_usb_device_are_counted_for_who_may_use_the_bus)
{
	struct claim denied = refused(NULL);
	char path[128];
	glob_t found;

	if (device_load("dummy_hcd", "") || glob("/sys/devices/platform/dummy_hcd.0/usb*/urbnum", 0, NULL, &found))
		SKIP(return, "this kernel has no USB in memory");
	snprintf(path, sizeof(path), "%s", found.gl_pathv[0]);
	globfree(&found);
	EXPECT_EQ(EACCES, device_try(path, O_RDONLY));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use bus;\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(0, device_try(path, O_RDONLY));
	ASSERT_LOADED(warden_policy(NOTHING));
	strcpy(strrchr(path, '/'), "/devnum");
	EXPECT_EQ(0, device_try(path, O_RDONLY));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* S15: a chip has a driver and a gate; its bus is a way past the one and not the other. */
TEST_F(attribute, bus_node_has_the_gates_of_all_behind_it)
{
	struct claim denied = refused(chip_compass_topology());

	ASSERT_LOADED(warden_policy(NOTHING "allow any use bus; allow any use environment;\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(-EACCES, chip_read(self->bus, COMPASS_ADDRESS, 0x07));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use bus; allow any use environment;\n"
					    "allow any use motion;\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(0xc4, chip_read(self->bus, COMPASS_ADDRESS, 0x07));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* A bridge to a bus that speaks HID is a way to all behind it, as the bus is. */
TEST_F(attribute, raw_node_of_a_bridge_has_the_gates_of_all_behind_it)
{
	struct claim denied = refused(NULL);

	if (bridge_plug() < 0)
		SKIP(return, "this kernel has no bridge to a bus");
	ASSERT_LOADED(warden_policy(NOTHING "allow any use input;\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, device_try(bridge_raw(), O_RDWR));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use input; allow any use bus;\n"
					    "allow any use motion; allow any use environment;\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(0, device_try(bridge_raw(), O_RDWR));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* S14: what tells a chip when to measure. */
TEST_F(attribute, making_a_trigger_takes_the_right_to_motion)
{
	const char *trigger = "/sys/kernel/config/iio/triggers/hrtimer/warden";
	struct claim denied = refused("configfs/iio/triggers/hrtimer/warden");

	if (device_load("iio-trig-hrtimer", ""))
		SKIP(return, "this kernel has no timer that triggers chips");
	mount("configfs", "/sys/kernel/config", "configfs", 0, NULL);
	EXPECT_EQ(-1, mkdir(trigger, 0755));
	EXPECT_EQ(EACCES, errno);
	denied.times = 1 + (uring_mkdir(trigger, 0755) == -EACCES);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_FALSE(exists(trigger));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use motion;\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(0, mkdir(trigger, 0755));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	/* It stays: trigger_drop_group() of this kernel puts it after it was freed. */
}

/* S16: memory of the whole machine, under whatever name. */
TEST_F(attribute, memory_of_the_machine_takes_the_bus)
{
	static const struct {
		const char *path;
		const char *object;
	} ways[] = { { "/dev/mem", "virtual/mem" },
		     { "/dev/port", "virtual/port" },
		     { "/dev/snapshot", "virtual/snapshot" },
		     { "/proc/kcore", "proc/kcore" } };
	size_t i, tried = 0;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		struct claim denied = refused(ways[i].object);

		if (!exists(ways[i].path))
			continue;
		tried++;
		self->mark = evidence_mark();
		EXPECT_EQ(EACCES, device_try(ways[i].path, O_RDONLY));
		EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	}
	if (!tried)
		SKIP(return, "this kernel shows no memory");
	ASSERT_LOADED(warden_policy(NOTHING "allow any use bus;\n"));
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		EXPECT_EQ(exists(ways[i].path) ? 0 : ENOENT, device_try(ways[i].path, O_RDONLY));
	}
	if (exists("/proc/kcore"))
		expect_session(_metadata, "bus", "/proc/kcore", "proc/kcore");
}

#ifdef __x86_64__
/* S16: as /dev/port, and without a file; here the one that the keyboard's controller tells keys by. */
TEST_F(attribute, ports_of_the_machine_take_the_bus)
{
	struct claim denied = refused("ioport"), told = used("ioport");

	denied.times = 2;
	EXPECT_EQ(-1, ioperm(0x60, 1, 1));
	if (errno == ENOSYS)
		SKIP(return, "this kernel gives no program I/O ports");
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(-1, iopl(3));
	EXPECT_EQ(EPERM, errno);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use bus;\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(0, ioperm(0x80, 1, 1));
	EXPECT_EQ(0, ioperm(0x80, 1, 0));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_FOUND(evidence_of_event(&self->mark, &told));
}
#endif

/* What names no sensor is nobody's business, and most of sysfs and proc is that. */
TEST_F(attribute, files_of_no_sensor_are_free)
{
	static const char *const paths[] = {
		"/sys/module/mag3110/refcnt", "/sys/kernel/notes", "/sys/class/net/lo/mtu",
		"/sys/devices/system/cpu/online", "/sys/class/mem/null/uevent",
		"/proc/iomem", "/proc/self/stat",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		EXPECT_EQ(exists(paths[i]) ? 0 : ENOENT, device_try(paths[i], O_RDONLY))
		{
			TH_LOG("%s", paths[i]);
		}
	}
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

TEST_HARNESS_MAIN
