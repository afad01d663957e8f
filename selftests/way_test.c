// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every way to a sensor that this guest has, gone by root, by a plain user and by the root
 * of a user name space, with each call that opens a file. Permissions of files let everybody, so
 * that whoever is refused was refused by Warden.
 */
#include <fcntl.h>
#include <glob.h>
#include <linux/openat2.h>
#include <linux/uhid.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/chip.h"
#include "lib/compat.h"
#include "lib/harness.h"
#include "lib/keypad.h"
#include "lib/uring.h"
#include "lib/users.h"

#define OWN_NODE   "/own-camera"
#define SPI_CHIP   "/sys/bus/spi/devices/spi0.0"
#define RECEIVER   "/dev/tty9" /* a terminal that is there: what is on its other end is the policy's word */
#define NOTHING	   "default sensor deny;\nclassify name \"tty9\" as location;\n"

/* --- which way --------------------------------------------------------------------- */

static const char *camera(void)
{
	static char path[128];
	const char *node = device_node(CAMERA_TOPOLOGY);

	snprintf(path, sizeof(path), "%s", node ? node : "");
	return path;
}

/* S10: a node of one's own, with the camera's number. */
static const char *own_node(void)
{
	struct stat st;

	unlink(OWN_NODE);
	return stat(camera(), &st) || mknod(OWN_NODE, S_IFCHR | 0666, st.st_rdev) ? "" : OWN_NODE;
}

static const char *microphone(void)
{
	const char *node = device_node(MICROPHONE_TOPOLOGY);

	return node ? node : "";
}

static const char *first(const char *pattern)
{
	static char path[256];
	glob_t found;

	if (glob(pattern, 0, NULL, &found))
		return "";
	snprintf(path, sizeof(path), "%s", found.gl_pathv[0]);
	globfree(&found);
	return path;
}

static const char *keys(void)
{
	return first("/dev/input/event*");
}

static const char *raw_keys(void)
{
	return first("/dev/hidraw*");
}

/* Chips are on a bus in memory, which not each kernel has. */
static bool has_chips(void)
{
	static int there = -1;

	if (there < 0)
		there = chip_is_known() && chip_bus() >= 0;
	return there;
}

static const char *compass(void)
{
	return has_chips() ? first("/dev/iio:device*") : "";
}

static const char *compass_value(void)
{
	return has_chips() ? chip_compass("in_magn_x_raw") : "";
}

static const char *compass_buffer(void)
{
	return has_chips() ? chip_compass("buffer/length") : "";
}

static const char *thermometer(void)
{
	return has_chips() && chip_has_thermometer() ? chip_thermometer("temp1_input") : "";
}

static const char *bus(void)
{
	static char path[32];

	if (!has_chips())
		return "";
	snprintf(path, sizeof(path), "/dev/i2c-%d", chip_bus());
	return path;
}

static const char *registers(void)
{
	static char path[96];

	if (!has_chips())
		return "";
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	chmod("/sys/kernel/debug", 0755);
	snprintf(path, sizeof(path), "/sys/kernel/debug/regmap/%d-%04x/registers", chip_bus(),
		 THERMOMETER_ADDRESS);
	return path;
}

/* On the machine's parallel port; its chip has another driver, and is given to user space instead. */
static const char *spi(void)
{
	if (access("/dev/spidev0.0", F_OK) && !device_load("parport_pc", "") &&
	    !device_load("spi_lm70llp", "") && !chip_put(SPI_CHIP "/driver_override", "spidev"))
		chip_put("/sys/bus/spi/drivers/spidev/bind", "spi0.0");
	return "/dev/spidev0.0";
}

/**
 * struct way - one way to a sensor
 * @row: the row of the threat model
 * @path: it begins with this file; NULL where @find tells
 * @find: the same; "" where there is none
 * @flags: how it is opened
 * @capable: the driver itself lets only who has capabilities of the initial name space
 */
