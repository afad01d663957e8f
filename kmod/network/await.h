/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_AWAIT_H
#define WARDEN_AWAIT_H

#include <linux/types.h>

struct sk_buff;
struct warden_packet;
struct warden_ports;

int warden_await_init(void);
void warden_await_stop(void);
void warden_await_exit(void);
int warden_await_prepare(const struct warden_ports *ports);
void warden_await_settle(const struct warden_ports *ports, bool keep);
void warden_await_use(const struct warden_ports *ports);
bool warden_await_has(const struct warden_packet *p, struct sk_buff *skb);
bool warden_await_is_noting(void);

#endif /* WARDEN_AWAIT_H */
