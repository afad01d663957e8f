/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_MEASURE_H
#define WARDEN_MEASURE_H

#include <linux/types.h>
#include <warden/chain.h>

/**
 * struct warden_measure_status - what the log stands at
 * @entries: number of entries
 * @pcr: index of the PCR that is extended, -1 without a TPM
 * @failed: extends that failed, each recorded
 */
struct warden_measure_status {
	u32 entries;
	int pcr;
	u64 failed;
};

/**
 * warden_measure_init() - start the log, with the entry that tells where the PCR stands
 * @pcr: index of the PCR to extend, below 24
 *
 * The default TPM chip is used where it has a SHA-256 bank. Its other banks are
 * extended with the 32 bytes of the template, padded with zeros or cut to size.
 *
 * Context: Process context, may sleep. After warden_record_init().
 * Return: 0, -EINVAL for an index out of range, or -ENOMEM.
 */
int warden_measure_init(unsigned int pcr);

/**
 * warden_measure_exit() - drop the log and the TPM
 *
 * Context: Process context; nobody may be adding or reading any more.
 */
void warden_measure_exit(void);

/**
 * warden_measure_add() - log a digest, unless this domain and digest are logged already
 * @domain: enum warden_domain
 * @digest: digest of the content
 * @label: path or name, cut to WARDEN_PATH_MAX characters
 *
 * Returns when the TPM, where there is one, has taken the entry: measured
 * before use. Entries that queue up while the TPM is busy are taken in order.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOSPC when the log is full, -ENOMEM, or the TPM's error (-EIO for a
 * return code of its own); each of them is recorded once as a fault, the TPM's
 * again after it worked in between. An entry the TPM did not take stays in the
 * log and is tried again, before later ones, by the next call.
 */
int warden_measure_add(u32 domain, const struct warden_digest *digest, const char *label);

/**
 * warden_measure_again() - warden_measure_add() of what is logged already, without its name
 * @domain: enum warden_domain
 * @digest: digest of the content
 *
 * Context: Process context, may sleep.
 * Return: false where it is not logged yet.
 */
bool warden_measure_again(u32 domain, const struct warden_digest *digest);

/**
 * warden_measure_later() - remember a digest to log when sleeping is possible again
 * @domain: enum warden_domain
 * @digest: digest of the content
 *
 * What it is called is told by warden_measure_settle(); of many that nobody settles, nothing is.
 *
 * Context: Any but hard interrupt, does not sleep.
 * Return: 0; -ENOMEM, also when MEASURE_LATER_MAX wait already.
 */
int warden_measure_later(u32 domain, const struct warden_digest *digest);

/**
 * warden_measure_settle() - log all that waits since warden_measure_later()
 * @label: what the current task's own object is called; NULL where it has none
 *
 * Context: Process context, may sleep.
 */
void warden_measure_settle(const char *label);

/**
 * warden_measure_policy() - log a policy, and offer it to IMA as critical data
 * @digest: SHA-256 of the compiled policy
 * @name: its name
 *
 * IMA takes the 32 bytes of the digest where its policy has
 * "measure func=CRITICAL_DATA label=warden".
 *
 * Context: Process context, may sleep.
 * Return: as warden_measure_add().
 */
int warden_measure_policy(const struct warden_digest *digest, const char *name);

/**
 * warden_measure_get() - copy the first entry at or after a sequence number
 * @seq: sequence number
 * @m: filled in
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOENT when there is none.
 */
int warden_measure_get(u64 seq, struct warden_measurement *m);

/**
 * warden_measure_status() - where the log stands
 * @st: filled in
 *
 * Context: Any.
 */
void warden_measure_status(struct warden_measure_status *st);

#endif /* WARDEN_MEASURE_H */
