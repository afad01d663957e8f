// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "button.h"

#define NODE_MAX 255

/* Takes a `:NUMBER` off the end of a name; false where there is none. */
static bool take_key(char *node, uint16_t *key)
{
	char *colon = strrchr(node, ':'), *end;
	unsigned long number;

	if (!colon || colon[1] < '0' || colon[1] > '9')
		return false;
	number = strtoul(colon + 1, &end, 10);
	if (*end || !number || number > KEY_MAX)
		return false;
	*key = (uint16_t)number;
	*colon = '\0';
	return true;
}

/* Names of nodes may have colons themselves, so the keys are read from the end. */
static void read_keys(struct warden_button *b, char *node)
{
	uint16_t last, before;

	b->yes = WARDEN_BUTTON_ANY;
	b->no = WARDEN_BUTTON_ANY;
	if (!take_key(node, &last))
		return;
	b->yes = last;
	if (!take_key(node, &before))
		return;
	b->yes = before;
	b->no = last;
}

int warden_button_open(struct warden_button *b, const char *text, struct warden_fault *f)
{
	int clock = CLOCK_MONOTONIC, err;
	char node[NODE_MAX + 1];

	snprintf(node, sizeof(node), "%s", text);
	read_keys(b, node);
	b->down = WARDEN_BUTTON_ANY;
	b->fd = open(node, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (b->fd >= 0 && !ioctl(b->fd, EVIOCSCLOCKID, &clock))
		return 0;
	err = -errno;
	warden_button_close(b);
	if (err == -EACCES || err == -EPERM)
		return warden_fault_set(f, err, "keys are sensors, too: name wardenctl in the policy "
					"and allow it to use this device", "%s: %s", node,
					strerror(-err));
	return warden_fault_set(f, err, "name an event node, as in /dev/input/event0:28",
				"%s: %s", node, strerror(-err));
}

void warden_button_close(struct warden_button *b)
{
	if (b->fd >= 0)
		close(b->fd);
	b->fd = -1;
}

static uint64_t time_of(const struct input_event *e)
{
	return (uint64_t)e->input_event_sec * 1000000000u + (uint64_t)e->input_event_usec * 1000u;
}

/* A press counts when it ends: only then is it known how long it was. */
static enum warden_press take(struct warden_button *b, const struct input_event *e, uint64_t after)
{
	bool ends = !e->value && b->down == e->code;

	if (e->type != EV_KEY || e->value > 1 ||
	    (e->code != b->no && b->yes != WARDEN_BUTTON_ANY && e->code != b->yes))
		return WARDEN_PRESS_NONE;
	if (e->value == 1) {
		b->down = e->code;
		b->since = time_of(e);
		return WARDEN_PRESS_NONE;
	}
	b->down = WARDEN_BUTTON_ANY;
	if (!ends || b->since < after)
		return WARDEN_PRESS_NONE;
	return e->code == b->no || time_of(e) - b->since >= WARDEN_BUTTON_LONG ? WARDEN_PRESS_NO :
										 WARDEN_PRESS_YES;
}

int warden_button_read(struct warden_button *b, uint64_t after, enum warden_press *press)
{
	struct input_event e;
	ssize_t n;

	*press = WARDEN_PRESS_NONE;
	while ((n = read(b->fd, &e, sizeof(e))) == (ssize_t)sizeof(e))
		if (*press == WARDEN_PRESS_NONE)
			*press = take(b, &e, after);
	return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -ENODEV;
}
