/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_CONSENT_H
#define WARDEN_CONSENT_H

#include <linux/types.h>
#include <warden/carry.h>
#include "consent-time.h"
#include "judge/decide.h"

struct warden_answer;
struct warden_layers;
struct warden_record;

/* As many consents as one use can rest on. */
#define WARDEN_CLAIMS_MAX 64

/**
 * struct warden_consent_step - one step of a record's history
 * @time: boot-time clock, in ns
 * @state: enum warden_consent_state it led to
 * @reason: enum warden_reason
 */
struct warden_consent_step {
	u64 time;
	u8 state;
	u8 reason;
};

/**
 * struct warden_consent - one consent record, after ISO/IEC TS 27560, written out
 * @receipt: its id
 * @digests: what the program is; set by warden_consent_grant()'s caller from the policy
 * @nr_digests: how many of them
 * @class: enum warden_sensor_class
 * @state: enum warden_consent_state
 * @validity: enum warden_consent_validity
 * @context: enum warden_consent_context it needs
 * @has_notice: @notice is set
 * @nr_windows: how many @window; 0 is any time
 * @nr_steps: how many @step
 * @week: second of the local week when it was given, for @window
 * @uses: opens that rested on it
 * @given: boot-time clock, in ns
 * @expires: boot-time clock, in ns; U64_MAX is never
 * @used: boot-time clock, in ns, of the last use; 0 is none
 * @issued: seconds since 1970 when it was given, by the wall clock of then
 * @window: when in the week it holds
 * @step: what became of it; the first ones are kept, then the last
 * @notice: SHA-256 of the privacy notice that was shown
 * @program: label of the program
 * @purpose: label of the purpose
 * @principal: who consents
 * @basis: lawful basis
 * @jurisdiction: under which law, as its giver says
 */
struct warden_consent {
	u8 receipt[WARDEN_RECEIPT_SIZE];
	struct warden_digest digests[WARDEN_PROGRAM_DIGESTS_MAX];
	u8 nr_digests;
	u8 class;
	u8 state;
	u8 validity;
	u8 context;
	u8 has_notice;
	u8 nr_windows;
	u8 nr_steps;
	u32 week;
	u32 uses;
	u64 given;
	u64 expires;
	u64 used;
	u64 issued;
	struct warden_window window[WARDEN_WINDOWS_MAX];
	struct warden_consent_step step[WARDEN_STEPS_MAX];
	u8 notice[WARDEN_DIGEST_SIZE];
	char program[WARDEN_LABEL_MAX + 1];
	char purpose[WARDEN_LABEL_MAX + 1];
	char principal[WARDEN_LABEL_MAX + 1];
	char basis[WARDEN_LABEL_MAX + 1];
	char jurisdiction[WARDEN_LABEL_MAX + 1];
};

/**
 * struct warden_consent_match - which records to withdraw
 * @receipt: this one; NULL is any
 * @program: those of the program with this label; NULL is any
 * @class: those of this enum warden_sensor_class; 0 is any
 */
struct warden_consent_match {
	const u8 *receipt;
	const char *program;
	u32 class;
};

/* consent.c: the life of a record */
int warden_consent_init(void);
void warden_consent_exit(void);
int warden_consent_grant(struct warden_consent *c, u64 seconds);
int warden_consent_restore(struct warden_consent *c, u64 seconds);
int warden_consent_import(struct warden_consent *c, u64 seconds);
int warden_consent_carry(const struct warden_carry *carry);
void warden_consent_seal(void);
void warden_consent_clear(u8 reason);
int warden_consent_withdraw(const struct warden_consent_match *match, u8 reason);
int warden_consent_get(unsigned long *cursor, struct warden_consent *c);
unsigned int warden_consent_count(void);
void warden_consent_used_up(u64 session);
void warden_consent_follow(const struct warden_layers *layers);
bool warden_consent_set_context(u32 context);

/* consent-ground.c: what a record needs beside its giver */
const u8 *warden_ground_notice(const struct warden_layers *layers, u64 purpose);
u32 warden_consent_context(void);

/* consent-table.c: what decisions read */
const struct warden_grants *warden_consent_grants(void);
u64 warden_consent_generation(void);
bool warden_consent_use(const struct warden_digest *digest, const u8 receipt[WARDEN_RECEIPT_SIZE],
			u64 process, u64 session);
bool warden_consent_hold(const struct warden_grant *const grants[], u32 nr, u64 process, u64 session);
bool warden_consent_is_for(const u8 receipt[WARDEN_RECEIPT_SIZE], const struct warden_digest *digest,
			   u32 classes);
bool warden_consent_lasts(const struct warden_grant *grant, u64 now);
void warden_consent_use_again(const struct warden_grant *grant, u64 now);
void warden_consent_use_more(const struct warden_digest *digest, const u8 receipt[WARDEN_RECEIPT_SIZE],
			     u32 uses);

/* consent-request.c: uses that lack only consent */
bool warden_consent_request(const struct warden_request *req, const struct warden_answer *answer,
			    struct warden_record *r);

#endif /* WARDEN_CONSENT_H */
