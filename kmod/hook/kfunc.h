/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_KMOD_KFUNC_H
#define WARDEN_KMOD_KFUNC_H

#include <linux/types.h>

int warden_kfunc_init(void);
void warden_kfunc_open(bool open);
u64 warden_kfunc_calls(void);

#endif /* WARDEN_KMOD_KFUNC_H */
