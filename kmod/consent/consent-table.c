// SPDX-License-Identifier: GPL-2.0-only
/*
 * The consents that hold now, as decisions read them: chains by the digest of
 * the program, changed one grant at a time and read with no lock. So giving the
 * ten thousandth consent costs what giving the first one does.
 */
#include <linux/bitmap.h>
#include <linux/bits.h>
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>

#include "consent-priv.h"
#include "judge/epoch.h"

/* Written under the records' lock. */
static struct warden_grants table;
static u32 nr_standing;

/* By it what is for one open or one process gets its holder; innermost. */
static DEFINE_SPINLOCK(claims_lock);

/* The holder of a record that goes: no number of a session, and no address. */
#define GONE (1ULL << 62)

/* Counts the changes of the table, from 1; raised after each. */
static u64 generation = 1;

/**
 * warden_consent_grants() - the consents that hold now
 *
 * Context: Inside rcu_read_lock(), which bounds how long a grant may be used.
 * Return: the table, or NULL where none holds.
 */
const struct warden_grants *warden_consent_grants(void)
{
	return READ_ONCE(nr_standing) ? &table : NULL;
}

/**
 * warden_consent_generation() - which state the table is in
 *
 * Asked before the table is read: where it is the same later, what was read still
 * holds, but for a grant that has expired since.
 *
 * Context: Any.
 * Return: a number that rises with each change.
 */
u64 warden_consent_generation(void)
{
	return smp_load_acquire(&generation);
}

static void raise_generation(void)
{
	smp_store_release(&generation, generation + 1);
	warden_epoch_advance();
}

static void unlink(struct warden_grant_link *link)
{
	struct warden_grant_link **at = &table.chain[warden_grants_chain(&link->digest)];

	while (*at != link)
		at = &(*at)->next;
	WRITE_ONCE(*at, link->next);
}

static void link(struct warden_grant_link *link)
{
	struct warden_grant_link **chain = &table.chain[warden_grants_chain(&link->digest)];

	link->next = *chain;
	smp_store_release(chain, link);
}

/**
 * warden_table_put() - let a record hold
 * @k: the record
 * @until: boot-time clock, in ns
 *
 * Context: Process context, under the records' lock.
 */
void warden_table_put(struct kept *k, u64 until)
{
	u32 i;

	WRITE_ONCE(k->grant.expires, until);
	if (k->stands)
		return;
	for (i = 0; i < k->nr_links; i++)
		link(&k->link[i]);
	k->stands = true;
	WRITE_ONCE(nr_standing, nr_standing + 1);
	raise_generation();
}

/**
 * warden_table_take() - let a record hold no more
 * @k: the record
 *
 * A decision under way may still have seen it; whoever rests on that compares
 * the generation.
 *
 * Context: Process context, under the records' lock.
 * Return: true if it had held.
 */
bool warden_table_take(struct kept *k)
{
	u32 i;

	if (!k->stands)
		return false;
	for (i = 0; i < k->nr_links; i++)
		unlink(&k->link[i]);
	k->stands = false;
	WRITE_ONCE(nr_standing, nr_standing - 1);
	raise_generation();
	return true;
}

/**
 * warden_table_is_gone() - has the process a record is bound to ended?
 * @k: the record
 *
 * Context: Any.
 * Return: true if it had one, and that has ended.
 */
bool warden_table_is_gone(const struct kept *k)
{
	struct pid *process;
	bool gone;

	rcu_read_lock();
	process = kept_process(k); /* what lets go of it has another reference */
	gone = process && !pid_task(process, PIDTYPE_TGID);
	rcu_read_unlock();
	return gone;
}

static struct kept *kept_of(const struct warden_grant *grant)
{
	return container_of(grant, struct kept, grant);
}

static struct kept *find(const struct warden_digest *digest, const u8 receipt[WARDEN_RECEIPT_SIZE])
{
	const struct warden_grant_link *at = READ_ONCE(table.chain[warden_grants_chain(digest)]);

	while (at && (memcmp(at->grant->receipt, receipt, WARDEN_RECEIPT_SIZE) ||
		      memcmp(&at->digest, digest, sizeof(*digest))))
		at = READ_ONCE(at->next);
	return at ? kept_of(at->grant) : NULL;
}

/* Whose a consent is once it is used; 0 is still everybody's. */
static u64 holder_by(const struct kept *k, u64 process, u64 session)
{
	switch (k->grant.validity) {
	case WARDEN_CONSENT_VALIDITY_ONCE:
		return session;
	case WARDEN_CONSENT_VALIDITY_RUN:
		return process;
	default:
		return 0;
	}
}

/* False where it is somebody else's. */
static bool claim(struct kept *k, u64 holder, bool *fresh)
{
	const u64 before = k->grant.holder;

	lockdep_assert_held(&claims_lock);
	*fresh = holder && !before;
	if (*fresh) {
		WRITE_ONCE(k->grant.holder, holder);
		get_pid(kept_process(k)); /* so that its address is nobody else's */
	}
	return !holder || !before || before == holder;
}

static void let_go(struct kept *k)
{
	struct pid *process = kept_process(k);

	lockdep_assert_held(&claims_lock);
	WRITE_ONCE(k->grant.holder, 0);
	put_pid(process);
}

/**
 * warden_table_forget() - a record goes, and is held by nobody from now on
 * @k: the record, in no table; a decision under way may still claim it, in vain
 *
 * Context: Process context, may sleep.
 */
