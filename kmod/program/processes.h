/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_PROCESSES_H
#define WARDEN_PROCESSES_H

#include <linux/types.h>

/* Longest wait for the locks of all processes' memory, in ms, in one search. */
#define WARDEN_PROCESSES_WAIT_MS 200

struct file;
struct task_struct;

struct task_struct **warden_processes(unsigned int *count);
void warden_processes_put(struct task_struct **tasks, unsigned int count);
void warden_process_files(struct task_struct *process,
			  int (*look)(const void *arg, struct file *file, unsigned int fd),
			  const void *arg);
bool warden_process_mapped(struct task_struct *process,
			   void (*look)(struct file *file, void *arg), void *arg,
			   unsigned int *left);

#endif /* WARDEN_PROCESSES_H */
