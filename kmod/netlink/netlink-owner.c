// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers: the device gets an owner, or another one.
 */
#include <linux/kernel.h>
#include <linux/timekeeping.h>
#include <net/genetlink.h>

#include "consent/consent.h"
#include "consent/switch.h"
#include "message.h"
#include "netlink-gen.h"
#include "policy/change.h"
#include "policy/owner.h"
#include "policy/trust.h"
#include "session/session.h"

struct transferred {
	int withdrawn;
	unsigned int ended;
	u64 took;
};

static int fill_transferred(struct sk_buff *skb, const void *arg)
{
	const struct transferred *t = arg;

	return nla_put_u32(skb, WARDEN_A_CONSENT_WITHDRAWN, t->withdrawn) ||
	       nla_put_u32(skb, WARDEN_A_CONSENT_ENDED, t->ended) ||
	       put_u64(skb, WARDEN_A_CONSENT_TOOK, t->took);
}

static void tell(const struct transferred *t)
{
	char text[64];

	snprintf(text, sizeof(text), "%d consents, %u sessions", t->withdrawn, t->ended);
	warden_change_tell(&(struct warden_change){ .event = WARDEN_EVENT_OWNER_TRANSFER,
						    .reason = WARDEN_REASON_OWNER_CHANGED,
						    .object = text });
}

/* What takes away comes before what gives: no session begins on a switch the next owner has not set. */
int warden_nl_owner_transfer_doit(struct sk_buff *skb, struct genl_info *info)
{
	static const struct warden_consent_match all;
	u64 since = ktime_get_boottime_ns();
	struct transferred t = {};

	warden_change_lock();
	t.withdrawn = warden_consent_withdraw(&all, WARDEN_REASON_OWNER_CHANGED);
	warden_consent_set_context(WARDEN_CONSENT_CONTEXT_DISARMED);
	t.ended = warden_session_end_each(WARDEN_REASON_OWNER_CHANGED, since, &t.took);
	warden_owner_forget();
	warden_switch_set(WARDEN_SWITCH_ALL, false);
	tell(&t);
	warden_change_unlock();
	return warden_message_reply(info, fill_transferred, &t);
}

static int fill_enrolled(struct sk_buff *skb, const void *name)
{
	return nla_put_string(skb, WARDEN_A_TRUST_NAME, name);
}

int warden_nl_owner_enroll_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *der = info->attrs[WARDEN_A_TRUST_CERTIFICATE];
	const struct nlattr *end = info->attrs[WARDEN_A_TRUST_NOT_AFTER];
	const struct nlattr *restored = info->attrs[WARDEN_A_TRUST_RESTORED];
	char name[WARDEN_SIGNER_NAME_MAX + 1];
	int err;

	if (!der || !end)
		return warden_message_refuse(info, -EINVAL, "an owner needs a certificate and its end");
	warden_change_lock();
	err = warden_owner_enroll(nla_data(der), nla_len(der), nla_get_u64(end),
				  restored && nla_get_u32(restored), info->extack);
	if (!err)
		strscpy(name, warden_owner_get_rcu()->name, sizeof(name));
	warden_change_unlock();
	return err ?: warden_message_reply(info, fill_enrolled, name);
}
