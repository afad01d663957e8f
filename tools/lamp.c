// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lamp.h"

#define PATH_SIZE 300

static void write_number(int fd, int number)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d\n", number);

	/* Who asks goes on without a light. */
	if (pwrite(fd, text, (size_t)len, 0) != len)
		fprintf(stderr, "wardenctl: the LED takes no brightness: %s\n", strerror(errno));
}

static int read_brightest(const char *dir)
{
	char path[PATH_SIZE + 20];
	int number = 0;
	FILE *in;

	snprintf(path, sizeof(path), "%s/max_brightness", dir);
	in = fopen(path, "re");
	if (in) {
		if (fscanf(in, "%d", &number) != 1)
			number = 0;
		fclose(in);
	}
	return number > 0 ? number : 1;
}

int warden_lamp_open(struct warden_lamp *l, const char *name, struct warden_fault *f)
{
	char dir[PATH_SIZE], path[PATH_SIZE + 20];

	snprintf(dir, sizeof(dir), "%s%.200s", strchr(name, '/') ? "" : "/sys/class/leds/", name);
	snprintf(path, sizeof(path), "%s/brightness", dir);
	l->lit = false;
	l->fd = open(path, O_WRONLY | O_CLOEXEC);
	if (l->fd < 0)
		return warden_fault_set(f, -errno, "see ls /sys/class/leds; the LED of a keyboard "
					"belongs to class input, which wardenctl needs a rule for",
					"%s: %s", path, strerror(errno));
	l->on = read_brightest(dir);
	write_number(l->fd, 0); /* also ends a trigger that had it */
	return 0;
}

void warden_lamp_set(struct warden_lamp *l, bool lit)
{
	if (l->fd < 0 || l->lit == lit)
		return;
	l->lit = lit;
	write_number(l->fd, lit ? l->on : 0);
}

void warden_lamp_close(struct warden_lamp *l)
{
	warden_lamp_set(l, false);
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}
