/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_PASS_H
#define WARDEN_PASS_H

#include <linux/types.h>

struct warden_answer;
struct warden_gate;
struct warden_identity;
struct warden_layers;

u64 warden_pass_key(u32 domain, u16 protocol, u16 port);
bool warden_pass_known(u64 key);
void warden_pass_note(u64 key, const struct warden_identity *subject,
		      const struct warden_answer *answer);
void warden_pass_hold(void);
void warden_pass_renew(void);
void warden_pass_watch(struct warden_gate *to);

#endif /* WARDEN_PASS_H */
