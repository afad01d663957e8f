// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whom a socket speaks to, or is to, and from which address: as the protocols read it.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/net.h>
#include <linux/random.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <linux/uio.h>
#include <linux/udp.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <warden/address.h>

#include "service-priv.h"

/**
 * warden_peer_protocol() - by which protocol a socket speaks
 * @sk: the socket
 *
 * A socket of AF_SMC has a number of its own there, and connects as the SMC of AF_INET does.
 *
 * Context: Any.
 * Return: IPPROTO_*.
 */
u16 warden_peer_protocol(const struct sock *sk)
{
	return sk->sk_family == AF_SMC ? IPPROTO_SMC : sk->sk_protocol;
}

/**
 * warden_peer_has_port() - does a protocol speak by ports?
 * @protocol: IPPROTO_*
 *
 * Context: Any.
 * Return: true if it does.
 */
bool warden_peer_has_port(u16 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
	case IPPROTO_MPTCP:
	case IPPROTO_SMC:
		return true;
	default:
		return false;
	}
}

/* To no address is to this machine: ip_route_output_key_hash(). */
static void set_four(struct warden_address *to, __be32 address)
{
	to->version = 4;
	if (!address)
		address = htonl(INADDR_LOOPBACK);
	memcpy(to->bytes, &address, sizeof(address));
}

static void read_four(struct warden_peer *to, const struct sockaddr *address, int len)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)address;

	if (len < (int)sizeof(*in))
		return;
	set_four(&to->address, in->sin_addr.s_addr);
	to->port = ntohs(in->sin_port);
}

/* The same: tcp_v6_connect(), udpv6_sendmsg(). */
static void read_six(struct warden_peer *to, const struct sockaddr *address, int len)
{
	const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)address;
	const struct in6_addr *a = &in->sin6_addr;

	if (len < SIN6_LEN_LEAST)
		return;
	to->port = ntohs(in->sin6_port);
	if (ipv6_addr_v4mapped(a)) {
		set_four(&to->address, a->s6_addr32[3]);
		return;
	}
	to->address.version = 6;
	memcpy(to->address.bytes, ipv6_addr_any(a) ? &in6addr_loopback : a, sizeof(*a));
	if (len >= (int)sizeof(*in) && __ipv6_addr_needs_scope_id(ipv6_addr_type(a)))
		to->scope = in->sin6_scope_id;
}

/**
 * warden_peer_read() - whom an address means
 * @to: filled in
 * @sock: the socket that is to speak to it
 * @address: the address, in kernel memory
 * @len: bytes of @address
 *
 * As the protocols read it. A socket of IPv6 also takes addresses of IPv4, and
 * where they send, UDP and raw sockets take one of no family for one of their own.
 *
 * Context: Any.
 */
void warden_peer_read(struct warden_peer *to, const struct socket *sock,
		      const struct sockaddr *address, int len)
{
	u16 family = len >= (int)sizeof(sa_family_t) ? address->sa_family : AF_UNSPEC;

	*to = (struct warden_peer){};
	if (!warden_peer_is_inet(sock))
		return;
	if (family == AF_UNSPEC)
		family = sock->sk->sk_family;
	if (family == AF_INET)
		read_four(to, address, len);
	else if (family == AF_INET6)
		read_six(to, address, len);
	if (sock->type == SOCK_RAW || !warden_peer_has_port(warden_peer_protocol(sock->sk)))
		to->port = 0;
}

/**
 * warden_peer_own() - which address a socket is bound to
 * @own: filled in; no version where it is any
 * @sk: a socket, of the internet's families or another
 *
 * Context: Any.
 */
void warden_peer_own(struct warden_address *own, const struct sock *sk)
{
	*own = (struct warden_address){};
	if (sk->sk_family == AF_INET6 && !ipv6_addr_any(&sk->sk_v6_rcv_saddr)) {
		own->version = 6;
		memcpy(own->bytes, &sk->sk_v6_rcv_saddr, sizeof(sk->sk_v6_rcv_saddr));
		warden_address_unmap(own);
	} else if (sk->sk_family == AF_INET && sk->sk_rcv_saddr) {
		own->version = 4;
		memcpy(own->bytes, &sk->sk_rcv_saddr, sizeof(sk->sk_rcv_saddr));
	}
}

