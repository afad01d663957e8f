/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_START_H
#define WARDEN_START_H

#include <linux/types.h>

struct file;
struct mm_struct;

bool warden_start_is_proven(const struct file *exe, const struct mm_struct *mm);

#endif /* WARDEN_START_H */
