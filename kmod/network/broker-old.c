// SPDX-License-Identifier: GPL-2.0-only
/*
 * Connections to brokers that are older than the policy which names them. Who made one is
 * judged as a program that nobody named, as which program it was cannot be told: where any
 * may use the broker the connection is a session from now on, else it ends.
 *
 * The kernel's tables of sockets are walked, of every network there is.
 */
#include <linux/cred.h>
#include <linux/in.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/pid.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/af_unix.h>
#include <net/inet_hashtables.h>
#include <net/net_namespace.h>
#include <net/sock.h>
#include <net/tcp_states.h>
#include <net/udp.h>

#include "broker-priv.h"
#include "broker.h"
#include "policy/change.h"
#include "policy/layers.h"
#include "record/record.h"
#include "socket.h"

/* Sockets of one bucket of a table that there is room for at least, once there is any. */
#define ROOM 64U

/* --- one ------------------------------------------------------------------------- */

/* @pid may be NULL: the process that made it. */
static void adopt(struct sock *sk, struct pid *pid, const struct warden_broker *broker,
		  const char *where)
{
	struct warden_link *l = warden_link_new(sk, GFP_KERNEL);
	struct warden_request req;

	if (!l)
		return;
	put_pid(l->pid);
	kfree(l->path);
	l->path = NULL;
	l->pid = get_pid(pid);
	l->uid = from_kuid(&init_user_ns, sock_i_uid(sk));
	l->identity = (struct warden_identity){ .reason = WARDEN_REASON_PROGRAM_UNREADABLE };
	l->broker = *broker;
	strscpy(l->where, where, sizeof(l->where));
	req = warden_link_request(l);
	/* where the policy changes meanwhile, another walk follows */
	if (!warden_judge(&req, &l->answer) && !warden_link_add(l))
		warden_link_recheck(sk);
	else if (!warden_link_stands(sk, broker)) /* one that was judged at its connect meanwhile stands */
		warden_link_end_born(l);
	warden_link_put(l);
}

static bool is_old(struct sock *sk)
{
	return !warden_socket_is_kernels(sk) && !sock_flag(sk, SOCK_DEAD) && !warden_link_has(sk);
}

/* --- those of one bucket of a table ---------------------------------------------------- */

/*
 * All of them are held, as what was ended leaves its bucket meanwhile: who went on behind as many
 * as he had seen would miss others.
 */
struct batch {
	u32 nr;
	u32 room;
	u32 more; /* that there was no room for */
	struct sock **sk;
};

static void let_go(struct batch *b)
{
	while (b->nr)
		sock_put(b->sk[--b->nr]);
	b->more = 0;
}

/* Under the lock of the bucket @sk stands in. */
static void hold(struct batch *b, struct sock *sk)
{
	if (b->nr == b->room)
		b->more++;
	else if (refcount_inc_not_zero(&sk->sk_refcnt))
		b->sk[b->nr++] = sk;
}

/*
 * Or there is room for more now, and it is to be walked again: for twice as many, as those who come
 * stand before those that are older. Without memory those that are held have to do, which is recorded.
 */
static bool has_all(struct batch *b)
{
	u32 room = max(2 * (b->nr + b->more), ROOM);
	struct sock **sk;

	if (!b->more)
		return true;
	sk = kvmalloc_array(room, sizeof(*sk), GFP_KERNEL);
	if (!sk) {
		warden_record_lose(false);
		return true;
	}
	let_go(b);
	kvfree(b->sk);
	b->sk = sk;
	b->room = room;
	return false;
}

/* --- local sockets ------------------------------------------------------------------ */

/* Who accepted a stream knows the process that connected. */
static void adopt_local(struct sock *sk, struct sock *peer, const struct warden_broker *broker,
			const char *where)
{
	struct pid *pid = NULL;

	spin_lock(&peer->sk_peer_lock);
	if (peer->sk_type != SOCK_DGRAM)
		pid = get_pid(peer->sk_peer_pid);
	spin_unlock(&peer->sk_peer_lock);
	adopt(sk, pid, broker, where);
	put_pid(pid);
}

/* A socket that is bound, and one that is connected to a broker's, which has its address. */
static void look_at(struct sock *sk)
{
	char where[WARDEN_BROKER_NAME_SIZE];
	struct warden_broker broker;
	struct sock *peer;

	warden_local_is_broker(sk, where, &broker);
	peer = unix_peer_get(sk);
	if (peer && is_old(sk) && warden_local_is_broker(peer, where, &broker))
		adopt_local(sk, peer, &broker, where);
	if (peer)
		sock_put(peer);
}

