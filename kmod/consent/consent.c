// SPDX-License-Identifier: GPL-2.0-only
/*
 * The life of consent records: given, dormant and awake, suspended, ended.
 *
 * consent-keep.c has a record in little memory, consent-table.c what decisions
 * read, consent-ground.c what a record needs beside its giver, consent-time.c
 * the windows of the week. Time is the boot-time clock, which nobody can set.
 */
#include <linux/hrtimer.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <linux/uuid.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "compat/hrtimer.h"
#include "consent-priv.h"
#include "device/ear.h"
#include "network/broker.h"
#include "policy/layers.h"
#include "record/record.h"
#include "session/session.h"

/* Protects all below, and what the other files of consents keep; nests those of sessions. */
static DEFINE_MUTEX(consent_lock);
static DEFINE_XARRAY(records); /* in the order in which they came */
static unsigned int nr_records;
static u32 next_place;
static bool sealed; /* no saved record is taken any more */
static u64 next_due;

/* Fires when a record next changes by itself; work does what a timer may not. */
static struct hrtimer due_timer;
static void come_due(struct work_struct *work);
static DECLARE_WORK(due_work, come_due);

static enum hrtimer_restart timer_fires(struct hrtimer *timer)
{
	queue_work(system_unbound_wq, &due_work);
	return HRTIMER_NORESTART;
}

static void tell(const struct kept *k, u32 event, u32 reason)
{
	struct warden_record *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r) {
		warden_record_lose(false);
		return;
	}
	r->event = event;
	r->domain = WARDEN_DOMAIN_CONSENT;
	r->action = k->state == WARDEN_CONSENT_STATE_GIVEN ? WARDEN_ACTION_ALLOW : WARDEN_ACTION_DENY;
	r->reason = reason;
	r->count = 1;
	r->pid = current->flags & PF_KTHREAD ? 0 : task_tgid_nr(current); /* nobody expires it */
	r->uid = from_kuid(&init_user_ns, current_uid());
	r->class = k->grant.class;
	r->has_receipt = 1;
	memcpy(r->receipt, k->grant.receipt, sizeof(r->receipt));
	r->program_digest = k->link[0].digest;
	strscpy(r->program, kept_program(k), sizeof(r->program));
	strscpy(r->object, kept_purpose(k), sizeof(r->object));
	warden_record_add(r);
	kfree(r);
}

/* A record that somebody may still rest on, or come back to. */
static bool is_alive(const struct kept *k)
{
	return k->state == WARDEN_CONSENT_STATE_GIVEN || k->state == WARDEN_CONSENT_STATE_SUSPENDED;
}

/* Another state of a record; what ends it takes it out of the table at once. */
static void change(struct kept *k, u8 state, u32 event, u8 reason)
{
	lockdep_assert_held(&consent_lock);
	warden_kept_step(k, state, reason);
	if (state != WARDEN_CONSENT_STATE_GIVEN)
		warden_table_take(k);
	tell(k, event, reason);
}

/* What looking at records took away, for the review of sessions. */
struct lost {
	bool expired;
	bool outside;
};

static bool is_unused(const struct kept *k, u64 now)
{
	return warden_ground_unused_until(k) <= now && !warden_session_rests_on(k->grant.receipt) &&
	       !warden_broker_rests_on(k->grant.receipt) && !warden_ear_rests_on(k->grant.receipt);
}

/* True where a record that was given has ended by itself. */
static bool end_if_over(struct kept *k, u64 now)
{
	if (k->expires <= now)
		change(k, WARDEN_CONSENT_STATE_EXPIRED, WARDEN_EVENT_EXPIRE, WARDEN_REASON_EXPIRED);
	else if (is_unused(k, now))
		change(k, WARDEN_CONSENT_STATE_EXPIRED, WARDEN_EVENT_EXPIRE, WARDEN_REASON_UNUSED);
	else if (warden_table_is_gone(k))
		change(k, WARDEN_CONSENT_STATE_USED, WARDEN_EVENT_EXPIRE, WARDEN_REASON_USED_UP);
	return k->state != WARDEN_CONSENT_STATE_GIVEN;
}

