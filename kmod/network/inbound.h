/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_INBOUND_H
#define WARDEN_INBOUND_H

#include <linux/types.h>

struct netlink_ext_ack;
struct sk_buff;
struct sock;
struct warden_layers;
struct warden_packet;
struct warden_ports;

/**
 * struct warden_inbound_status - what became of packets since the module was loaded
 * @active: they are looked at
 * @noting: it is noted whose answers are awaited
 * @dropped: those that were dropped
 * @observed: those that would have been, had the policy been enforced
 */
struct warden_inbound_status {
	bool active;
	bool noting;
	u64 dropped;
	u64 observed;
};

int warden_inbound_prepare(struct warden_layers *layers, struct netlink_ext_ack *extack);
void warden_inbound_use(const struct warden_ports *ports);
void warden_inbound_settle(void);
void warden_inbound_enable(bool on);
int warden_inbound_init(void);
void warden_inbound_exit(void);
int warden_inbound_request(const struct sock *sk, const struct sk_buff *skb);
void warden_inbound_status(struct warden_inbound_status *st);

void warden_inbound_tell(const struct warden_packet *packet, const struct warden_layers *layers,
			 bool observed);
void warden_inbound_count(bool observed);
void warden_inbound_sum(u64 *dropped, u64 *observed);
void warden_inbound_tell_exit(void);

#endif /* WARDEN_INBOUND_H */
