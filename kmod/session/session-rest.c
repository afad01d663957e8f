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
#include <linux/hash.h>
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
#include "session-priv.h"

/* As many rest at most. One that comes to a taken place sends away the one that is there. */
#define PLACE_BITS 4

/* How long, in jiffies; up to twice as long, as nobody is woken for one of them. */
#define REST HZ

/* Whoever takes one out has it alone. */
static struct warden_session *places[1 << PLACE_BITS];

static void rise(struct work_struct *work);
static DECLARE_DELAYED_WORK(rising, rise);

static struct warden_session **place_of(const struct mm_struct *mm, dev_t devt)
{
	return &places[hash_long((unsigned long)mm ^ devt, PLACE_BITS)];
}

static void put(struct warden_session **place, struct warden_session *s)
{
	s = xchg(place, s);
	if (s)
		warden_session_free(s);
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

/* Is all of it as its open made it? */
static bool may_rest(const struct warden_session *s)
{
	return repeats(s) && !s->dead && !s->lent && !s->mapping.shared && list_empty(&s->mapping.wraps) &&
	       list_empty(&s->heirs) && s->answer.epoch == warden_epoch();
}

/**
 * warden_rest_put() - a session's file was closed
 * @s: the session, which nobody else has any more; freed, or kept for a second
 *
 * Context: Process context, may sleep.
 */
void warden_rest_put(struct warden_session *s)
{
	if (!may_rest(s)) {
		warden_session_free(s);
		return;
	}
	s->file = NULL;
	s->rests_until = jiffies + REST;
	put(place_of(s->mm, s->sensor.devt), s);
	if (!delayed_work_pending(&rising))
		schedule_delayed_work(&rising, REST);
}

/* Back to where it was, unless another rests there by now. */
static void put_back(struct warden_session **place, struct warden_session *s)
{
	if (cmpxchg(place, NULL, s))
		warden_session_free(s);
}

static void rise(struct work_struct *work)
{
	struct warden_session *s;
	bool again = false;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		s = xchg(&places[i], NULL);
		if (!s)
			continue;
		if (time_after_eq(jiffies, s->rests_until)) {
			warden_session_free(s);
			continue;
		}
		put_back(&places[i], s);
		again = true;
	}
	if (again)
		schedule_delayed_work(&rising, REST);
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
	struct warden_session **place = place_of(current->mm, inode->i_rdev);
	struct warden_session *s;
	u64 now;

	if (!READ_ONCE(*place) || !S_ISCHR(inode->i_mode))
		return NULL;
	s = xchg(place, NULL);
	if (!s)
		return NULL;
	now = ktime_get_coarse_boottime_ns(); /* a tick early at most, never late */
	if (!is_for(s, inode->i_rdev)) {
		put_back(place, s);
		return NULL;
	}
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
 * warden_rest_exit() - free those that rest
 *
 * Context: Process context, sleeps; no session is left.
 */
void warden_rest_exit(void)
{
	u32 i;

	cancel_delayed_work_sync(&rising);
	for (i = 0; i < ARRAY_SIZE(places); i++)
		put(&places[i], NULL);
}
