// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers: what runs, and the end of it.
 */
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/genetlink.h>

#include "consent/consent.h"
#include "consent/switch.h"
#include "debug/debug.h"
#include "device/inventory.h"
#include "device/tamper.h"
#include "device/usb.h"
#include "hook/hooks.h"
#include "hook/kfunc.h"
#include "judge/decide.h"
#include "message.h"
#include "netlink-gen.h"
#include "netlink.h"
#include "network/inbound.h"
#include "policy/change.h"
#include "policy/layers.h"
#include "policy/lock.h"
#include "policy/owner.h"
#include "policy/policy.h"
#include "policy/shadow.h"
#include "policy/trust.h"
#include "program/measure.h"
#include "program/quarantine.h"
#include "record/record.h"
#include "session/session.h"
#include "stop.h"

struct status {
	struct warden_hooks_status hooks;
	struct warden_record_status records;
	struct warden_measure_status measures;
	unsigned int consents;
};

/* Of the domains that are open by default, does it close this one? */
static bool enforces_denial(const struct warden_default *def)
{
	return def->action == WARDEN_ACTION_DENY && def->mode == WARDEN_MODE_ENFORCE;
}

static bool is_observing(const struct warden_layers *layers)
{
	const struct warden_default *def;
	u32 i;

	for (i = 0; i < layers->nr; i++) {
		def = layers->layer[i]->defaults;
		if (def[WARDEN_DOMAIN_SENSOR].mode == WARDEN_MODE_ENFORCE ||
		    def[WARDEN_DOMAIN_LISTEN].mode == WARDEN_MODE_ENFORCE ||
		    enforces_denial(&def[WARDEN_DOMAIN_CONNECT]) ||
		    enforces_denial(&def[WARDEN_DOMAIN_PROTOCOL]))
			return false;
	}
	return true;
}

static int put_hooks(struct sk_buff *skb, const struct status *st,
		     const struct warden_layers *layers)
{
	u32 tier = st->hooks.tier;

	if (tier == WARDEN_TIER_ENFORCE && is_observing(layers))
		tier = WARDEN_TIER_OBSERVE;
	return nla_put_string(skb, WARDEN_A_STATUS_VERSION, WARDEN_VERSION) ||
	       nla_put_u32(skb, WARDEN_A_STATUS_TIER, tier) ||
	       nla_put_string(skb, WARDEN_A_STATUS_TIER_TEXT, st->hooks.text) ||
	       put_u64(skb, WARDEN_A_STATUS_ATTACHED, st->hooks.attached) ||
	       put_u64(skb, WARDEN_A_STATUS_WANTED, st->hooks.wanted);
}

