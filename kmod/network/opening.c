// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports that somebody opened for a time: where no rule speaks of them, listening
 * there is allowed until the boot-time clock says that it is over. What came to
 * listen on that ground is ended with it.
 *
 * A rule that denies stands. A policy that is loaded meanwhile changes nothing.
 */
#include <linux/cred.h>
#include <linux/hrtimer.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>
#include <net/sock.h>
#include <uapi/linux/warden.h>

#include "compat/hrtimer.h"
#include "ending.h"
#include "opening.h"
#include "policy/lock.h"
#include "record/record.h"

/**
 * struct opened - a socket that listens because of an opening
 * @list: in @sockets
 * @sk: held
 * @port: of the opening; that of @sk may be gone when it is closed
 * @ending: its end that is under way
 */
struct opened {
	struct list_head list;
	struct sock *sk;
	u16 port;
	struct warden_ending *ending;
};

/* How long the ends of sockets are waited for; they take microseconds. */
#define END_MS 250

/* Protects the table and the list; nothing nests in it. */
static DEFINE_SPINLOCK(table_lock);
static struct warden_opening table[WARDEN_OPENINGS_MAX];
static LIST_HEAD(sockets);
static u32 nr_sockets;

/* Orders the commands and the expiry; taken before table_lock. */
static DEFINE_MUTEX(openings_lock);

/* Fires at the next expiry; work does what a timer may not. */
static struct hrtimer expiry_timer;
static void expire(struct work_struct *work);
static DECLARE_WORK(expiry_work, expire);

static struct warden_opening *find(u16 protocol, u16 port)
{
	u32 i;

	lockdep_assert_held(&table_lock);
	for (i = 0; i < WARDEN_OPENINGS_MAX; i++)
		if (table[i].protocol == protocol && (!protocol || table[i].port == port))
			return &table[i];
	return NULL;
}

static void tell(u32 event, u32 reason, const struct warden_opening *o, const char *object)
{
	struct warden_record *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r) {
		warden_record_lose(false);
		return;
	}
	r->event = event;
	r->domain = WARDEN_DOMAIN_LISTEN;
	r->action = event == WARDEN_EVENT_SERVICE_OPEN ? WARDEN_ACTION_ALLOW : WARDEN_ACTION_DENY;
	r->reason = reason;
	r->count = 1;
	r->pid = current->flags & PF_KTHREAD ? 0 : task_tgid_nr(current);
	r->uid = from_kuid(&init_user_ns, current_uid());
	r->protocol = o->protocol;
	r->port = o->port;
	strscpy(r->object, object, sizeof(r->object));
	warden_record_add(r);
	kfree(r);
}

/* --- the sockets ------------------------------------------------------------ */

static void drop(struct opened *one)
{
	sock_put(one->sk);
	kfree(one);
}

/* What its holder has closed is of no interest any more. */
static void forget_closed(void)
{
	struct opened *one, *next;
	LIST_HEAD(gone);

	spin_lock_bh(&table_lock);
	list_for_each_entry_safe(one, next, &sockets, list) {
		if (!sock_flag(one->sk, SOCK_DEAD))
			continue;
		list_move(&one->list, &gone);
		nr_sockets--;
	}
	spin_unlock_bh(&table_lock);
	list_for_each_entry_safe(one, next, &gone, list)
		drop(one);
}

/* Those that @late counts end later. */
static u32 end_sockets(const struct warden_opening *o, u32 *late)
{
	struct opened *one, *next;
	unsigned long deadline;
	LIST_HEAD(over);
	u32 ended = 0;

	spin_lock_bh(&table_lock);
	list_for_each_entry_safe(one, next, &sockets, list) {
		if (one->port != o->port || one->sk->sk_protocol != o->protocol)
			continue;
		list_move(&one->list, &over);
		nr_sockets--;
	}
	spin_unlock_bh(&table_lock);
	list_for_each_entry(one, &over, list)
		one->ending = warden_ending_begin(one->sk, NULL, WARDEN_ENDING_ALL);
	deadline = jiffies + msecs_to_jiffies(END_MS);
	list_for_each_entry_safe(one, next, &over, list) {
		bool is_late = false;

		ended += warden_ending_settle(one->ending, deadline, &is_late);
		*late += is_late;
		drop(one);
	}
	return ended;
}

static bool is_kept(const struct sock *sk)
{
	const struct opened *one;

	lockdep_assert_held(&table_lock);
	list_for_each_entry(one, &sockets, list)
		if (one->sk == sk)
			return true;
	return false;
}

/**
 * warden_opening_keep() - a socket is about to listen because of an opening
 * @sk: the socket
 * @port: the port, host order
 *
 * Context: Process context, may sleep.
 * Return: 0; -EACCES where the opening is over; -ENOMEM without memory, or with
 * more sockets than are kept.
 */
int warden_opening_keep(struct sock *sk, u16 port)
{
	struct opened *one = kzalloc(sizeof(*one), GFP_KERNEL_ACCOUNT);
	bool kept = false;
	int err = 0;

	if (!one)
		return -ENOMEM;
	forget_closed();
	one->sk = sk;
	one->port = port;
	spin_lock_bh(&table_lock);
	if (!find(sk->sk_protocol, port))
		err = -EACCES;
	else if (is_kept(sk)) /* listen(2) was called again */
		kept = true;
	else if (nr_sockets >= WARDEN_OPENED_MAX)
		err = -ENOMEM;
	if (!err && !kept) {
		sock_hold(sk);
		list_add(&one->list, &sockets);
		nr_sockets++;
	}
	spin_unlock_bh(&table_lock);
	if (err || kept)
		kfree(one);
	return err;
}

/* --- the openings ------------------------------------------------------------- */

