// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kinds of sockets a kernel has, and whether a program may make one. The
 * tables are those of include/linux/socket.h, uapi/linux/in.h and
 * uapi/linux/netlink.h of 6.12; what they do not know is a kind of its own, which
 * a policy that denies by default denies.
 */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/in.h>
#include <linux/kernel.h>
#include <linux/net.h>
#include <linux/netlink.h>
#include <linux/socket.h>
#include <warden/domain.h>

#include "device/classify.h"
#include "device/inventory.h"
#include "judge/judge.h"
#include "program/identity.h"
#include "protocol.h"

/* Families that are one kind each. */
static const u8 by_family[AF_MAX] = {
	[AF_UNIX] = WARDEN_SOCKET_CLASS_UNIX,
	[AF_AX25] = WARDEN_SOCKET_CLASS_AX25,
	[AF_APPLETALK] = WARDEN_SOCKET_CLASS_APPLETALK,
	[AF_NETROM] = WARDEN_SOCKET_CLASS_NETROM,
	[AF_ATMPVC] = WARDEN_SOCKET_CLASS_ATM,
	[AF_X25] = WARDEN_SOCKET_CLASS_X25,
	[AF_ROSE] = WARDEN_SOCKET_CLASS_ROSE,
	[AF_KEY] = WARDEN_SOCKET_CLASS_KEY,
	[AF_PACKET] = WARDEN_SOCKET_CLASS_PACKET,
	[AF_ATMSVC] = WARDEN_SOCKET_CLASS_ATM,
	[AF_RDS] = WARDEN_SOCKET_CLASS_RDS,
	[AF_PPPOX] = WARDEN_SOCKET_CLASS_PPPOX,
	[AF_LLC] = WARDEN_SOCKET_CLASS_LLC,
	[AF_CAN] = WARDEN_SOCKET_CLASS_CAN,
	[AF_TIPC] = WARDEN_SOCKET_CLASS_TIPC,
	[AF_BLUETOOTH] = WARDEN_SOCKET_CLASS_BLUETOOTH,
	[AF_IUCV] = WARDEN_SOCKET_CLASS_IUCV,
	[AF_RXRPC] = WARDEN_SOCKET_CLASS_RXRPC,
	[AF_ISDN] = WARDEN_SOCKET_CLASS_ISDN,
	[AF_PHONET] = WARDEN_SOCKET_CLASS_PHONET,
	[AF_IEEE802154] = WARDEN_SOCKET_CLASS_IEEE802154,
	[AF_CAIF] = WARDEN_SOCKET_CLASS_CAIF,
	[AF_ALG] = WARDEN_SOCKET_CLASS_ALG,
	[AF_NFC] = WARDEN_SOCKET_CLASS_NFC,
	[AF_VSOCK] = WARDEN_SOCKET_CLASS_VSOCK,
	[AF_KCM] = WARDEN_SOCKET_CLASS_KCM,
	[AF_QIPCRTR] = WARDEN_SOCKET_CLASS_QIPCRTR,
	[AF_SMC] = WARDEN_SOCKET_CLASS_SMC,
	[AF_XDP] = WARDEN_SOCKET_CLASS_XDP,
	[AF_MCTP] = WARDEN_SOCKET_CLASS_MCTP,
};

