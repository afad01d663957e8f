/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_SHADOW_H
#define WARDEN_SHADOW_H

#include "layers.h"

struct netlink_ext_ack;
struct warden_committed;

const struct warden_layers *warden_shadow_get_rcu(void);
u32 warden_shadow_status(char name[WARDEN_LABEL_MAX + 1]);
int warden_shadow_load(struct warden_snapshot *snap, struct netlink_ext_ack *extack);
int warden_shadow_drop(struct netlink_ext_ack *extack);
void warden_shadow_refresh(void);
void warden_shadow_exit(void);

#endif /* WARDEN_SHADOW_H */
