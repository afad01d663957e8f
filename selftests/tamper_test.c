// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device that is opened: the contact of its cover locks it, and nothing but who has the right
 * lifts that. The contact is a switch of uinput, and on arm64 also a key of gpio-keys on a line of
 * the board's own GPIO chip.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <linux/input.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "lib/address.h"
#include "lib/camera.h"
#include "lib/cover.h"
#include "lib/explained.h"
#include "lib/gadget.h"
#include "lib/harness.h"

#define STATE	"/tmp/tamper.state"
#define COUNTER "/tmp/tamper.counter"
#define BUTTON	"/dev/vport0p5" /* the rig presses a key of gpio-keys for each line that is written there */
#define OPENED	COVER_OPENED
#define WAIT_MS 30000

#define STATEMENTS                                                                                 \
	"program tester { path \"%s\"; }\n"                                                        \
	"default sensor deny;\ndefault listen deny;\ndefault usb deny;\n"                          \
	"allow tester use camera;\nallow tester use input;\n"                                      \
	"allow tester listen tcp {7001, 7002};\nallow usb \"1d6b:c0de\";\n"

/* What says nothing is absent. */
static uint64_t number_of(const char *field)
{
	uint64_t value = warden_status(field);

	return value == UINT64_MAX ? 0 : value;
}

static bool becomes_locked(bool locked)
{
	uint64_t end = now_ns() + WAIT_MS * 1000000ull;

	while (number_of("tampered") != locked && now_ns() < end)
		usleep(50000);
	/* It counts as locked before it is; a command that changes nothing waits for the change. */
	warden_ctl(ARGV("debug", "close", "perf"));
	return number_of("tampered") == locked;
}

/* 0, or the errno of the first step that was refused. */
static int try_listen(uint16_t port)
{
	union address a = address_of("127.0.0.1", port);
	int fd = socket(AF_INET, SOCK_STREAM, 0), err = 0, on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, &a.any, size_of(&a)) || listen(fd, 1))
		err = errno;
	close(fd);
	return err;
}

static struct claim tampered(const char *object)
{
	return (struct claim){ .event = "tamper", .domain = "system", .object = object };
}

static struct claim denied(const char *domain)
{
	return (struct claim){ .domain = domain, .reason = "tampered", .line = UINT32_MAX };
}

/* NULL where such a record came in time. */
static const char *comes(const struct mark *m, struct claim c)
{
	struct json_object *record = evidence_find(m, &c, WAIT_MS);

	json_object_put(record);
	return record ? NULL : "no such record came";
}

#define TESTER(...) ARGV("--program", "tester", __VA_ARGS__)

FIXTURE(tamper)
{
	struct cover cover;
	struct gadget modem;
	struct camera c;
	char camera[128];
	char object[96];
	struct mark mark;
};

FIXTURE_SETUP(tamper)
{
	self->cover.fd = -1;
	ASSERT_LOADED(warden_policy("\n"));
	warden_ctl(ARGV("tamper", "clear")); /* what a test before left, where it failed */
	ASSERT_EQ(0, device_load("uinput", ""));
	ASSERT_EQ(0, device_load("evdev", ""));
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	ASSERT_EQ(0, cover_fit(&self->cover));
	ASSERT_TRUE(cover_move(&self->cover, 1));
	ASSERT_LOADED(warden_policy(STATEMENTS OPENED, warden_self()));
	ASSERT_EQ(0, number_of("tampered"));
	ASSERT_EQ(1, number_of("tamper-inputs"));
	ASSERT_EQ(0, number_of("tamper-unseen"));
	self->mark = evidence_mark();
}

/* What is heard no more is taken away before it goes, which would be tampering. */
FIXTURE_TEARDOWN(tamper)
{
	warden_ctl(ARGV("policy", "confirm"));
	warden_load(warden_policy("\n"));
	warden_ctl(ARGV("tamper", "clear"));
	cover_take_away(&self->cover);
}