/* Put a record where it belongs now, and see to it that it is looked at in time. */
static void settle(struct kept *k, u64 now, struct lost *lost)
{
	u64 until = k->expires, unused;

	lockdep_assert_held(&consent_lock);
	if (!is_alive(k))
		return;
	if (k->state == WARDEN_CONSENT_STATE_SUSPENDED) {
		if (k->expires <= now)
			change(k, WARDEN_CONSENT_STATE_EXPIRED, WARDEN_EVENT_EXPIRE, WARDEN_REASON_EXPIRED);
		else
			next_due = min(next_due, k->expires);
		return;
	}
	if (end_if_over(k, now)) {
		lost->expired = true;
		return;
	}
	if (warden_ground_holds(k, now, &until))
		warden_table_put(k, until);
	else
		lost->outside |= warden_table_take(k);
	unused = warden_ground_unused_until(k);
	if (unused <= now) /* in use: looked at again in an hour */
		unused = now + 3600 * (u64)NSEC_PER_SEC;
	next_due = min3(next_due, until, unused);
}

static void arm(void)
{
	if (next_due == U64_MAX)
		hrtimer_cancel(&due_timer);
	else
		hrtimer_start(&due_timer, ns_to_ktime(next_due), HRTIMER_MODE_ABS);
}

static struct lost settle_all(void)
{
	u64 now = ktime_get_boottime_ns();
	struct lost lost = {};
	unsigned long at;
	struct kept *k;

	lockdep_assert_held(&consent_lock);
	next_due = U64_MAX;
	xa_for_each(&records, at, k)
		settle(k, now, &lost);
	arm();
	return lost;
}

static void review(struct lost lost, u64 since)
{
	if (lost.expired)
		warden_session_review(WARDEN_REASON_EXPIRED, since, NULL);
	if (lost.outside)
		warden_session_review(WARDEN_REASON_OUTSIDE, since, NULL);
}

static void come_due(struct work_struct *work)
{
	u64 since = ktime_get_boottime_ns();
	struct lost lost;

	mutex_lock(&consent_lock);
	lost = settle_all();
	mutex_unlock(&consent_lock);
	review(lost, since);
}

static bool is_matched(const struct kept *k, const struct warden_consent_match *m)
{
	return (!m->receipt || !memcmp(m->receipt, k->grant.receipt, WARDEN_RECEIPT_SIZE)) &&
	       (!m->program || !strcmp(m->program, kept_program(k))) &&
	       (!m->class || m->class == k->grant.class);
}

static int withdraw(const struct warden_consent_match *match, u8 reason)
{
	unsigned long at;
	struct kept *k;
	int nr = 0;

	lockdep_assert_held(&consent_lock);
	xa_for_each(&records, at, k) {
		if (!is_alive(k) || !is_matched(k, match))
			continue;
		change(k, WARDEN_CONSENT_STATE_WITHDRAWN, WARDEN_EVENT_WITHDRAW, reason);
		nr++;
	}
	return nr;
}

/**
 * warden_consent_withdraw() - withdraw all living records that match
 * @match: which
 * @reason: enum warden_reason
 *
 * New opens are refused when it returns; the caller ends the sessions that
 * lost their ground with warden_session_review().
 *
 * Context: Process context, may sleep.
 * Return: how many were withdrawn.
 */
int warden_consent_withdraw(const struct warden_consent_match *match, u8 reason)
{
	int nr;

	mutex_lock(&consent_lock);
	sealed = true;
	nr = withdraw(match, reason);
	mutex_unlock(&consent_lock);
	return nr;
}

