// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netlink family: its handlers, and nothing else.
 *
 * Who may: to change something takes CAP_MAC_ADMIN, to read the evidence
 * CAP_AUDIT_READ, both in the initial user namespace and both of the sender and
 * of the socket's opener. What runs (status-get) may be asked by anyone.
 */
#include <linux/capability.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/mutex.h>
#include <linux/timekeeping.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "consent.h"
#include "extack.h"
#include "hooks.h"
#include "inventory.h"
#include "kfunc.h"
#include "measure.h"
#include "netlink-gen.h"
#include "netlink.h"
#include "record.h"
#include "session.h"
#include "snapshot.h"
#include "stage.h"

/* One change at a time: policy, consent and stop. */
static DEFINE_MUTEX(change_lock);

/* The family can be told to; notifications before and after go nowhere. */
static bool registered;

/* --- who may ------------------------------------------------------------------ */

int warden_nl_pre_anyone(const struct genl_split_ops *ops, struct sk_buff *skb,
			 struct genl_info *info)
{
	return 0;
}

static int need(struct sk_buff *skb, int cap, struct netlink_ext_ack *extack)
{
	if (netlink_capable(skb, cap))
		return 0;
	return warden_refuse(extack, NULL, -EPERM, cap == CAP_MAC_ADMIN ?
			     "this needs CAP_MAC_ADMIN in the initial user namespace" :
			     "this needs CAP_AUDIT_READ in the initial user namespace");
}

int warden_nl_pre_admin(const struct genl_split_ops *ops, struct sk_buff *skb,
			struct genl_info *info)
{
	return need(skb, CAP_MAC_ADMIN, info->extack);
}

int warden_nl_pre_read(const struct genl_split_ops *ops, struct sk_buff *skb,
		       struct genl_info *info)
{
	return need(skb, CAP_AUDIT_READ, info->extack);
}

int warden_nl_start_read(struct netlink_callback *cb)
{
	return need(cb->skb, CAP_AUDIT_READ, cb->extack);
}

/*
 * Whether a socket of the audit group is passed over. Joining cannot be refused:
 * genl_bind() drops what a family's bind() returns. Who opened the socket counts,
 * as it does for a request.
 */
static int may_not_read(struct sock *sk, struct sk_buff *skb, void *data)
{
	const struct file *file = sk->sk_socket ? sk->sk_socket->file : NULL;

	return !file || !file_ns_capable(file, &init_user_ns, CAP_AUDIT_READ);
}

/* --- messages ------------------------------------------------------------------- */

static int refuse(struct genl_info *info, int err, const char *why)
{
	return warden_refuse(info->extack, NULL, err, why);
}

/* A reply to a do request; @fill puts its attributes. */
static int reply(struct genl_info *info, int (*fill)(struct sk_buff *skb, const void *arg),
		 const void *arg)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
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

/* One entry of a dump; -EMSGSIZE asks to be called again with a new message. */
static int dump_one(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd,
		    int (*fill)(struct sk_buff *skb, const void *arg), const void *arg)
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

static int put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, 0);
}

/* Absent where it says nothing. */
static int put_string(struct sk_buff *skb, int type, const char *value)
{
	return value[0] ? nla_put_string(skb, type, value) : 0;
}

static int put_u32(struct sk_buff *skb, int type, u32 value)
{
	return value ? nla_put_u32(skb, type, value) : 0;
}

static int put_digest(struct sk_buff *skb, int type, const struct warden_digest *digest)
{
	return digest->alg ? nla_put(skb, type, sizeof(digest->bytes), digest->bytes) : 0;
}

/* --- status ------------------------------------------------------------------------ */

struct status {
	struct warden_hooks_status hooks;
	struct warden_record_status records;
	struct warden_measure_status measures;
	struct warden_snapshot snap;
	unsigned int consents;
};

