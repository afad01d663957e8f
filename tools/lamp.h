/* SPDX-License-Identifier: GPL-2.0-only */
/* An LED of this device. */
#ifndef WARDEN_LAMP_H
#define WARDEN_LAMP_H

#include <stdbool.h>

#include "fault.h"

/**
 * struct warden_lamp - an LED that is ours while it is open
 * @fd: its brightness; below 0 is none
 * @on: the brightness it is lit with
 * @lit: it is
 */
struct warden_lamp {
	int fd;
	int on;
	bool lit;
};

/**
 * warden_lamp_open() - take an LED, and put it out
 * @l: filled in
 * @name: its name in /sys/class/leds, or the path of its directory
 * @f: why not
 *
 * Return: 0, or a negative errno.
 */
int warden_lamp_open(struct warden_lamp *l, const char *name, struct warden_fault *f);
void warden_lamp_set(struct warden_lamp *l, bool lit);

/* Puts it out. */
void warden_lamp_close(struct warden_lamp *l);

#endif /* WARDEN_LAMP_H */
