/* SPDX-License-Identifier: GPL-2.0-only */
/* A key of an input device (evdev), also one of gpio-keys, that says yes or no. */
#ifndef WARDEN_BUTTON_H
#define WARDEN_BUTTON_H

#include <stdbool.h>
#include <stdint.h>

#include "fault.h"

#define WARDEN_BUTTON_ANY  UINT16_MAX
#define WARDEN_BUTTON_LONG 1000000000ull /* ns from which on a press of the key for yes is a no */

enum warden_press {
	WARDEN_PRESS_NONE,
	WARDEN_PRESS_YES,
	WARDEN_PRESS_NO,
};

/**
 * struct warden_button - a key that is listened to
 * @fd: its device; below 0 is none
 * @yes: code of the key for yes, or WARDEN_BUTTON_ANY
 * @no: code of the key for no; WARDEN_BUTTON_ANY is none
 * @down: code of the key that is held; WARDEN_BUTTON_ANY is none
 * @since: CLOCK_MONOTONIC, in ns, when it went down
 */
struct warden_button {
	int fd;
	uint16_t yes;
	uint16_t no;
	uint16_t down;
	uint64_t since;
};

/**
 * warden_button_open() - listen to a key
 * @b: filled in
 * @text: NODE[:YES[:NO]], the keys by their numbers of linux/input-event-codes.h
 * @f: why not
 *
 * Return: 0, or a negative errno.
 */
int warden_button_open(struct warden_button *b, const char *text, struct warden_fault *f);
void warden_button_close(struct warden_button *b);

/**
 * warden_button_read() - what was pressed
 * @b: the button; its descriptor has something to read
 * @after: CLOCK_MONOTONIC, in ns; a press that began earlier was meant for something else
 * @press: set to the first that counts
 *
 * Return: 0; -ENODEV where the device is gone or was taken away.
 */
int warden_button_read(struct warden_button *b, uint64_t after, enum warden_press *press);

#endif /* WARDEN_BUTTON_H */
