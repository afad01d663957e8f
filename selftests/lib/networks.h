/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two networks beside that of the test, with a wire between them, and sockets in them.
 */
#ifndef WARDEN_TEST_NETWORKS_H
#define WARDEN_TEST_NETWORKS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "address.h"

#define NEAR4 "192.0.2.1"
#define FAR4  "192.0.2.2"
#define NEAR6 "fd00:db8::1"
#define FAR6  "fd00:db8::2"

/* Each is held by a process. */
struct networks {
	pid_t near;
	pid_t far;
};

/* Networks of root's, or of a plain user's own user namespace. */
bool networks_make(struct networks *n, bool plain);
void networks_end(struct networks *n);

/* Run a command in the near network as who is root there: of plain networks a plain user elsewhere. */
bool networks_run(const struct networks *n, const char *command);

/* A type of a socket and its flags with its protocol, where that is not TCP or UDP. */
#define NETWORKS_SHIFT		    20
#define NETWORKS_OF(type, protocol) ((type) | (protocol) << NETWORKS_SHIFT)

/* A socket in another network; this process stays in its own. -1 where the kernel has no such one. */
int networks_socket(pid_t pid, int family, int type);

/* A socket that is bound to all addresses of both versions, and listens where it can. */
int networks_serve(pid_t pid, int type, uint16_t port);
uint16_t networks_port(int fd);

/* Connect from a network, within @ms: a socket, or -1 with errno; ETIMEDOUT where nothing answers. */
int networks_connect(pid_t from, const char *address, uint16_t port, int ms);

/* The same by another transport. */
int networks_connect_by(int type, pid_t from, const char *address, uint16_t port, int ms);

/* Connect, and close it again: 0 or the errno. */
int networks_reach(pid_t from, const char *address, uint16_t port, int ms);

/* The same by another transport. */
int networks_reach_by(int type, pid_t from, const char *address, uint16_t port, int ms);

bool networks_send(int fd, const char *address, uint16_t port);
bool networks_receive(int fd, int ms);

/* How a socket was ended, within @ms: an errno; 0 is not at all. */
int networks_end_of(int fd, int ms);

/*
 * A datagram of UDP from the far network to the near one by IPv6, in two fragments of which the
 * first ends where one more header is to come.
 */
bool networks_send_cut(pid_t far, uint16_t port);

/* What begins a connection of TCP at @port, as data of UDP to @tunnel, by a socket that is bound to @from. */
bool networks_send_inside(int fd, const char *from, const char *to, uint16_t port, uint16_t tunnel);

#endif /* WARDEN_TEST_NETWORKS_H */
