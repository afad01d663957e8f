// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every process there is, held, for those who must sleep while they look at each.
 */
#include <linux/delay.h>
#include <linux/fdtable.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>

#include "processes.h"

/* Longest wait for the lock of one process's memory. */
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

/**
 * warden_process_files() - look at each file in the descriptor tables of a process
 * @process: its first thread, which may have ended while others go on
 * @look: called with each file, as by iterate_fd(); may not sleep, and goes on by 0
 * @arg: for @look
 *
 * Threads mostly share one table, which is looked at once.
 *
 * Context: Process context, sleeps.
 */
void warden_process_files(struct task_struct *process,
			  int (*look)(const void *arg, struct file *file, unsigned int fd),
			  const void *arg)
{
	const struct files_struct *last = NULL;
	struct task_struct *t;

	rcu_read_lock();
	for_each_thread(process, t) {
		task_lock(t);
		if (t->files && t->files != last)
			iterate_fd(t->files, 0, look, arg);
		last = t->files;
		task_unlock(t);
	}
	rcu_read_unlock();
	cond_resched();
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

static bool lock_in_time(struct mm_struct *mm, unsigned int *left)
{
	unsigned int ms = min_t(unsigned int, *left, LOCK_MS);
	bool locked = mmap_read_trylock(mm);

	for (; !locked && ms; ms--) {
		usleep_range(800, 1000);
		--*left;
		locked = mmap_read_trylock(mm);
	}
	return locked;
}

/**
 * warden_process_mapped() - look at each file a process has mapped
 * @process: its first thread, which may have ended while others go on
 * @look: called with each file, under the lock of the memory
 * @arg: for @look
 * @left: ms that may still be waited in this search, WARDEN_PROCESSES_WAIT_MS at first
 *
 * Context: Process context, sleeps; waits for LOCK_MS at most, as who has the memory can
 * keep its lock for as long as it likes by what it maps, and starts as many processes.
 * Return: false where the lock could not be had.
 */
bool warden_process_mapped(struct task_struct *process,
			   void (*look)(struct file *file, void *arg), void *arg,
			   unsigned int *left)
{
	struct mm_struct *mm = memory_of(process);
	struct vm_area_struct *vma;
	bool locked;

	if (!mm)
		return true;
	locked = lock_in_time(mm, left);
	if (locked) {
		VMA_ITERATOR(iter, mm, 0);

		for_each_vma(iter, vma)
			if (vma->vm_file)
				look(vma->vm_file, arg);
		mmap_read_unlock(mm);
	}
	mmput_async(mm); /* the last to go writes back what it has mapped, also to a file system of the user's */
	return locked;
}
