// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers: ports are opened for a time, closed, and shown.
 */
#include <linux/in.h>
#include <net/genetlink.h>

#include "message.h"
#include "netlink-gen.h"
#include "network/opening.h"
#include "policy/change.h"
#include "policy/owner.h"

/* What a command is about. */
static int parse(struct warden_opening *o, struct genl_info *info)
{
	struct nlattr **a = info->attrs;

	if (!a[WARDEN_A_SERVICE_PROTOCOL] || !a[WARDEN_A_SERVICE_PORT])
		return warden_message_refuse(info, -EINVAL, "name a protocol and a port");
	o->protocol = nla_get_u32(a[WARDEN_A_SERVICE_PROTOCOL]);
	o->port = nla_get_u32(a[WARDEN_A_SERVICE_PORT]);
	return 0;
}

static int fill_opened(struct sk_buff *skb, const void *arg)
{
	const struct warden_opening *o = arg;

	return put_u64(skb, WARDEN_A_SERVICE_EXPIRES, o->expires);
}

int warden_nl_service_open_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *seconds = info->attrs[WARDEN_A_SERVICE_SECONDS];
	struct warden_opening o = {};
	int err = parse(&o, info);

	if (!err && !seconds)
		err = warden_message_refuse(info, -EINVAL, "say for how long");
	if (!err && o.protocol != IPPROTO_TCP && o.protocol != IPPROTO_UDP)
		err = warden_message_refuse(info, -EOPNOTSUPP,
					    "sockets of tcp and udp alone can be ended in time");
	if (err)
		return err;
	warden_change_lock();
	err = warden_owner_check(info->extack);
	if (!err)
		err = warden_opening_add(o.protocol, o.port, nla_get_u64(seconds), &o.expires);
	warden_change_unlock();
	if (err == -ENOSPC)
		warden_message_refuse(info, err, "16 ports are open for a time already; close one");
	return err ?: warden_message_reply(info, fill_opened, &o);
}

static int fill_closed(struct sk_buff *skb, const void *arg)
{
	return nla_put_u32(skb, WARDEN_A_SERVICE_ENDED, *(const u32 *)arg);
}

int warden_nl_service_close_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct warden_opening o = {};
	int err = parse(&o, info);
	u32 ended = 0;

	if (err)
		return err;
	err = warden_opening_close(o.protocol, o.port, &ended);
	if (err)
		return warden_message_refuse(info, err, "this port is not open for a time");
	return warden_message_reply(info, fill_closed, &ended);
}

static int fill_opening(struct sk_buff *skb, const void *arg)
{
	const struct warden_opening *o = arg;

	return nla_put_u32(skb, WARDEN_A_SERVICE_PROTOCOL, o->protocol) ||
	       nla_put_u32(skb, WARDEN_A_SERVICE_PORT, o->port) || fill_opened(skb, o);
}

int warden_nl_service_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct warden_opening o;
	int err = 0;

	while (!err && !warden_opening_get(cb->args[0], &o)) {
		if (o.protocol)
			err = warden_message_dump(skb, cb, WARDEN_CMD_SERVICE_GET, fill_opening, &o);
		if (!err)
			cb->args[0]++;
	}
	return skb->len ?: err;
}
