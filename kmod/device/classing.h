/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_CLASSING_H
#define WARDEN_CLASSING_H

#include <linux/types.h>

struct warden_layers;
struct warden_sensor;

u32 warden_classing_of(const struct warden_sensor *s, u32 own);
bool warden_classing_follow(const struct warden_layers *before, const struct warden_layers *now);

#endif /* WARDEN_CLASSING_H */
