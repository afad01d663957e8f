// SPDX-License-Identifier: GPL-2.0-only
/*
 * A socket that receives, in the hands of another program than the one that made it: it
 * came as a descriptor from another process, or was inherited by a program that was started.
 *
 * Who listens is asked when a connection is taken. What has no such step is asked
 * here: sockets of datagrams that were bound to a port on purpose, and connections that a
 * server has taken. May the program that has it now listen at that port?
 */
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/in.h>
#include <linux/kernel.h>
#include <linux/net.h>
#include <linux/sched.h>
#include <net/inet_connection_sock.h>
#include <net/inet_hashtables.h>
#include <net/inet_sock.h>
#include <net/ip.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "handed.h"
#include "service.h"
#include "socket.h"

/* --- which ones ------------------------------------------------------------------- */

/*
 * Whose port is shared with a server's: who connects has one that no other socket was bound to, but
 * where somebody binds it to another address of the machine.
 * The lock of the port keeps what is read; the socket's own, others may hold for long.
 */
static bool shares_port(struct sock *sk, u16 port)
{
	struct inet_hashinfo *info = sk->sk_prot->h.hashinfo ?:
					     sock_net(sk)->ipv4.tcp_death_row.hashinfo;
	struct inet_bind_hashbucket *head;
	const struct inet_bind_bucket *bucket;
	bool shares;

	head = &info->bhash[inet_bhashfn(sock_net(sk), port, info->bhash_size)];
	spin_lock_bh(&head->lock);
	bucket = inet_csk(sk)->icsk_bind_hash;
	shares = bucket && inet_sk(sk)->inet_num == port && bucket->fastreuse >= 0 &&
		 warden_socket_came_in(sk);
	spin_unlock_bh(&head->lock);
	return shares;
}

/* Of others nobody can tell, so the port does: the kernel picks some for who connects. */
static bool is_picked(const struct sock *sk, u16 port)
{
	int low, high;

	inet_get_local_port_range(sock_net(sk), &low, &high);
	return low <= port && port <= high;
}

static bool is_taken(struct sock *sk)
{
	const u16 port = READ_ONCE(inet_sk(sk)->inet_num);

	if (!port || sk->sk_userlocks & SOCK_BINDPORT_LOCK)
		return false;
	if (sk->sk_protocol == IPPROTO_TCP || sk->sk_protocol == IPPROTO_DCCP)
		return shares_port(sk, port);
	return !is_picked(sk, port);
}

/* Does it receive, with nothing left to be asked? One that listens is asked at each accept(2). */
static bool receives(const struct socket *sock)
{
	struct sock *sk = sock->sk;

	if (!sk || warden_socket_is_kernels(sk) || (sk->sk_family != AF_INET && sk->sk_family != AF_INET6) ||
	    sock->type == SOCK_RAW)
		return false;
	switch (READ_ONCE(sk->sk_state)) {
	case TCP_SYN_SENT:
		return false;
	case TCP_LISTEN:
		return sock->type == SOCK_SEQPACKET; /* has many associations, and gives none away */
	case TCP_CLOSE:
		return sock->type == SOCK_DGRAM && sk->sk_userlocks & SOCK_BINDPORT_LOCK;
	default:
		return sock->type == SOCK_DGRAM ? sk->sk_userlocks & SOCK_BINDPORT_LOCK : is_taken(sk);
	}
}

/* --- who has it now --------------------------------------------------------------- */

/**
 * warden_handed_receive() - may the current program be handed this file?
 * @file: any file, on its way in from another process
 *
 * Context: Process context, sleeps.
 * Return: 0 or -EACCES, which is recorded.
 */
int warden_handed_receive(struct file *file)
{
	struct socket *sock = sock_from_file(file);

	return sock && receives(sock) ? warden_service_receive(sock, "handed over") : 0;
}

/* Some of a table's sockets that receive: held, from @fd on. */
struct batch {
	unsigned int nr;
	unsigned int next;
	struct {
		struct file *file;
		unsigned int fd;
	} found[16];
};

static int collect(const void *arg, struct file *file, unsigned int fd)
{
	struct batch *b = (struct batch *)arg;
	const struct socket *sock = sock_from_file(file);

	if (!sock || !receives(sock))
		return 0;
	b->found[b->nr].file = get_file(file);
	b->found[b->nr++].fd = fd;
	b->next = fd + 1;
	return b->nr == ARRAY_SIZE(b->found);
}

/**
 * warden_handed_inherit() - close the sockets a new program may not receive at
 *
 * The table is this task's own: execve() has unshared it and closed what was
 * marked close-on-exec.
 *
 * Context: Process context, from the bprm_committing_creds hook; sleeps.
 */
void warden_handed_inherit(void)
{
	struct batch b = {};
	unsigned int i;

	do {
		b.nr = 0;
		iterate_fd(current->files, b.next, collect, &b);
		for (i = 0; i < b.nr; i++) {
			if (warden_service_receive(sock_from_file(b.found[i].file), "inherited"))
				close_fd(b.found[i].fd);
			fput(b.found[i].file);
		}
	} while (b.nr == ARRAY_SIZE(b.found));
}
