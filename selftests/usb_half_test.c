// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device of two halves, a modem and a keyboard (BadUSB): where the policy names the modem the keyboard
 * gets no driver and types nothing, whoever asks for it.
 */
#include <fcntl.h>
#include <linux/input.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/gadget.h"
#include "lib/harness.h"
#include "lib/users.h"

#define MODEM_HALF "default sensor allow; default usb deny;\nallow usb class \"cdc\"; allow usb class \"cdc-data\";\n"
#define KEYBOARD   2 /* its interface, behind the two of the modem */
#define USAGE_A	   4 /* HID usage tables 1.4, keyboard page */

FIXTURE(half)
{
	struct mark mark;
	struct gadget both, forged;
	char keyboard[48];
};

FIXTURE_SETUP(half)
{
	ASSERT_LOADED(warden_policy("default sensor allow;\n"));
	device_load("cdc-acm", "");
	if (device_load("usbhid", "") || device_load("hid-generic", "") || device_load("evdev", "") ||
	    !gadget_make(&self->both, 0, "acm.0 hid.0"))
		SKIP(return, "this kernel has no dummy_hcd, or no gadget that is a keyboard");
}

FIXTURE_TEARDOWN(half)
{
	gadget_unplug(&self->both);
	warden_load(warden_policy("\n"));
	gadget_break(&self->forged);
	gadget_break(&self->both);
}

/* The node of the keyboard; "" where it has none. Only the first is asked for that must be there. */
static bool has_events(const char *interface)
{
	char command[192];
	struct client c;
	int status;

	snprintf(command, sizeof(command), "ls -d /sys/bus/usb/devices/%s/*/input/input*/event*", interface);
	status = client_run(&c, ARGV("sh", "-c", command));
	client_end(&c);
	return !status;
}

/* Wait until it has none, which is after its driver is not its driver any more. */
static bool loses_events(const char *interface)
{
	int i;

	for (i = 0; i < 200 && has_events(interface); i++)
		usleep(100000);
	return !has_events(interface);
}

static int open_events(const char *interface)
{
	char pattern[192], node[64];
	const char *found;

	snprintf(pattern, sizeof(pattern), "/sys/bus/usb/devices/%s/*/input/input*/event*", interface);
	found = gadget_finds(pattern);
	if (!found[0])
		return -1;
	snprintf(node, sizeof(node), "/dev/input/%s", strrchr(found, '/') + 1);
	return open(gadget_finds(node), O_RDONLY | O_CLOEXEC);
}

/* Is the key heard that the keyboard types? */
static bool is_heard(int events)
{
	struct pollfd ready = { .fd = events, .events = POLLIN };
	struct input_event e;

	while (poll(&ready, 1, 30000) == 1 && read(events, &e, sizeof(e)) == sizeof(e))
		if (e.type == EV_KEY && e.code == KEY_A)
			return true;
	return false;
}

TEST_F(half, keyboard_half_types_nothing_and_the_other_half_works)
{
	char object[96];
	struct claim denied = { .domain = "usb", .reason = "default", .object = object,
				.line = UINT32_MAX, .times = 1 };
	int events;

	ASSERT_LOADED(warden_policy(MODEM_HALF));
	self->mark = evidence_mark();
	ASSERT_TRUE(gadget_plug(&self->both));
	snprintf(self->keyboard, sizeof(self->keyboard), "%s", gadget_interface(&self->both, KEYBOARD));
	EXPECT_TRUE(gadget_becomes(self->keyboard, '0'));
	EXPECT_EQ('1', gadget_authorized(self->both.port));
	EXPECT_TRUE(gadget_binds(gadget_interface(&self->both, 0)));
	EXPECT_TRUE(gadget_binds(gadget_interface(&self->both, 1)));
	EXPECT_FALSE(gadget_is_bound(self->keyboard));
	snprintf(object, sizeof(object), "%s 1d6b:c0de class 03", self->keyboard);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_FALSE(has_events(self->keyboard));
	EXPECT_FALSE(gadget_type(USAGE_A)); /* nobody takes the report */

	/* The policy that names keyboards lets it type, so it is the policy that keeps it from that. */
	ASSERT_LOADED(warden_policy(MODEM_HALF "allow usb class \"hid\";\n"));
	EXPECT_TRUE(gadget_becomes(self->keyboard, '1'));
	EXPECT_TRUE(gadget_binds(self->keyboard));
	events = open_events(self->keyboard);
	ASSERT_LE(0, events);
	gadget_type(USAGE_A);
	EXPECT_TRUE(is_heard(events));
	close(events);

	ASSERT_LOADED(warden_policy(MODEM_HALF));
	EXPECT_TRUE(gadget_becomes(self->keyboard, '0'));
	EXPECT_TRUE(gadget_unbinds(self->keyboard));
	EXPECT_TRUE(loses_events(self->keyboard));
	EXPECT_TRUE(gadget_is_bound(gadget_interface(&self->both, 0)));
}

/* The same numbers as a modem that is named, in another port: numbers can be forged, a port cannot. */
TEST_F(half, device_that_says_it_is_another_stays_out_by_its_port)
{
	char port[32];

	ASSERT_TRUE(gadget_plug(&self->both));
	snprintf(port, sizeof(port), "%s", self->both.port);
	gadget_unplug(&self->both);
	ASSERT_TRUE(gadget_make(&self->forged, 1, "acm.0"));
	ASSERT_LOADED(warden_policy("default usb deny;\nallow usb \"1d6b:*\" on \"%s\";\n", port));
	EXPECT_TRUE(gadget_plug(&self->forged));
	EXPECT_STRNE(port, self->forged.port);
	EXPECT_EQ('0', gadget_authorized(self->forged.port));
	EXPECT_TRUE(gadget_plug(&self->both));
	EXPECT_EQ('1', gadget_authorized(self->both.port));
}

/* --- by whom ever ---------------------------------------------------------------------------- */

/* All the ways by which user space can have it used; how many were let. */
static int try_all(const struct user *u, void *keyboard)
{
	int done = 0;

	(void)u;
	done += gadget_write(gadget_path(keyboard, "authorized"), "1");
	gadget_write("/sys/bus/usb/drivers/usbhid/bind", keyboard);
	gadget_write("/sys/bus/usb/drivers_probe", keyboard);
	done += gadget_authorized(keyboard) != '0';
	done += gadget_is_bound(keyboard);
	return done;
}

TEST_F(half, keyboard_half_is_let_in_by_nobody)
{
	char object[96];
	struct claim denied = { .domain = "usb", .reason = "default", .object = object, .line = UINT32_MAX };
	size_t i;

	ASSERT_LOADED(warden_policy(MODEM_HALF));
	ASSERT_TRUE(gadget_plug(&self->both));
	snprintf(self->keyboard, sizeof(self->keyboard), "%s", gadget_interface(&self->both, KEYBOARD));
	EXPECT_TRUE(gadget_becomes(self->keyboard, '0'));
	snprintf(object, sizeof(object), "%s 1d6b:c0de class 03", self->keyboard);
	self->mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(0, users_run(users_at(i), try_all, self->keyboard))
		{
			TH_LOG("%s has it", users_at(i)->name);
		}
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied)); /* of root; the others are refused before */
	EXPECT_FALSE(has_events(self->keyboard));

	ASSERT_LOADED(warden_policy(MODEM_HALF "allow usb class \"hid\";\n"));
	EXPECT_TRUE(gadget_binds(self->keyboard));
}

TEST_HARNESS_MAIN
