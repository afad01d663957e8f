// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers: a debug surface is opened for a time, and closed before.
 */
#include <net/genetlink.h>

#include "debug/debug.h"
#include "message.h"
#include "netlink-gen.h"
#include "policy/change.h"

static int refuse(struct genl_info *info, int err)
{
	if (err == -EACCES)
		return warden_message_refuse(info, err,
					     "a rule of the policy denies it, or the device was tampered with; no exception opens that");
	if (err == -ENOENT)
		return warden_message_refuse(info, err, "the policy in force does not close it");
	return err;
}

int warden_nl_debug_open_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **a = info->attrs;
	int err;

	if (!a[WARDEN_A_DEBUG_SURFACE] || !a[WARDEN_A_DEBUG_SECONDS])
		return warden_message_refuse(info, -EINVAL,
					     "name the surface, and for how many seconds");
	warden_change_lock();
	err = warden_debug_open(nla_get_u32(a[WARDEN_A_DEBUG_SURFACE]),
				nla_get_u32(a[WARDEN_A_DEBUG_SECONDS]));
	warden_change_unlock();
	return refuse(info, err);
}

int warden_nl_debug_close_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *surface = info->attrs[WARDEN_A_DEBUG_SURFACE];
	int err;

	if (!surface)
		return warden_message_refuse(info, -EINVAL, "name the surface");
	warden_change_lock();
	err = warden_debug_close(nla_get_u32(surface));
	warden_change_unlock();
	if (err)
		return warden_message_refuse(info, err, "it is not open for a time");
	return 0;
}
