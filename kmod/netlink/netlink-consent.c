// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers: consent is given, taken back and shown.
 */
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <net/genetlink.h>

#include "consent/consent.h"
#include "message.h"
#include "netlink-gen.h"
#include "policy/change.h"
#include "policy/layers.h"
#include "policy/owner.h"
#include "policy/use.h"
#include "session/session.h"

static const struct warden_program *find_program(const struct warden_snapshot *snap,
						 const char *label)
{
	u32 i;

	for (i = 0; i < snap->nr_programs; i++)
		if (!strcmp(snap->programs[i].label, label))
			return &snap->programs[i];
	return NULL;
}

static bool has_purpose(const struct warden_snapshot *snap, const char *label)
{
	u32 i;

	for (i = 0; i < snap->nr_purposes; i++)
		if (!strcmp(snap->purposes[i].label, label))
			return true;
	return false;
}

static bool is_principal(const struct warden_snapshot *snap, const struct warden_rule *rule,
			 const char *principal)
{
	const struct warden_quorum *quorum;
	u32 i;

	if (!rule->quorum)
		return true;
	quorum = &snap->quorums[rule->quorum - 1];
	for (i = 0; i < quorum->nr; i++)
		if (quorum->principal[i] == warden_snapshot_key(principal))
			return true;
	return false;
}

/* A consent that no rule asks for would open nothing, and its giver should know. */
static const char *look_for_rule(const struct warden_snapshot *snap, const struct warden_consent *c,
				 const struct warden_program *program)
{
	const u32 index = program - snap->programs + 1;
	const u64 purpose = warden_snapshot_key(c->purpose);
	const char *why = "no rule of the policy in force asks this program for this consent";
	u32 i;

	for (i = 0; i < snap->nr_rules; i++) {
		const struct warden_rule *rule = &snap->rules[i];

		if (!(rule->flags & WARDEN_RULE_FLAG_CONSENT) || rule->program != index ||
		    rule->purpose != purpose || (rule->class && rule->class != c->class))
			continue;
		if (is_principal(snap, rule, c->principal))
			return NULL;
		why = "the rule asks for the consent of others; name one of them with --principal";
	}
	return why;
}

/* A consent is to the notice the policy names, and to no other. */
static const char *take_notice(struct warden_consent *c, const struct warden_layers *layers)
{
	const u8 *notice = warden_ground_notice(layers, warden_snapshot_key(c->purpose));

	if (!notice)
		return NULL;
	if (c->has_notice && memcmp(c->notice, notice, sizeof(c->notice)))
		return "the policy in force names another privacy notice for this purpose";
	c->has_notice = true;
	memcpy(c->notice, notice, sizeof(c->notice));
	return NULL;
}

/* Bind a consent to what a layer says its program is; NULL, or why it cannot be. */
static const char *resolve_in(const struct warden_snapshot *snap, struct warden_consent *c)
{
	const struct warden_program *program = find_program(snap, c->program);
	const char *why;

	if (!snap->version)
		return "no policy is loaded, which would say what is asked for";
	if (!program)
		return "the policy in force has no program of this name";
	if (!has_purpose(snap, c->purpose))
		return "the policy in force has no purpose of this name";
	why = look_for_rule(snap, c, program);
	if (why)
		return why;
	memcpy(c->digests, program->digests, sizeof(c->digests));
	c->nr_digests = program->nr_digests;
	return NULL;
}

/* The highest layer that asks for it says what it is bound to. */
static int resolve_consent(struct warden_consent *c, struct genl_info *info)
{
	const struct warden_layers *layers;
	const char *why = NULL, *first = NULL;
	u32 i;

	rcu_read_lock();
	layers = warden_layers_get_rcu();
	for (i = 0; i < layers->nr; i++) {
		why = resolve_in(layers->layer[i], c);
		if (!why)
			break;
		first = first ?: why;
	}
	if (!why)
		why = first = take_notice(c, layers);
	rcu_read_unlock();
	return why ? warden_message_refuse(info, -ENOENT, first) : 0;
}

