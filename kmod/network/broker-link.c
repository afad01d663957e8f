// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of connections to brokers, by the socket of the one who connects.
 */
#include <linux/bits.h>
#include <linux/fs.h>
#include <linux/hashtable.h>
#include <linux/net.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <net/sock.h>
#include <warden/abi.h>

#include "broker-priv.h"
#include "broker.h"
#include "consent/consent.h"
#include "egress.h"
#include "program/quarantine.h"
#include "session/light.h"
#include "session/session.h"

/* Numbers of connections, apart from those of sessions on files. */
#define FIRST_ID (1ULL << 40)

/*
 * Protects what is below; taken under the locks of local sockets, and under that of a
 * table of descriptors. A verdict, a record, a consent's claim and the lights nest in it.
 */
static DEFINE_SPINLOCK(links_lock);
static DEFINE_HASHTABLE(links, 8);
static DEFINE_HASHTABLE(prepared, 8);
static u32 nr_links;  /* in the table */
static u32 nr_live;   /* of those */
static int nr_others; /* sockets that broker-local.c knows */
static u64 next_id = FIRST_ID;
static struct warden_gate *gate;

static void set_gate(void)
{
	lockdep_assert_held(&links_lock);
	if (gate)
		WRITE_ONCE(gate->brokered, nr_links + nr_others);
}

/* --- the table ---------------------------------------------------------------------- */

static void take_out(struct warden_link *l)
{
	lockdep_assert_held(&links_lock);
	hash_del(&l->node);
	hash_del(&l->prepared);
	nr_links--;
	nr_live -= l->state == WARDEN_LINK_LIVE;
	set_gate();
}

static void put_in(struct warden_link *l, u8 state)
{
	lockdep_assert_held(&links_lock);
	refcount_inc(&l->users);
	l->state = state;
	hash_add(links, &l->node, (unsigned long)l->sk);
	nr_links++;
	nr_live += state == WARDEN_LINK_LIVE;
	set_gate();
}

/* Of a socket those that make way for a new one, as @makes says; NULL is all. */
static void make_way(const struct sock *sk, const struct warden_link *new,
		     bool (*makes)(const struct warden_link *l, const struct warden_link *new),
		     struct list_head *gone)
{
	struct hlist_node *next;
	struct warden_link *l;

	lockdep_assert_held(&links_lock);
	hash_for_each_possible_safe(links, l, next, node, (unsigned long)sk) {
		if (l->sk != sk || l == new || (makes && !makes(l, new)))
			continue;
		take_out(l);
		list_add(&l->over, gone);
	}
}

/*
 * One that was allowed, for another to the same broker: where it has ended, or where it is a
 * stream that its process connects once more. One to another broker stays: who is connected
 * may call connect() as often as he likes, and still is connected to the first.
 */
static bool is_renewed(const struct warden_link *l, const struct warden_link *new)
{
	if (l->state == WARDEN_LINK_PREPARED || l->broker.key != new->broker.key)
		return false;
	return l->state == WARDEN_LINK_ENDED ||
	       (l->sk->sk_type != SOCK_DGRAM && l->pid == new->pid);
}

/* Those that nobody comes back for: a thread is in one call at a time, or gone. */
static void drop_stale(const struct pid *thread, struct list_head *gone)
{
	struct hlist_node *next;
	struct warden_link *l;

	lockdep_assert_held(&links_lock);
	hash_for_each_possible_safe(prepared, l, next, prepared, (unsigned long)thread) {
		if (l->thread != thread && pid_has_task(l->thread, PIDTYPE_PID))
			continue;
		take_out(l);
		list_add(&l->over, gone);
	}
}

