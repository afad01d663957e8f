// SPDX-License-Identifier: GPL-2.0-only
/*
 * When a session begins to rest standing, when that is over, and what is told then; session-stand.h says
 * what it is.
 */
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <linux/suspend.h>
#include <linux/timekeeping.h>
#include <uapi/linux/warden.h>
#include <warden/filter.h>

#include "consent/consent.h"
#include "device/classify.h"
#include "device/devices.h"
#include "judge/epoch.h"
#include "network/egress.h"
#include "session-priv.h"
#include "session-stand.h"

/* In jiffies, which do not go on while the machine sleeps. */
#define STAND HZ

/* The machine is about to sleep, or just woke. */
static bool asleep;

/*
 * A terminal's open differs from others', and what it is to be shown as may be another file's. Sound puts the
 * file's reference to our operations itself, where its card is unplugged in that moment.
 */
static bool may_begin(const struct warden_session *s)
{
	const struct inode *inode = file_inode(s->file);

	return s->again && !s->dead && !READ_ONCE(asleep) && S_ISCHR(inode->i_mode) && !inode->i_fop->owner &&
	       s->sensor.kind != WARDEN_DEVICE_TERMINAL && !strstr(s->sensor.topology, "/sound/") &&
	       s->file->f_mapping == &s->mapping.pages && !warden_egress_wanted();
}

static bool lasts(const struct warden_session *s)
{
	bool lasts;

	rcu_read_lock();
	lasts = s->answer.epoch == warden_epoch() &&
		(!s->answer.grant ||
		 warden_consent_lasts(s->answer.grant, ktime_get_boottime_ns() + jiffies_to_nsecs(STAND)));
	rcu_read_unlock();
	return lasts;
}

/**
 * warden_stand_begin() - a session was opened: may it stand from now on, as it rested before?
 * @s: the session, in the table
 *
 * Context: Process context of its opener.
 */
void warden_stand_begin(struct warden_session *s)
{
	s->stands_until = jiffies;
	s->awaits = warden_filter_debug_device(file_inode(s->file)) ? 0 : s->sensor.devt;
	if (may_begin(s) && lasts(s))
		s->stands_until += STAND;
}

/**
 * warden_stand_tell() - record how often a session was opened and closed beside its first and its last
 * @s: the session, in the table
 *
 * By what it rested on then, so before it is ended, or rests on something else.
 *
 * Context: Process context, may sleep; also under the table's lock.
 */
void warden_stand_tell(struct warden_session *s)
{
	const u32 uses = atomic_xchg(&s->uses, 0);

	if (!uses)
		return;
	warden_session_tell_times(s, WARDEN_EVENT_SESSION_START, s->answer.reason, uses);
	warden_session_tell_times(s, WARDEN_EVENT_SESSION_END, WARDEN_REASON_CLOSED, uses);
	warden_inventory_used(s->sensor.devt);
	if (s->answer.has_receipt)
		warden_consent_use_more(&s->identity.digest, s->answer.receipt, uses);
}

static void tell_late(struct warden_session *s, void *any_left)
{
	if (!atomic_read(&s->uses))
		return;
	if (time_after_eq(jiffies, READ_ONCE(s->stands_until)))
		warden_stand_tell(s);
	else
		*(bool *)any_left = true;
}

/**
 * warden_stand_tell_late() - record the same of each whose second is over
 *
 * Context: Process context, may sleep.
 * Return: true where one is left, whose second is not.
 */
bool warden_stand_tell_late(void)
{
	bool any_left = false;

	warden_session_each(tell_late, &any_left);
	return any_left;
}

/**
 * warden_stand_end() - a session stands no more
 * @s: the session, which nobody else has; rests from now on, or is freed
 *
 * Context: Process context, may sleep.
 */
void warden_stand_end(struct warden_session *s)
{
	bool last;

	s->stands = false;
	warden_stand_tell(s);
	if (!warden_session_delist(s, &last))
		warden_session_tell(s, WARDEN_EVENT_SESSION_END, WARDEN_REASON_CLOSED);
	if (last)
		warden_consent_used_up(s->ground);
}

/* What expires while the machine sleeps has expired before anybody opens anything. */
static int on_sleep(struct notifier_block *nb, unsigned long event, void *data)
{
	WRITE_ONCE(asleep, event == PM_SUSPEND_PREPARE || event == PM_HIBERNATION_PREPARE);
	warden_epoch_advance();
	return NOTIFY_DONE;
}

static struct notifier_block sleep_nb = {
	.notifier_call = on_sleep,
};

/**
 * warden_stand_init() - hear of the machine's sleep
 *
 * Context: Process context, module init.
 * Return: 0 or a negative errno.
 */
int warden_stand_init(void)
{
	return register_pm_notifier(&sleep_nb);
}

/**
 * warden_stand_exit() - hear of it no more
 *
 * Context: Process context, sleeps.
 */
void warden_stand_exit(void)
{
	unregister_pm_notifier(&sleep_nb);
}