static bool is_observing(const struct warden_snapshot *snap)
{
	return snap->defaults[WARDEN_DOMAIN_SENSOR].mode == WARDEN_MODE_OBSERVE &&
	       snap->defaults[WARDEN_DOMAIN_LISTEN].mode == WARDEN_MODE_OBSERVE;
}

/* The scalars of the snapshot in force; its tables are not to be followed. */
static void copy_snapshot(struct warden_snapshot *snap)
{
	rcu_read_lock();
	*snap = *warden_snapshot_get_rcu();
	rcu_read_unlock();
}

static int put_hooks(struct sk_buff *skb, const struct status *st)
{
	u32 tier = st->hooks.tier;

	if (tier == WARDEN_TIER_ENFORCE && is_observing(&st->snap))
		tier = WARDEN_TIER_OBSERVE;
	return nla_put_string(skb, WARDEN_A_STATUS_VERSION, WARDEN_VERSION) ||
	       nla_put_u32(skb, WARDEN_A_STATUS_TIER, tier) ||
	       nla_put_string(skb, WARDEN_A_STATUS_TIER_TEXT, st->hooks.text) ||
	       put_u64(skb, WARDEN_A_STATUS_ATTACHED, st->hooks.attached) ||
	       put_u64(skb, WARDEN_A_STATUS_WANTED, st->hooks.wanted);
}

static int put_policy_status(struct sk_buff *skb, const struct warden_snapshot *snap)
{
	return nla_put_string(skb, WARDEN_A_STATUS_POLICY_NAME, snap->name) ||
	       nla_put_u32(skb, WARDEN_A_STATUS_POLICY_VERSION, snap->version) ||
	       nla_put(skb, WARDEN_A_STATUS_POLICY_DIGEST, sizeof(snap->digest), snap->digest) ||
	       put_u64(skb, WARDEN_A_STATUS_GENERATION, snap->generation) ||
	       nla_put_u32(skb, WARDEN_A_STATUS_UNSIGNED_POLICIES, 1) ||
	       put_string(skb, WARDEN_A_STATUS_CONTACT, snap->contact) ||
	       put_string(skb, WARDEN_A_STATUS_SUPPORT_UNTIL, snap->support_until);
}

static int put_counts(struct sk_buff *skb, const struct status *st)
{
	return nla_put_u32(skb, WARDEN_A_STATUS_SENSORS, warden_inventory_count()) ||
	       nla_put_u32(skb, WARDEN_A_STATUS_SESSIONS, warden_session_count()) ||
	       nla_put_u32(skb, WARDEN_A_STATUS_CONSENTS, st->consents) ||
	       put_u64(skb, WARDEN_A_STATUS_RECORDS, st->records.made) ||
	       put_u64(skb, WARDEN_A_STATUS_RECORDS_LOST, st->records.lost) ||
	       put_u64(skb, WARDEN_A_STATUS_DENIALS, st->records.denials) ||
	       put_u64(skb, WARDEN_A_STATUS_CALLS, warden_kfunc_calls()) ||
	       nla_put_u32(skb, WARDEN_A_STATUS_MEASUREMENTS, st->measures.entries) ||
	       (st->measures.pcr >= 0 &&
		nla_put_u32(skb, WARDEN_A_STATUS_PCR, st->measures.pcr)) ||
	       put_u64(skb, WARDEN_A_STATUS_NOW, ktime_get_boottime_ns());
}

static int fill_status(struct sk_buff *skb, const void *arg)
{
	const struct status *st = arg;

	return put_hooks(skb, st) || put_policy_status(skb, &st->snap) || put_counts(skb, st);
}

int warden_nl_status_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct status *st = kzalloc(sizeof(*st), GFP_KERNEL);
	int err;

	if (!st)
		return -ENOMEM;
	warden_hooks_status(&st->hooks);
	warden_record_status(&st->records);
	warden_measure_status(&st->measures);
	st->consents = warden_consent_count();
	copy_snapshot(&st->snap);
	err = reply(info, fill_status, st);
	kfree(st);
	return err;
}

