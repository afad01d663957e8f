// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading a packet: of which transport it is, which port it is about and where it comes from,
 * where the ports of a policy say something of it.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/sctp.h>
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/route.h>

#include "judge/decide.h"
#include "packet.h"

/* The chunks of SCTP (RFC 9260, 3.2), and the type of a DCCP packet (RFC 4340, 5.1). */
#define SCTP_CHUNKS_AT 12
#define DCCP_TYPE_AT   8
#define DCCP_TYPE(x)   ((x) >> 1 & 0x0f)
#define DCCP_REQUEST   0

/* Nothing stands for a connection but the packets themselves. */
static bool is_datagram(enum warden_transport transport)
{
	return transport == WARDEN_TRANSPORT_UDP || transport == WARDEN_TRANSPORT_UDPLITE;
}

/* Where a packet's transport header is; -1 is nowhere that concerns us. */
static int find_transport(const struct sk_buff *skb, u8 family, u8 *protocol)
{
	const struct ipv6hdr *six;
	unsigned int at = 0;
	unsigned short frag = 0;
	int found;

	if (family == NFPROTO_IPV4) {
		*protocol = ip_hdr(skb)->protocol;
		return skb_network_header_len(skb);
	}
	six = ipv6_hdr(skb);
	*protocol = six->nexthdr;
	if (likely(six->nexthdr == IPPROTO_TCP || six->nexthdr == IPPROTO_UDP))
		return skb_network_header_len(skb);
	/* The first fragment has it, see warden_packet_is_cut(), and the others come to nothing without. */
	found = ipv6_find_hdr(skb, &at, -1, &frag, NULL);
	if (found < 0 || frag)
		return -1;
	*protocol = found;
	return at - skb_network_offset(skb);
}

/* The byte that tells; 0, and false, where the packet ends before it. */
static bool read_byte(const struct sk_buff *skb, int at, u8 *byte)
{
	const u8 *found = skb_header_pointer(skb, at, sizeof(*byte), byte);

	*byte = found ? *found : 0;
	return found;
}

/*
 * An association is made where the cookie comes back that its server has given out, which holds for a
 * minute: so that is a beginning, too. Other chunks may stand before it, as the one that authenticates it.
 */
static bool begins_sctp(const struct sk_buff *skb, int at)
{
	const int first = at + SCTP_CHUNKS_AT;
	const struct sctp_chunkhdr *chunk;
	struct sctp_chunkhdr buffer;

	for (at = first; (chunk = skb_header_pointer(skb, at, sizeof(buffer), &buffer));
	     at += ALIGN(ntohs(chunk->length), 4)) {
		if (chunk->type == SCTP_CID_INIT || chunk->type == SCTP_CID_COOKIE_ECHO)
			return true;
		if (ntohs(chunk->length) < sizeof(buffer))
			return false; /* the kernel looks no further, either */
	}
	return at == first;
}

/* Does a packet begin a connection? All others belong to one, or are refused by the protocol. */
static bool begins(const struct sk_buff *skb, int at, enum warden_transport transport)
{
	u8 byte;

	switch (transport) {
	case WARDEN_TRANSPORT_TCP:
		return !read_byte(skb, at + WARDEN_TCP_FLAGS_AT, &byte) ||
		       (byte & WARDEN_TCP_BEGINNING) == WARDEN_TCP_SYN;
	case WARDEN_TRANSPORT_SCTP:
		return begins_sctp(skb, at);
	case WARDEN_TRANSPORT_DCCP:
		return !read_byte(skb, at + DCCP_TYPE_AT, &byte) ||
		       DCCP_TYPE(byte) == DCCP_REQUEST;
	default:
		return true;
	}
}

static void read_addresses(struct warden_packet *p, const struct sk_buff *skb, bool in)
{
	if (p->family == AF_INET)
		ipv6_addr_set_v4mapped(in ? ip_hdr(skb)->saddr : ip_hdr(skb)->daddr, &p->flow.peer);
	else
		p->flow.peer = in ? ipv6_hdr(skb)->saddr : ipv6_hdr(skb)->daddr;
}

/*
 * Was it sent by this network to itself? A packet that came in elsewhere can be led to
 * the loopback (a filter of `tc`), but has no route out behind it, nor our address.
 */
static bool is_looped(const struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (!(state->in->flags & IFF_LOOPBACK))
		return false;
	if (state->pf == NFPROTO_IPV4)
		return skb_rtable(skb) && rt_is_output_route(skb_rtable(skb));
	return ipv6_chk_addr(state->net, &ipv6_hdr(skb)->saddr, NULL, 0);
}

