// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's tables of sockets, of every network there is, walked for those that the policy concerns.
 */
#include <linux/in.h>
#include <linux/module.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <net/inet_hashtables.h>
#include <net/inet_timewait_sock.h>
#include <net/ip.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <net/udp.h>
#include <net/udplite.h>

#include "sweep-priv.h"

/* Was it taken by a server? Who connects has a port that no other socket was bound to. */
static bool is_accepted(const struct sock *sk)
{
	const struct inet_bind_bucket *bucket = inet_csk(sk)->icsk_bind_hash;

	return sk->sk_state != TCP_CLOSE && bucket && bucket->fastreuse >= 0 &&
	       !(sk->sk_userlocks & SOCK_BINDPORT_LOCK);
}

/* A socket of the kernel's own does not keep its network, whose interfaces are asked for later. */
static bool hold(struct sock *sk)
{
	if (!maybe_get_net(sock_net(sk)))
		return false;
	if (refcount_inc_not_zero(&sk->sk_refcnt))
		return true;
	put_net(sock_net(sk));
	return false;
}

/**
 * warden_sweep_let_go() - let go of a socket that a walk has found
 * @sk: the socket
 *
 * Context: Process context, may sleep.
 */
void warden_sweep_let_go(struct sock *sk)
{
	struct net *net = sock_net(sk);

	sock_put(sk);
	put_net(net);
}

/* Kept for its end, where it is one that the policy concerns. */
static void consider(struct warden_sweep *s, const struct warden_sweep_found *f, bool taken)
{
	if (s->nr == WARDEN_SWEEP_BATCH || !warden_sweep_concerns(s, f, taken))
		return;
	if (s->seen++ < s->skip || !hold(f->sk))
		return;
	s->found[s->nr++] = *f;
}

/**
 * warden_sweep_consider() - keep a socket for its end, where it is one that the policy concerns
 * @s: the walk
 * @sk: the socket, in a table that does not change meanwhile, or held
 * @taken: a connection that a server here has taken
 *
 * Context: Any.
 */
void warden_sweep_consider(struct warden_sweep *s, struct sock *sk, bool taken)
{
	consider(s, &(struct warden_sweep_found){ .sk = sk }, taken);
}

/**
 * warden_sweep_consider_one() - the same of one association that a socket of many has begun
 * @s: the walk
 * @f: the association
 *
 * Context: As warden_sweep_consider().
 */
void warden_sweep_consider_one(struct warden_sweep *s, const struct warden_sweep_found *f)
{
	consider(s, f, false);
}

static void walk_listeners(struct warden_sweep *s, struct inet_hashinfo *info, u16 protocol)
{
	struct hlist_nulls_node *node;
	struct sock *sk;
	u32 i;

	for (i = 0; i <= info->lhash2_mask; i++) {
		spin_lock_bh(&info->lhash2[i].lock);
		sk_nulls_for_each(sk, node, &info->lhash2[i].nulls_head)
			if (sk->sk_protocol == protocol)
				warden_sweep_consider(s, sk, false);
		spin_unlock_bh(&info->lhash2[i].lock);
	}
}

/* Half-open and closing ones are no full sockets, and go by themselves. */
static void walk_flows(struct warden_sweep *s, struct inet_hashinfo *info, u16 protocol)
{
	struct hlist_nulls_node *node;
	struct sock *sk;
	u32 i;

	for (i = 0; i <= info->ehash_mask; i++) {
		if (hlist_nulls_empty(&info->ehash[i].chain))
			continue;
		spin_lock_bh(inet_ehash_lockp(info, i));
		sk_nulls_for_each(sk, node, &info->ehash[i].chain)
			if (sk_fullsock(sk) && sk->sk_protocol == protocol)
				warden_sweep_consider(s, sk, is_accepted(sk));
		spin_unlock_bh(inet_ehash_lockp(info, i));
		cond_resched();
	}
}

static void walk_udp(struct warden_sweep *s, struct udp_table *table)
{
	struct sock *sk;
	u32 i;

	for (i = 0; i <= table->mask; i++) {
		spin_lock_bh(&table->hash[i].lock);
		sk_for_each(sk, &table->hash[i].head)
			if (warden_sweep_is_datagram(sk))
				warden_sweep_consider(s, sk, false);
		spin_unlock_bh(&table->hash[i].lock);
	}
}

/* As TCP's tables, where the kernel has loaded it. Servers last, see warden_sweep_walk(). */
static void walk_dccp(struct warden_sweep *s)
{
	struct inet_hashinfo *info = __symbol_get("dccp_hashinfo");

	if (!info)
		return;
	walk_flows(s, info, IPPROTO_DCCP);
	if (!s->out)
		walk_listeners(s, info, IPPROTO_DCCP);
	__symbol_put("dccp_hashinfo");
}

/**
 * warden_sweep_walk() - find sockets
 * @s: the walk; as many as it can hold are found
 *
 * A network may have tables of its own (tcp_child_ehash_entries, udp_child_hash_entries).
 *
 * Context: Process context, sleeps.
 */
void warden_sweep_walk(struct warden_sweep *s)
{
	struct net *net;

	s->nr = 0;
	s->seen = 0;
	walk_flows(s, init_net.ipv4.tcp_death_row.hashinfo, IPPROTO_TCP);
	walk_udp(s, init_net.ipv4.udp_table);
	walk_udp(s, &udplite_table);
	down_read(&net_rwsem);
	for_each_net(net) {
		if (net->ipv4.tcp_death_row.hashinfo != init_net.ipv4.tcp_death_row.hashinfo)
			walk_flows(s, net->ipv4.tcp_death_row.hashinfo, IPPROTO_TCP);
		if (net->ipv4.udp_table != init_net.ipv4.udp_table)
			walk_udp(s, net->ipv4.udp_table);
	}
	up_read(&net_rwsem);
	warden_sweep_walk_sctp(s);
	walk_dccp(s);
	/* All networks share this one. Last: a server that ends takes what it did not accept along. */
	if (!s->out)
		walk_listeners(s, init_net.ipv4.tcp_death_row.hashinfo, IPPROTO_TCP);
}
