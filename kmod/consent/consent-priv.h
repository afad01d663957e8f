/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of consents share. Others include consent.h. */
#ifndef WARDEN_CONSENT_PRIV_H
#define WARDEN_CONSENT_PRIV_H

#include <linux/atomic.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <uapi/linux/warden.h>

#include "consent.h"

/* Digests of a program, as most have: SHA-256 and fs-verity. */
#define LINKS_USUAL 2

/* Of a record, what most of them do not have. */
struct extra {
	u8 nr_windows;
	u8 nr_steps;
	u32 week; /* second of the local week when it was given */
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
 * @text: notice, if there is one; then program, purpose, principal, basis and
 *	  jurisdiction, each with its NUL
 * @uses: opens that rested on it
 * @issued: seconds since 1970, wall clock of then
 * @state: enum warden_consent_state
 * @context: enum warden_consent_context it needs
 * @has_notice: @text begins with the digest of a notice
 * @stands: it is in the table
 * @nr_links: how many @link
 * @grant: what decisions see
 * @link: one per digest of the program
 */
struct kept {
	union {
		struct rcu_head rcu;
		struct {
			u64 given;
			u64 expires;
		};
	};
	u64 used;
	struct extra *extra;
	u8 *text;
	atomic_t uses;
	u32 issued;
	u8 state;
	u8 context;
	u8 has_notice;
	u8 stands;
	u8 nr_links;
	struct warden_grant grant;
	struct warden_grant_link link[] __counted_by(nr_links);
};

/*
 * The process a record is bound to, NULL for none. Its holder is the address of that or the
 * number of a session, and none of those gets as high as an address.
 */
static inline struct pid *kept_process(const struct kept *k)
{
	u64 holder = READ_ONCE(k->grant.holder);

	return holder >= PAGE_OFFSET ? (struct pid *)(unsigned long)holder : NULL;
}

static inline const char *kept_program(const struct kept *k)
{
	return (const char *)k->text + (k->has_notice ? WARDEN_DIGEST_SIZE : 0);
}

static inline const char *kept_purpose(const struct kept *k)
{
	return kept_program(k) + strlen(kept_program(k)) + 1;
}

/* consent-keep.c: a record in little memory */
int warden_kept_init(void);
void warden_kept_exit(void);
struct kept *warden_kept_new(const struct warden_consent *c);
void warden_kept_copy(const struct kept *k, struct warden_consent *c);
void warden_kept_step(struct kept *k, u8 state, u8 reason);
void warden_kept_free(struct kept *k);

/* consent-carry.c: a record after an update of its program */
struct kept *warden_kept_carried(const struct kept *k, const struct warden_carry *carry);

/* consent-table.c: what decisions read; the records' lock is held */
void warden_table_put(struct kept *k, u64 until);
bool warden_table_take(struct kept *k);
bool warden_table_is_gone(const struct kept *k);
void warden_table_forget(struct kept *k);

/* consent-ground.c: what a record needs beside its giver; the records' lock is held */
void warden_ground_read(const struct warden_layers *layers);
void warden_ground_set_context(u32 context);
bool warden_ground_holds(const struct kept *k, u64 now, u64 *change);
bool warden_ground_is_noticed(const struct warden_layers *layers, const struct kept *k);
u64 warden_ground_unused_until(const struct kept *k);

#endif /* WARDEN_CONSENT_PRIV_H */
