// SPDX-License-Identifier: GPL-2.0-only
/*
 * How Warden is stopped, in steps of which none leaves anything half done:
 *  1. no use of a sensor begins any more, and all sessions end, in one change;
 *  2. the programs are let go, when each task that is in a call of the kernel has slept or
 *     left it. Until then all else is enforced, and sensors are refused;
 *  3. what is open still is given back to its driver, so that it does not keep the module.
 * How long 2 and 3 take is up to others. A work does them, with no change held up: whoever stops
 * Warden waits for a moment, and is told where that was not enough.
 */
#include <linux/module.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <uapi/linux/warden.h>

#include "consent/switch.h"
#include "debug/debug.h"
#include "device/ear.h"
#include "device/tamper.h"
#include "hook/hooks.h"
#include "policy/change.h"
#include "session/session.h"
#include "stop.h"

/* A session's holders have 5 seconds to unmap, so that this is longer. */
#define WAIT_FOR (8 * HZ)

/* Until programs are freed that were let go. */
#define FREE_MS 5000

/* How often it was begun, in a change, and how often it was done since. */
static u32 begun;
static u32 done;
static DECLARE_WAIT_QUEUE_HEAD(done_queue);

static void finish(struct work_struct *work);
static DECLARE_WORK(finish_work, finish);

static void finish(struct work_struct *work)
{
	const u32 mine = READ_ONCE(begun);

	warden_hooks_detach();
	warden_change_lock();
	warden_hooks_end();
	warden_tamper_stop();
	warden_change_unlock();
	warden_session_let_go();
	warden_debug_hand_back();
	WRITE_ONCE(done, mine);
	wake_up_all(&done_queue);
}

/* One that is not done yet is not begun anew. Later ones try to give back what could not be. */
static u32 begin(void)
{
	u32 mine;

	warden_change_lock();
	if (begun == READ_ONCE(done)) {
		warden_change_tell(&(struct warden_change){ .event = WARDEN_EVENT_STOP,
							    .object = "warden" });
		warden_switch_stop();
		warden_session_end_all(WARDEN_REASON_STOPPING);
		WRITE_ONCE(begun, begun + 1);
		queue_work(system_unbound_wq, &finish_work);
	}
	mine = begun;
	warden_change_unlock();
	return mine;
}

/* The programs are freed a grace period after their links; until then rmmod is refused, or later. */
static unsigned int wait_for_programs(unsigned int sessions)
{
	unsigned int ms;

	for (ms = 0; ms < FREE_MS && module_refcount(THIS_MODULE) > (int)sessions; ms += 10)
		msleep(10);
	return sessions ?: max(module_refcount(THIS_MODULE), 0);
}

/**
 * warden_stop() - end all sessions, let the programs go, and all else that keeps the module
 * @st: filled in
 *
 * The sessions have ended when this returns, and none can begin. Where programs are not gone by then
 * it goes on without the caller, who may call again to wait on.
 *
 * Context: Process context, in no change; sleeps for some seconds at most.
 */
void warden_stop(struct warden_stopped *st)
{
	const u32 mine = begin();
	unsigned int left;

	st->ends = !wait_event_timeout(done_queue, (s32)(READ_ONCE(done) - mine) >= 0, WAIT_FOR);
	left = warden_session_left() + warden_ear_count();
	st->left = st->ends ? left : wait_for_programs(left);
}

/**
 * warden_stop_settle() - wait until what was begun is done
 *
 * Context: Process context, sleeps; module exit.
 */
void warden_stop_settle(void)
{
	flush_work(&finish_work);
}
