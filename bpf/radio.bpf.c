// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sensors that are asked by netlink, and changes to the packet filter. Hooks: netlink_send (a message
 * goes to the kernel, copied from its sender already), socket_post_create (a socket was
 * made, and nobody has it yet: does it hear a radio, or a bus?).
 */
#include "common.bpf.h"

/* include/uapi/linux/netlink.h */
#define NETLINK_NETFILTER 12
#define NETLINK_CONNECTOR 11
#define NETLINK_GENERIC	  16

SEC("lsm.s/netlink_send")
int BPF_PROG(warden_netlink_send, struct sock *sk, struct sk_buff *skb, int ret)
{
	if (ret)
		return ret;
	if (sk->sk_protocol == NETLINK_NETFILTER)
		return clamp_errno(warden_kf_tables(skb));
	if (sk->sk_protocol == NETLINK_CONNECTOR)
		return clamp_errno(warden_kf_connector(skb));
	if (sk->sk_protocol != NETLINK_GENERIC)
		return 0;
	return clamp_errno(warden_kf_netlink_send(skb));
}

SEC("lsm.s/socket_post_create")
int BPF_PROG(warden_socket_made, struct socket *sock, int family, int type, int protocol, int kern,
	     int ret)
{
	report_canary(WARDEN_HOOK_SOCKET_POST_CREATE);
	if (ret || (family != AF_CAN && (family != AF_BLUETOOTH || protocol != BTPROTO_HCI)))
		return ret;
	return clamp_errno(warden_kf_ear(sock, family));
}
