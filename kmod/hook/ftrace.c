// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs are called where ftrace patches a call into a hook, and who may write to
 * /proc/sys/kernel/ftrace_enabled (user 0, without any capability) takes all these calls away, and
 * nobody would tell. The kernel refuses that (EBUSY) while something is traced that may never be
 * switched off, as a live patch may not: so a function of ours is, which nobody calls.
 */
#include <linux/ftrace.h>

#include "ftrace.h"

#ifdef CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS

/* Not static inline, so that it has a place that can be traced, which no other function of the module has. */
static noinline void stand_in(void)
{
	barrier();
}

static notrace void on_call(unsigned long ip, unsigned long parent, struct ftrace_ops *ops,
			    struct ftrace_regs *regs)
{
}

static struct ftrace_ops holding = {
	.func = on_call,
	.flags = FTRACE_OPS_FL_PERMANENT,
};

/* Between hold and release, which run once in the module's life, as what is freed is not set up anew. */
static bool held;

/**
 * warden_ftrace_hold() - have the kernel keep ftrace on
 *
 * Context: Process context, sleeps; once the module is live.
 * Return: 0; -EBUSY where ftrace is switched off already, else what the kernel said.
 */
notrace int warden_ftrace_hold(void)
{
	int err = ftrace_set_filter_ip(&holding, (unsigned long)stand_in, 0, 1);

	if (!err)
		err = register_ftrace_function(&holding);
	if (err)
		ftrace_free_filter(&holding);
	held = !err;
	return err;
}

/**
 * warden_ftrace_release() - let whoever may switch ftrace off do so
 *
 * Context: Process context, sleeps for a grace period of tasks.
 */
notrace void warden_ftrace_release(void)
{
	if (!xchg(&held, false))
		return;
	if (!unregister_ftrace_function(&holding))
		ftrace_free_filter(&holding); /* else it is looked at still */
}

#else /* programs are attached by other means, which have no such switch, or not at all */

int warden_ftrace_hold(void)
{
	return 0;
}

void warden_ftrace_release(void)
{
}

#endif
