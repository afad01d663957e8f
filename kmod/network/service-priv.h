/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_SERVICE_PRIV_H
#define WARDEN_SERVICE_PRIV_H

#include <linux/net.h>
#include <linux/socket.h>
#include <linux/types.h>
#include <net/sock.h>
#include <warden/address.h>

struct msghdr;

/**
 * struct warden_peer - whom a socket is to speak to
 * @address: no version is an address of another family, or one too short
 * @port: host order; 0 where the protocol has none
 * @scope: index of the interface a link-local address names; 0 is none
 * @named: index of the interface a message names for itself; 0 is none
 * @now: nothing may sleep: a program that was not measured yet is none
 */
struct warden_peer {
	struct warden_address address;
	u16 port;
	int scope;
	int named;
	bool now;
};

/* SIN6_LEN_RFC2133 of include/net/ipv6.h: without the scope, which is newer. */
#define SIN6_LEN_LEAST 24

/* Are its addresses those of the internet? AF_SMC has no others. */
static inline bool warden_peer_is_inet(const struct socket *sock)
{
	return sock->sk->sk_family == AF_INET || sock->sk->sk_family == AF_INET6 ||
	       sock->sk->sk_family == AF_SMC;
}

u16 warden_peer_protocol(const struct sock *sk);
bool warden_peer_has_port(u16 protocol);
bool warden_peer_pending(struct warden_peer *to, const struct sock *sk);
void warden_peer_read(struct warden_peer *to, const struct socket *sock,
		      const struct sockaddr *address, int len);
void warden_peer_own(struct warden_address *own, const struct sock *sk);
void warden_peer_find(struct warden_peer *to, const struct sock *sk);
void warden_peer_forget(const struct socket *sock, struct msghdr *msg);
int warden_peer_judge(struct socket *sock, const struct warden_peer *to);
bool warden_peer_speaks_to_many(struct warden_peer *to, const struct sock *sk);
int warden_bind_judge(struct socket *sock, const struct sockaddr *address, int len);
int warden_sctp_send(struct socket *sock, const struct msghdr *msg, u16 port);

#endif /* WARDEN_SERVICE_PRIV_H */
