// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether anything of what programs do with sockets is to be asked at all: what the gate
 * tells of domains, of kinds of sockets and of ports.
 */
#include <linux/bits.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <warden/abi.h>
#include <warden/domain.h>

#include "anybody.h"
#include "broker.h"
#include "inbound.h"
#include "judge/decide.h"
#include "pass.h"
#include "policy/layers.h"
#include "policy/shadow.h"
#include "service.h"
#include "ticket.h"
#include "way.h"

/* Protects the gate, and the order in which what it tells is made and written. */
static DEFINE_MUTEX(gate_lock);
static struct warden_gate *gate;

static bool denies_anything(const struct warden_snapshot *snap, u32 domain)
{
	bool denies = snap->defaults[domain].action == WARDEN_ACTION_DENY;
	u32 i;

	for (i = 0; i < snap->nr_rules && !denies; i++)
		denies = snap->rules[i].domain == domain &&
			 snap->rules[i].action == WARDEN_ACTION_DENY;
	return denies;
}

/* Where a layer has brokers, whoever connects may be about to use a sensor. */
static u32 denying_domains(const struct warden_layers *layers)
{
	u32 mask = 0, i;

	for (i = 0; layers && i < layers->nr; i++) {
		if (denies_anything(layers->layer[i], WARDEN_DOMAIN_LISTEN))
			mask |= BIT(WARDEN_DOMAIN_LISTEN);
		if (denies_anything(layers->layer[i], WARDEN_DOMAIN_CONNECT))
			mask |= BIT(WARDEN_DOMAIN_CONNECT);
		if (denies_anything(layers->layer[i], WARDEN_DOMAIN_BIND))
			mask |= BIT(WARDEN_DOMAIN_BIND);
		if (layers->layer[i]->nr_brokers)
			mask |= BIT(WARDEN_DOMAIN_SENSOR);
	}
	return mask;
}

/* The kinds of sockets that one layer denies to anybody. */
static u64 denied_by(const struct warden_snapshot *snap)
{
	const u64 all = BIT_ULL(WARDEN_SOCKET_CLASS_TUN + 1) - 1;
	u64 mask = 0;
	u32 i;

	for (i = 0; i <= WARDEN_SOCKET_CLASS_TUN; i++)
		if (snap->defaults[WARDEN_DOMAIN_PROTOCOL].action == WARDEN_ACTION_DENY &&
		    !warden_socket_is_common(i))
			mask |= BIT_ULL(i);
	for (i = 0; i < snap->nr_rules; i++)
		if (snap->rules[i].domain == WARDEN_DOMAIN_PROTOCOL &&
		    snap->rules[i].action == WARDEN_ACTION_DENY)
			mask |= snap->rules[i].class ? BIT_ULL(snap->rules[i].class) : all;
	return mask;
}

static u64 denied_sockets(const struct warden_layers *layers)
{
	u64 mask = 0;
	u32 i;

	for (i = 0; layers && i < layers->nr; i++)
		mask |= denied_by(layers->layer[i]);
	return mask;
}

/**
 * warden_service_hold() - the policy in force, the one in shadow or the quarantine is about to change
 *
 * Until warden_service_renew() all is asked for. Each answer is then of before or of after, and
 * none of before follows one of after.
 *
 * Context: Process context, sleeps.
 */
void warden_service_hold(void)
{
	mutex_lock(&gate_lock);
	if (gate)
		warden_anybody_clear(gate);
	warden_way_hold(gate);
	mutex_unlock(&gate_lock);
	warden_pass_hold();
}

/**
 * warden_service_renew() - the policy in force, or the one in shadow, is another
 *
 * Where no layer of either denies anything, and so every answer is known, the
 * programs stop asking.
 *
 * Context: Process context, sleeps.
 */
void warden_service_renew(void)
{
	mutex_lock(&gate_lock);
	if (gate) {
		rcu_read_lock();
		WRITE_ONCE(gate->domains, denying_domains(warden_layers_get_rcu()) |
						  denying_domains(warden_shadow_get_rcu()));
		WRITE_ONCE(gate->sockets, denied_sockets(warden_layers_get_rcu()) |
						  denied_sockets(warden_shadow_get_rcu()));
		WRITE_ONCE(gate->local, warden_broker_any_local(warden_layers_get_rcu()));
		rcu_read_unlock();
		warden_anybody_fill(gate);
	}
	warden_way_renew(gate);
	mutex_unlock(&gate_lock);
	warden_pass_renew();
}

/**
 * warden_service_watch() - where the programs look whether there is anything to ask
 * @to: the memory of their gate; NULL where they are gone
 *
 * Context: Process context, sleeps.
 */
void warden_service_watch(struct warden_gate *to)
{
	mutex_lock(&gate_lock);
	gate = to;
	mutex_unlock(&gate_lock);
	warden_ticket_watch(to);
	warden_pass_watch(to);
	warden_broker_watch(to);
	warden_inbound_enable(to);
	warden_service_renew();
}
