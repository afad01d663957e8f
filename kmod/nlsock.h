/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_NLSOCK_H
#define WARDEN_NLSOCK_H

struct warden_stage;

/**
 * struct warden_nl_sock - what a netlink socket carries between two commands
 * @stage: the policy under construction, NULL for none; freed with the socket,
 *	   so a loader that dies leaves nothing behind
 */
struct warden_nl_sock {
	struct warden_stage *stage;
};

#endif /* WARDEN_NLSOCK_H */