/**
 * warden_consent_clear() - withdraw all living records, of which nobody can have given any
 * @reason: enum warden_reason
 *
 * A saved state may still come. The caller ends the sessions that lost their ground.
 *
 * Context: Process context, may sleep.
 */
void warden_consent_clear(u8 reason)
{
	static const struct warden_consent_match all;

	mutex_lock(&consent_lock);
	withdraw(&all, reason);
	mutex_unlock(&consent_lock);
}

/**
 * warden_consent_used_up() - the one open that consents were for is over
 * @session: number of the session; what another holds, or nobody, stays
 *
 * One that was suspended meanwhile had its open as well.
 *
 * Context: Process context, may sleep.
 */
void warden_consent_used_up(u64 session)
{
	unsigned long at;
	struct kept *k;

	mutex_lock(&consent_lock);
	xa_for_each(&records, at, k)
		if (is_alive(k) && READ_ONCE(k->grant.holder) == session)
			change(k, WARDEN_CONSENT_STATE_USED, WARDEN_EVENT_EXPIRE,
			       WARDEN_REASON_USED_UP);
	mutex_unlock(&consent_lock);
}

static void follow(struct kept *k, const struct warden_layers *layers)
{
	bool noticed = warden_ground_is_noticed(layers, k);

	if (k->state == WARDEN_CONSENT_STATE_GIVEN && !noticed)
		change(k, WARDEN_CONSENT_STATE_SUSPENDED, WARDEN_EVENT_SUSPEND,
		       WARDEN_REASON_NOTICE_CHANGED);
	else if (k->state == WARDEN_CONSENT_STATE_SUSPENDED && noticed)
		change(k, WARDEN_CONSENT_STATE_GIVEN, WARDEN_EVENT_RESUME, WARDEN_REASON_NONE);
}

/**
 * warden_consent_follow() - hold the records against a policy that came in force
 * @layers: the policy
 *
 * A consent to another notice is suspended, and stands again under a policy
 * with the notice it was given to. The caller reviews the sessions.
 *
 * Context: In a change; may sleep.
 */
void warden_consent_follow(const struct warden_layers *layers)
{
	unsigned long at;
	struct kept *k;

	mutex_lock(&consent_lock);
	warden_ground_read(layers);
	xa_for_each(&records, at, k)
		follow(k, layers);
	settle_all();
	mutex_unlock(&consent_lock);
}

static void tell_context(u32 context)
{
	struct warden_record *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r) {
		warden_record_lose(false);
		return;
	}
	r->event = WARDEN_EVENT_CONTEXT;
	r->domain = WARDEN_DOMAIN_CONSENT;
	r->action = WARDEN_ACTION_ALLOW;
	r->count = 1;
	r->pid = task_tgid_nr(current);
	r->uid = from_kuid(&init_user_ns, current_uid());
	strscpy(r->object, context == WARDEN_CONSENT_CONTEXT_ARMED ? "armed" : "disarmed",
		sizeof(r->object));
	warden_record_add(r);
	kfree(r);
}

/**
 * warden_consent_set_context() - arm or disarm the device
 * @context: WARDEN_CONSENT_CONTEXT_ARMED or WARDEN_CONSENT_CONTEXT_DISARMED
 *
 * The caller reviews the sessions.
 *
 * Context: In a change, in process context of who says so; may sleep.
 * Return: true if it was otherwise before.
 */
bool warden_consent_set_context(u32 context)
{
	if (context == warden_consent_context())
		return false;
	mutex_lock(&consent_lock);
	warden_ground_set_context(context);
	tell_context(context);
	settle_all();
	mutex_unlock(&consent_lock);
	return true;
}

/* Make room by forgetting the oldest record that has ended. */
static int make_room(void)
{
	unsigned long at;
	struct kept *k;

	lockdep_assert_held(&consent_lock);
	if (nr_records < WARDEN_CONSENTS_MAX)
		return 0;
	xa_for_each(&records, at, k) {
		if (is_alive(k))
			continue;
		xa_erase(&records, at);
		warden_kept_free(k);
		nr_records--;
		return 0;
	}
	return -ENOSPC;
}

