// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scans for networks. Hook: netlink_send (a message goes to the kernel, copied from
 * its sender already).
 */
#include "common.bpf.h"

/* include/uapi/linux/netlink.h */
#define NETLINK_GENERIC 16

SEC("lsm.s/netlink_send")
int BPF_PROG(warden_netlink_send, struct sock *sk, struct sk_buff *skb, int ret)
{
	if (ret || sk->sk_protocol != NETLINK_GENERIC)
		return ret;
	return clamp_errno(warden_kf_netlink_send(skb));
}
