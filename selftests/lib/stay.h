/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process that is in one call of the kernel until it is killed, and never sleeps in it. Whoever
 * waits for each task to sleep or to leave the kernel (synchronize_rcu_tasks()) waits for it.
 */
#ifndef WARDEN_TEST_STAY_H
#define WARDEN_TEST_STAY_H

#include <stdbool.h>
#include <sys/types.h>

struct client;

/*
 * Start one, and wait until it is there. It holds a device of that name meanwhile, a new one in a
 * network of its own; NULL is none. -1 where the kernel has no such call or device.
 */
pid_t stay_start(const char *device);

/*
 * Give one that stays in the kernel a hundredth of the processor, which is all it needs to be waited for: the
 * rest is for others, or, where nobody needs it, for free. Nothing is done where the kernel has no such groups.
 */
void stay_slow(pid_t pid);

/* Does this kernel wait for one? One that preempts no task in a call does not (CONFIG_TASKS_RCU). */
bool stay_is_waited_for(void);

/* And can it trace functions? */
bool stay_can_shut(void);

/*
 * Start one, and have a trace end meanwhile, which waits for it under locks that the kernel takes to
 * attach a program: none can be attached until it ends. -1 where it cannot be had.
 */
pid_t stay_shut(struct client *trace);

/* Kill it; of one that is not there nothing is done. */
void stay_end(pid_t pid);

#endif /* WARDEN_TEST_STAY_H */
