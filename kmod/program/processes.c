// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every process there is, held, for those who must sleep while they look at each.
 */
#include <linux/delay.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "processes.h"

/* Longest wait for the lock of a process's memory. */
#define LOCK_MS 50

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

static struct mm_struct *memory_of(struct task_struct *process)
{
	struct mm_struct *mm = get_task_mm(process);
	struct task_struct *t;

	rcu_read_lock();
	for_each_thread(process, t)
		if (!mm)
			mm = get_task_mm(t);
	rcu_read_unlock();
	return mm;
}

static bool lock_in_time(struct mm_struct *mm)
{
	unsigned int ms;

	for (ms = 0; ms < LOCK_MS; ms++) {
		if (mmap_read_trylock(mm))
			return true;
		usleep_range(800, 1000);
	}
	return false;
}

/**
 * warden_process_mapped() - look at each file a process has mapped
 * @process: its first thread, which may have ended while others go on
 * @look: called with each file, under the lock of the memory
 * @arg: for @look
 *
 * Context: Process context, sleeps; waits for LOCK_MS at most, as who has the memory can
 * keep its lock for as long as it likes by what it maps.
 * Return: false where the lock could not be had.
 */
bool warden_process_mapped(struct task_struct *process,
			   void (*look)(struct file *file, void *arg), void *arg)
{
	struct mm_struct *mm = memory_of(process);
	struct vm_area_struct *vma;
	bool locked;

	if (!mm)
		return true;
	locked = lock_in_time(mm);
	if (locked) {
		VMA_ITERATOR(iter, mm, 0);

		for_each_vma(iter, vma)
			if (vma->vm_file)
				look(vma->vm_file, arg);
		mmap_read_unlock(mm);
	}
	mmput(mm);
	return locked;
}
