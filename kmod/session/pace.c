// SPDX-License-Identifier: GPL-2.0-only
/*
 * How often something may be used, kept by the moment at which the next use is due
 * (the generic cell rate algorithm of ITU-T I.371).
 *
 * Not by open file: who opens a device twice, or anew for each value, has one pace.
 * One that nobody uses and whose moment is past says nothing and is forgotten.
 */
#include <linux/hrtimer.h>
#include <linux/list.h>
#include <linux/math64.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>

#include "pace.h"

#define HOUR_NS (3600ULL * NSEC_PER_SEC)

/**
 * struct warden_pace - the uses of one device, or of a part of it, by one sharer
 * @node: in @paces
 * @device: key of the device
 * @sharer: key of the program that has it; 0 is several together
 * @part: key of the attribute; 0 is the node
 * @due: boot-time clock in ns, when the next use is due
 * @users: open files
 */
struct warden_pace {
	struct list_head node;
	u64 device;
	u64 sharer;
	u64 part;
	u64 due;
	u32 users;
};

/* Protects the list and what is in it; nothing nests in it. */
static DEFINE_SPINLOCK(paces_lock);
static LIST_HEAD(paces);

static struct warden_pace *find(u64 device, u64 sharer, u64 part)
{
	struct warden_pace *p;

	lockdep_assert_held(&paces_lock);
	list_for_each_entry(p, &paces, node)
		if (p->device == device && p->sharer == sharer && p->part == part)
			return p;
	return NULL;
}

/* What says nothing any more goes to @gone. */
static void forget_past(struct list_head *gone)
{
	u64 now = ktime_get_boottime_ns();
	struct warden_pace *p, *next;

	lockdep_assert_held(&paces_lock);
	list_for_each_entry_safe(p, next, &paces, node)
		if (!p->users && p->due <= now)
			list_move(&p->node, gone);
}

static void free_all(struct list_head *gone)
{
	struct warden_pace *p, *next;

	list_for_each_entry_safe(p, next, gone, node)
		kfree(p);
}

/**
 * warden_pace_get() - the pace of a device's uses
 * @device: key of its topology name
 * @sharer: key of the program that has it alone; 0 where all share it
 * @part: key of the attribute; 0 is the node
 *
 * Context: Process context, may sleep.
 * Return: the pace, to be put; NULL without memory.
 */
struct warden_pace *warden_pace_get(u64 device, u64 sharer, u64 part)
{
	struct warden_pace *fresh = kzalloc(sizeof(*fresh), GFP_KERNEL_ACCOUNT), *p;
	LIST_HEAD(gone);

	if (!fresh)
		return NULL;
	spin_lock(&paces_lock);
	forget_past(&gone);
	p = find(device, sharer, part);
	if (!p) {
		*fresh = (struct warden_pace){ .device = device, .sharer = sharer, .part = part };
		list_add(&fresh->node, &paces);
		swap(fresh, p);
	}
	p->users++;
	spin_unlock(&paces_lock);
	kfree(fresh);
	free_all(&gone);
	return p;
}

/**
 * warden_pace_put() - let a pace go
 * @p: the pace
 *
 * Context: Any but interrupt.
 */
void warden_pace_put(struct warden_pace *p)
{
	spin_lock(&paces_lock);
	p->users--;
	spin_unlock(&paces_lock);
}

/* Take up to @want uses; 0 where none is due, and @wait is how long. */
static u32 take(struct warden_pace *p, u32 rate, u32 want, u32 ahead, u64 *wait)
{
	const u64 step = div_u64(HOUR_NS, rate);
	const u64 most = ahead * step;
	u64 now = ktime_get_boottime_ns(), begin;
	u32 taken = 0;

	spin_lock(&paces_lock);
	begin = max(p->due, now);
	if (begin - now <= most) {
		taken = min_t(u64, want, div64_u64(most - (begin - now), max(step, 1ULL)) + 1);
		p->due = begin + taken * step;
	} else {
		*wait = begin - now - most;
	}
	spin_unlock(&paces_lock);
	return taken;
}

/**
 * warden_pace_sleep() - sleep, unless somebody wants this thread
 * @ns: how long
 *
 * Context: Process context, sleeps.
 * Return: 0, or -ERESTARTSYS.
 */
int warden_pace_sleep(u64 ns)
{
	ktime_t wait = ns_to_ktime(ns);

	set_current_state(TASK_INTERRUPTIBLE);
	schedule_hrtimeout_range(&wait, 0, HRTIMER_MODE_REL);
	return signal_pending(current) ? -ERESTARTSYS : 0;
}

/**
 * warden_pace_wait() - wait until a use is due, and take it
 * @p: the pace
 * @rate: uses in an hour, at least 1
 * @want: how many would be taken at once, at least 1
 * @ahead: how many may be taken ahead of their time, where none was before
 * @nowait: do not wait
 *
 * Context: Process context, sleeps.
 * Return: how many were taken; -EAGAIN where it would have to wait; -ERESTARTSYS.
 */
int warden_pace_wait(struct warden_pace *p, u32 rate, u32 want, u32 ahead, bool nowait)
{
	u64 wait;
	u32 taken;
	int err;

	for (;;) {
		taken = take(p, rate, want, ahead, &wait);
		if (taken)
			return taken;
		if (nowait)
			return -EAGAIN;
		err = warden_pace_sleep(wait);
		if (err)
			return err;
	}
}

/**
 * warden_pace_exit() - forget all
 *
 * Context: Process context; no session is left.
 */
void warden_pace_exit(void)
{
	free_all(&paces);
	INIT_LIST_HEAD(&paces);
}