static void tell_system(u32 event, const char *object, const struct warden_snapshot *snap)
{
	struct warden_record *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r) {
		warden_record_lose(false);
		return;
	}
	r->event = event;
	r->domain = event == WARDEN_EVENT_STOP ? WARDEN_DOMAIN_SYSTEM : WARDEN_DOMAIN_POLICY;
	r->action = event == WARDEN_EVENT_POLICY_REFUSE ? WARDEN_ACTION_DENY : WARDEN_ACTION_ALLOW;
	r->count = 1;
	r->pid = task_tgid_nr(current);
	r->uid = from_kuid(&init_user_ns, current_uid());
	strscpy(r->object, object, sizeof(r->object));
	if (snap) {
		r->policy_version = snap->version;
		r->generation = snap->generation;
		r->object_digest.alg = WARDEN_DIGEST_ALG_SHA256;
		memcpy(r->object_digest.bytes, snap->digest, sizeof(snap->digest));
	}
	warden_record_add(r);
	kfree(r);
}

static int fill_stop(struct sk_buff *skb, const void *arg)
{
	return nla_put_u32(skb, WARDEN_A_STATUS_SESSIONS, *(const unsigned int *)arg);
}

/* The programs are freed a grace period after their links; until then rmmod is refused. */
static void wait_for_programs(unsigned int sessions)
{
	unsigned int ms;

	for (ms = 0; ms < 5000 && module_refcount(THIS_MODULE) > (int)sessions; ms += 10)
		msleep(10);
}

int warden_nl_stop_doit(struct sk_buff *skb, struct genl_info *info)
{
	unsigned int left;

	mutex_lock(&change_lock);
	tell_system(WARDEN_EVENT_STOP, "warden", NULL);
	warden_hooks_detach();
	left = warden_session_end_all(WARDEN_REASON_STOPPING);
	wait_for_programs(left);
	mutex_unlock(&change_lock);
	return reply(info, fill_stop, &left);
}

/* --- sensors --------------------------------------------------------------------------- */

static int fill_sensor(struct sk_buff *skb, const void *arg)
{
	const struct warden_sensor *s = arg;

	return nla_put_u32(skb, WARDEN_A_SENSOR_CLASS, s->class) ||
	       nla_put_string(skb, WARDEN_A_SENSOR_TOPOLOGY, s->topology) ||
	       nla_put_string(skb, WARDEN_A_SENSOR_NODE, s->node) ||
	       put_string(skb, WARDEN_A_SENSOR_DRIVER, s->driver) ||
	       nla_put_u32(skb, WARDEN_A_SENSOR_MAJOR, MAJOR(s->devt)) ||
	       nla_put_u32(skb, WARDEN_A_SENSOR_MINOR, MINOR(s->devt)) ||
	       nla_put_u32(skb, WARDEN_A_SENSOR_SESSIONS, warden_session_count_device(s->devt));
}

int warden_nl_sensor_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct warden_sensor s;
	u32 cursor = cb->args[0];
	int err;

	while (!warden_inventory_next(&cursor, &s)) {
		err = dump_one(skb, cb, WARDEN_CMD_SENSOR_GET, fill_sensor, &s);
		if (err)
			return skb->len ?: err;
		cb->args[0] = cursor;
	}
	return skb->len;
}

static int fill_session(struct sk_buff *skb, const void *arg)
{
	const struct warden_session_info *i = arg;

	return put_u64(skb, WARDEN_A_SESSION_ID, i->id) ||
	       nla_put_u32(skb, WARDEN_A_SESSION_PID, i->pid) ||
	       put_string(skb, WARDEN_A_SESSION_PROGRAM, i->program) ||
	       nla_put_u32(skb, WARDEN_A_SESSION_CLASS, i->class) ||
	       nla_put_string(skb, WARDEN_A_SESSION_TOPOLOGY, i->topology) ||
	       nla_put_string(skb, WARDEN_A_SESSION_NODE, i->node) ||
	       put_u64(skb, WARDEN_A_SESSION_SINCE, i->since) ||
	       nla_put_u32(skb, WARDEN_A_SESSION_MAPPED, i->mapped) ||
	       (i->has_receipt && nla_put(skb, WARDEN_A_SESSION_RECEIPT, sizeof(i->receipt),
					  i->receipt)) ||
	       nla_put_u32(skb, WARDEN_A_SESSION_LINE, i->line);
}

