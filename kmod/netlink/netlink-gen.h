/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/warden.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_WARDEN_GEN_H
#define _LINUX_WARDEN_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/warden.h>

/* Common nested types */
extern const struct nla_policy warden_appraise_nl_policy[WARDEN_A_APPRAISE_DIGESTS + 1];
extern const struct nla_policy warden_broker_nl_policy[WARDEN_A_BROKER_PATH + 1];
extern const struct nla_policy warden_channel_nl_policy[WARDEN_A_CHANNEL_UNIT + 1];
extern const struct nla_policy warden_classify_nl_policy[WARDEN_A_CLASSIFY_CLASS + 1];
extern const struct nla_policy warden_default_nl_policy[WARDEN_A_DEFAULT_MODE + 1];
extern const struct nla_policy warden_digest_nl_policy[WARDEN_A_DIGEST_BYTES + 1];
extern const struct nla_policy warden_header_nl_policy[WARDEN_A_HEADER_SETUP + 1];
extern const struct nla_policy warden_measure_nl_policy[WARDEN_A_MEASURE_DOMAINS + 1];
extern const struct nla_policy warden_principal_nl_policy[WARDEN_A_PRINCIPAL_NAME + 1];
extern const struct nla_policy warden_program_nl_policy[WARDEN_A_PROGRAM_ARGUMENTS + 1];
extern const struct nla_policy warden_purpose_nl_policy[WARDEN_A_PURPOSE_LASTS + 1];
extern const struct nla_policy warden_rule_nl_policy[WARDEN_A_RULE_OWN + 1];
extern const struct nla_policy warden_signer_nl_policy[WARDEN_A_SIGNER_NOT_AFTER + 1];
extern const struct nla_policy warden_tamper_input_nl_policy[WARDEN_A_TAMPER_INPUT_DEVICE + 1];
extern const struct nla_policy warden_window_nl_policy[WARDEN_A_WINDOW_TO + 1];

int warden_nl_pre_anyone(const struct genl_split_ops *ops, struct sk_buff *skb,
			 struct genl_info *info);
int warden_nl_pre_admin(const struct genl_split_ops *ops, struct sk_buff *skb,
			struct genl_info *info);
int warden_nl_pre_read(const struct genl_split_ops *ops, struct sk_buff *skb,
		       struct genl_info *info);
int warden_nl_start_read(struct netlink_callback *cb);
int warden_nl_policy_read_start(struct netlink_callback *cb);
int warden_nl_policy_read_done(struct netlink_callback *cb);

int warden_nl_status_get_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_stop_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_sensor_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int warden_nl_policy_begin_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_policy_add_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_policy_commit_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_policy_get_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_consent_grant_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_consent_withdraw_doit(struct sk_buff *skb,
				    struct genl_info *info);
int warden_nl_consent_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int warden_nl_session_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int warden_nl_audit_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int warden_nl_measure_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int warden_nl_probe_begin_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_probe_step_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_probe_end_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_policy_confirm_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_policy_drop_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_policy_read_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int warden_nl_trust_enroll_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_trust_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int warden_nl_debug_open_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_quarantine_add_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_quarantine_remove_doit(struct sk_buff *skb,
				     struct genl_info *info);
int warden_nl_quarantine_get_dumpit(struct sk_buff *skb,
				    struct netlink_callback *cb);
int warden_nl_debug_close_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_switch_set_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_context_set_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_consent_restore_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_state_seal_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_policy_floor_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_audit_mark_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_service_open_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_service_close_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_service_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int warden_nl_consent_carry_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_owner_transfer_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_quarantine_load_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_quarantine_restore_doit(struct sk_buff *skb,
				      struct genl_info *info);
int warden_nl_rule_use_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int warden_nl_rule_renew_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_rule_use_restore_doit(struct sk_buff *skb,
				    struct genl_info *info);
int warden_nl_owner_enroll_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_purpose_get_dumpit(struct sk_buff *skb,
				 struct netlink_callback *cb);
int warden_nl_purpose_restore_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_tamper_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int warden_nl_tamper_clear_doit(struct sk_buff *skb, struct genl_info *info);
int warden_nl_tamper_restore_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	WARDEN_NLGRP_AUDIT,
};

extern struct genl_family warden_nl_family;

#endif /* _LINUX_WARDEN_GEN_H */
