// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/uinput.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "client.h"
#include "devices.h"
#include "keypad.h"

static int set_up_accelerometer(int fd)
{
	struct uinput_setup setup = { .id.bustype = BUS_VIRTUAL, .name = "warden motion" };
	struct uinput_abs_setup axis = { .code = ABS_X, .absinfo.maximum = 100 };

	if (ioctl(fd, UI_SET_EVBIT, EV_ABS) || ioctl(fd, UI_SET_ABSBIT, ABS_X) ||
	    ioctl(fd, UI_SET_PROPBIT, INPUT_PROP_ACCELEROMETER) || ioctl(fd, UI_ABS_SETUP, &axis))
		return -errno;
	return ioctl(fd, UI_DEV_SETUP, &setup) || ioctl(fd, UI_DEV_CREATE) ? -errno : 0;
}

static int set_up_keys(int fd)
{
	struct uinput_setup setup = { .id.bustype = BUS_VIRTUAL, .name = "warden keypad" };

	if (ioctl(fd, UI_SET_EVBIT, EV_KEY) || ioctl(fd, UI_SET_KEYBIT, KEY_Y) ||
	    ioctl(fd, UI_SET_KEYBIT, KEY_N) || ioctl(fd, UI_SET_EVBIT, EV_LED) ||
	    ioctl(fd, UI_SET_LEDBIT, LED_CAPSL))
		return -errno;
	return ioctl(fd, UI_DEV_SETUP, &setup) || ioctl(fd, UI_DEV_CREATE) ? -errno : 0;
}

/* The name of what stands below an input device. */
static bool find_below(const char *input, const char *pattern, char *name, size_t size)
{
	char path[128];
	glob_t found;

	snprintf(path, sizeof(path), "/sys/devices/virtual/input/%s/%s", input, pattern);
	if (glob(path, 0, NULL, &found))
		return false;
	snprintf(name, size, "%s", strrchr(found.gl_pathv[0], '/') + 1);
	globfree(&found);
	return true;
}

static int find_parts(struct keypad *k)
{
	char input[32], event[16];

	if (ioctl(k->fd, UI_GET_SYSNAME(sizeof(input)), input) < 0)
		return -errno;
	if (!find_below(input, "event*", event, sizeof(event)))
		return -ENOENT;
	snprintf(k->node, sizeof(k->node), "/dev/input/%s", event);
	snprintf(k->topology, sizeof(k->topology), "%s", device_topology(event));
	find_below(input, "*::capslock", k->led, sizeof(k->led));
	return 0;
}

static int plug(struct keypad *k, int (*set_up)(int fd))
{
	int err;

	memset(k, 0, sizeof(*k));
	if (device_load("uinput", "") || device_load("evdev", ""))
		return -ENODEV;
	device_load("input-leds", "");
	k->fd = open("/dev/uinput", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (k->fd < 0)
		return -errno;
	err = set_up(k->fd);
	return err ? err : find_parts(k);
}

int keypad_plug(struct keypad *k)
{
	return plug(k, set_up_keys);
}

int keypad_plug_accelerometer(struct keypad *k)
{
	return plug(k, set_up_accelerometer);
}

int keypad_become_one(struct keypad *k)
{
	return ioctl(k->fd, UI_DEV_DESTROY) ? -errno : set_up_keys(k->fd);
}

void keypad_unplug(struct keypad *k)
{
	close(k->fd);
}

static void emit(struct keypad *k, int key, int value)
{
	const struct input_event events[] = {
		{ .type = EV_KEY, .code = (uint16_t)key, .value = value },
		{ .type = EV_SYN, .code = SYN_REPORT },
	};

	if (write(k->fd, events, sizeof(events)) != (ssize_t)sizeof(events))
		perror("# keypad");
}

void keypad_press(struct keypad *k, int key, int ms)
{
	emit(k, key, 1);
	usleep((useconds_t)ms * 1000);
	emit(k, key, 0);
}

static void take_events(struct keypad *k)
{
	struct input_event e;

	while (read(k->fd, &e, sizeof(e)) == (ssize_t)sizeof(e))
		if (e.type == EV_LED && e.code == LED_CAPSL)
			k->lit = e.value;
}

bool keypad_shows(struct keypad *k, bool lit, int ms)
{
	uint64_t end = now_ns() + (uint64_t)ms * 1000000;
	struct pollfd fd = { .fd = k->fd, .events = POLLIN };

	for (;;) {
		take_events(k);
		if (k->lit == lit || now_ns() >= end)
			return k->lit == lit;
		poll(&fd, 1, 50);
	}
}

int keypad_set(const struct keypad *k, const char *file, const char *text)
{
	char path[128];
	int fd, err = 0;

	snprintf(path, sizeof(path), "/sys/class/leds/%s/%s", k->led, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}
