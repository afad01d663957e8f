// SPDX-License-Identifier: GPL-2.0-only
/*
 * Consent records, and the immutable table of living grants that decisions read.
 *
 * Records change under consent_lock; each change builds a new table and
 * publishes it with RCU. Time is the boot-time clock, which nobody can set.
 */
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/timekeeping.h>
#include <linux/uuid.h>
#include <linux/workqueue.h>

#include "compat/hrtimer.h"
#include "consent.h"
#include "record.h"
#include "session.h"

struct entry {
	struct list_head node;
	struct warden_consent consent;
};

/* Protects entries, nr_entries, grants and generation; sessions are reviewed outside of it. */
static DEFINE_MUTEX(consent_lock);
static LIST_HEAD(entries);
static unsigned int nr_entries;
static struct warden_grants __rcu *grants;
static u64 generation;

/* Fires at the next expiry; work does what a timer may not. */
static struct hrtimer expiry_timer;
static void expire(struct work_struct *work);
static DECLARE_WORK(expiry_work, expire);

static int compare_grants(const void *a, const void *b)
{
	const struct warden_grant *x = a, *y = b;

	return memcmp(&x->digest, &y->digest, sizeof(x->digest));
}

static unsigned int count_grants(void)
{
	struct entry *e;
	unsigned int nr = 0;

	list_for_each_entry(e, &entries, node)
		if (e->consent.state == WARDEN_CONSENT_STATE_GIVEN)
			nr += e->consent.nr_digests;
	return nr;
}

static void fill_grants(struct warden_grants *table)
{
	struct entry *e;
	unsigned int nr = 0, i;

	list_for_each_entry(e, &entries, node) {
		const struct warden_consent *c = &e->consent;

		if (c->state != WARDEN_CONSENT_STATE_GIVEN)
			continue;
		for (i = 0; i < c->nr_digests; i++) {
			struct warden_grant *g = &table->grant[nr++];

			g->digest = c->digests[i];
			g->class = c->class;
			g->purpose = c->purpose_key;
			g->expires = c->expires;
			memcpy(g->receipt, c->receipt, sizeof(g->receipt));
		}
	}
	sort(table->grant, nr, sizeof(table->grant[0]), compare_grants, NULL);
}

/*
 * Publish the living grants. Without memory nothing is granted: the table
 * becomes empty, which is the safe side.
 */
static int publish_grants(void)
{
	unsigned int nr = count_grants();
	struct warden_grants *old, *table;

	lockdep_assert_held(&consent_lock);
	table = kvzalloc(struct_size(table, grant, nr), GFP_KERNEL_ACCOUNT);
	if (table) {
		table->nr = nr;
		table->generation = ++generation;
		fill_grants(table);
	}
	old = rcu_replace_pointer(grants, table, lockdep_is_held(&consent_lock));
	if (old) {
		synchronize_rcu();
		kvfree(old);
	}
	return table ? 0 : -ENOMEM;
}

static void arm_expiry(void)
{
	u64 next = U64_MAX;
	struct entry *e;

	lockdep_assert_held(&consent_lock);
	list_for_each_entry(e, &entries, node)
		if (e->consent.state == WARDEN_CONSENT_STATE_GIVEN)
			next = min(next, e->consent.expires);
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

static void tell(const struct warden_consent *c, u32 event, u32 reason)
{
	struct warden_record *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r) {
		warden_record_lose(false);
		return;
	}
	r->event = event;
	r->domain = WARDEN_DOMAIN_CONSENT;
	r->action = event == WARDEN_EVENT_GRANT ? WARDEN_ACTION_ALLOW : WARDEN_ACTION_DENY;
	r->reason = reason;
	r->count = 1;
	r->pid = current->flags & PF_KTHREAD ? 0 : task_tgid_nr(current); /* nobody expires it */
	r->uid = from_kuid(&init_user_ns, current_uid());
	r->class = c->class;
	r->has_receipt = 1;
	memcpy(r->receipt, c->receipt, sizeof(r->receipt));
	r->program_digest = c->digests[0];
	strscpy(r->program, c->program, sizeof(r->program));
	strscpy(r->object, c->purpose, sizeof(r->object));
	warden_record_add(r);
	kfree(r);
}

/* End every record that @wanted picks; its sessions lose their ground. */
static unsigned int end_records(bool (*wanted)(const struct warden_consent *c, const void *arg),
				const void *arg, u8 state, u32 event, u32 reason)
{
	unsigned int nr = 0;
	struct entry *e;

	mutex_lock(&consent_lock);
	list_for_each_entry(e, &entries, node) {
		if (e->consent.state != WARDEN_CONSENT_STATE_GIVEN || !wanted(&e->consent, arg))
			continue;
		e->consent.state = state;
		tell(&e->consent, event, reason);
		nr++;
	}
	if (nr)
		publish_grants();
	arm_expiry();
	mutex_unlock(&consent_lock);
	return nr;
}

static bool is_over(const struct warden_consent *c, const void *arg)
{
	return c->expires <= *(const u64 *)arg;
}

