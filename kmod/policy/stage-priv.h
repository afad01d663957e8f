/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the steps of a stage share: the policy under construction, its tables,
 * and how attributes are read. For stage*.c only.
 */
#ifndef WARDEN_STAGE_PRIV_H
#define WARDEN_STAGE_PRIV_H

#include <linux/types.h>
#include <net/netlink.h>

#include "snapshot.h"
#include "stage.h"

/* An array that grows by doubling, up to a limit. */
struct table {
	void *item;
	u32 nr;
	u32 room;
};

/**
 * struct warden_stage - a policy under construction
 * @snap: what it becomes; its tables are moved in by warden_stage_finish()
 * @bytes: the entries as they came in, struct table of bytes
 * @broken: an entry was refused, so the whole is
 * @has_header: the header came in
 * @mode: mode of the policy
 * @own_mode: bit mask of the domains with a mode of their own
 * @signers: struct warden_signer
 * @programs: struct warden_program
 * @refs: struct warden_digest_ref
 * @purposes: struct warden_purpose
 * @rules: struct warden_rule; the purpose is an id until finish
 * @rule_digests: struct warden_digest
 * @nets: struct warden_net
 * @patterns: struct warden_pattern
 * @quorums: struct warden_quorum
 * @classings: struct warden_classing
 * @brokers: struct warden_broker
 * @tampers: struct warden_tamper
 * @arguments: struct warden_arguments
 * @reference: struct warden_digest, per domain
 */
struct warden_stage {
	struct warden_snapshot *snap;
	struct table bytes;
	bool broken;
	bool has_header;
	u8 mode;
	u32 own_mode;
	struct table signers;
	struct table programs;
	struct table refs;
	struct table purposes;
	struct table rules;
	struct table rule_digests;
	struct table nets;
	struct table patterns;
	struct table quorums;
	struct table classings;
	struct table brokers;
	struct table tampers;
	struct table arguments;
	struct table reference[WARDEN_DOMAIN_RULES];
};

int warden_stage_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, const char *why);
void *warden_stage_append(struct table *t, size_t size, u32 max, const char *what,
			  struct netlink_ext_ack *extack);
void warden_stage_trim(struct table *t, size_t size);
int warden_stage_keep(struct table *t, const void *bytes, u32 len);
int warden_stage_check_label(const struct nlattr *attr, const struct nlattr *entry,
			     struct netlink_ext_ack *extack);

/* One entry each; its kind is what the name says. */
int warden_stage_add_header(struct warden_stage *stage, const struct nlattr *attr,
			    struct netlink_ext_ack *extack);
int warden_stage_add_default(struct warden_stage *stage, const struct nlattr *attr,
			     struct netlink_ext_ack *extack);
int warden_stage_add_program(struct warden_stage *stage, const struct nlattr *attr,
			     struct netlink_ext_ack *extack);
int warden_stage_add_purpose(struct warden_stage *stage, const struct nlattr *attr,
			     struct netlink_ext_ack *extack);
int warden_stage_add_signer(struct warden_stage *stage, const struct nlattr *attr,
			    struct netlink_ext_ack *extack);
int warden_stage_add_rule(struct warden_stage *stage, const struct nlattr *attr,
			  struct netlink_ext_ack *extack);
int warden_stage_add_measure(struct warden_stage *stage, const struct nlattr *attr,
			     struct netlink_ext_ack *extack);
int warden_stage_add_appraise(struct warden_stage *stage, const struct nlattr *attr,
			      struct netlink_ext_ack *extack);
int warden_stage_add_classing(struct warden_stage *stage, const struct nlattr *attr,
			      struct netlink_ext_ack *extack);
int warden_stage_add_broker(struct warden_stage *stage, const struct nlattr *attr,
			    struct netlink_ext_ack *extack);
int warden_stage_add_tamper(struct warden_stage *stage, const struct nlattr *attr,
			    struct netlink_ext_ack *extack);

int warden_stage_fields(struct nlattr **tb, int max, const struct nlattr *nest,
			const struct nla_policy *table, struct netlink_ext_ack *extack);
int warden_stage_resolve_rules(struct warden_stage *stage, struct netlink_ext_ack *extack);

static inline u32 get_u32(struct nlattr *const *tb, int type, u32 missing)
{
	return tb[type] ? nla_get_u32(tb[type]) : missing;
}

static inline void get_string(char *to, size_t size, const struct nlattr *attr)
{
	if (attr)
		nla_strscpy(to, attr, size);
}

#endif /* WARDEN_STAGE_PRIV_H */
