// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of a socket that somebody else has.
 *
 * It takes the lock of that socket, and a program can stop with it held for as long as it
 * likes: in the middle of a read, into memory whose pages do not come. So it is a worker who
 * ends it, and who waits for that waits for so long only. What is late then ends when the program
 * lets go; until then it holds the module.
 */
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/in.h>
#include <linux/jiffies.h>
#include <linux/log2.h>
#include <linux/module.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/workqueue.h>
#include <net/sock.h>
#include <net/udp.h>
#include <uapi/linux/warden.h>
#include <warden/limits.h>

#include "ending.h"
#include "record/record.h"
#include "sweep-priv.h"

/*
 * A queue has WQ_MAX_ACTIVE workers: so there are as many of them as there may be living
 * connections to brokers.
 */
#define QUEUES (WARDEN_SESSIONS_MAX / WQ_MAX_ACTIVE)

static struct workqueue_struct *queues[WARDEN_ENDERS_NR][QUEUES];

enum progress { UNDER_WAY, DONE, LATE };

/**
 * struct warden_ending - an end that is under way
 * @users: the worker, and who waits for it
 * @progress: enum progress; who sees that the other was late tells of the end
 * @what: of a socket of many associations: WARDEN_ENDING_*, or the number of the one that is ended
 * @ended: it had something to end; set before @progress is DONE
 * @sk: held
 * @told: what is told of it, or NULL
 * @stem: characters of its object, before what became of it
 * @done: the worker is through
 * @work: ends it
 */
struct warden_ending {
	refcount_t users;
	atomic_t progress;
	s32 what;
	bool ended;
	struct sock *sk;
	struct warden_record *told;
	size_t stem;
	struct completion done;
	struct work_struct work;
};

/* --- by its protocol ---------------------------------------------------------------- */

/* As tcp_abort() does it. What it is to send is a Reset, "Aborted". */
static bool end_dccp(struct sock *sk)
{
	bool dead;

	lock_sock(sk);
	dead = sock_flag(sk, SOCK_DEAD);
	if (!dead) {
		sk->sk_prot->disconnect(sk, 0);
		WRITE_ONCE(sk->sk_err, ECONNABORTED);
		sk_error_report(sk);
	}
	release_sock(sk);
	return !dead;
}

static bool end_by_protocol(struct sock *sk)
{
	switch (sk->sk_protocol) {
	case IPPROTO_UDPLITE:
		return !udp_abort(sk, ECONNABORTED);
	case IPPROTO_DCCP:
		return end_dccp(sk);
	default:
		return sk->sk_prot->diag_destroy && !sk->sk_prot->diag_destroy(sk, ECONNABORTED);
	}
}

/**
 * warden_ending_now() - end a socket, whoever holds it
 * @sk: of TCP, UDP, UDP-Lite, SCTP or DCCP, held by the caller
 *
 * As `ss -K` ends one (sock_diag_destroy()), but for a port that was bound on
 * purpose, which UDP would keep.
 *
 * Context: Process context, sleeps, perhaps for ever: a worker of warden_ending_queue().
 * Return: true if it was ended.
 */
bool warden_ending_now(struct sock *sk)
{
	if (sock_flag(sk, SOCK_DEAD))
		return false;
	if (sk->sk_protocol == IPPROTO_SCTP)
		return warden_sweep_end_sctp(sk);
	lock_sock(sk);
	sk->sk_userlocks &= ~SOCK_BINDPORT_LOCK;
	release_sock(sk);
	return end_by_protocol(sk);
}

/* --- by a worker, and told -------------------------------------------------------------- */

static void tell(struct warden_ending *c, u32 action, const char *how)
{
	if (!c->told)
		return;
	c->told->action = action;
	strscpy(c->told->object + c->stem, how, sizeof(c->told->object) - c->stem);
	warden_record_add(c->told);
}

static void tell_end(struct warden_ending *c)
{
	if (c->what != WARDEN_ENDING_TAKEN)
		tell(c, WARDEN_ACTION_DENY, " ended");
	else if (c->ended)
		tell(c, WARDEN_ACTION_DENY, " goes on, its connections ended");
	else
		tell(c, WARDEN_ACTION_ALLOW, " goes on");
}

static void put(struct warden_ending *c)
{
	if (!refcount_dec_and_test(&c->users))
		return;
	sock_put(c->sk);
	kfree(c->told);
	kfree(c);
}

