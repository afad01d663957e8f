/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_EAR_H
#define WARDEN_EAR_H

#include <linux/list.h>
#include <linux/net.h>
#include <linux/types.h>

#include "judge/named.h"

struct warden_session_info;

/**
 * struct warden_ear - a socket by which a sensor is heard
 * @ops: its operations: the kernel's, of which some come by here first
 * @orig: the kernel's
 * @node: in the list of all
 * @sk: the socket
 * @use: whoever uses it
 * @ends: how often that was ended by somebody else
 * @hears: there may be something to hear, so each use is asked about
 */
struct warden_ear {
	struct proto_ops ops;
	const struct proto_ops *orig;
	struct list_head node;
	struct sock *sk;
	struct warden_named_session use;
	u32 ends;
	bool hears;
};

/* The ear of a socket whose operations are ours. */
static inline struct warden_ear *warden_ear_of(const struct socket *sock)
{
	return container_of((struct proto_ops *)READ_ONCE(sock->ops), struct warden_ear, ops);
}

bool warden_ear_is_of(const char *module);
int warden_ear_need(void);
void warden_ear_init(void);
struct warden_ear *warden_ear_new(struct socket *sock, u32 class, const char *name);
void warden_ear_put_on(struct socket *sock, struct warden_ear *ear);
int warden_ear_judge(struct warden_ear *ear);
unsigned int warden_ear_review(bool all, u32 reason, u64 since);
bool warden_ear_is(const struct socket *sock);
unsigned int warden_ear_count(void);
int warden_ear_get(u64 id, struct warden_session_info *info);
bool warden_ear_rests_on(const u8 receipt[WARDEN_RECEIPT_SIZE]);
void warden_ear_mark_holders(void);

#endif /* WARDEN_EAR_H */
