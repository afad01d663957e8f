// SPDX-License-Identifier: GPL-2.0-only
/*
 * A hub of sensors that speaks HID, as those of laptops do: what it feels is motion, by the
 * chip the kernel makes of it, by the raw nodes of the hub, and where no chip is made.
 */
#include <fcntl.h>
#include <glob.h>
#include <linux/input.h>
#include <linux/uhid.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "lib/harness.h"
#include "lib/chip.h"

#define NOTHING "default sensor deny;\n"
#define HUB	"/sys/devices/virtual/misc/uhid/0003:1209:0002.*/"
#define X	4242 /* what it feels */

/* An accelerometer: Sensor page (0x20) of the HID Usage Tables 1.5, section 22. */
static const uint8_t description[] = {
	0x05, 0x20, 0x09, 0x73, 0xa1, 0x01, 0x85, 0x01, /* 3D, report 1 */
	0x15, 0x00, 0x25, 0x05, 0x75, 0x08, 0x95, 0x01, /* features: state of reports, of power */
	0x0a, 0x16, 0x03, 0xb1, 0x02, 0x0a, 0x19, 0x03, 0xb1, 0x02,
	0x27, 0xff, 0xff, 0xff, 0x7f, 0x75, 0x20, 0x0a, 0x0e, 0x03, 0xb1, 0x02, /* milliseconds */
	0x17, 0x00, 0x00, 0x00, 0x80, 0x0a, 0x53, 0x04, 0x81, 0x02, /* values: X, Y, Z */
	0x0a, 0x54, 0x04, 0x81, 0x02, 0x0a, 0x55, 0x04, 0x81, 0x02, 0xc0,
};

/* Where in it stands what a hub feels, and by which values. */
#define USAGE_AT  3
static const uint8_t data_at[] = { 44, 49, 54 };

/* One that its maker made up: of the type Custom, with a value of its own. */
static const uint8_t custom[] = {
	0x05, 0x20, 0x09, 0xe1, 0xa1, 0x01, 0x85, 0x01,
	0x17, 0x00, 0x00, 0x00, 0x80, 0x27, 0xff, 0xff, 0xff, 0x7f, 0x75, 0x20, 0x95, 0x01,
	0x0a, 0x44, 0x05, 0x81, 0x02, 0xc0,
};

static const uint8_t features[] = { 1, 1, 1, 10, 0, 0, 0 };
static const uint8_t values[] = { 1, X & 0xff, X >> 8, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0 };

static void answer(int fd, const struct uhid_event *asked)
{
	const bool wants_features = asked->u.get_report.rtype == UHID_FEATURE_REPORT;
	struct uhid_event e = { .type = UHID_SET_REPORT_REPLY };

	if (asked->type == UHID_SET_REPORT) {
		e.u.set_report_reply.id = asked->u.set_report.id;
	} else if (asked->type == UHID_GET_REPORT) {
		e.type = UHID_GET_REPORT_REPLY;
		e.u.get_report_reply.id = asked->u.get_report.id;
		e.u.get_report_reply.size = wants_features ? sizeof(features) : sizeof(values);
		memcpy(e.u.get_report_reply.data, wants_features ? features : values,
		       e.u.get_report_reply.size);
	} else {
		return;
	}
	if (write(fd, &e, sizeof(e)) < 0)
		_exit(1);
}

/* Answers, and says every fifty milliseconds what it feels, until it is killed. */
static void feel(int fd)
{
	struct uhid_event e = { .type = UHID_INPUT2, .u.input2.size = sizeof(values) }, asked;
	struct pollfd p = { .fd = fd, .events = POLLIN };

	memcpy(e.u.input2.data, values, sizeof(values));
	for (;;) {
		if (poll(&p, 1, 50) > 0 && read(fd, &asked, sizeof(asked)) > 0)
			answer(fd, &asked);
		else if (write(fd, &e, sizeof(e)) < 0)
			_exit(1);
	}
}

