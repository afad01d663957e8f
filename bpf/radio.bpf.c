// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scans for networks, and changes to the packet filter. Hook: netlink_send (a message
 * goes to the kernel, copied from its sender already).
 */
#include "common.bpf.h"

/* include/uapi/linux/netlink.h */
#define NETLINK_NETFILTER 12
#define NETLINK_GENERIC	  16

SEC("lsm.s/netlink_send")
int BPF_PROG(warden_netlink_send, struct sock *sk, struct sk_buff *skb, int ret)
{
	if (ret)
		return ret;
	if (sk->sk_protocol == NETLINK_NETFILTER)
		return clamp_errno(warden_kf_tables(skb));
	if (sk->sk_protocol != NETLINK_GENERIC)
		return 0;
	return clamp_errno(warden_kf_netlink_send(skb));
}
