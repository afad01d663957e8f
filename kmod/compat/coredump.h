/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flags of a process's memory became a bitmap with 6.18. Kbuild looks for the
 * setter that came then and sets HAVE_MM_DUMPABLE.
 */
#ifndef WARDEN_COMPAT_COREDUMP_H
#define WARDEN_COMPAT_COREDUMP_H

#include <linux/bitops.h>
#include <linux/mm_types.h>
#include <linux/sched/coredump.h>

static inline void warden_forbid_dump(struct mm_struct *mm)
{
#ifdef HAVE_MM_DUMPABLE
	__mm_flags_set_mask_dumpable(mm, SUID_DUMP_DISABLE);
#else
	set_mask_bits(&mm->flags, MMF_DUMPABLE_MASK, SUID_DUMP_DISABLE);
#endif
}

#endif /* WARDEN_COMPAT_COREDUMP_H */
