// SPDX-License-Identifier: GPL-2.0-only
/*
 * The doors from BPF that are about sockets, and about what goes out of them.
 */
#include <linux/btf.h>
#include <linux/bpf.h>
#include <linux/net.h>
#include <linux/sched.h>
#include <linux/socket.h>
#include <uapi/linux/warden.h>
#include <warden/kfunc.h>

#include "device/can.h"
#include "device/connector.h"
#include "device/genl.h"
#include "device/hci.h"
#include "kfunc.h"
#include "network/broker.h"
#include "network/egress.h"
#include "network/handed.h"
#include "network/inbound.h"
#include "network/protocol.h"
#include "network/service.h"
#include "network/tables.h"
#include "network/way.h"

__bpf_kfunc_start_defs();

/**
 * warden_kf_bind() - may the current program bind to this address, and receive there?
 * @sock: the socket; one that listens is asked for that when it does
 * @address: what it is bound to, in kernel memory
 * @len: bytes of @address
 *
 * Context: Sleepable LSM program.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_bind(struct socket *sock, struct sockaddr *address, int len)
{
	warden_kfunc_enter(WARDEN_HOOK_SOCKET_BIND);
	return warden_service_bind(sock, address, len);
}

/**
 * warden_kf_listen() - may the current program listen on this socket?
 * @sock: the socket; not yet bound is port 0
 *
 * Context: Sleepable LSM program.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_listen(struct socket *sock)
{
	warden_kfunc_enter(WARDEN_HOOK_SOCKET_LISTEN);
	return warden_service_listen(sock);
}

/**
 * warden_kf_accept() - may the current program take a connection of this socket?
 * @sock: the socket that listens
 *
 * Context: Sleepable LSM program.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_accept(struct socket *sock)
{
	warden_kfunc_enter(WARDEN_HOOK_SOCKET_ACCEPT);
	return warden_service_receive(sock, "accept");
}

/**
 * warden_kf_connect() - may the current program speak to this address?
 * @sock: the socket
 * @address: what it is connected to, in kernel memory
 * @len: bytes of @address
 *
 * Context: Sleepable LSM program.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_connect(struct socket *sock, struct sockaddr *address, int len)
{
	warden_kfunc_enter(WARDEN_HOOK_SOCKET_CONNECT);
	return warden_service_connect(sock, address, len);
}

/**
 * warden_kf_send() - may the current program send to the address of a message?
 * @sock: the socket
 * @msg: the message, with an address in kernel memory
 *
 * Context: Sleepable LSM program.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_send(struct socket *sock, struct msghdr *msg)
{
	warden_kfunc_enter(WARDEN_HOOK_SOCKET_SENDMSG);
	return warden_service_send(sock, msg);
}

/**
 * warden_kf_egress() - may the current process send this, after what it used?
 * @sock: the socket
 * @msg: the message
 *
 * Context: Sleepable LSM program.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_egress(struct socket *sock, struct msghdr *msg)
{
	return warden_service_egress(sock, msg);
}

/**
 * warden_kf_task_new() - a task begins
 * @task: the task, made by the current one
 *
 * Context: Tracing program, does not sleep.
 * Return: 0.
 */
__bpf_kfunc int warden_kf_task_new(struct task_struct *task)
{
	warden_egress_inherit(task);
	return 0;
}

