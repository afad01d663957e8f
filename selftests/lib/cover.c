// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/uinput.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cover.h"

int cover_fit(struct cover *c)
{
	struct uinput_setup setup = { .id.bustype = BUS_VIRTUAL, .name = COVER };

	c->fd = open("/dev/uinput", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (c->fd < 0)
		return -errno;
	if (ioctl(c->fd, UI_SET_EVBIT, EV_SW) || ioctl(c->fd, UI_SET_SWBIT, SW_MACHINE_COVER) ||
	    ioctl(c->fd, UI_DEV_SETUP, &setup) || ioctl(c->fd, UI_DEV_CREATE))
		return -errno;
	return 0;
}

void cover_take_away(struct cover *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

bool cover_move(const struct cover *c, int closed)
{
	const struct input_event events[] = {
		{ .type = EV_SW, .code = SW_MACHINE_COVER, .value = closed },
		{ .type = EV_SYN, .code = SYN_REPORT },
	};

	return write(c->fd, events, sizeof(events)) == (ssize_t)sizeof(events);
}

/* udev is not there, and the kernel's own /dev has it at once. */
const char *cover_node(struct cover *c)
{
	char name[32], command[160];
	FILE *f;

	if (ioctl(c->fd, UI_GET_SYSNAME(sizeof(name)), name) < 0)
		return NULL;
	snprintf(command, sizeof(command), "ls /sys/devices/virtual/input/%s | grep event", name);
	f = popen(command, "r");
	snprintf(c->node, sizeof(c->node), "/dev/input/");
	if (!f || !fgets(c->node + strlen(c->node), 16, f))
		c->node[0] = '\0';
	if (f)
		pclose(f);
	c->node[strcspn(c->node, "\n")] = '\0';
	return c->node[0] ? c->node : NULL;
}
