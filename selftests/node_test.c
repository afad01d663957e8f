// SPDX-License-Identifier: GPL-2.0-only
/*
 * The nodes of every kind of sensor and bus: whoever opens one by whatever call is
 * refused, and the rule for its class opens it.
 */
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "lib/harness.h"
#include "lib/chip.h"
#include "lib/uring.h"

#define NOTHING	  "default sensor deny;\n"
#define GADGET	  "/sys/kernel/config/usb_gadget/receiver"
#define RECEIVER  "/dev/gnss0"
#define UIO	  "/dev/uio0"
#define SATELLITE "/dev/ttyGS0"
#define SENTENCE  "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n"

/**
 * struct kind - a kind of node
 * @driver: whose device it is, and what makes it; NULL where the kernel has it by itself
 * @path: the node
 * @class: word of its class
 */
struct kind {
	const char *driver;
	const char *path;
	const char *class;
};

/* The receiver's own node, by the number it got: other tests plug in, too. */
static char wire[32] = "/dev/bus/usb/001/002";

static const struct kind kinds[] = {
	{ "vivid", "/dev/media0", "camera" },
	{ "vivid", "/dev/vbi0", "camera" },
	{ "vivid", "/dev/radio0", "radio" },
	{ "vivid", "/dev/swradio0", "radio" },
	{ "vivid", "/dev/v4l-touch0", "input" },
	{ "snd-aloop", "/dev/snd/pcmC0D0c", "microphone" },
	{ "gnss-usb", RECEIVER, "location" },
	{ "rc-loopback", "/dev/lirc0", "input" },
	{ NULL, "/dev/input/mice", "input" },
	{ "vgem", "/dev/dri/card0", "screen" },
	{ NULL, "/dev/vcs1", "screen" },
	{ NULL, "/dev/vcsa1", "screen" },
	{ "dummy_hcd", "/dev/bus/usb/001/001", "bus" },
	{ "gnss-usb", wire, "bus" },
	{ "usbmon", "/dev/usbmon0", "bus" },
	{ "vfio", "/dev/vfio/vfio", "bus" },
	{ "uio_pci_generic", UIO, "bus" },
	{ NULL, "/dev/gpiochip0", "bus" },
};

#define KINDS ARRAY_SIZE(kinds)

/* As few as these may be there; fewer, and the test has lost what it is about. */
#define KINDS_MIN 12

static void find_wire(void)
{
	FILE *f = fopen("/sys/bus/usb/devices/1-1/devnum", "r");
	int number;

	if (f && fscanf(f, "%d", &number) == 1)
		snprintf(wire, sizeof(wire), "/dev/bus/usb/001/%03d", number);
	if (f)
		fclose(f);
}

/* A receiver of positions on a wire in memory: the host's driver is that of a real one. */
static bool plug_in_receiver(void)
{
	int i;

	if (!access(RECEIVER, F_OK))
		return true;
	if (device_load("dummy_hcd", "") || device_load("libcomposite", "") ||
	    device_load("usb_f_serial", "") || device_load("gnss-usb", ""))
		return false;
	mount("configfs", "/sys/kernel/config", "configfs", 0, NULL);
	if (!client_shell("mkdir -p " GADGET "/configs/c.1 " GADGET "/functions/gser.0 && cd " GADGET
			  " && echo 0x1199 >idVendor && echo 0xb000 >idProduct && "
			  "ln -s functions/gser.0 configs/c.1 && echo dummy_udc.0 >UDC"))
		return false;
	for (i = 0; i < 200 && access(RECEIVER, F_OK); i++)
		usleep(50000);
	return !access(RECEIVER, F_OK);
}

/* The machine's SMBus, which has no other driver here, driven from user space. */
static void drive_from_user_space(void)
{
	if (access("/sys/bus/pci/devices/0000:00:1f.3", F_OK) || !access(UIO, F_OK) ||
	    device_load("uio_pci_generic", ""))
		return;
	if (!warden_load(warden_policy(NOTHING "allow any use bus;\n")))
		client_shell("echo 8086 2930 >/sys/bus/pci/drivers/uio_pci_generic/new_id");
}

static bool is_there(const struct kind *kind)
{
	return !access(kind->path, F_OK);
}

/* --- who opens, and how ------------------------------------------------------------ */

/* Run @try on a path in a process that @become made another; its errno, 0 where that is none. */
static int try_as(int (*become)(void), const char *path)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid)
		_exit(become() ? 255 : device_try(path, O_RDONLY | O_NONBLOCK));
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static int become_nobody(void)
{
	return setgid(65534) || setuid(65534);
}

static int become_root_of_a_name_space(void)
{
	return become_nobody() || unshare(CLONE_NEWUSER);
}

