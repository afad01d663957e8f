// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handler: a class of sensors is switched off or on.
 */
#include <linux/bits.h>
#include <linux/timekeeping.h>
#include <net/genetlink.h>

#include "consent/switch.h"
#include "message.h"
#include "netlink-gen.h"
#include "policy/change.h"
#include "session/session.h"

struct switched {
	unsigned int ended;
	u64 took;
};

static int fill_switched(struct sk_buff *skb, const void *arg)
{
	const struct switched *s = arg;

	return nla_put_u32(skb, WARDEN_A_SWITCH_ENDED, s->ended) ||
	       put_u64(skb, WARDEN_A_SWITCH_TOOK, s->took);
}

int warden_nl_switch_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **a = info->attrs;
	u64 since = ktime_get_boottime_ns();
	u32 classes = WARDEN_SWITCH_ALL;
	struct switched s = {};
	bool off;

	if (!a[WARDEN_A_SWITCH_OFF])
		return warden_message_refuse(info, -EINVAL, "say whether it is switched off or on");
	off = nla_get_u32(a[WARDEN_A_SWITCH_OFF]);
	if (a[WARDEN_A_SWITCH_CLASS])
		classes = BIT(nla_get_u32(a[WARDEN_A_SWITCH_CLASS]));
	warden_change_lock();
	if (warden_switch_set(classes, off) && off)
		s.ended = warden_session_review(WARDEN_REASON_SWITCHED_OFF, since, &s.took);
	warden_change_unlock();
	return warden_message_reply(info, fill_switched, &s);
}
