/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A descriptor on its way to another program.
 */
#ifndef WARDEN_TEST_HANDING_H
#define WARDEN_TEST_HANDING_H

struct client;

/* Send one to a socket, and take one from it: 0 or -1, a descriptor or -1. */
int handing_send(int to, int fd);
int handing_receive(int from);

/* Send one to the stranger at @receiver, and hear what it got; gives its status, or -1. */
int handing_over(int fd, const char *receiver, struct client *c);

#endif /* WARDEN_TEST_HANDING_H */
