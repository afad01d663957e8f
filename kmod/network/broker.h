/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_BROKER_H
#define WARDEN_BROKER_H

#include <linux/types.h>
#include <warden/limits.h>

struct file;
struct sock;
struct sockaddr;
struct socket;
struct warden_gate;
struct warden_layers;
struct warden_sensor;
struct warden_session_info;

int warden_broker_init(void);
void warden_broker_exit(void);
void warden_broker_watch(struct warden_gate *to);
int warden_broker_connect(struct socket *sock, u16 port);
int warden_broker_prepare(struct socket *sock);
int warden_broker_reach(struct sock *sk, struct sock *other);
int warden_broker_bind(struct socket *sock, const struct sockaddr *address, int len);
bool warden_broker_any_local(const struct warden_layers *layers);
void warden_broker_follow(const struct warden_layers *layers);
void warden_broker_release(struct sock *sk);
int warden_broker_receive(const struct file *file);
void warden_broker_inherit(void);
bool warden_broker_any_consented(struct warden_sensor *sensor);
bool warden_broker_is_held(const struct file *file, bool with_consent, struct warden_sensor *sensor);
void warden_broker_mark_holders(void);
unsigned int warden_broker_review(u32 reason, u64 since);
unsigned int warden_broker_end_all(u32 reason, u64 since);
int warden_broker_get(u64 id, struct warden_session_info *info);
bool warden_broker_rests_on(const u8 receipt[WARDEN_RECEIPT_SIZE]);

#endif /* WARDEN_BROKER_H */
