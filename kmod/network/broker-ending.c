// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a connection to a broker ends. Its socket is shut down for both sides, or aborted
 * where it is one of TCP or UDP, and what it had received and nobody had read is thrown away.
 *
 * That is done by a worker, and waited for only so long: a program can stop in the middle
 * of a read, with its socket's lock held, by reading into memory whose pages do not come.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/net.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/udp.h>
#include <linux/uio.h>
#include <net/inet_sock.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "broker-priv.h"
#include "broker.h"
#include "consent/consent.h"
#include "ending.h"
#include "policy/layers.h"
#include "session/light.h"
#include "socket.h"

/* How long an end is waited for; it takes microseconds. */
#define CUT_MS 100

/* Reads of one page that empty a socket: it has less than 2 GiB, or as many packets as fit. */
#define READS (1 << 20)

/*
 * How often a socket is looked at that was between its hook and its connect() when it was
 * ended: often at first, and then as long as it is open.
 */
#define WATCH_MS      10
#define WATCH_LATE_MS 1000
#define LATE_NS	      (10ULL * NSEC_PER_SEC)

/* What never waits for long has a queue of its own; an end may wait for ever (ending.c). */
static struct workqueue_struct *queue;

static void drop_gone(struct work_struct *work);
static DECLARE_WORK(drop_work, drop_gone);
static DEFINE_SPINLOCK(gone_lock); /* protects @gone; innermost */
static LIST_HEAD(gone);

static void watch_early(struct work_struct *work);
static DECLARE_DELAYED_WORK(watch_work, watch_early);

/* --- the socket ------------------------------------------------------------------ */

/*
 * TCP throws away what is read so. Where its calls are another's (TLS, sockmap) it is read into
 * the page, as it is of all others.
 */
static int read_page(struct socket *sock, void *page)
{
	struct kvec to = { .iov_base = page, .iov_len = PAGE_SIZE };
	struct msghdr msg = {};

	return kernel_recvmsg(sock, &msg, &to, 1, PAGE_SIZE, MSG_DONTWAIT | MSG_TRUNC);
}

static bool has_unread(const struct sock *sk)
{
	return !skb_queue_empty_lockless(&sk->sk_receive_queue) ||
	       (sk_is_udp(sk) && !skb_queue_empty_lockless(&udp_sk(sk)->reader_queue));
}

/*
 * What was received, and nobody had read. A stream gives it before the error it ended by; of
 * packets the error comes first, and is put back for who has them. A packet may be empty.
 */
static void drain(struct socket *sock)
{
	int err = sock->type == SOCK_STREAM ? 0 : sock_error(sock->sk);
	void *page = (void *)__get_free_page(GFP_KERNEL);
	int n, got;

	for (n = 0; page && n < READS && has_unread(sock->sk); n++) {
		got = read_page(sock, page);
		if (got < 0 || (!got && sock->type == SOCK_STREAM))
			break;
	}
	free_page((unsigned long)page);
	if (err) {
		WRITE_ONCE(sock->sk->sk_err, -err);
		sk_error_report(sock->sk);
	}
}

static void cut(struct work_struct *work)
{
	struct warden_link *l = container_of(work, struct warden_link, work);
	struct file *file = warden_socket_file(l->sk);

	if (l->sk->sk_family == AF_UNIX) {
		if (file)
			kernel_sock_shutdown(sock_from_file(file), SHUT_RDWR);
	} else {
		WRITE_ONCE(l->early, READ_ONCE(l->sk->sk_state) == TCP_CLOSE ?
					     ktime_get_boottime_ns() : 0);
		warden_ending_now(l->sk);
	}
	if (file) {
		drain(sock_from_file(file));
		fput(file);
	}
	complete_all(&l->done);
	if (l->early)
		mod_delayed_work(queue, &watch_work, msecs_to_jiffies(WATCH_MS));
	warden_link_put(l);
	module_put(THIS_MODULE); /* exit waits for the queue, so for our way out of here */
}

