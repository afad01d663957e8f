// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which functions programs may call, and whose programs: the module's own alone.
 */
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/bpf.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <warden/kfunc.h>

#include "kfunc.h"

/* The task that may load programs with these calls. */
static struct task_struct *loader;

/*
 * The kernel's macros give the section no alignment of its own. In a module it then
 * lies where the strings before it end, and arm64 reads it a byte or two beside.
 */
asm(".pushsection .BTF_ids, \"a\"; .balign 8; .popsection");

/* One set: LSM and tracing programs are one kind of hook to the verifier. */
BTF_KFUNCS_START(kfunc_ids)
BTF_ID_FLAGS(func, warden_kf_file_open, KF_SLEEPABLE)
BTF_ID_FLAGS(func, warden_kf_file_receive, KF_SLEEPABLE)
BTF_ID_FLAGS(func, warden_kf_exec, KF_SLEEPABLE)
BTF_ID_FLAGS(func, warden_kf_inherit, KF_SLEEPABLE)
BTF_ID_FLAGS(func, warden_kf_read_file, KF_SLEEPABLE)
BTF_ID_FLAGS(func, warden_kf_load_data)
BTF_ID_FLAGS(func, warden_kf_bind, KF_SLEEPABLE)
BTF_ID_FLAGS(func, warden_kf_listen, KF_SLEEPABLE)
BTF_ID_FLAGS(func, warden_kf_accept, KF_SLEEPABLE)
BTF_ID_FLAGS(func, warden_kf_connect, KF_SLEEPABLE)
BTF_ID_FLAGS(func, warden_kf_send, KF_SLEEPABLE)
BTF_ID_FLAGS(func, warden_kf_egress, KF_SLEEPABLE)
BTF_ID_FLAGS(func, warden_kf_task_new)
BTF_ID_FLAGS(func, warden_kf_socket, KF_SLEEPABLE)
BTF_ID_FLAGS(func, warden_kf_netlink_send, KF_SLEEPABLE)
BTF_ID_FLAGS(func, warden_kf_hci)
BTF_ID_FLAGS(func, warden_kf_forge)
BTF_ID_FLAGS(func, warden_kf_dumpable)
BTF_ID_FLAGS(func, warden_kf_hibernate)
BTF_ID_FLAGS(func, warden_kf_ptrace)
BTF_ID_FLAGS(func, warden_kf_unmount)
BTF_ID_FLAGS(func, warden_kf_device_add)
BTF_ID_FLAGS(func, warden_kf_device_del)
BTF_ID_FLAGS(func, warden_kf_canary)
BTF_ID_FLAGS(func, warden_kf_module_request, KF_SLEEPABLE)
BTF_ID_FLAGS(func, warden_kf_debug, KF_SLEEPABLE)
BTF_ID_FLAGS(func, warden_kf_debug_now)
BTF_ID_FLAGS(func, warden_kf_debug_file, KF_SLEEPABLE)
BTF_ID_FLAGS(func, warden_kf_mkdir)
BTF_ID_FLAGS(func, warden_kf_associate)
BTF_ID_FLAGS(func, warden_kf_tunnel)
BTF_ID_FLAGS(func, warden_kf_bpf_load, KF_SLEEPABLE)
BTF_ID_FLAGS(func, warden_kf_kexec)
BTF_ID_FLAGS(func, warden_kf_tables, KF_SLEEPABLE)
BTF_ID_FLAGS(func, warden_kf_local_bind, KF_SLEEPABLE)
BTF_ID_FLAGS(func, warden_kf_local_prepare, KF_SLEEPABLE)
BTF_ID_FLAGS(func, warden_kf_local_reach)
BTF_ID_FLAGS(func, warden_kf_socket_receive, KF_SLEEPABLE)
BTF_ID_FLAGS(func, warden_kf_socket_release)
BTF_ID_FLAGS(func, warden_kf_socket_inherit, KF_SLEEPABLE)
BTF_KFUNCS_END(kfunc_ids)

/* Nobody else's program may call in: root could forget devices with one. */
static int only_ours(const struct bpf_prog *prog, u32 kfunc_id)
{
	if (!btf_id_set8_contains(&kfunc_ids, kfunc_id))
		return 0;
	return READ_ONCE(loader) == current ? 0 : -EACCES;
}

static const struct btf_kfunc_id_set kfunc_set = {
	.owner = THIS_MODULE,
	.set = &kfunc_ids,
	.filter = only_ours,
};

/**
 * warden_kfunc_open() - let the current task load programs that call in
 * @open: false ends it
 *
 * Context: Process context; the module's own loading.
 */
void warden_kfunc_open(bool open)
{
	WRITE_ONCE(loader, open ? current : NULL);
}

/**
 * warden_kfunc_init() - offer the functions to LSM and tracing programs
 *
 * Context: Process context, module init.
 * Return: 0 or a negative errno, -ENOENT where the kernel has no BTF.
 */
int warden_kfunc_init(void)
{
	return register_btf_kfunc_id_set(BPF_PROG_TYPE_LSM, &kfunc_set);
}