/**
 * warden_kf_socket() - may the current program make this kind of socket?
 * @family: AF_*
 * @type: SOCK_*, without its flags
 * @protocol: of the family
 *
 * Context: Sleepable LSM program.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_socket(u32 family, u32 type, u32 protocol)
{
	warden_kfunc_enter(WARDEN_HOOK_SOCKET_CREATE);
	return warden_protocol_create(family, type, protocol);
}

/**
 * warden_kf_associate() - may the current program speak to all of these addresses?
 * @sk: a socket of SCTP
 * @address: the first, in kernel memory; the others stand behind it
 * @len: bytes of all
 *
 * Context: LSM program, does not sleep.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_associate(struct sock *sk, struct sockaddr *address, int len)
{
	warden_kfunc_enter(WARDEN_HOOK_SCTP_CONNECT);
	return warden_service_associate(sk, address, len);
}

/**
 * warden_kf_bind_more() - may the current program bind to all of these addresses?
 * @sk: a socket of SCTP
 * @address: the first, in kernel memory; the others stand behind it
 * @len: bytes of all
 *
 * Context: LSM program, does not sleep.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_bind_more(struct sock *sk, struct sockaddr *address, int len)
{
	warden_kfunc_enter(WARDEN_HOOK_SCTP_CONNECT);
	return warden_service_bind_more(sk, address, len);
}

/**
 * warden_kf_tunnel() - may the current program be the other end of a network device?
 *
 * Context: LSM program, does not sleep.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_tunnel(void)
{
	warden_kfunc_enter(WARDEN_HOOK_TUN_ATTACH);
	return warden_protocol_tunnel();
}

/**
 * warden_kf_keep_way() - may the current program have this socket go by another interface?
 * @sock: the socket
 *
 * Context: LSM program, does not sleep.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_keep_way(struct socket *sock)
{
	warden_kfunc_enter(WARDEN_HOOK_SOCKET_SETSOCKOPT);
	return warden_way_keep(sock);
}

/**
 * warden_kf_inet_request() - may this connection begin here?
 * @sk: the socket that listens
 * @skb: the packet that asks for it
 *
 * Context: LSM program, in a soft interrupt.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_inet_request(const struct sock *sk, struct sk_buff *skb)
{
	warden_kfunc_enter(WARDEN_HOOK_INET_REQUEST);
	return warden_inbound_request(sk, skb);
}

/**
 * warden_kf_netlink_send() - may the current program send this?
 * @skb: what it sends to generic netlink
 *
 * Context: Sleepable LSM program.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_netlink_send(struct sk_buff *skb)
{
	warden_kfunc_enter(WARDEN_HOOK_NETLINK_SEND);
	return warden_genl_judge(skb);
}

/**
 * warden_kf_connector() - may the current program send this?
 * @skb: what it sends to the kernel's connector
 *
 * Context: Sleepable LSM program.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_connector(struct sk_buff *skb)
{
	warden_kfunc_enter(WARDEN_HOOK_NETLINK_SEND);
	return warden_connector_judge(skb);
}

/**
 * warden_kf_ear() - a socket by which a sensor is heard was made
 * @sock: the socket, which nobody has yet
 * @family: AF_*
 *
 * Context: Sleepable LSM program.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_ear(struct socket *sock, u32 family)
{
	warden_kfunc_enter(WARDEN_HOOK_SOCKET_POST_CREATE);
	return family == AF_CAN ? warden_can_made(sock) : warden_hci_made(sock);
}

/**
 * warden_kf_tables() - the current program speaks to the packet filter
 * @skb: what it sends to nfnetlink
 *
 * Context: Sleepable LSM program.
 * Return: 0.
 */
__bpf_kfunc int warden_kf_tables(struct sk_buff *skb)
{
	warden_kfunc_enter(WARDEN_HOOK_NETLINK_SEND);
	warden_tables_tell(skb);
	return 0;
}

/**
 * warden_kf_local_bind() - a local socket is about to be bound
 * @sock: the socket
 * @address: what it is bound to, in kernel memory
 * @len: bytes of @address
 *
 * Context: Sleepable LSM program.
 * Return: 0.
 */
__bpf_kfunc int warden_kf_local_bind(struct socket *sock, struct sockaddr *address, int len)
{
	warden_kfunc_enter(WARDEN_HOOK_SOCKET_BIND);
	return warden_broker_bind(sock, address, len);
}

/**
 * warden_kf_local_prepare() - the current program is about to connect, or send, to a local socket
 * @sock: its socket
 * @hook: enum warden_hook it was called from
 *
 * Context: Sleepable LSM program.
 * Return: 0.
 */
__bpf_kfunc int warden_kf_local_prepare(struct socket *sock, u32 hook)
{
	warden_kfunc_enter(hook);
	return warden_broker_prepare(sock);
}

/**
 * warden_kf_local_reach() - may the current program speak to this local socket?
 * @sk: its socket
 * @other: the one that listens, or gets the datagram; locked
 * @hook: enum warden_hook it was called from
 *
 * Context: LSM program, does not sleep.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_local_reach(struct sock *sk, struct sock *other, u32 hook)
{
	warden_kfunc_enter(hook);
	return warden_broker_reach(sk, other);
}

/**
 * warden_kf_socket_receive() - may the current program be handed this socket?
 * @file: its file, on its way in from another process
 *
 * Context: Sleepable LSM program.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_socket_receive(struct file *file)
{
	warden_kfunc_enter(WARDEN_HOOK_FILE_RECEIVE);
	return warden_handed_receive(file) ?: warden_broker_receive(file);
}

/**
 * warden_kf_socket_inherit() - close the sockets the new program may not receive at
 *
 * Context: Sleepable LSM program, from bprm_committing_creds.
 * Return: 0.
 */
__bpf_kfunc int warden_kf_socket_inherit(void)
{
	warden_kfunc_enter(WARDEN_HOOK_BPRM_CREDS);
	warden_handed_inherit();
	return 0;
}

/**
 * warden_kf_socket_release() - a socket is closed, by the last who had it
 * @file: its file
 *
 * Context: LSM program, does not sleep.
 * Return: 0.
 */
__bpf_kfunc int warden_kf_socket_release(struct file *file)
{
	const struct socket *sock = sock_from_file(file);

	warden_kfunc_enter(WARDEN_HOOK_FILE_RELEASE);
	if (sock && sock->sk)
		warden_broker_release(sock->sk);
	return 0;
}

__bpf_kfunc_end_defs();
