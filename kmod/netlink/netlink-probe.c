// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers: a trial of the policy in force, by the tool that loaded it.
 */
#include <net/genetlink.h>

#include "hook/canary.h"
#include "hook/hooks.h"
#include "hook/links.h"
#include "message.h"
#include "netlink-gen.h"
#include "netlink.h"
#include "policy/change.h"
#include "policy/layers.h"

/**
 * struct probe - the one trial there is
 * @generation: the policy it began with
 * @hooks: bit mask of enum warden_hook, those that were called so far
 *
 * Under warden_change_lock().
 */
static struct probe {
	u64 generation;
	u64 hooks;
} probe;

/* Generation of the policy that was probed with success last. */
static u64 probed;

static u64 generation_now(void)
{
	u64 generation;

	rcu_read_lock();
	generation = warden_layers_get_rcu()->generation;
	rcu_read_unlock();
	return generation;
}

static int begin(struct genl_info *info)
{
	if (!warden_hooks_attached())
		return warden_message_refuse(info, -ENODEV, "no program is attached; see wardenctl status");
	if (!warden_canary_arm())
		return warden_message_refuse(info, -EBUSY, "another probe is running; try again in 5 s");
	if (warden_canary_device_renew()) {
		warden_canary_disarm();
		return warden_message_refuse(info, -EIO, "the canary device could not be made; see the kernel log");
	}
	probe = (struct probe){ .generation = generation_now() };
	return 0;
}

int warden_nl_probe_begin_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err;

	warden_change_lock();
	err = begin(info);
	warden_change_unlock();
	return err;
}

static int refuse_stranger(struct genl_info *info)
{
	return warden_message_refuse(info, -ESRCH,
				     "this thread has no probe, or took longer than 5 s; begin again");
}

static int fill_seen(struct sk_buff *skb, const void *arg)
{
	const struct warden_canary_seen *seen = arg;

	return put_u64(skb, WARDEN_A_PROBE_SEEN, seen->hooks) ||
	       nla_put_u32(skb, WARDEN_A_PROBE_DENIED, seen->denied);
}

int warden_nl_probe_step_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct warden_canary_seen seen;
	bool ours;

	warden_change_lock();
	ours = warden_canary_take(&seen);
	if (ours)
		probe.hooks |= seen.hooks;
	warden_change_unlock();
	return ours ? warden_message_reply(info, fill_seen, &seen) : refuse_stranger(info);
}

struct ended {
	u64 hooks;
	u64 generation;
	bool passed;
};

static int fill_ended(struct sk_buff *skb, const void *arg)
{
	const struct ended *e = arg;

	return put_u64(skb, WARDEN_A_PROBE_SEEN, e->hooks) ||
	       put_u64(skb, WARDEN_A_PROBE_GENERATION, e->generation) ||
	       nla_put_u32(skb, WARDEN_A_PROBE_PASSED, e->passed);
}

/* What the caller saw counts too: it knows what it tried, and what came of it. */
static struct ended end(bool agreed)
{
	struct warden_hooks_status hooks;
	struct ended e = { .hooks = probe.hooks, .generation = probe.generation };

	warden_canary_disarm();
	warden_hooks_status(&hooks);
	e.passed = agreed && !(hooks.wanted & ~(probe.hooks | WARDEN_HOOKS_RARE)) && generation_now() == e.generation;
	if (e.passed)
		WRITE_ONCE(probed, e.generation);
	warden_change_tell(&(struct warden_change){ .event = WARDEN_EVENT_PROBE,
						    .object = e.passed ? "passed" : "failed" });
	return e;
}

int warden_nl_probe_end_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *agreed = info->attrs[WARDEN_A_PROBE_AGREED];
	struct warden_canary_seen seen;
	struct ended e;
	bool ours;

	warden_change_lock();
	ours = warden_canary_take(&seen);
	if (ours) {
		probe.hooks |= seen.hooks;
		e = end(agreed && nla_get_u32(agreed));
	}
	warden_change_unlock();
	return ours ? warden_message_reply(info, fill_ended, &e) : refuse_stranger(info);
}

/**
 * warden_netlink_probed() - which policy was probed with success last
 *
 * Context: Any.
 * Return: its generation, 0 for none.
 */
u64 warden_netlink_probed(void)
{
	return READ_ONCE(probed);
}
