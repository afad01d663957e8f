// SPDX-License-Identifier: GPL-2.0-only
/*
 * What runs and what the kernel loads. Hooks: bprm_check_security (a file is
 * about to run), kernel_read_file (the kernel loads a file),
 * kernel_post_load_data (the kernel has taken an object from memory),
 * kernel_module_request (the kernel wants a module for what a program does),
 * bpf_prog_load (a BPF program is about to be checked).
 */
#include "common.bpf.h"

SEC("lsm.s/bprm_check_security")
int BPF_PROG(warden_bprm_check, struct linux_binprm *bprm, int ret)
{
	if (ret)
		return ret;
	return clamp_errno(warden_kf_exec(bprm));
}

SEC("lsm.s/kernel_read_file")
int BPF_PROG(warden_read_file, struct file *file, enum kernel_read_file_id id, bool contents,
	     int ret)
{
	if (ret)
		return ret;
	report_canary(WARDEN_HOOK_READ_FILE);
	return clamp_errno(warden_kf_read_file(file, id));
}

SEC("lsm/kernel_post_load_data")
int BPF_PROG(warden_load_data, char *buf, loff_t size, enum kernel_load_data_id id,
	     char *description, int ret)
{
	if (ret)
		return ret;
	return clamp_errno(warden_kf_load_data((__u64)buf, size, id));
}

SEC("lsm.s/kernel_module_request")
int BPF_PROG(warden_module_request, char *name, int ret)
{
	if (ret)
		return ret;
	return clamp_errno(warden_kf_module_request((__u64)name));
}

/* With an int hook the kernel calls no program behind one that refused; the arguments differ by version. */
SEC("lsm.s/bpf_prog_load")
int BPF_PROG(warden_bpf_load, struct bpf_prog *prog)
{
	return clamp_errno(warden_kf_bpf_load(prog));
}
