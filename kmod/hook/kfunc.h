/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_KMOD_KFUNC_H
#define WARDEN_KMOD_KFUNC_H

#include <linux/types.h>

int warden_kfunc_init(void);
void warden_kfunc_open(bool open);
u32 warden_kfunc_id(const char *name);
void warden_kfunc_enter(u32 hook);
u64 warden_kfunc_calls(void);

#endif /* WARDEN_KMOD_KFUNC_H */
