// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sensors. Hooks: file_open (a device node is opened, or a debug surface), file_receive (a
 * descriptor comes in from another process), bprm_committing_creds (descriptors
 * are inherited by another program).
 */
#include "common.bpf.h"

SEC("lsm.s/file_open")
int BPF_PROG(warden_file_open, struct file *file, int ret)
{
	if (ret)
		return ret;
	if ((file->f_inode->i_mode & S_IFMT) != S_IFCHR) {
		report_canary(WARDEN_HOOK_FILE_OPEN);
		return may_be_debug_file(file) ? clamp_errno(warden_kf_debug_file(file)) : 0;
	}
	if (may_be_debug_device(file->f_inode)) {
		ret = clamp_errno(warden_kf_debug_file(file));
		if (ret)
			return ret;
	}
	if (!needs_asking(file))
		return 0;
	return clamp_errno(warden_kf_file_open(file));
}

SEC("lsm.s/file_receive")
int BPF_PROG(warden_file_receive, struct file *file, int ret)
{
	if (ret)
		return ret;
	if (!needs_asking(file)) {
		report_canary(WARDEN_HOOK_FILE_RECEIVE);
		return 0;
	}
	return clamp_errno(warden_kf_file_receive(file));
}

SEC("lsm.s/bprm_committing_creds")
void BPF_PROG(warden_bprm_creds, const struct linux_binprm *bprm)
{
	const struct warden_gate *g = gate();

	if (!g || g->sessions || g->canary)
		warden_kf_inherit();
}