/* Gives the process that is the hub; it goes with it. */
static pid_t plug_in(const uint8_t *says, uint16_t size)
{
	struct uhid_event e = { .type = UHID_CREATE2, .u.create2 = {
		.name = "warden hub", .rd_size = size, .bus = BUS_USB,
		.vendor = 0x1209, .product = 2,
	} };
	pid_t pid = fork();
	int fd;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	memcpy(e.u.create2.rd_data, says, size);
	fd = open("/dev/uhid", O_RDWR | O_CLOEXEC);
	if (write(fd, &e, sizeof(e)) == sizeof(e))
		feel(fd);
	_exit(1);
}

/* What stands below it, and is there a moment after; "" where it does not come. */
static void find(const char *pattern, char *path, size_t size)
{
	glob_t found;
	int tries;

	path[0] = '\0';
	for (tries = 0; tries < 500 && !path[0]; tries++) {
		if (!glob(pattern, 0, NULL, &found)) {
			snprintf(path, size, "%s", found.gl_pathv[0]);
			globfree(&found);
		} else {
			usleep(10000);
		}
	}
}

FIXTURE(hub)
{
	pid_t pid;
	char chip[160];
	char node[32];
	char raw[32];
	struct mark mark;
};

FIXTURE_SETUP(hub)
{
	char path[160];

	self->pid = -1;
	if (device_load("uhid", "") || device_load("hid-sensor-hub", "") ||
	    device_load("hid-sensor-accel-3d", ""))
		SKIP(return, "this kernel has no hub of sensors that speaks HID");
	self->pid = plug_in(description, sizeof(description));
	find(HUB "HID-SENSOR-200073.*/iio:device*", self->chip, sizeof(self->chip));
	find(HUB "hidraw/hidraw*", path, sizeof(path));
	ASSERT_STRNE("", self->chip);
	ASSERT_STRNE("", path);
	snprintf(self->node, sizeof(self->node), "/dev/%.24s", strrchr(self->chip, '/') + 1);
	snprintf(self->raw, sizeof(self->raw), "/dev/%.24s", strrchr(path, '/') + 1);
	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\npurpose walk \"Count steps\";\n"
				    NOTHING "allow any use input;\n"
				    "allow tester use motion for walk with consent;\n", warden_self()));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(hub)
{
	warden_withdraw_all();
	if (self->pid > 0) {
		kill(self->pid, SIGKILL);
		waitpid(self->pid, NULL, 0);
	}
}

/* A file of the chip; the next call overwrites it. */
static const char *file(const char *chip, const char *attribute)
{
	static char path[224];

	snprintf(path, sizeof(path), "%s/%s", chip, attribute);
	return path;
}

static int value_of(const char *path)
{
	FILE *f = fopen(path, "r");
	int value, err;

	if (!f)
		return -errno;
	err = fscanf(f, "%d", &value) == 1 ? 0 : -errno;
	fclose(f);
	return err ? err : value;
}

TEST_F(hub, feels_motion_by_its_chip_and_by_its_raw_node)
{
	struct claim denied = { .domain = "sensor", .reason = "no-consent", .program = "tester",
				.pid = getpid(), .times = 3 };

	EXPECT_EQ(-EACCES, value_of(file(self->chip, "in_accel_x_raw")));
	EXPECT_EQ(EACCES, device_try(self->node, O_RDONLY));
	EXPECT_EQ(EACCES, device_try(self->raw, O_RDWR));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, warden_grant("tester", "motion", "walk"));
	self->mark = evidence_mark();
	EXPECT_EQ(X, value_of(file(self->chip, "in_accel_x_raw")));
	EXPECT_EQ(0, device_try(self->node, O_RDONLY));
	EXPECT_EQ(0, device_try(self->raw, O_RDWR));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

