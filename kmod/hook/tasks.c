// SPDX-License-Identifier: GPL-2.0-only
/*
 * The wait for each task that is in a call of the kernel to sleep or to leave it, so that none is
 * in a program or a function that goes. Any user can make that long; it is told where it is.
 */
#include <linux/completion.h>
#include <linux/jiffies.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/rcupdate_wait.h>

#include "tasks.h"

/* And as often as it looks again, so that who watches for tasks that hang sees none. */
#define TELL_AFTER (5 * HZ)

/**
 * warden_tasks_wait() - wait for a grace period of tasks
 * @what: what for, for people
 *
 * Context: Process context, sleeps; with no lock that a command takes.
 */
void warden_tasks_wait(const char *what)
{
	struct rcu_synchronize passed;
	bool told = false;

	init_rcu_head_on_stack(&passed.head);
	init_completion(&passed.completion);
	call_rcu_tasks(&passed.head, wakeme_after_rcu);
	while (!wait_for_completion_timeout(&passed.completion, TELL_AFTER)) {
		if (!told)
			pr_warn("warden: a task stays in one call of the kernel and is waited for %s\n",
				what);
		told = true;
	}
	destroy_rcu_head_on_stack(&passed.head);
}
