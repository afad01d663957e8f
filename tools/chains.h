/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Recomputing the chains of the audit log and of the measurement log from what
 * the module tells. The bytes that are hashed are defined in warden/chain.h.
 */
#ifndef WARDEN_CHAINS_H
#define WARDEN_CHAINS_H

#include <stdbool.h>

#include "wire.h"

#include <warden/chain.h>

/* A walk along a chain. Zeroed at first; `what` is empty while all is well. */
struct warden_walk {
	uint64_t entries;
	uint64_t first;			   /* sequence number of the first entry seen */
	uint64_t last;			   /* sequence number of the last entry seen */
	uint8_t chain[WARDEN_DIGEST_SIZE]; /* after the last entry */
	uint8_t pcr[WARDEN_DIGEST_SIZE];   /* measurements: what the PCR should hold */
	uint64_t wrong;			   /* sequence number of the first entry that differs */
	char what[160];			   /* what differs */
};

/**
 * warden_walk_record() - take one step along the audit chain
 * @w: the walk
 * @o: the next record
 *
 * The first record that is still there is taken on trust, unless it is number 1:
 * its chain value stands for the records that have left the ring.
 *
 * Return: false where the walk has come to an entry that differs.
 */
bool warden_walk_record(struct warden_walk *w, const struct warden_object *o);

/**
 * warden_walk_measurement() - take one step along the measurement log
 * @w: the walk
 * @o: the next measurement
 *
 * Return: false where the walk has come to an entry that differs.
 */
bool warden_walk_measurement(struct warden_walk *w, const struct warden_object *o);

#endif /* WARDEN_CHAINS_H */