static bool is_known(const u8 receipt[WARDEN_RECEIPT_SIZE])
{
	const struct warden_consent_match match = { .receipt = receipt };
	unsigned long at;
	struct kept *k;

	lockdep_assert_held(&consent_lock);
	xa_for_each(&records, at, k)
		if (is_matched(k, &match))
			return true;
	return false;
}

/* What was taken back must not come again with an older copy of it. */
static int may_keep(const struct kept *k, u8 reason)
{
	if (reason == WARDEN_REASON_RESTORED && sealed)
		return -EBUSY;
	if (reason == WARDEN_REASON_IMPORTED && is_known(k->grant.receipt))
		return -EEXIST;
	return make_room();
}

static int keep(struct kept *k, u8 reason)
{
	struct lost lost = {};
	int err;

	mutex_lock(&consent_lock);
	err = may_keep(k, reason);
	sealed |= reason != WARDEN_REASON_RESTORED;
	if (!err) {
		err = xa_err(xa_store(&records, ++next_place, k, GFP_KERNEL_ACCOUNT));
	}
	if (!err) {
		nr_records++;
		tell(k, WARDEN_EVENT_GRANT, reason);
		follow(k, warden_layers_get_rcu()); /* one that was saved may be to another notice */
		settle(k, ktime_get_boottime_ns(), &lost);
		arm();
	}
	mutex_unlock(&consent_lock);
	return err;
}

static int give(struct warden_consent *c, u64 seconds, u8 reason)
{
	struct kept *k;
	int err;

	c->state = WARDEN_CONSENT_STATE_GIVEN;
	c->given = ktime_get_boottime_ns();
	c->expires = seconds ? c->given + seconds * NSEC_PER_SEC : U64_MAX;
	k = warden_kept_new(c);
	if (!k)
		return -ENOMEM;
	err = keep(k, reason);
	if (err)
		warden_kept_free(k);
	return err;
}

/**
 * warden_consent_grant() - record a consent
 * @c: what is consented to, with digests, labels, class and conditions set; receipt,
 *     state and times are filled in
 * @seconds: validity on the boot-time clock; 0 is until withdrawn
 *
 * Context: In a change; may sleep.
 * Return: 0; -ENOSPC when WARDEN_CONSENTS_MAX living records stand, -ENOMEM.
 */
int warden_consent_grant(struct warden_consent *c, u64 seconds)
{
	generate_random_uuid(c->receipt);
	c->issued = ktime_get_real_seconds();
	return give(c, seconds, WARDEN_REASON_NONE);
}

/**
 * warden_consent_restore() - record a consent of an earlier life again
 * @c: as for warden_consent_grant(), and its receipt, the time it was issued and its uses
 * @seconds: validity on the boot-time clock; 0 is until withdrawn
 *
 * Context: In a change; may sleep.
 * Return: 0; -EBUSY once anything was consented to or withdrawn in this life;
 * -ENOSPC, -ENOMEM.
 */
int warden_consent_restore(struct warden_consent *c, u64 seconds)
{
	return give(c, seconds, WARDEN_REASON_RESTORED);
}

/**
 * warden_consent_import() - record a consent of an export
 * @c: as for warden_consent_restore()
 * @seconds: validity on the boot-time clock; 0 is until withdrawn
 *
 * Whoever imports may grant as well, so it may come at any time; but a record that
 * is known here, also one that has ended, is not given anew by its copy.
 *
 * Context: In a change; may sleep.
 * Return: 0; -EEXIST where a record has this receipt; -ENOSPC, -ENOMEM.
 */
int warden_consent_import(struct warden_consent *c, u64 seconds)
{
	return give(c, seconds, WARDEN_REASON_IMPORTED);
}