void warden_table_forget(struct kept *k)
{
	struct pid *process;

	spin_lock(&claims_lock);
	process = kept_process(k);
	WRITE_ONCE(k->grant.holder, GONE);
	spin_unlock(&claims_lock);
	put_pid(process);
}

/*
 * Nobody else comes to hold one of them before all are held, and so nobody rests on what is let go again. Who asks
 * in that moment may find it held.
 */
static bool claim_all(const struct warden_grant *const grants[], u32 nr, u64 process, u64 session)
{
	DECLARE_BITMAP(ours, WARDEN_CLAIMS_MAX);
	bool may = true, fresh;
	struct kept *k;
	u32 i;

	bitmap_zero(ours, WARDEN_CLAIMS_MAX);
	spin_lock(&claims_lock);
	for (i = 0; i < nr && may; i++) {
		k = kept_of(grants[i]);
		may = claim(k, holder_by(k, process, session), &fresh);
		__assign_bit(i, ours, fresh);
	}
	while (!may && i--)
		if (test_bit(i, ours))
			let_go(kept_of(grants[i]));
	spin_unlock(&claims_lock);
	return may;
}

static bool is_everybodys(const struct warden_grant *const grants[], u32 nr)
{
	u32 i;

	for (i = 0; i < nr; i++)
		if (grants[i]->validity == WARDEN_CONSENT_VALIDITY_ONCE ||
		    grants[i]->validity == WARDEN_CONSENT_VALIDITY_RUN)
			return false;
	return true;
}

/**
 * warden_consent_hold() - a session rests on consents that a verdict has found
 * @grants: the consents, all of one use, each once
 * @nr: how many, WARDEN_CLAIMS_MAX at most
 * @process: address of the struct pid of its thread group, which the caller holds
 * @session: its number; @process again for a use that has no session (judge/named.c)
 *
 * Context: Under the rcu_read_lock() in which they were found.
 * Return: false where one is for one open or one process, and another was first; then nobody holds
 * one of them by this.
 */
bool warden_consent_hold(const struct warden_grant *const grants[], u32 nr, u64 process, u64 session)
{
	const u64 now = ktime_get_boottime_ns();
	struct kept *k;
	u32 i;

	if (!is_everybodys(grants, nr) && !claim_all(grants, nr, process, session))
		return false;
	for (i = 0; i < nr; i++) {
		k = kept_of(grants[i]);
		WRITE_ONCE(k->used, now);
		atomic_inc(&k->uses);
	}
	return true;
}

/**
 * warden_consent_use() - a session rests on a consent
 * @digest: its program
 * @receipt: the consent
 * @process: as for warden_consent_hold()
 * @session: as for warden_consent_hold()
 *
 * Context: Any.
 * Return: false where the consent is for one open or one process, and another was
 * first. One that no longer holds is no matter of this.
 */
bool warden_consent_use(const struct warden_digest *digest, const u8 receipt[WARDEN_RECEIPT_SIZE],
			u64 process, u64 session)
{
	const struct warden_grant *grant;
	bool may = true;
	struct kept *k;

	rcu_read_lock();
	k = find(digest, receipt);
	if (k) {
		grant = &k->grant;
		may = warden_consent_hold(&grant, 1, process, session);
	}
	rcu_read_unlock();
	return may;
}

/**
 * warden_consent_is_for() - is a consent for a program to use sensors of some classes?
 * @receipt: the consent
 * @digest: the program
 * @classes: bit mask of enum warden_sensor_class
 *
 * Context: Any.
 * Return: true if it is, and holds.
 */
bool warden_consent_is_for(const u8 receipt[WARDEN_RECEIPT_SIZE], const struct warden_digest *digest,
			   u32 classes)
{
	const struct kept *k;
	bool is;

	rcu_read_lock();
	k = find(digest, receipt);
	is = k && classes & BIT(k->grant.class);
	rcu_read_unlock();
	return is;
}

/**
 * warden_consent_lasts() - does a consent hold beyond this moment?
 * @grant: of the table, in the epoch it was found in
 * @now: boot-time clock in ns, up to a tick late
 *
 * Context: Under rcu_read_lock().
 * Return: true if it does not end within two ticks.
 */
bool warden_consent_lasts(const struct warden_grant *grant, u64 now)
{
	return now + 2 * TICK_NSEC < READ_ONCE(grant->expires);
}

/**
 * warden_consent_use_again() - one more session of the same process rests on a consent
 * @grant: of the table, in the epoch it was found in; not one for a single open
 * @now: boot-time clock in ns, up to a tick late
 *
 * Context: Under rcu_read_lock().
 */
void warden_consent_use_again(const struct warden_grant *grant, u64 now)
{
	struct kept *k = kept_of(grant);

	WRITE_ONCE(k->used, now);
	atomic_inc(&k->uses);
}

/**
 * warden_consent_use_more() - a session that rests on a consent was opened again and again
 * @digest: its program
 * @receipt: the consent, not one for a single open
 * @uses: how often
 *
 * Context: Any. One that no longer holds is no matter of this.
 */
void warden_consent_use_more(const struct warden_digest *digest, const u8 receipt[WARDEN_RECEIPT_SIZE],
			     u32 uses)
{
	struct kept *k;

	rcu_read_lock();
	k = find(digest, receipt);
	if (k) {
		WRITE_ONCE(k->used, ktime_get_boottime_ns());
		atomic_add(uses, &k->uses);
	}
	rcu_read_unlock();
}
