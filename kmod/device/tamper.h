/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_TAMPER_H
#define WARDEN_TAMPER_H

#include <linux/types.h>

struct warden_snapshot;
struct warden_tamper;

#if IS_ENABLED(CONFIG_INPUT)
void warden_tamper_follow(const struct warden_snapshot *maker);
u32 warden_tamper_count(u32 *unseen);
bool warden_tamper_get(u32 at, struct warden_tamper *input, u32 *watched, u32 *taken);
void warden_tamper_stop(void);
void warden_tamper_exit(void);
#else
static inline void warden_tamper_follow(const struct warden_snapshot *maker)
{
}

static inline u32 warden_tamper_count(u32 *unseen)
{
	return *unseen = 0;
}

static inline bool warden_tamper_get(u32 at, struct warden_tamper *input, u32 *watched, u32 *taken)
{
	return false;
}

static inline void warden_tamper_stop(void)
{
}

static inline void warden_tamper_exit(void)
{
}
#endif

#endif /* WARDEN_TAMPER_H */
