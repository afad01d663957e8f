// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports. Hooks: socket_bind (a socket that needs no listen(2) starts to
 * receive), socket_listen (a socket starts to accept).
 */
#include "common.bpf.h"

#define SOCK_STREAM    1
#define SOCK_SEQPACKET 5

/* Families whose addresses do not leave the machine's own name spaces of files and kernel. */
static __always_inline bool is_local(const struct sock *sk)
{
	__u16 family = sk->__sk_common.skc_family;

	return family == AF_UNIX || family == AF_NETLINK;
}

SEC("lsm.s/socket_bind")
int BPF_PROG(warden_socket_bind, struct socket *sock, struct sockaddr *address, int addrlen,
	     int ret)
{
	const struct sock *sk = sock->sk;

	if (ret || !sk || is_local(sk))
		return ret;
	if (sock->type == SOCK_STREAM || sock->type == SOCK_SEQPACKET)
		return 0; /* judged when it listens */
	return clamp_errno(warden_kf_bind(sock, address, addrlen));
}

SEC("lsm.s/socket_listen")
int BPF_PROG(warden_socket_listen, struct socket *sock, int backlog, int ret)
{
	const struct sock *sk = sock->sk;

	if (ret || !sk || is_local(sk))
		return ret;
	return clamp_errno(warden_kf_listen(sock));
}
