// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers: a policy comes in by one transaction of one socket.
 */
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "change.h"
#include "measure.h"
#include "message.h"
#include "netlink.h"
#include "netlink-gen.h"
#include "session.h"
#include "snapshot.h"
#include "stage.h"

/**
 * struct loader - a socket that is sending a policy
 * @node: in loaders
 * @portid: its address; unique while it is open
 * @stage: what it has sent
 *
 * Goes with its socket, so a loader that dies leaves nothing behind.
 */
struct loader {
	struct list_head node;
	u32 portid;
	struct warden_stage *stage;
};

/* Loaders at a time; each can hold WARDEN_POLICY_MAX bytes. */
#define LOADERS_MAX 8

/* Protects loaders and their stages; nests in change_lock. */
static DEFINE_MUTEX(loaders_lock);
static LIST_HEAD(loaders);
static unsigned int nr_loaders;

static struct loader *find_loader(u32 portid)
{
	struct loader *l;

	lockdep_assert_held(&loaders_lock);
	list_for_each_entry(l, &loaders, node)
		if (l->portid == portid)
			return l;
	return NULL;
}

static void forget_loader(struct loader *l)
{
	if (!l)
		return;
	list_del(&l->node);
	nr_loaders--;
	warden_stage_free(l->stage);
	kfree(l);
}

static int on_netlink(struct notifier_block *nb, unsigned long event, void *arg)
{
	const struct netlink_notify *n = arg;

	if (event != NETLINK_URELEASE || n->protocol != NETLINK_GENERIC || n->net != &init_net)
		return NOTIFY_DONE;
	mutex_lock(&loaders_lock);
	forget_loader(find_loader(n->portid));
	mutex_unlock(&loaders_lock);
	return NOTIFY_OK;
}

static struct notifier_block netlink_nb = {
	.notifier_call = on_netlink,
};

static int begin(struct genl_info *info)
{
	struct loader *l;

	lockdep_assert_held(&loaders_lock);
	forget_loader(find_loader(info->snd_portid));
	if (nr_loaders == LOADERS_MAX)
		return warden_message_refuse(info, -EBUSY,
					     "8 policies are being loaded already; try again");
	l = kzalloc(sizeof(*l), GFP_KERNEL);
	if (l)
		l->stage = warden_stage_new();
	if (!l || !l->stage) {
		kfree(l);
		return warden_message_refuse(info, -ENOMEM, "out of memory for the policy");
	}
	l->portid = info->snd_portid;
	list_add(&l->node, &loaders);
	nr_loaders++;
	return 0;
}

int warden_nl_policy_begin_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err;

	mutex_lock(&loaders_lock);
	err = begin(info);
	mutex_unlock(&loaders_lock);
	return err;
}

int warden_nl_policy_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct loader *l;
	int err;

	mutex_lock(&loaders_lock);
	l = find_loader(info->snd_portid);
	if (l)
		err = warden_stage_add(l->stage, genlmsg_data(info->genlhdr),
				       genlmsg_len(info->genlhdr), info->extack);
	else
		err = warden_message_refuse(info, -ENOENT, "no policy was begun on this socket");
	mutex_unlock(&loaders_lock);
	return err;
}

/* Make a snapshot of what this socket has sent; the socket has then sent nothing. */
static struct warden_snapshot *finish(struct genl_info *info)
{
	const struct nlattr *digest = info->attrs[WARDEN_A_POLICY_DIGEST];
	struct warden_snapshot *snap;
	struct loader *l;

	mutex_lock(&loaders_lock);
	l = find_loader(info->snd_portid);
	if (l)
		snap = warden_stage_finish(l->stage, digest ? nla_data(digest) : NULL,
					   info->extack);
	else
		snap = ERR_PTR(
			warden_message_refuse(info, -ENOENT, "no policy was begun on this socket"));
	forget_loader(l);
	mutex_unlock(&loaders_lock);
	return snap;
}

struct committed {
	u64 generation;
	unsigned int ended;
};

static int fill_committed(struct sk_buff *skb, const void *arg)
{
	const struct committed *c = arg;

	return put_u64(skb, WARDEN_A_POLICY_GENERATION, c->generation) ||
	       nla_put_u32(skb, WARDEN_A_POLICY_ENDED, c->ended);
}

static struct committed put_in_force(struct warden_snapshot *snap)
{
	struct warden_digest digest = { .alg = WARDEN_DIGEST_ALG_SHA256 };
	struct committed c;

	warden_change_assert_held();
	memcpy(digest.bytes, snap->digest, sizeof(digest.bytes));
	if (snap->measure & BIT(WARDEN_DOMAIN_POLICY))
		warden_measure_policy(&digest, snap->name);
	c.generation = warden_snapshot_publish(snap);
	warden_change_tell(WARDEN_EVENT_POLICY_LOAD, snap->name, snap);
	c.ended =
		warden_session_review(WARDEN_REASON_POLICY_CHANGED, ktime_get_boottime_ns(), NULL);
	return c;
}

int warden_nl_policy_commit_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct warden_snapshot *snap;
	struct committed c;

	warden_change_lock();
	snap = finish(info);
	if (IS_ERR(snap))
		warden_change_tell(WARDEN_EVENT_POLICY_REFUSE, info->extack->_msg ?: "policy",
				   NULL);
	else
		c = put_in_force(snap);
	warden_change_unlock();
	return IS_ERR(snap) ? PTR_ERR(snap) : warden_message_reply(info, fill_committed, &c);
}

static int fill_policy(struct sk_buff *skb, const void *arg)
{
	const struct warden_snapshot *snap = arg;
	struct nlattr *nest = nla_nest_start(skb, WARDEN_A_POLICY_HEADER);

	if (!nest || nla_put_string(skb, WARDEN_A_HEADER_NAME, snap->name) ||
	    nla_put_u32(skb, WARDEN_A_HEADER_VERSION, snap->version) ||
	    put_string(skb, WARDEN_A_HEADER_CONTACT, snap->contact) ||
	    put_string(skb, WARDEN_A_HEADER_SUPPORT_UNTIL, snap->support_until))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return nla_put(skb, WARDEN_A_POLICY_DIGEST, sizeof(snap->digest), snap->digest) ||
	       put_u64(skb, WARDEN_A_POLICY_GENERATION, snap->generation) ||
	       nla_put_u32(skb, WARDEN_A_POLICY_PROGRAMS, snap->nr_programs) ||
	       nla_put_u32(skb, WARDEN_A_POLICY_RULES, snap->nr_rules);
}

int warden_nl_policy_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct warden_snapshot snap;

	warden_snapshot_copy(&snap);
	return warden_message_reply(info, fill_policy, &snap);
}

/**
 * warden_netlink_policy_init() - be told when a loader's socket closes
 *
 * Context: Process context, module init.
 * Return: 0 or a negative errno.
 */
int __init warden_netlink_policy_init(void)
{
	return netlink_register_notifier(&netlink_nb);
}

/**
 * warden_netlink_policy_exit() - forget what was being loaded
 *
 * Context: Process context, sleeps; no command can run any more.
 */
void warden_netlink_policy_exit(void)
{
	struct loader *l, *next;

	netlink_unregister_notifier(&netlink_nb);
	list_for_each_entry_safe(l, next, &loaders, node)
		forget_loader(l);
}
