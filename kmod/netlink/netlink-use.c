// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers: when rules were used, and rules that have lapsed.
 */
#include <linux/slab.h>
#include <net/genetlink.h>

#include "message.h"
#include "netlink-gen.h"
#include "policy/change.h"
#include "policy/use.h"

static int put_ports(struct sk_buff *skb, const struct warden_rule_state *s)
{
	if (!s->has_ports)
		return 0;
	return put_u32(skb, WARDEN_A_RULE_USE_PROTOCOL, s->protocol) ||
	       nla_put_u32(skb, WARDEN_A_RULE_USE_PORT_LOW, s->port_low) ||
	       nla_put_u32(skb, WARDEN_A_RULE_USE_PORT_HIGH, s->port_high);
}

static int fill_use(struct sk_buff *skb, const void *arg)
{
	const struct warden_rule_state *s = arg;

	return nla_put_u32(skb, WARDEN_A_RULE_USE_LAYER, s->layer) ||
	       nla_put(skb, WARDEN_A_RULE_USE_DIGEST, sizeof(s->digest), s->digest) ||
	       nla_put_u32(skb, WARDEN_A_RULE_USE_AT, s->at) ||
	       nla_put_u32(skb, WARDEN_A_RULE_USE_LINE, s->line) ||
	       nla_put_u32(skb, WARDEN_A_RULE_USE_DOMAIN, s->domain) ||
	       nla_put_u32(skb, WARDEN_A_RULE_USE_ACTION, s->action) ||
	       put_string(skb, WARDEN_A_RULE_USE_PROGRAM, s->program) ||
	       put_u32(skb, WARDEN_A_RULE_USE_CLASS, s->class) || put_ports(skb, s) ||
	       nla_put_u32(skb, WARDEN_A_RULE_USE_IDLE, s->idle) ||
	       nla_put_u32(skb, WARDEN_A_RULE_USE_USED, s->used) ||
	       put_u32(skb, WARDEN_A_RULE_USE_AFTER, s->after) ||
	       nla_put_u32(skb, WARDEN_A_RULE_USE_LAPSED, s->lapsed);
}

/* args[0] and args[1] are the place; a long has 32 bits on some. */
int warden_nl_rule_use_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct warden_rule_state *state = kmalloc(sizeof(*state), GFP_KERNEL);
	u64 cursor = (u64)cb->args[0] << 32 | (u32)cb->args[1];
	int err = 0;

	if (!state)
		return -ENOMEM;
	while (!err && !warden_use_get(&cursor, state)) {
		err = warden_message_dump(skb, cb, WARDEN_CMD_RULE_USE_GET, fill_use, state);
		if (!err)
			cursor++;
	}
	kfree(state);
	cb->args[0] = cursor >> 32;
	cb->args[1] = (u32)cursor;
	return skb->len ?: err;
}

static int fill_renewed(struct sk_buff *skb, const void *arg)
{
	return nla_put_u32(skb, WARDEN_A_RULE_USE_RENEWED, *(const int *)arg);
}

int warden_nl_rule_renew_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *layer = info->attrs[WARDEN_A_RULE_USE_LAYER];
	const struct nlattr *line = info->attrs[WARDEN_A_RULE_USE_LINE];
	int nr;

	warden_change_lock();
	nr = warden_use_renew(layer ? nla_get_u32(layer) : 0, line ? nla_get_u32(line) : 0);
	warden_change_unlock();
	if (nr == -ENOENT)
		return warden_message_refuse(info, nr, "no rule there can lapse: those that allow "
					     "sensors, listening or connecting can");
	return nr < 0 ? nr : warden_message_reply(info, fill_renewed, &nr);
}

int warden_nl_rule_use_restore_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct warden_rule_state state = {};
	struct nlattr **a = info->attrs;
	bool taken;

	if (!a[WARDEN_A_RULE_USE_LAYER] || !a[WARDEN_A_RULE_USE_DIGEST] || !a[WARDEN_A_RULE_USE_AT] ||
	    !a[WARDEN_A_RULE_USE_IDLE])
		return warden_message_refuse(info, -EINVAL, "name the layer, its digest, the place of "
					     "the rule and for how long it was idle");
	state.layer = nla_get_u32(a[WARDEN_A_RULE_USE_LAYER]);
	memcpy(state.digest, nla_data(a[WARDEN_A_RULE_USE_DIGEST]), sizeof(state.digest));
	state.at = nla_get_u32(a[WARDEN_A_RULE_USE_AT]);
	state.idle = nla_get_u32(a[WARDEN_A_RULE_USE_IDLE]);
	state.used = a[WARDEN_A_RULE_USE_USED] && nla_get_u32(a[WARDEN_A_RULE_USE_USED]);
	state.lapsed = a[WARDEN_A_RULE_USE_LAPSED] && nla_get_u32(a[WARDEN_A_RULE_USE_LAPSED]);
	warden_change_lock();
	taken = warden_use_restore(&state);
	warden_change_unlock();
	return taken ? 0 : warden_message_refuse(info, -ESTALE,
						 "the policy of that layer is another by now");
}
