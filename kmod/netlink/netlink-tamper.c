// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers: a device that was tampered with.
 */
#include <net/genetlink.h>

#include "device/tamper.h"
#include "hook/links.h"
#include "hook/needs.h"
#include "message.h"
#include "netlink-gen.h"
#include "policy/change.h"
#include "policy/lock.h"
#include "policy/snapshot.h"

/* Generic netlink keeps others from a lock while a command waits. */
#define ATTACH_MS 4000

struct shown {
	struct warden_tamper input;
	u32 watched;
	u32 taken;
};

static int put_name(struct sk_buff *skb, const struct warden_tamper *t)
{
	char device[sizeof(WARDEN_NAME_MARK) + WARDEN_TOPOLOGY_MAX];

	snprintf(device, sizeof(device), "%s%s", t->is_name ? WARDEN_NAME_MARK : "", t->text);
	return put_string(skb, WARDEN_A_TAMPER_WATCH_DEVICE, device);
}

static int fill_shown(struct sk_buff *skb, const void *arg)
{
	const struct shown *s = arg;
	const struct warden_tamper *t = &s->input;

	return nla_put_u32(skb, WARDEN_A_TAMPER_WATCH_LINE, t->line) ||
	       nla_put_u32(skb, WARDEN_A_TAMPER_WATCH_KIND, t->kind) ||
	       nla_put_u32(skb, WARDEN_A_TAMPER_WATCH_CODE, t->code) ||
	       (t->at >= 0 && nla_put_u32(skb, WARDEN_A_TAMPER_WATCH_STATE, t->at)) ||
	       put_name(skb, t) || nla_put_u32(skb, WARDEN_A_TAMPER_WATCH_WATCHED, s->watched) ||
	       put_u32(skb, WARDEN_A_TAMPER_WATCH_TAKEN, s->taken);
}

int warden_nl_tamper_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct shown s;
	int err = 0;

	while (!err && warden_tamper_get(cb->args[0], &s.input, &s.watched, &s.taken)) {
		err = warden_message_dump(skb, cb, WARDEN_CMD_TAMPER_GET, fill_shown, &s);
		if (!err)
			cb->args[0]++;
	}
	return skb->len ?: err;
}

int warden_nl_tamper_clear_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err;

	warden_change_lock();
	err = warden_lock_clear();
	warden_change_unlock();
	if (err == -ENOENT)
		return warden_message_refuse(info, err, "the device is not locked");
	if (err == -EBUSY)
		return warden_message_refuse(info, err,
					     "a policy waits to be confirmed or taken back; do that first");
	return err;
}

/* At once by what is attached; who restored it goes on when all of it is, or after some seconds. */
static int restore(const struct warden_lock_status *before)
{
	int err;

	warden_links_hold(0, 0);
	warden_change_lock();
	err = warden_lock_restore(before);
	warden_change_unlock();
	warden_links_release();
	if (!warden_links_hold(warden_lock_holds() ? warden_needs_lock() : 0, ATTACH_MS))
		warden_links_release();
	return err;
}

int warden_nl_tamper_restore_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct warden_lock_status before = {};
	struct nlattr **a = info->attrs;

	if (!a[WARDEN_A_TAMPER_STARTS])
		return warden_message_refuse(info, -EINVAL, "say how often Warden was started");
	before.starts = nla_get_u32(a[WARDEN_A_TAMPER_STARTS]);
	if (a[WARDEN_A_TAMPER_COUNT])
		before.count = nla_get_u32(a[WARDEN_A_TAMPER_COUNT]);
	before.locked = a[WARDEN_A_TAMPER_LOCKED] && nla_get_u32(a[WARDEN_A_TAMPER_LOCKED]);
	if (a[WARDEN_A_TAMPER_WHAT])
		nla_strscpy(before.what, a[WARDEN_A_TAMPER_WHAT], sizeof(before.what));
	return restore(&before);
}
