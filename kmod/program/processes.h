/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_PROCESSES_H
#define WARDEN_PROCESSES_H

struct task_struct;

struct task_struct **warden_processes(unsigned int *count);
void warden_processes_put(struct task_struct **tasks, unsigned int count);

#endif /* WARDEN_PROCESSES_H */
