// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is older than a policy, of SCTP: it has tables of its own, where the kernel has loaded
 * it, and no call that ends a socket of somebody else.
 *
 * A socket of one association is shut down: what comes in for it is thrown away from then on,
 * nothing more is taken from its program, and the association ends as its program would end
 * it. A server listens no more. Of a socket of many associations those that came in are aborted, and
 * each that it began itself by its own peer.
 */
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/rwsem.h>
#include <linux/sctp.h>
#include <linux/socket.h>
#include <linux/uio.h>
#include <net/net_namespace.h>
#include <net/sctp/sctp.h>
#include <net/sctp/structs.h>
#include <net/sock.h>

#include "socket.h"
#include "sweep-priv.h"

#if IS_ENABLED(CONFIG_IP_SCTP)

/* Associations of one socket that are found at once, and how often it is looked for more. */
#define MANY   32
#define ROUNDS 64

/* Is it a socket of one association? One that listens has those it did not give away yet. */
static bool is_single(const struct sock *sk)
{
	return sctp_sk(sk)->type != SCTP_SOCKET_UDP && sk->sk_state != TCP_LISTEN;
}

/* A cookie that came back has been given out by a server, which wrote until when it holds. */
static bool is_taken(const struct sctp_association *asoc)
{
	return asoc->c.expiration;
}

/* One of many that a socket has, which it began. */
static void look_at_own(struct warden_sweep *s, const struct sctp_association *asoc)
{
	const union sctp_addr *to = &asoc->peer.primary_path->ipaddr;
	const bool six = to->sa.sa_family == AF_INET6;
	struct warden_sweep_found f = {
		.sk = asoc->base.sk,
		.asoc = asoc->assoc_id,
		.peer.version = six ? 6 : 4,
		.port = asoc->peer.port,
	};

	if (six)
		memcpy(f.peer.bytes, &to->v6.sin6_addr, sizeof(to->v6.sin6_addr));
	else
		memcpy(f.peer.bytes, &to->v4.sin_addr, sizeof(to->v4.sin_addr));
	warden_address_unmap(&f.peer);
	if (f.asoc > SCTP_ALL_ASSOC)
		warden_sweep_consider_one(s, &f);
}

/* An association has a transport for each address of the other side. */
static int look_at_flow(struct sctp_endpoint *ep, struct sctp_transport *transport, void *arg)
{
	const struct sctp_association *asoc = transport->asoc;

	if (transport != asoc->peer.primary_path)
		return 0;
	if (is_single(ep->base.sk))
		warden_sweep_consider(arg, ep->base.sk, is_taken(asoc));
	else if (sctp_sk(ep->base.sk)->type == SCTP_SOCKET_UDP && !is_taken(asoc))
		look_at_own(arg, asoc);
	return 0;
}

static int look_at_server(struct sctp_endpoint *ep, void *arg)
{
	warden_sweep_consider(arg, ep->base.sk, false);
	return 0;
}

static void walk_flows(struct warden_sweep *s, typeof(&sctp_transport_traverse_process) walk)
{
	struct net *net;
	int at;

	down_read(&net_rwsem);
	for_each_net(net) {
		at = 0;
		walk(look_at_flow, NULL, net, &at, s);
	}
	up_read(&net_rwsem);
}

static void walk_servers(struct warden_sweep *s, typeof(&sctp_for_each_endpoint) walk)
{
	struct net *net;
	int at;

	down_read(&net_rwsem);
	for_each_net(net) {
		at = 0;
		walk(look_at_server, net, &at, s);
	}
	up_read(&net_rwsem);
}

/**
 * warden_sweep_walk_sctp() - consider what SCTP has, in every network
 * @s: the walk
 *
 * Context: Process context, sleeps.
 */
void warden_sweep_walk_sctp(struct warden_sweep *s)
{
	typeof(&sctp_transport_traverse_process) flows = symbol_get(sctp_transport_traverse_process);
	typeof(&sctp_for_each_endpoint) servers = NULL;

	if (!flows)
		return;
	walk_flows(s, flows);
	symbol_put(sctp_transport_traverse_process);
	if (!s->out)
		servers = symbol_get(sctp_for_each_endpoint);
	if (!servers)
		return;
	walk_servers(s, servers);
	symbol_put(sctp_for_each_endpoint);
}

