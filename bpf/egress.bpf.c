// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a process used is its children's, too. The kernel tells of every new task before its
 * first instruction, in the one that made it, when all was copied, and with its process known,
 * which it is not yet in the LSM hook (task_alloc).
 *
 * By a tracepoint, which runs without preemption: a program at a function (fentry) is left out where
 * one that was preempted has begun it on the same processor.
 */
#include "common.bpf.h"

SEC("tp_btf/task_newtask")
int BPF_PROG(warden_task_new, struct task_struct *task, unsigned long clone_flags)
{
	report_canary(WARDEN_HOOK_TASK_NEW);
	if (is_anybody_marked())
		warden_kf_task_new(task);
	return 0;
}
