/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_EPOCH_H
#define WARDEN_EPOCH_H

#include <linux/atomic.h>
#include <linux/types.h>

/* Read and advanced by what is below alone. */
extern atomic64_t warden_epoch_now;

/**
 * warden_epoch() - which state all that is
 *
 * Asked before a verdict is made: where it is the same later, the same question is
 * answered alike, but for the time.
 *
 * Context: Any.
 * Return: a number that rises with each change.
 */
static inline u64 warden_epoch(void)
{
	return atomic64_read_acquire(&warden_epoch_now);
}

void warden_epoch_advance(void);

#endif /* WARDEN_EPOCH_H */