/* For records; the tools have these words from the contract. */
static const char *const words[] = {
	[WARDEN_SOCKET_CLASS_NONE] = "none",
	[WARDEN_SOCKET_CLASS_UNKNOWN] = "unknown",
	[WARDEN_SOCKET_CLASS_UNIX] = "unix",
	[WARDEN_SOCKET_CLASS_TCP] = "tcp",
	[WARDEN_SOCKET_CLASS_UDP] = "udp",
	[WARDEN_SOCKET_CLASS_MPTCP] = "mptcp",
	[WARDEN_SOCKET_CLASS_NETLINK] = "netlink",
	[WARDEN_SOCKET_CLASS_NETLINK_AUDIT] = "netlink-audit",
	[WARDEN_SOCKET_CLASS_NETLINK_ADMIN] = "netlink-admin",
	[WARDEN_SOCKET_CLASS_PING] = "ping",
	[WARDEN_SOCKET_CLASS_RAW] = "raw",
	[WARDEN_SOCKET_CLASS_UDPLITE] = "udplite",
	[WARDEN_SOCKET_CLASS_SCTP] = "sctp",
	[WARDEN_SOCKET_CLASS_DCCP] = "dccp",
	[WARDEN_SOCKET_CLASS_L2TP] = "l2tp",
	[WARDEN_SOCKET_CLASS_SMC] = "smc",
	[WARDEN_SOCKET_CLASS_PACKET] = "packet",
	[WARDEN_SOCKET_CLASS_XDP] = "xdp",
	[WARDEN_SOCKET_CLASS_KEY] = "key",
	[WARDEN_SOCKET_CLASS_ALG] = "alg",
	[WARDEN_SOCKET_CLASS_VSOCK] = "vsock",
	[WARDEN_SOCKET_CLASS_BLUETOOTH] = "bluetooth",
	[WARDEN_SOCKET_CLASS_CAN] = "can",
	[WARDEN_SOCKET_CLASS_TIPC] = "tipc",
	[WARDEN_SOCKET_CLASS_RDS] = "rds",
	[WARDEN_SOCKET_CLASS_RXRPC] = "rxrpc",
	[WARDEN_SOCKET_CLASS_KCM] = "kcm",
	[WARDEN_SOCKET_CLASS_QIPCRTR] = "qipcrtr",
	[WARDEN_SOCKET_CLASS_PPPOX] = "pppox",
	[WARDEN_SOCKET_CLASS_LLC] = "llc",
	[WARDEN_SOCKET_CLASS_NFC] = "nfc",
	[WARDEN_SOCKET_CLASS_IEEE802154] = "ieee802154",
	[WARDEN_SOCKET_CLASS_PHONET] = "phonet",
	[WARDEN_SOCKET_CLASS_CAIF] = "caif",
	[WARDEN_SOCKET_CLASS_MCTP] = "mctp",
	[WARDEN_SOCKET_CLASS_ISDN] = "isdn",
	[WARDEN_SOCKET_CLASS_ATM] = "atm",
	[WARDEN_SOCKET_CLASS_AX25] = "ax25",
	[WARDEN_SOCKET_CLASS_NETROM] = "netrom",
	[WARDEN_SOCKET_CLASS_ROSE] = "rose",
	[WARDEN_SOCKET_CLASS_X25] = "x25",
	[WARDEN_SOCKET_CLASS_APPLETALK] = "appletalk",
	[WARDEN_SOCKET_CLASS_IUCV] = "iucv",
	[WARDEN_SOCKET_CLASS_TUN] = "tun",
};

static_assert(ARRAY_SIZE(words) == WARDEN_SOCKET_CLASS_TUN + 1);

/* A type that is not the protocol's own is refused by the kernel, so it need not be told apart. */
static u32 class_of_inet(u32 type, u32 protocol)
{
	if (type == SOCK_RAW)
		return WARDEN_SOCKET_CLASS_RAW;
	if (!protocol)
		return type == SOCK_STREAM ? WARDEN_SOCKET_CLASS_TCP :
		       type == SOCK_DGRAM  ? WARDEN_SOCKET_CLASS_UDP :
					     WARDEN_SOCKET_CLASS_UNKNOWN;
	switch (protocol) {
	case IPPROTO_TCP:
		return WARDEN_SOCKET_CLASS_TCP;
	case IPPROTO_UDP:
		return WARDEN_SOCKET_CLASS_UDP;
	case IPPROTO_MPTCP:
		return WARDEN_SOCKET_CLASS_MPTCP;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return WARDEN_SOCKET_CLASS_PING;
	case IPPROTO_UDPLITE:
		return WARDEN_SOCKET_CLASS_UDPLITE;
	case IPPROTO_SCTP:
		return WARDEN_SOCKET_CLASS_SCTP;
	case IPPROTO_DCCP:
		return WARDEN_SOCKET_CLASS_DCCP;
	case IPPROTO_L2TP:
		return WARDEN_SOCKET_CLASS_L2TP;
	case IPPROTO_SMC:
		return WARDEN_SOCKET_CLASS_SMC;
	default:
		return WARDEN_SOCKET_CLASS_UNKNOWN;
	}
}