static int put_layer(struct sk_buff *skb, const struct warden_snapshot *snap)
{
	struct nlattr *nest = nla_nest_start(skb, WARDEN_A_STATUS_LAYER);

	if (!nest || nla_put_u32(skb, WARDEN_A_LAYER_LAYER, snap->layer) ||
	    nla_put_string(skb, WARDEN_A_LAYER_NAME, snap->name) ||
	    nla_put_u32(skb, WARDEN_A_LAYER_VERSION, snap->version) ||
	    nla_put(skb, WARDEN_A_LAYER_DIGEST, sizeof(snap->digest), snap->digest) ||
	    put_string(skb, WARDEN_A_LAYER_SIGNER, snap->signer) ||
	    put_u32(skb, WARDEN_A_LAYER_WIDER, READ_ONCE(snap->wider)) ||
	    put_u32(skb, WARDEN_A_LAYER_FLOOR, warden_policy_floor(snap->layer)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_waiting(struct sk_buff *skb)
{
	struct warden_waiting w;

	warden_policy_waiting(&w);
	if (!w.layer)
		return 0;
	return nla_put_u32(skb, WARDEN_A_STATUS_CONFIRM_SECONDS, w.seconds) ||
	       nla_put_u32(skb, WARDEN_A_STATUS_CONFIRM_LAYER, w.layer);
}

static int put_layers(struct sk_buff *skb, const struct warden_layers *layers)
{
	int err = put_waiting(skb);
	u32 i;

	for (i = 0; !err && i < layers->nr; i++)
		if (layers->layer[i]->version && !layers->layer[i]->locks)
			err = put_layer(skb, layers->layer[i]);
	return err;
}

static int put_policy_status(struct sk_buff *skb, const struct warden_layers *layers)
{
	const struct warden_snapshot *snap = layers->layer[0];

	return nla_put_string(skb, WARDEN_A_STATUS_POLICY_NAME, snap->name) ||
	       nla_put_u32(skb, WARDEN_A_STATUS_POLICY_VERSION, snap->version) ||
	       nla_put(skb, WARDEN_A_STATUS_POLICY_DIGEST, sizeof(snap->digest), snap->digest) ||
	       put_u64(skb, WARDEN_A_STATUS_GENERATION, layers->generation) ||
	       put_u64(skb, WARDEN_A_STATUS_POLICY_MEMORY, warden_layers_size(layers)) ||
	       nla_put_u32(skb, WARDEN_A_STATUS_UNSIGNED_POLICIES, !warden_trust_roots()) ||
	       put_string(skb, WARDEN_A_STATUS_CONTACT, snap->contact) ||
	       put_string(skb, WARDEN_A_STATUS_SUPPORT_UNTIL, snap->support_until) ||
	       put_layers(skb, layers);
}

static int put_counts(struct sk_buff *skb, const struct status *st)
{
	return nla_put_u32(skb, WARDEN_A_STATUS_SENSORS, warden_inventory_count()) ||
	       nla_put_u32(skb, WARDEN_A_STATUS_SESSIONS, warden_session_count()) ||
	       nla_put_u32(skb, WARDEN_A_STATUS_CONSENTS, st->consents) ||
	       put_u64(skb, WARDEN_A_STATUS_RECORDS, st->records.made) ||
	       put_u64(skb, WARDEN_A_STATUS_RECORDS_LOST, st->records.lost) ||
	       put_u64(skb, WARDEN_A_STATUS_DENIALS, st->records.denials) ||
	       put_u64(skb, WARDEN_A_STATUS_CALLS, warden_kfunc_calls()) ||
	       nla_put_u32(skb, WARDEN_A_STATUS_MEASUREMENTS, st->measures.entries) ||
	       (st->measures.pcr >= 0 &&
		nla_put_u32(skb, WARDEN_A_STATUS_PCR, st->measures.pcr)) ||
	       put_u64(skb, WARDEN_A_STATUS_NOW, ktime_get_boottime_ns()) ||
	       put_u64(skb, WARDEN_A_STATUS_PROBED, warden_netlink_probed());
}

static int put_inbound(struct sk_buff *skb)
{
	struct warden_inbound_status st;

	warden_inbound_status(&st);
	return nla_put_u32(skb, WARDEN_A_STATUS_INBOUND, st.active) ||
	       put_u64(skb, WARDEN_A_STATUS_INBOUND_DROPPED, st.dropped) ||
	       put_u64(skb, WARDEN_A_STATUS_INBOUND_OBSERVED, st.observed) ||
	       nla_put_u32(skb, WARDEN_A_STATUS_INBOUND_NOTING, st.noting);
}

static int put_shadow(struct sk_buff *skb)
{
	char name[WARDEN_LABEL_MAX + 1];
	u32 version = warden_shadow_status(name);

	return put_string(skb, WARDEN_A_STATUS_SHADOW_NAME, name) ||
	       put_u32(skb, WARDEN_A_STATUS_SHADOW_VERSION, version);
}

static int put_surface(struct sk_buff *skb, u32 surface)
{
	struct nlattr *nest = nla_nest_start(skb, WARDEN_A_STATUS_SURFACE);
	u32 seconds, state = warden_debug_state(surface, &seconds);

	if (!nest || nla_put_u32(skb, WARDEN_A_SURFACE_SURFACE, surface) ||
	    nla_put_u32(skb, WARDEN_A_SURFACE_STATE, state) ||
	    put_u32(skb, WARDEN_A_SURFACE_SECONDS, seconds) ||
	    put_u32(skb, WARDEN_A_SURFACE_OLDER, warden_debug_older(surface)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_surfaces(struct sk_buff *skb)
{
	u32 i;
	int err = 0;

	for (i = WARDEN_DEBUG_SURFACE_BPF; !err && i <= WARDEN_DEBUG_SURFACE_TRACEFS; i++)
		err = put_surface(skb, i);
	return err;
}

static int put_switches(struct sk_buff *skb)
{
	unsigned long off = warden_switch_mask() & WARDEN_SWITCH_ALL;
	struct nlattr *nest;
	u32 class;

	for_each_set_bit(class, &off, WARDEN_SENSOR_CLASS_UNKNOWN + 1) {
		nest = nla_nest_start(skb, WARDEN_A_STATUS_SWITCHED_OFF);
		if (!nest || nla_put_u32(skb, WARDEN_A_SWITCHED_CLASS, class))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int put_cut_list(struct sk_buff *skb, const struct warden_quarantine_list *l)
{
	struct nlattr *nest = nla_nest_start(skb, WARDEN_A_STATUS_CUT_LIST);

	if (!nest || nla_put_u32(skb, WARDEN_A_CUT_LIST_LAYER, l->author.role) ||
	    nla_put_u32(skb, WARDEN_A_CUT_LIST_VERSION, l->version) ||
	    nla_put(skb, WARDEN_A_CUT_LIST_DIGEST, sizeof(l->digest), l->digest) ||
	    nla_put(skb, WARDEN_A_CUT_LIST_CERTIFICATE, sizeof(l->author.certificate),
		    l->author.certificate) ||
	    put_string(skb, WARDEN_A_CUT_LIST_SIGNER, l->author.name))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_cut_lists(struct sk_buff *skb)
{
	const struct warden_quarantine_list *l;
	int err = 0;
	u8 role;

	for (role = WARDEN_ROLE_MAKER; !err && role <= WARDEN_QUARANTINE_LISTS; role++) {
		l = warden_quarantine_list(role);
		if (l->version)
			err = put_cut_list(skb, l);
	}
	return err;
}

/* The domains by which something comes in, goes out or is told, and each layer allows by default. */
static u32 open_defaults(const struct warden_layers *layers)
{
	u32 domain, i, open = BIT(WARDEN_DOMAIN_SENSOR) | BIT(WARDEN_DOMAIN_LISTEN) |
			      BIT(WARDEN_DOMAIN_CONNECT) | BIT(WARDEN_DOMAIN_PROTOCOL) |
			      BIT(WARDEN_DOMAIN_DEBUG) | BIT(WARDEN_DOMAIN_USB) | BIT(WARDEN_DOMAIN_BIND);

	for (domain = 0; domain < WARDEN_DOMAIN_RULES; domain++)
		for (i = 0; i < layers->nr; i++)
			if (layers->layer[i]->defaults[domain].action == WARDEN_ACTION_DENY &&
			    !(layers->layer[i]->waits & BIT(domain)))
				open &= ~BIT(domain);
	return open;
}

/* Rules that ask nobody, whether they stand now or not. */
static u32 open_sensors(const struct warden_snapshot *snap)
{
	const u32 end = warden_decide_rules(snap, WARDEN_DOMAIN_SENSOR + 1, 0);
	u32 i, nr = 0;

	for (i = warden_decide_rules(snap, WARDEN_DOMAIN_SENSOR, 0); i < end; i++) {
		const struct warden_rule *rule = &snap->rules[i];

		if (rule->action != WARDEN_ACTION_DENY && !(rule->flags & WARDEN_RULE_FLAG_SAFETY))
			nr += !rule->program || !(rule->flags & WARDEN_RULE_FLAG_CONSENT);
	}
	return nr;
}

/* More than anybody admits by hand; the rest is not told. */
#define ADMITTED_TOLD 64

static int put_admitted(struct sk_buff *skb)
{
	struct nlattr *nest;
	char port[32];
	u32 i;

	for (i = 0; i < ADMITTED_TOLD && warden_usb_admitted(i, port, sizeof(port)); i++) {
		nest = nla_nest_start(skb, WARDEN_A_STATUS_USB_ADMITTED);
		if (!nest || nla_put_string(skb, WARDEN_A_ADMITTED_PORT, port))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int put_setup(struct sk_buff *skb, const struct warden_layers *layers)
{
	const struct warden_certificate *owner = warden_owner_get_rcu();

	return nla_put_u32(skb, WARDEN_A_STATUS_SETUP, warden_owner_setup(layers)) ||
	       (owner && nla_put_string(skb, WARDEN_A_STATUS_OWNER, owner->name)) ||
	       nla_put_u32(skb, WARDEN_A_STATUS_OPEN_DEFAULTS, open_defaults(layers)) ||
	       nla_put_u32(skb, WARDEN_A_STATUS_OPEN_SENSORS, open_sensors(layers->layer[0]));
}

static int put_tamper(struct sk_buff *skb)
{
	struct warden_lock_status st;
	u32 unseen, inputs = warden_tamper_count(&unseen);

	warden_lock_status(&st);
	return put_u32(skb, WARDEN_A_STATUS_TAMPERED, st.locked) ||
	       put_u32(skb, WARDEN_A_STATUS_TAMPER_COUNT, st.count) ||
	       (st.since && put_u64(skb, WARDEN_A_STATUS_TAMPER_SINCE, st.since)) ||
	       put_string(skb, WARDEN_A_STATUS_TAMPER_WHAT, st.what) ||
	       put_u32(skb, WARDEN_A_STATUS_TAMPER_INPUTS, inputs) ||
	       put_u32(skb, WARDEN_A_STATUS_TAMPER_UNSEEN, unseen) ||
	       nla_put_u32(skb, WARDEN_A_STATUS_STARTS, st.starts);
}

static int fill_status(struct sk_buff *skb, const void *arg)
{
	const struct warden_layers *layers;
	const struct status *st = arg;
	int err;

	rcu_read_lock();
	layers = warden_layers_get_rcu();
	err = put_hooks(skb, st, layers) || put_policy_status(skb, layers) ||
	      put_shadow(skb) || put_inbound(skb) || put_counts(skb, st) || put_surfaces(skb) || put_switches(skb) ||
	      put_cut_lists(skb) || put_setup(skb, layers) || put_admitted(skb) || put_tamper(skb) ||
	      nla_put_u32(skb, WARDEN_A_STATUS_CONTEXT, warden_consent_context());
	rcu_read_unlock();
	return err;
}

int warden_nl_status_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct status *st = kzalloc(sizeof(*st), GFP_KERNEL);
	int err;

	if (!st)
		return -ENOMEM;
	warden_hooks_status(&st->hooks);
	warden_record_status(&st->records);
	warden_measure_status(&st->measures);
	st->consents = warden_consent_count();
	err = warden_message_reply(info, fill_status, st);
	kfree(st);
	return err;
}

static int fill_stop(struct sk_buff *skb, const void *arg)
{
	const struct warden_stopped *st = arg;

	return nla_put_u32(skb, WARDEN_A_STATUS_SESSIONS, st->left) ||
	       put_u32(skb, WARDEN_A_STATUS_STOPPING, st->ends);
}

int warden_nl_stop_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct warden_stopped st;

	warden_stop(&st);
	return warden_message_reply(info, fill_stop, &st);
}