/* Seen by each review from here on; so the verdict is looked at once more. */
static int try_add(struct warden_link *l)
{
	const struct warden_request req = warden_link_request(l);
	struct warden_answer *a = &l->answer;
	int err = 0;

	lockdep_assert_held(&links_lock);
	l->id = next_id++;
	if (nr_live >= WARDEN_SESSIONS_MAX)
		return -ENFILE;
	put_in(l, WARDEN_LINK_LIVE);
	if (!warden_judge_holds(a) || warden_quarantine_holds(&req))
		err = -EAGAIN;
	else if (!warden_judge_claim(0, &req, a, l->id))
		err = -EACCES;
	if (!err) {
		warden_light_add(l->broker.class);
		return 0;
	}
	take_out(l);
	refcount_dec(&l->users);
	return err;
}

/**
 * warden_link_add() - put a connection that was allowed into the table that reviews walk
 * @l: the connection
 *
 * One socket may have several, each to another broker.
 *
 * Context: Process context, does not sleep.
 * Return: 0; -EAGAIN where what it was allowed by changed meanwhile; -EACCES where its
 * consent is another's by now; -ENFILE with too many, which are recorded.
 */
int warden_link_add(struct warden_link *l)
{
	LIST_HEAD(gone);
	int err;

	spin_lock(&links_lock);
	err = try_add(l);
	if (!err)
		make_way(l->sk, l, is_renewed, &gone);
	spin_unlock(&links_lock);
	warden_link_drop_later(&gone);
	if (!err)
		warden_link_tell(l, WARDEN_EVENT_SESSION_START, l->answer.reason);
	else if (err == -ENFILE)
		warden_link_refuse(l, WARDEN_REASON_TOO_MANY_SESSIONS);
	else if (err == -EACCES)
		warden_link_refuse(l, WARDEN_REASON_NO_CONSENT);
	return err;
}

/**
 * warden_link_stands() - does a socket have a living connection to a broker?
 * @sk: the socket
 * @broker: the broker
 *
 * Context: Any; does not sleep.
 * Return: true if it does.
 */
bool warden_link_stands(const struct sock *sk, const struct warden_broker *broker)
{
	const struct warden_link *l;
	bool stands = false;

	spin_lock(&links_lock);
	hash_for_each_possible(links, l, node, (unsigned long)sk)
		stands |= l->sk == sk && l->state == WARDEN_LINK_LIVE &&
			  l->broker.key == broker->key;
	spin_unlock(&links_lock);
	return stands;
}

/**
 * warden_link_has() - is anything known of a socket that connects?
 * @sk: the socket
 *
 * Context: Any; does not sleep.
 * Return: true if a connection of it is in the table, ended or not.
 */
bool warden_link_has(const struct sock *sk)
{
	const struct warden_link *l;
	bool has = false;

	spin_lock(&links_lock);
	hash_for_each_possible(links, l, node, (unsigned long)sk)
		has |= l->sk == sk && l->state != WARDEN_LINK_PREPARED;
	spin_unlock(&links_lock);
	return has;
}

/**
 * warden_link_prepare() - keep a connection until it is known whom it is to
 * @l: the connection
 *
 * One of each thread: several may be about to send by one socket, and no program has more of
 * them than it has threads.
 *
 * Context: Process context, does not sleep.
 */
void warden_link_prepare(struct warden_link *l)
{
	LIST_HEAD(gone);

	spin_lock(&links_lock);
	drop_stale(l->thread, &gone);
	put_in(l, WARDEN_LINK_PREPARED);
	hash_add(prepared, &l->prepared, (unsigned long)l->thread);
	spin_unlock(&links_lock);
	warden_link_drop_later(&gone);
}

/**
 * warden_link_take_prepared() - what the current thread prepared for a socket
 * @sk: the socket
 *
 * Context: Process context, does not sleep.
 * Return: the connection, which is the caller's; or NULL.
 */
struct warden_link *warden_link_take_prepared(const struct sock *sk)
{
	struct warden_link *l, *found = NULL;

	spin_lock(&links_lock);
	hash_for_each_possible(prepared, l, prepared, (unsigned long)task_pid(current))
		if (l->sk == sk && l->thread == task_pid(current))
			found = l;
	if (found)
		take_out(found);
	spin_unlock(&links_lock);
	return found;
}

