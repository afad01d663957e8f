// SPDX-License-Identifier: GPL-2.0-only
/*
 * A change to the tables of the packet filter is told of: no table undoes what
 * the policy closes, but one may lead packets elsewhere, or undo the device's own
 * filter, and who did that should stand in the log. Nothing is refused here.
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/netlink.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/nsproxy.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/net_namespace.h>
#include <net/netlink.h>

#include "policy/layers.h"
#include "program/identity.h"
#include "record/record.h"
#include "tables.h"

/* What changes tables comes as a batch, and questions do not. */
static bool is_change(const struct sk_buff *skb)
{
	const struct nlmsghdr *head = (const struct nlmsghdr *)skb->data;
	const struct nfgenmsg *msg;

	if (!nlmsg_ok(head, skb_headlen(skb)) || head->nlmsg_type != NFNL_MSG_BATCH_BEGIN ||
	    head->nlmsg_len < nlmsg_msg_size(sizeof(*msg)))
		return false;
	msg = nlmsg_data(head);
	/* nfnetlink takes either order of its bytes, for the sake of old programs */
	return msg->res_id == (__force __be16)NFNL_SUBSYS_NFTABLES ||
	       ntohs(msg->res_id) == NFNL_SUBSYS_NFTABLES;
}

/* Not from who may not change any, and not while packets are nothing to the policy. */
static bool matters(u64 *generation)
{
	const struct warden_layers *layers;
	bool closes;

	rcu_read_lock();
	layers = warden_layers_get_rcu();
	*generation = layers->generation;
	closes = layers->ports;
	rcu_read_unlock();
	return closes && ns_capable(current->nsproxy->net_ns->user_ns, CAP_NET_ADMIN);
}

static void fill_record(struct warden_record *r, const struct warden_record_key *key)
{
	r->event = WARDEN_EVENT_TABLES;
	r->domain = WARDEN_DOMAIN_LISTEN;
	r->action = WARDEN_ACTION_ALLOW;
	r->generation = key->generation;
	r->count = 1;
	r->pid = key->pid;
	r->uid = key->uid;
	r->program_digest = key->program;
	strscpy(r->program, warden_identity_path(r->object, sizeof(r->object)), sizeof(r->program));
	memset(r->object, 0, sizeof(r->object));
	snprintf(r->object, sizeof(r->object), "nftables, in the network %u",
		 current->nsproxy->net_ns->ns.inum);
}

/**
 * warden_tables_tell() - record that the current program changes tables of the packet filter
 * @skb: what it sends to nfnetlink, copied from it already
 *
 * Told while the policy in force closes a port, and once in a second of one process;
 * one more record counts the others.
 *
 * Context: Process context, sleeps.
 */
void warden_tables_tell(const struct sk_buff *skb)
{
	struct warden_identity subject;
	struct warden_record_key key;
	struct warden_record *r;

	memset(&key, 0, sizeof(key));
	if (!is_change(skb) || !matters(&key.generation))
		return;
	warden_identity_of_current(&subject);
	key.event = WARDEN_EVENT_TABLES;
	key.object = current->nsproxy->net_ns->ns.inum;
	key.pid = task_tgid_nr(current);
	key.uid = from_kuid(&init_user_ns, current_uid());
	key.program = subject.digest;
	if (warden_record_repeat(&key, 1))
		return;
	r = kzalloc(sizeof(*r), GFP_KERNEL);
	if (!r) {
		warden_record_lose(false);
		return;
	}
	fill_record(r, &key);
	warden_record_add_keyed(r, &key);
	kfree(r);
}