TEST_F(tamper, edge_locks_all_until_it_is_cleared)
{
	struct claim ended = { .event = "session-end", .domain = "sensor", .reason = "tampered",
			       .program = "tester", .object = CAMERA_TOPOLOGY };
	struct claim cleared = { .event = "tamper-clear", .domain = "system" };

	device_unload("dummy"); /* which a test before may have left, and loading it is refused below */
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	ASSERT_EQ(0, camera_start(&self->c));
	ASSERT_EQ(0, camera_frame(&self->c, WAIT_MS));
	EXPECT_EQ(0, try_listen(7001));
	ASSERT_TRUE(cover_move(&self->cover, 0));
	EXPECT_TRUE(becomes_locked(true));
	EXPECT_FOUND(comes(&self->mark, tampered(NULL)));
	EXPECT_FOUND(comes(&self->mark, ended));
	EXPECT_NE(0, camera_frame(&self->c, WAIT_MS));
	camera_close(&self->c);

	EXPECT_STREQ("tampered", explained(TESTER("--sensor", "camera")));
	EXPECT_STREQ("tampered", explained(TESTER("--listen", "tcp/7001")));
	EXPECT_STREQ("tampered", explained(TESTER("--module", "dummy")));
	self->mark = evidence_mark();
	EXPECT_EQ(-EACCES, camera_open(&self->c, self->camera));
	EXPECT_FOUND(comes(&self->mark, denied("sensor")));
	EXPECT_EQ(EACCES, try_listen(7001));
	EXPECT_FOUND(comes(&self->mark, denied("listen")));
	EXPECT_EQ(EACCES, device_try("/sys/kernel/debug/sleep_time", O_RDONLY) ?:
				  device_try("/proc/sysrq-trigger", O_WRONLY));
	EXPECT_FOUND(comes(&self->mark, denied("debug")));
	EXPECT_FALSE(client_shell("modprobe dummy numdummies=0 2>/dev/null"));
	EXPECT_FOUND(comes(&self->mark, denied("module")));
	/* Nothing opens a part of it for a time. */
	EXPECT_EQ(1, warden_ctl(ARGV("debug", "open", "sysrq", "for", "60s")));
	warden_ctl(ARGV("service", "open", "tcp", "7009", "for", "60s"));
	EXPECT_EQ(EACCES, try_listen(7009));
	warden_ctl(ARGV("service", "close", "tcp", "7009"));

	/* It latches: the cover is closed again, and that is told, too. */
	ASSERT_TRUE(cover_move(&self->cover, 1));
	EXPECT_FOUND(comes(&self->mark, tampered(NULL)));
	EXPECT_EQ(1, number_of("tampered"));
	EXPECT_EQ(0, warden_ctl(ARGV("status")));
	EXPECT_NE(NULL, strstr(warden_said(), "wardenctl tamper clear"));
	EXPECT_NE(NULL, strstr(warden_said(), "switch 16 is 0: " COVER));
	EXPECT_EQ(0, warden_ctl(ARGV("tamper", "history")));
	EXPECT_NE(NULL, strstr(warden_said(), "tamper switch 16 is 1: " COVER));

	self->mark = evidence_mark();
	EXPECT_EQ(0, warden_ctl(ARGV("tamper", "clear")));
	EXPECT_FOUND(evidence_of_event(&self->mark, &cleared));
	EXPECT_EQ(0, number_of("tampered"));
	EXPECT_STREQ("allowed", explained(TESTER("--sensor", "camera")));
	EXPECT_EQ(0, camera_open(&self->c, self->camera));
	camera_close(&self->c);
	EXPECT_EQ(0, try_listen(7001));
	EXPECT_TRUE(client_shell("modprobe dummy numdummies=0"));
	device_unload("dummy");
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_EQ(1, warden_ctl(ARGV("tamper", "clear")));
	EXPECT_NE(NULL, strstr(warden_said(), "the device is not locked"));
}

/* The mouse of before goes on, what comes is refused, whatever the policy allows. */
TEST_F(tamper, usb_device_the_policy_allows_is_refused_after_the_edge)
{
	struct claim refused = denied("usb");

	device_load("cdc-acm", "");
	if (!gadget_make(&self->modem, 0, "acm.0"))
		SKIP(return, "this kernel has no dummy_hcd or no gadgets");
	/* The other end of the wire is in this machine: its gadgets would be locked, too. */
	ASSERT_LOADED(warden_policy(STATEMENTS OPENED "safety { any debug gadget; }\n", warden_self()));
	self->mark = evidence_mark();
	ASSERT_TRUE(gadget_plug(&self->modem));
	EXPECT_TRUE(gadget_becomes(self->modem.port, '1'));
	ASSERT_TRUE(cover_move(&self->cover, 0));
	EXPECT_TRUE(becomes_locked(true));
	EXPECT_FOUND(comes(&self->mark, (struct claim){ .event = "sweep", .domain = "usb" }));
	EXPECT_EQ('1', gadget_authorized(self->modem.port));
	gadget_unplug(&self->modem);

	self->mark = evidence_mark();
	ASSERT_TRUE(gadget_plug(&self->modem));
	snprintf(self->object, sizeof(self->object), "%s 1d6b:c0de class 02", self->modem.port);
	refused.object = self->object;
	EXPECT_FOUND(comes(&self->mark, refused));
	EXPECT_EQ('0', gadget_authorized(self->modem.port));
	EXPECT_FALSE(gadget_write(gadget_path(self->modem.port, "authorized"), "1"));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(0, warden_ctl(ARGV("tamper", "clear")));
	EXPECT_TRUE(gadget_becomes(self->modem.port, '1'));
	gadget_unplug(&self->modem);
	warden_load(warden_policy("\n"));
	gadget_break(&self->modem);
}

