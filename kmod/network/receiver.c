// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which socket a packet comes to, found as its protocol will find it.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/net_namespace.h>
#include <net/udp.h>
#include <net/udplite.h>

#include "packet.h"
#include "receiver.h"
#include "socket.h"

static const struct sock *find_datagram(const struct warden_packet *p, struct sk_buff *skb,
					__be16 sport, __be16 dport)
{
	struct net *net = (struct net *)p->flow.net;
	struct udp_table *table = p->transport == WARDEN_TRANSPORT_UDP ? net->ipv4.udp_table :
									 &udplite_table;

	if (p->family == AF_INET)
		return __udp4_lib_lookup(net, ip_hdr(skb)->saddr, sport, ip_hdr(skb)->daddr, dport,
					 inet_iif(skb), inet_sdif(skb), table, NULL);
#if IS_BUILTIN(CONFIG_IPV6)
	return __udp6_lib_lookup(net, &ipv6_hdr(skb)->saddr, sport, &ipv6_hdr(skb)->daddr, dport,
				 inet6_iif(skb), inet6_sdif(skb), table, NULL);
#else
	return NULL;
#endif
}

/* Of sockets that share a port one stands for all: no program is run that picks one by the packet. */
static const struct sock *find_listener(const struct warden_packet *p, struct sk_buff *skb,
					__be16 sport, __be16 dport)
{
	struct net *net = (struct net *)p->flow.net;
	struct inet_hashinfo *table = net->ipv4.tcp_death_row.hashinfo;

	if (p->family == AF_INET)
		return inet_lookup_listener(net, table, NULL, 0, ip_hdr(skb)->saddr, sport,
					    ip_hdr(skb)->daddr, dport, inet_iif(skb), inet_sdif(skb));
#if IS_BUILTIN(CONFIG_IPV6)
	return inet6_lookup_listener(net, table, NULL, 0, &ipv6_hdr(skb)->saddr, sport,
				     &ipv6_hdr(skb)->daddr, ntohs(dport), inet6_iif(skb),
				     inet6_sdif(skb));
#else
	return NULL;
#endif
}

/**
 * warden_receiver_find() - which socket a packet comes to
 * @p: the packet, which came in; of TCP one that begins a connection
 * @skb: the same
 *
 * SCTP and DCCP are not asked: their tables can be modules'.
 *
 * Context: Under RCU, as long as the socket is used.
 * Return: the socket, NULL where there is none, or it is not known.
 */
const struct sock *warden_receiver_find(const struct warden_packet *p, struct sk_buff *skb)
{
	const __be16 sport = htons(p->flow.peer_port), dport = htons(p->flow.port);

	switch (p->transport) {
	case WARDEN_TRANSPORT_UDP:
	case WARDEN_TRANSPORT_UDPLITE:
		return find_datagram(p, skb, sport, dport);
	case WARDEN_TRANSPORT_TCP:
		return find_listener(p, skb, sport, dport);
	default:
		return NULL;
	}
}

/**
 * warden_receiver_is_kernels() - does a packet come to a socket that no program has?
 * @p: as for warden_receiver_find()
 * @skb: the same
 *
 * Context: Under RCU.
 * Return: true if it does.
 */
bool warden_receiver_is_kernels(const struct warden_packet *p, struct sk_buff *skb)
{
	const struct sock *sk = warden_receiver_find(p, skb);

	return sk && warden_socket_is_nobodys(sk);
}