static int try_plainly(const char *path)
{
	return device_try(path, O_RDONLY | O_NONBLOCK);
}

static int try_as_nobody(const char *path)
{
	return try_as(become_nobody, path);
}

static int try_in_a_name_space(const char *path)
{
	return try_as(become_root_of_a_name_space, path);
}

static int try_by_ring(const char *path)
{
	int fd = uring_open(path, O_RDONLY | O_NONBLOCK);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? -fd : 0;
}

/* S10: a node of one's own, with the same number, somewhere else. */
static int try_own_node(const char *path)
{
	const char *own = "/own-node";
	struct stat st;
	int err;

	unlink(own);
	if (stat(path, &st) || mknod(own, S_IFCHR | 0666, st.st_rdev))
		return -1;
	err = try_plainly(own);
	unlink(own);
	return err;
}

static const struct way {
	char name[32];
	int (*attempt)(const char *path);
} ways[] = {
	{ "by root", try_plainly },
	{ "by a plain user", try_as_nobody },
	{ "by root of a name space", try_in_a_name_space },
	{ "by io_uring", try_by_ring },
	{ "by a node of its own", try_own_node },
};

/* --- the tests --------------------------------------------------------------------- */

FIXTURE(node)
{
	struct mark mark;
	struct stat before[KINDS];
};

FIXTURE_SETUP(node)
{
	size_t i;

	drive_from_user_space();
	ASSERT_LOADED(warden_policy(NOTHING));
	for (i = 0; i < KINDS; i++)
		if (kinds[i].driver && strcmp(kinds[i].driver, "gnss-usb"))
			device_load(kinds[i].driver, !strcmp(kinds[i].driver, "vivid") ? "n_devs=1" : "");
	if (plug_in_receiver())
		find_wire();
	chip_lines();
	for (i = 0; i < KINDS; i++) {
		if (stat(kinds[i].path, &self->before[i]))
			continue;
		ASSERT_EQ(0, chmod(kinds[i].path, 0666)); /* permissions are not what refuses */
	}
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(node)
{
	size_t i;

	for (i = 0; i < KINDS; i++)
		if (is_there(&kinds[i]))
			chmod(kinds[i].path, self->before[i].st_mode & 07777);
	warden_withdraw_all();
}

TEST_F(node, of_every_kind_is_denied_whoever_opens_it_and_how)
{
	struct claim denied = { .domain = "sensor", .reason = "program-unknown",
				.program = warden_self(), .line = UINT32_MAX };
	size_t i, j, there = 0;

	for (i = 0; i < KINDS; i++) {
		if (!is_there(&kinds[i]))
			continue;
		there++;
		for (j = 0; j < ARRAY_SIZE(ways); j++)
			EXPECT_EQ(EACCES, ways[j].attempt(kinds[i].path))
			{
				TH_LOG("%s %s", kinds[i].path, ways[j].name);
			}
	}
	EXPECT_LE(device_is_known("gnss-usb") ? KINDS_MIN : 1, there);
	denied.times = there * ARRAY_SIZE(ways);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	denied.times = 0;
	for (i = 0; i < KINDS; i++) {
		const char *name = strrchr(kinds[i].path, '/') + 1;

		denied.object = device_topology(name); /* of a USB device it ends otherwise */
		if (is_there(&kinds[i]) && denied.object[0])
			EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	}
}

TEST_F(node, of_every_kind_is_opened_by_the_rule_for_its_class)
{
	static const char *const halves[] = {
		"allow any use camera; allow any use location;\n",
		/* what is behind a bus node is asked for as well, and beside the lines of a bridge is its raw node */
		"allow any use radio; allow any use microphone; allow any use screen;\n"
		"allow any use bus; allow any use location; allow any use input;\n",
	};
	char rule[64];
	size_t i, h;

	for (h = 0; h < ARRAY_SIZE(halves); h++) {
		ASSERT_LOADED(warden_policy(NOTHING "%s", halves[h]));
		for (i = 0; i < KINDS; i++) {
			snprintf(rule, sizeof(rule), "use %s;", kinds[i].class);
			if (!is_there(&kinds[i]))
				continue;
			EXPECT_EQ(strstr(halves[h], rule) ? 0 : EACCES, try_plainly(kinds[i].path))
			{
				TH_LOG("%s by %s", kinds[i].path, halves[h]);
			}
		}
	}
}

/* Told of this one so far? A session of this device has begun. */
static bool is_told(struct client *watch, const char *class, const char *topology)
{
	char text[256];

	snprintf(text, sizeof(text), "\"class\":\"%s\",\"object\":\"%s\"", class, topology);
	return client_says(watch, text, 10000);
}

/* Open it, and hear of it before anything is read. */
static bool is_told_first(struct client *watch, const char *path, const char *class, const char *topology)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	bool told = fd >= 0 && is_told(watch, class, topology);

	close(fd);
	return told;
}

