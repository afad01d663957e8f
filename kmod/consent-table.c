// SPDX-License-Identifier: GPL-2.0-only
/*
 * The consents that hold now, as decisions read them: chains by the digest of
 * the program, changed one grant at a time and read with no lock. So giving the
 * ten thousandth consent costs what giving the first one does.
 */
#include <linux/lockdep.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/timekeeping.h>

#include "consent-priv.h"

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
}

static void unlink(struct warden_grant *grant)
{
	struct warden_grant **at = &table.chain[warden_grants_chain(&grant->digest)];

	while (*at != grant)
		at = &(*at)->next;
	WRITE_ONCE(*at, grant->next);
}

static void link(struct warden_grant *grant)
{
	struct warden_grant **chain = &table.chain[warden_grants_chain(&grant->digest)];

	grant->next = *chain;
	smp_store_release(chain, grant);
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

	for (i = 0; i < k->nr_grants; i++)
		WRITE_ONCE(k->grant[i].expires, until);
	if (k->stands)
		return;
	for (i = 0; i < k->nr_grants; i++)
		link(&k->grant[i]);
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
	for (i = 0; i < k->nr_grants; i++)
		unlink(&k->grant[i]);
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
	u64 holder = READ_ONCE(k->grant[0].holder);
	bool gone;

	if (k->grant[0].validity != WARDEN_CONSENT_VALIDITY_RUN || !holder)
		return false;
	rcu_read_lock();
	gone = !pid_task((struct pid *)(unsigned long)holder, PIDTYPE_TGID);
	rcu_read_unlock();
	return gone;
}

static struct warden_grant *find(const struct warden_digest *digest,
				 const u8 receipt[WARDEN_RECEIPT_SIZE])
{
	struct warden_grant *grant = READ_ONCE(table.chain[warden_grants_chain(digest)]);

	while (grant && (memcmp(grant->receipt, receipt, sizeof(grant->receipt)) ||
			 memcmp(&grant->digest, digest, sizeof(*digest))))
		grant = READ_ONCE(grant->next);
	return grant;
}

/* The first grant of a record settles whose it is; the others follow. */
static bool claim(struct kept *k, u64 holder)
{
	u64 before = cmpxchg64(&k->grant[0].holder, 0, holder);
	u32 i;

	if (before)
		return before == holder;
	if (k->grant[0].validity == WARDEN_CONSENT_VALIDITY_RUN)
		get_pid((struct pid *)(unsigned long)holder); /* so that its address is nobody else's */
	for (i = 1; i < k->nr_grants; i++)
		WRITE_ONCE(k->grant[i].holder, holder);
	return true;
}

/**
 * warden_consent_use() - a session rests on a consent
 * @digest: its program
 * @receipt: the consent
 * @process: address of the struct pid of its thread group, which the caller holds
 * @session: its number
 *
 * Context: Any.
 * Return: false where the consent is for one open or one process, and another was
 * first. One that no longer holds is no matter of this.
 */
bool warden_consent_use(const struct warden_digest *digest, const u8 receipt[WARDEN_RECEIPT_SIZE],
			u64 process, u64 session)
{
	struct warden_grant *grant;
	bool may = true;
	struct kept *k;

	rcu_read_lock();
	grant = find(digest, receipt);
	if (grant) {
		k = container_of(grant - grant->nth, struct kept, grant[0]);
		if (grant->validity == WARDEN_CONSENT_VALIDITY_ONCE)
			may = claim(k, session);
		else if (grant->validity == WARDEN_CONSENT_VALIDITY_RUN)
			may = claim(k, process);
		WRITE_ONCE(k->used, ktime_get_boottime_ns());
		atomic_add(may, &k->uses);
	}
	rcu_read_unlock();
	return may;
}
