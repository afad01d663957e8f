/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own list of sockets, for a protocol that /proc has no table of. */
#ifndef WARDEN_SOCK_DIAG_H
#define WARDEN_SOCK_DIAG_H

#include <linux/inet_diag.h>
#include <stdint.h>

/**
 * warden_sock_diag_listeners() - go through those that listen in the network of this process
 * @family: AF_INET or AF_INET6
 * @protocol: IPPROTO_*, one the kernel has loaded, as asking would load it
 * @fn: called with each
 * @ctx: handed to it
 *
 * Return: 0 or a negative errno.
 */
int warden_sock_diag_listeners(uint8_t family, uint8_t protocol,
			       void (*fn)(void *ctx, const struct inet_diag_msg *m), void *ctx);

#endif /* WARDEN_SOCK_DIAG_H */
