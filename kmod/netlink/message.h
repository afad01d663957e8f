/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the handlers of the netlink family share: answers, dumps, attributes.
 */
#ifndef WARDEN_MESSAGE_H
#define WARDEN_MESSAGE_H

#include <linux/types.h>
#include <net/netlink.h>
#include <warden/chain.h>

struct genl_info;
struct netlink_callback;
struct sk_buff;

/* Puts the attributes of a message; not 0 where there is no room. */
typedef int (*warden_message_fill)(struct sk_buff *skb, const void *arg);

int warden_message_refuse(struct genl_info *info, int err, const char *why);
int warden_message_reply(struct genl_info *info, warden_message_fill fill, const void *arg);
int warden_message_dump(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
			warden_message_fill fill, const void *arg);
u64 warden_message_first(struct netlink_callback *cb, int attr);

static inline int put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, 0);
}

/* Absent where it says nothing. */
static inline int put_string(struct sk_buff *skb, int type, const char *value)
{
	return value[0] ? nla_put_string(skb, type, value) : 0;
}

static inline int put_u32(struct sk_buff *skb, int type, u32 value)
{
	return value ? nla_put_u32(skb, type, value) : 0;
}

static inline int put_digest(struct sk_buff *skb, int type, const struct warden_digest *digest)
{
	return digest->alg ? nla_put(skb, type, sizeof(digest->bytes), digest->bytes) : 0;
}

#endif /* WARDEN_MESSAGE_H */