static void begin_cut(struct warden_link *l)
{
	refcount_inc(&l->users);
	__module_get(THIS_MODULE); /* or exit would wait as long as a program holds its socket's lock */
	if (!warden_ending_queue(WARDEN_ENDERS_LINK, l->sk, &l->work)) {
		module_put(THIS_MODULE);
		warden_link_put(l);
	}
}

static void first_cut(struct warden_link *l)
{
	INIT_WORK(&l->work, cut);
	begin_cut(l);
}

/* --- those whose connect() was still to come ----------------------------------------- */

static bool is_early(const struct warden_link *l)
{
	return l->state == WARDEN_LINK_ENDED && READ_ONCE(l->early);
}

/* Or else it is connected to somebody else by now, who is no matter of this. */
static bool has_begun(const struct warden_link *l)
{
	return READ_ONCE(l->sk->sk_state) != TCP_CLOSE &&
	       ntohs(READ_ONCE(inet_sk(l->sk)->inet_dport)) == l->broker.port;
}

static bool cut_begun(struct warden_link *l)
{
	if (is_early(l) && has_begun(l))
		begin_cut(l);
	return is_early(l);
}

static bool is_just_ended(struct warden_link *l)
{
	return is_early(l) && ktime_get_boottime_ns() - READ_ONCE(l->early) < LATE_NS;
}

static void watch_early(struct work_struct *work)
{
	unsigned int ms = warden_link_for_each(is_just_ended) ? WATCH_MS : WATCH_LATE_MS;

	if (warden_link_for_each(cut_begun))
		queue_delayed_work(queue, &watch_work, msecs_to_jiffies(ms));
}

/* --- ends that are brought about -------------------------------------------------------- */

static void settle(struct warden_link *l, u32 reason, u64 since, unsigned long deadline)
{
	unsigned long left = time_before(jiffies, deadline) ? deadline - jiffies : 0;
	bool done = left ? wait_for_completion_timeout(&l->done, left) :
			   try_wait_for_completion(&l->done);
	u64 took = ktime_get_boottime_ns() - since;

	warden_light_del(l->broker.class);
	warden_link_tell_ended(l, WARDEN_EVENT_SESSION_END, reason, took);
	if (!done || took > l->answer.withdraw_ms * (u64)NSEC_PER_MSEC)
		warden_link_tell_ended(l, WARDEN_EVENT_FAULT, reason, took);
}

static unsigned int end(bool (*wanted)(const struct warden_link *l), u32 reason, u64 since)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(CUT_MS); /* of all: they are cut at once */
	struct warden_link *l, *next;
	unsigned int nr = 0;
	LIST_HEAD(over);

	warden_link_pick(wanted, &over);
	list_for_each_entry(l, &over, ending)
		first_cut(l);
	list_for_each_entry_safe(l, next, &over, ending) {
		settle(l, reason, since, deadline);
		list_del(&l->ending);
		warden_link_put(l);
		nr++;
	}
	return nr;
}

static bool lost_ground(const struct warden_link *l)
{
	struct warden_request req = warden_link_request(l);
	struct warden_answer answer;

	return warden_link_is_named(l) && warden_judge(&req, &answer);
}

/* What is prepared may be to any local socket. */
static bool is_not_named(const struct warden_link *l)
{
	bool named;

	if (l->state != WARDEN_LINK_PREPARED)
		return !warden_link_is_named(l);
	rcu_read_lock();
	named = warden_broker_any_local(warden_layers_get_rcu());
	rcu_read_unlock();
	return !named;
}

/* What the policy calls no broker any more goes on, and is no session. */
static void dismiss(u32 reason)
{
	struct warden_link *l;
	LIST_HEAD(list);

	warden_link_remove(is_not_named, &list);
	list_for_each_entry(l, &list, over) {
		if (l->state != WARDEN_LINK_LIVE)
			continue;
		l->state = WARDEN_LINK_ENDED;
		warden_light_del(l->broker.class);
		warden_link_tell(l, WARDEN_EVENT_SESSION_END, reason);
	}
	warden_link_drop_later(&list);
}

