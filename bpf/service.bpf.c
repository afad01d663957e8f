// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports. Hooks: socket_bind (a socket that needs no listen(2) starts to
 * receive), socket_listen (a socket starts to accept), socket_connect and
 * socket_sendmsg (a socket is given the address of another one).
 */
#include "common.bpf.h"

#define SOCK_STREAM    1
#define SOCK_SEQPACKET 5

#define IPPROTO_TCP   6
#define IPPROTO_MPTCP 262

#define MSG_FASTOPEN 0x20000000

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

SEC("lsm.s/socket_connect")
int BPF_PROG(warden_socket_connect, struct socket *sock, struct sockaddr *address, int addrlen,
	     int ret)
{
	const struct sock *sk = sock->sk;

	if (ret || !sk || is_local(sk) ||
	    !is_judged(WARDEN_DOMAIN_CONNECT, WARDEN_HOOK_SOCKET_CONNECT))
		return ret;
	return clamp_errno(warden_kf_connect(sock, address, addrlen));
}

/* TCP takes no notice of an address, unless it is to connect with the first data. */
static __always_inline bool is_told_where(const struct sock *sk, const struct msghdr *msg)
{
	return (sk->sk_protocol != IPPROTO_TCP && sk->sk_protocol != IPPROTO_MPTCP) ||
	       msg->msg_flags & MSG_FASTOPEN;
}

SEC("lsm.s/socket_sendmsg")
int BPF_PROG(warden_socket_sendmsg, struct socket *sock, struct msghdr *msg, int size, int ret)
{
	const struct sock *sk = sock->sk;

	if (ret || !msg->msg_name || !sk || is_local(sk) || !is_told_where(sk, msg) ||
	    !is_judged(WARDEN_DOMAIN_CONNECT, WARDEN_HOOK_SOCKET_SENDMSG))
		return ret;
	return clamp_errno(warden_kf_send(sock, msg));
}
