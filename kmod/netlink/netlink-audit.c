// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers: the evidence, which is records and measurements.
 */
#include <linux/cred.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <net/genetlink.h>

#include "message.h"
#include "netlink-gen.h"
#include "netlink.h"
#include "program/measure.h"
#include "record/record.h"

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
	       nla_put_u32(skb, WARDEN_A_RECORD_COUNT, r->count) ||
	       put_u32(skb, WARDEN_A_RECORD_LAYER, r->layer);
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
	       put_string(skb, WARDEN_A_RECORD_PURPOSE, r->purpose) ||
	       nla_put(skb, WARDEN_A_RECORD_CHAIN, sizeof(r->chain), r->chain);
}

/**
 * warden_netlink_fill_record() - put a record
 * @skb: the message
 * @arg: struct warden_record
 *
 * Context: Any.
 * Return: 0, or not 0 where there is no room.
 */
int warden_netlink_fill_record(struct sk_buff *skb, const void *arg)
{
	return put_record_head(skb, arg) || put_record_subject(skb, arg) ||
	       put_record_object(skb, arg);
}

int warden_nl_audit_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct warden_record *r = kmalloc(sizeof(*r), GFP_KERNEL);
	u64 seq = warden_message_first(cb, WARDEN_A_RECORD_SEQ);
	int err = 0;

	if (!r)
		return -ENOMEM;
	while (!err && !warden_record_get(seq, r)) {
		err = warden_message_dump(skb, cb, WARDEN_CMD_AUDIT_GET, warden_netlink_fill_record, r);
		if (!err)
			seq = r->seq + 1;
	}
	cb->args[0] = seq;
	kfree(r);
	return skb->len ?: err;
}

int warden_nl_audit_mark_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct warden_record *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r)
		return -ENOMEM;
	warden_record_flush();
	r->event = WARDEN_EVENT_MARK;
	r->domain = WARDEN_DOMAIN_SYSTEM;
	r->action = WARDEN_ACTION_ALLOW;
	r->count = 1;
	r->pid = task_tgid_nr(current);
	r->uid = from_kuid(&init_user_ns, current_uid());
	warden_record_add(r);
	kfree(r);
	return 0;
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
	u64 seq = warden_message_first(cb, WARDEN_A_MEASUREMENT_SEQ);
	int err = 0;

	if (!m)
		return -ENOMEM;
	while (!err && !warden_measure_get(seq, m)) {
		err = warden_message_dump(skb, cb, WARDEN_CMD_MEASURE_GET, fill_measurement, m);
		if (!err)
			seq = m->seq + 1;
	}
	cb->args[0] = seq;
	kfree(m);
	return skb->len ?: err;
}
