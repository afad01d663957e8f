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

int warden_measure_init(unsigned int pcr);
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
 * Return: 0; -ENOSPC when the log is full, -ENOMEM, or the TPM's error; each of
 * them is recorded once as a fault.
 */
int warden_measure_add(u32 domain, const struct warden_digest *digest, const char *label);

/**
 * warden_measure_get() - copy the first entry at or after a sequence number
 * @seq: sequence number
 * @m: filled in
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOENT when there is none.
 */
int warden_measure_get(u64 seq, struct warden_measurement *m);
void warden_measure_status(struct warden_measure_status *st);

#endif /* WARDEN_MEASURE_H */
