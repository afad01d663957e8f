/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_INBOUND_H
#define WARDEN_INBOUND_H

#include <linux/types.h>
#include "flow.h"
#include "ports.h"
#include "reach.h"

struct netlink_ext_ack;
struct warden_layers;

/**
 * struct warden_packet - a packet that came in for a port
 * @flow: to which port, and from whom
 * @family: AF_INET or AF_INET6
 * @transport: what it is of
 * @protocol: the same, IPPROTO_*
 * @in: where it came in
 * @looped: from this network itself
 * @origin: the same, and from whom, as rules tell it
 * @reason: enum warden_reason, why it does not go on
 */
struct warden_packet {
	struct warden_flow flow;
	u16 family;
	enum warden_transport transport;
	u8 protocol;
	const struct net_device *in;
	bool looped;
	struct warden_origin origin;
	u8 reason;
};

/**
 * struct warden_inbound_status - what became of packets since the module was loaded
 * @active: they are looked at
 * @dropped: those that were dropped
 * @observed: those that would have been, had the policy been enforced
 */
struct warden_inbound_status {
	bool active;
	u64 dropped;
	u64 observed;
};

int warden_inbound_prepare(struct warden_layers *layers, struct netlink_ext_ack *extack);
void warden_inbound_settle(void);
void warden_inbound_enable(bool on);
void warden_inbound_exit(void);
void warden_inbound_status(struct warden_inbound_status *st);

void warden_inbound_tell(const struct warden_packet *packet, const struct warden_layers *layers,
			 bool observed);
void warden_inbound_count(bool observed);
void warden_inbound_sum(u64 *dropped, u64 *observed);
void warden_inbound_tell_exit(void);

#endif /* WARDEN_INBOUND_H */