/**
 * warden_link_pick() - mark living connections as ended, for the caller to end them
 * @wanted: says which; called under the lock of links
 * @list: gets them by their ``ending``, held
 *
 * Context: Process context, does not sleep.
 */
void warden_link_pick(bool (*wanted)(const struct warden_link *l), struct list_head *list)
{
	struct warden_link *l;
	int i;

	spin_lock(&links_lock);
	hash_for_each(links, i, l, node) {
		if (l->state != WARDEN_LINK_LIVE || !wanted(l))
			continue;
		l->state = WARDEN_LINK_ENDED;
		nr_live--;
		refcount_inc(&l->users);
		list_add_tail(&l->ending, list);
	}
	spin_unlock(&links_lock);
}

/**
 * warden_link_remove() - take connections out of the table
 * @gone: says which; called under the lock of links
 * @list: gets them by their ``over``, held
 *
 * Context: Process context, does not sleep.
 */
void warden_link_remove(bool (*gone)(const struct warden_link *l), struct list_head *list)
{
	struct hlist_node *next;
	struct warden_link *l;
	int i;

	spin_lock(&links_lock);
	hash_for_each_safe(links, i, next, l, node) {
		if (!gone(l))
			continue;
		take_out(l);
		list_add_tail(&l->over, list);
	}
	spin_unlock(&links_lock);
}

/**
 * warden_link_for_each() - look at each connection
 * @look: called under the lock of links; does not sleep
 *
 * Context: Process context, does not sleep.
 * Return: true if @look did of any.
 */
bool warden_link_for_each(bool (*look)(struct warden_link *l))
{
	struct warden_link *l;
	bool any = false;
	int i;

	spin_lock(&links_lock);
	hash_for_each(links, i, l, node)
		any |= look(l);
	spin_unlock(&links_lock);
	return any;
}

/**
 * warden_link_find() - the living connection of a socket with the lowest number from one on
 * @sk: the socket
 * @id: number
 *
 * Context: Any; does not sleep.
 * Return: the connection, held; or NULL.
 */
struct warden_link *warden_link_find(const struct sock *sk, u64 id)
{
	struct warden_link *l, *found = NULL;

	spin_lock(&links_lock);
	hash_for_each_possible(links, l, node, (unsigned long)sk)
		if (l->sk == sk && l->state == WARDEN_LINK_LIVE && l->id >= id &&
		    (!found || l->id < found->id))
			found = l;
	if (found)
		refcount_inc(&found->users);
	spin_unlock(&links_lock);
	return found;
}

/**
 * warden_link_find_any() - some connection
 * @wanted: says which; called under the lock of links
 *
 * Context: Any; does not sleep.
 * Return: one of them, held; or NULL.
 */
struct warden_link *warden_link_find_any(bool (*wanted)(const struct warden_link *l))
{
	struct warden_link *l, *found = NULL;
	int i;

	spin_lock(&links_lock);
	hash_for_each(links, i, l, node)
		if (wanted(l))
			found = l;
	if (found)
		refcount_inc(&found->users);
	spin_unlock(&links_lock);
	return found;
}

/**
 * warden_broker_release() - a socket is closed, by the last who had it
 * @sk: the socket
 *
 * Context: Process context, does not sleep.
 */
void warden_broker_release(struct sock *sk)
{
	LIST_HEAD(gone);

	spin_lock(&links_lock);
	make_way(sk, NULL, NULL, &gone);
	spin_unlock(&links_lock);
	warden_link_drop_later(&gone);
	warden_local_forget(sk);
}

/* The last who had its file let go of that, which is when the programs tell of it. */
static bool is_closed(struct sock *sk)
{
	bool closed;

	smp_mb(); /* the gate was set before this; who closes lets go before he looks there */
	read_lock_bh(&sk->sk_callback_lock);
	closed = sock_flag(sk, SOCK_DEAD) ||
		 (sk->sk_socket && sk->sk_socket->file && !file_count(sk->sk_socket->file));
	read_unlock_bh(&sk->sk_callback_lock);
	return closed;
}