TEST_F(tamper, lock_outlives_policies_and_a_restart)
{
	struct claim restored = { .event = "tamper", .domain = "system", .reason = "restored" };
	uint64_t count, starts;

	unlink(STATE);
	unlink(COUNTER);
	ASSERT_TRUE(cover_move(&self->cover, 0));
	ASSERT_TRUE(becomes_locked(true));
	/* One that names no tamper input, one that only observes, and one that waits. */
	ASSERT_LOADED(warden_policy(STATEMENTS, warden_self()));
	EXPECT_EQ(-EACCES, camera_open(&self->c, self->camera));
	ASSERT_LOADED(warden_policy("mode observe;\n" STATEMENTS OPENED, warden_self()));
	EXPECT_EQ(-EACCES, camera_open(&self->c, self->camera));
	EXPECT_EQ(EACCES, try_listen(7001));
	ASSERT_LOADED(warden_policy(STATEMENTS, warden_self()));
	EXPECT_EQ(1, number_of("tampered"));
	count = number_of("tamper-count");
	starts = number_of("starts");
	EXPECT_LE(1, count);
	ASSERT_EQ(0, warden_ctl(ARGV("state", "save", STATE, "--counter", COUNTER)));
	ASSERT_TRUE(warden_live_again());
	EXPECT_EQ(0, number_of("tampered"));
	ASSERT_LOADED(warden_policy(STATEMENTS, warden_self()));
	EXPECT_EQ(0, camera_open(&self->c, self->camera));
	self->mark = evidence_mark();
	ASSERT_EQ(0, warden_ctl(ARGV("state", "restore", STATE, "--counter", COUNTER)))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_FOUND(evidence_of_event(&self->mark, &restored));
	EXPECT_EQ(1, number_of("tampered"));
	EXPECT_EQ(count, number_of("tamper-count"));
	EXPECT_EQ(starts + 1, number_of("starts"));
	camera_close(&self->c);
	EXPECT_EQ(-EACCES, camera_open(&self->c, self->camera));
	EXPECT_EQ(0, warden_ctl(ARGV("tamper", "clear")));
	EXPECT_EQ(0, camera_open(&self->c, self->camera));
	camera_close(&self->c);
}

TEST_F(tamper, policy_that_waits_is_taken_back_and_the_lock_is_not)
{
	struct claim back = { .event = "policy-revert", .reason = "tampered" };
	const char *wider = warden_policy(STATEMENTS "allow tester listen tcp 7003;\n" OPENED, warden_self());
	FILE *f = fopen("/tmp/tamper.policy", "w");

	ASSERT_NE(NULL, f);
	fputs(wider, f);
	fclose(f);
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "load", "--force", "--confirm", "600", "/tmp/tamper.policy")))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_EQ(0, try_listen(7003));
	ASSERT_TRUE(cover_move(&self->cover, 0));
	EXPECT_TRUE(becomes_locked(true));
	EXPECT_FOUND(comes(&self->mark, back));
	EXPECT_EQ(EACCES, try_listen(7001));
	EXPECT_EQ(1, warden_ctl(ARGV("policy", "confirm")));
	EXPECT_EQ(0, warden_ctl(ARGV("tamper", "clear")));
	EXPECT_EQ(0, try_listen(7001));
	EXPECT_EQ(EACCES, try_listen(7003));
}

TEST_F(tamper, safety_list_is_never_cut)
{
	ASSERT_LOADED(warden_policy(STATEMENTS OPENED
				    "safety { tester listen tcp 7002; tester use camera; }\n",
				    warden_self()));
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	ASSERT_EQ(0, camera_start(&self->c));
	ASSERT_TRUE(cover_move(&self->cover, 0));
	EXPECT_TRUE(becomes_locked(true));
	EXPECT_EQ(0, try_listen(7002));
	EXPECT_EQ(EACCES, try_listen(7001));
	EXPECT_EQ(0, camera_frame(&self->c, WAIT_MS));
	camera_close(&self->c);
	EXPECT_EQ(0, camera_open(&self->c, self->camera));
	camera_close(&self->c);
	/* Another list of another policy is the one that counts then. */
	ASSERT_EQ(0, warden_ctl(ARGV("status")));
	self->mark = evidence_mark();
}

