/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_SWEEP_H
#define WARDEN_SWEEP_H

#include <linux/types.h>

struct warden_layers;

u32 warden_sweep(const struct warden_layers *old, const struct warden_layers *layers, u32 reason);
bool warden_sweep_note(const struct warden_layers *layers);

#endif /* WARDEN_SWEEP_H */
