// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports. Hooks: socket_bind (a socket gets a port, and starts to
 * receive where it needs no listen(2)), socket_listen (a socket starts to accept), socket_accept (a connection
 * is taken, by whoever has the socket by then), socket_connect and
 * socket_sendmsg (a socket is given the address of another one, or sends),
 * socket_create (a socket is made, of one of many kinds), sctp_bind_connect (SCTP is
 * given several addresses), tun_dev_attach (a program is to be the other end of a network
 * device).
 */
#include "common.bpf.h"

#define SOCK_STREAM    1
#define SOCK_DGRAM     2
#define SOCK_SEQPACKET 5

#define IPPROTO_TCP   6
#define IPPROTO_UDP   17
#define IPPROTO_MPTCP 262

#define MSG_FASTOPEN 0x20000000

/* Families whose addresses do not leave the machine's own name spaces of files and kernel. */
static __always_inline bool is_local(const struct sock *sk)
{
	__u16 family = sk->__sk_common.skc_family;

	return family == AF_UNIX || family == AF_NETLINK;
}

static __always_inline bool is_unix(const struct sock *sk)
{
	return sk && sk->__sk_common.skc_family == AF_UNIX;
}

/* Serves nobody: what it hears of a radio is judged where that is (kmod/device/hci.c). */
static __always_inline bool is_of_radio(const struct sock *sk)
{
	return sk->__sk_common.skc_family == AF_BLUETOOTH && sk->sk_protocol == BTPROTO_HCI;
}

/* Does no policy deny this port to anybody? Of transports that the gate knows nothing of, ask. */
static __always_inline bool is_anybodys(const struct warden_gate *g, __u32 domain,
					const struct sock *sk, __u16 port)
{
	__u16 family = sk->__sk_common.skc_family;
	__u32 transport = WARDEN_GATE_OPEN_TCP;

	if (family != AF_INET && family != AF_INET6)
		return false; /* others have protocols of the same numbers */
	if (sk->sk_protocol == IPPROTO_UDP)
		transport = WARDEN_GATE_OPEN_UDP;
	else if (sk->sk_protocol != IPPROTO_TCP)
		return false;
	return g->open[domain][transport][port / 64] >> (port % 64) & 1;
}

static __always_inline __u16 port_of(const struct sockaddr *address)
{
	/* sin_port and sin6_port stand at one offset, in the order of the network */
	return (__u16)((__u8)address->sa_data[0] << 8 | (__u8)address->sa_data[1]);
}

/* Is this an address as long as its family says, of a socket that speaks by ports? */
static __always_inline bool has_port(const struct socket *sock, const struct sockaddr *address,
				     int len)
{
	if (sock->type != SOCK_STREAM && sock->type != SOCK_DGRAM)
		return false;
	if (address->sa_family == AF_INET)
		return len >= 16;
	return address->sa_family == AF_INET6 && len >= 24;
}

/* The same of a socket that has its port already. */
static __always_inline bool may_listen(const struct sock *sk, __u32 hook)
{
	const struct warden_gate *g = gate();

	if (!g)
		return false;
	if (g->canary)
		warden_kf_canary(hook);
	return is_anybodys(g, WARDEN_GATE_OPEN_LISTEN, sk, sk->__sk_common.skc_num);
}

SEC("lsm.s/socket_bind")
int BPF_PROG(warden_socket_bind, struct socket *sock, struct sockaddr *address, int addrlen,
	     int ret)
{
	const struct sock *sk = sock->sk;
	const struct warden_gate *g;

	if (!ret && is_unix(sk) && are_brokers_local())
		return clamp_errno(warden_kf_local_bind(sock, address, addrlen));
	if (ret || !sk || is_local(sk))
		return ret;
	g = gate();
	if (g && g->domains >> WARDEN_DOMAIN_BIND & 1)
		return clamp_errno(warden_kf_bind(sock, address, addrlen));
	if (sock->type == SOCK_STREAM || sock->type == SOCK_SEQPACKET)
		return 0; /* judged when it listens */
	if (is_of_radio(sk) ||
	    (g && !g->canary && has_port(sock, address, addrlen) &&
	     is_anybodys(g, WARDEN_GATE_OPEN_LISTEN, sk, port_of(address))))
		return 0;
	return clamp_errno(warden_kf_bind(sock, address, addrlen));
}

SEC("lsm.s/socket_listen")
int BPF_PROG(warden_socket_listen, struct socket *sock, int backlog, int ret)
{
	const struct sock *sk = sock->sk;

	if (ret || !sk || is_local(sk))
		return ret;
	if (may_listen(sk, WARDEN_HOOK_SOCKET_LISTEN))
		return 0;
	return clamp_errno(warden_kf_listen(sock));
}

SEC("lsm.s/socket_accept")
int BPF_PROG(warden_socket_accept, struct socket *sock, struct socket *newsock, int ret)
{
	const struct sock *sk = sock->sk;

	if (ret || !sk || is_local(sk))
		return ret;
	if (may_listen(sk, WARDEN_HOOK_SOCKET_ACCEPT))
		return 0;
	return clamp_errno(warden_kf_accept(sock));
}

/* Is anything denied to who connects, or a port that of a broker? */
static __always_inline bool is_connecting_judged(__u32 hook)
{
	return is_judged(WARDEN_DOMAIN_CONNECT, hook) || is_judged(WARDEN_DOMAIN_SENSOR, hook);
}