static const struct way {
	char row[8];
	const char *path;
	const char *(*find)(void);
	int flags;
	bool capable;
} ways[] = {
	{ "S1", NULL, camera, O_RDWR, false },
	{ "S3", NULL, microphone, O_RDONLY, false },
	{ "S10", NULL, own_node, O_RDWR, false },
	{ "keys", NULL, keys, O_RDONLY, false },
	{ "hidraw", NULL, raw_keys, O_RDONLY, false },
	{ "tty", RECEIVER, NULL, O_RDONLY | O_NOCTTY, false },
	{ "screen", "/dev/vcs1", NULL, O_RDONLY, false },
	{ "iio", NULL, compass, O_RDONLY, false },
	{ "S13", NULL, compass_value, O_RDONLY, false },
	{ "S13", NULL, thermometer, O_RDONLY, false },
	{ "S14", NULL, compass_buffer, O_WRONLY, false },
	{ "S14", NULL, registers, O_RDONLY, false },
	{ "S15", NULL, bus, O_RDWR, false },
	{ "S15", NULL, spi, O_RDWR, false },
	{ "S15", NULL, chip_lines, O_RDWR, false },
	{ "S16", "/dev/mem", NULL, O_RDONLY, true },
	{ "S16", "/dev/port", NULL, O_RDONLY, true },
	{ "S16", "/proc/kcore", NULL, O_RDONLY, true },
	{ "S17", "/dev/bus/usb/001/001", NULL, O_RDONLY, false },
	{ "S18", "/sys/bus/i2c/drivers/mag3110/unbind", NULL, O_WRONLY, false },
	{ "S18", "/sys/bus/i2c/drivers_probe", NULL, O_WRONLY, false },
};

#define WAYS	 ARRAY_SIZE(ways)
#define WAYS_MIN 16 /* fewer, and the test has lost what it is about */

