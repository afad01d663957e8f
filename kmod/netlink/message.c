// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages of the netlink family, whatever is in them.
 */
#include <net/genetlink.h>

#include "extack.h"
#include "message.h"
#include "netlink-gen.h"

/* A status that tells all it can is more than half of it. */
#define REPLY_MAX (2 * NLMSG_GOODSIZE)

/**
 * warden_message_refuse() - refuse a request with one sentence
 * @info: the request
 * @err: negative errno
 * @why: a string constant
 *
 * Context: Any.
 * Return: @err.
 */
int warden_message_refuse(struct genl_info *info, int err, const char *why)
{
	return warden_refuse(info->extack, NULL, err, why);
}

/**
 * warden_message_reply() - answer a do request
 * @info: the request
 * @fill: puts the attributes
 * @arg: handed to @fill
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM; -EMSGSIZE where @fill found no room; what sending failed with.
 */
int warden_message_reply(struct genl_info *info, warden_message_fill fill, const void *arg)
{
	struct sk_buff *skb = genlmsg_new(REPLY_MAX, GFP_KERNEL);
	void *head;

	if (!skb)
		return -ENOMEM;
	head = genlmsg_put_reply(skb, info, &warden_nl_family, 0, info->genlhdr->cmd);
	if (!head || fill(skb, arg)) {
		nlmsg_free(skb);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return genlmsg_reply(skb, info);
}

/**
 * warden_message_dump() - put one entry of a dump
 * @skb: the message that is being filled
 * @cb: the dump
 * @cmd: enum warden_cmd
 * @fill: puts the attributes
 * @arg: handed to @fill
 *
 * Context: Any.
 * Return: 0, or -EMSGSIZE, which asks to be called again with a new message.
 */
int warden_message_dump(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
			warden_message_fill fill, const void *arg)
{
	void *head = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				 &warden_nl_family, NLM_F_MULTI, cmd);

	if (!head)
		return -EMSGSIZE;
	if (fill(skb, arg)) {
		genlmsg_cancel(skb, head);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, head);
	return 0;
}

/**
 * warden_message_first() - where a dump by number starts
 * @cb: the dump
 * @attr: the attribute of the request that says it
 *
 * Context: Any.
 * Return: what the request asks for, then where the last message ended; from 1.
 */
u64 warden_message_first(struct netlink_callback *cb, int attr)
{
	const struct genl_info *info = genl_info_dump(cb);

	if (!cb->args[0])
		cb->args[0] = info->attrs && info->attrs[attr] ?
			      max_t(u64, nla_get_u64(info->attrs[attr]), 1) : 1;
	return cb->args[0];
}
