// SPDX-License-Identifier: GPL-2.0-only
/*
 * The 1-wire bus takes commands from everybody by the kernel's connector: bytes for its chips,
 * past their files in sysfs.
 */
#include <linux/connector.h>
#include <linux/netlink.h>
#include <linux/skbuff.h>
#include <net/netlink.h>
#include <uapi/linux/warden.h>

#include "connector.h"
#include "judge/named.h"

/* What a rule can name as a device, and what records tell. */
#define DEVICE "w1"

/* The connector takes one message of a packet, the first. */
static bool is_to_w1(const struct sk_buff *skb)
{
	const struct nlmsghdr *head = (const struct nlmsghdr *)skb->data;
	const struct cn_msg *msg = nlmsg_data(head);

	return skb_headlen(skb) >= NLMSG_HDRLEN + sizeof(*msg) && msg->id.idx == CN_W1_IDX;
}

/**
 * warden_connector_judge() - may the current program send this to the kernel's connector?
 * @skb: what it sends, copied from it already
 *
 * Context: Process context, sleeps.
 * Return: 0, or a negative errno where it is for 1-wire and may not.
 */
int warden_connector_judge(const struct sk_buff *skb)
{
	return is_to_w1(skb) ? warden_named_use(WARDEN_SENSOR_CLASS_ENVIRONMENT, DEVICE) : 0;
}
