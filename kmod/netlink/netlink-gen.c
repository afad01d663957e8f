// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/warden.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink-gen.h"

#include <uapi/linux/warden.h>

/* Integer value ranges */
static const struct netlink_range_validation warden_a_header_unused_range = {
	.min	= 1ULL,
	.max	= 3153600000ULL,
};

static const struct netlink_range_validation warden_a_header_unused_sensor_range = {
	.min	= 1ULL,
	.max	= 3153600000ULL,
};

static const struct netlink_range_validation warden_a_header_unused_listen_range = {
	.min	= 1ULL,
	.max	= 3153600000ULL,
};

static const struct netlink_range_validation warden_a_header_unused_connect_range = {
	.min	= 1ULL,
	.max	= 3153600000ULL,
};

static const struct netlink_range_validation warden_a_channel_protocol_range = {
	.max	= 65535ULL,
};

static const struct netlink_range_validation warden_a_channel_port_range = {
	.max	= 65535ULL,
};

static const struct netlink_range_validation warden_a_rule_protocol_range = {
	.max	= 65535ULL,
};

static const struct netlink_range_validation warden_a_rule_port_low_range = {
	.max	= 65535ULL,
};

static const struct netlink_range_validation warden_a_rule_port_high_range = {
	.max	= 65535ULL,
};

static const struct netlink_range_validation warden_a_broker_protocol_range = {
	.max	= 65535ULL,
};

static const struct netlink_range_validation warden_a_broker_port_range = {
	.min	= 1ULL,
	.max	= 65535ULL,
};

static const struct netlink_range_validation warden_a_consent_seconds_range = {
	.min	= 1ULL,
	.max	= 3153600000ULL,
};

static const struct netlink_range_validation warden_a_consent_week_range = {
	.max	= 604799ULL,
};

static const struct netlink_range_validation warden_a_debug_seconds_range = {
	.min	= 1ULL,
	.max	= 86400ULL,
};

static const struct netlink_range_validation warden_a_service_protocol_range = {
	.min	= 1ULL,
	.max	= 65535ULL,
};

static const struct netlink_range_validation warden_a_service_port_range = {
	.min	= 1ULL,
	.max	= 65535ULL,
};

static const struct netlink_range_validation warden_a_service_seconds_range = {
	.min	= 1ULL,
	.max	= 86400ULL,
};

/* Common nested types */
const struct nla_policy warden_appraise_nl_policy[WARDEN_A_APPRAISE_DIGESTS + 1] = {
	[WARDEN_A_APPRAISE_DOMAIN] = NLA_POLICY_RANGE(NLA_U32, 4, 17),
	[WARDEN_A_APPRAISE_DIGESTS] = { .type = NLA_BINARY, },
};

const struct nla_policy warden_broker_nl_policy[WARDEN_A_BROKER_PATH + 1] = {
	[WARDEN_A_BROKER_LINE] = NLA_POLICY_MIN(NLA_U32, 1),
	[WARDEN_A_BROKER_LABEL] = { .type = NLA_NUL_STRING, .len = 63, },
	[WARDEN_A_BROKER_CLASS] = NLA_POLICY_RANGE(NLA_U32, 1, 10),
	[WARDEN_A_BROKER_PROTOCOL] = NLA_POLICY_FULL_RANGE(NLA_U32, &warden_a_broker_protocol_range),
	[WARDEN_A_BROKER_PORT] = NLA_POLICY_FULL_RANGE(NLA_U32, &warden_a_broker_port_range),
	[WARDEN_A_BROKER_PATH] = { .type = NLA_NUL_STRING, .len = 107, },
};

const struct nla_policy warden_channel_nl_policy[WARDEN_A_CHANNEL_UNIT + 1] = {
	[WARDEN_A_CHANNEL_DIGEST] = NLA_POLICY_NESTED(warden_digest_nl_policy),
	[WARDEN_A_CHANNEL_UID] = { .type = NLA_U32, },
	[WARDEN_A_CHANNEL_PROTOCOL] = NLA_POLICY_FULL_RANGE(NLA_U32, &warden_a_channel_protocol_range),
	[WARDEN_A_CHANNEL_PORT] = NLA_POLICY_FULL_RANGE(NLA_U32, &warden_a_channel_port_range),
	[WARDEN_A_CHANNEL_UNIT] = { .type = NLA_NUL_STRING, .len = 255, },
};

const struct nla_policy warden_classify_nl_policy[WARDEN_A_CLASSIFY_CLASS + 1] = {
	[WARDEN_A_CLASSIFY_LINE] = NLA_POLICY_MIN(NLA_U32, 1),
	[WARDEN_A_CLASSIFY_DEVICE] = { .type = NLA_NUL_STRING, .len = 127, },
	[WARDEN_A_CLASSIFY_CLASS] = NLA_POLICY_RANGE(NLA_U32, 1, 10),
};

