// SPDX-License-Identifier: GPL-2.0-only
/*
 * Weekly windows. Pure: the moment is given, and no clock is asked; the same
 * file is compiled into a test on the host.
 */
#include <linux/bits.h>
#include <linux/types.h>

#include "consent-time.h"

/**
 * warden_window_valid() - is this a window?
 * @w: the window
 *
 * Context: Any.
 * Return: true where it has a day, and its minutes are minutes of a day; a day ends
 * with minute 1440.
 */
bool warden_window_valid(const struct warden_window *w)
{
	return w->days && w->days < BIT(7) && w->from < WARDEN_DAY_MINUTES &&
	       w->to <= WARDEN_DAY_MINUTES;
}

static u32 length_of(const struct warden_window *w)
{
	u32 to = w->to > w->from ? w->to : w->to + WARDEN_DAY_MINUTES;

	return (to - w->from) * 60;
}

/* Seconds from one second of the week to the next time of another. */
static u32 seconds_between(u32 from, u32 to)
{
	return (to + WARDEN_WEEK_SECONDS - from) % WARDEN_WEEK_SECONDS;
}

/* Seconds for which a window goes on holding at @second; 0 where it does not hold. */
static u32 seconds_left(const struct warden_window *w, u32 second)
{
	u32 day, left = 0;

	for (day = 0; day < 7; day++) {
		u32 begun = seconds_between(day * 86400 + w->from * 60, second);

		if (w->days & BIT(day) && begun < length_of(w) && length_of(w) - begun > left)
			left = length_of(w) - begun;
	}
	return left;
}

/* Seconds until a window begins next. */
static u32 seconds_ahead(const struct warden_window *w, u32 second)
{
	u32 day, ahead = WARDEN_WEEK_SECONDS;

	for (day = 0; day < 7; day++) {
		u32 until = seconds_between(second, day * 86400 + w->from * 60);

		if (w->days & BIT(day) && until < ahead)
			ahead = until;
	}
	return ahead;
}

/* The end of what holds at @second, followed through windows that meet or overlap. */
static u32 follow(const struct warden_window *w, u32 nr, u32 second)
{
	u32 left, reached = 0, i;

	do {
		u32 at = (second + reached) % WARDEN_WEEK_SECONDS;

		for (left = 0, i = 0; i < nr; i++)
			if (seconds_left(&w[i], at) > left)
				left = seconds_left(&w[i], at);
		reached += left;
	} while (left && reached < WARDEN_WEEK_SECONDS);
	return reached;
}

/**
 * warden_windows_hold() - is a moment inside one of some windows?
 * @w: the windows
 * @nr: how many, from 1
 * @second: second of the week, from Monday, 0:00
 * @change: set to the seconds until the answer changes; a week or more is never
 *
 * Context: Any.
 * Return: true where it is.
 */
bool warden_windows_hold(const struct warden_window *w, u32 nr, u32 second, u32 *change)
{
	u32 ahead = WARDEN_WEEK_SECONDS, i;

	second %= WARDEN_WEEK_SECONDS;
	*change = follow(w, nr, second);
	if (*change)
		return true;
	for (i = 0; i < nr; i++)
		if (seconds_ahead(&w[i], second) < ahead)
			ahead = seconds_ahead(&w[i], second);
	*change = ahead;
	return false;
}
