// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers: a policy comes in by one transaction of one socket.
 */
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "extack.h"
#include "hook/links.h"
#include "hook/needs.h"
#include "message.h"
#include "netlink-gen.h"
#include "netlink.h"
#include "policy/change.h"
#include "policy/layers.h"
#include "policy/lock.h"
#include "policy/pack.h"
#include "policy/policy.h"
#include "policy/shadow.h"
#include "policy/stage.h"

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

/* Generic netlink keeps others from a lock while a command waits. */
#define ATTACH_MS 4000

/* Loaders at a time; each can hold WARDEN_POLICY_MAX bytes. */
#define LOADERS_MAX 8

/* Protects loaders and their stages; in no change. */
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

static int fill_committed(struct sk_buff *skb, const void *arg)
{
	const struct warden_committed *c = arg;

	return put_u64(skb, WARDEN_A_POLICY_GENERATION, c->generation) ||
	       nla_put_u32(skb, WARDEN_A_POLICY_ENDED, c->ended) ||
	       nla_put_u32(skb, WARDEN_A_POLICY_OLDER, c->older);
}

/**
 * struct loaded - what a load is answered with
 * @done: what it did
 * @digest: SHA-256 of what came in
 */
struct loaded {
	struct warden_committed done;
	u8 digest[WARDEN_DIGEST_SIZE];
};

static int fill_loaded(struct sk_buff *skb, const void *arg)
{
	const struct loaded *l = arg;

	return fill_committed(skb, &l->done) ||
	       nla_put(skb, WARDEN_A_POLICY_DIGEST, sizeof(l->digest), l->digest);
}

static int parse_channel_digests(struct warden_channel *c, const struct nlattr *attr,
				 struct netlink_ext_ack *extack)
{
	const struct nlattr *digest;
	int rem, err;

	nla_for_each_nested(digest, attr, rem) {
		if (nla_type(digest) != WARDEN_A_CHANNEL_DIGEST)
			continue;
		if (c->nr_digests == ARRAY_SIZE(c->digests))
			return warden_refuse(extack, digest, -EINVAL, "a channel has two digests");
		err = warden_stage_parse_digest(digest, &c->digests[c->nr_digests++], extack);
		if (err)
			return err;
	}
	return 0;
}

static int parse_channel(struct warden_channel *c, const struct nlattr *attr,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[WARDEN_A_CHANNEL_MAX + 1];
	int err;

	err = nla_parse_nested(tb, WARDEN_A_CHANNEL_MAX, attr, warden_channel_nl_policy, extack);
	if (err)
		return err;
	if (!tb[WARDEN_A_CHANNEL_DIGEST] || !tb[WARDEN_A_CHANNEL_UID] ||
	    !tb[WARDEN_A_CHANNEL_PROTOCOL] || !tb[WARDEN_A_CHANNEL_PORT])
		return warden_refuse(extack, attr, -EINVAL,
				     "a channel needs its digest, its uid, its protocol and its port");
	c->uid = nla_get_u32(tb[WARDEN_A_CHANNEL_UID]);
	if (tb[WARDEN_A_CHANNEL_UNIT])
		c->unit = warden_snapshot_key(nla_data(tb[WARDEN_A_CHANNEL_UNIT]));
	c->protocol = nla_get_u32(tb[WARDEN_A_CHANNEL_PROTOCOL]);
	c->port = nla_get_u32(tb[WARDEN_A_CHANNEL_PORT]);
	return parse_channel_digests(c, attr, extack);
}

static int parse_channels(struct warden_commit *c, struct genl_info *info)
{
	const struct nlattr *attr;
	int rem, err;

	if (!info->attrs[WARDEN_A_POLICY_CHANNEL])
		return 0;
	c->channels = kcalloc(WARDEN_CHANNELS_MAX, sizeof(*c->channels), GFP_KERNEL);
	if (!c->channels)
		return -ENOMEM;
	nla_for_each_attr(attr, genlmsg_data(info->genlhdr), genlmsg_len(info->genlhdr), rem) {
		if (nla_type(attr) != WARDEN_A_POLICY_CHANNEL)
			continue;
		if (c->nr_channels == WARDEN_CHANNELS_MAX)
			return warden_refuse(info->extack, attr, -E2BIG, "more than 64 channels");
		err = parse_channel(&c->channels[c->nr_channels++], attr, info->extack);
		if (err)
			return err;
	}
	return 0;
}

