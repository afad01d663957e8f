/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_SOCKET_H
#define WARDEN_SOCKET_H

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/in.h>
#include <linux/ipv6.h>
#include <linux/net.h>
#include <linux/rcupdate.h>
#include <linux/tcp.h>
#include <net/inet_sock.h>
#include <net/ipv6.h>
#include <net/mptcp.h>
#include <net/sock.h>
#include <net/transp_v6.h>

/* A socket's file, held, so that it is not closed meanwhile; NULL where it is being closed. */
static inline struct file *warden_socket_file(struct sock *sk)
{
	struct file *file = NULL;

	read_lock_bh(&sk->sk_callback_lock);
	if (sk->sk_socket && sk->sk_socket->file)
		file = get_file_active(&sk->sk_socket->file);
	read_unlock_bh(&sk->sk_callback_lock);
	return file;
}

/*
 * Is a socket the kernel's own? One of TCP that SMC made for itself is a program's from the moment on
 * at which SMC falls back: it takes the place of the one inside of that file. What only has a file
 * of its own (sock_alloc_file() of sunrpc and NVMe) stays the kernel's.
 *
 * Whose end may come meanwhile is read under RCU, by which sockets and files are freed.
 */
static inline bool warden_socket_is_kernels(const struct sock *sk)
{
	struct socket *sock;
	struct file *file;
	bool own = true;

	if (likely(!sk->sk_kern_sock))
		return false;
	rcu_read_lock();
	sock = READ_ONCE(sk->sk_socket);
	file = sock ? READ_ONCE(sock->file) : NULL;
	if (file)
		own = READ_ONCE(file->f_inode) == SOCK_INODE(sock);
	rcu_read_unlock();
	return own;
}

/* MPTCP and SMC have a socket of TCP beneath, which is the kernel's, and listens for their program. */
static inline bool warden_socket_is_beneath(const struct sock *sk)
{
	if (sk->sk_protocol != IPPROTO_TCP)
		return false;
#if IS_ENABLED(CONFIG_SMC)
	if (tcp_sk(sk)->syn_smc)
		return true;
#endif
	return sk_is_mptcp(sk);
}

/*
 * Is a socket that receives one that no program has? Not all who make one say that it is the
 * kernel's. Under RCU, or held.
 */
static inline bool warden_socket_is_nobodys(const struct sock *sk)
{
	const struct socket *sock = READ_ONCE(sk->sk_socket);

	return (warden_socket_is_kernels(sk) || !sock || !READ_ONCE(sock->file)) && !warden_socket_is_beneath(sk);
}

/*
 * Has a connection what the kernel writes into each that came in, and into none that was begun here? Of
 * IPv6 the program can have it written later, by options of its own and an address it connects to before.
 */
static inline bool warden_socket_came_in(const struct sock *sk)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (sk->sk_family == AF_INET6 && !ipv6_addr_v4mapped(&sk->sk_v6_daddr))
		return inet_sk(sk)->inet_daddr == LOOPBACK4_IPV6 && inet6_sk(sk)->mcast_oif;
#endif
	return inet_sk(sk)->mc_index;
}

#endif /* WARDEN_SOCKET_H */