/**
 * warden_broker_review() - end each connection to a broker that would not be allowed now
 * @reason: enum warden_reason, why it is looked at
 * @since: boot-time clock in ns, when that began
 *
 * Context: Process context, sleeps.
 * Return: how many were ended.
 */
unsigned int warden_broker_review(u32 reason, u64 since)
{
	dismiss(reason);
	return end(lost_ground, reason, since);
}

static bool is_any(const struct warden_link *l)
{
	return true;
}

/**
 * warden_broker_end_all() - end each connection to a broker
 * @reason: enum warden_reason
 * @since: boot-time clock in ns, when that began
 *
 * Where the programs are gone that would tell when a socket is closed, nothing is kept.
 *
 * Context: Process context, sleeps.
 * Return: how many were ended.
 */
unsigned int warden_broker_end_all(u32 reason, u64 since)
{
	unsigned int nr = end(is_any, reason, since);
	LIST_HEAD(list);

	if (!warden_broker_is_watched()) {
		warden_link_remove(is_any, &list);
		warden_link_drop_later(&list);
		warden_local_forget_all();
	}
	return nr;
}

/**
 * warden_link_end_born() - end a connection that is older than the policy and has no ground
 * @l: the connection, in no table
 *
 * It is begun and ended: who counts the one and the other finds none open.
 *
 * Context: Process context, does not sleep.
 */
void warden_link_end_born(struct warden_link *l)
{
	l->state = WARDEN_LINK_ENDED;
	warden_link_tell(l, WARDEN_EVENT_SESSION_START, l->answer.reason);
	warden_link_tell(l, WARDEN_EVENT_SESSION_END, WARDEN_REASON_POLICY_CHANGED);
	first_cut(l);
}

/* --- those that are over ------------------------------------------------------------------ */

static void drop(struct warden_link *l)
{
	if (l->state == WARDEN_LINK_LIVE) {
		warden_light_del(l->broker.class);
		warden_link_tell(l, WARDEN_EVENT_SESSION_END, WARDEN_REASON_CLOSED);
	}
	if (l->state != WARDEN_LINK_PREPARED && warden_answer_is_once(&l->answer))
		warden_consent_used_up(l->id);
	warden_link_put(l);
}

static void drop_gone(struct work_struct *work)
{
	struct warden_link *l, *next;
	LIST_HEAD(list);

	spin_lock(&gone_lock);
	list_splice_init(&gone, &list);
	spin_unlock(&gone_lock);
	list_for_each_entry_safe(l, next, &list, over)
		drop(l);
}

/**
 * warden_link_drop_later() - tell of connections that are over, and let go of them
 * @list: those that left the table, by their ``over``; empty then
 *
 * Context: Process context, does not sleep.
 */
void warden_link_drop_later(struct list_head *list)
{
	if (list_empty(list))
		return;
	spin_lock(&gone_lock);
	list_splice_init(list, &gone);
	spin_unlock(&gone_lock);
	queue_work(queue, &drop_work);
}

/**
 * warden_broker_init() - set up what ends connections
 *
 * Context: Process context, module init.
 * Return: 0 or -ENOMEM.
 */
int warden_broker_init(void)
{
	queue = alloc_workqueue("warden_broker", WQ_UNBOUND, 0);
	return queue ? 0 : -ENOMEM;
}

/**
 * warden_broker_exit() - let go of all connections
 *
 * Context: Process context, sleeps; the programs and the commands are gone.
 */
void warden_broker_exit(void)
{
	/* 1. no connection is in the table: a watch begins no cut from here on */
	warden_broker_end_all(WARDEN_REASON_STOPPING, ktime_get_boottime_ns());
	/* 2. what was being ended may ask for a watch until it is done */
	warden_ending_flush(WARDEN_ENDERS_LINK);
	/* 3. that has nobody left who asks for it */
	cancel_delayed_work_sync(&watch_work);
	destroy_workqueue(queue);
}
