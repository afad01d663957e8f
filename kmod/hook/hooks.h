/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_HOOKS_H
#define WARDEN_HOOKS_H

#include <linux/types.h>

/**
 * struct warden_hooks_status - which programs run
 * @tier: enum warden_tier, the mode of the policy not yet applied
 * @attached: bit mask of enum warden_hook, those that run
 * @wanted: bit mask of enum warden_hook, those that something needs
 * @text: why the tier is what it is, and what would mend it
 */
struct warden_hooks_status {
	u32 tier;
	u64 attached;
	u64 wanted;
	const char *text;
};

int warden_hooks_attach(void);
bool warden_hooks_attached(void);
void warden_hooks_detach(void);
void warden_hooks_end(void);
void warden_hooks_status(struct warden_hooks_status *st);

#endif /* WARDEN_HOOKS_H */