int warden_nl_session_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct warden_session_info info;

	while (!warden_session_get(cb->args[0], &info)) {
		if (dump_one(skb, cb, WARDEN_CMD_SESSION_GET, fill_session, &info))
			return skb->len ?: -EMSGSIZE;
		cb->args[0] = info.id + 1;
	}
	return skb->len;
}

/* --- policy -------------------------------------------------------------------------------- */

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
		return refuse(info, -EBUSY, "8 policies are being loaded already; try again");
	l = kzalloc(sizeof(*l), GFP_KERNEL);
	if (l)
		l->stage = warden_stage_new();
	if (!l || !l->stage) {
		kfree(l);
		return refuse(info, -ENOMEM, "out of memory for the policy");
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
		err = refuse(info, -ENOENT, "no policy was begun on this socket");
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
		snap = ERR_PTR(refuse(info, -ENOENT, "no policy was begun on this socket"));
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

	lockdep_assert_held(&change_lock);
	memcpy(digest.bytes, snap->digest, sizeof(digest.bytes));
	if (snap->measure & BIT(WARDEN_DOMAIN_POLICY))
		warden_measure_policy(&digest, snap->name);
	c.generation = warden_snapshot_publish(snap);
	tell_system(WARDEN_EVENT_POLICY_LOAD, snap->name, snap);
	c.ended = warden_session_review(WARDEN_REASON_POLICY_CHANGED, ktime_get_boottime_ns(), NULL);
	return c;
}

int warden_nl_policy_commit_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct warden_snapshot *snap;
	struct committed c;

	mutex_lock(&change_lock);
	snap = finish(info);
	if (IS_ERR(snap))
		tell_system(WARDEN_EVENT_POLICY_REFUSE, info->extack->_msg ?: "policy", NULL);
	else
		c = put_in_force(snap);
	mutex_unlock(&change_lock);
	return IS_ERR(snap) ? PTR_ERR(snap) : reply(info, fill_committed, &c);
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

	copy_snapshot(&snap);
	return reply(info, fill_policy, &snap);
}

/* --- consent --------------------------------------------------------------------------------- */

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

/* A consent that no rule asks for would open nothing, and its giver should know. */
static bool is_asked_for(const struct warden_snapshot *snap, const struct warden_consent *c,
			 const struct warden_program *program)
{
	const u32 index = program - snap->programs + 1;
	const u64 purpose = warden_snapshot_key(c->purpose);
	u32 i;

	for (i = 0; i < snap->nr_rules; i++) {
		const struct warden_rule *rule = &snap->rules[i];

		if (rule->flags & WARDEN_RULE_FLAG_CONSENT && rule->program == index &&
		    rule->purpose == purpose && (!rule->class || rule->class == c->class))
			return true;
	}
	return false;
}

/* Bind a consent to what the policy in force says its program is. */
static int resolve_consent(struct warden_consent *c, struct genl_info *info)
{
	const struct warden_snapshot *snap;
	const struct warden_program *program;
	const char *why = NULL;

	rcu_read_lock();
	snap = warden_snapshot_get_rcu();
	program = find_program(snap, c->program);
	if (!program) {
		why = "the policy in force has no program of this name";
	} else if (!has_purpose(snap, c->purpose)) {
		why = "the policy in force has no purpose of this name";
	} else if (!is_asked_for(snap, c, program)) {
		why = "no rule of the policy in force asks this program for this consent";
	} else {
		memcpy(c->digests, program->digests, sizeof(c->digests));
		c->nr_digests = program->nr_digests;
	}
	rcu_read_unlock();
	return why ? refuse(info, -ENOENT, why) : 0;
}

