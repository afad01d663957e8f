// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netlink family: who may, who is told, and its life. The handlers are in
 * netlink-*.c, a noun each.
 *
 * Who may: to change something takes CAP_MAC_ADMIN, to read the evidence
 * CAP_AUDIT_READ, both in the initial user namespace and both of the sender and
 * of the socket's opener. What runs (status-get) may be asked by anyone.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "extack.h"
#include "netlink-gen.h"
#include "netlink.h"
#include "record/record.h"

/* The family can be told to; notifications before and after go nowhere. */
static bool registered;

int warden_nl_pre_anyone(const struct genl_split_ops *ops, struct sk_buff *skb,
			 struct genl_info *info)
{
	return 0;
}

static int need(struct sk_buff *skb, u8 cmd, int cap, struct netlink_ext_ack *extack)
{
	if (netlink_capable(skb, cap))
		return 0;
	warden_netlink_tell_refused(cmd);
	return warden_refuse(extack, NULL, -EPERM, cap == CAP_MAC_ADMIN ?
			     "this needs CAP_MAC_ADMIN in the initial user namespace" :
			     "this needs CAP_AUDIT_READ in the initial user namespace");
}

int warden_nl_pre_admin(const struct genl_split_ops *ops, struct sk_buff *skb,
			struct genl_info *info)
{
	return need(skb, ops->cmd, CAP_MAC_ADMIN, info->extack);
}

int warden_nl_pre_read(const struct genl_split_ops *ops, struct sk_buff *skb,
		       struct genl_info *info)
{
	return need(skb, ops->cmd, CAP_AUDIT_READ, info->extack);
}

int warden_nl_start_read(struct netlink_callback *cb)
{
	const struct genlmsghdr *head = nlmsg_data(cb->nlh);

	return need(cb->skb, head->cmd, CAP_AUDIT_READ, cb->extack);
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
	if (!head || warden_netlink_fill_record(skb, r)) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, head);
	genlmsg_multicast_netns_filtered(&warden_nl_family, &init_net, skb, 0, WARDEN_NLGRP_AUDIT,
					 GFP_KERNEL, may_not_read, NULL);
}

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
	err = warden_netlink_policy_init();
	if (err)
		return err;
	err = genl_register_family(&warden_nl_family);
	if (err)
		warden_netlink_policy_exit();
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
	warden_record_flush();
	WRITE_ONCE(registered, false);
	genl_unregister_family(&warden_nl_family);
	warden_netlink_policy_exit();
}
