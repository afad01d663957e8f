/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A server at a local socket, in a process of its own: whoever connects, or sends a
 * datagram, is sent "$".
 */
#ifndef WARDEN_TEST_RELAY_H
#define WARDEN_TEST_RELAY_H

#include <sys/types.h>

/*
 * At a path, or "@" and an abstract name; what is at the path is removed. It ends with the test.
 * Gives its process, or -1 with errno.
 */
pid_t relay_start(const char *name, int type);

/* The socket alone, of this process, bound there and listening: a descriptor, or -1. */
int relay_open(const char *name, int type);
void relay_end(pid_t *pid);

/* Connect by a name: a descriptor, or -errno. */
int relay_reach(const char *name, int type);

/* The same by io_uring. */
int relay_reach_by_uring(const char *name, int type);

/* Send one datagram from an unnamed socket: 0 or -errno. */
int relay_send(int fd, const char *name);

#endif /* WARDEN_TEST_RELAY_H */
