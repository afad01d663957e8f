// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lock of a device that was tampered with: one more layer below all others, which leaves of the
 * policy what its safety list names, and nothing else of sensors, ports, USB, modules and debug
 * surfaces. So what is asked, attached, ended and told is as with any layer.
 *
 * It latches. No policy takes it out, and a state that is saved has it; who has the right to load a
 * policy clears it.
 */
#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#include "change.h"
#include "hook/links.h"
#include "layers.h"
#include "lock.h"
#include "policy.h"
#include "record/record.h"
#include "snapshot.h"

/* Written in a change, under the lock; whether it is locked is read without. Nothing nests in it. */
static DEFINE_SPINLOCK(state_lock);
static struct warden_lock_status state = { .starts = 1 };

/* Without memory a device that counts as locked is not; it is tried again until there is some. */
static void enforce_late(struct work_struct *work);
static DECLARE_DELAYED_WORK(enforce_work, enforce_late);

/**
 * warden_lock_holds() - is the device locked?
 *
 * Context: Any.
 * Return: true from the change in which it was locked on.
 */
bool warden_lock_holds(void)
{
	return READ_ONCE(state.locked);
}

/* --- the layer ------------------------------------------------------------------------------ */

/* A table of the layer above; false without memory. */
static bool copy(void *to, const void *from, u32 nr, size_t size)
{
	void *table = nr ? kvmemdup(from, nr * size, GFP_KERNEL_ACCOUNT) : NULL;

	memcpy(to, &table, sizeof(table));
	return table || !nr;
}

