// SPDX-License-Identifier: GPL-2.0-only
/*
 * What identities rest on. Hooks: task_prctl (a task may not say that it runs
 * another file), sb_delete (what was known of a file system goes with it).
 */
#include "common.bpf.h"

#define ENOSYS 38

/* include/uapi/linux/prctl.h */
#define PR_SET_MM	   35
#define PR_SET_MM_EXE_FILE 13
#define PR_SET_MM_MAP	   14

/* The hook's way to say "go on" is -ENOSYS; 0 would mean that the call is done. */
SEC("lsm/task_prctl")
int BPF_PROG(warden_prctl, int option, unsigned long arg2, unsigned long arg3, unsigned long arg4,
	     unsigned long arg5, int ret)
{
	int err;

	if (ret && ret != -ENOSYS)
		return ret;
	if (option != PR_SET_MM || (arg2 != PR_SET_MM_EXE_FILE && arg2 != PR_SET_MM_MAP))
		return -ENOSYS;
	err = clamp_errno(warden_kf_forge());
	return err ? err : -ENOSYS;
}

SEC("lsm/sb_delete")
void BPF_PROG(warden_sb_delete, struct super_block *sb)
{
	warden_kf_unmount(sb);
}