/* The module's exit waits for the queue, which is what may come between its put and our end. */
static void end(struct work_struct *work)
{
	struct warden_ending *c = container_of(work, struct warden_ending, work);

	if (c->what == WARDEN_ENDING_TAKEN)
		c->ended = warden_sweep_empty_sctp(c->sk);
	else if (c->what != WARDEN_ENDING_ALL)
		c->ended = warden_sweep_abort_sctp(c->sk, c->what);
	else
		c->ended = warden_ending_now(c->sk);
	if (atomic_cmpxchg(&c->progress, UNDER_WAY, DONE) == LATE)
		tell_end(c);
	module_put(THIS_MODULE);
	complete(&c->done);
	put(c);
}

/**
 * warden_ending_begin() - have a socket ended
 * @sk: as for warden_ending_now()
 * @told: a record whose object names it, told with what became of it; or NULL. Taken over.
 * @what: WARDEN_ENDING_*, or the number of the one association of SCTP that is to end
 *
 * Context: Process context, may sleep.
 * Return: the end, for warden_ending_settle(); NULL without memory, which is recorded.
 */
struct warden_ending *warden_ending_begin(struct sock *sk, struct warden_record *told, s32 what)
{
	struct warden_ending *c = kzalloc(sizeof(*c), GFP_KERNEL);

	if (!c) {
		kfree(told);
		warden_record_lose(false);
		return NULL;
	}
	refcount_set(&c->users, 2);
	sock_hold(sk);
	c->sk = sk;
	c->told = told;
	c->what = what;
	c->stem = told ? strlen(told->object) : 0;
	init_completion(&c->done);
	INIT_WORK(&c->work, end);
	__module_get(THIS_MODULE);
	warden_ending_queue(WARDEN_ENDERS_SWEEP, sk, &c->work);
	return c;
}

/**
 * warden_ending_settle() - wait until a socket is ended
 * @c: its end, which is let go of; or NULL
 * @deadline: in jiffies, for how long
 * @late: set to true where it was not ended by then, and will be later
 *
 * Context: Process context, sleeps.
 * Return: true if it was ended, as a whole.
 */
bool warden_ending_settle(struct warden_ending *c, unsigned long deadline, bool *late)
{
	unsigned long left = time_before(jiffies, deadline) ? deadline - jiffies : 0;
	bool ended;

	if (!c)
		return false;
	if (!wait_for_completion_timeout(&c->done, left) && !try_wait_for_completion(&c->done)) {
		tell(c, WARDEN_ACTION_ALLOW, " goes on until a call of its program is over");
		if (atomic_cmpxchg(&c->progress, UNDER_WAY, LATE) == UNDER_WAY) {
			*late = true;
			put(c);
			return false;
		}
	}
	tell_end(c);
	ended = c->ended && c->what != WARDEN_ENDING_TAKEN;
	put(c);
	return ended;
}

/* --- the workers ------------------------------------------------------------------------ */

/**
 * warden_ending_queue() - have something done that may wait for ever
 * @kind: by whom
 * @sk: the socket it is about
 * @work: what is done
 *
 * Context: Any.
 * Return: false where it is to be done already.
 */
bool warden_ending_queue(enum warden_enders kind, const struct sock *sk, struct work_struct *work)
{
	return queue_work(queues[kind][hash_ptr(sk, ilog2(QUEUES))], work);
}

/**
 * warden_ending_flush() - wait until all is done
 * @kind: by whom
 *
 * Context: Process context, sleeps, perhaps for ever.
 */
void warden_ending_flush(enum warden_enders kind)
{
	u32 i;

	for (i = 0; i < QUEUES; i++)
		flush_workqueue(queues[kind][i]);
}

/**
 * warden_ending_exit() - let the workers go
 *
 * Context: Process context, sleeps; nobody has anything done any more.
 */
void warden_ending_exit(void)
{
	u32 i;

	for (i = 0; i < WARDEN_ENDERS_NR * QUEUES; i++)
		if (queues[i / QUEUES][i % QUEUES])
			destroy_workqueue(queues[i / QUEUES][i % QUEUES]);
}

/**
 * warden_ending_init() - set up the workers
 *
 * Context: Module init.
 * Return: 0 or -ENOMEM.
 */
int warden_ending_init(void)
{
	u32 i;

	for (i = 0; i < WARDEN_ENDERS_NR * QUEUES; i++) {
		queues[i / QUEUES][i % QUEUES] = alloc_workqueue("warden_end%u", WQ_UNBOUND,
								 WQ_MAX_ACTIVE, i);
		if (!queues[i / QUEUES][i % QUEUES]) {
			warden_ending_exit();
			return -ENOMEM;
		}
	}
	return 0;
}
