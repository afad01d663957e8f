/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_OWNER_H
#define WARDEN_OWNER_H

#include <linux/types.h>

struct netlink_ext_ack;
struct warden_certificate;
struct warden_layers;

const struct warden_certificate *warden_owner_get_rcu(void);
bool warden_owner_stands(void);
u32 warden_owner_setup(const struct warden_layers *layers);
int warden_owner_check(struct netlink_ext_ack *extack);
bool warden_owner_settle(struct warden_layers *layers);
void warden_owner_review(const struct warden_layers *layers);
int warden_owner_enroll(const u8 *der, u32 len, u64 not_after, bool restored,
			struct netlink_ext_ack *extack);
void warden_owner_forget(void);
void warden_owner_exit(void);

#endif /* WARDEN_OWNER_H */
