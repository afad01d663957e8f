// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sensors. Hooks: file_open (a device node, a file that leads to a device, or a debug
 * surface is opened; attached where the module has no call of its own there, hook/direct.c),
 * file_receive (a descriptor comes in from another process), bprm_committing_creds
 * (descriptors are inherited by another program).
 */
#include "common.bpf.h"

SEC("lsm.s/file_open")
int BPF_PROG(warden_file_open, struct file *file, int ret)
{
	if (ret)
		return ret;
	if (warden_filter_debug(&warden_gate, file)) {
		ret = clamp_errno(warden_kf_debug_file(file));
		if (ret)
			return ret;
	}
	if (!warden_filter_sensor(&warden_gate, file)) {
		report_canary(WARDEN_HOOK_FILE_OPEN);
		return 0;
	}
	return clamp_errno(warden_kf_file_open(file));
}

/* A buffer of frames is a file of its own; what else a driver gave out on a sensor's file has no inode of its own. */
static __always_inline bool may_be_derived(const struct file *file)
{
	const unsigned long magic = file->f_inode->i_sb->s_magic;

	return magic == DMA_BUF_MAGIC || (magic == ANON_INODE_MAGIC && may_hold_sessions());
}

SEC("lsm.s/file_receive")
int BPF_PROG(warden_file_receive, struct file *file, int ret)
{
	if (ret)
		return ret;
	if (is_judged_socket(file))
		return clamp_errno(warden_kf_socket_receive(file));
	if (!warden_filter_sensor(&warden_gate, file) && !may_be_derived(file)) {
		report_canary(WARDEN_HOOK_FILE_RECEIVE);
		return 0;
	}
	return clamp_errno(warden_kf_file_receive(file));
}

SEC("lsm.s/bprm_committing_creds")
void BPF_PROG(warden_bprm_creds, const struct linux_binprm *bprm)
{
	if (may_hold_sessions() || is_anybody_marked())
		warden_kf_inherit();
	if (is_listening_judged())
		warden_kf_socket_inherit();
}
