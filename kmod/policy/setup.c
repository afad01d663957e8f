// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a layer says with an owner of the device, and without one. Pure: the same file is compiled into
 * the tools and the host unit test.
 */
#include <linux/bits.h>
#include <linux/compiler.h>

#include "snapshot.h"

/* What keeps a rule that allows from standing, of these two. */
static u8 barred(const struct warden_rule *rule, bool owned)
{
	if (rule->flags & WARDEN_RULE_FLAG_SAFETY)
		return 0;
	if (rule->flags & WARDEN_RULE_FLAG_SETUP)
		return owned ? WARDEN_RULE_OVER : 0;
	return owned || !warden_snapshot_gates(rule->domain) ? 0 : WARDEN_RULE_WAITS;
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
 * A rule that has lapsed stays so, and one whose purpose has ended.
 *
 * Context: In a change, or nobody else sees @snap. Where it is in force, publish the layers anew.
 * Return: true if anything changed.
 */
bool warden_snapshot_set_up(struct warden_snapshot *snap, bool owned)
{
	bool changed = snap->setup && snap->shut == owned;
	u32 i;

	if (!snap->setup)
		return false;
	WRITE_ONCE(snap->shut, !owned);
	for (i = 0; i < WARDEN_DOMAIN_RULES; i++)
		if (warden_snapshot_gates(i))
			set_up_default(snap, i);
	for (i = 0; i < snap->nr_rules; i++) {
		struct warden_rule *rule = &snap->rules[i];
		u8 bar, now;

		if (rule->action == WARDEN_ACTION_DENY)
			continue;
		bar = barred(rule, owned);
		now = warden_action_without(rule->action, WARDEN_RULE_WAITS | WARDEN_RULE_OVER);
		now = bar ? warden_action_with(now, bar) : now;
		changed |= rule->action != now;
		WRITE_ONCE(rule->action, now);
	}
	return changed;
}
