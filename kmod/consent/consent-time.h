/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_CONSENT_TIME_H
#define WARDEN_CONSENT_TIME_H

#include <linux/types.h>

#define WARDEN_DAY_MINUTES  1440
#define WARDEN_WEEK_SECONDS (7 * 86400)

/**
 * struct warden_window - a part of some days of the week
 * @days: a bit per day it begins on, Monday is bit 0
 * @from: minute of the day it begins
 * @to: minute of the day it ends; not above @from is on the day after
 */
struct warden_window {
	u8 days;
	u16 from;
	u16 to;
};

bool warden_window_valid(const struct warden_window *w);
bool warden_windows_hold(const struct warden_window *w, u32 nr, u32 second, u32 *change);

#endif /* WARDEN_CONSENT_TIME_H */