/**
 * warden_link_recheck() - a socket of somebody else's was noted, who may have closed it meanwhile
 * @sk: the socket, held; its file is not
 *
 * Context: Process context, does not sleep.
 */
void warden_link_recheck(struct sock *sk)
{
	if (is_closed(sk))
		warden_broker_release(sk);
}

/**
 * warden_link_count_others() - sockets are known whose end must be heard of
 * @nr: how many more; fewer where it is negative
 *
 * Context: Any; does not sleep.
 */
void warden_link_count_others(int nr)
{
	spin_lock(&links_lock);
	nr_others += nr;
	set_gate();
	spin_unlock(&links_lock);
}

/* --- what is told of all ---------------------------------------------------------------- */

static void copy_info(const struct warden_link *l, struct warden_session_info *info)
{
	memset(info, 0, sizeof(*info));
	info->id = l->id;
	info->since = l->since;
	info->pid = pid_nr(l->pid);
	info->line = l->answer.line;
	info->class = l->broker.class;
	info->has_receipt = l->answer.has_receipt;
	memcpy(info->receipt, l->answer.receipt, sizeof(info->receipt));
	strscpy(info->program, warden_link_program(l), sizeof(info->program));
	strscpy(info->topology, l->broker.name, sizeof(info->topology));
}

/**
 * warden_broker_get() - copy the living connection with the lowest number from one on
 * @id: number
 * @info: filled in
 *
 * Context: Process context, does not sleep.
 * Return: 0, or -ENOENT when there is none.
 */
int warden_broker_get(u64 id, struct warden_session_info *info)
{
	const struct warden_link *l, *first = NULL;
	int i;

	spin_lock(&links_lock);
	hash_for_each(links, i, l, node)
		if (l->state == WARDEN_LINK_LIVE && l->id >= id && (!first || l->id < first->id))
			first = l;
	if (first)
		copy_info(first, info);
	spin_unlock(&links_lock);
	return first ? 0 : -ENOENT;
}

/**
 * warden_broker_rests_on() - does a living connection rest on a consent?
 * @receipt: the consent
 *
 * Context: Process context, does not sleep.
 * Return: true if one does.
 */
bool warden_broker_rests_on(const u8 receipt[WARDEN_RECEIPT_SIZE])
{
	const struct warden_link *l;
	bool rests = false;
	int i;

	spin_lock(&links_lock);
	hash_for_each(links, i, l, node)
		rests |= l->state == WARDEN_LINK_LIVE &&
			 warden_answer_rests_on(&l->answer, &l->identity.digest, receipt);
	spin_unlock(&links_lock);
	return rests;
}

static bool mark_holder(struct warden_link *l)
{
	if (l->state == WARDEN_LINK_LIVE && l->pid)
		warden_egress_mark(l->pid, BIT(l->broker.class));
	return true;
}

/**
 * warden_broker_mark_holders() - who is connected to a broker is one that uses its sensor
 *
 * Context: Process context, does not sleep.
 */
void warden_broker_mark_holders(void)
{
	warden_link_for_each(mark_holder);
}

/**
 * warden_link_any() - is anything in the table?
 *
 * Context: Any.
 * Return: true if a connection is.
 */
bool warden_link_any(void)
{
	return READ_ONCE(nr_links);
}

/**
 * warden_broker_watch() - where the programs look whether any socket is known
 * @to: the memory of their gate; NULL where they are gone
 *
 * Context: Process context, does not sleep.
 */
void warden_broker_watch(struct warden_gate *to)
{
	spin_lock(&links_lock);
	gate = to;
	set_gate();
	spin_unlock(&links_lock);
}

/**
 * warden_broker_is_watched() - do programs tell of sockets that are closed?
 *
 * Context: Any.
 * Return: true if they do.
 */
bool warden_broker_is_watched(void)
{
	return READ_ONCE(gate);
}
