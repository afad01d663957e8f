// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers: what runs, and the end of it.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/genetlink.h>

#include "change.h"
#include "consent.h"
#include "hooks.h"
#include "inventory.h"
#include "kfunc.h"
#include "measure.h"
#include "message.h"
#include "netlink-gen.h"
#include "netlink.h"
#include "record.h"
#include "session.h"
#include "snapshot.h"

struct status {
	struct warden_hooks_status hooks;
	struct warden_record_status records;
	struct warden_measure_status measures;
	struct warden_snapshot snap;
	unsigned int consents;
};

static bool is_observing(const struct warden_snapshot *snap)
{
	return snap->defaults[WARDEN_DOMAIN_SENSOR].mode == WARDEN_MODE_OBSERVE &&
	       snap->defaults[WARDEN_DOMAIN_LISTEN].mode == WARDEN_MODE_OBSERVE;
}

static int put_hooks(struct sk_buff *skb, const struct status *st)
{
	u32 tier = st->hooks.tier;

	if (tier == WARDEN_TIER_ENFORCE && is_observing(&st->snap))
		tier = WARDEN_TIER_OBSERVE;
	return nla_put_string(skb, WARDEN_A_STATUS_VERSION, WARDEN_VERSION) ||
	       nla_put_u32(skb, WARDEN_A_STATUS_TIER, tier) ||
	       nla_put_string(skb, WARDEN_A_STATUS_TIER_TEXT, st->hooks.text) ||
	       put_u64(skb, WARDEN_A_STATUS_ATTACHED, st->hooks.attached) ||
	       put_u64(skb, WARDEN_A_STATUS_WANTED, st->hooks.wanted);
}

static int put_policy_status(struct sk_buff *skb, const struct warden_snapshot *snap)
{
	return nla_put_string(skb, WARDEN_A_STATUS_POLICY_NAME, snap->name) ||
	       nla_put_u32(skb, WARDEN_A_STATUS_POLICY_VERSION, snap->version) ||
	       nla_put(skb, WARDEN_A_STATUS_POLICY_DIGEST, sizeof(snap->digest), snap->digest) ||
	       put_u64(skb, WARDEN_A_STATUS_GENERATION, snap->generation) ||
	       nla_put_u32(skb, WARDEN_A_STATUS_UNSIGNED_POLICIES, 1) ||
	       put_string(skb, WARDEN_A_STATUS_CONTACT, snap->contact) ||
	       put_string(skb, WARDEN_A_STATUS_SUPPORT_UNTIL, snap->support_until);
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

static int fill_status(struct sk_buff *skb, const void *arg)
{
	const struct status *st = arg;

	return put_hooks(skb, st) || put_policy_status(skb, &st->snap) || put_counts(skb, st);
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
	warden_snapshot_copy(&st->snap);
	err = warden_message_reply(info, fill_status, st);
	kfree(st);
	return err;
}

static int fill_stop(struct sk_buff *skb, const void *arg)
{
	return nla_put_u32(skb, WARDEN_A_STATUS_SESSIONS, *(const unsigned int *)arg);
}

/* The programs are freed a grace period after their links; until then rmmod is refused. */
static void wait_for_programs(unsigned int sessions)
{
	unsigned int ms;

	for (ms = 0; ms < 5000 && module_refcount(THIS_MODULE) > (int)sessions; ms += 10)
		msleep(10);
}

int warden_nl_stop_doit(struct sk_buff *skb, struct genl_info *info)
{
	unsigned int left;

	warden_change_lock();
	warden_change_tell(WARDEN_EVENT_STOP, "warden", NULL);
	warden_hooks_detach();
	left = warden_session_end_all(WARDEN_REASON_STOPPING);
	wait_for_programs(left);
	warden_change_unlock();
	return warden_message_reply(info, fill_stop, &left);
}
