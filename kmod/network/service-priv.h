/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_SERVICE_PRIV_H
#define WARDEN_SERVICE_PRIV_H

#include <linux/types.h>
#include <warden/address.h>

struct msghdr;
struct sock;
struct sockaddr;
struct socket;

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

void warden_peer_read(struct warden_peer *to, const struct socket *sock,
		      const struct sockaddr *address, int len);
void warden_peer_own(struct warden_address *own, const struct sock *sk);
void warden_peer_find(struct warden_peer *to, const struct sock *sk);
int warden_peer_judge(struct socket *sock, const struct warden_peer *to);
int warden_sctp_send(struct socket *sock, const struct msghdr *msg, u16 port);

#endif /* WARDEN_SERVICE_PRIV_H */
