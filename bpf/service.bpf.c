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
#include <bpf/bpf_endian.h>

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

static __always_inline bool is_inet(const struct sock *sk)
{
	__u16 family = sk->__sk_common.skc_family;

	return family == AF_INET || family == AF_INET6;
}

/*
 * Was this task allowed this a moment ago? Nobody else writes to the ticket of a task that lives
 * (kmod/network/ticket.c), so that it needs no lock.
 */
static __always_inline bool has_ticket(const struct warden_gate *g, const struct task_struct *task,
				       __u32 domain, __u32 transport, __u64 port)
{
	const struct warden_ticket *t = &g->ticket[task->pid & (WARDEN_GATE_TICKETS - 1)];

	hide(t);
	return t->pid == (__u64)task->thread_pid && t->exec == task->self_exec_id &&
	       READ_ONCE(t->pass[domain][transport][port & (WARDEN_TICKET_PORTS - 1)]) ==
		       (READ_ONCE(g->pass[domain][transport]) | port);
}

/* Does no policy deny this port to anybody? */
static __always_inline bool is_anybodys(const struct warden_gate *g, __u32 domain, __u32 transport,
					__u64 port)
{
	return g->open[domain][transport][port / 64] >> (port % 64) & 1;
}

/* Has it been decided, for this task or for all? Other kinds of sockets have protocols of the same numbers. */
static __always_inline bool is_decided(const struct warden_gate *g, const struct task_struct *task,
				       __u32 domain, __u64 type, __u64 protocol, __u64 port)
{
	hide(protocol);
	if (protocol == IPPROTO_TCP && type == SOCK_STREAM)
		return has_ticket(g, task, domain, WARDEN_GATE_OPEN_TCP, port) ||
		       is_anybodys(g, domain, WARDEN_GATE_OPEN_TCP, port);
	if (protocol == IPPROTO_UDP && type == SOCK_DGRAM)
		return has_ticket(g, task, domain, WARDEN_GATE_OPEN_UDP, port) ||
		       is_anybodys(g, domain, WARDEN_GATE_OPEN_UDP, port);
	return false;
}

/* Is this an address as long as its family says? */
static __always_inline bool is_whole(const struct sockaddr *address, int len)
{
	__u16 family = address->sa_family;

	if (family == AF_INET)
		return len >= 16;
	return family == AF_INET6 && len >= 24;
}

static __always_inline __u16 port_of(const struct sockaddr *address)
{
	/* sin_port and sin6_port stand at one offset */
	return bpf_ntohs(((const struct sockaddr_in *)address)->sin_port);
}

/* Does a policy say what sockets are bound to, whether they receive by that or not? */
static __always_inline bool is_binding_judged(void)
{
	return warden_gate.domains >> WARDEN_DOMAIN_BIND & 1;
}

/* Is this judged when it listens? */
static __always_inline bool listens_later(const struct socket *sock)
{
	return sock->type == SOCK_STREAM || sock->type == SOCK_SEQPACKET;
}

/*
 * What is decided already shall cost little more than an empty program. So the arguments of a hook
 * are read behind the call for the current task, where they need not be kept across it; and what an earlier
 * program returned is not looked at, as behind one that refuses the kernel calls none.
 */

/* A socket that receives where it is bound; in a trial of the hooks the module is asked. */
static __always_inline bool may_bind(const __u64 *ctx)
{
	const struct task_struct *task = bpf_get_current_task_btf();
	const struct socket *sock = (const struct socket *)ctx[0];
	const struct sockaddr *address = (const struct sockaddr *)ctx[1];
	const struct warden_gate *g = &warden_gate;
	const struct sock *sk = sock->sk;

	hide(g);
	return sk && !READ_ONCE(g->canary) && is_whole(address, ctx[2]) &&
	       is_decided(g, task, WARDEN_GATE_OPEN_LISTEN, sock->type, sk->sk_protocol,
			  port_of(address));
}

static __always_inline int ask_bind(const __u64 *ctx)
{
	struct socket *sock = (struct socket *)ctx[0];
	const struct sock *sk = sock->sk;

	if (is_unix(sk) && are_brokers_local())
		return clamp_errno(warden_kf_local_bind(sock, (struct sockaddr *)ctx[1], ctx[2]));
	if (!sk || is_local(sk))
		return 0;
	if (!is_binding_judged() && (listens_later(sock) || is_of_radio(sk)))
		return 0;
	return clamp_errno(warden_kf_bind(sock, (struct sockaddr *)ctx[1], ctx[2]));
}

SEC("lsm.s/socket_bind")
int warden_socket_bind(__u64 *ctx)
{
	const struct socket *sock = (const struct socket *)ctx[0];
	const struct sock *sk = sock->sk;

	if (sk && is_inet(sk) && !is_binding_judged() && (listens_later(sock) || may_bind(ctx)))
		return 0;
	hide(ctx);
	return ask_bind(ctx);
}

/* To receive by a socket that has its port already; in a trial of the hooks the module is asked. */
static __always_inline bool may_listen(const struct task_struct *task, const struct socket *sock,
				       const struct sock *sk)
{
	const struct warden_gate *g = &warden_gate;

	hide(g);
	return is_inet(sk) && !READ_ONCE(g->canary) &&
	       is_decided(g, task, WARDEN_GATE_OPEN_LISTEN, sock->type, sk->sk_protocol,
			  sk->__sk_common.skc_num);
}