TEST_F(hub, raw_node_uses_up_the_consent_to_feel)
{
	struct claim used = { .event = "expire", .domain = "consent", .reason = "used-up",
			      .program = "tester" };
	int raw;

	ASSERT_EQ(0, warden_ctl(ARGV("consent", "grant", "tester", "motion", "--purpose", "walk", "--once",
				     "--principal", "owner")));
	raw = open(self->raw, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, raw);
	EXPECT_EQ(EACCES, device_try(self->raw, O_RDWR));
	close(raw);
	EXPECT_FOUND(evidence_of_event(&self->mark, &used));
	EXPECT_EQ(EACCES, device_try(self->raw, O_RDWR));
	EXPECT_EQ(EACCES, device_try(self->node, O_RDONLY));
}

TEST_F(hub, is_not_felt_after_withdrawal)
{
	uint8_t report[64];
	int32_t scan[8];
	int chip, raw;

	ASSERT_EQ(0, warden_grant("tester", "motion", "walk"));
	ASSERT_EQ(0, chip_put(file(self->chip, "scan_elements/in_accel_x_en"), "1"));
	ASSERT_EQ(0, chip_put(file(self->chip, "buffer/enable"), "1"));
	chip = open(self->node, O_RDONLY | O_CLOEXEC);
	raw = open(self->raw, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, chip);
	ASSERT_LE(0, raw);
	EXPECT_LT(0, read(chip, scan, sizeof(scan)));
	EXPECT_EQ(X, scan[0]);
	EXPECT_EQ((ssize_t)sizeof(values), read(raw, report, sizeof(report)));
	EXPECT_EQ(0, memcmp(values, report, sizeof(values)));
	ASSERT_EQ(0, warden_withdraw("tester", "motion"));
	EXPECT_EQ(-1, read(chip, scan, sizeof(scan)));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, read(raw, report, sizeof(report)));
	EXPECT_EQ(EACCES, errno);
	close(raw);
	close(chip);
}

/* Who has the chip by a rule that says so runs on, and feels nothing. */
TEST_F(hub, buffer_is_blank_after_withdrawal_where_the_rule_says_so)
{
	struct claim ended = { .event = "session-end", .domain = "sensor", .reason = "withdrawn",
			       .program = "tester" };
	struct pollfd p = { .events = POLLIN };
	int32_t scan[8];

	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\npurpose walk \"Count steps\";\n"
				    NOTHING "allow tester use motion for walk with consent blank;\n",
				    warden_self()));
	ASSERT_EQ(0, warden_grant("tester", "motion", "walk"));
	ASSERT_EQ(0, chip_put(file(self->chip, "scan_elements/in_accel_x_en"), "1"));
	ASSERT_EQ(0, chip_put(file(self->chip, "buffer/enable"), "1"));
	p.fd = open(self->node, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, p.fd);
	EXPECT_EQ(1, poll(&p, 1, 10000));
	EXPECT_LT(0, read(p.fd, scan, sizeof(scan)));
	self->mark = evidence_mark();
	ASSERT_EQ(0, warden_withdraw("tester", "motion"));
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
	EXPECT_EQ(0, poll(&p, 1, 300));
	EXPECT_EQ(-1, read(p.fd, scan, sizeof(scan)));
	EXPECT_EQ(EAGAIN, errno);
	/* A file of sysfs has a value or none. */
	EXPECT_EQ(-EACCES, value_of(file(self->chip, "in_accel_x_raw")));
	EXPECT_EQ(EACCES, device_try(self->node, O_RDONLY));
	close(p.fd);
}

/* --- other sensors than of acceleration ---------------------------------------------------- */

/**
 * struct sort - a sensor of a hub: sections 22.1 and 22.3 of the same tables
 * @usage: what it is called there
 * @data: and its values
 * @driver: makes a chip of it
 * @value: file of the chip
 * @class: word of its class
 */
