/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_NETLINK_H
#define WARDEN_NETLINK_H

struct warden_record;

int warden_netlink_init(void);
void warden_netlink_exit(void);
void warden_netlink_notify(const struct warden_record *r);

#endif /* WARDEN_NETLINK_H */