/* What is listed of it, "" where nothing is; the next call overwrites it. */
static const char *topology_of(const char *path)
{
	static char topology[PATH_MAX];

	snprintf(topology, sizeof(topology), "%s", device_topology(strrchr(path, '/') + 1));
	return topology;
}

/* That of a device with no node, by a file of it. */
static const char *topology_of_value(const char *path)
{
	char folder[256];

	snprintf(folder, sizeof(folder), "%.*s", (int)(strrchr(path, '/') - path), path);
	return topology_of(folder);
}

/* By netlink, to who listens, while nothing was read yet. */
TEST_F(node, of_every_kind_is_told_of_before_its_first_data)
{
	char since[24], hot[256] = "", turn[256] = "";
	size_t i, there = 0;
	struct client watch;

	if (chip_is_known() && chip_bus() >= 0) {
		snprintf(turn, sizeof(turn), "%s", chip_compass("in_magn_x_raw"));
		if (chip_has_thermometer())
			snprintf(hot, sizeof(hot), "%s", chip_thermometer("temp1_input"));
	}
	ASSERT_LOADED(warden_policy("default sensor allow;\n"));
	self->mark = evidence_mark();
	snprintf(since, sizeof(since), "%llu", (unsigned long long)self->mark.seq + 1);
	ASSERT_EQ(0, client_start(&watch, ARGV("wardenctl", "--json", "audit", "watch", "--since", since)));
	for (i = 0; i < KINDS; i++) {
		if (!is_there(&kinds[i]) || !topology_of(kinds[i].path)[0])
			continue;
		there++;
		EXPECT_TRUE(is_told_first(&watch, kinds[i].path, kinds[i].class, topology_of(kinds[i].path)))
		{
			TH_LOG("%s: %s", kinds[i].path, watch.text);
		}
	}
	if (turn[0])
		EXPECT_TRUE(is_told_first(&watch, turn, "motion", topology_of_value(turn)));
	if (hot[0])
		EXPECT_TRUE(is_told_first(&watch, hot, "environment", topology_of_value(hot)));
	client_end(&watch);
	EXPECT_LT(0, there);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* S17: the node of the whole USB device is a way to what its driver made of it. */
TEST_F(node, of_usb_has_the_gate_of_what_is_behind_it)
{
	struct claim denied = { .domain = "sensor", .reason = "program-unknown",
				.program = warden_self(), .line = UINT32_MAX, .times = 1 };
	char object[128];

	if (!is_there(&(struct kind){ .path = RECEIVER }))
		SKIP(return, "this kernel has no USB receiver or no wire in memory");
	snprintf(object, sizeof(object), "%s", device_topology("gnss0"));
	denied.object = object;
	ASSERT_LOADED(warden_policy(NOTHING "allow any use bus;\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, device_try(wire, O_RDWR));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use bus; allow any use location;\n"));
	EXPECT_EQ(0, device_try(wire, O_RDWR));
}

TEST_F(node, of_usb_uses_up_the_consent_for_what_is_behind_it)
{
	struct claim used = { .event = "expire", .domain = "consent", .reason = "used-up", .program = "tester" };
	int fd;

	if (!is_there(&(struct kind){ .path = RECEIVER }))
		SKIP(return, "this kernel has no USB receiver or no wire in memory");
	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\npurpose way \"Show the way\";\n"
				    NOTHING "allow tester use bus;\n"
				    "allow tester use location for way with consent;\n", warden_self()));
	EXPECT_EQ(EACCES, device_try(wire, O_RDWR));
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "grant", "tester", "location", "--purpose", "way", "--once",
				     "--principal", "owner")));
	fd = open(wire, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	EXPECT_EQ(EACCES, device_try(wire, O_RDWR));
	EXPECT_EQ(EACCES, device_try(RECEIVER, O_RDONLY));
	self->mark = evidence_mark();
	close(fd);
	EXPECT_FOUND(evidence_of_event(&self->mark, &used));
	EXPECT_EQ(EACCES, device_try(wire, O_RDWR));
	warden_withdraw_all();
}

/* Does a position come in within @ms? */
static bool hears(int receiver, int satellite, int ms)
{
	char text[256];
	int i;

	for (i = 0; i < ms / 20; i++) {
		ssize_t len;

		if (write(satellite, SENTENCE, strlen(SENTENCE)) < 0 && errno != EAGAIN)
			return false;
		usleep(20000);
		len = read(receiver, text, sizeof(text) - 1);
		if (len < 0 && errno != EAGAIN)
			return false;
		if (len > 0)
			return memchr(text, '$', len);
	}
	errno = ETIMEDOUT;
	return false;
}

