// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's tables of sockets, of every network there is, walked for those that the policy concerns.
 */
#include <linux/bottom_half.h>
#include <linux/in.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <net/inet_hashtables.h>
#include <net/inet_timewait_sock.h>
#include <net/inet_connection_sock.h>
#include <net/ip.h>
#include <net/request_sock.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <net/udp.h>
#include <net/udplite.h>

#include "socket.h"
#include "sweep-priv.h"

/* How often the tables are walked: again where there was no room, or a connection slipped through. */
#define WALKS 64

/* Was it taken by a server? Who connects has a port that no other socket was bound to. */
static bool is_accepted(const struct sock *sk)
{
	const struct inet_bind_bucket *bucket = inet_csk(sk)->icsk_bind_hash;

	return sk->sk_state != TCP_CLOSE && bucket && bucket->fastreuse >= 0 && warden_socket_came_in(sk) &&
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
	if (!warden_sweep_concerns(s, f, taken))
		return;
	if (s->nr == s->room)
		s->missed++;
	else if (hold(f->sk))
		s->found[s->nr++] = *f;
}

/* The end of one takes the lock of the table it is in, so it is only held here. */
static void consider_half(struct warden_sweep *s, struct request_sock *half, u16 protocol)
{
	if (!warden_sweep_drops(s, half, protocol))
		return;
	if (s->nr_half == ARRAY_SIZE(s->half))
		s->slipped++;
	else if (refcount_inc_not_zero(&half->rsk_refcnt))
		s->half[s->nr_half++] = half;
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

/* Half-open and closing ones are no full sockets; the closing go by themselves. */
static void walk_flows(struct warden_sweep *s, struct inet_hashinfo *info, u16 protocol)
{
	struct hlist_nulls_node *node;
	struct sock *sk;
	u32 i;

	for (i = 0; i <= info->ehash_mask; i++) {
		if (hlist_nulls_empty(&info->ehash[i].chain))
			continue;
		spin_lock_bh(inet_ehash_lockp(info, i));
		sk_nulls_for_each(sk, node, &info->ehash[i].chain) {
			if (sk->sk_state == TCP_NEW_SYN_RECV)
				consider_half(s, inet_reqsk(sk), protocol);
			else if (sk_fullsock(sk) && sk->sk_protocol == protocol)
				warden_sweep_consider(s, sk, is_accepted(sk));
		}
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

/* A network may have tables of its own (tcp_child_ehash_entries, udp_child_hash_entries). */
static void walk(struct warden_sweep *s)
{
	struct net *net;

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

/* --- a walk that finds all ------------------------------------------------------------ */

/* As tcp_abort() does it. One that is not there any more was completed meanwhile, or went by itself. */
static void drop_halves(struct warden_sweep *s)
{
	u32 i;

	for (i = 0; i < s->nr_half; i++) {
		struct request_sock *half = s->half[i];

		local_bh_disable();
		if (inet_csk_reqsk_queue_drop(half->rsk_listener, half))
			s->halves++;
		else
			s->slipped++;
		local_bh_enable();
		reqsk_put(half);
	}
	s->nr_half = 0;
}

static void let_all_go(struct warden_sweep *s)
{
	u32 i;

	for (i = 0; i < s->nr; i++) {
		warden_sweep_let_go(s->found[i].sk);
		cond_resched();
	}
	s->nr = 0;
}

/* What is in the room of before goes with it. False where there is less than is wanted. */
static bool make_room(struct warden_sweep *s, u32 wanted)
{
	u32 room = clamp(wanted, WARDEN_SWEEP_ROOM, WARDEN_SWEEP_ROOM_MAX);
	struct warden_sweep_found *found;

	if (room > s->room) {
		found = kvmalloc_array(room, sizeof(*found), GFP_KERNEL | __GFP_NOWARN);
		if (!found)
			return false;
		kvfree(s->found);
		s->found = found;
		s->room = room;
	}
	return s->room >= wanted;
}

/**
 * warden_sweep_gather() - find all sockets that the policy concerns
 * @s: the walk; each that is found is to be let go of
 *
 * Connections to them that are not complete are dropped.
 *
 * Context: In a change, sleeps.
 * Return: how many there were that are not among them, for want of memory, or as they became
 * complete at each walk.
 */
u32 warden_sweep_gather(struct warden_sweep *s)
{
	u32 i, wanted = WARDEN_SWEEP_ROOM;
	bool fits;

	for (i = 0; i < WALKS; i++) {
		let_all_go(s);
		fits = make_room(s, wanted);
		s->missed = 0;
		s->slipped = 0;
		walk(s);
		drop_halves(s);
		if (!s->slipped && (!s->missed || !fits))
			break;
		if (s->missed) /* and some that come meanwhile */
			wanted = s->nr + s->missed + (s->nr + s->missed) / 8;
	}
	return s->missed + s->slipped;
}

/**
 * warden_sweep_free() - give back what a walk took
 * @s: the walk, whose sockets were let go of
 *
 * Context: Process context, may sleep.
 */
void warden_sweep_free(struct warden_sweep *s)
{
	kvfree(s->found);
	kvfree(s);
}
