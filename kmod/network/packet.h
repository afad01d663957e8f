/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_PACKET_H
#define WARDEN_PACKET_H

#include <linux/in.h>
#include <linux/skbuff.h>
#include <linux/types.h>
#include "flow.h"
#include "ports.h"
#include "reach.h"

struct net_device;
struct nf_hook_state;

/* What the header of each transport begins with. */
struct warden_packet_ports {
	__be16 source;
	__be16 dest;
};

/* Where TCP has its flags, and those that tell whether a connection begins. */
#define WARDEN_TCP_FLAGS_AT 13
#define WARDEN_TCP_SYN	    0x02
#define WARDEN_TCP_RST	    0x04
#define WARDEN_TCP_ACK	    0x10
#define WARDEN_TCP_BEGINNING (WARDEN_TCP_SYN | WARDEN_TCP_RST | WARDEN_TCP_ACK)

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

/*
 * The transport's header where @size bytes of it are in one piece with what stands before them,
 * else NULL. It is where the protocol, too, will look for it.
 */
static __always_inline const void *warden_packet_peek(const struct sk_buff *skb, unsigned int size)
{
	const unsigned char *header = skb_transport_header(skb);

	return likely(header + size <= skb_tail_pointer(skb)) ? header : NULL;
}

/* The part of a map that is about UDP, by the number of the port. */
static inline const unsigned long *warden_ports_udp(const struct warden_ports *ports)
{
	return ports ? warden_ports_watched(ports) + BIT_WORD(WARDEN_TRANSPORT_UDP * WARDEN_PORTS) :
		       NULL;
}

/* By how much the part about TCP stands before it. */
#define WARDEN_PORTS_TCP_BEFORE                                                                   \
	((WARDEN_TRANSPORT_UDP - WARDEN_TRANSPORT_TCP) * BIT_WORD(WARDEN_PORTS))

void warden_packet_take(struct warden_packet *p, const struct sk_buff *skb,
			const struct nf_hook_state *state, const struct warden_packet_ports *header,
			u8 protocol);
bool warden_packet_is_cut(const struct sk_buff *skb, u8 family);
bool warden_packet_is_to_many(const struct sk_buff *skb, u16 family);
bool warden_packet_read(struct warden_packet *p, u32 *bit, const struct sk_buff *skb,
			const struct nf_hook_state *state, const struct warden_ports *ports);

#endif /* WARDEN_PACKET_H */
