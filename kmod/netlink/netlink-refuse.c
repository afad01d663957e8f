// SPDX-License-Identifier: GPL-2.0-only
/*
 * Commands that are refused because their sender lacks a right, recorded.
 *
 * Anybody can send them, as fast as the machine goes and from as many processes
 * as there may be. So they are told apart by nothing: one in a second becomes a
 * record, and one more has the count of the others.
 */
#include <linux/cred.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <uapi/linux/warden.h>

#include "netlink.h"
#include "policy/layers.h"
#include "program/identity.h"
#include "record/record.h"

/* As the netlink spec has them; what is refused for want of a right only. */
static const char *const words[] = {
	[WARDEN_CMD_STOP] = "stop",
	[WARDEN_CMD_SENSOR_GET] = "sensor-get",
	[WARDEN_CMD_POLICY_BEGIN] = "policy-begin",
	[WARDEN_CMD_POLICY_ADD] = "policy-add",
	[WARDEN_CMD_POLICY_COMMIT] = "policy-commit",
	[WARDEN_CMD_POLICY_GET] = "policy-get",
	[WARDEN_CMD_CONSENT_GRANT] = "consent-grant",
	[WARDEN_CMD_CONSENT_WITHDRAW] = "consent-withdraw",
	[WARDEN_CMD_CONSENT_GET] = "consent-get",
	[WARDEN_CMD_SESSION_GET] = "session-get",
	[WARDEN_CMD_AUDIT_GET] = "audit-get",
	[WARDEN_CMD_MEASURE_GET] = "measure-get",
	[WARDEN_CMD_PROBE_BEGIN] = "probe-begin",
	[WARDEN_CMD_PROBE_STEP] = "probe-step",
	[WARDEN_CMD_PROBE_END] = "probe-end",
	[WARDEN_CMD_POLICY_CONFIRM] = "policy-confirm",
	[WARDEN_CMD_POLICY_DROP] = "policy-drop",
	[WARDEN_CMD_POLICY_READ] = "policy-read",
	[WARDEN_CMD_TRUST_ENROLL] = "trust-enroll",
	[WARDEN_CMD_TRUST_GET] = "trust-get",
	[WARDEN_CMD_DEBUG_OPEN] = "debug-open",
	[WARDEN_CMD_QUARANTINE_ADD] = "quarantine-add",
	[WARDEN_CMD_QUARANTINE_REMOVE] = "quarantine-remove",
	[WARDEN_CMD_QUARANTINE_GET] = "quarantine-get",
	[WARDEN_CMD_DEBUG_CLOSE] = "debug-close",
	[WARDEN_CMD_SWITCH_SET] = "switch-set",
	[WARDEN_CMD_CONTEXT_SET] = "context-set",
	[WARDEN_CMD_CONSENT_RESTORE] = "consent-restore",
	[WARDEN_CMD_STATE_SEAL] = "state-seal",
	[WARDEN_CMD_POLICY_FLOOR] = "policy-floor",
	[WARDEN_CMD_AUDIT_MARK] = "audit-mark",
	[WARDEN_CMD_SERVICE_OPEN] = "service-open",
	[WARDEN_CMD_SERVICE_CLOSE] = "service-close",
	[WARDEN_CMD_SERVICE_GET] = "service-get",
	[WARDEN_CMD_CONSENT_CARRY] = "consent-carry",
	[WARDEN_CMD_OWNER_TRANSFER] = "owner-transfer",
	[WARDEN_CMD_QUARANTINE_LOAD] = "quarantine-load",
	[WARDEN_CMD_QUARANTINE_RESTORE] = "quarantine-restore",
	[WARDEN_CMD_TAMPER_GET] = "tamper-get",
	[WARDEN_CMD_TAMPER_CLEAR] = "tamper-clear",
	[WARDEN_CMD_TAMPER_RESTORE] = "tamper-restore",
	[WARDEN_CMD_RULE_USE_GET] = "rule-use-get",
	[WARDEN_CMD_RULE_RENEW] = "rule-renew",
	[WARDEN_CMD_RULE_USE_RESTORE] = "rule-use-restore",
	[WARDEN_CMD_OWNER_ENROLL] = "owner-enroll",
	[WARDEN_CMD_PURPOSE_GET] = "purpose-get",
	[WARDEN_CMD_PURPOSE_RESTORE] = "purpose-restore",
};

static_assert(ARRAY_SIZE(words) == WARDEN_CMD_MAX + 1, "a command has no word");

static void fill_record(struct warden_record *r, u8 cmd)
{
	r->event = WARDEN_EVENT_COMMAND_REFUSE;
	r->domain = WARDEN_DOMAIN_SYSTEM;
	r->action = WARDEN_ACTION_DENY;
	r->reason = WARDEN_REASON_NO_CAPABILITY;
	r->count = 1;
	r->pid = task_tgid_nr(current);
	r->uid = from_kuid(&init_user_ns, current_uid());
	rcu_read_lock();
	r->generation = warden_layers_get_rcu()->generation;
	rcu_read_unlock();
	/* No digest: of a large file that is work, and who asks for it has no right to any. */
	strscpy(r->program, warden_identity_path(r->object, sizeof(r->object)), sizeof(r->program));
	memset(r->object, 0, sizeof(r->object));
	if (cmd < ARRAY_SIZE(words) && words[cmd])
		strscpy(r->object, words[cmd], sizeof(r->object));
	else
		snprintf(r->object, sizeof(r->object), "command %u", cmd);
}

/**
 * warden_netlink_tell_refused() - record a command whose sender lacks a right
 * @cmd: enum warden_cmd
 *
 * Context: Process context of the sender, may sleep. Without memory the record
 * counts as lost.
 */
void warden_netlink_tell_refused(u8 cmd)
{
	struct warden_record_key key;
	struct warden_record *r;

	memset(&key, 0, sizeof(key));
	key.event = WARDEN_EVENT_COMMAND_REFUSE;
	if (warden_record_repeat(&key, 1))
		return;
	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r) {
		warden_record_lose(false);
		return;
	}
	fill_record(r, cmd);
	warden_record_add_keyed(r, &key);
	kfree(r);
}
