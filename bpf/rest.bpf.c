// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs past the 32 that the loader of a light skeleton has room for (MAX_USED_PROGS of libbpf's
 * gen_loader.c), as an object of its own. They have no gate, so they are for hooks that are called
 * rarely, and attached only where a policy needs them. Hooks: socket_setsockopt (a socket is to go
 * by another interface), inet_conn_request (a connection is about to begin, from outside or within).
 */
#include "base.bpf.h"

/* include/uapi/asm-generic/socket.h; both architectures that are built for have these. */
#define SOL_SOCKET	 1
#define SO_BINDTODEVICE	 25
#define SO_BINDTOIFINDEX 62

SEC("lsm/socket_setsockopt")
int BPF_PROG(warden_socket_option, struct socket *sock, int level, int optname, int ret)
{
	if (ret)
		return ret;
	warden_kf_canary(WARDEN_HOOK_SOCKET_SETSOCKOPT);
	if (level != SOL_SOCKET || (optname != SO_BINDTODEVICE && optname != SO_BINDTOIFINDEX))
		return 0;
	return clamp_errno(warden_kf_keep_way(sock));
}

/* It says no by an errno of any kind: the packet is dropped. */
SEC("lsm/inet_conn_request")
int BPF_PROG(warden_inet_request, const struct sock *sk, struct sk_buff *skb,
	     struct request_sock *req, int ret)
{
	return ret ?: clamp_errno(warden_kf_inet_request(sk, skb));
}

char LICENSE[] SEC("license") = "GPL";
