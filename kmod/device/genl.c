// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sensors that are asked by messages of generic netlink.
 *
 * The number of a family is given when it registers; the controller of the families is asked whose
 * a number is each time, because it may be another's by the next time, and such messages are rare.
 * It is not asked for the number of a name, as it starts a program for each name it does not know.
 */
#include <linux/genetlink.h>
#include <linux/kernel.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/nl80211.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/thermal.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/netlink.h>
#include <net/sock.h>
#include <uapi/linux/warden.h>

#include "genl.h"
#include "judge/named.h"
#include "radio.h"

/* How long the controller may take; it answers before send() returns. */
#define ANSWER_WAIT HZ

/**
 * struct family - one that tells what a sensor hears or feels
 * @name: of the family
 * @asks: does this message ask for it?
 * @class: enum warden_sensor_class that it takes the right to
 * @device: what a rule can name, and what a record tells
 */
struct family {
	char name[GENL_NAMSIZ];
	bool (*asks)(const struct nlmsghdr *head, u8 cmd);
	u32 class;
	const char *device;
};

/* All else tells of zones and limits, which is free in sysfs, or sets them. */
static bool asks_for_temperature(const struct nlmsghdr *head, u8 cmd)
{
	return cmd == THERMAL_GENL_CMD_TZ_GET_TEMP;
}

static const struct family families[] = {
	{ NL80211_GENL_NAME, warden_radio_asks, WARDEN_SENSOR_CLASS_LOCATION, WARDEN_RADIO_WIFI },
	{ THERMAL_GENL_FAMILY_NAME, asks_for_temperature, WARDEN_SENSOR_CLASS_ENVIRONMENT, "thermal" },
};

/* A request to the controller: which family has this number? */
struct question {
	struct nlmsghdr head;
	struct genlmsghdr genl;
	struct nlattr attr;
	u16 id;
};

static int ask(struct socket *sock, u16 id)
{
	struct question q = {
		.head = { .nlmsg_len = sizeof(q),
			  .nlmsg_type = GENL_ID_CTRL,
			  .nlmsg_flags = NLM_F_REQUEST },
		.genl = { .cmd = CTRL_CMD_GETFAMILY, .version = 1 },
		.attr = { .nla_len = NLA_HDRLEN + sizeof(q.id), .nla_type = CTRL_ATTR_FAMILY_ID },
		.id = id,
	};
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct msghdr msg = { .msg_name = &kernel, .msg_namelen = sizeof(kernel) };
	struct kvec data = { .iov_base = &q, .iov_len = sizeof(q) };

	return kernel_sendmsg(sock, &msg, &data, 1, data.iov_len);
}

/* Is this the name in an answer? There is none where no family has the number. */
static bool answers(struct nlmsghdr *head, int len, const char *name)
{
	struct nlattr *told;

	if (!nlmsg_ok(head, len) || head->nlmsg_type != GENL_ID_CTRL)
		return false;
	told = nlmsg_find_attr(head, GENL_HDRLEN, CTRL_ATTR_FAMILY_NAME);
	return told && !nla_strcmp(told, name);
}

/* 1 where the controller says this name, 0 where it does not, or -errno. */
static int receive(struct socket *sock, const char *name)
{
	struct msghdr msg = {};
	struct kvec data = { .iov_len = NLMSG_GOODSIZE };
	int len, is;

	data.iov_base = kmalloc(data.iov_len, GFP_KERNEL);
	if (!data.iov_base)
		return -ENOMEM;
	sock->sk->sk_rcvtimeo = ANSWER_WAIT;
	len = kernel_recvmsg(sock, &msg, &data, 1, data.iov_len, 0);
	is = len > 0 && answers(data.iov_base, len, name);
	kfree(data.iov_base);
	return len < 0 ? len : is;
}

/* 1 where this number is that family's now, 0 where it is not, or -errno. */
static int is_number_of(u16 id, const char *name)
{
	struct socket *sock;
	int err;

	err = sock_create_kern(&init_net, PF_NETLINK, SOCK_RAW, NETLINK_GENERIC, &sock);
	if (err)
		return err;
	err = ask(sock, id);
	if (err >= 0)
		err = receive(sock, name);
	sock_release(sock);
	return err;
}

/* Does this message ask for something if it is of this family? That to the controller may be our own. */
static bool may_ask(const struct nlmsghdr *head, const struct family *f)
{
	const struct genlmsghdr *genl = nlmsg_data(head);

	return head->nlmsg_type > GENL_ID_CTRL && head->nlmsg_len >= NLMSG_HDRLEN + GENL_HDRLEN &&
	       f->asks(head, genl->cmd);
}

/* 1 where some message of the packet asks this family, 0 where none does, or -errno. */
static int asks(const struct sk_buff *skb, const struct family *f)
{
	const struct nlmsghdr *head = (const struct nlmsghdr *)skb->data;
	int len = skb_headlen(skb), err;
	u16 other = 0; /* a number that is not this family's */

	for (; nlmsg_ok(head, len); head = nlmsg_next(head, &len)) {
		if (head->nlmsg_type == other || !may_ask(head, f))
			continue;
		err = is_number_of(head->nlmsg_type, f->name);
		if (err)
			return err;
		other = head->nlmsg_type;
	}
	return 0;
}

/**
 * warden_genl_judge() - may the current program send this to generic netlink?
 * @skb: what it sends, copied from it already
 *
 * Context: Process context, sleeps.
 * Return: 0, or a negative errno where it asks a sensor and may not, or where it cannot be told.
 */
int warden_genl_judge(const struct sk_buff *skb)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < ARRAY_SIZE(families) && !err; i++) {
		err = asks(skb, &families[i]);
		if (err > 0)
			err = warden_named_use(families[i].class, families[i].device);
	}
	return err;
}
