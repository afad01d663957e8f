/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_OPENING_H
#define WARDEN_OPENING_H

#include <linux/types.h>

struct sock;

/* Ports open for a time at once, and sockets that live on such ground. */
#define WARDEN_OPENINGS_MAX 16
#define WARDEN_OPENED_MAX   256

/**
 * struct warden_opening - a port that is open for a time, whatever the default says
 * @protocol: IPPROTO_*; 0 is a free place
 * @port: host order
 * @expires: boot-time clock, in ns
 */
struct warden_opening {
	u16 protocol;
	u16 port;
	u64 expires;
};

int warden_opening_add(u16 protocol, u16 port, u64 seconds, u64 *expires);
int warden_opening_close(u16 protocol, u16 port, u32 *ended);
int warden_opening_get(u32 n, struct warden_opening *o);
bool warden_opening_holds(u16 protocol, u16 port);
int warden_opening_keep(struct sock *sk, u16 port);
void warden_opening_init(void);
void warden_opening_exit(void);

#endif /* WARDEN_OPENING_H */
