/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sessions that rest standing. Who opens a sensor a second time within a second after a close may go on
 * and on: so from then on its session stays in the table between two opens, begun and lit. Nothing is
 * told, switched or judged anew by an open or a close; how often that was is told after the
 * second, when all of it is looked at again (session-rest.c).
 *
 * Within that second an open is compared with what the last whole look was about: the process, its
 * memory, user and program, the node, and by one number all that a verdict is made with (epoch.h). A
 * review passes over what stands, as nobody has its file, and ends it; an open that comes in that
 * moment is in the table before it looks at the number, and a close looks at it once more behind.
 *
 * What is here is what such an open and such a close cost.
 */
#ifndef WARDEN_SESSION_STAND_H
#define WARDEN_SESSION_STAND_H

#include <linux/cred.h>
#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/workqueue.h>

#include "judge/epoch.h"
#include "place.h"
#include "session-priv.h"

void warden_stand_begin(struct warden_session *s);
void warden_stand_end(struct warden_session *s);
void warden_stand_tell(struct warden_session *s);
bool warden_stand_tell_late(void);
int warden_stand_init(void);
void warden_stand_exit(void);

/**
 * warden_stand_may() - may a session stand until it is opened again?
 * @s: the session, whose file is being closed
 *
 * One that gave out files of its data needs the right to, which its next open need not.
 *
 * Context: Process context.
 * Return: true if it may.
 */
static inline bool warden_stand_may(const struct warden_session *s)
{
	return s->again && !READ_ONCE(s->exported) && time_before(jiffies, s->stands_until) &&
	       warden_session_is_whole(s);
}

/* How long, in jiffies; up to twice as long, as nobody is woken for one of them. */
#define WARDEN_REST HZ

extern struct delayed_work warden_rest_rising;

/**
 * warden_rest_lay() - let a session rest that may
 * @place: where
 * @s: the session, which nobody else has any more
 *
 * Context: Process context, may sleep.
 */
static inline void warden_rest_lay(struct warden_place *place, struct warden_session *s)
{
	s->rests_until = jiffies + WARDEN_REST;
	WRITE_ONCE(place->devt, s->awaits);
	s = xchg(&place->s, s);
	if (unlikely(s || !delayed_work_pending(&warden_rest_rising)))
		warden_rest_settle(s);
}

/**
 * warden_stand_put() - let a session stand
 * @s: one that may, whose file has been closed
 *
 * Context: Process context, may sleep.
 */
static inline void warden_stand_put(struct warden_session *s)
{
	const u64 epoch = s->answer.epoch;

	s->stands = true;
	warden_rest_lay(warden_place_of(s->mm, s->sensor.devt), s);
	if (unlikely(epoch != warden_epoch())) /* a review may have come before it was there */
		warden_rest_stir();
}

/* Is it that of who asks, for what is asked, and has nothing changed? */
static inline bool warden_stand_fits(const struct warden_session *s, const struct inode *inode)
{
	return s->stands && time_before(jiffies, s->stands_until) && s->answer.epoch == warden_epoch() &&
	       s->mm == current->mm && s->mapping.pages.host == inode && s->sensor.devt == inode->i_rdev &&
	       s->pid == task_tgid(current) && s->uid == __kuid_val(current_uid()) &&
	       s->exe == rcu_access_pointer(current->mm->exe_file) && !current->ptrace &&
	       (thread_group_empty(current) || !warden_judge_is_traced());
}

/**
 * warden_stand_take() - the current process's session of a device that stands
 * @inode: the device's node, in its open
 *
 * Context: Process context, may sleep.
 * Return: the session, which is the caller's alone, and in the table; NULL where none stands for it.
 */
static inline struct warden_session *warden_stand_take(const struct inode *inode)
{
	struct warden_place *place = warden_place_of(current->mm, inode->i_rdev);
	struct warden_session *s = warden_place_take(place);

	if (!s)
		return NULL;
	if (likely(warden_stand_fits(s, inode))) {
		s->stands = false;
		return s;
	}
	warden_rest_back(place, s);
	return NULL;
}

#endif /* WARDEN_SESSION_STAND_H */
