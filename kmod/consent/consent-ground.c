// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a consent needs beside its giver: its time of the week, the context it
 * was given for, the notice it was given to, and that somebody uses it.
 */
#include <linux/bits.h>
#include <linux/math64.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "consent-priv.h"
#include "policy/snapshot.h"

/* Written under the records' lock. */
static u32 context = WARDEN_CONSENT_CONTEXT_DISARMED;
static u32 unused; /* seconds */

/**
 * warden_consent_context() - is the device armed?
 *
 * Context: Any.
 * Return: WARDEN_CONSENT_CONTEXT_ARMED or WARDEN_CONSENT_CONTEXT_DISARMED.
 */
u32 warden_consent_context(void)
{
	return READ_ONCE(context);
}

/**
 * warden_ground_set_context() - arm or disarm
 * @to: the context
 *
 * Context: Under the records' lock.
 */
void warden_ground_set_context(u32 to)
{
	WRITE_ONCE(context, to);
}

/**
 * warden_ground_read() - read from a policy after which time unused consents end
 * @layers: the policy; of several layers the shortest time counts
 *
 * Context: Under the records' lock; the caller keeps @layers.
 */
void warden_ground_read(const struct warden_layers *layers)
{
	u32 i, seconds;

	unused = 0;
	for (i = 0; i < layers->nr; i++) {
		seconds = layers->layer[i]->unused;
		if (seconds && (!unused || seconds < unused))
			unused = seconds;
	}
}

/**
 * warden_ground_unused_until() - when a record will have been unused for too long
 * @k: the record
 *
 * Context: Under the records' lock.
 * Return: boot-time clock, in ns; U64_MAX where no policy says so.
 */
u64 warden_ground_unused_until(const struct kept *k)
{
	u64 last = max(READ_ONCE(k->used), k->given);

	return unused ? last + unused * (u64)NSEC_PER_SEC : U64_MAX;
}

/*
 * The week goes on with the boot-time clock from where it was when the consent
 * was given: who sets the wall clock moves no window.
 */
static bool is_open(const struct kept *k, u64 now, u64 *change)
{
	u64 seconds = div_u64(now - k->given, NSEC_PER_SEC);
	u32 second, until;
	bool holds;

	div_u64_rem(seconds + k->extra->week, WARDEN_WEEK_SECONDS, &second);
	holds = warden_windows_hold(k->extra->window, k->extra->nr_windows, second, &until);
	if (until < WARDEN_WEEK_SECONDS)
		*change = min(*change, k->given + (seconds + until) * NSEC_PER_SEC);
	return holds;
}

/**
 * warden_ground_holds() - is this the time and the context of a record?
 * @k: the record
 * @now: boot-time clock, in ns
 * @change: lowered to when that changes by itself
 *
 * Context: Under the records' lock.
 * Return: true if it is.
 */
bool warden_ground_holds(const struct kept *k, u64 now, u64 *change)
{
	if (k->context && k->context != context)
		return false;
	return !k->extra || !k->extra->nr_windows || is_open(k, now, change);
}

/* In one layer; NULL where it names none for this purpose. */
static const u8 *notice_in(const struct warden_snapshot *snap, u64 purpose)
{
	u32 i;

	for (i = 0; i < snap->nr_purposes; i++)
		if (snap->purposes[i].has_notice && snap->purposes[i].key == purpose)
			return snap->purposes[i].notice;
	return NULL;
}

/**
 * warden_ground_notice() - the notice a consent for a purpose is given to
 * @layers: the policy; of several layers that name one, the highest counts
 * @purpose: warden_snapshot_key() of the purpose's label
 *
 * Context: The caller keeps @layers.
 * Return: its SHA-256, which lives as long as @layers; NULL where no layer names one.
 */
const u8 *warden_ground_notice(const struct warden_layers *layers, u64 purpose)
{
	const u8 *notice = NULL;
	u32 i;

	for (i = 0; i < layers->nr && !notice; i++)
		notice = notice_in(layers->layer[i], purpose);
	return notice;
}

/**
 * warden_ground_is_noticed() - was a consent given to the notice of now?
 * @layers: the policy
 * @k: the record
 *
 * Context: Under the records' lock; the caller keeps @layers.
 * Return: false where the policy names another notice for its purpose.
 */
bool warden_ground_is_noticed(const struct warden_layers *layers, const struct kept *k)
{
	const u8 *notice = warden_ground_notice(layers, k->grant.purpose);

	return !notice || (k->has_notice && !memcmp(k->text, notice, WARDEN_DIGEST_SIZE));
}