/* Most programs find addresses and devices by the first four; the rest administers something. */
static u32 class_of_netlink(u32 protocol)
{
	switch (protocol) {
	case NETLINK_ROUTE:
	case NETLINK_SOCK_DIAG:
	case NETLINK_KOBJECT_UEVENT:
	case NETLINK_GENERIC:
		return WARDEN_SOCKET_CLASS_NETLINK;
	case NETLINK_AUDIT:
		return WARDEN_SOCKET_CLASS_NETLINK_AUDIT;
	default:
		return WARDEN_SOCKET_CLASS_NETLINK_ADMIN;
	}
}

/**
 * warden_protocol_class() - what kind of socket is this?
 * @family: AF_*
 * @type: SOCK_*, without its flags
 * @protocol: of the family
 *
 * Context: Any.
 * Return: enum warden_socket_class; unknown where no table knows it.
 */
u32 warden_protocol_class(u32 family, u32 type, u32 protocol)
{
	if (family == AF_INET || family == AF_INET6)
		return class_of_inet(type, protocol);
	if (family == AF_NETLINK)
		return class_of_netlink(protocol);
	if (family < ARRAY_SIZE(by_family) && by_family[family])
		return by_family[family];
	return WARDEN_SOCKET_CLASS_UNKNOWN;
}

static int judge(u32 class, u32 family, u32 protocol, bool now)
{
	struct warden_identity subject;
	struct warden_request req = {
		.domain = WARDEN_DOMAIN_PROTOCOL,
		.uid = from_kuid(&init_user_ns, current_uid()),
		.subject = &subject,
		.protocol = protocol,
		.socket = class,
	};
	struct warden_answer answer;
	int err;

	if (now)
		warden_identity_known(&subject);
	else
		warden_identity_of_current(&subject);
	err = warden_judge(&req, &answer);
	if (warden_answer_tells(&answer))
		warden_judge_tell(&req, &answer, words[class], family);
	return err;
}

/**
 * warden_protocol_create() - may the current program make this kind of socket?
 * @family: AF_*
 * @type: SOCK_*, without its flags
 * @protocol: of the family
 *
 * Asked before the kernel loads a module for it.
 *
 * Context: Process context, may sleep.
 * Return: 0 or -EACCES.
 */
int warden_protocol_create(u32 family, u32 type, u32 protocol)
{
	const u32 class = warden_protocol_class(family, type, protocol);

	return class == WARDEN_SOCKET_CLASS_UNIX ? 0 : judge(class, family, protocol, false);
}

/**
 * warden_protocol_tunnel() - may the current program be the other end of a network device?
 *
 * Who reads and writes the packets of a tap or a tunnel has a network stack of its own, as
 * with a packet socket.
 *
 * Context: Process context, does not sleep: a program that was not measured yet is none.
 * Return: 0 or -EACCES.
 */
int warden_protocol_tunnel(void)
{
	return judge(WARDEN_SOCKET_CLASS_TUN, 0, 0, true);
}

/**
 * warden_protocol_tunnel_open() - the same of a device node that is such an end
 * @file: a file that is opened
 *
 * Context: Process context, may sleep.
 * Return: 0, also where it is none, or -EACCES.
 */
int warden_protocol_tunnel_open(const struct file *file)
{
	struct warden_sensor s;

	if (!S_ISCHR(file_inode(file)->i_mode) || warden_inventory_find(file_inode(file)->i_rdev, &s) ||
	    s.kind != WARDEN_DEVICE_TUNNEL)
		return 0;
	return judge(WARDEN_SOCKET_CLASS_TUN, 0, 0, false);
}
