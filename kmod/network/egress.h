/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_EGRESS_H
#define WARDEN_EGRESS_H

#include <linux/types.h>

struct pid;
struct task_struct;
struct warden_gate;

bool warden_egress_wanted(void);
int warden_egress_use(u32 class, dev_t devt);
void warden_egress_mark(struct pid *process, u32 classes);
void warden_egress_inherit(struct task_struct *task);
void warden_egress_exec(u32 kept);
u32 warden_egress_used(void);
void warden_egress_begin(void);
void warden_egress_watch(struct warden_gate *gate);

#endif /* WARDEN_EGRESS_H */
