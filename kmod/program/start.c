// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a running program was started. Who starts one can load code into it from its environment, and
 * who is of its user can write into its memory while it is dumpable; what a policy names is
 * started so that neither can be (warden_kf_exec()). Whoever was started before is told by what
 * execve() left, which its user cannot change: the file it opened, with who called it, and the vector
 * it handed over (create_elf_tables()), which says whether it was in secure mode. prctl(PR_SET_MM_MAP),
 * which anybody may use to replace that vector, is refused (warden_kf_forge()).
 */
#include <linux/auxvec.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/mm_types.h>
#include <linux/uidgid.h>

#include "start.h"

/* One word of the vector; of a program of 32 bits there are two to each of the kernel's. */
static unsigned long word_at(const unsigned long *vector, bool narrow, unsigned int i)
{
	return narrow ? ((const u32 *)vector)[i] : vector[i];
}

/* The types of entries are small: a first word that is not has the value of the first entry with it. */
static bool was_secure(const unsigned long *vector, unsigned int words)
{
	const bool narrow = vector[0] > U32_MAX;
	unsigned int i;

	if (narrow)
		words *= 2;
	for (i = 0; i + 1 < words; i += 2) {
		const unsigned long type = word_at(vector, narrow, i);

		if (type == AT_SECURE)
			return word_at(vector, narrow, i + 1);
		if (type == AT_NULL)
			break;
	}
	return false;
}

/**
 * warden_start_is_proven() - could nobody but root change a program since it was started?
 * @exe: the file it was started from, as execve() opened it
 * @mm: its memory, which stays
 *
 * So it is where root started it, or where it was started in secure mode: by us, as a policy
 * named it, or by the kernel, for its rights. What makes itself dumpable after that is not found.
 *
 * Context: Any; does not sleep.
 * Return: true if so. False of one that is being started in this moment, which has no vector yet.
 */
bool warden_start_is_proven(const struct file *exe, const struct mm_struct *mm)
{
	return likely(uid_eq(exe->f_cred->uid, GLOBAL_ROOT_UID)) ||
	       was_secure(mm->saved_auxv, ARRAY_SIZE(mm->saved_auxv));
}