/* Whatever its version: an address that is mapped into IPv6 is one of IPv4. */
static void read_origin(struct warden_packet *p, const struct sk_buff *skb,
			const struct nf_hook_state *state)
{
	p->in = state->in;
	p->origin.kernel = false;
	p->looped = is_looped(skb, state);
	if (p->looped || !(p->in->flags & IFF_LOOPBACK))
		p->origin.interface = warden_reach_interface(p->in);
	else
		p->origin.interface = WARDEN_INTERFACE_FOREIGN;
	p->origin.peer.version = 6;
	memcpy(p->origin.peer.bytes, &p->flow.peer, sizeof(p->origin.peer.bytes));
	warden_address_unmap(&p->origin.peer);
	if (p->family == AF_INET) {
		p->origin.own.version = 4;
		memcpy(p->origin.own.bytes, &ip_hdr(skb)->daddr, sizeof(struct in_addr));
	} else {
		p->origin.own.version = 6;
		memcpy(p->origin.own.bytes, &ipv6_hdr(skb)->daddr, sizeof(struct in6_addr));
		warden_address_unmap(&p->origin.own);
	}
}

/**
 * warden_packet_is_to_many() - is it for more than one machine?
 * @skb: the packet, of which the way is known
 * @family: AF_INET or AF_INET6
 *
 * Context: Under RCU.
 * Return: true for what is broadcast or multicast.
 */
bool warden_packet_is_to_many(const struct sk_buff *skb, u16 family)
{
	if (family == AF_INET6)
		return ipv6_addr_is_multicast(&ipv6_hdr(skb)->daddr);
	return skb_rtable(skb) && skb_rtable(skb)->rt_flags & (RTCF_MULTICAST | RTCF_BROADCAST);
}

/**
 * warden_packet_take() - what a packet is
 * @p: filled in, but for its reason
 * @skb: the packet, on its way in, or on its way out
 * @state: of the hook, or as it would be there
 * @header: its ports
 * @protocol: IPPROTO_*, one of a transport that has ports
 *
 * Context: Under RCU.
 */
void warden_packet_take(struct warden_packet *p, const struct sk_buff *skb,
			const struct nf_hook_state *state, const struct warden_packet_ports *header,
			u8 protocol)
{
	const bool in = state->hook == NF_INET_LOCAL_IN;

	p->transport = warden_ports_transport(protocol);
	p->protocol = protocol;
	p->flow.protocol = protocol;
	p->flow.net = state->net;
	p->flow.port = ntohs(in ? header->dest : header->source);
	p->flow.peer_port = ntohs(in ? header->source : header->dest);
	p->family = state->pf == NFPROTO_IPV4 ? AF_INET : AF_INET6;
	read_addresses(p, skb, in);
	if (in)
		read_origin(p, skb, state);
}

/**
 * warden_packet_is_cut() - does a packet of IPv6 end before it tells its transport?
 * @skb: the packet, on its way in
 * @family: NFPROTO_*
 *
 * One of two fragments can have the headers before that of the transport, and the other
 * one that and the rest: put together behind the hook, they would be a packet that nobody looked
 * at. Nobody sends so who means well (RFC 7112, 5: such a first fragment may be dropped).
 *
 * Context: Under RCU.
 * Return: true if it does.
 */
bool warden_packet_is_cut(const struct sk_buff *skb, u8 family)
{
	unsigned int at = 0;

	return family == NFPROTO_IPV6 && ipv6_ext_hdr(ipv6_hdr(skb)->nexthdr) &&
	       ipv6_find_hdr(skb, &at, -1, NULL, NULL) == -EBADMSG;
}

/**
 * warden_packet_read() - what a packet is that the ports of a policy say something of
 * @p: filled in, but for its reason
 * @bit: set to the port's place in the maps
 * @skb: the packet, on its way in, or on its way out
 * @state: of the hook
 * @ports: the ports
 *
 * Of one that is too short for its ports nothing can be said, and its protocol drops it.
 *
 * Context: Under RCU.
 * Return: false where nothing is said of it.
 */
bool warden_packet_read(struct warden_packet *p, u32 *bit, const struct sk_buff *skb,
			const struct nf_hook_state *state, const struct warden_ports *ports)
{
	bool in = state->hook == NF_INET_LOCAL_IN;
	const struct warden_packet_ports *header;
	struct warden_packet_ports copy;
	u8 protocol;
	int at = find_transport(skb, state->pf, &protocol);
	enum warden_transport transport = at < 0 ? WARDEN_TRANSPORTS : warden_ports_transport(protocol);

	if (transport == WARDEN_TRANSPORTS || (!in && !is_datagram(transport)))
		return false;
	at += skb_network_offset(skb);
	header = skb_header_pointer(skb, at, sizeof(copy), &copy);
	if (!header)
		return false;
	*bit = warden_port_bit(transport, ntohs(in ? header->dest : header->source));
	if (likely(!test_bit(*bit, warden_ports_watched(ports))) || !begins(skb, at, transport))
		return false;
	warden_packet_take(p, skb, state, header, protocol);
	return true;
}
