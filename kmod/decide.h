/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_DECIDE_H
#define WARDEN_DECIDE_H

#include <linux/types.h>
#include "identity.h"
#include "snapshot.h"

/**
 * struct warden_grant - a living consent, as decisions see it
 * @digest: the program it is bound to
 * @class: enum warden_sensor_class
 * @purpose: warden_snapshot_key() of the purpose's label
 * @expires: boot-time clock in ns; U64_MAX is never
 * @receipt: the record
 */
struct warden_grant {
	struct warden_digest digest;
	u8 class;
	u64 purpose;
	u64 expires;
	u8 receipt[WARDEN_RECEIPT_SIZE];
};

/**
 * struct warden_grants - all living consents, immutable, behind RCU
 * @nr: how many
 * @generation: counts the tables that were published, from 1
 * @grant: in rising memcmp() order of the digest
 */
struct warden_grants {
	u32 nr;
	u64 generation;
	struct warden_grant grant[] __counted_by(nr);
};

/**
 * struct warden_request - what is asked
 * @domain: enum warden_domain, sensor to firmware
 * @uid: real user id of the subject, in the initial user namespace
 * @now: boot-time clock, in ns
 * @subject: the program that asks
 * @grants: the consents there are; NULL is none
 * @class: sensor: enum warden_sensor_class
 * @topology: sensor: key of the topology name
 * @names: sensor: keys of its driver's and its node's name; 0 is none
 * @protocol: listen: IPPROTO_*
 * @port: listen: host order, 0 is any port the kernel picks
 * @object: exec, module, firmware: what is executed or loaded
 */
struct warden_request {
	u32 domain;
	u32 uid;
	u64 now;
	const struct warden_identity *subject;
	const struct warden_grants *grants;
	u32 class;
	u64 topology;
	u64 names[2];
	u16 protocol;
	u16 port;
	const struct warden_identity *object;
};

/**
 * struct warden_verdict - what is answered
 * @action: enum warden_action, observe mode not yet applied
 * @mode: enum warden_mode of the domain
 * @reason: enum warden_reason
 * @rule: the rule that decided, NULL for none
 * @flags: bit mask of enum warden_rule_flag of the rules it rests on
 * @withdraw_ms: bound on the end of a session, the shortest of those rules; 0 is none given
 * @snap: the layer that decided
 * @program: the program the subject is, that of @rule where it names one; NULL where
 *	     the policy does not name it
 * @grant: the consent it rests on, NULL for none
 *
 * The pointers live as long as the snapshot and the grants they point into.
 */
struct warden_verdict {
	u8 action;
	u8 mode;
	u8 reason;
	u8 flags;
	u16 withdraw_ms;
	const struct warden_snapshot *snap;
	const struct warden_rule *rule;
	const struct warden_program *program;
	const struct warden_grant *grant;
};

void warden_decide(const struct warden_snapshot *snap, const struct warden_request *req,
		   struct warden_verdict *verdict);

void warden_decide_layers(const struct warden_layers *layers, const struct warden_request *req,
			  struct warden_verdict *verdict);

u32 warden_decide_rules(const struct warden_snapshot *snap, u32 domain, u32 program);
u32 warden_decide_refs(const struct warden_snapshot *snap, const struct warden_digest *digest);
bool warden_decide_same(const struct warden_digest *a, const struct warden_digest *b);

bool warden_decide_names(const struct warden_snapshot *snap, const struct warden_digest *digest);

/**
 * warden_verdict_denies() - does this verdict stop the caller?
 * @verdict: the verdict
 *
 * Return: true if it is a denial and the domain is enforced.
 */
static inline bool warden_verdict_denies(const struct warden_verdict *verdict)
{
	return verdict->action == WARDEN_ACTION_DENY && verdict->mode == WARDEN_MODE_ENFORCE;
}

#endif /* WARDEN_DECIDE_H */
