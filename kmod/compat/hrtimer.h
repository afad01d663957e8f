/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hrtimer_setup() came with 6.13 and hrtimer_init() left with 6.15. Kbuild
 * looks for the new name in the kernel's header and sets HAVE_HRTIMER_SETUP.
 */
#ifndef WARDEN_COMPAT_HRTIMER_H
#define WARDEN_COMPAT_HRTIMER_H

#include <linux/hrtimer.h>

#ifndef HAVE_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

#endif /* WARDEN_COMPAT_HRTIMER_H */
