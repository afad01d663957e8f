/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_LIGHT_H
#define WARDEN_LIGHT_H

#include <linux/types.h>

void warden_light_init(void);
void warden_light_exit(void);
void warden_light_add(u32 class);
void warden_light_del(u32 class);
void warden_light_flash(u32 class);

#endif /* WARDEN_LIGHT_H */