/* In the place of the record it was made of, with its receipt and its history. */
static int replace(unsigned long at, struct kept *k, struct kept *carried)
{
	u64 now = ktime_get_boottime_ns();
	struct lost lost = {};

	lockdep_assert_held(&consent_lock);
	xa_store(&records, at, carried, GFP_KERNEL_ACCOUNT); /* where one is, none is allocated */
	warden_kept_step(carried, carried->state, WARDEN_REASON_UPDATED);
	settle(carried, now, &lost);
	warden_table_take(k);
	warden_kept_free(k);
	tell(carried, WARDEN_EVENT_CARRY, WARDEN_REASON_UPDATED);
	return 1;
}

/**
 * warden_consent_carry() - bind the consents to a program to what it was updated to
 * @carry: the update, verified
 *
 * The caller reviews the sessions: what there is no room for is not consented to
 * any more.
 *
 * Context: In a change; may sleep.
 * Return: how many records; -ENOMEM, where those before it are bound already.
 */
int warden_consent_carry(const struct warden_carry *carry)
{
	struct kept *k, *carried;
	unsigned long at;
	int nr = 0;

	mutex_lock(&consent_lock);
	xa_for_each(&records, at, k) {
		carried = is_alive(k) ? warden_kept_carried(k, carry) : NULL;
		if (IS_ERR(carried)) {
			nr = PTR_ERR(carried);
			break;
		}
		if (carried)
			nr += replace(at, k, carried);
	}
	arm();
	mutex_unlock(&consent_lock);
	return nr;
}

/**
 * warden_consent_seal() - take no saved record any more
 *
 * Context: Process context, may sleep.
 */
void warden_consent_seal(void)
{
	mutex_lock(&consent_lock);
	sealed = true;
	mutex_unlock(&consent_lock);
}

/**
 * warden_consent_get() - copy the first record at or after a place
 * @cursor: the place, from 0; moved to that of the record that was copied
 * @c: filled in
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOENT past the last.
 */
int warden_consent_get(unsigned long *cursor, struct warden_consent *c)
{
	struct kept *k;

	mutex_lock(&consent_lock);
	k = xa_find(&records, cursor, ULONG_MAX, XA_PRESENT);
	if (k)
		warden_kept_copy(k, c);
	if (k && c->state != k->state && warden_table_is_gone(k))
		queue_work(system_unbound_wq, &due_work); /* nothing else tells that a process ended */
	mutex_unlock(&consent_lock);
	return k ? 0 : -ENOENT;
}

/**
 * warden_consent_count() - how many records are given and alive
 *
 * Context: Process context, may sleep.
 * Return: the number.
 */
unsigned int warden_consent_count(void)
{
	unsigned int nr = 0;
	unsigned long at;
	struct kept *k;

	mutex_lock(&consent_lock);
	xa_for_each(&records, at, k)
		nr += k->state == WARDEN_CONSENT_STATE_GIVEN;
	mutex_unlock(&consent_lock);
	return nr;
}

/**
 * warden_consent_init() - set the timer and the records' cache up
 *
 * Context: Process context, module init.
 * Return: 0 or -ENOMEM.
 */
int __init warden_consent_init(void)
{
	next_due = U64_MAX;
	hrtimer_setup(&due_timer, timer_fires, CLOCK_BOOTTIME, HRTIMER_MODE_ABS);
	return warden_kept_init();
}

/**
 * warden_consent_exit() - forget all records
 *
 * Context: Process context; no command can run any more, and no session is left.
 */
void warden_consent_exit(void)
{
	unsigned long at;
	struct kept *k;

	hrtimer_cancel(&due_timer);
	cancel_work_sync(&due_work);
	hrtimer_cancel(&due_timer); /* the work may have armed it again */
	xa_for_each(&records, at, k)
		warden_kept_free(k);
	xa_destroy(&records);
	warden_kept_exit();
}
