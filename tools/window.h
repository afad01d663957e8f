/* SPDX-License-Identifier: GPL-2.0-only */
/* A part of the week, as people write it: mon-fri 08:00-18:00. */
#ifndef WARDEN_WINDOW_H
#define WARDEN_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct warden_week_window - a part of some days of the week
 * @days: a bit per day it begins on, Monday is bit 0
 * @from: minute of the day
 * @to: minute of the day; not above @from is on the day after
 */
struct warden_week_window {
	uint32_t days;
	uint32_t from;
	uint32_t to;
};

/**
 * warden_window_read() - read a window
 * @w: filled in
 * @text: days, a blank and two times of day: `mon-fri 08:00-18:00`,
 *	  `sat,sun 22:00-06:00`, `daily 07:30-24:00`
 *
 * Return: true where it is one.
 */
bool warden_window_read(struct warden_week_window *w, const char *text);

#define WARDEN_WINDOW_TEXT 48

/* As warden_window_read() takes it. */
const char *warden_window_write(char to[WARDEN_WINDOW_TEXT], const struct warden_week_window *w);

/* Second of the local week, from Monday, 0:00. */
uint32_t warden_window_now(void);

#endif /* WARDEN_WINDOW_H */
