// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a process used is its children's, too. wake_up_new_task() runs for every new
 * task before its first instruction, in the one that made it, and with its process
 * known, which it is not yet in the LSM hook (task_alloc).
 */
#include "common.bpf.h"

SEC("fentry/wake_up_new_task")
int BPF_PROG(warden_task_new, struct task_struct *task)
{
	report_canary(WARDEN_HOOK_TASK_NEW);
	if (is_anybody_marked())
		warden_kf_task_new(task);
	return 0;
}