/* Asked of the protocol and not of the socket, where a hook would ask who does it. */
static int abort_by(struct sock *sk, u16 flags, sctp_assoc_t id)
{
	char control[CMSG_SPACE(sizeof(struct sctp_sndinfo))] __aligned(8) = {};
	struct cmsghdr *head = (struct cmsghdr *)control;
	struct sctp_sndinfo *info = CMSG_DATA(head);
	struct msghdr msg = { .msg_control = control, .msg_controllen = sizeof(control) };

	head->cmsg_level = IPPROTO_SCTP;
	head->cmsg_type = SCTP_SNDINFO;
	head->cmsg_len = CMSG_LEN(sizeof(*info));
	info->snd_flags = SCTP_ABORT | flags;
	info->snd_assoc_id = id;
	iov_iter_kvec(&msg.msg_iter, ITER_SOURCE, NULL, 0, 0);
	return sk->sk_prot->sendmsg(sk, &msg, 0);
}

/* Some of the associations that came in to a socket of many; gives how many. */
static u32 find_taken(struct sock *sk, sctp_assoc_t id[MANY])
{
	const struct sctp_association *asoc;
	u32 n = 0;

	lock_sock(sk);
	list_for_each_entry(asoc, &sctp_sk(sk)->ep->asocs, asocs)
		if (n < MANY && is_taken(asoc) && asoc->state == SCTP_STATE_ESTABLISHED)
			id[n++] = asoc->assoc_id;
	release_sock(sk);
	return n;
}

/**
 * warden_sweep_empty_sctp() - abort what came in to a socket of many associations
 * @sk: the socket, which listens on; held by the caller
 *
 * Context: Process context, sleeps.
 * Return: true if there was any.
 */
bool warden_sweep_empty_sctp(struct sock *sk)
{
	struct file *file = sctp_sk(sk)->type == SCTP_SOCKET_UDP ? warden_socket_file(sk) : NULL;
	sctp_assoc_t id[MANY];
	u32 round, n, i, ended = 0;

	for (round = 0; file && round < ROUNDS; round++) {
		n = find_taken(sk, id);
		for (i = 0; i < n; i++)
			abort_by(sk, 0, id[i]);
		ended += n;
		if (n < MANY)
			break;
	}
	if (file)
		fput(file);
	return ended;
}

/**
 * warden_sweep_abort_sctp() - abort one association of a socket of many
 * @sk: the socket, held by the caller
 * @asoc: its number there
 *
 * Context: Process context, sleeps.
 * Return: true if it was aborted; false where it is over, or the socket is being closed.
 */
bool warden_sweep_abort_sctp(struct sock *sk, s32 asoc)
{
	struct file *file = warden_socket_file(sk);
	int err;

	if (!file)
		return false;
	err = abort_by(sk, 0, asoc);
	fput(file);
	return err >= 0;
}

static void shut(struct sock *sk)
{
	lock_sock(sk);
	sk->sk_shutdown |= RCV_SHUTDOWN;
	sk->sk_prot->shutdown(sk, SEND_SHUTDOWN);
	sk->sk_shutdown |= SEND_SHUTDOWN;
	WRITE_ONCE(sk->sk_err, ECONNABORTED);
	sk_error_report(sk);
	release_sock(sk);
}

/**
 * warden_sweep_end_sctp() - end a socket of SCTP, whoever holds it
 * @sk: the socket, held by the caller
 *
 * Context: Process context, sleeps.
 * Return: true if it was ended; false where it is being closed, or has nothing to end.
 */
bool warden_sweep_end_sctp(struct sock *sk)
{
	struct file *file = warden_socket_file(sk);
	bool ended = true;

	if (!file)
		return false;
	if (is_single(sk)) {
		/* of one that was peeled off the protocol ends nothing by shutdown() */
		if (sctp_sk(sk)->type == SCTP_SOCKET_UDP_HIGH_BANDWIDTH)
			abort_by(sk, 0, 0);
		shut(sk);
	} else {
		if (sctp_sk(sk)->type == SCTP_SOCKET_UDP)
			abort_by(sk, SCTP_SENDALL, 0);
		ended = !kernel_listen(sk->sk_socket, 0);
	}
	fput(file);
	return ended;
}

#else /* no SCTP */

void warden_sweep_walk_sctp(struct warden_sweep *s)
{
}

bool warden_sweep_empty_sctp(struct sock *sk)
{
	return false;
}

bool warden_sweep_abort_sctp(struct sock *sk, s32 asoc)
{
	return false;
}

bool warden_sweep_end_sctp(struct sock *sk)
{
	return false;
}

#endif