const struct nla_policy warden_default_nl_policy[WARDEN_A_DEFAULT_MODE + 1] = {
	[WARDEN_A_DEFAULT_DOMAIN] = NLA_POLICY_RANGE(NLA_U32, 1, 17),
	[WARDEN_A_DEFAULT_ACTION] = NLA_POLICY_MAX(NLA_U32, 1),
	[WARDEN_A_DEFAULT_MODE] = NLA_POLICY_MAX(NLA_U32, 1),
};

const struct nla_policy warden_digest_nl_policy[WARDEN_A_DIGEST_BYTES + 1] = {
	[WARDEN_A_DIGEST_ALG] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[WARDEN_A_DIGEST_BYTES] = NLA_POLICY_EXACT_LEN(32),
};

const struct nla_policy warden_header_nl_policy[WARDEN_A_HEADER_SETUP + 1] = {
	[WARDEN_A_HEADER_NAME] = { .type = NLA_NUL_STRING, .len = 63, },
	[WARDEN_A_HEADER_VERSION] = NLA_POLICY_MIN(NLA_U32, 1),
	[WARDEN_A_HEADER_CONTACT] = { .type = NLA_NUL_STRING, .len = 127, },
	[WARDEN_A_HEADER_SUPPORT_UNTIL] = { .type = NLA_NUL_STRING, .len = 10, },
	[WARDEN_A_HEADER_MODE] = NLA_POLICY_MAX(NLA_U32, 1),
	[WARDEN_A_HEADER_LAYER] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[WARDEN_A_HEADER_UNUSED] = NLA_POLICY_FULL_RANGE(NLA_U32, &warden_a_header_unused_range),
	[WARDEN_A_HEADER_SWEEP] = NLA_POLICY_MAX(NLA_U32, 1),
	[WARDEN_A_HEADER_SWEEP_USB] = NLA_POLICY_MAX(NLA_U32, 1),
	[WARDEN_A_HEADER_UNUSED_SENSOR] = NLA_POLICY_FULL_RANGE(NLA_U32, &warden_a_header_unused_sensor_range),
	[WARDEN_A_HEADER_UNUSED_LISTEN] = NLA_POLICY_FULL_RANGE(NLA_U32, &warden_a_header_unused_listen_range),
	[WARDEN_A_HEADER_UNUSED_CONNECT] = NLA_POLICY_FULL_RANGE(NLA_U32, &warden_a_header_unused_connect_range),
	[WARDEN_A_HEADER_SETUP] = NLA_POLICY_MAX(NLA_U32, 1),
};

const struct nla_policy warden_measure_nl_policy[WARDEN_A_MEASURE_DOMAINS + 1] = {
	[WARDEN_A_MEASURE_DOMAINS] = { .type = NLA_U32, },
};

const struct nla_policy warden_principal_nl_policy[WARDEN_A_PRINCIPAL_NAME + 1] = {
	[WARDEN_A_PRINCIPAL_NAME] = { .type = NLA_NUL_STRING, .len = 63, },
};

