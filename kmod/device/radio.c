// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a radio hears around it tells where the device is, so a scan takes the right to
 * class location, and so do the results of a scan of others, and whatever else hands
 * on what is heard of those one is not connected to.
 *
 * Wi-Fi is asked by generic netlink (genl.c). Its old ioctls are in wext.c, Bluetooth is in hci.c.
 */
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/nl80211.h>
#include <net/genetlink.h>
#include <net/netlink.h>
#include <uapi/linux/warden.h>

#include "judge/named.h"
#include "radio.h"

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

/**
 * warden_radio_asks() - does a message to Wi-Fi ask for what tells a place?
 * @head: the message, of nl80211
 * @cmd: its command
 *
 * Scans and their results, how busy each channel is, ranging, what makes an interface
 * hand on frames of others, or join those that tell of each neighbour they hear, and what
 * only the driver's maker knows. An interface of such a kind may join when it is brought up.
 *
 * Context: Any.
 * Return: true if it does.
 */
bool warden_radio_asks(const struct nlmsghdr *head, u8 cmd)
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