static void walk_bucket(struct net *net, unsigned int bucket, struct batch *b)
{
	struct sock *sk;
	u32 i;

	do {
		spin_lock(&net->unx.table.locks[bucket]);
		sk_for_each(sk, &net->unx.table.buckets[bucket])
			hold(b, sk);
		spin_unlock(&net->unx.table.locks[bucket]);
	} while (!has_all(b));
	for (i = 0; i < b->nr; i++)
		look_at(b->sk[i]);
	let_go(b);
	cond_resched();
}

static void walk_local(struct net *net, struct batch *b)
{
	unsigned int i;

	for (i = 0; i < UNIX_HASH_SIZE; i++)
		walk_bucket(net, i, b);
}

/* --- ports ---------------------------------------------------------------------------- */

static bool is_to_broker(const struct sock *sk, struct warden_broker *broker)
{
	return warden_broker_at_port(sk->sk_protocol, ntohs(inet_sk(sk)->inet_dport), broker);
}

/* Under the lock of the table @sk stands in. */
static void consider(struct batch *b, struct sock *sk)
{
	struct warden_broker broker;

	if (inet_sk(sk)->inet_dport && is_to_broker(sk, &broker))
		hold(b, sk);
}

static void settle(struct batch *b)
{
	struct warden_broker broker;
	u32 i;

	for (i = 0; i < b->nr; i++)
		if (is_old(b->sk[i]) && is_to_broker(b->sk[i], &broker))
			adopt(b->sk[i], NULL, &broker, "");
	let_go(b);
	cond_resched();
}

static void walk_flows(struct inet_hashinfo *info, struct batch *b)
{
	struct hlist_nulls_node *node;
	struct sock *sk;
	u32 i;

	for (i = 0; i <= info->ehash_mask; i++) {
		if (hlist_nulls_empty(&info->ehash[i].chain))
			continue;
		do {
			spin_lock_bh(inet_ehash_lockp(info, i));
			sk_nulls_for_each(sk, node, &info->ehash[i].chain)
				if (sk_fullsock(sk) && sk->sk_protocol == IPPROTO_TCP)
					consider(b, sk);
			spin_unlock_bh(inet_ehash_lockp(info, i));
		} while (!has_all(b));
		settle(b);
	}
}

static void walk_udp(struct udp_table *table, struct batch *b)
{
	struct sock *sk;
	u32 i;

	for (i = 0; i <= table->mask; i++) {
		if (hlist_empty(&table->hash[i].head))
			continue;
		do {
			spin_lock_bh(&table->hash[i].lock);
			sk_for_each(sk, &table->hash[i].head)
				if (sk->sk_protocol == IPPROTO_UDP)
					consider(b, sk);
			spin_unlock_bh(&table->hash[i].lock);
		} while (!has_all(b));
		settle(b);
	}
}

/* A network may have tables of its own (tcp_child_ehash_entries, udp_child_hash_entries). */
static void walk_ports(struct net *net, struct batch *b)
{
	if (net == &init_net ||
	    net->ipv4.tcp_death_row.hashinfo != init_net.ipv4.tcp_death_row.hashinfo)
		walk_flows(net->ipv4.tcp_death_row.hashinfo, b);
	if (net == &init_net || net->ipv4.udp_table != init_net.ipv4.udp_table)
		walk_udp(net->ipv4.udp_table, b);
}

static bool names_any(const struct warden_layers *layers)
{
	u32 i;

	for (i = 0; i < layers->nr; i++)
		if (layers->layer[i]->nr_brokers)
			return true;
	return false;
}

/**
 * warden_broker_follow() - look after connections that are older than the policy
 * @layers: the policy in force now
 *
 * Context: In a change, sleeps; the hooks it needs are attached.
 */
void warden_broker_follow(const struct warden_layers *layers)
{
	bool local = warden_broker_any_local(layers);
	struct batch b = {};
	struct net *net;

	warden_change_assert_held();
	if (!local)
		warden_local_forget_all();
	if (!names_any(layers))
		return;
	down_read(&net_rwsem);
	for_each_net(net) {
		walk_ports(net, &b);
		if (local)
			walk_local(net, &b);
	}
	up_read(&net_rwsem);
	kvfree(b.sk);
}