static int parse_commit(struct warden_commit *c, struct genl_info *info)
{
	struct nlattr **a = info->attrs;

	if (a[WARDEN_A_POLICY_SIGNATURE]) {
		c->signature = nla_data(a[WARDEN_A_POLICY_SIGNATURE]);
		c->signature_len = nla_len(a[WARDEN_A_POLICY_SIGNATURE]);
	}
	if (a[WARDEN_A_POLICY_CONFIRM])
		c->confirm = nla_get_u32(a[WARDEN_A_POLICY_CONFIRM]);
	c->force = a[WARDEN_A_POLICY_FORCE] && nla_get_u32(a[WARDEN_A_POLICY_FORCE]);
	return parse_channels(c, info);
}

static bool is_set(struct genl_info *info, int attr)
{
	return info->attrs[attr] && nla_get_u32(info->attrs[attr]);
}

/* What a change is told to have done that left the policy in force as it was. */
static struct warden_committed unchanged(void)
{
	return (struct warden_committed){ .generation = warden_layers_get_rcu()->generation };
}

/* In a change. */
static int commit(struct genl_info *info, struct warden_snapshot *snap,
		  const struct warden_commit *c, struct loaded *l)
{
	int err;

	if (IS_ERR(snap)) {
		warden_change_tell(&(struct warden_change){
			.event = WARDEN_EVENT_POLICY_REFUSE,
			.object = info->extack->_msg ?: "policy" });
		return PTR_ERR(snap);
	}
	memcpy(l->digest, snap->digest, sizeof(l->digest));
	if (!is_set(info, WARDEN_A_POLICY_SHADOW))
		return warden_policy_commit(snap, c, &l->done, info->extack);
	err = warden_shadow_load(snap, info->extack);
	l->done = unchanged();
	return err;
}

/* With it comes the lock, where the device is locked. */
static u64 needs_with(const struct warden_snapshot *snap)
{
	return warden_needs_of(snap) | (warden_lock_holds() ? warden_needs_lock() : 0);
}

static int change(struct genl_info *info, const struct warden_commit *c, struct loaded *l)
{
	struct warden_snapshot *snap = finish(info);
	int err = warden_links_hold(IS_ERR(snap) ? 0 : needs_with(snap), ATTACH_MS);

	if (err) {
		warden_snapshot_free(snap);
		return warden_message_refuse(info, err, "a task stays in one call of the kernel, which attaches no program meanwhile");
	}
	warden_change_lock();
	err = commit(info, snap, c, l);
	warden_change_unlock();
	warden_links_release();
	return err;
}

int warden_nl_policy_commit_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct warden_commit c = {};
	struct loaded loaded;
	int err = parse_commit(&c, info);

	if (!err)
		err = change(info, &c, &loaded);
	kfree(c.channels);
	return err ?: warden_message_reply(info, fill_loaded, &loaded);
}

int warden_nl_policy_confirm_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *revert = info->attrs[WARDEN_A_POLICY_REVERT];
	struct warden_committed done;
	int err;

	warden_change_lock();
	err = warden_policy_confirm(revert && nla_get_u32(revert), &done, info->extack);
	warden_change_unlock();
	return err ?: warden_message_reply(info, fill_committed, &done);
}

int warden_nl_policy_drop_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *layer = info->attrs[WARDEN_A_POLICY_LAYER];
	struct warden_committed done;
	int err;

	if (!layer == !is_set(info, WARDEN_A_POLICY_SHADOW))
		return warden_message_refuse(info, -EINVAL, "name the layer, or the shadow");
	warden_change_lock();
	if (layer) {
		err = warden_policy_drop(nla_get_u32(layer), &done, info->extack);
	} else {
		err = warden_shadow_drop(info->extack);
		done = unchanged();
	}
	warden_change_unlock();
	return err ?: warden_message_reply(info, fill_committed, &done);
}

/* --- what is in force --------------------------------------------------------------- */