/* Has this been decided for everybody? Who used a sensor is asked for that, too. */
static __always_inline bool may_connect(const struct socket *sock, const struct sock *sk,
					const struct sockaddr *address, int len)
{
	const __u32 domains = 1 << WARDEN_DOMAIN_CONNECT | 1 << WARDEN_DOMAIN_SENSOR;
	const struct warden_gate *g = gate();

	if (!g)
		return false;
	if (g->canary)
		warden_kf_canary(WARDEN_HOOK_SOCKET_CONNECT);
	if (g->marked)
		return false;
	return !(g->domains & domains) ||
	       (has_port(sock, address, len) &&
		is_anybodys(g, WARDEN_GATE_OPEN_CONNECT, sk, port_of(address)));
}

SEC("lsm.s/socket_connect")
int BPF_PROG(warden_socket_connect, struct socket *sock, struct sockaddr *address, int addrlen,
	     int ret)
{
	const struct sock *sk = sock->sk;

	if (!ret && is_unix(sk) && are_brokers_local())
		return clamp_errno(warden_kf_local_prepare(sock, WARDEN_HOOK_SOCKET_CONNECT));
	if (ret || !sk || is_local(sk) || may_connect(sock, sk, address, addrlen))
		return ret;
	return clamp_errno(warden_kf_connect(sock, address, addrlen));
}

/* TCP takes no notice of an address, unless it is to connect with the first data. */
static __always_inline bool is_told_where(const struct sock *sk, const struct msghdr *msg)
{
	return (sk->sk_protocol != IPPROTO_TCP && sk->sk_protocol != IPPROTO_MPTCP) ||
	       msg->msg_flags & MSG_FASTOPEN;
}

/* A datagram may name the interface it goes by; does any rule ask? */
static __always_inline bool may_name_way(const struct socket *sock, const struct msghdr *msg)
{
	const struct warden_gate *g = gate();

	return sock->type != SOCK_STREAM && msg->msg_controllen && (!g || g->ways);
}

SEC("lsm.s/socket_sendmsg")
int BPF_PROG(warden_socket_sendmsg, struct socket *sock, struct msghdr *msg, int size, int ret)
{
	const struct sock *sk = sock->sk;

	if (!ret && is_unix(sk) && msg->msg_name && sock->type == SOCK_DGRAM && are_brokers_local())
		return clamp_errno(warden_kf_local_prepare(sock, WARDEN_HOOK_SOCKET_SENDMSG));
	if (ret || !sk || is_local(sk))
		return ret;
	if (is_anybody_marked()) {
		ret = clamp_errno(warden_kf_egress(sock, msg));
		if (ret)
			return ret;
	}
	if (((!msg->msg_name || !is_told_where(sk, msg)) && !may_name_way(sock, msg)) ||
	    !is_connecting_judged(WARDEN_HOOK_SOCKET_SENDMSG))
		return 0;
	return clamp_errno(warden_kf_send(sock, msg));
}

/* TCP or UDP, which no policy denies? These two are most of what is made. */
static __always_inline bool is_open(const struct warden_gate *g, int family, int type, int protocol)
{
	if (!g->sockets)
		return true;
	if (family != AF_INET && family != AF_INET6)
		return false;
	if (type == SOCK_STREAM && (!protocol || protocol == IPPROTO_TCP))
		return !(g->sockets >> WARDEN_SOCKET_CLASS_TCP & 1);
	if (type == SOCK_DGRAM && (!protocol || protocol == IPPROTO_UDP))
		return !(g->sockets >> WARDEN_SOCKET_CLASS_UDP & 1);
	return false;
}

SEC("lsm.s/socket_create")
int BPF_PROG(warden_socket_create, int family, int type, int protocol, int kern, int ret)
{
	const struct warden_gate *g;

	if (ret || kern || family == AF_UNIX)
		return ret;
	g = gate();
	if (g && g->canary)
		warden_kf_canary(WARDEN_HOOK_SOCKET_CREATE);
	if (g && is_open(g, family, type, protocol))
		return 0;
	return clamp_errno(warden_kf_socket(family, type, protocol));
}

/* include/uapi/linux/sctp.h */
#define SCTP_SOCKOPT_CONNECTX 110

/* What connect(2) and messages name was asked for by their own hooks. */
SEC("lsm/sctp_bind_connect")
int BPF_PROG(warden_sctp_connect, struct sock *sk, int optname, struct sockaddr *address,
	     int addrlen, int ret)
{
	if (ret || optname != SCTP_SOCKOPT_CONNECTX)
		return ret;
	if (!is_judged(WARDEN_DOMAIN_CONNECT, WARDEN_HOOK_SCTP_CONNECT) && !is_anybody_marked())
		return 0;
	return clamp_errno(warden_kf_associate(sk, address, addrlen));
}

SEC("lsm/tun_dev_attach")
int BPF_PROG(warden_tun_attach, struct sock *sk, void *security, int ret)
{
	const struct warden_gate *g = gate();

	if (ret)
		return ret;
	if (g && g->canary)
		warden_kf_canary(WARDEN_HOOK_TUN_ATTACH);
	if (g && !(g->sockets >> WARDEN_SOCKET_CLASS_TUN & 1))
		return 0;
	return clamp_errno(warden_kf_tunnel());
}
