/* SPDX-License-Identifier: GPL-2.0-only */
/* The sockets that receive, in every network namespace that a process is in, or a mount keeps. */
#ifndef WARDEN_SOCKETS_H
#define WARDEN_SOCKETS_H

#include <stdint.h>

#include <warden/address.h>

#include "policy/arena.h"

/**
 * struct warden_open_socket - a socket that anybody can send to
 * @net: inode of its network namespace
 * @inode: of the socket
 * @pid: a process that holds it, the first that runs its program; 0 where there is none,
 *	 as the kernel itself holds it. A socket that several programs hold is there for each
 * @address: where it receives, unmapped; of unspecified bytes is anywhere
 * @raw: it takes every packet of the protocol, and has no port
 * @protocol: IPPROTO_*
 * @port: host order
 */
struct warden_open_socket {
	unsigned long net;
	unsigned long inode;
	long pid;
	struct warden_address address;
	bool raw;
	uint16_t protocol;
	uint16_t port;
};

/* Zeroed at first. */
struct warden_open_sockets {
	WARDEN_ARRAY(struct warden_open_socket) list;
};

/**
 * warden_sockets_find() - TCP, SCTP and DCCP that listen, UDP and UDP-Lite of no peer, and raw sockets
 * @s: filled in
 *
 * Enters one network after the other, and comes back.
 */
void warden_sockets_find(struct warden_open_sockets *s);
void warden_sockets_free(struct warden_open_sockets *s);

#endif /* WARDEN_SOCKETS_H */
