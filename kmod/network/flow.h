/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_FLOW_H
#define WARDEN_FLOW_H

#include <linux/in6.h>
#include <linux/types.h>

struct net;

/**
 * struct warden_flow - a port of this machine, and whom it speaks with
 * @net: the network it is in
 * @peer: the other side; an IPv4 address is mapped; the unspecified one is anybody
 * @protocol: IPPROTO_*
 * @port: of this machine, host order
 * @peer_port: of the other side, host order
 */
struct warden_flow {
	const struct net *net;
	struct in6_addr peer;
	u8 protocol;
	u16 port;
	u16 peer_port;
};

int warden_flow_init(void);
void warden_flow_exit(void);
void warden_flow_note(const struct warden_flow *flow);
bool warden_flow_known(const struct warden_flow *flow);

#endif /* WARDEN_FLOW_H */
