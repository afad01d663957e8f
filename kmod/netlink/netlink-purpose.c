// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers: purposes that end.
 */
#include <linux/slab.h>
#include <net/genetlink.h>

#include "message.h"
#include "netlink-gen.h"
#include "policy/change.h"
#include "policy/purpose.h"

static int fill_purpose(struct sk_buff *skb, const void *arg)
{
	const struct warden_purpose_state *s = arg;

	return nla_put_u32(skb, WARDEN_A_PURPOSE_STATE_LAYER, s->layer) ||
	       nla_put(skb, WARDEN_A_PURPOSE_STATE_DIGEST, sizeof(s->digest), s->digest) ||
	       nla_put_string(skb, WARDEN_A_PURPOSE_STATE_LABEL, s->label) ||
	       (s->until && put_u64(skb, WARDEN_A_PURPOSE_STATE_UNTIL, s->until)) ||
	       put_u64(skb, WARDEN_A_PURPOSE_STATE_LEFT, s->left) ||
	       nla_put_u32(skb, WARDEN_A_PURPOSE_STATE_RULES, s->rules);
}

/* args[0] and args[1] are the place; a long has 32 bits on some. */
int warden_nl_purpose_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	u64 cursor = (u64)cb->args[0] << 32 | (u32)cb->args[1];
	struct warden_purpose_state state;
	int err = 0;

	while (!err && !warden_purpose_get(&cursor, &state)) {
		err = warden_message_dump(skb, cb, WARDEN_CMD_PURPOSE_GET, fill_purpose, &state);
		if (!err)
			cursor++;
	}
	cb->args[0] = cursor >> 32;
	cb->args[1] = (u32)cursor;
	return skb->len ?: err;
}

int warden_nl_purpose_restore_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct warden_purpose_state state = {};
	struct nlattr **a = info->attrs;
	bool taken;

	if (!a[WARDEN_A_PURPOSE_STATE_LAYER] || !a[WARDEN_A_PURPOSE_STATE_DIGEST] ||
	    !a[WARDEN_A_PURPOSE_STATE_LABEL] || !a[WARDEN_A_PURPOSE_STATE_LEFT])
		return warden_message_refuse(info, -EINVAL, "name the layer, its digest, the purpose and "
					     "how much of its time is left");
	state.layer = nla_get_u32(a[WARDEN_A_PURPOSE_STATE_LAYER]);
	memcpy(state.digest, nla_data(a[WARDEN_A_PURPOSE_STATE_DIGEST]), sizeof(state.digest));
	nla_strscpy(state.label, a[WARDEN_A_PURPOSE_STATE_LABEL], sizeof(state.label));
	state.left = nla_get_u64(a[WARDEN_A_PURPOSE_STATE_LEFT]);
	warden_change_lock();
	taken = warden_purpose_restore(&state);
	warden_change_unlock();
	return taken ? 0 : warden_message_refuse(info, -ESTALE,
						 "the policy of that layer is another by now");
}