static int parse_window(struct warden_consent *c, const struct nlattr *attr, struct genl_info *info)
{
	struct nlattr *tb[WARDEN_A_WINDOW_MAX + 1];
	struct warden_window *w = &c->window[c->nr_windows];
	int err;

	if (c->nr_windows == WARDEN_WINDOWS_MAX)
		return warden_message_refuse(info, -EINVAL, "a consent has up to 4 windows");
	err = nla_parse_nested(tb, WARDEN_A_WINDOW_MAX, attr, warden_window_nl_policy, info->extack);
	if (err)
		return err;
	w->days = tb[WARDEN_A_WINDOW_DAYS] ? nla_get_u32(tb[WARDEN_A_WINDOW_DAYS]) : 0;
	w->from = tb[WARDEN_A_WINDOW_FROM] ? nla_get_u32(tb[WARDEN_A_WINDOW_FROM]) : 0;
	w->to = tb[WARDEN_A_WINDOW_TO] ? nla_get_u32(tb[WARDEN_A_WINDOW_TO]) : 0;
	if (!warden_window_valid(w))
		return warden_message_refuse(info, -EINVAL, "a window needs its days, from and to");
	c->nr_windows++;
	return 0;
}

static int parse_conditions(struct warden_consent *c, struct genl_info *info)
{
	struct nlattr **a = info->attrs;
	const struct nlattr *attr;
	int rem, err;

	c->validity = a[WARDEN_A_CONSENT_VALIDITY] ? nla_get_u32(a[WARDEN_A_CONSENT_VALIDITY]) : 0;
	c->context = a[WARDEN_A_CONSENT_CONTEXT] ? nla_get_u32(a[WARDEN_A_CONSENT_CONTEXT]) : 0;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != WARDEN_A_CONSENT_WINDOW)
			continue;
		err = parse_window(c, attr, info);
		if (err)
			return err;
	}
	if (c->nr_windows && !a[WARDEN_A_CONSENT_WEEK])
		return warden_message_refuse(info, -EINVAL,
					     "windows need to know which second of the week it is");
	c->week = a[WARDEN_A_CONSENT_WEEK] ? nla_get_u32(a[WARDEN_A_CONSENT_WEEK]) : 0;
	return 0;
}

static int parse_consent(struct warden_consent *c, struct genl_info *info)
{
	struct nlattr **a = info->attrs;

	if (!a[WARDEN_A_CONSENT_PROGRAM] || !a[WARDEN_A_CONSENT_CLASS] ||
	    !a[WARDEN_A_CONSENT_PURPOSE])
		return warden_message_refuse(
			info, -EINVAL, "a consent needs its program, its class and its purpose");
	nla_strscpy(c->program, a[WARDEN_A_CONSENT_PROGRAM], sizeof(c->program));
	nla_strscpy(c->purpose, a[WARDEN_A_CONSENT_PURPOSE], sizeof(c->purpose));
	c->class = nla_get_u32(a[WARDEN_A_CONSENT_CLASS]);
	if (a[WARDEN_A_CONSENT_PRINCIPAL])
		nla_strscpy(c->principal, a[WARDEN_A_CONSENT_PRINCIPAL], sizeof(c->principal));
	if (a[WARDEN_A_CONSENT_BASIS])
		nla_strscpy(c->basis, a[WARDEN_A_CONSENT_BASIS], sizeof(c->basis));
	if (a[WARDEN_A_CONSENT_JURISDICTION])
		nla_strscpy(c->jurisdiction, a[WARDEN_A_CONSENT_JURISDICTION],
			    sizeof(c->jurisdiction));
	c->has_notice = a[WARDEN_A_CONSENT_NOTICE] != NULL;
	if (c->has_notice)
		memcpy(c->notice, nla_data(a[WARDEN_A_CONSENT_NOTICE]), sizeof(c->notice));
	return parse_conditions(c, info);
}