SEC("lsm.s/socket_listen")
int warden_socket_listen(__u64 *ctx)
{
	const struct task_struct *task = bpf_get_current_task_btf();
	struct socket *sock = (struct socket *)ctx[0];
	const struct sock *sk = sock->sk;

	if (!sk || may_listen(task, sock, sk) || is_local(sk))
		return 0;
	return clamp_errno(warden_kf_listen(sock));
}

SEC("lsm.s/socket_accept")
int warden_socket_accept(__u64 *ctx)
{
	const struct task_struct *task = bpf_get_current_task_btf();
	struct socket *sock = (struct socket *)ctx[0];
	const struct sock *sk = sock->sk;

	if (!sk || may_listen(task, sock, sk) || is_local(sk))
		return 0;
	return clamp_errno(warden_kf_accept(sock));
}

/* In a trial of the hooks, and where somebody used a sensor, the module is asked. */
static __always_inline bool may_connect(const struct task_struct *task, const struct socket *sock,
					const struct sock *sk, const struct sockaddr *address, int len)
{
	const struct warden_gate *g = &warden_gate;

	hide(g);
	return is_inet(sk) && !READ_ONCE(g->alarms) && is_whole(address, len) &&
	       is_decided(g, task, WARDEN_GATE_OPEN_CONNECT, sock->type, sk->sk_protocol,
			  port_of(address));
}

/* Is anything denied to who connects, or a port that of a broker, or is there anything else to be told? */
static __always_inline bool is_connecting_asked(void)
{
	return warden_gate.domains & (1 << WARDEN_DOMAIN_CONNECT | 1 << WARDEN_DOMAIN_SENSOR) ||
	       warden_gate.alarms;
}

SEC("lsm.s/socket_connect")
int warden_socket_connect(__u64 *ctx)
{
	const struct task_struct *task = bpf_get_current_task_btf();
	struct socket *sock = (struct socket *)ctx[0];
	const struct sock *sk = sock->sk;

	if (!sk || may_connect(task, sock, sk, (struct sockaddr *)ctx[1], ctx[2]))
		return 0;
	hide(ctx);
	sock = (struct socket *)ctx[0];
	sk = sock->sk;
	if (is_unix(sk) && are_brokers_local())
		return clamp_errno(warden_kf_local_prepare(sock, WARDEN_HOOK_SOCKET_CONNECT));
	if (!sk || is_local(sk) || !is_connecting_asked())
		return 0;
	return clamp_errno(warden_kf_connect(sock, (struct sockaddr *)ctx[1], ctx[2]));
}

/* Is anything denied to who connects, or a port that of a broker? */
static __always_inline bool is_connecting_judged(__u32 hook)
{
	return is_judged(WARDEN_DOMAIN_CONNECT, hook) || is_judged(WARDEN_DOMAIN_SENSOR, hook);
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
	return sock->type != SOCK_STREAM && msg->msg_controllen && warden_gate.ways;
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
static __always_inline bool is_open(int family, int type, int protocol)
{
	if (!warden_gate.sockets)
		return true;
	if (family != AF_INET && family != AF_INET6)
		return false;
	if (type == SOCK_STREAM && (!protocol || protocol == IPPROTO_TCP))
		return !(warden_gate.sockets >> WARDEN_SOCKET_CLASS_TCP & 1);
	if (type == SOCK_DGRAM && (!protocol || protocol == IPPROTO_UDP))
		return !(warden_gate.sockets >> WARDEN_SOCKET_CLASS_UDP & 1);
	return false;
}

SEC("lsm.s/socket_create")
int BPF_PROG(warden_socket_create, int family, int type, int protocol, int kern, int ret)
{
	if (ret || kern || family == AF_UNIX)
		return ret;
	report_canary(WARDEN_HOOK_SOCKET_CREATE);
	if (is_open(family, type, protocol))
		return 0;
	return clamp_errno(warden_kf_socket(family, type, protocol));
}

/* include/uapi/linux/sctp.h */
#define SCTP_SOCKOPT_BINDX_ADD 100
#define SCTP_SOCKOPT_CONNECTX  110

/* What bind(2), connect(2) and messages name was asked for by their own hooks. */
SEC("lsm/sctp_bind_connect")
int BPF_PROG(warden_sctp_connect, struct sock *sk, int optname, struct sockaddr *address,
	     int addrlen, int ret)
{
	if (ret)
		return ret;
	if (optname == SCTP_SOCKOPT_BINDX_ADD && is_binding_judged())
		return clamp_errno(warden_kf_bind_more(sk, address, addrlen));
	if (optname != SCTP_SOCKOPT_CONNECTX)
		return 0;
	if (!is_judged(WARDEN_DOMAIN_CONNECT, WARDEN_HOOK_SCTP_CONNECT) && !is_anybody_marked())
		return 0;
	return clamp_errno(warden_kf_associate(sk, address, addrlen));
}

SEC("lsm/tun_dev_attach")
int BPF_PROG(warden_tun_attach, struct sock *sk, void *security, int ret)
{
	if (ret)
		return ret;
	report_canary(WARDEN_HOOK_TUN_ATTACH);
	if (!(warden_gate.sockets >> WARDEN_SOCKET_CLASS_TUN & 1))
		return 0;
	return clamp_errno(warden_kf_tunnel());
}
