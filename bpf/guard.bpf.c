// SPDX-License-Identifier: GPL-2.0-only
/*
 * What identities rest on, and who may look into whom. Hooks: task_prctl (a task may
 * not say that it runs another file, nor leave a core of what it saw),
 * ptrace_access_check (who looks into another process), sb_delete (what
 * was known of a file system goes with it).
 */
#include "common.bpf.h"

#define ENOSYS 38

/* include/uapi/linux/prctl.h */
#define PR_SET_DUMPABLE	   4
#define PR_SET_MM	   35
#define PR_SET_MM_EXE_FILE 13
#define PR_SET_MM_MAP	   14

/* The hook's way to say "go on" is -ENOSYS; 0 would mean that the call is done. */
SEC("lsm/task_prctl")
int BPF_PROG(warden_prctl, int option, unsigned long arg2, unsigned long arg3, unsigned long arg4,
	     unsigned long arg5, int ret)
{
	int err = 0;

	if (ret && ret != -ENOSYS)
		return ret;
	if (option == PR_SET_MM && (arg2 == PR_SET_MM_EXE_FILE || arg2 == PR_SET_MM_MAP))
		err = clamp_errno(warden_kf_forge());
	else if (option == PR_SET_DUMPABLE && arg2 && may_hold_sessions())
		err = clamp_errno(warden_kf_dumpable());
	return err ? err : -ENOSYS;
}

/* include/linux/ptrace.h */
#define PTRACE_MODE_ATTACH 0x02

/* Nobody looks into a process that has a sensor; nor, as a debug surface, into another program. */
SEC("lsm/ptrace_access_check")
int BPF_PROG(warden_ptrace_access, struct task_struct *child, unsigned int mode, int ret)
{
	int err = 0;

	report_canary(WARDEN_HOOK_PTRACE_ACCESS);
	if (ret || !(mode & PTRACE_MODE_ATTACH))
		return ret;
	if (may_hold_sessions())
		err = clamp_errno(warden_kf_ptrace(child));
	if (!err && debug_is_asked())
		err = clamp_errno(warden_kf_debug_ptrace(child));
	return err;
}

SEC("lsm/sb_delete")
void BPF_PROG(warden_sb_delete, struct super_block *sb)
{
	warden_kf_unmount(sb);
}