static int fill_granted(struct sk_buff *skb, const void *arg)
{
	const struct warden_consent *c = arg;

	return nla_put(skb, WARDEN_A_CONSENT_RECEIPT, sizeof(c->receipt), c->receipt) ||
	       put_u64(skb, WARDEN_A_CONSENT_GIVEN, c->given) ||
	       (c->expires != U64_MAX && put_u64(skb, WARDEN_A_CONSENT_EXPIRES, c->expires));
}

int warden_nl_consent_grant_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *seconds = info->attrs[WARDEN_A_CONSENT_SECONDS];
	struct warden_consent *c = kzalloc(sizeof(*c), GFP_KERNEL);
	int err;

	if (!c)
		return -ENOMEM;
	err = parse_consent(c, info);
	warden_change_lock();
	if (!err)
		err = warden_owner_check(info->extack);
	if (!err)
		err = resolve_consent(c, info);
	if (!err)
		err = warden_consent_grant(c, seconds ? nla_get_u64(seconds) : 0);
	warden_change_unlock();
	if (err == -ENOSPC)
		warden_message_refuse(info, err,
				      "there are as many living consents as can be kept");
	if (!err)
		err = warden_message_reply(info, fill_granted, c);
	kfree(c);
	return err;
}

static int parse_digest(struct warden_consent *c, const struct nlattr *attr, struct genl_info *info)
{
	struct nlattr *tb[WARDEN_A_DIGEST_MAX + 1];
	struct warden_digest *digest = &c->digests[c->nr_digests];
	int err;

	if (c->nr_digests == WARDEN_PROGRAM_DIGESTS_MAX)
		return warden_message_refuse(info, -EINVAL, "a program has more than 4 digests");
	err = nla_parse_nested(tb, WARDEN_A_DIGEST_MAX, attr, warden_digest_nl_policy, info->extack);
	if (err)
		return err;
	if (!tb[WARDEN_A_DIGEST_ALG] || !tb[WARDEN_A_DIGEST_BYTES])
		return warden_message_refuse(info, -EINVAL, "a digest needs its alg and its bytes");
	digest->alg = nla_get_u32(tb[WARDEN_A_DIGEST_ALG]);
	memcpy(digest->bytes, nla_data(tb[WARDEN_A_DIGEST_BYTES]), sizeof(digest->bytes));
	c->nr_digests++;
	return 0;
}

static int parse_saved(struct warden_consent *c, struct genl_info *info)
{
	struct nlattr **a = info->attrs;
	const struct nlattr *attr;
	int rem, err = 0;

	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem)
		if (!err && nla_type(attr) == WARDEN_A_CONSENT_PROGRAM_DIGEST)
			err = parse_digest(c, attr, info);
	if (err)
		return err;
	if (!c->nr_digests || !a[WARDEN_A_CONSENT_RECEIPT])
		return warden_message_refuse(info, -EINVAL,
					     "a saved consent needs its receipt and its program's digest");
	memcpy(c->receipt, nla_data(a[WARDEN_A_CONSENT_RECEIPT]), sizeof(c->receipt));
	c->issued = a[WARDEN_A_CONSENT_ISSUED] ? nla_get_u64(a[WARDEN_A_CONSENT_ISSUED]) : 0;
	c->uses = a[WARDEN_A_CONSENT_USES] ? nla_get_u32(a[WARDEN_A_CONSENT_USES]) : 0;
	return 0;
}

static int refuse_saved(struct genl_info *info, int err)
{
	switch (err) {
	case -EBUSY:
		return warden_message_refuse(info, err, "something was consented to or withdrawn, or a "
							"state was restored, since Warden was loaded");
	case -EEXIST:
		return warden_message_refuse(info, err, "a consent with this receipt is recorded here, "
							"or was, and its copy gives it no new life");
	default:
		return err;
	}
}