/**
 * warden_opening_holds() - is this port open for a time?
 * @protocol: IPPROTO_*
 * @port: host order
 *
 * Context: Any but hard interrupt; does not sleep.
 * Return: true until the time is over; never while the device is locked.
 */
bool warden_opening_holds(u16 protocol, u16 port)
{
	const struct warden_opening *o;
	bool holds;

	if (!protocol)
		return false;
	spin_lock_bh(&table_lock);
	o = find(protocol, port);
	holds = o && ktime_get_boottime_ns() < o->expires && !warden_lock_holds();
	spin_unlock_bh(&table_lock);
	return holds;
}

static void arm(void)
{
	u64 next = U64_MAX;
	u32 i;

	lockdep_assert_held(&openings_lock);
	for (i = 0; i < WARDEN_OPENINGS_MAX; i++)
		if (table[i].protocol)
			next = min(next, table[i].expires);
	if (next == U64_MAX)
		hrtimer_cancel(&expiry_timer);
	else
		hrtimer_start(&expiry_timer, ns_to_ktime(next), HRTIMER_MODE_ABS);
}

static enum hrtimer_restart expiry_fires(struct hrtimer *timer)
{
	queue_work(system_unbound_wq, &expiry_work);
	return HRTIMER_NORESTART;
}

/* Take an opening out, end what lives on it, and tell. */
static u32 take_out(struct warden_opening *o, u32 reason)
{
	struct warden_opening over = *o;
	u32 ended, late = 0;
	char text[96];

	lockdep_assert_held(&openings_lock);
	spin_lock_bh(&table_lock);
	memset(o, 0, sizeof(*o));
	spin_unlock_bh(&table_lock);
	ended = end_sockets(&over, &late);
	if (late)
		snprintf(text, sizeof(text), "%u sockets ended, %u go on until a call of their program is over",
			 ended, late);
	else
		snprintf(text, sizeof(text), "%u sockets ended", ended);
	tell(WARDEN_EVENT_SERVICE_CLOSE, reason, &over, text);
	return ended;
}

static void expire(struct work_struct *work)
{
	u64 now = ktime_get_boottime_ns();
	u32 i;

	mutex_lock(&openings_lock);
	for (i = 0; i < WARDEN_OPENINGS_MAX; i++)
		if (table[i].protocol && table[i].expires <= now)
			take_out(&table[i], WARDEN_REASON_TIME_OVER);
	arm();
	mutex_unlock(&openings_lock);
}

/**
 * warden_opening_add() - open a port for a time, or for another time
 * @protocol: IPPROTO_*, not 0
 * @port: host order
 * @seconds: from now on
 * @expires: set to when it ends, on the boot-time clock, in ns
 *
 * Context: Process context, sleeps.
 * Return: 0, or -ENOSPC where as many are open as can be.
 */
int warden_opening_add(u16 protocol, u16 port, u64 seconds, u64 *expires)
{
	struct warden_opening o = { .protocol = protocol, .port = port }, *place;
	char text[40];

	o.expires = ktime_get_boottime_ns() + seconds * NSEC_PER_SEC;
	mutex_lock(&openings_lock);
	spin_lock_bh(&table_lock);
	place = find(protocol, port) ?: find(0, 0);
	if (place)
		*place = o;
	spin_unlock_bh(&table_lock);
	if (place) {
		snprintf(text, sizeof(text), "for %llu s", seconds);
		tell(WARDEN_EVENT_SERVICE_OPEN, WARDEN_REASON_NONE, &o, text);
		arm();
	}
	mutex_unlock(&openings_lock);
	*expires = o.expires;
	return place ? 0 : -ENOSPC;
}

/**
 * warden_opening_close() - close a port before its time is over
 * @protocol: IPPROTO_*
 * @port: host order
 * @ended: set to how many sockets were ended
 *
 * Context: Process context, sleeps.
 * Return: 0, or -ENOENT where it is not open.
 */
int warden_opening_close(u16 protocol, u16 port, u32 *ended)
{
	struct warden_opening *o;

	mutex_lock(&openings_lock);
	spin_lock_bh(&table_lock);
	o = find(protocol, port);
	spin_unlock_bh(&table_lock);
	if (o)
		*ended = take_out(o, WARDEN_REASON_CLOSED);
	arm();
	mutex_unlock(&openings_lock);
	return o ? 0 : -ENOENT;
}

/**
 * warden_opening_get() - copy an opening
 * @n: its place, from 0
 * @o: filled in; protocol 0 is a free place
 *
 * Context: Any but hard interrupt.
 * Return: 0, or -ENOENT behind the last place.
 */
int warden_opening_get(u32 n, struct warden_opening *o)
{
	if (n >= WARDEN_OPENINGS_MAX)
		return -ENOENT;
	spin_lock_bh(&table_lock);
	*o = table[n];
	spin_unlock_bh(&table_lock);
	return 0;
}

/**
 * warden_opening_init() - set up the timer
 *
 * Context: Module init.
 */
void warden_opening_init(void)
{
	hrtimer_setup(&expiry_timer, expiry_fires, CLOCK_BOOTTIME, HRTIMER_MODE_ABS);
}

/**
 * warden_opening_exit() - forget the openings, and let their sockets go
 *
 * Context: Process context, sleeps; no hook and no command can run any more.
 */
void warden_opening_exit(void)
{
	struct opened *one, *next;

	hrtimer_cancel(&expiry_timer);
	cancel_work_sync(&expiry_work);
	hrtimer_cancel(&expiry_timer); /* the work may have armed it again */
	memset(table, 0, sizeof(table));
	list_for_each_entry_safe(one, next, &sockets, list)
		drop(one);
	INIT_LIST_HEAD(&sockets);
	nr_sockets = 0;
}
