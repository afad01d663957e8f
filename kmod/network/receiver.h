/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_RECEIVER_H
#define WARDEN_RECEIVER_H

#include <linux/types.h>

struct sk_buff;
struct sock;
struct warden_packet;

const struct sock *warden_receiver_find(const struct warden_packet *p, struct sk_buff *skb);
bool warden_receiver_is_kernels(const struct warden_packet *p, struct sk_buff *skb);

#endif /* WARDEN_RECEIVER_H */