static const struct sort {
	uint8_t usage;
	uint16_t data[3];
	const char *driver, *value, *class;
} sorts[] = {
	{ 0x76, { 0x457, 0x458, 0x459 }, "hid-sensor-gyro-3d", "in_anglvel_x_raw", "motion" },
	{ 0x83, { 0x485, 0x486, 0x487 }, "hid-sensor-magn-3d", "in_magn_x_raw", "motion" },
	{ 0x86, { 0x47f, 0x480, 0x481 }, "hid-sensor-incl-3d", "in_incli_x_raw", "motion" },
	{ 0x41, { 0x4d1, 0x4d1, 0x4d1 }, "hid-sensor-als", "in_illuminance_raw", "environment" },
	{ 0x31, { 0x431, 0x431, 0x431 }, "hid-sensor-press", "in_pressure_raw", "environment" },
	{ 0x33, { 0x434, 0x434, 0x434 }, "hid-sensor-temperature", "in_temp_raw", "environment" },
	{ 0x11, { 0x4b1, 0x4b1, 0x4b1 }, "hid-sensor-prox", "in_proximity_raw", "environment" },
};

static pid_t plug_in_sort(const struct sort *sort)
{
	uint8_t says[sizeof(description)];
	size_t i;

	memcpy(says, description, sizeof(says));
	says[USAGE_AT] = sort->usage;
	for (i = 0; i < ARRAY_SIZE(data_at); i++) {
		says[data_at[i]] = (uint8_t)sort->data[i];
		says[data_at[i] + 1] = (uint8_t)(sort->data[i] >> 8);
	}
	return plug_in(says, sizeof(says));
}

/* Refused while all but its class is allowed, by its node and by its value; and not where that is, too. */
static bool has_class(const struct sort *sort, const char *chip)
{
	const char *other = strcmp(sort->class, "motion") ? "motion" : "environment";
	int denied, by_node, allowed;
	char node[32];

	snprintf(node, sizeof(node), "/dev/%.24s", strrchr(chip, '/') + 1);
	if (warden_load(warden_policy("default sensor allow;\ndeny any use %s;\n", sort->class)))
		return false;
	denied = value_of(file(chip, sort->value));
	by_node = device_try(node, O_RDONLY);
	if (warden_load(warden_policy("default sensor allow;\ndeny any use %s;\n", other)))
		return false;
	allowed = value_of(file(chip, sort->value));
	if (denied != -EACCES || allowed <= 0 || !by_node)
		printf("# %s: denied %d, its node %d; allowed %d\n", sort->value, denied, by_node, allowed);
	return denied == -EACCES && (by_node == EACCES || by_node == ENOENT) && allowed > 0;
}