#define COPY(lock, maker, table) \
	((lock)->nr_##table = (maker)->nr_##table, \
	 copy(&(lock)->table, (maker)->table, (maker)->nr_##table, sizeof(*(maker)->table)))

/* The order of rules stays. */
static void keep_safety(struct warden_snapshot *lock)
{
	u32 i, nr = 0;

	for (i = 0; i < lock->nr_rules; i++)
		if (lock->rules[i].flags & WARDEN_RULE_FLAG_SAFETY)
			lock->rules[nr++] = lock->rules[i];
	lock->nr_rules = nr;
}

static bool fill(struct warden_snapshot *lock, const struct warden_snapshot *maker)
{
	lock->units = maker->units;
	if (!COPY(lock, maker, programs) || !COPY(lock, maker, refs) || !COPY(lock, maker, rules) ||
	    !COPY(lock, maker, rule_digests) || !COPY(lock, maker, nets) ||
	    !COPY(lock, maker, patterns) || !COPY(lock, maker, arguments))
		return false;
	keep_safety(lock);
	return true;
}

/* It is enforced, whatever is only observed besides. */
static struct warden_snapshot *make(const struct warden_snapshot *maker)
{
	struct warden_snapshot *lock = warden_snapshot_alloc();
	u32 i;

	if (!lock)
		return NULL;
	strscpy(lock->name, "tampered", sizeof(lock->name));
	lock->locks = true;
	lock->version = maker->version ?: 1; /* the boot profile's keeps nobody from speaking */
	for (i = 0; i < WARDEN_DOMAIN_RULES; i++)
		if (warden_snapshot_shuts(i))
			lock->defaults[i] = (struct warden_default){ .action = WARDEN_ACTION_DENY,
								     .mode = WARDEN_MODE_ENFORCE };
	if (fill(lock, maker))
		return lock;
	warden_snapshot_free(lock);
	return NULL;
}

/**
 * warden_lock_renew() - have a policy that is to come in force locked, or not, as the device is
 * @layers: from warden_layers_copy(), with what was changed in it
 *
 * Context: In a change; may sleep.
 * Return: 0, or -ENOMEM.
 */
int warden_lock_renew(struct warden_layers *layers)
{
	struct warden_snapshot *lock = NULL;

	warden_change_assert_held();
	if (warden_lock_holds()) {
		lock = make(layers->layer[0]);
		if (!lock)
			return -ENOMEM;
	}
	warden_layers_lock(layers, lock);
	return 0;
}

/* --- the latch ------------------------------------------------------------------------------- */

static void tell(const struct warden_lock_cause *cause)
{
	struct warden_record *r = kzalloc(sizeof(*r), GFP_KERNEL);
	const struct warden_snapshot *maker = warden_layers_get_rcu()->layer[0];

	if (!r) {
		warden_record_lose(false);
		return;
	}
	r->event = WARDEN_EVENT_TAMPER;
	r->domain = WARDEN_DOMAIN_SYSTEM;
	r->action = WARDEN_ACTION_DENY;
	r->reason = cause->reason;
	r->line = cause->line;
	r->count = cause->count;
	r->policy_version = maker->version;
	r->generation = warden_layers_get_rcu()->generation;
	if (!(current->flags & PF_KTHREAD))
		r->pid = task_tgid_nr(current);
	r->uid = from_kuid(&init_user_ns, current_uid());
	strscpy(r->object, cause->what, sizeof(r->object));
	warden_record_add(r);
	kfree(r);
}

static bool is_enforced(void)
{
	const struct warden_layers *layers = warden_layers_get_rcu();

	return layers->layer[layers->nr - 1]->locks;
}

static void latch(const struct warden_lock_cause *cause)
{
	spin_lock(&state_lock);
	WRITE_ONCE(state.locked, true);
	state.count++;
	state.since = cause->since;
	strscpy(state.what, cause->what, sizeof(state.what));
	spin_unlock(&state_lock);
}

static int enforce(void)
{
	int err = is_enforced() || !state.locked ? 0 : warden_policy_lock();

	if (err)
		queue_delayed_work(system_highpri_wq, &enforce_work, HZ / 10);
	return err;
}

static void enforce_late(struct work_struct *work)
{
	warden_links_hold(0, 0);
	warden_change_lock();
	enforce();
	warden_change_unlock();
	warden_links_release();
}

/**
 * warden_lock_close() - lock the device, or note that an input changed while it is locked
 * @cause: why
 *
 * Context: In a change; sleeps until the sessions have ended.
 * Return: 0; -ENOMEM, where it counts as locked, and is tried again.
 */
int warden_lock_close(const struct warden_lock_cause *cause)
{
	warden_change_assert_held();
	tell(cause);
	if (!state.locked)
		latch(cause);
	return enforce();
}

/**
 * warden_lock_clear() - lift the lock
 *
 * Context: In a change; sleeps.
 * Return: 0; -ENOENT where the device is not locked, -EBUSY while a policy waits to be confirmed,
 * -ENOMEM.
 */
int warden_lock_clear(void)
{
	int err;

	warden_change_assert_held();
	if (!state.locked)
		return -ENOENT;
	WRITE_ONCE(state.locked, false);
	err = warden_policy_lock();
	if (err)
		WRITE_ONCE(state.locked, true);
	else
		warden_change_tell(&(struct warden_change){ .event = WARDEN_EVENT_TAMPER_CLEAR,
							    .object = state.what });
	return err;
}

/**
 * warden_lock_restore() - lock the device as it was in a life of before, and count on
 * @before: as it was; its clock does not count
 *
 * Context: In a change; sleeps.
 * Return: 0, or -ENOMEM, as warden_lock_close().
 */
int warden_lock_restore(const struct warden_lock_status *before)
{
	struct warden_lock_cause cause = { .reason = WARDEN_REASON_RESTORED, .count = 1 };
	bool locks = before->locked && !state.locked;
	int err = 0;

	strscpy(cause.what, before->what, sizeof(cause.what));
	if (locks)
		err = warden_lock_close(&cause);
	spin_lock(&state_lock);
	if (locks)
		state.count--; /* it is the one that was counted */
	state.count = max(state.count, before->count);
	state.starts = max(state.starts, before->starts + 1);
	if (!state.what[0])
		strscpy(state.what, before->what, sizeof(state.what));
	spin_unlock(&state_lock);
	return err;
}

/**
 * warden_lock_status() - whether the device is locked
 * @st: filled in; consistent
 *
 * Context: Any but interrupt.
 */
void warden_lock_status(struct warden_lock_status *st)
{
	spin_lock(&state_lock);
	*st = state;
	spin_unlock(&state_lock);
}

/**
 * warden_lock_exit() - try nothing again
 *
 * Context: Process context, sleeps; no input is heard, and no command can run any more.
 */
void warden_lock_exit(void)
{
	disable_delayed_work_sync(&enforce_work);
}
