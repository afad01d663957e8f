/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_STAGE_H
#define WARDEN_STAGE_H

#include <linux/types.h>

struct netlink_ext_ack;
struct nlattr;
struct warden_digest;
struct warden_rule;
struct warden_snapshot;
struct warden_stage;

struct warden_stage *warden_stage_new(void);
void warden_stage_free(struct warden_stage *stage);
int warden_stage_add(struct warden_stage *stage, const struct nlattr *head, int len,
		     struct netlink_ext_ack *extack);
struct warden_snapshot *warden_stage_finish(struct warden_stage *stage, const u8 *digest,
					    struct netlink_ext_ack *extack);
int warden_stage_sort_rules(struct warden_rule *rules, u32 nr);
int warden_stage_parse_digest(const struct nlattr *attr, struct warden_digest *digest,
			      struct netlink_ext_ack *extack);

#endif /* WARDEN_STAGE_H */
