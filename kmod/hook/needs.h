/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_NEEDS_H
#define WARDEN_NEEDS_H

#include <linux/types.h>

struct warden_layers;
struct warden_snapshot;

u64 warden_needs_of(const struct warden_snapshot *snap);
u64 warden_needs(const struct warden_layers *layers);
u64 warden_needs_lock(void);
u64 warden_needs_quarantine(void);
u64 warden_needs_ear(void);

#endif /* WARDEN_NEEDS_H */