/* Where a way begins, and the handle of that file; not there where @path is empty. */
struct place {
	char path[256];
	mode_t mode;
	int mount;
	union {
		struct file_handle handle;
		char room[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	};
};

static void look_at(const struct way *w, struct place *p)
{
	struct stat st;
	int id;

	snprintf(p->path, sizeof(p->path), "%s", w->path ? w->path : w->find());
	if (!p->path[0] || stat(p->path, &st) || chmod(p->path, 0666)) {
		p->path[0] = '\0';
		return;
	}
	p->mode = st.st_mode & 07777;
	p->handle.handle_bytes = MAX_HANDLE_SZ;
	p->mount = -1;
	if (!name_to_handle_at(AT_FDCWD, p->path, &p->handle, &id, 0))
		p->mount = open(p->path[1] == 'd' ? "/dev" : p->path[1] == 's' ? "/sys" : "/",
				O_RDONLY | O_CLOEXEC);
}

/* --- by which call ----------------------------------------------------------------- */

static int done(int fd)
{
	const int err = fd < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return err;
}

static int by_open(const struct place *p, int flags)
{
	return done(open(p->path, flags));
}

static int by_openat2(const struct place *p, int flags)
{
	const struct open_how how = { .flags = (uint64_t)(unsigned int)flags };

	return done((int)syscall(SYS_openat2, AT_FDCWD, p->path, &how, sizeof(how)));
}

static int by_ring(const struct place *p, int flags)
{
	const int fd = uring_open(p->path, flags);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? -fd : 0;
}

/* S31 */
static int by_32_bits(const struct place *p, int flags)
{
	const int fd = compat_open(p->path, flags);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? -fd : 0;
}

/* A descriptor that opens nothing, and what it stands for opened through proc. */
static int by_proc(const struct place *p, int flags)
{
	const int path = open(p->path, O_PATH | O_CLOEXEC);
	char link[32];
	int err;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", path);
	err = done(open(link, flags));
	close(path);
	return err;
}

/* Only who has CAP_DAC_READ_SEARCH in the initial name space may, says the kernel. */
static int by_handle(const struct place *p, int flags)
{
	struct place own = *p; /* the call wants to write to it */

	return done(open_by_handle_at(p->mount, &own.handle, flags));
}

static const struct call {
	char name[20];
	int (*open)(const struct place *p, int flags);
	bool by_handle;
} calls[] = {
	{ "openat", by_open, false },	      { "openat2", by_openat2, false },
	{ "io_uring", by_ring, false },	      { "/proc/self/fd", by_proc, false },
	{ "open of 32 bits", by_32_bits, false }, { "open_by_handle_at", by_handle, true },
};

#define CALLS ARRAY_SIZE(calls)

/* Is there this call, and to this place? */
static bool can_be_made(const struct call *c, const struct place *p)
{
	return c->by_handle ? p->mount >= 0 : c->open != by_32_bits || compat_is_known();
}

/* What this user is told by this call where the policy is @let to let it. */
static int expected(const struct user *u, const struct way *w, const struct call *c, bool let)
{
	if (c->by_handle && u->uid)
		return EPERM;
	if (!let)
		return EACCES;
	return w->capable && u->uid ? EPERM : 0;
}

/* In a process of this user: how many attempts came out otherwise. */
static int count_wrong(const struct place *places, const struct user *u, bool let)
{
	int wrong = 0, err;
	size_t i, k;

	for (i = 0; i < WAYS; i++)
		for (k = 0; places[i].path[0] && k < CALLS; k++) {
			if (!can_be_made(&calls[k], &places[i]))
				continue;
			err = calls[k].open(&places[i], ways[i].flags | O_NONBLOCK | O_CLOEXEC);
			if (err == expected(u, &ways[i], &calls[k], let))
				continue;
			printf("# %s: %s by %s, %s: %s\n", ways[i].row, places[i].path, u->name,
			       calls[k].name, strerror(err));
			wrong++;
		}
	return wrong;
}

/* What users_run() hands to a process of each user. */
struct task {
	const struct place *places;
	bool let;
};

static int go(const struct user *u, void *task)
{
	const struct task *t = task;

	return count_wrong(t->places, u, t->let);
}

static int wrong_by(const struct place *places, const struct user *u, bool let)
{
	struct task task = { places, let };

	return users_run(u, go, &task);
}

/* How many attempts of all users Warden has to refuse. */
static uint64_t refusals(const struct place *places)
{
	uint64_t n = 0;
	size_t i, k, u;

	for (i = 0; i < WAYS; i++)
		for (k = 0; places[i].path[0] && k < CALLS; k++)
			for (u = 0; u < USERS_COUNT; u++)
				n += can_be_made(&calls[k], &places[i]) &&
				     (!calls[k].by_handle || !users_at(u)->uid);
	return n;
}

/* --- what is there ----------------------------------------------------------------- */

/* A mouse that is nobody's: HID 1.11, appendix B.2. */
static const uint8_t mouse[] = {
	0x05, 0x01, 0x09, 0x02, 0xa1, 0x01, 0x09, 0x01, 0xa1, 0x00, 0x05, 0x09, 0x19, 0x01,
	0x29, 0x03, 0x15, 0x00, 0x25, 0x01, 0x95, 0x03, 0x75, 0x01, 0x81, 0x02, 0x95, 0x01,
	0x75, 0x05, 0x81, 0x03, 0x05, 0x01, 0x09, 0x30, 0x09, 0x31, 0x15, 0x81, 0x25, 0x7f,
	0x75, 0x08, 0x95, 0x02, 0x81, 0x06, 0xc0, 0xc0,
};

static int plug_in_mouse(void)
{
	struct uhid_event e = { .type = UHID_CREATE2 };
	int fd, i;

	if (device_load("uhid", "") || device_load("hid-generic", ""))
		return -1;
	fd = open("/dev/uhid", O_RDWR | O_CLOEXEC);
	strcpy((char *)e.u.create2.name, "warden mouse");
	e.u.create2.bus = 0x06; /* BUS_VIRTUAL */
	e.u.create2.rd_size = sizeof(mouse);
	memcpy(e.u.create2.rd_data, mouse, sizeof(mouse));
	if (fd < 0 || write(fd, &e, sizeof(e)) < 0)
		return -1;
	for (i = 0; i < 100 && !raw_keys()[0]; i++)
		usleep(20000);
	return fd;
}

FIXTURE(way)
{
	struct place places[WAYS];
	struct keypad keys;
	int mouse;
	struct mark mark;
};

FIXTURE_SETUP(way)
{
	size_t i;

	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_EQ(0, device_load("snd-aloop", ""));
	device_load("dummy_hcd", "");
	ASSERT_EQ(0, keypad_plug(&self->keys));
	self->mouse = plug_in_mouse();
	ASSERT_LOADED(warden_policy(NOTHING "allow any use bus;\n")); /* which giving a chip away takes */
	for (i = 0; i < WAYS; i++)
		look_at(&ways[i], &self->places[i]);
	warden_withdraw_all();
}

FIXTURE_TEARDOWN(way)
{
	size_t i;

	for (i = 0; i < WAYS; i++) {
		if (!self->places[i].path[0])
			continue;
		chmod(self->places[i].path, self->places[i].mode);
		if (self->places[i].mount >= 0)
			close(self->places[i].mount);
	}
	unlink(OWN_NODE);
	close(self->mouse);
	keypad_unplug(&self->keys);
	warden_withdraw_all();
}

TEST_F(way, to_a_sensor_is_closed_to_each_user_and_each_call)
{
	struct claim denied = { .domain = "sensor", .reason = "program-unknown",
				.program = warden_self(), .line = UINT32_MAX };
	size_t i, there = 0;

	ASSERT_LOADED(warden_policy(NOTHING));
	self->mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(0, wrong_by(self->places, users_at(i), false));
	denied.times = refusals(self->places);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	for (i = 0; i < WAYS; i++) {
		there += !!self->places[i].path[0];
		if (!self->places[i].path[0])
			TH_LOG("no way here: %s %s", ways[i].row, ways[i].path ? ways[i].path : "");
	}
	EXPECT_LE(has_chips() && chip_has_thermometer() ? WAYS_MIN : 5, there);
}

TEST_F(way, to_a_sensor_is_open_by_the_rule_for_its_class)
{
	size_t i;

	ASSERT_LOADED(warden_policy(NOTHING
		"allow any use camera; allow any use microphone; allow any use input;\n"
		"allow any use location; allow any use screen; allow any use motion;\n"
		"allow any use environment; allow any use bus;\n"));
	self->mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(0, wrong_by(self->places, users_at(i), true));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* --- a directory that makes what triggers chips ------------------------------------------ */

#define TRIGGERS "/sys/kernel/config/iio/triggers/hrtimer"

/* By mkdir() and by a ring; the errno of both, or USERS_NOBODY. They stay: this kernel frees them too early. */
static int make_triggers(const struct user *u, void *unused)
{
	char path[80];
	int plain, ring;

	(void)unused;
	snprintf(path, sizeof(path), TRIGGERS "/way-%d-%d", u->uid, !!u->spaces);
	plain = mkdir(path, 0755) ? errno : 0;
	strcat(path, "r");
	ring = -uring_mkdir(path, 0755);
	if (plain != ring && ring != ENOSYS)
		printf("# %s: %d, by a ring %d\n", u->name, plain, ring);
	return plain == ring || ring == ENOSYS ? plain : USERS_NOBODY;
}

TEST_F(way, to_make_a_trigger_is_the_right_to_motion)
{
	struct claim denied = { .domain = "sensor", .reason = "program-unknown",
				.program = warden_self(), .line = UINT32_MAX };
	size_t i;

	if (device_load("iio-trig-hrtimer", ""))
		SKIP(return, "this kernel has no timer that triggers chips");
	mount("configfs", "/sys/kernel/config", "configfs", 0, NULL);
	ASSERT_EQ(0, chmod(TRIGGERS, 0777));
	ASSERT_LOADED(warden_policy(NOTHING));
	self->mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(EACCES, users_run(users_at(i), make_triggers, NULL));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy(NOTHING "allow any use motion;\n"));
	self->mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(0, users_run(users_at(i), make_triggers, NULL));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

TEST_HARNESS_MAIN