static int parse_consent(struct warden_consent *c, struct genl_info *info)
{
	struct nlattr **a = info->attrs;

	if (!a[WARDEN_A_CONSENT_PROGRAM] || !a[WARDEN_A_CONSENT_CLASS] ||
	    !a[WARDEN_A_CONSENT_PURPOSE])
		return refuse(info, -EINVAL, "a consent needs its program, its class and its purpose");
	nla_strscpy(c->program, a[WARDEN_A_CONSENT_PROGRAM], sizeof(c->program));
	nla_strscpy(c->purpose, a[WARDEN_A_CONSENT_PURPOSE], sizeof(c->purpose));
	c->class = nla_get_u32(a[WARDEN_A_CONSENT_CLASS]);
	if (a[WARDEN_A_CONSENT_PRINCIPAL])
		nla_strscpy(c->principal, a[WARDEN_A_CONSENT_PRINCIPAL], sizeof(c->principal));
	if (a[WARDEN_A_CONSENT_BASIS])
		nla_strscpy(c->basis, a[WARDEN_A_CONSENT_BASIS], sizeof(c->basis));
	c->has_notice = a[WARDEN_A_CONSENT_NOTICE] != NULL;
	if (c->has_notice)
		memcpy(c->notice, nla_data(a[WARDEN_A_CONSENT_NOTICE]), sizeof(c->notice));
	return 0;
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
	mutex_lock(&change_lock);
	if (!err)
		err = resolve_consent(c, info);
	if (!err)
		err = warden_consent_grant(c, seconds ? nla_get_u64(seconds) : 0);
	mutex_unlock(&change_lock);
	if (err == -ENOSPC)
		refuse(info, err, "there are as many living consents as can be kept");
	if (!err)
		err = reply(info, fill_granted, c);
	kfree(c);
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
	if (!match.receipt && !match.program && !match.class)
		return refuse(info, -EINVAL, "name a receipt, a program or a class");
	mutex_lock(&change_lock);
	nr = warden_consent_withdraw(&match);
	if (nr)
		w.ended = warden_session_review(WARDEN_REASON_WITHDRAWN, since, &w.took);
	mutex_unlock(&change_lock);
	if (!nr)
		return refuse(info, -ENOENT, "no living consent matches");
	return reply(info, fill_withdrawn, &w);
}

static int fill_consent(struct sk_buff *skb, const void *arg)
{
	const struct warden_consent *c = arg;

	return fill_granted(skb, c) ||
	       nla_put_string(skb, WARDEN_A_CONSENT_PROGRAM, c->program) ||
	       nla_put_u32(skb, WARDEN_A_CONSENT_CLASS, c->class) ||
	       nla_put_string(skb, WARDEN_A_CONSENT_PURPOSE, c->purpose) ||
	       put_string(skb, WARDEN_A_CONSENT_PRINCIPAL, c->principal) ||
	       put_string(skb, WARDEN_A_CONSENT_BASIS, c->basis) ||
	       (c->has_notice &&
		nla_put(skb, WARDEN_A_CONSENT_NOTICE, sizeof(c->notice), c->notice)) ||
	       nla_put_u32(skb, WARDEN_A_CONSENT_STATE, c->state) ||
	       put_digest(skb, WARDEN_A_CONSENT_DIGEST, &c->digests[0]);
}

int warden_nl_consent_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct warden_consent *c = kmalloc(sizeof(*c), GFP_KERNEL);
	int err = 0;

	if (!c)
		return -ENOMEM;
	while (!err && !warden_consent_get(cb->args[0], c)) {
		err = dump_one(skb, cb, WARDEN_CMD_CONSENT_GET, fill_consent, c);
		if (!err)
			cb->args[0]++;
	}
	kfree(c);
	return skb->len ?: err;
}

