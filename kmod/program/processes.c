// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every process there is, held, for those who must sleep while they look at each.
 */
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "processes.h"

/**
 * warden_processes() - all processes of this moment
 * @count: set to how many there are
 *
 * Who starts meanwhile may be missed: what is looked for must be refused to it already.
 *
 * Context: Process context, may sleep.
 * Return: the first thread of each, for warden_processes_put(); NULL without memory.
 */
struct task_struct **warden_processes(unsigned int *count)
{
	struct task_struct **tasks, *task;
	unsigned int room = 0;

	*count = 0;
	rcu_read_lock();
	for_each_process(task)
		room++;
	rcu_read_unlock();
	room += 64; /* started meanwhile */
	tasks = kvmalloc_array(room, sizeof(*tasks), GFP_KERNEL);
	if (!tasks)
		return NULL;
	rcu_read_lock();
	for_each_process(task)
		if (*count < room && tryget_task_struct(task))
			tasks[(*count)++] = task;
	rcu_read_unlock();
	return tasks;
}

/**
 * warden_processes_put() - let go of what warden_processes() gave
 * @tasks: those; may be NULL
 * @count: how many
 *
 * Context: Process context.
 */
void warden_processes_put(struct task_struct **tasks, unsigned int count)
{
	while (count)
		put_task_struct(tasks[--count]);
	kvfree(tasks);
}