/**
 * warden_peer_find() - whom a connected socket speaks to
 * @to: filled in; without an address where it is not connected
 * @sk: the socket
 *
 * Context: Any.
 */
void warden_peer_find(struct warden_peer *to, const struct sock *sk)
{
	*to = (struct warden_peer){};
	if (sk->sk_family == AF_INET6 && !ipv6_addr_any(&sk->sk_v6_daddr)) {
		to->address.version = 6;
		memcpy(to->address.bytes, &sk->sk_v6_daddr, sizeof(sk->sk_v6_daddr));
		warden_address_unmap(&to->address);
	} else if (sk->sk_family == AF_INET && sk->sk_daddr) {
		set_four(&to->address, sk->sk_daddr);
	}
	if (to->address.version && warden_peer_has_port(sk->sk_protocol))
		to->port = ntohs(inet_sk(sk)->inet_dport);
}

/**
 * warden_peer_pending() - to whom a datagram goes that was begun
 * @to: filled in
 * @sk: the socket
 *
 * What is added to it (MSG_MORE, UDP_CORK) goes along.
 *
 * Context: Any.
 * Return: false where none was begun.
 */
bool warden_peer_pending(struct warden_peer *to, const struct sock *sk)
{
	const struct inet_sock *inet = inet_sk(sk);
	int family = 0;

	/* a raw socket may have the same number, and is none of UDP's */
	if ((sk->sk_family == AF_INET || sk->sk_family == AF_INET6) && sk->sk_type == SOCK_DGRAM &&
	    (sk->sk_protocol == IPPROTO_UDP || sk->sk_protocol == IPPROTO_UDPLITE))
		family = READ_ONCE(udp_sk(sk)->pending);
	*to = (struct warden_peer){};
	if (family == AF_INET) {
		set_four(&to->address, inet->cork.fl.u.ip4.daddr);
		to->port = ntohs(inet->cork.fl.u.ip4.fl4_dport);
	} else if (family == AF_INET6) {
		to->address.version = 6;
		memcpy(to->address.bytes, &inet->cork.fl.u.ip6.daddr, sizeof(struct in6_addr));
		warden_address_unmap(&to->address);
		to->port = ntohs(inet->cork.fl.u.ip6.fl6_dport);
	}
	return family;
}

/* Shorter ones the protocols refuse, and they shall go on to do so. */
static bool is_long_enough(const struct sock *sk, const struct msghdr *msg)
{
	const struct sockaddr *name = msg->msg_name;

	if (msg->msg_namelen < (int)sizeof(struct sockaddr_in))
		return false;
	return sk->sk_family == AF_INET || name->sa_family == AF_INET ||
	       msg->msg_namelen >= SIN6_LEN_LEAST;
}

/**
 * warden_peer_forget() - have the message behind this one asked for as well
 * @sock: the socket
 * @msg: a message that was judged, or is about to be
 *
 * sendmmsg(2) asks nobody about a message to the address of the one before it, though its control
 * messages say by which interface it goes, and which other addresses it brings along. So
 * the address becomes one that no program can repeat: as long as can be, with a number
 * behind what the protocols read. What user space sends lies in a struct sockaddr_storage.
 *
 * Context: Process context.
 */
void warden_peer_forget(const struct socket *sock, struct msghdr *msg)
{
	struct sockaddr_storage *name = msg->msg_name;
	const u64 once = get_random_u64();

	if (!name || !user_backed_iter(&msg->msg_iter) || !is_long_enough(sock->sk, msg) ||
	    (sock->type == SOCK_STREAM && sock->sk->sk_protocol != IPPROTO_SCTP) ||
	    (sock->sk->sk_family != AF_INET && sock->sk->sk_family != AF_INET6))
		return;
	memset((u8 *)name + msg->msg_namelen, 0, sizeof(*name) - msg->msg_namelen);
	memcpy((u8 *)(name + 1) - sizeof(once), &once, sizeof(once));
	msg->msg_namelen = sizeof(*name);
}
