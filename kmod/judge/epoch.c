// SPDX-License-Identifier: GPL-2.0-only
/*
 * One number for all that a verdict on a sensor is made with, and that somebody can
 * change: the policy in force and the one in shadow, consents, switches, quarantine,
 * and what each device is. Whoever changes one of these advances it, so that a verdict
 * that was kept is told from one that would be made now by a single comparison.
 *
 * What a process is, and the time, are not in it.
 */
#include <linux/atomic.h>

#include "epoch.h"

atomic64_t warden_epoch_now = ATOMIC64_INIT(1);

/**
 * warden_epoch_advance() - something of it has changed
 *
 * After the change can be seen, and before the sessions are reviewed: an open that has the
 * number of before is in the table by then, or finds another number once it is.
 *
 * Context: Any.
 */
void warden_epoch_advance(void)
{
	smp_mb__before_atomic();
	atomic64_inc(&warden_epoch_now);
	smp_mb__after_atomic();
}