TEST(each_sensor_of_a_hub_has_its_class)
{
	size_t i, there = 0;
	char chip[160];
	pid_t pid;

	if (device_load("uhid", "") || device_load("hid-sensor-hub", ""))
		SKIP(return, "this kernel has no hub of sensors that speaks HID");
	for (i = 0; i < ARRAY_SIZE(sorts); i++) {
		if (device_load(sorts[i].driver, ""))
			continue;
		pid = plug_in_sort(&sorts[i]);
		find(HUB "HID-SENSOR-2000*/iio:device*", chip, sizeof(chip));
		EXPECT_STRNE("", chip)
		{
			TH_LOG("%s", sorts[i].driver);
		}
		if (chip[0])
			EXPECT_TRUE(has_class(&sorts[i], chip));
		there += !!chip[0];
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	if (!there)
		SKIP(return, "this kernel has no driver of another sensor than of acceleration");
}

/* Its values stand beside it, at the platform device the kernel makes of it, and no chip is made. */
TEST(sensor_that_its_maker_made_up_is_motion)
{
	struct claim denied = { .domain = "sensor", .reason = "program-unknown", .pid = getpid(), .times = 2 };
	char value[192], node[192], path[64];
	struct mark mark;
	pid_t pid;

	if (device_load("uhid", "") || device_load("hid-sensor-hub", "") || device_load("hid-sensor-custom", ""))
		SKIP(return, "this kernel has no sensors that their makers made up");
	ASSERT_LOADED(warden_policy(NOTHING "allow any use environment;\n"));
	pid = plug_in(custom, sizeof(custom));
	find(HUB "HID-SENSOR-2000e1.*/input-*/input-*-value", value, sizeof(value));
	find("/sys/class/misc/HID-SENSOR-2000e1.*", node, sizeof(node));
	ASSERT_STRNE("", value);
	ASSERT_STRNE("", node);
	snprintf(path, sizeof(path), "/dev/%.48s", strrchr(node, '/') + 1);
	EXPECT_TRUE(device_comes(path));
	mark = evidence_mark();
	EXPECT_EQ(EACCES, device_try(value, O_RDONLY));
	EXPECT_EQ(EACCES, device_try(path, O_RDONLY));
	EXPECT_FOUND(evidence_of_denial(&mark, &denied));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use motion;\n"));
	EXPECT_EQ(0, device_try(value, O_RDONLY));
	EXPECT_EQ(0, device_try(path, O_RDONLY));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* --- on USB, where it has a node more ----------------------------------------------------- */

#define GADGET "/sys/kernel/config/usb_gadget/hub"
#define HIDDEV "/dev/usb/hiddev0"
#define ON_USB "/sys/devices/platform/dummy_hcd.0/usb1/1-1/1-1:1.0/*/HID-SENSOR-200073.*/iio:device*"

/* <linux/usb/g_hid.h> of 6.12, which the headers of Debian 12 have not yet. */
struct hidg_report {
	uint8_t id;
	uint8_t by_program;
	uint16_t length;
	uint8_t data[64];
	uint8_t padding[4];
};

#define HIDG_WRITE_GET_REPORT _IOW('g', 0x42, struct hidg_report)

/* What the gadget answers by itself; without it the host would wait for seconds. */
static bool lay_out_features(void)
{
	struct hidg_report r = { .id = 1, .length = sizeof(features) };
	int fd, tries, err;

	memcpy(r.data, features, sizeof(features));
	for (tries = 0; tries < 100 && access("/dev/hidg0", F_OK); tries++)
		usleep(10000);
	fd = open("/dev/hidg0", O_RDWR | O_CLOEXEC);
	err = ioctl(fd, HIDG_WRITE_GET_REPORT, &r);
	close(fd);
	return !err;
}

static bool write_description(const char *path)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool written = write(fd, description, sizeof(description)) == sizeof(description);

	close(fd);
	return written;
}

static bool plug_into_usb(void)
{
	if (device_load("dummy_hcd", "") || device_load("libcomposite", "") ||
	    device_load("usb_f_hid", "") || device_load("usbhid", ""))
		return false;
	mount("configfs", "/sys/kernel/config", "configfs", 0, NULL);
	return client_shell("mkdir -p " GADGET "/configs/c.1 " GADGET "/functions/hid.0 && cd " GADGET
			    " && echo 0x1209 >idVendor && echo 3 >idProduct && "
			    "echo 13 >functions/hid.0/report_length") &&
	       write_description(GADGET "/functions/hid.0/report_desc") &&
	       client_shell("cd " GADGET " && ln -s functions/hid.0 configs/c.1 && echo dummy_udc.0 >UDC");
}

TEST_F(hub, on_usb_takes_motion_by_its_hiddev_node)
{
	struct claim denied = { .domain = "sensor", .reason = "program-unknown", .pid = getpid(),
				.times = 1 };
	char path[256];

	ASSERT_LOADED(warden_policy("default sensor allow;\n"));
	if (!plug_into_usb())
		SKIP(return, "this kernel has no USB in memory, or no gadget that speaks HID");
	EXPECT_TRUE(lay_out_features());
	find(ON_USB, path, sizeof(path));
	EXPECT_STRNE("", path);
	ASSERT_LOADED(warden_policy(NOTHING "allow any use input;\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, device_try(HIDDEV, O_RDONLY));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use input; allow any use motion;\n"));
	EXPECT_EQ(0, device_try(HIDDEV, O_RDONLY));
	client_shell("cd " GADGET " && echo >UDC; rm configs/c.1/hid.0; rmdir configs/c.1 functions/hid.0; "
		     "cd .. && rmdir hub; modprobe -r usb_f_hid dummy_hcd; true");
}

TEST_HARNESS_MAIN