int warden_nl_consent_restore_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *seconds = info->attrs[WARDEN_A_CONSENT_SECONDS];
	const struct nlattr *import = info->attrs[WARDEN_A_CONSENT_IMPORT];
	struct warden_consent *c = kzalloc(sizeof(*c), GFP_KERNEL);
	u64 left = seconds ? nla_get_u64(seconds) : 0;
	int err;

	if (!c)
		return -ENOMEM;
	err = parse_consent(c, info);
	if (!err)
		err = parse_saved(c, info);
	if (err)
		goto out;
	warden_change_lock();
	err = warden_owner_check(info->extack);
	if (!err && import && nla_get_u32(import))
		err = warden_consent_import(c, left);
	else if (!err)
		err = warden_consent_restore(c, left);
	warden_change_unlock();
	err = err ? refuse_saved(info, err) : warden_message_reply(info, fill_granted, c);
out:
	kfree(c);
	return err;
}

int warden_nl_state_seal_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err;

	warden_change_lock();
	warden_consent_seal();
	err = warden_use_settle();
	warden_change_tell(&(struct warden_change){ .event = WARDEN_EVENT_STATE_RESTORE,
						    .object = "state" });
	warden_change_unlock();
	return err;
}

struct withdrawn {
	unsigned int ended;
	u64 took;
};

static int fill_withdrawn(struct sk_buff *skb, const void *arg)
{
	const struct withdrawn *w = arg;

	return nla_put_u32(skb, WARDEN_A_CONSENT_ENDED, w->ended) ||
	       put_u64(skb, WARDEN_A_CONSENT_TOOK, w->took);
}

int warden_nl_consent_withdraw_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr **a = info->attrs;
	struct warden_consent_match match = {};
	u64 since = ktime_get_boottime_ns();
	struct withdrawn w = {};
	int nr;

	if (a[WARDEN_A_CONSENT_RECEIPT])
		match.receipt = nla_data(a[WARDEN_A_CONSENT_RECEIPT]);
	if (a[WARDEN_A_CONSENT_PROGRAM])
		match.program = nla_data(a[WARDEN_A_CONSENT_PROGRAM]);
	if (a[WARDEN_A_CONSENT_CLASS])
		match.class = nla_get_u32(a[WARDEN_A_CONSENT_CLASS]);
	if (!match.receipt && !match.program && !match.class &&
	    !(a[WARDEN_A_CONSENT_ALL] && nla_get_u32(a[WARDEN_A_CONSENT_ALL])))
		return warden_message_refuse(info, -EINVAL, "name a receipt, a program or a class");
	warden_change_lock();
	nr = warden_consent_withdraw(&match, WARDEN_REASON_WITHDRAWN);
	/* What stands without a record of its own ends as well. */
	w.ended = warden_session_review(WARDEN_REASON_WITHDRAWN, since, &w.took);
	warden_change_unlock();
	if (!nr)
		return warden_message_refuse(info, -ENOENT, "no living consent matches");
	return warden_message_reply(info, fill_withdrawn, &w);
}

int warden_nl_context_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *to = info->attrs[WARDEN_A_CONSENT_CONTEXT];
	u64 since = ktime_get_boottime_ns();
	struct withdrawn w = {};

	if (!to || nla_get_u32(to) == WARDEN_CONSENT_CONTEXT_ANY)
		return warden_message_refuse(info, -EINVAL, "say whether it is armed or disarmed");
	warden_change_lock();
	if (warden_consent_set_context(nla_get_u32(to)))
		w.ended = warden_session_review(WARDEN_REASON_OUTSIDE, since, &w.took);
	warden_change_unlock();
	return warden_message_reply(info, fill_withdrawn, &w);
}

