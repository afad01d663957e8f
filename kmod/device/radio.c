// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a radio hears around it tells where the device is, so a scan takes the right to
 * class location, and so do the results of a scan of others, and whatever else hands
 * on what is heard of those one is not connected to.
 *
 * Wi-Fi is asked by generic netlink. The number of its family is given when it
 * registers; the controller of the families is asked for it each time, as programs
 * do, because it may be another by the next time, and scans are rare. Its old ioctls
 * are in wext.c, Bluetooth is in hci.c.
 */
#include <linux/genetlink.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/nl80211.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/netlink.h>
#include <net/sock.h>
#include <uapi/linux/warden.h>

#include "judge/named.h"
#include "radio.h"

/* How long the controller may take; it answers before send() returns. */
#define ANSWER_WAIT HZ

/* A request to the controller: which number has the family of this name? */
struct question {
	struct nlmsghdr head;
	struct genlmsghdr genl;
	struct nlattr attr;
	char name[NLA_ALIGN(sizeof(NL80211_GENL_NAME))];
};

static int ask(struct socket *sock)
{
	struct question q = {
		.head = { .nlmsg_len = sizeof(q), .nlmsg_type = GENL_ID_CTRL,
			  .nlmsg_flags = NLM_F_REQUEST },
		.genl = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 },
		.attr = { .nla_type = CTRL_ATTR_FAMILY_NAME,
			  .nla_len = NLA_HDRLEN + sizeof(NL80211_GENL_NAME) },
		.name = NL80211_GENL_NAME,
	};
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct msghdr msg = { .msg_name = &kernel, .msg_namelen = sizeof(kernel) };
	struct kvec data = { .iov_base = &q, .iov_len = sizeof(q) };

	return kernel_sendmsg(sock, &msg, &data, 1, sizeof(q));
}

/* The number in an answer; 0 where there is no such family. */
static u16 read_answer(struct nlmsghdr *head, int len)
{
	struct nlattr *id;

	if (!nlmsg_ok(head, len) || head->nlmsg_type != GENL_ID_CTRL)
		return 0;
	id = nlmsg_find_attr(head, GENL_HDRLEN, CTRL_ATTR_FAMILY_ID);
	return id && nla_len(id) == sizeof(u16) ? nla_get_u16(id) : 0;
}

static int receive(struct socket *sock, u16 *id)
{
	struct msghdr msg = {};
	struct kvec data = { .iov_len = NLMSG_GOODSIZE };
	int len;

	data.iov_base = kmalloc(data.iov_len, GFP_KERNEL);
	if (!data.iov_base)
		return -ENOMEM;
	sock->sk->sk_rcvtimeo = ANSWER_WAIT;
	len = kernel_recvmsg(sock, &msg, &data, 1, data.iov_len, 0);
	if (len > 0)
		*id = read_answer(data.iov_base, len);
	kfree(data.iov_base);
	return len < 0 ? len : 0;
}

/* The number of the family now; 0 where the kernel has no Wi-Fi. */
static int find_family(u16 *id)
{
	struct socket *sock;
	int err;

	*id = 0;
	err = sock_create_kern(&init_net, PF_NETLINK, SOCK_RAW, NETLINK_GENERIC, &sock);
	if (err)
		return err;
	err = ask(sock);
	if (err >= 0)
		err = receive(sock, id);
	sock_release(sock);
	return err;
}

/* Is there an attribute that asks for this? Of several alike the kernel takes the last. */
static bool asks_for(const struct nlmsghdr *head, int type, bool (*is)(const struct nlattr *attr))
{
	const struct nlattr *attr;
	int rest;

	nlmsg_for_each_attr(attr, head, GENL_HDRLEN, rest)
		if (nla_type(attr) == type && is(attr))
			return true;
	return false;
}

/* Kinds of interfaces that tell of all around, or of whom else they could speak to. */
static bool hears_others(const struct nlattr *attr)
{
	switch (nla_len(attr) >= sizeof(u32) ? nla_get_u32(attr) : NL80211_IFTYPE_UNSPECIFIED) {
	case NL80211_IFTYPE_MONITOR:
	case NL80211_IFTYPE_ADHOC:
	case NL80211_IFTYPE_MESH_POINT:
		return true;
	default:
		return false;
	}
}