TEST_F(node, of_a_receiver_tells_no_position_once_consent_is_withdrawn)
{
	const struct claim ended = { .event = "session-end", .domain = "sensor",
				     .reason = "withdrawn", .program = "tester" };
	int receiver, satellite;

	if (!is_there(&(struct kind){ .path = RECEIVER }))
		SKIP(return, "this kernel has no USB receiver or no wire in memory");
	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\npurpose way \"Show the way\";\n"
				    NOTHING "allow tester use location for way with consent;\n",
				    warden_self()));
	EXPECT_EQ(EACCES, device_try(RECEIVER, O_RDONLY));
	ASSERT_EQ(0, warden_grant("tester", "location", "way"));
	receiver = open(RECEIVER, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, receiver);
	satellite = open(SATELLITE, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ASSERT_LE(0, satellite);
	EXPECT_TRUE(hears(receiver, satellite, 10000))
	{
		TH_LOG("%s", strerror(errno));
	}
	ASSERT_EQ(0, warden_withdraw("tester", "location"));
	EXPECT_FALSE(hears(receiver, satellite, 1000));
	EXPECT_EQ(EACCES, errno);
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
	close(satellite);
	close(receiver);
}

/* Fixtures run in the order they stand here: the wire is plugged in once, and this is the last. */
FIXTURE(receiver)
{
};

FIXTURE_SETUP(receiver)
{
}

FIXTURE_TEARDOWN(receiver)
{
}

TEST_F(receiver, that_is_pulled_out_is_listed_no_more)
{
	bool was_there = device_listed("gnss0");
	int i;

	client_shell("cd " GADGET " 2>/dev/null || exit 0; echo >UDC; rm configs/c.1/gser.0; "
		     "rmdir configs/c.1 functions/gser.0; cd ..; rmdir receiver");
	for (i = 0; i < 100 && device_listed("gnss0"); i++)
		usleep(20000);
	EXPECT_FALSE(device_listed("gnss0"));
	client_shell("modprobe -r usb_f_serial u_serial gnss-usb dummy_hcd; true");
	if (!was_there)
		SKIP(return, "this kernel has no USB receiver or no wire in memory");
}

/* --- a reader of fingerprints ---------------------------------------------------------- */

#define READER	"/sys/kernel/config/usb_gadget/reader"
#define FINGERS "/dev/idmouse0"

/* What the driver of one looks at is its numbers, and that it has an interface of data. */
static bool plug_in_reader(void)
{
	int i;

	device_unload("cdc_acm"); /* which would take that interface */
	if (device_load("dummy_hcd", "") || device_load("libcomposite", "") ||
	    device_load("usb_f_acm", "") || device_load("idmouse", ""))
		return false;
	mount("configfs", "/sys/kernel/config", "configfs", 0, NULL);
	if (!client_shell("mkdir -p " READER "/configs/c.1 " READER "/functions/acm.0 && cd " READER
			  " && echo 0x0681 >idVendor && echo 5 >idProduct && "
			  "ln -s functions/acm.0 configs/c.1 && echo dummy_udc.0 >UDC"))
		return false;
	for (i = 0; i < 200 && access(FINGERS, F_OK); i++)
		usleep(50000);
	return !access(FINGERS, F_OK);
}

/* Its image cannot be had from a modem, so what the driver says to who may open it is an error of its own. */
TEST_F(receiver, of_fingerprints_is_biometric)
{
	struct claim denied = { .domain = "sensor", .reason = "program-unknown",
				.program = warden_self(), .line = UINT32_MAX, .times = 1 };
	struct mark mark;
	int err;

	ASSERT_LOADED(warden_policy("default sensor allow;\n"));
	if (!plug_in_reader())
		SKIP(return, "this kernel has no reader of fingerprints on USB");
	ASSERT_LOADED(warden_policy(NOTHING "allow any use input; allow any use bus; allow any use unknown;\n"));
	mark = evidence_mark();
	EXPECT_EQ(EACCES, device_try(FINGERS, O_RDONLY));
	EXPECT_FOUND(evidence_of_denial(&mark, &denied));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use biometric;\n"));
	mark = evidence_mark();
	err = device_try(FINGERS, O_RDONLY);
	EXPECT_TRUE(err && err != EACCES)
	{
		TH_LOG("%s", strerror(err));
	}
	EXPECT_FOUND(evidence_of_peace(&mark));
	client_shell("cd " READER " && echo >UDC; rm configs/c.1/acm.0; rmdir configs/c.1 functions/acm.0; "
		     "cd .. && rmdir reader; modprobe -r idmouse usb_f_acm dummy_hcd; true");
}

TEST_HARNESS_MAIN
