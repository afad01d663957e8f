// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy that stays only where somebody confirms it: until then the one of
 * before is kept, and comes back when the time is up, on request, or when the
 * device is locked.
 */
#include <linux/hrtimer.h>
#include <linux/math64.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>

#include "change.h"
#include "compat/hrtimer.h"
#include "hook/links.h"
#include "layers.h"
#include "lock.h"
#include "netlink/extack.h"
#include "owner.h"
#include "policy-priv.h"
#include "purpose.h"
#include "use.h"

/**
 * struct provisional - a policy that is taken back unless it is confirmed
 * @before: what comes back; NULL where nothing waits
 * @layer: enum warden_role of the layer that was loaded
 * @until: boot-time clock, in ns
 *
 * Changed inside a change; @layer and @until are also read outside of one, for
 * people.
 */
static struct provisional {
	struct warden_layers *before;
	u8 layer;
	u64 until;
} provisional;

/* Fires when nobody confirmed; work does what a timer may not. */
static struct hrtimer revert_timer;
static void revert_late(struct work_struct *work);
static DECLARE_WORK(revert_work, revert_late);

static void forget_waiting(void)
{
	provisional.before = NULL;
	WRITE_ONCE(provisional.layer, WARDEN_ROLE_NONE);
	warden_links_need(WARDEN_NEED_WAITING, 0);
}

/* Take the policy of before back; what it needs stayed attached. @old is what was in force. */
static struct warden_committed revert(u32 reason)
{
	const bool others = warden_owner_settle(provisional.before); /* the owner went meanwhile */
	struct warden_layers *old;
	struct warden_committed done = warden_policy_publish(provisional.before, &old, WARDEN_REASON_POLICY_CHANGED);

	warden_change_assert_held();
	warden_change_tell(&(struct warden_change){
		.event = WARDEN_EVENT_POLICY_REVERT,
		.reason = reason,
		.snap = warden_layers_find(old, provisional.layer),
	});
	forget_waiting();
	warden_layers_retire(old);
	warden_use_doubt();
	if (others)
		warden_use_again();
	warden_purpose_doubt();
	done.ended = warden_policy_review(WARDEN_REASON_POLICY_CHANGED);
	return done;
}

static void revert_late(struct work_struct *work)
{
	warden_change_lock();
	if (provisional.before && ktime_get_boottime_ns() >= provisional.until)
		revert(WARDEN_REASON_NOT_CONFIRMED);
	warden_change_unlock();
}

static enum hrtimer_restart time_is_up(struct hrtimer *timer)
{
	schedule_work(&revert_work);
	return HRTIMER_NORESTART;
}

/**
 * warden_policy_wait() - take a policy back unless somebody confirms it in time
 * @before: what comes back; given away
 * @layer: enum warden_role of the layer that was loaded
 * @seconds: how long that may take
 *
 * Context: In a change; nothing else waits.
 */
void warden_policy_wait(struct warden_layers *before, u8 layer, u32 seconds)
{
	warden_change_assert_held();
	provisional.before = before;
	WRITE_ONCE(provisional.until, ktime_get_boottime_ns() + (u64)seconds * NSEC_PER_SEC);
	WRITE_ONCE(provisional.layer, layer);
	hrtimer_start(&revert_timer, ns_to_ktime(provisional.until), HRTIMER_MODE_ABS);
}

/**
 * warden_policy_check_waiting() - refuse what cannot be while a policy waits
 * @extack: told for how long it does
 *
 * Context: In a change.
 * Return: 0 or -EBUSY.
 */
int warden_policy_check_waiting(struct netlink_ext_ack *extack)
{
	struct warden_waiting w;

	if (!provisional.before)
		return 0;
	warden_policy_waiting(&w);
	NL_SET_ERR_MSG_FMT(extack, "the %s layer waits %u s more to be confirmed or taken back",
			   warden_policy_word(w.layer), w.seconds);
	return -EBUSY;
}

/**
 * warden_policy_confirm() - keep the policy that waits, or take it back
 * @revert_now: take it back
 * @done: filled in
 * @extack: told why not
 *
 * Context: In a change; sleeps.
 * Return: 0, or -ENOENT where nothing waits.
 */
int warden_policy_confirm(bool revert_now, struct warden_committed *done,
			  struct netlink_ext_ack *extack)
{
	const struct warden_layers *layers = warden_layers_get_rcu();
	u8 layer = provisional.layer;

	warden_change_assert_held();
	if (!provisional.before)
		return warden_refuse(extack, NULL, -ENOENT,
				     "no policy waits to be confirmed; its time may be up");
	hrtimer_cancel(&revert_timer);
	if (revert_now) {
		*done = revert(WARDEN_REASON_REVERTED);
		return 0;
	}
	warden_layers_retire(provisional.before);
	forget_waiting();
	warden_policy_settle(layers, layer);
	warden_change_tell(&(struct warden_change){ .event = WARDEN_EVENT_POLICY_CONFIRM,
						    .snap = warden_layers_find(layers, layer) });
	*done = (struct warden_committed){ .generation = layers->generation };
	return 0;
}

/**
 * warden_policy_lock() - put the policy in force anew, as the device was locked or its lock lifted
 *
 * A policy that waits to be confirmed is taken back where the device was locked: who loaded it
 * can no longer tell that all is well.
 *
 * Context: In a change; sleeps.
 * Return: 0; -EBUSY where a policy waits and the lock was lifted; -ENOMEM, and all is as it was.
 */
int warden_policy_lock(void)
{
	if (provisional.before && !warden_lock_holds())
		return -EBUSY;
	if (provisional.before) {
		hrtimer_cancel(&revert_timer);
		revert(WARDEN_REASON_TAMPERED);
	}
	return warden_policy_again(WARDEN_REASON_TAMPERED);
}

/**
 * warden_policy_waiting() - what waits to be confirmed
 * @w: filled in
 *
 * Context: Any.
 */
void warden_policy_waiting(struct warden_waiting *w)
{
	u64 until = READ_ONCE(provisional.until), now = ktime_get_boottime_ns();

	w->layer = READ_ONCE(provisional.layer);
	w->seconds = until > now ? div_u64(until - now + NSEC_PER_SEC - 1, NSEC_PER_SEC) : 0;
}

/**
 * warden_policy_confirm_init() - nothing waits
 *
 * Context: Module init.
 */
void __init warden_policy_confirm_init(void)
{
	hrtimer_setup(&revert_timer, time_is_up, CLOCK_BOOTTIME, HRTIMER_MODE_ABS);
}

/**
 * warden_policy_confirm_exit() - forget what waits
 *
 * Context: Process context, sleeps; no command can run any more. Before
 * warden_layers_exit(), which frees it.
 */
void warden_policy_confirm_exit(void)
{
	hrtimer_cancel(&revert_timer);
	cancel_work_sync(&revert_work);
	warden_change_lock();
	warden_layers_retire(provisional.before);
	provisional.before = NULL;
	warden_change_unlock();
}