/* --- evidence ------------------------------------------------------------------------------------ */

static int put_record_head(struct sk_buff *skb, const struct warden_record *r)
{
	return put_u64(skb, WARDEN_A_RECORD_SEQ, r->seq) ||
	       put_u64(skb, WARDEN_A_RECORD_TIME, r->time) ||
	       nla_put_u32(skb, WARDEN_A_RECORD_EVENT, r->event) ||
	       nla_put_u32(skb, WARDEN_A_RECORD_DOMAIN, r->domain) ||
	       nla_put_u32(skb, WARDEN_A_RECORD_ACTION, r->action) ||
	       put_u32(skb, WARDEN_A_RECORD_OBSERVED, r->observed) ||
	       nla_put_u32(skb, WARDEN_A_RECORD_REASON, r->reason) ||
	       put_u32(skb, WARDEN_A_RECORD_LINE, r->line) ||
	       put_u32(skb, WARDEN_A_RECORD_POLICY_VERSION, r->policy_version) ||
	       put_u64(skb, WARDEN_A_RECORD_GENERATION, r->generation) ||
	       nla_put_u32(skb, WARDEN_A_RECORD_COUNT, r->count);
}

static int put_record_subject(struct sk_buff *skb, const struct warden_record *r)
{
	return nla_put_u32(skb, WARDEN_A_RECORD_PID, r->pid) ||
	       nla_put_u32(skb, WARDEN_A_RECORD_UID, r->uid) ||
	       put_string(skb, WARDEN_A_RECORD_PROGRAM, r->program) ||
	       put_u32(skb, WARDEN_A_RECORD_PROGRAM_ALG, r->program_digest.alg) ||
	       put_digest(skb, WARDEN_A_RECORD_PROGRAM_DIGEST, &r->program_digest);
}

static int put_record_object(struct sk_buff *skb, const struct warden_record *r)
{
	return put_u32(skb, WARDEN_A_RECORD_CLASS, r->class) ||
	       put_string(skb, WARDEN_A_RECORD_OBJECT, r->object) ||
	       put_u32(skb, WARDEN_A_RECORD_OBJECT_ALG, r->object_digest.alg) ||
	       put_digest(skb, WARDEN_A_RECORD_OBJECT_DIGEST, &r->object_digest) ||
	       put_u32(skb, WARDEN_A_RECORD_FAMILY, r->family) ||
	       put_u32(skb, WARDEN_A_RECORD_PROTOCOL, r->protocol) ||
	       put_u32(skb, WARDEN_A_RECORD_PORT, r->port) ||
	       (r->has_receipt &&
		nla_put(skb, WARDEN_A_RECORD_RECEIPT, sizeof(r->receipt), r->receipt)) ||
	       (r->took && put_u64(skb, WARDEN_A_RECORD_TOOK, r->took)) ||
	       nla_put(skb, WARDEN_A_RECORD_CHAIN, sizeof(r->chain), r->chain);
}

static int fill_record(struct sk_buff *skb, const void *arg)
{
	return put_record_head(skb, arg) || put_record_subject(skb, arg) ||
	       put_record_object(skb, arg);
}

/* Where a dump by number starts: what the request asks for, then where the last message ended. */
static u64 first_number(struct netlink_callback *cb, int attr)
{
	const struct genl_info *info = genl_info_dump(cb);

	if (!cb->args[0])
		cb->args[0] = info->attrs && info->attrs[attr] ?
			      max_t(u64, nla_get_u64(info->attrs[attr]), 1) : 1;
	return cb->args[0];
}