/* Who unplugs the contact, or takes its driver away, opens the device as well. */
TEST_F(tamper, input_that_goes_away_locks)
{
	struct claim gone = tampered(NULL);

	gone.reason = "unplugged";
	cover_take_away(&self->cover);
	EXPECT_TRUE(becomes_locked(true));
	EXPECT_FOUND(comes(&self->mark, gone));
	EXPECT_EQ(-EACCES, camera_open(&self->c, self->camera));
	EXPECT_EQ(1, number_of("tamper-unseen"));
	EXPECT_EQ(0, warden_ctl(ARGV("tamper", "list")));
	EXPECT_NE(NULL, strstr(warden_said(), "not there"));
}

/* It was opened while nobody listened. */
TEST_F(tamper, state_that_is_found_locks_where_the_policy_says_which)
{
	static const char at[] = STATEMENTS "tamper switch \"machine-cover\" at 0 on name \"" COVER "\";\n";

	ASSERT_LOADED(warden_policy(at, warden_self()));
	EXPECT_EQ(0, number_of("tampered"));
	ASSERT_LOADED(warden_policy(STATEMENTS, warden_self()));
	ASSERT_TRUE(cover_move(&self->cover, 0));
	/* Nobody listens: what another policy names is asked for, so that it was not merely late. */
	ASSERT_LOADED(warden_policy(STATEMENTS "tamper switch \"machine-cover\" at 1 on name \"" COVER "\";\n",
				    warden_self()));
	EXPECT_EQ(0, number_of("tampered"));
	ASSERT_LOADED(warden_policy(at, warden_self()));
	EXPECT_TRUE(becomes_locked(true));
	EXPECT_FOUND(comes(&self->mark, tampered(NULL)));
}

/* Whoever may read the device cannot have it alone, and reads what happens all the same. */
TEST_F(tamper, nobody_takes_the_input_for_himself)
{
	struct input_event e = { .type = 0 };
	int fd;

	ASSERT_NE(NULL, cover_node(&self->cover));
	fd = open(self->cover.node, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd)
	{
		TH_LOG("%s: %s", self->cover.node, strerror(errno));
	}
	EXPECT_EQ(-1, ioctl(fd, EVIOCGRAB, 1));
	EXPECT_EQ(EBUSY, errno);
	close(fd);
	/* Its reader would end with the lock, so what is read comes from one that is on the safety list. */
	ASSERT_LOADED(warden_policy(STATEMENTS OPENED "safety { tester use input; }\n", warden_self()));
	fd = open(self->cover.node, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_TRUE(cover_move(&self->cover, 0));
	EXPECT_EQ((ssize_t)sizeof(e), read(fd, &e, sizeof(e)));
	EXPECT_EQ(EV_SW, e.type);
	EXPECT_EQ(SW_MACHINE_COVER, e.code);
	close(fd);
	EXPECT_TRUE(becomes_locked(true));
}

/* A line of a real GPIO chip: the button of the board, pressed from outside the machine. */
TEST_F(tamper, edge_of_a_gpio_line_locks)
{
	int fd = open(BUTTON, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		SKIP(return, "this machine has no button on a GPIO line");
	ASSERT_EQ(0, device_load("gpio_keys", ""));
	ASSERT_LOADED(warden_policy(STATEMENTS "tamper key 116 at 1 on name \"gpio-keys\";\n", warden_self()));
	ASSERT_EQ(0, number_of("tamper-unseen"))
	{
		warden_ctl(ARGV("tamper", "list"));
		TH_LOG("%s", warden_said());
	}
	EXPECT_EQ(0, number_of("tampered"));
	self->mark = evidence_mark();
	ASSERT_EQ(6, write(fd, "press\n", 6));
	close(fd);
	EXPECT_TRUE(becomes_locked(true));
	EXPECT_FOUND(comes(&self->mark, tampered(NULL)));
	EXPECT_EQ(0, warden_ctl(ARGV("status")));
	EXPECT_NE(NULL, strstr(warden_said(), "key 116 is 1: gpio-keys"));
	EXPECT_EQ(-EACCES, camera_open(&self->c, self->camera));
	EXPECT_EQ(0, warden_ctl(ARGV("tamper", "clear")));
	EXPECT_EQ(0, camera_open(&self->c, self->camera));
	camera_close(&self->c);
	/* The driver taken from its device, as root can. */
	EXPECT_TRUE(client_shell("modprobe -r gpio_keys"));
	EXPECT_TRUE(becomes_locked(true));
}

TEST_HARNESS_MAIN
