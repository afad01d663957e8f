/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_PROCESSES_H
#define WARDEN_PROCESSES_H

#include <linux/types.h>

struct file;
struct task_struct;

struct task_struct **warden_processes(unsigned int *count);
void warden_processes_put(struct task_struct **tasks, unsigned int count);
bool warden_process_mapped(struct task_struct *process,
			   void (*look)(struct file *file, void *arg), void *arg);

#endif /* WARDEN_PROCESSES_H */
