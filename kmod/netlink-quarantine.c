// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers: programs that are cut off.
 */
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/genetlink.h>

#include "change.h"
#include "decide.h"
#include "identity.h"
#include "message.h"
#include "netlink-gen.h"
#include "quarantine.h"
#include "session.h"

struct cut {
	unsigned int ended;
	unsigned int killed;
	u64 took;
};

static int read_digest(struct warden_digest *digest, struct genl_info *info)
{
	struct nlattr **a = info->attrs;

	if (!a[WARDEN_A_QUARANTINE_ALG] || !a[WARDEN_A_QUARANTINE_DIGEST])
		return warden_message_refuse(info, -EINVAL, "name the digest and its algorithm");
	digest->alg = nla_get_u32(a[WARDEN_A_QUARANTINE_ALG]);
	memcpy(digest->bytes, nla_data(a[WARDEN_A_QUARANTINE_DIGEST]), sizeof(digest->bytes));
	return 0;
}

/* Who would lift it again must not be cut off by it. */
static bool is_of_caller(const struct warden_digest *digest)
{
	struct warden_identity self;

	return !warden_identity_of_current(&self) && warden_decide_same(&self.digest, digest);
}

static int refuse(struct genl_info *info, int err)
{
	switch (err) {
	case -EEXIST:
		return warden_message_refuse(info, err, "it is in quarantine already");
	case -ENOSPC:
		return warden_message_refuse(info, err, "256 digests are in quarantine; take one out");
	case -ENOENT:
		return warden_message_refuse(info, err, "it is not in quarantine");
	default:
		return err;
	}
}

static int fill_cut(struct sk_buff *skb, const void *arg)
{
	const struct cut *cut = arg;

	return nla_put_u32(skb, WARDEN_A_QUARANTINE_ENDED, cut->ended) ||
	       nla_put_u32(skb, WARDEN_A_QUARANTINE_KILLED, cut->killed) ||
	       put_u64(skb, WARDEN_A_QUARANTINE_TOOK, cut->took);
}

int warden_nl_quarantine_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *label = info->attrs[WARDEN_A_QUARANTINE_LABEL];
	u64 since = ktime_get_boottime_ns();
	struct warden_digest digest;
	struct cut cut = {};
	int err = read_digest(&digest, info);

	if (err)
		return err;
	if (is_of_caller(&digest))
		return warden_message_refuse(info, -EPERM,
					     "this is the program that asks, which nobody could undo");
	warden_change_lock();
	err = warden_quarantine_add(&digest, label ? nla_data(label) : "");
	if (!err) {
		cut.ended = warden_session_review(WARDEN_REASON_QUARANTINED, since, NULL);
		cut.killed = warden_quarantine_kill(&digest);
	}
	warden_change_unlock();
	cut.took = ktime_get_boottime_ns() - since;
	return err ? refuse(info, err) : warden_message_reply(info, fill_cut, &cut);
}

int warden_nl_quarantine_remove_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct warden_digest digest;
	int err = read_digest(&digest, info);

	if (err)
		return err;
	warden_change_lock();
	err = warden_quarantine_remove(&digest);
	warden_change_unlock();
	return refuse(info, err);
}

static int fill_quarantined(struct sk_buff *skb, const void *arg)
{
	const struct warden_quarantined *q = arg;

	return nla_put_u32(skb, WARDEN_A_QUARANTINE_ALG, q->digest.alg) ||
	       put_digest(skb, WARDEN_A_QUARANTINE_DIGEST, &q->digest) ||
	       put_string(skb, WARDEN_A_QUARANTINE_LABEL, q->label) ||
	       put_u64(skb, WARDEN_A_QUARANTINE_SINCE, q->since);
}

int warden_nl_quarantine_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct warden_quarantined *q = kmalloc(sizeof(*q), GFP_KERNEL);
	int err = 0;

	if (!q)
		return -ENOMEM;
	while (!err && warden_quarantine_get(cb->args[0], q)) {
		err = warden_message_dump(skb, cb, WARDEN_CMD_QUARANTINE_GET, fill_quarantined, q);
		if (!err)
			cb->args[0]++;
	}
	kfree(q);
	return skb->len ?: err;
}