static void expire(struct work_struct *work)
{
	u64 now = ktime_get_boottime_ns();

	if (end_records(is_over, &now, WARDEN_CONSENT_STATE_EXPIRED, WARDEN_EVENT_EXPIRE,
			WARDEN_REASON_EXPIRED))
		warden_session_review(WARDEN_REASON_EXPIRED, now, NULL);
}

static bool is_matched(const struct warden_consent *c, const void *arg)
{
	const struct warden_consent_match *m = arg;

	return (!m->receipt || !memcmp(m->receipt, c->receipt, sizeof(c->receipt))) &&
	       (!m->program || !strcmp(m->program, c->program)) &&
	       (!m->class || m->class == c->class);
}

/**
 * warden_consent_withdraw() - withdraw all living records that match
 * @match: which
 *
 * New opens are refused when it returns; the caller ends the sessions that
 * lost their ground with warden_session_review().
 *
 * Context: Process context, may sleep.
 * Return: how many were withdrawn.
 */
int warden_consent_withdraw(const struct warden_consent_match *match)
{
	return end_records(is_matched, match, WARDEN_CONSENT_STATE_WITHDRAWN,
			   WARDEN_EVENT_WITHDRAW, WARDEN_REASON_WITHDRAWN);
}

/* Make room by forgetting the oldest record that has ended. */
static int make_room(void)
{
	struct entry *e;

	lockdep_assert_held(&consent_lock);
	if (nr_entries < WARDEN_CONSENTS_MAX)
		return 0;
	list_for_each_entry(e, &entries, node) {
		if (e->consent.state == WARDEN_CONSENT_STATE_GIVEN)
			continue;
		list_del(&e->node);
		kfree(e);
		nr_entries--;
		return 0;
	}
	return -ENOSPC;
}

static int add_entry(struct entry *e)
{
	int err;

	mutex_lock(&consent_lock);
	err = make_room();
	if (!err) {
		list_add_tail(&e->node, &entries);
		nr_entries++;
		err = publish_grants();
		if (err) {
			list_del(&e->node);
			nr_entries--;
		} else {
			tell(&e->consent, WARDEN_EVENT_GRANT, WARDEN_REASON_NONE);
			arm_expiry();
		}
	}
	mutex_unlock(&consent_lock);
	return err;
}

/**
 * warden_consent_grant() - record a consent
 * @c: what is consented to, with digests, labels and class set; receipt, state
 *     and times are filled in
 * @seconds: validity on the boot-time clock; 0 is until withdrawn
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOSPC when WARDEN_CONSENTS_MAX living records stand, -ENOMEM.
 */
int warden_consent_grant(struct warden_consent *c, u64 seconds)
{
	struct entry *e = kzalloc(sizeof(*e), GFP_KERNEL_ACCOUNT);
	int err;

	if (!e)
		return -ENOMEM;
	generate_random_uuid(c->receipt);
	c->state = WARDEN_CONSENT_STATE_GIVEN;
	c->given = ktime_get_boottime_ns();
	c->expires = seconds ? c->given + seconds * NSEC_PER_SEC : U64_MAX;
	c->purpose_key = warden_snapshot_key(c->purpose);
	e->consent = *c;
	err = add_entry(e);
	if (err)
		kfree(e);
	return err;
}

/**
 * warden_consent_get() - copy a record by its place in the list
 * @index: from 0, oldest first
 * @c: filled in
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOENT past the end.
 */
int warden_consent_get(unsigned int index, struct warden_consent *c)
{
	struct entry *e;
	int err = -ENOENT;

	mutex_lock(&consent_lock);
	list_for_each_entry(e, &entries, node) {
		if (index--)
			continue;
		*c = e->consent;
		err = 0;
		break;
	}
	mutex_unlock(&consent_lock);
	return err;
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
	struct entry *e;

	mutex_lock(&consent_lock);
	list_for_each_entry(e, &entries, node)
		nr += e->consent.state == WARDEN_CONSENT_STATE_GIVEN;
	mutex_unlock(&consent_lock);
	return nr;
}

/**
 * warden_consent_grants_rcu() - the living grants
 *
 * Context: Inside rcu_read_lock(), which bounds how long they may be used.
 * Return: the table, or NULL for none.
 */
const struct warden_grants *warden_consent_grants_rcu(void)
{
	return rcu_dereference(grants);
}

/**
 * warden_consent_init() - set the expiry timer up
 *
 * Context: Process context, module init.
 * Return: 0.
 */
int warden_consent_init(void)
{
	hrtimer_setup(&expiry_timer, expiry_fires, CLOCK_BOOTTIME, HRTIMER_MODE_ABS);
	return 0;
}

/**
 * warden_consent_exit() - forget all records
 *
 * Context: Process context; no command can run any more.
 */
void warden_consent_exit(void)
{
	struct entry *e, *next;

	hrtimer_cancel(&expiry_timer);
	cancel_work_sync(&expiry_work);
	hrtimer_cancel(&expiry_timer); /* the work may have armed it again */
	list_for_each_entry_safe(e, next, &entries, node)
		kfree(e);
	kvfree(rcu_dereference_protected(grants, 1));
}
