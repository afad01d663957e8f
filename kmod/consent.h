/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_CONSENT_H
#define WARDEN_CONSENT_H

#include <linux/types.h>
#include "decide.h"

/**
 * struct warden_consent - one consent record, after ISO/IEC TS 27560
 * @receipt: its id
 * @digests: what the program is; set by warden_consent_grant() from the policy
 * @nr_digests: how many of them
 * @class: enum warden_sensor_class
 * @state: enum warden_consent_state
 * @has_notice: @notice is set
 * @purpose_key: warden_snapshot_key() of @purpose
 * @given: boot-time clock, in ns
 * @expires: boot-time clock, in ns; U64_MAX is never
 * @notice: SHA-256 of the privacy notice that was shown
 * @program: label of the program
 * @purpose: label of the purpose
 * @principal: who consents
 * @basis: lawful basis
 */
struct warden_consent {
	u8 receipt[WARDEN_RECEIPT_SIZE];
	struct warden_digest digests[WARDEN_PROGRAM_DIGESTS_MAX];
	u8 nr_digests;
	u8 class;
	u8 state;
	u8 has_notice;
	u64 purpose_key;
	u64 given;
	u64 expires;
	u8 notice[WARDEN_DIGEST_SIZE];
	char program[WARDEN_LABEL_MAX + 1];
	char purpose[WARDEN_LABEL_MAX + 1];
	char principal[WARDEN_LABEL_MAX + 1];
	char basis[WARDEN_LABEL_MAX + 1];
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

int warden_consent_init(void);
void warden_consent_exit(void);
int warden_consent_grant(struct warden_consent *c, u64 seconds);
int warden_consent_withdraw(const struct warden_consent_match *match);
int warden_consent_get(unsigned int index, struct warden_consent *c);
unsigned int warden_consent_count(void);
const struct warden_grants *warden_consent_grants_rcu(void);

#endif /* WARDEN_CONSENT_H */
