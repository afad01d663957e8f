// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers: programs that are cut off.
 */
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <net/genetlink.h>

#include "hook/links.h"
#include "hook/needs.h"
#include "judge/decide.h"
#include "message.h"
#include "netlink-gen.h"
#include "policy/change.h"
#include "policy/layers.h"
#include "policy/trust.h"
#include "program/identity.h"
#include "program/quarantine.h"
#include "session/session.h"

/* What is not attached by then is attached behind the cut. */
#define ATTACH_MS 500

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
	case -EPERM:
		return warden_message_refuse(info, err, "a list in force names it; load one of a "
					     "higher version that does not");
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

/* The quarantine is in force by now, and others may change something meanwhile. */
static void kill_rest(struct cut *cut, u64 since)
{
	cut->killed = warden_quarantine_kill();
	cut->took = ktime_get_boottime_ns() - since;
}

/* One after which something may be cut off, by what is attached where the rest takes too long. */
static void begin_change(void)
{
	if (warden_links_hold(warden_needs_quarantine(), ATTACH_MS))
		warden_links_hold(0, 0);
	warden_change_lock();
}

static void end_change(void)
{
	warden_change_unlock();
	warden_links_release();
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
	begin_change();
	err = warden_quarantine_add(&digest, label ? nla_data(label) : "");
	if (!err)
		cut.ended = warden_session_review(WARDEN_REASON_QUARANTINED, since, NULL);
	end_change();
	if (!err)
		kill_rest(&cut, since);
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

/* The lists that name it. */
static int put_lists(struct sk_buff *skb, const struct warden_quarantined *q)
{
	struct nlattr *nest;
	u32 i;

	for (i = 0; i < WARDEN_QUARANTINE_LISTS; i++) {
		if (!q->version[i])
			continue;
		nest = nla_nest_start(skb, WARDEN_A_QUARANTINE_LISTS);
		if (!nest || nla_put_u32(skb, WARDEN_A_CUT_LIST_LAYER, i + 1) ||
		    nla_put_u32(skb, WARDEN_A_CUT_LIST_VERSION, q->version[i]))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int fill_quarantined(struct sk_buff *skb, const void *arg)
{
	const struct warden_quarantined *q = arg;

	return nla_put_u32(skb, WARDEN_A_QUARANTINE_ALG, q->digest.alg) ||
	       put_digest(skb, WARDEN_A_QUARANTINE_DIGEST, &q->digest) ||
	       put_string(skb, WARDEN_A_QUARANTINE_LABEL, q->label) ||
	       put_u64(skb, WARDEN_A_QUARANTINE_SINCE, q->since) ||
	       put_u32(skb, WARDEN_A_QUARANTINE_BY_HAND, q->by_hand) || put_lists(skb, q);
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

/* --- lists ----------------------------------------------------------------------------------- */

/* What a list brought. */
struct loaded {
	struct warden_quarantine_list now;
	struct warden_quarantine_done done;
	struct cut cut;
};

static bool is_entry(const struct warden_cut_entry *e, const struct warden_cut_entry *before)
{
	return (e->digest.alg == WARDEN_DIGEST_ALG_SHA256 ||
		e->digest.alg == WARDEN_DIGEST_ALG_FSVERITY_SHA256) &&
	       strnlen(e->label, sizeof(e->label)) < sizeof(e->label) &&
	       (!before || memcmp(&before->digest, &e->digest, sizeof(e->digest)) < 0);
}

static bool is_list(const struct warden_cut_list *l, size_t len)
{
	static const char magic[sizeof(l->magic)] = WARDEN_CUT_MAGIC;
	u32 i;

	if (len < sizeof(*l) || memcmp(l->magic, magic, sizeof(magic)) || !l->version ||
	    le32_to_cpu(l->nr) > WARDEN_QUARANTINE_MAX ||
	    struct_size(l, entries, le32_to_cpu(l->nr)) != len)
		return false;
	for (i = 0; i < le32_to_cpu(l->nr); i++)
		if (!is_entry(&l->entries[i], i ? &l->entries[i - 1] : NULL))
			return false;
	return true;
}

static int check_entries(const struct warden_cut_list *l, struct genl_info *info)
{
	u32 i;

	for (i = 0; i < le32_to_cpu(l->nr); i++)
		if (is_of_caller(&l->entries[i].digest))
			return warden_message_refuse(info, -EPERM, "the list names the program that "
						     "asks, which nobody could undo");
	return 0;
}

static int check_list(const struct warden_cut_list *l, const struct nlattr *signature,
		      struct warden_quarantine_list *now, struct genl_info *info)
{
	const struct warden_snapshot *maker = warden_layers_find(warden_layers_get_rcu(),
								 WARDEN_ROLE_MAKER);
	int err;

	err = warden_trust_list(l, struct_size(l, entries, le32_to_cpu(l->nr)), maker,
				signature ? nla_data(signature) : NULL,
				signature ? nla_len(signature) : 0, &now->author, info->extack);
	if (!err)
		err = check_entries(l, info);
	if (err)
		return err;
	warden_quarantine_describe(now, l);
	err = warden_quarantine_check(now);
	if (err == -ESTALE)
		return warden_message_refuse(info, err, "a list of this version or of a newer one was "
					     "loaded; give it a higher version and sign it anew");
	return err;
}

static int load(const struct warden_cut_list *l, const struct nlattr *signature,
		struct loaded *loaded, u64 since, struct genl_info *info)
{
	int err = check_list(l, signature, &loaded->now, info);

	if (!err)
		err = warden_quarantine_load(l, &loaded->now, WARDEN_REASON_NONE, &loaded->done);
	if (err == -ENOSPC)
		err = warden_message_refuse(info, err, "with this list more than 256 digests were in "
					    "quarantine; take those out that were put in by hand");
	if (err && err != -EALREADY) {
		warden_change_tell(&(struct warden_change){
			.event = WARDEN_EVENT_QUARANTINE_REFUSE,
			.object = info->extack->_msg ?: "the list cannot be loaded" });
		return err;
	}
	loaded->cut.ended = warden_session_review(WARDEN_REASON_QUARANTINED, since, NULL);
	return 0;
}

static int fill_loaded(struct sk_buff *skb, const void *arg)
{
	const struct loaded *loaded = arg;

	return nla_put_u32(skb, WARDEN_A_QUARANTINE_VERSION, loaded->now.version) ||
	       nla_put_u32(skb, WARDEN_A_QUARANTINE_LAYER, loaded->now.author.role) ||
	       put_string(skb, WARDEN_A_QUARANTINE_SIGNER, loaded->now.author.name) ||
	       nla_put_u32(skb, WARDEN_A_QUARANTINE_ADDED, loaded->done.added) ||
	       nla_put_u32(skb, WARDEN_A_QUARANTINE_REMOVED, loaded->done.removed) ||
	       fill_cut(skb, &loaded->cut);
}

static int need_list(struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[WARDEN_A_QUARANTINE_LIST];

	if (!attr)
		return warden_message_refuse(info, -EINVAL, "there is no list");
	if (!is_list(nla_data(attr), nla_len(attr)))
		return warden_message_refuse(info, -EBADMSG,
					     "this is no list of what is to be cut off, as quarantine sign writes it");
	return 0;
}

int warden_nl_quarantine_load_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[WARDEN_A_QUARANTINE_LIST];
	u64 since = ktime_get_boottime_ns();
	struct loaded loaded = {};
	int err = need_list(info);

	if (err)
		return err;
	begin_change();
	err = load(nla_data(attr), info->attrs[WARDEN_A_QUARANTINE_SIGNATURE], &loaded, since,
		   info);
	end_change();
	if (!err)
		kill_rest(&loaded.cut, since);
	return err ?: warden_message_reply(info, fill_loaded, &loaded);
}

/* As it was kept: what its bytes were may have had other labels. */
static void read_kept(struct warden_quarantine_list *now, struct nlattr **a)
{
	warden_quarantine_describe(now, nla_data(a[WARDEN_A_QUARANTINE_LIST]));
	memcpy(now->digest, nla_data(a[WARDEN_A_QUARANTINE_DIGEST]), sizeof(now->digest));
	now->author.role = nla_get_u32(a[WARDEN_A_QUARANTINE_LAYER]);
	if (a[WARDEN_A_QUARANTINE_CERTIFICATE])
		memcpy(now->author.certificate, nla_data(a[WARDEN_A_QUARANTINE_CERTIFICATE]),
		       sizeof(now->author.certificate));
	if (a[WARDEN_A_QUARANTINE_SIGNER])
		nla_strscpy(now->author.name, a[WARDEN_A_QUARANTINE_SIGNER], sizeof(now->author.name));
}

int warden_nl_quarantine_restore_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct warden_quarantine_done done;
	struct warden_quarantine_list now = {};
	struct nlattr **a = info->attrs;
	bool loads;
	int err;

	if (!a[WARDEN_A_QUARANTINE_LAYER] || !a[WARDEN_A_QUARANTINE_DIGEST])
		return warden_message_refuse(info, -EINVAL, "say whose list it is, and name its digest");
	err = need_list(info) ?: check_entries(nla_data(a[WARDEN_A_QUARANTINE_LIST]), info);
	if (err)
		return err;
	read_kept(&now, a);
	begin_change();
	loads = !warden_quarantine_check(&now);
	if (loads) {
		err = warden_quarantine_load(nla_data(a[WARDEN_A_QUARANTINE_LIST]), &now,
					     WARDEN_REASON_RESTORED, &done);
		warden_session_review(WARDEN_REASON_QUARANTINED, ktime_get_boottime_ns(), NULL);
	}
	end_change();
	if (loads)
		warden_quarantine_kill();
	return refuse(info, err);
}
