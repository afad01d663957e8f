// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a layer says with an owner of the device, and without one. Pure: the same file is compiled into
 * the tools and the host unit test.
 */
#include <linux/bits.h>
#include <linux/compiler.h>

#include "snapshot.h"

/**
 * warden_snapshot_stands() - what a rule that allows does, with an owner or without
 * @snap: its layer
 * @rule: the rule, which has not lapsed
 * @owned: the device has an owner
 *
 * Context: Any.
 * Return: WARDEN_ACTION_ALLOW, WARDEN_RULE_WAITS or WARDEN_RULE_OVER.
 */
u8 warden_snapshot_stands(const struct warden_snapshot *snap, const struct warden_rule *rule, bool owned)
{
	if (!snap->setup || rule->flags & WARDEN_RULE_FLAG_SAFETY)
		return WARDEN_ACTION_ALLOW;
	if (rule->flags & WARDEN_RULE_FLAG_SETUP)
		return owned ? WARDEN_RULE_OVER : WARDEN_ACTION_ALLOW;
	return owned || !warden_snapshot_gates(rule->domain) ? WARDEN_ACTION_ALLOW : WARDEN_RULE_WAITS;
}

static void set_up_default(struct warden_snapshot *snap, u32 domain)
{
	struct warden_default *def = &snap->defaults[domain];

	if (snap->shut && def->action == WARDEN_ACTION_ALLOW) {
		snap->waits |= BIT(domain);
		WRITE_ONCE(def->action, WARDEN_ACTION_DENY);
	} else if (!snap->shut && snap->waits & BIT(domain)) {
		snap->waits &= ~BIT(domain);
		WRITE_ONCE(def->action, WARDEN_ACTION_ALLOW);
	}
}

/**
 * warden_snapshot_set_up() - let a layer say what it says with an owner, or without
 * @snap: the layer; where it asks for no owner nothing changes
 * @owned: the device has one
 *
 * A rule that has lapsed stays so.
 *
 * Context: In a change, or nobody else sees @snap. Where it is in force, publish the layers anew.
 * Return: true if anything changed.
 */
bool warden_snapshot_set_up(struct warden_snapshot *snap, bool owned)
{
	bool changed = snap->setup && snap->shut == owned;
	u32 i;
	u8 now;

	if (!snap->setup)
		return false;
	WRITE_ONCE(snap->shut, !owned);
	for (i = 0; i < WARDEN_DOMAIN_RULES; i++)
		if (warden_snapshot_gates(i))
			set_up_default(snap, i);
	for (i = 0; i < snap->nr_rules; i++) {
		struct warden_rule *rule = &snap->rules[i];

		if (rule->action == WARDEN_ACTION_DENY || rule->action == WARDEN_RULE_LAPSED)
			continue;
		now = warden_snapshot_stands(snap, rule, owned);
		changed |= rule->action != now;
		WRITE_ONCE(rule->action, now);
	}
	return changed;
}
