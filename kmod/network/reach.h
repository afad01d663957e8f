/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_REACH_H
#define WARDEN_REACH_H

#include <linux/bits.h>
#include <linux/types.h>
#include <warden/address.h>

struct net_device;
struct netlink_ext_ack;
struct warden_layers;

/* What a packet may not do that comes in from somewhere for a port. */
#define WARDEN_REACH_STOP  BIT(0) /* some layer lets nobody receive it */
#define WARDEN_REACH_HARD  BIT(1) /* such a layer is enforced */
#define WARDEN_REACH_RULED BIT(2) /* a rule says so, so that no opening helps */

/**
 * struct warden_origin - where a packet comes from, as rules tell it
 * @interface: as in struct warden_request; NULL is any
 * @peer: the other side, unmapped; no version is any
 * @own: the address it is sent to, unmapped; no version is any
 * @kernel: it comes to a socket of the kernel's own
 */
struct warden_origin {
	const char *interface;
	struct warden_address peer;
	struct warden_address own;
	bool kernel;
};

struct warden_reach;

int warden_reach_make(const struct warden_layers *layers, bool kernels, struct warden_reach **to,
		      struct netlink_ext_ack *extack);
void warden_reach_free(struct warden_reach *reach);
size_t warden_reach_size(const struct warden_reach *reach);
const char *warden_reach_interface(const struct net_device *dev);

void warden_reach_mark(const struct warden_reach *reach, unsigned long *map);
bool warden_reach_has(const struct warden_reach *reach, u32 bit);
u8 warden_reach_state(const struct warden_reach *reach, u32 bit,
		      const struct warden_origin *origin);

#endif /* WARDEN_REACH_H */