const struct nla_policy warden_program_nl_policy[WARDEN_A_PROGRAM_ARGUMENTS + 1] = {
	[WARDEN_A_PROGRAM_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[WARDEN_A_PROGRAM_LABEL] = { .type = NLA_NUL_STRING, .len = 63, },
	[WARDEN_A_PROGRAM_PATH] = { .type = NLA_NUL_STRING, .len = 255, },
	[WARDEN_A_PROGRAM_DIGEST] = NLA_POLICY_NESTED(warden_digest_nl_policy),
	[WARDEN_A_PROGRAM_UID] = { .type = NLA_U32, },
	[WARDEN_A_PROGRAM_UNIT] = { .type = NLA_NUL_STRING, .len = 255, },
	[WARDEN_A_PROGRAM_ARGUMENTS] = { .type = NLA_NUL_STRING, .len = 255, },
};

const struct nla_policy warden_purpose_nl_policy[WARDEN_A_PURPOSE_LASTS + 1] = {
	[WARDEN_A_PURPOSE_ID] = NLA_POLICY_MIN(NLA_U32, 1),
	[WARDEN_A_PURPOSE_LABEL] = { .type = NLA_NUL_STRING, .len = 63, },
	[WARDEN_A_PURPOSE_TEXT] = { .type = NLA_NUL_STRING, .len = 255, },
	[WARDEN_A_PURPOSE_NOTICE] = NLA_POLICY_EXACT_LEN(32),
	[WARDEN_A_PURPOSE_UNTIL] = NLA_POLICY_MIN(NLA_U64, 1),
	[WARDEN_A_PURPOSE_LASTS] = NLA_POLICY_MIN(NLA_U32, 1),
};

const struct nla_policy warden_rule_nl_policy[WARDEN_A_RULE_OWN + 1] = {
	[WARDEN_A_RULE_LINE] = NLA_POLICY_MIN(NLA_U32, 1),
	[WARDEN_A_RULE_DOMAIN] = NLA_POLICY_RANGE(NLA_U32, 1, 17),
	[WARDEN_A_RULE_ACTION] = NLA_POLICY_MAX(NLA_U32, 1),
	[WARDEN_A_RULE_PROGRAM] = NLA_POLICY_MIN(NLA_U32, 1),
	[WARDEN_A_RULE_CLASS] = NLA_POLICY_RANGE(NLA_U32, 1, 11),
	[WARDEN_A_RULE_TOPOLOGY] = { .type = NLA_NUL_STRING, .len = 127, },
	[WARDEN_A_RULE_PURPOSE] = NLA_POLICY_MIN(NLA_U32, 1),
	[WARDEN_A_RULE_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x1ff),
	[WARDEN_A_RULE_WITHDRAW_MS] = NLA_POLICY_RANGE(NLA_U32, 1, 10000),
	[WARDEN_A_RULE_PROTOCOL] = NLA_POLICY_FULL_RANGE(NLA_U32, &warden_a_rule_protocol_range),
	[WARDEN_A_RULE_PORT_LOW] = NLA_POLICY_FULL_RANGE(NLA_U32, &warden_a_rule_port_low_range),
	[WARDEN_A_RULE_PORT_HIGH] = NLA_POLICY_FULL_RANGE(NLA_U32, &warden_a_rule_port_high_range),
	[WARDEN_A_RULE_DIGEST] = NLA_POLICY_NESTED(warden_digest_nl_policy),
	[WARDEN_A_RULE_CONTROL] = { .type = NLA_NUL_STRING, .len = 15, },
	[WARDEN_A_RULE_PORTS] = { .type = NLA_BINARY, },
	[WARDEN_A_RULE_NET] = NLA_POLICY_EXACT_LEN(18),
	[WARDEN_A_RULE_SOCKET] = NLA_POLICY_RANGE(NLA_U32, 1, 43),
	[WARDEN_A_RULE_SURFACE] = NLA_POLICY_RANGE(NLA_U32, 1, 13),
	[WARDEN_A_RULE_PATTERN] = { .type = NLA_NUL_STRING, .len = 63, },
	[WARDEN_A_RULE_PRINCIPAL] = NLA_POLICY_NESTED(warden_principal_nl_policy),
	[WARDEN_A_RULE_QUORUM] = NLA_POLICY_RANGE(NLA_U32, 1, 8),
	[WARDEN_A_RULE_USB_CLASS] = NLA_POLICY_RANGE(NLA_U32, 1, 255),
	[WARDEN_A_RULE_INTERFACE] = { .type = NLA_NUL_STRING, .len = 15, },
	[WARDEN_A_RULE_RATE] = NLA_POLICY_MIN(NLA_U32, 1),
	[WARDEN_A_RULE_OWN] = NLA_POLICY_EXACT_LEN(18),
};

const struct nla_policy warden_signer_nl_policy[WARDEN_A_SIGNER_NOT_AFTER + 1] = {
	[WARDEN_A_SIGNER_ROLE] = NLA_POLICY_RANGE(NLA_U32, 1, 4),
	[WARDEN_A_SIGNER_CERTIFICATE] = { .type = NLA_BINARY, },
	[WARDEN_A_SIGNER_NOT_AFTER] = { .type = NLA_U64, },
};

const struct nla_policy warden_tamper_input_nl_policy[WARDEN_A_TAMPER_INPUT_DEVICE + 1] = {
	[WARDEN_A_TAMPER_INPUT_LINE] = NLA_POLICY_MIN(NLA_U32, 1),
	[WARDEN_A_TAMPER_INPUT_KIND] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[WARDEN_A_TAMPER_INPUT_CODE] = NLA_POLICY_MAX(NLA_U32, 767),
	[WARDEN_A_TAMPER_INPUT_STATE] = NLA_POLICY_MAX(NLA_U32, 1),
	[WARDEN_A_TAMPER_INPUT_DEVICE] = { .type = NLA_NUL_STRING, .len = 127, },
};

const struct nla_policy warden_window_nl_policy[WARDEN_A_WINDOW_TO + 1] = {
	[WARDEN_A_WINDOW_DAYS] = NLA_POLICY_RANGE(NLA_U32, 1, 127),
	[WARDEN_A_WINDOW_FROM] = NLA_POLICY_MAX(NLA_U32, 1439),
	[WARDEN_A_WINDOW_TO] = NLA_POLICY_MAX(NLA_U32, 1440),
};

/* WARDEN_CMD_POLICY_ADD - do */
static const struct nla_policy warden_policy_add_nl_policy[WARDEN_A_POLICY_TAMPER + 1] = {
	[WARDEN_A_POLICY_HEADER] = NLA_POLICY_NESTED(warden_header_nl_policy),
	[WARDEN_A_POLICY_DEFAULT] = NLA_POLICY_NESTED(warden_default_nl_policy),
	[WARDEN_A_POLICY_PROGRAM] = NLA_POLICY_NESTED(warden_program_nl_policy),
	[WARDEN_A_POLICY_PURPOSE] = NLA_POLICY_NESTED(warden_purpose_nl_policy),
	[WARDEN_A_POLICY_RULE] = { .type = NLA_NESTED, },
	[WARDEN_A_POLICY_MEASURE] = NLA_POLICY_NESTED(warden_measure_nl_policy),
	[WARDEN_A_POLICY_APPRAISE] = NLA_POLICY_NESTED(warden_appraise_nl_policy),
	[WARDEN_A_POLICY_SIGNER] = NLA_POLICY_NESTED(warden_signer_nl_policy),
	[WARDEN_A_POLICY_CLASSIFY] = NLA_POLICY_NESTED(warden_classify_nl_policy),
	[WARDEN_A_POLICY_BROKER] = NLA_POLICY_NESTED(warden_broker_nl_policy),
	[WARDEN_A_POLICY_TAMPER] = NLA_POLICY_NESTED(warden_tamper_input_nl_policy),
};

/* WARDEN_CMD_POLICY_COMMIT - do */
static const struct nla_policy warden_policy_commit_nl_policy[WARDEN_A_POLICY_SHADOW + 1] = {
	[WARDEN_A_POLICY_DIGEST] = NLA_POLICY_EXACT_LEN(32),
	[WARDEN_A_POLICY_SIGNATURE] = { .type = NLA_BINARY, },
	[WARDEN_A_POLICY_CONFIRM] = NLA_POLICY_RANGE(NLA_U32, 1, 3600),
	[WARDEN_A_POLICY_FORCE] = NLA_POLICY_MAX(NLA_U32, 1),
	[WARDEN_A_POLICY_CHANNEL] = NLA_POLICY_NESTED(warden_channel_nl_policy),
	[WARDEN_A_POLICY_SHADOW] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* WARDEN_CMD_CONSENT_GRANT - do */
static const struct nla_policy warden_consent_grant_nl_policy[WARDEN_A_CONSENT_JURISDICTION + 1] = {
	[WARDEN_A_CONSENT_PROGRAM] = { .type = NLA_NUL_STRING, .len = 63, },
	[WARDEN_A_CONSENT_CLASS] = NLA_POLICY_RANGE(NLA_U32, 1, 11),
	[WARDEN_A_CONSENT_PURPOSE] = { .type = NLA_NUL_STRING, .len = 63, },
	[WARDEN_A_CONSENT_PRINCIPAL] = { .type = NLA_NUL_STRING, .len = 63, },
	[WARDEN_A_CONSENT_BASIS] = { .type = NLA_NUL_STRING, .len = 63, },
	[WARDEN_A_CONSENT_NOTICE] = NLA_POLICY_EXACT_LEN(32),
	[WARDEN_A_CONSENT_SECONDS] = NLA_POLICY_FULL_RANGE(NLA_U64, &warden_a_consent_seconds_range),
	[WARDEN_A_CONSENT_VALIDITY] = NLA_POLICY_MAX(NLA_U32, 3),
	[WARDEN_A_CONSENT_CONTEXT] = NLA_POLICY_MAX(NLA_U32, 2),
	[WARDEN_A_CONSENT_WINDOW] = NLA_POLICY_NESTED(warden_window_nl_policy),
	[WARDEN_A_CONSENT_WEEK] = NLA_POLICY_FULL_RANGE(NLA_U32, &warden_a_consent_week_range),
	[WARDEN_A_CONSENT_JURISDICTION] = { .type = NLA_NUL_STRING, .len = 63, },
};

/* WARDEN_CMD_CONSENT_WITHDRAW - do */
static const struct nla_policy warden_consent_withdraw_nl_policy[WARDEN_A_CONSENT_ALL + 1] = {
	[WARDEN_A_CONSENT_RECEIPT] = NLA_POLICY_EXACT_LEN(16),
	[WARDEN_A_CONSENT_PROGRAM] = { .type = NLA_NUL_STRING, .len = 63, },
	[WARDEN_A_CONSENT_CLASS] = NLA_POLICY_RANGE(NLA_U32, 1, 11),
	[WARDEN_A_CONSENT_ALL] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* WARDEN_CMD_AUDIT_GET - dump */
static const struct nla_policy warden_audit_get_nl_policy[WARDEN_A_RECORD_SEQ + 1] = {
	[WARDEN_A_RECORD_SEQ] = { .type = NLA_U64, },
};

/* WARDEN_CMD_MEASURE_GET - dump */
static const struct nla_policy warden_measure_get_nl_policy[WARDEN_A_MEASUREMENT_SEQ + 1] = {
	[WARDEN_A_MEASUREMENT_SEQ] = { .type = NLA_U64, },
};

/* WARDEN_CMD_PROBE_END - do */
static const struct nla_policy warden_probe_end_nl_policy[WARDEN_A_PROBE_AGREED + 1] = {
	[WARDEN_A_PROBE_AGREED] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* WARDEN_CMD_POLICY_CONFIRM - do */
static const struct nla_policy warden_policy_confirm_nl_policy[WARDEN_A_POLICY_REVERT + 1] = {
	[WARDEN_A_POLICY_REVERT] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* WARDEN_CMD_POLICY_DROP - do */
static const struct nla_policy warden_policy_drop_nl_policy[WARDEN_A_POLICY_SHADOW + 1] = {
	[WARDEN_A_POLICY_LAYER] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[WARDEN_A_POLICY_SHADOW] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* WARDEN_CMD_POLICY_READ - dump */
static const struct nla_policy warden_policy_read_nl_policy[WARDEN_A_POLICY_LAYER + 1] = {
	[WARDEN_A_POLICY_LAYER] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
};

/* WARDEN_CMD_TRUST_ENROLL - do */
static const struct nla_policy warden_trust_enroll_nl_policy[WARDEN_A_TRUST_CERTIFICATE + 1] = {
	[WARDEN_A_TRUST_CERTIFICATE] = { .type = NLA_BINARY, },
	[WARDEN_A_TRUST_NOT_AFTER] = { .type = NLA_U64, },
};

/* WARDEN_CMD_DEBUG_OPEN - do */
static const struct nla_policy warden_debug_open_nl_policy[WARDEN_A_DEBUG_SECONDS + 1] = {
	[WARDEN_A_DEBUG_SURFACE] = NLA_POLICY_RANGE(NLA_U32, 1, 13),
	[WARDEN_A_DEBUG_SECONDS] = NLA_POLICY_FULL_RANGE(NLA_U32, &warden_a_debug_seconds_range),
};

/* WARDEN_CMD_QUARANTINE_ADD - do */
static const struct nla_policy warden_quarantine_add_nl_policy[WARDEN_A_QUARANTINE_LABEL + 1] = {
	[WARDEN_A_QUARANTINE_ALG] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[WARDEN_A_QUARANTINE_DIGEST] = NLA_POLICY_EXACT_LEN(32),
	[WARDEN_A_QUARANTINE_LABEL] = { .type = NLA_NUL_STRING, .len = 255, },
};

/* WARDEN_CMD_QUARANTINE_REMOVE - do */
static const struct nla_policy warden_quarantine_remove_nl_policy[WARDEN_A_QUARANTINE_DIGEST + 1] = {
	[WARDEN_A_QUARANTINE_ALG] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[WARDEN_A_QUARANTINE_DIGEST] = NLA_POLICY_EXACT_LEN(32),
};

/* WARDEN_CMD_DEBUG_CLOSE - do */
static const struct nla_policy warden_debug_close_nl_policy[WARDEN_A_DEBUG_SURFACE + 1] = {
	[WARDEN_A_DEBUG_SURFACE] = NLA_POLICY_RANGE(NLA_U32, 1, 13),
};

/* WARDEN_CMD_SWITCH_SET - do */
static const struct nla_policy warden_switch_set_nl_policy[WARDEN_A_SWITCH_OFF + 1] = {
	[WARDEN_A_SWITCH_CLASS] = NLA_POLICY_RANGE(NLA_U32, 1, 31),
	[WARDEN_A_SWITCH_OFF] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* WARDEN_CMD_CONTEXT_SET - do */
static const struct nla_policy warden_context_set_nl_policy[WARDEN_A_CONSENT_CONTEXT + 1] = {
	[WARDEN_A_CONSENT_CONTEXT] = NLA_POLICY_MAX(NLA_U32, 2),
};

/* WARDEN_CMD_CONSENT_RESTORE - do */
static const struct nla_policy warden_consent_restore_nl_policy[WARDEN_A_CONSENT_IMPORT + 1] = {
	[WARDEN_A_CONSENT_RECEIPT] = NLA_POLICY_EXACT_LEN(16),
	[WARDEN_A_CONSENT_PROGRAM] = { .type = NLA_NUL_STRING, .len = 63, },
	[WARDEN_A_CONSENT_CLASS] = NLA_POLICY_RANGE(NLA_U32, 1, 11),
	[WARDEN_A_CONSENT_PURPOSE] = { .type = NLA_NUL_STRING, .len = 63, },
	[WARDEN_A_CONSENT_PRINCIPAL] = { .type = NLA_NUL_STRING, .len = 63, },
	[WARDEN_A_CONSENT_BASIS] = { .type = NLA_NUL_STRING, .len = 63, },
	[WARDEN_A_CONSENT_NOTICE] = NLA_POLICY_EXACT_LEN(32),
	[WARDEN_A_CONSENT_SECONDS] = NLA_POLICY_FULL_RANGE(NLA_U64, &warden_a_consent_seconds_range),
	[WARDEN_A_CONSENT_CONTEXT] = NLA_POLICY_MAX(NLA_U32, 2),
	[WARDEN_A_CONSENT_WINDOW] = NLA_POLICY_NESTED(warden_window_nl_policy),
	[WARDEN_A_CONSENT_WEEK] = NLA_POLICY_FULL_RANGE(NLA_U32, &warden_a_consent_week_range),
	[WARDEN_A_CONSENT_JURISDICTION] = { .type = NLA_NUL_STRING, .len = 63, },
	[WARDEN_A_CONSENT_ISSUED] = { .type = NLA_U64, },
	[WARDEN_A_CONSENT_USES] = { .type = NLA_U32, },
	[WARDEN_A_CONSENT_PROGRAM_DIGEST] = NLA_POLICY_NESTED(warden_digest_nl_policy),
	[WARDEN_A_CONSENT_IMPORT] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* WARDEN_CMD_POLICY_FLOOR - do */
static const struct nla_policy warden_policy_floor_nl_policy[WARDEN_A_POLICY_FLOOR + 1] = {
	[WARDEN_A_POLICY_LAYER] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[WARDEN_A_POLICY_FLOOR] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* WARDEN_CMD_SERVICE_OPEN - do */
static const struct nla_policy warden_service_open_nl_policy[WARDEN_A_SERVICE_SECONDS + 1] = {
	[WARDEN_A_SERVICE_PROTOCOL] = NLA_POLICY_FULL_RANGE(NLA_U32, &warden_a_service_protocol_range),
	[WARDEN_A_SERVICE_PORT] = NLA_POLICY_FULL_RANGE(NLA_U32, &warden_a_service_port_range),
	[WARDEN_A_SERVICE_SECONDS] = NLA_POLICY_FULL_RANGE(NLA_U64, &warden_a_service_seconds_range),
};

/* WARDEN_CMD_SERVICE_CLOSE - do */
static const struct nla_policy warden_service_close_nl_policy[WARDEN_A_SERVICE_PORT + 1] = {
	[WARDEN_A_SERVICE_PROTOCOL] = NLA_POLICY_FULL_RANGE(NLA_U32, &warden_a_service_protocol_range),
	[WARDEN_A_SERVICE_PORT] = NLA_POLICY_FULL_RANGE(NLA_U32, &warden_a_service_port_range),
};

/* WARDEN_CMD_CONSENT_CARRY - do */
static const struct nla_policy warden_consent_carry_nl_policy[WARDEN_A_CONSENT_SIGNATURE + 1] = {
	[WARDEN_A_CONSENT_STATEMENT] = { .type = NLA_BINARY, },
	[WARDEN_A_CONSENT_SIGNATURE] = { .type = NLA_BINARY, },
};

/* WARDEN_CMD_QUARANTINE_LOAD - do */
static const struct nla_policy warden_quarantine_load_nl_policy[WARDEN_A_QUARANTINE_SIGNATURE + 1] = {
	[WARDEN_A_QUARANTINE_LIST] = { .type = NLA_BINARY, },
	[WARDEN_A_QUARANTINE_SIGNATURE] = { .type = NLA_BINARY, },
};

/* WARDEN_CMD_QUARANTINE_RESTORE - do */
static const struct nla_policy warden_quarantine_restore_nl_policy[WARDEN_A_QUARANTINE_CERTIFICATE + 1] = {
	[WARDEN_A_QUARANTINE_LIST] = { .type = NLA_BINARY, },
	[WARDEN_A_QUARANTINE_LAYER] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[WARDEN_A_QUARANTINE_DIGEST] = NLA_POLICY_EXACT_LEN(32),
	[WARDEN_A_QUARANTINE_CERTIFICATE] = NLA_POLICY_EXACT_LEN(32),
	[WARDEN_A_QUARANTINE_SIGNER] = { .type = NLA_NUL_STRING, .len = 191, },
};

/* WARDEN_CMD_RULE_RENEW - do */
static const struct nla_policy warden_rule_renew_nl_policy[WARDEN_A_RULE_USE_LINE + 1] = {
	[WARDEN_A_RULE_USE_LAYER] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[WARDEN_A_RULE_USE_LINE] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* WARDEN_CMD_RULE_USE_RESTORE - do */
static const struct nla_policy warden_rule_use_restore_nl_policy[WARDEN_A_RULE_USE_LAPSED + 1] = {
	[WARDEN_A_RULE_USE_LAYER] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[WARDEN_A_RULE_USE_DIGEST] = NLA_POLICY_EXACT_LEN(32),
	[WARDEN_A_RULE_USE_AT] = NLA_POLICY_MIN(NLA_U32, 1),
	[WARDEN_A_RULE_USE_IDLE] = { .type = NLA_U32, },
	[WARDEN_A_RULE_USE_USED] = NLA_POLICY_MAX(NLA_U32, 1),
	[WARDEN_A_RULE_USE_LAPSED] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* WARDEN_CMD_OWNER_ENROLL - do */
static const struct nla_policy warden_owner_enroll_nl_policy[WARDEN_A_TRUST_RESTORED + 1] = {
	[WARDEN_A_TRUST_CERTIFICATE] = { .type = NLA_BINARY, },
	[WARDEN_A_TRUST_NOT_AFTER] = { .type = NLA_U64, },
	[WARDEN_A_TRUST_RESTORED] = NLA_POLICY_MAX(NLA_U32, 1),
};

/* WARDEN_CMD_PURPOSE_RESTORE - do */
static const struct nla_policy warden_purpose_restore_nl_policy[WARDEN_A_PURPOSE_STATE_LEFT + 1] = {
	[WARDEN_A_PURPOSE_STATE_LAYER] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[WARDEN_A_PURPOSE_STATE_DIGEST] = NLA_POLICY_EXACT_LEN(32),
	[WARDEN_A_PURPOSE_STATE_LABEL] = { .type = NLA_NUL_STRING, .len = 63, },
	[WARDEN_A_PURPOSE_STATE_LEFT] = { .type = NLA_U64, },
};

/* WARDEN_CMD_TAMPER_RESTORE - do */
static const struct nla_policy warden_tamper_restore_nl_policy[WARDEN_A_TAMPER_STARTS + 1] = {
	[WARDEN_A_TAMPER_COUNT] = NLA_POLICY_MIN(NLA_U32, 1),
	[WARDEN_A_TAMPER_LOCKED] = NLA_POLICY_MAX(NLA_U32, 1),
	[WARDEN_A_TAMPER_WHAT] = { .type = NLA_NUL_STRING, .len = 127, },
	[WARDEN_A_TAMPER_STARTS] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* Ops table for warden */
static const struct genl_split_ops warden_nl_ops[] = {
	{
		.cmd		= WARDEN_CMD_STATUS_GET,
		.pre_doit	= warden_nl_pre_anyone,
		.doit		= warden_nl_status_get_doit,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_STOP,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_stop_doit,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= WARDEN_CMD_SENSOR_GET,
		.start	= warden_nl_start_read,
		.dumpit	= warden_nl_sensor_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= WARDEN_CMD_POLICY_BEGIN,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_policy_begin_doit,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_POLICY_ADD,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_policy_add_doit,
		.policy		= warden_policy_add_nl_policy,
		.maxattr	= WARDEN_A_POLICY_TAMPER,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_POLICY_COMMIT,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_policy_commit_doit,
		.policy		= warden_policy_commit_nl_policy,
		.maxattr	= WARDEN_A_POLICY_SHADOW,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_POLICY_GET,
		.pre_doit	= warden_nl_pre_read,
		.doit		= warden_nl_policy_get_doit,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_CONSENT_GRANT,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_consent_grant_doit,
		.policy		= warden_consent_grant_nl_policy,
		.maxattr	= WARDEN_A_CONSENT_JURISDICTION,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_CONSENT_WITHDRAW,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_consent_withdraw_doit,
		.policy		= warden_consent_withdraw_nl_policy,
		.maxattr	= WARDEN_A_CONSENT_ALL,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= WARDEN_CMD_CONSENT_GET,
		.start	= warden_nl_start_read,
		.dumpit	= warden_nl_consent_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd	= WARDEN_CMD_SESSION_GET,
		.start	= warden_nl_start_read,
		.dumpit	= warden_nl_session_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= WARDEN_CMD_AUDIT_GET,
		.start		= warden_nl_start_read,
		.dumpit		= warden_nl_audit_get_dumpit,
		.policy		= warden_audit_get_nl_policy,
		.maxattr	= WARDEN_A_RECORD_SEQ,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= WARDEN_CMD_MEASURE_GET,
		.start		= warden_nl_start_read,
		.dumpit		= warden_nl_measure_get_dumpit,
		.policy		= warden_measure_get_nl_policy,
		.maxattr	= WARDEN_A_MEASUREMENT_SEQ,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= WARDEN_CMD_PROBE_BEGIN,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_probe_begin_doit,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_PROBE_STEP,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_probe_step_doit,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_PROBE_END,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_probe_end_doit,
		.policy		= warden_probe_end_nl_policy,
		.maxattr	= WARDEN_A_PROBE_AGREED,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_POLICY_CONFIRM,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_policy_confirm_doit,
		.policy		= warden_policy_confirm_nl_policy,
		.maxattr	= WARDEN_A_POLICY_REVERT,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_POLICY_DROP,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_policy_drop_doit,
		.policy		= warden_policy_drop_nl_policy,
		.maxattr	= WARDEN_A_POLICY_SHADOW,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_POLICY_READ,
		.start		= warden_nl_policy_read_start,
		.dumpit		= warden_nl_policy_read_dumpit,
		.done		= warden_nl_policy_read_done,
		.policy		= warden_policy_read_nl_policy,
		.maxattr	= WARDEN_A_POLICY_LAYER,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= WARDEN_CMD_TRUST_ENROLL,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_trust_enroll_doit,
		.policy		= warden_trust_enroll_nl_policy,
		.maxattr	= WARDEN_A_TRUST_CERTIFICATE,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= WARDEN_CMD_TRUST_GET,
		.start	= warden_nl_start_read,
		.dumpit	= warden_nl_trust_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= WARDEN_CMD_DEBUG_OPEN,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_debug_open_doit,
		.policy		= warden_debug_open_nl_policy,
		.maxattr	= WARDEN_A_DEBUG_SECONDS,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_QUARANTINE_ADD,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_quarantine_add_doit,
		.policy		= warden_quarantine_add_nl_policy,
		.maxattr	= WARDEN_A_QUARANTINE_LABEL,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_QUARANTINE_REMOVE,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_quarantine_remove_doit,
		.policy		= warden_quarantine_remove_nl_policy,
		.maxattr	= WARDEN_A_QUARANTINE_DIGEST,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= WARDEN_CMD_QUARANTINE_GET,
		.start	= warden_nl_start_read,
		.dumpit	= warden_nl_quarantine_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= WARDEN_CMD_DEBUG_CLOSE,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_debug_close_doit,
		.policy		= warden_debug_close_nl_policy,
		.maxattr	= WARDEN_A_DEBUG_SURFACE,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_SWITCH_SET,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_switch_set_doit,
		.policy		= warden_switch_set_nl_policy,
		.maxattr	= WARDEN_A_SWITCH_OFF,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_CONTEXT_SET,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_context_set_doit,
		.policy		= warden_context_set_nl_policy,
		.maxattr	= WARDEN_A_CONSENT_CONTEXT,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_CONSENT_RESTORE,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_consent_restore_doit,
		.policy		= warden_consent_restore_nl_policy,
		.maxattr	= WARDEN_A_CONSENT_IMPORT,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_STATE_SEAL,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_state_seal_doit,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_POLICY_FLOOR,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_policy_floor_doit,
		.policy		= warden_policy_floor_nl_policy,
		.maxattr	= WARDEN_A_POLICY_FLOOR,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_AUDIT_MARK,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_audit_mark_doit,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_SERVICE_OPEN,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_service_open_doit,
		.policy		= warden_service_open_nl_policy,
		.maxattr	= WARDEN_A_SERVICE_SECONDS,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_SERVICE_CLOSE,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_service_close_doit,
		.policy		= warden_service_close_nl_policy,
		.maxattr	= WARDEN_A_SERVICE_PORT,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= WARDEN_CMD_SERVICE_GET,
		.start	= warden_nl_start_read,
		.dumpit	= warden_nl_service_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= WARDEN_CMD_CONSENT_CARRY,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_consent_carry_doit,
		.policy		= warden_consent_carry_nl_policy,
		.maxattr	= WARDEN_A_CONSENT_SIGNATURE,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_OWNER_TRANSFER,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_owner_transfer_doit,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_QUARANTINE_LOAD,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_quarantine_load_doit,
		.policy		= warden_quarantine_load_nl_policy,
		.maxattr	= WARDEN_A_QUARANTINE_SIGNATURE,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_QUARANTINE_RESTORE,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_quarantine_restore_doit,
		.policy		= warden_quarantine_restore_nl_policy,
		.maxattr	= WARDEN_A_QUARANTINE_CERTIFICATE,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= WARDEN_CMD_RULE_USE_GET,
		.start	= warden_nl_start_read,
		.dumpit	= warden_nl_rule_use_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= WARDEN_CMD_RULE_RENEW,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_rule_renew_doit,
		.policy		= warden_rule_renew_nl_policy,
		.maxattr	= WARDEN_A_RULE_USE_LINE,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_RULE_USE_RESTORE,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_rule_use_restore_doit,
		.policy		= warden_rule_use_restore_nl_policy,
		.maxattr	= WARDEN_A_RULE_USE_LAPSED,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_OWNER_ENROLL,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_owner_enroll_doit,
		.policy		= warden_owner_enroll_nl_policy,
		.maxattr	= WARDEN_A_TRUST_RESTORED,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= WARDEN_CMD_PURPOSE_GET,
		.start	= warden_nl_start_read,
		.dumpit	= warden_nl_purpose_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= WARDEN_CMD_PURPOSE_RESTORE,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_purpose_restore_doit,
		.policy		= warden_purpose_restore_nl_policy,
		.maxattr	= WARDEN_A_PURPOSE_STATE_LEFT,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= WARDEN_CMD_TAMPER_GET,
		.start	= warden_nl_start_read,
		.dumpit	= warden_nl_tamper_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= WARDEN_CMD_TAMPER_CLEAR,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_tamper_clear_doit,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= WARDEN_CMD_TAMPER_RESTORE,
		.pre_doit	= warden_nl_pre_admin,
		.doit		= warden_nl_tamper_restore_doit,
		.policy		= warden_tamper_restore_nl_policy,
		.maxattr	= WARDEN_A_TAMPER_STARTS,
		.flags		= GENL_CMD_CAP_DO,
	},
};

static const struct genl_multicast_group warden_nl_mcgrps[] = {
	[WARDEN_NLGRP_AUDIT] = { "audit", },
};

struct genl_family warden_nl_family __ro_after_init = {
	.name		= WARDEN_FAMILY_NAME,
	.version	= WARDEN_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= warden_nl_ops,
	.n_split_ops	= ARRAY_SIZE(warden_nl_ops),
	.mcgrps		= warden_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(warden_nl_mcgrps),
};
