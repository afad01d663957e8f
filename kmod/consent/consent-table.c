// SPDX-License-Identifier: GPL-2.0-only
/*
 * The consents that hold now, as decisions read them: chains by the digest of
 * the program, changed one grant at a time and read with no lock. So giving the
 * ten thousandth consent costs what giving the first one does.
 */
#include <linux/jiffies.h>
#include <linux/lockdep.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/timekeeping.h>

#include "consent-priv.h"
#include "judge/epoch.h"

/* Written under the records' lock. */
static struct warden_grants table;
static u32 nr_standing;

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
	struct pid *process = kept_process(k);
	bool gone;

	if (!process)
		return false;
	rcu_read_lock();
	gone = !pid_task(process, PIDTYPE_TGID);
	rcu_read_unlock();
	return gone;
}

static struct kept *find(const struct warden_digest *digest, const u8 receipt[WARDEN_RECEIPT_SIZE])
{
	const struct warden_grant_link *at = READ_ONCE(table.chain[warden_grants_chain(digest)]);

	while (at && (memcmp(at->grant->receipt, receipt, WARDEN_RECEIPT_SIZE) ||
		      memcmp(&at->digest, digest, sizeof(*digest))))
		at = READ_ONCE(at->next);
	return at ? container_of(at->grant, struct kept, grant) : NULL;
}

/* False where it is somebody else's. */
static bool claim(struct kept *k, u64 holder, bool *fresh)
{
	u64 before = cmpxchg64(&k->grant.holder, 0, holder);

	*fresh = !before;
	if (!before)
		get_pid(kept_process(k)); /* so that its address is nobody else's */
	return !before || before == holder;
}

/**
 * warden_consent_hold() - a session rests on a consent that a verdict has found
 * @grant: the consent
 * @process: address of the struct pid of its thread group, which the caller holds
 * @session: its number; @process again for a use that has no session (judge/named.c)
 * @fresh: set where nobody held it before, so that warden_consent_let_go() takes it back
 *
 * Context: Under the rcu_read_lock() in which it was found.
 * Return: false where the consent is for one open or one process, and another was first.
 */
bool warden_consent_hold(const struct warden_grant *grant, u64 process, u64 session, bool *fresh)
{
	struct kept *k = container_of(grant, struct kept, grant);
	bool may = true;

	*fresh = false;
	if (grant->validity == WARDEN_CONSENT_VALIDITY_ONCE)
		may = claim(k, session, fresh);
	else if (grant->validity == WARDEN_CONSENT_VALIDITY_RUN)
		may = claim(k, process, fresh);
	WRITE_ONCE(k->used, ktime_get_boottime_ns());
	atomic_add(may, &k->uses);
	return may;
}

/**
 * warden_consent_let_go() - nobody rests on a consent after all
 * @grant: held by warden_consent_hold(), and fresh
 *
 * Context: Under the rcu_read_lock() in which it was held.
 */
void warden_consent_let_go(const struct warden_grant *grant)
{
	struct kept *k = container_of(grant, struct kept, grant);
	struct pid *process = kept_process(k);

	atomic_dec(&k->uses);
	WRITE_ONCE(k->grant.holder, 0);
	put_pid(process);
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
	bool may = true, fresh;
	struct kept *k;

	rcu_read_lock();
	k = find(digest, receipt);
	if (k)
		may = warden_consent_hold(&k->grant, process, session, &fresh);
	rcu_read_unlock();
	return may;
}

/**
 * warden_consent_is_for() - is a consent for a program to use sensors of a class?
 * @receipt: the consent
 * @digest: the program
 * @class: enum warden_sensor_class
 *
 * Context: Any.
 * Return: true if it is, and holds.
 */
bool warden_consent_is_for(const u8 receipt[WARDEN_RECEIPT_SIZE], const struct warden_digest *digest,
			   u32 class)
{
	const struct kept *k;
	bool is;

	rcu_read_lock();
	k = find(digest, receipt);
	is = k && k->grant.class == class;
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
	struct kept *k = container_of(grant, struct kept, grant);

	WRITE_ONCE(k->used, now);
	atomic_inc(&k->uses);
}
