/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small policies of one role each, put together by hand, for tests of what stands above and below another.
 */
#ifndef WARDEN_TEST_LAYER_H
#define WARDEN_TEST_LAYER_H

#include "decide_policy.h"

enum { SENSOR = WARDEN_DOMAIN_SENSOR, LISTEN = WARDEN_DOMAIN_LISTEN };
enum { MODULE = WARDEN_DOMAIN_MODULE, CONNECT = WARDEN_DOMAIN_CONNECT };
enum { ALLOW = WARDEN_ACTION_ALLOW, DENY = WARDEN_ACTION_DENY };
enum { TCP = 6, UDP = 17, MPTCP = 262 };

/* With the defaults of a policy of that role that says nothing of them. */
void layer_init(struct policy *l, u8 role);

void layer_set_default(struct policy *l, u32 domain, u8 action);

/* Each gives the line, which counts the rules. */
u32 layer_add_rule(struct policy *l, struct warden_rule rule);
u32 layer_use(struct policy *l, u32 program, u8 class, u8 action);
u32 layer_listen(struct policy *l, u32 program, u16 protocol, u16 low, u16 high, u8 action);

#endif /* WARDEN_TEST_LAYER_H */
