/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of consents share. Others include consent.h. */
#ifndef WARDEN_CONSENT_PRIV_H
#define WARDEN_CONSENT_PRIV_H

#include <linux/atomic.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <uapi/linux/warden.h>

#include "consent.h"

/* Of a record, what most of them do not have. */
struct extra {
	u8 nr_windows;
	u8 nr_steps;
	struct warden_window window[WARDEN_WINDOWS_MAX];
	struct warden_consent_step step[WARDEN_STEPS_MAX];
};

/**
 * struct kept - a consent record as it is kept: 10,000 of them are to be small
 * @rcu: frees it
 * @given: boot-time clock, in ns
 * @expires: boot-time clock, in ns; U64_MAX is never
 * @used: boot-time clock, in ns, of the last use; 0 is none. Written by any open
 * @extra: windows and history; NULL is none
 * @serial: where it is among the records
 * @uses: opens that rested on it
 * @issued: seconds since 1970, wall clock of then
 * @week: second of the local week when it was given
 * @state: enum warden_consent_state
 * @context: enum warden_consent_context it needs
 * @has_notice: the text begins with the digest of a notice
 * @stands: its grants are in the table
 * @nr_grants: how many @grant
 * @grant: one per digest of the program; their strings follow
 */
struct kept {
	struct rcu_head rcu;
	u64 given;
	u64 expires;
	u64 used;
	struct extra *extra;
	u32 serial;
	atomic_t uses;
	u32 issued;
	u32 week;
	u8 state;
	u8 context;
	u8 has_notice;
	u8 stands;
	u8 nr_grants;
	struct warden_grant grant[] __counted_by(nr_grants);
};

/* Notice, if there is one; then program, purpose, principal, basis, jurisdiction, each with its NUL. */
static inline u8 *kept_tail(const struct kept *k)
{
	return (u8 *)&k->grant[k->nr_grants];
}

static inline const char *kept_program(const struct kept *k)
{
	return (const char *)kept_tail(k) + (k->has_notice ? WARDEN_DIGEST_SIZE : 0);
}

static inline const char *kept_purpose(const struct kept *k)
{
	return kept_program(k) + strlen(kept_program(k)) + 1;
}

/* consent-keep.c: a record in little memory */
struct kept *warden_kept_new(const struct warden_consent *c);
void warden_kept_copy(const struct kept *k, struct warden_consent *c);
void warden_kept_step(struct kept *k, u8 state, u8 reason);
void warden_kept_free(struct kept *k);

/* consent-table.c: what decisions read; the records' lock is held */
void warden_table_put(struct kept *k, u64 until);
bool warden_table_take(struct kept *k);
bool warden_table_is_gone(const struct kept *k);

/* consent-ground.c: what a record needs beside its giver; the records' lock is held */
void warden_ground_read(const struct warden_layers *layers);
void warden_ground_set_context(u32 context);
bool warden_ground_holds(const struct kept *k, u64 now, u64 *change);
bool warden_ground_is_noticed(const struct warden_layers *layers, const struct kept *k);
u64 warden_ground_unused_until(const struct kept *k);

#endif /* WARDEN_CONSENT_PRIV_H */