static int put_header(struct sk_buff *skb, const struct warden_snapshot *snap)
{
	struct nlattr *nest = nla_nest_start(skb, WARDEN_A_POLICY_HEADER);

	if (!nest || nla_put_string(skb, WARDEN_A_HEADER_NAME, snap->name) ||
	    nla_put_u32(skb, WARDEN_A_HEADER_VERSION, snap->version) ||
	    put_string(skb, WARDEN_A_HEADER_CONTACT, snap->contact) ||
	    put_string(skb, WARDEN_A_HEADER_SUPPORT_UNTIL, snap->support_until))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int fill_policy(struct sk_buff *skb, const void *arg)
{
	const struct warden_layers *layers;
	const struct warden_snapshot *snap;
	int err;

	rcu_read_lock();
	layers = warden_layers_get_rcu();
	snap = layers->layer[0];
	err = put_header(skb, snap) ||
	      nla_put(skb, WARDEN_A_POLICY_DIGEST, sizeof(snap->digest), snap->digest) ||
	      put_u64(skb, WARDEN_A_POLICY_GENERATION, layers->generation) ||
	      nla_put_u32(skb, WARDEN_A_POLICY_PROGRAMS, snap->nr_programs) ||
	      nla_put_u32(skb, WARDEN_A_POLICY_RULES, snap->nr_rules);
	rcu_read_unlock();
	return err;
}

int warden_nl_policy_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return warden_message_reply(info, fill_policy, NULL);
}

/**
 * struct reading - the bytes of a layer on their way to one reader
 * @layer: enum warden_role
 * @len: how many there are
 * @offset: how many were sent
 * @bytes: a copy, so that a policy may change while it is read
 */
struct reading {
	u32 layer;
	u32 len;
	u32 offset;
	u8 bytes[];
};

static int copy_bytes(struct reading *r, const struct warden_snapshot *snap)
{
	if (snap->nr_packed)
		return warden_unpack(r->bytes, r->len, snap->bytes, snap->nr_packed);
	memcpy(r->bytes, snap->bytes, r->len);
	return 0;
}

static struct reading *start_reading(const struct warden_snapshot *snap)
{
	u32 len = snap ? snap->nr_bytes : 0;
	struct reading *r = kvmalloc(struct_size(r, bytes, len), GFP_KERNEL_ACCOUNT);
	int err;

	if (!r)
		return ERR_PTR(-ENOMEM);
	*r = (struct reading){ .len = len,
			       .layer = snap ? snap->layer : WARDEN_ROLE_NONE };
	err = len ? copy_bytes(r, snap) : 0;
	if (err) {
		kvfree(r);
		return ERR_PTR(err);
	}
	return r;
}

int warden_nl_policy_read_start(struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	const struct nlattr *layer = info->attrs ? info->attrs[WARDEN_A_POLICY_LAYER] : NULL;
	const struct warden_layers *layers;
	struct reading *r;
	int err = warden_nl_start_read(cb);

	if (err)
		return err;
	warden_change_lock();
	layers = warden_layers_get_rcu();
	r = start_reading(layer ? warden_layers_find(layers, nla_get_u32(layer)) :
				  layers->layer[0]);
	warden_change_unlock();
	if (IS_ERR(r))
		return PTR_ERR(r);
	cb->args[0] = (long)r;
	return 0;
}

int warden_nl_policy_read_done(struct netlink_callback *cb)
{
	kvfree((struct reading *)cb->args[0]);
	return 0;
}

/* What of it goes into one message. */
struct piece {
	const struct reading *reading;
	u32 len;
};

static int fill_piece(struct sk_buff *skb, const void *arg)
{
	const struct piece *p = arg;
	const struct reading *r = p->reading;

	return nla_put_u32(skb, WARDEN_A_POLICY_LAYER, r->layer) ||
	       put_u64(skb, WARDEN_A_POLICY_OFFSET, r->offset) ||
	       nla_put(skb, WARDEN_A_POLICY_BYTES, p->len, r->bytes + r->offset);
}

/* Bytes that fit beside the heads and the other two attributes. */
static u32 room_in(const struct sk_buff *skb)
{
	int room = skb_tailroom(skb) - 64;

	return clamp(room, 0, 30 << 10);
}

int warden_nl_policy_read_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct reading *r = (struct reading *)cb->args[0];
	struct piece p = { .reading = r, .len = min(r->len - r->offset, room_in(skb)) };
	int err;

	if (r->offset == r->len)
		return 0;
	err = p.len ? warden_message_dump(skb, cb, WARDEN_CMD_POLICY_READ, fill_piece, &p) :
		      -EMSGSIZE;
	if (!err)
		r->offset += p.len;
	return skb->len ?: err;
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

int warden_nl_policy_floor_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **a = info->attrs;

	if (!a[WARDEN_A_POLICY_LAYER] || !a[WARDEN_A_POLICY_FLOOR])
		return warden_message_refuse(info, -EINVAL, "name a layer and a version");
	warden_change_lock();
	warden_policy_raise_floor(nla_get_u32(a[WARDEN_A_POLICY_LAYER]),
				  nla_get_u32(a[WARDEN_A_POLICY_FLOOR]));
	warden_change_unlock();
	return 0;
}
