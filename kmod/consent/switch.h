/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_SWITCH_H
#define WARDEN_SWITCH_H

#include <linux/types.h>

/* Every class of sensors, also those to come; a free node is no sensor. */
#define WARDEN_SWITCH_ALL (~(u32)1)

/* In its place: Warden is being stopped. */
#define WARDEN_SWITCH_STOP ((u32)1)

u32 warden_switch_mask(void);
u32 warden_switch_set(u32 classes, bool off);
void warden_switch_stop(void);

#endif /* WARDEN_SWITCH_H */