static int put_windows(struct sk_buff *skb, const struct warden_consent *c)
{
	struct nlattr *nest;
	u32 i;

	for (i = 0; i < c->nr_windows; i++) {
		nest = nla_nest_start(skb, WARDEN_A_CONSENT_WINDOW);
		if (!nest || nla_put_u32(skb, WARDEN_A_WINDOW_DAYS, c->window[i].days) ||
		    nla_put_u32(skb, WARDEN_A_WINDOW_FROM, c->window[i].from) ||
		    nla_put_u32(skb, WARDEN_A_WINDOW_TO, c->window[i].to))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return c->nr_windows ? nla_put_u32(skb, WARDEN_A_CONSENT_WEEK, c->week) : 0;
}

static int put_steps(struct sk_buff *skb, const struct warden_consent *c)
{
	struct nlattr *nest;
	u32 i;

	for (i = 0; i < c->nr_steps; i++) {
		nest = nla_nest_start(skb, WARDEN_A_CONSENT_STEP);
		if (!nest || put_u64(skb, WARDEN_A_CONSENT_STEP_TIME, c->step[i].time) ||
		    nla_put_u32(skb, WARDEN_A_CONSENT_STEP_STATE, c->step[i].state) ||
		    nla_put_u32(skb, WARDEN_A_CONSENT_STEP_REASON, c->step[i].reason))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int put_digests(struct sk_buff *skb, const struct warden_consent *c)
{
	struct nlattr *nest;
	u32 i;

	for (i = 0; i < c->nr_digests; i++) {
		nest = nla_nest_start(skb, WARDEN_A_CONSENT_PROGRAM_DIGEST);
		if (!nest || nla_put_u32(skb, WARDEN_A_DIGEST_ALG, c->digests[i].alg) ||
		    put_digest(skb, WARDEN_A_DIGEST_BYTES, &c->digests[i]))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int put_who(struct sk_buff *skb, const struct warden_consent *c)
{
	return nla_put_string(skb, WARDEN_A_CONSENT_PROGRAM, c->program) ||
	       nla_put_u32(skb, WARDEN_A_CONSENT_CLASS, c->class) ||
	       nla_put_string(skb, WARDEN_A_CONSENT_PURPOSE, c->purpose) ||
	       put_string(skb, WARDEN_A_CONSENT_PRINCIPAL, c->principal) ||
	       put_string(skb, WARDEN_A_CONSENT_BASIS, c->basis) ||
	       put_string(skb, WARDEN_A_CONSENT_JURISDICTION, c->jurisdiction) ||
	       (c->has_notice &&
		nla_put(skb, WARDEN_A_CONSENT_NOTICE, sizeof(c->notice), c->notice)) ||
	       put_digest(skb, WARDEN_A_CONSENT_DIGEST, &c->digests[0]);
}

static int fill_consent(struct sk_buff *skb, const void *arg)
{
	const struct warden_consent *c = arg;

	return fill_granted(skb, c) || put_who(skb, c) ||
	       nla_put_u32(skb, WARDEN_A_CONSENT_STATE, c->state) ||
	       nla_put_u32(skb, WARDEN_A_CONSENT_VALIDITY, c->validity) ||
	       put_u32(skb, WARDEN_A_CONSENT_CONTEXT, c->context) ||
	       put_u64(skb, WARDEN_A_CONSENT_ISSUED, c->issued) ||
	       (c->used && put_u64(skb, WARDEN_A_CONSENT_USED, c->used)) ||
	       put_u32(skb, WARDEN_A_CONSENT_USES, c->uses) || put_windows(skb, c) ||
	       put_steps(skb, c) || put_digests(skb, c);
}

int warden_nl_consent_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct warden_consent *c = kmalloc(sizeof(*c), GFP_KERNEL);
	unsigned long cursor = cb->args[0];
	int err = 0;

	if (!c)
		return -ENOMEM;
	while (!err && !warden_consent_get(&cursor, c)) {
		err = warden_message_dump(skb, cb, WARDEN_CMD_CONSENT_GET, fill_consent, c);
		if (!err)
			cb->args[0] = ++cursor;
	}
	kfree(c);
	return skb->len ?: err;
}