static bool wakes_by_network(const struct nlattr *attr)
{
	return nla_find_nested(attr, NL80211_WOWLAN_TRIG_NET_DETECT);
}

/*
 * Scans and their results, how busy each channel is, ranging, what makes an interface
 * hand on frames of others, or join those that tell of each neighbour they hear, and what
 * only the driver's maker knows. An interface of such a kind may join when it is brought up.
 */
static bool tells_place(const struct nlmsghdr *head, u8 cmd)
{
	switch (cmd) {
	case NL80211_CMD_GET_SCAN:
	case NL80211_CMD_TRIGGER_SCAN:
	case NL80211_CMD_START_SCHED_SCAN:
	case NL80211_CMD_GET_SURVEY:
	case NL80211_CMD_PEER_MEASUREMENT_START:
	case NL80211_CMD_REMAIN_ON_CHANNEL:
	case NL80211_CMD_REGISTER_FRAME:
	case NL80211_CMD_REGISTER_BEACONS:
	case NL80211_CMD_UNEXPECTED_FRAME:
	case NL80211_CMD_START_P2P_DEVICE:
	case NL80211_CMD_START_NAN:
	case NL80211_CMD_ADD_NAN_FUNCTION:
	case NL80211_CMD_JOIN_OCB:
	case NL80211_CMD_JOIN_IBSS:
	case NL80211_CMD_JOIN_MESH:
	case NL80211_CMD_VENDOR:
	case NL80211_CMD_TESTMODE:
		return true;
	case NL80211_CMD_NEW_INTERFACE:
	case NL80211_CMD_SET_INTERFACE:
		return asks_for(head, NL80211_ATTR_IFTYPE, hears_others);
	case NL80211_CMD_SET_WOWLAN:
		return asks_for(head, NL80211_ATTR_WOWLAN_TRIGGERS, wakes_by_network);
	default:
		return false;
	}
}

/* Is this message, of any family, one that would tell a place in that of Wi-Fi? */
static bool may_scan(const struct nlmsghdr *head)
{
	const struct genlmsghdr *genl = nlmsg_data(head);

	return head->nlmsg_type >= NLMSG_MIN_TYPE && head->nlmsg_len >= NLMSG_HDRLEN + GENL_HDRLEN &&
	       tells_place(head, genl->cmd);
}

/* 1 where some message of the packet is a scan, 0 where none is, or -errno. */
static int scans(const struct sk_buff *skb)
{
	const struct nlmsghdr *head = (const struct nlmsghdr *)skb->data;
	int len = skb_headlen(skb), err;
	u16 family = 0;

	for (; nlmsg_ok(head, len); head = nlmsg_next(head, &len)) {
		if (!may_scan(head))
			continue;
		err = family ? 0 : find_family(&family);
		if (err)
			return err;
		if (family && head->nlmsg_type == family)
			return 1;
	}
	return 0;
}

/**
 * warden_radio_use() - may the current program have what a radio hears around it?
 * @radio: which one; what a rule can name, and what a record tells
 *
 * Each use is asked about, so that one that lost its ground ends with the next.
 *
 * Context: Process context of the program, sleeps.
 * Return: 0, or a negative errno where it may not, which is recorded.
 */
int warden_radio_use(const char *radio)
{
	return warden_named_use(WARDEN_SENSOR_CLASS_LOCATION, radio);
}

/**
 * warden_radio_use_now() - the same where the program is not to be read
 * @radio: which one
 *
 * Context: Process context of the program, does not sleep.
 * Return: 0, or a negative errno where it may not, which is recorded.
 */
int warden_radio_use_now(const char *radio)
{
	return warden_named_use_now(WARDEN_SENSOR_CLASS_LOCATION, radio);
}

/**
 * warden_radio_judge() - may the current program send this to generic netlink?
 * @skb: what it sends, copied from it already
 *
 * Context: Process context, sleeps.
 * Return: 0, or a negative errno where it scans and may not, or where it cannot be told.
 */
int warden_radio_judge(const struct sk_buff *skb)
{
	int scan = scans(skb);

	return scan > 0 ? warden_radio_use(WARDEN_RADIO_WIFI) : scan;
}
