/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ftrace calls in the place of a hook's program: at the first instruction of a function that opens ask, with
 * its argument, to go on there, or with an errno at who called it. An architecture that direct.c has
 * no lines for has the program attached.
 */
#ifndef WARDEN_COMPAT_DIRECT_H
#define WARDEN_COMPAT_DIRECT_H

#include <linux/fs.h>

#if defined(CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS) && (defined(CONFIG_X86_64) || defined(CONFIG_ARM64))
#define HAVE_DIRECT_CALLS
#endif

/* /dev/null, which programs open more than all other nodes. */
#define WARDEN_NULL_DEVICE MKDEV(1, 3)

/* The word of the gate that has it, or one that is 0. Read by the assembly alone. */
extern const u64 *warden_direct_null;

void warden_direct_place(void);
int warden_direct_ask(struct file *file);

#endif /* WARDEN_COMPAT_DIRECT_H */
