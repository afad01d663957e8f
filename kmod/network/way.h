/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_WAY_H
#define WARDEN_WAY_H

#include <linux/if.h>
#include <linux/types.h>

struct msghdr;
struct socket;
struct warden_answer;
struct warden_gate;
struct warden_peer;
struct warden_request;

/**
 * struct warden_way - room for the name of an interface
 * @name: as rules call it
 */
struct warden_way {
	char name[IFNAMSIZ];
};

bool warden_way_asked(void);
int warden_way_read(struct warden_peer *to, const struct socket *sock, const struct msghdr *msg);
const char *warden_way_find(struct warden_way *way, const struct socket *sock,
			    const struct warden_peer *to);
int warden_way_steer(struct warden_way *way, struct socket *sock, const struct warden_peer *to,
		     struct warden_request *req, struct warden_answer *answer);
int warden_way_keep(struct socket *sock);
int warden_way_part(struct socket *sock);
void warden_way_hold(struct warden_gate *gate);
void warden_way_renew(struct warden_gate *gate);

#endif /* WARDEN_WAY_H */
