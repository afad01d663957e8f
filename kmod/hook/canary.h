/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_CANARY_H
#define WARDEN_CANARY_H

#include <linux/types.h>

struct warden_gate;

/**
 * struct warden_canary_seen - what a trial showed
 * @hooks: bit mask of enum warden_hook, those that were called
 * @denied: refusals
 */
struct warden_canary_seen {
	u64 hooks;
	u32 denied;
};

void warden_canary_watch(struct warden_gate *gate);
bool warden_canary_arm(void);
bool warden_canary_take(struct warden_canary_seen *seen);
void warden_canary_disarm(void);
void warden_canary_see(u32 hook);
void warden_canary_deny(void);
int warden_canary_device_renew(void);
void warden_canary_device_remove(void);

#endif /* WARDEN_CANARY_H */