int warden_nl_audit_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct warden_record *r = kmalloc(sizeof(*r), GFP_KERNEL);
	u64 seq = first_number(cb, WARDEN_A_RECORD_SEQ);
	int err = 0;

	if (!r)
		return -ENOMEM;
	while (!err && !warden_record_get(seq, r)) {
		err = dump_one(skb, cb, WARDEN_CMD_AUDIT_GET, fill_record, r);
		if (!err)
			seq = r->seq + 1;
	}
	cb->args[0] = seq;
	kfree(r);
	return skb->len ?: err;
}

/**
 * warden_netlink_notify() - tell the audit group of a record
 * @r: the record
 *
 * Context: Process context, may sleep.
 */
void warden_netlink_notify(const struct warden_record *r)
{
	struct sk_buff *skb;
	void *head;

	if (!READ_ONCE(registered) ||
	    !genl_has_listeners(&warden_nl_family, &init_net, WARDEN_NLGRP_AUDIT))
		return;
	skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!skb)
		return; /* the listener sees the gap in the numbers and asks for it */
	head = genlmsg_put(skb, 0, 0, &warden_nl_family, 0, WARDEN_CMD_AUDIT_NTF);
	if (!head || fill_record(skb, r)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, head);
	genlmsg_multicast_netns_filtered(&warden_nl_family, &init_net, skb, 0, WARDEN_NLGRP_AUDIT,
					 GFP_KERNEL, may_not_read, NULL);
}

static int fill_measurement(struct sk_buff *skb, const void *arg)
{
	const struct warden_measurement *m = arg;

	return put_u64(skb, WARDEN_A_MEASUREMENT_SEQ, m->seq) ||
	       put_u64(skb, WARDEN_A_MEASUREMENT_TIME, m->time) ||
	       nla_put_u32(skb, WARDEN_A_MEASUREMENT_DOMAIN, m->domain) ||
	       nla_put_u32(skb, WARDEN_A_MEASUREMENT_ALG, m->digest.alg) ||
	       nla_put(skb, WARDEN_A_MEASUREMENT_DIGEST, sizeof(m->digest.bytes),
		       m->digest.bytes) ||
	       nla_put_string(skb, WARDEN_A_MEASUREMENT_LABEL, m->label) ||
	       nla_put(skb, WARDEN_A_MEASUREMENT_TEMPLATE, sizeof(m->template), m->template) ||
	       nla_put(skb, WARDEN_A_MEASUREMENT_CHAIN, sizeof(m->chain), m->chain);
}

int warden_nl_measure_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct warden_measurement *m = kmalloc(sizeof(*m), GFP_KERNEL);
	u64 seq = first_number(cb, WARDEN_A_MEASUREMENT_SEQ);
	int err = 0;

	if (!m)
		return -ENOMEM;
	while (!err && !warden_measure_get(seq, m)) {
		err = dump_one(skb, cb, WARDEN_CMD_MEASURE_GET, fill_measurement, m);
		if (!err)
			seq = m->seq + 1;
	}
	cb->args[0] = seq;
	kfree(m);
	return skb->len ?: err;
}

/* --- life -------------------------------------------------------------------------------------------- */

/**
 * warden_netlink_init() - offer the family, in the initial network namespace only
 *
 * Context: Process context, module init.
 * Return: 0 or a negative errno.
 */
int __init warden_netlink_init(void)
{
	int err;

	warden_nl_family.netnsok = false;
	err = netlink_register_notifier(&netlink_nb);
	if (err)
		return err;
	err = genl_register_family(&warden_nl_family);
	if (err)
		netlink_unregister_notifier(&netlink_nb);
	WRITE_ONCE(registered, !err);
	return err;
}

/**
 * warden_netlink_exit() - tell what waits, and take the family back
 *
 * Context: Process context, sleeps.
 */
void warden_netlink_exit(void)
{
	struct loader *l, *next;

	warden_record_flush();
	WRITE_ONCE(registered, false);
	genl_unregister_family(&warden_nl_family);
	netlink_unregister_notifier(&netlink_nb);
	list_for_each_entry_safe(l, next, &loaders, node)
		forget_loader(l);
}
