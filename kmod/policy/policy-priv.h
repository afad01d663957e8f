/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the policy share. Others include policy.h. */
#ifndef WARDEN_POLICY_PRIV_H
#define WARDEN_POLICY_PRIV_H

#include "policy.h"

/* policy.c: a stack of layers that comes in force; in a change */
struct warden_committed warden_policy_publish(struct warden_layers *layers, struct warden_layers **old, u32 reason);
unsigned int warden_policy_review(u32 reason);
void warden_policy_settle(const struct warden_layers *layers, u8 layer);

/* policy-confirm.c: one that waits to be confirmed; in a change, but for init and exit */
void warden_policy_wait(struct warden_layers *before, u8 layer, u32 seconds);
int warden_policy_check_waiting(struct netlink_ext_ack *extack);
void warden_policy_confirm_init(void);
void warden_policy_confirm_exit(void);

#endif /* WARDEN_POLICY_PRIV_H */
