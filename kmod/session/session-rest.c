// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sessions whose file was closed, which rest for a second as they are: a process that opens
 * the same sensor again has the same one, and nothing of it is made anew but its number, its
 * time and its record. Most of what an open costs is to judge it and to make its session.
 *
 * A session that rests is in no table, holds no module and lets nobody read anything: it is
 * memory. It is taken by the process alone that had it, with the same memory, user and program,
 * for the same device, while all its verdict was made with is what it was (epoch.h) and its
 * consent holds; else the open is judged and its session made as ever. What was refused, what is
 * told at each open, and what depends on more than that, never rests (warden_answer.repeats).
 */
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>
#include <uapi/linux/warden.h>

#include "consent/consent.h"
#include "device/devices.h"
#include "judge/epoch.h"
#include "network/egress.h"
#include "place.h"
#include "session-priv.h"
#include "session-stand.h"

struct warden_place warden_places[1 << WARDEN_PLACE_BITS];

static void rise(struct work_struct *work);
DECLARE_DELAYED_WORK(warden_rest_rising, rise);

static void end(struct warden_session *s)
{
	if (s->stands)
		warden_stand_end(s);
	warden_session_free(s);
}

static void put(struct warden_place *place, struct warden_session *s)
{
	s = xchg(&place->s, s);
	if (unlikely(s))
		end(s);
}

/* --- to rest ---------------------------------------------------------------------------- */

/* Can its question be asked again by comparing? One that rested before could. */
static bool repeats(const struct warden_session *s)
{
	return s->again ||
	       (s->answer.repeats && s->identity.version && !s->path && s->mm && !s->limit &&
		!s->was_older && s->ground == s->id && s->sensor.dev &&
		!warden_devices_lead(s->sensor.class));
}

/**
 * warden_rest_put() - a session's file was closed
 * @s: the session, which nobody else has any more; freed, or kept for a second
 *
 * Context: Process context, may sleep.
 */
void warden_rest_put(struct warden_session *s)
{
	if (!repeats(s) || !warden_session_is_whole(s)) {
		warden_session_free(s);
		return;
	}
	s->file = NULL;
	warden_rest_lay(warden_place_of(s->mm, s->sensor.devt), s);
}

/**
 * warden_rest_settle() - what is left to do when a session was laid to rest
 * @other: who was there, to end; NULL for none
 *
 * Context: Process context, may sleep.
 */
void warden_rest_settle(struct warden_session *other)
{
	if (other)
		end(other);
	schedule_delayed_work(&warden_rest_rising, WARDEN_REST);
}

/**
 * warden_rest_back() - put a session back that was taken, for as long as it would have rested
 * @place: where it was
 * @s: the session; ends where another rests there by now
 *
 * Context: Process context, may sleep.
 */
void warden_rest_back(struct warden_place *place, struct warden_session *s)
{
	const u64 epoch = s->answer.epoch;

	if (cmpxchg(&place->s, NULL, s))
		end(s);
	if (unlikely(epoch != warden_epoch())) /* a review may not have found it */
		warden_rest_stir();
}

static void rise(struct work_struct *work)
{
	struct warden_session *s;
	bool again = warden_stand_tell_late();
	u32 i;

	for (i = 0; i < ARRAY_SIZE(warden_places); i++) {
		s = xchg(&warden_places[i].s, NULL);
		if (!s)
			continue;
		if (time_after_eq(jiffies, s->rests_until)) {
			end(s);
			continue;
		}
		warden_rest_back(&warden_places[i], s);
		again = true;
	}
	if (again)
		schedule_delayed_work(&warden_rest_rising, WARDEN_REST);
}

/* --- to go on --------------------------------------------------------------------------- */

/* Would the same be answered? Its consent is there as long as the epoch is the same. */
static bool holds(const struct warden_session *s, u64 now)
{
	bool same;

	rcu_read_lock();
	same = s->answer.epoch == warden_epoch() &&
	       (!s->answer.grant || warden_consent_lasts(s->answer.grant, now));
	rcu_read_unlock();
	return same;
}

/* Is it that of who asks, for what is asked? The initial user namespace maps each to itself. */
static bool is_for(const struct warden_session *s, dev_t devt)
{
	return s->mm == current->mm && s->sensor.devt == devt && s->pid == task_tgid(current) &&
	       s->uid == __kuid_val(current_uid());
}

static bool is_traced(void)
{
	return thread_group_empty(current) ? current->ptrace : warden_judge_is_traced();
}

/* What a process is can change without a change of the epoch. */
static bool is_program(const struct warden_session *s)
{
	return !is_traced() && warden_identity_is_version(s->identity.version);
}

/**
 * warden_rest_take() - the session the current process had of a device, for another open
 * @file: the device's node, in its open
 *
 * Context: Process context, may sleep.
 * Return: the session, as its open would make it; NULL where none rests that the same verdict
 * holds for.
 */
struct warden_session *warden_rest_take(struct file *file)
{
	const struct inode *inode = file_inode(file);
	struct warden_place *place = warden_place_of(current->mm, inode->i_rdev);
	struct warden_session *s = S_ISCHR(inode->i_mode) ? warden_place_take(place) : NULL;
	u64 now;

	if (!s)
		return NULL;
	if (!is_for(s, inode->i_rdev)) {
		warden_rest_back(place, s);
		return NULL;
	}
	if (s->stands)
		warden_stand_end(s);
	s->exe = current->mm ? rcu_access_pointer(current->mm->exe_file) : NULL;
	now = ktime_get_coarse_boottime_ns(); /* a tick early at most, never late */
	if (!holds(s, now) || !is_program(s) || warden_egress_use(s->sensor.class, inode->i_rdev)) {
		warden_session_free(s);
		return NULL;
	}
	s->file = file;
	s->since = now;
	s->ground = 0;
	s->again = true;
	s->mapping.pages.host = file_inode(file);
	return s;
}

/**
 * warden_rest_holds() - does a session that rested still hold, now that reviews see it?
 * @s: one from warden_rest_take(), in the table
 *
 * Then it rests on its consent once more.
 *
 * Context: Any.
 * Return: false where something has changed, and it is to be judged.
 */
bool warden_rest_holds(const struct warden_session *s)
{
	bool holds;

	rcu_read_lock();
	holds = s->answer.epoch == warden_epoch();
	if (holds && s->answer.grant)
		warden_consent_use_again(s->answer.grant, s->since);
	rcu_read_unlock();
	return holds;
}

/**
 * warden_rest_stir() - let none rest any more of those that do
 *
 * Context: Process context, may sleep.
 */
void warden_rest_stir(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(warden_places); i++)
		put(&warden_places[i], NULL);
}

/**
 * warden_rest_exit() - free those that rest
 *
 * Context: Process context, sleeps; no session is left.
 */
void warden_rest_exit(void)
{
	cancel_delayed_work_sync(&warden_rest_rising);
	warden_rest_stir();
}
