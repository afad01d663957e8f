// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports that no layer denies to anybody, whatever the program, the address and the interface:
 * a map of them in the gate, so that the programs need not ask.
 *
 * In the map is only what leaves nothing to tell. While programs are in quarantine, or a policy
 * stands in shadow, it is empty, as then who asks counts, or each answer is compared.
 */
#include <linux/bitmap.h>
#include <linux/in.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <warden/abi.h>

#include "anybody.h"
#include "judge/decide.h"
#include "policy/layers.h"
#include "policy/shadow.h"
#include "program/quarantine.h"

#define PORTS 65536

/* One layer's ports, and those of all so far; those who fill a gate come one after the other. */
static DECLARE_BITMAP(own, PORTS);
static DECLARE_BITMAP(common, PORTS);

static const u32 domains[WARDEN_GATE_OPEN_DOMAINS] = {
	[WARDEN_GATE_OPEN_LISTEN] = WARDEN_DOMAIN_LISTEN,
	[WARDEN_GATE_OPEN_CONNECT] = WARDEN_DOMAIN_CONNECT,
};

static const u16 protocols[WARDEN_GATE_OPEN_TRANSPORTS] = {
	[WARDEN_GATE_OPEN_TCP] = IPPROTO_TCP,
	[WARDEN_GATE_OPEN_UDP] = IPPROTO_UDP,
};

static u32 ports_of(const struct warden_rule *rule)
{
	return rule->port_high - rule->port_low + 1;
}

static bool is_about(const struct warden_rule *rule, u16 protocol)
{
	return !rule->protocol || rule->protocol == protocol;
}

static bool allows_anybody(const struct warden_rule *rule)
{
	return rule->action == WARDEN_ACTION_ALLOW && !rule->program && !rule->net && !rule->pattern &&
	       !rule->own;
}

/* Denials last, as they beat what allows; also those that are of one program or one place. */
static void list_own(const struct warden_snapshot *snap, u32 domain, u16 protocol)
{
	const u32 first = warden_decide_rules(snap, domain, 0);
	const u32 end = warden_decide_rules(snap, domain + 1, 0);
	u32 i;

	if (snap->defaults[domain].action == WARDEN_ACTION_ALLOW)
		bitmap_fill(own, PORTS);
	else
		bitmap_zero(own, PORTS);
	for (i = first; i < end; i++)
		if (is_about(&snap->rules[i], protocol) && allows_anybody(&snap->rules[i]))
			bitmap_set(own, snap->rules[i].port_low, ports_of(&snap->rules[i]));
	for (i = first; i < end; i++)
		if (is_about(&snap->rules[i], protocol) &&
		    snap->rules[i].action == WARDEN_ACTION_DENY)
			bitmap_clear(own, snap->rules[i].port_low, ports_of(&snap->rules[i]));
}

static bool has_brokers(const struct warden_layers *layers)
{
	u32 i;

	for (i = 0; i < layers->nr; i++)
		if (layers->layer[i]->nr_brokers)
			return true;
	return false;
}

/* Where rules may lapse, it must be seen which are used. */
static bool lapses(const struct warden_layers *layers, u32 domain)
{
	u32 i;

	for (i = 0; i < layers->nr; i++)
		if (layers->layer[i]->lapse[domain])
			return true;
	return false;
}

/*
 * To connect may be to use a sensor, where the policy names brokers. The programs read the map
 * meanwhile: what one layer leaves open is not in it before all layers were asked.
 */
static void fill_map(u64 *map, const struct warden_layers *layers, u32 domain, u16 protocol)
{
	u32 i;

	static_assert(sizeof(unsigned long) == sizeof(*map));
	if ((domain == WARDEN_DOMAIN_CONNECT && has_brokers(layers)) || lapses(layers, domain))
		return;
	for (i = 0; i < layers->nr; i++) {
		list_own(layers->layer[i], domain, protocol);
		if (i)
			bitmap_and(common, common, own, PORTS);
		else
			bitmap_copy(common, own, PORTS);
	}
	if (layers->nr)
		bitmap_copy((unsigned long *)map, common, PORTS);
}

/**
 * warden_anybody_clear() - from now on each port is asked for
 * @gate: the gate
 *
 * Context: One caller at a time; before what answers depend on changes.
 */
void warden_anybody_clear(struct warden_gate *gate)
{
	memset(gate->open, 0, sizeof(gate->open));
}

/**
 * warden_anybody_fill() - note what is allowed to anybody
 * @gate: the gate, cleared
 *
 * Context: As warden_anybody_clear(); after the change can be seen.
 */
void warden_anybody_fill(struct warden_gate *gate)
{
	const struct warden_layers *layers;
	u32 d, t;

	rcu_read_lock();
	layers = warden_layers_get_rcu();
	if (layers && !warden_shadow_get_rcu() && !warden_quarantine_any())
		for (d = 0; d < WARDEN_GATE_OPEN_DOMAINS; d++)
			for (t = 0; t < WARDEN_GATE_OPEN_TRANSPORTS; t++)
				fill_map(gate->open[d][t], layers, domains[d], protocols[t]);
	rcu_read_unlock();
}
