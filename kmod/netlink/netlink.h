/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_NETLINK_H
#define WARDEN_NETLINK_H

#include <linux/types.h>

struct sk_buff;
struct warden_record;

int warden_netlink_init(void);
void warden_netlink_exit(void);
void warden_netlink_notify(const struct warden_record *r);
void warden_netlink_tell_refused(u8 cmd);

int warden_netlink_fill_record(struct sk_buff *skb, const void *arg);
int warden_netlink_policy_init(void);
void warden_netlink_policy_exit(void);
u64 warden_netlink_probed(void);

#endif /* WARDEN_NETLINK_H */
