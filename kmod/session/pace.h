/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_PACE_H
#define WARDEN_PACE_H

#include <linux/types.h>

/* Uses in an hour where a rule says "1 per second". */
#define WARDEN_PACE_HOUR 3600U

struct warden_pace;

struct warden_pace *warden_pace_get(u64 device, u64 sharer, u64 part);
void warden_pace_put(struct warden_pace *p);
int warden_pace_wait(struct warden_pace *p, u32 rate, u32 want, u32 ahead, bool nowait);
int warden_pace_sleep(u64 ns);
void warden_pace_exit(void);

#endif /* WARDEN_PACE_H */
