/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_UNIT_H
#define WARDEN_UNIT_H

#include <linux/types.h>
#include <warden/unit.h>

/* Does this kernel tell of units? */
static inline bool warden_unit_is_told(void)
{
#ifdef CONFIG_CGROUPS
	return true;
#else
	return false;
#endif
}

u64 warden_unit_of(u64 process);

#endif /* WARDEN_UNIT_H */
