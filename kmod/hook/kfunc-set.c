// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which functions programs may call, and whose programs: the module's own alone.
 */
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/bpf.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <warden/kfunc.h>

#include "kfunc.h"

/* The task that may load programs with these calls. */
static struct task_struct *loader;

/*
 * The kernel's macros give the section no alignment of its own. In a module it then
 * lies where the strings before it end, and arm64 reads it a byte or two beside.
 */
asm(".pushsection .BTF_ids, \"a\"; .balign 8; .popsection");

/* Each function once, and how the verifier is to take it. */
#define OURS(X)                                                                            \
	X(warden_kf_file_open, KF_SLEEPABLE)                                               \
	X(warden_kf_file_receive, KF_SLEEPABLE)                                            \
	X(warden_kf_exec, KF_SLEEPABLE)                                                    \
	X(warden_kf_inherit, KF_SLEEPABLE)                                                 \
	X(warden_kf_read_file, KF_SLEEPABLE)                                               \
	X(warden_kf_load_data, 0)                                                          \
	X(warden_kf_bind, KF_SLEEPABLE)                                                    \
	X(warden_kf_listen, KF_SLEEPABLE)                                                  \
	X(warden_kf_accept, KF_SLEEPABLE)                                                  \
	X(warden_kf_connect, KF_SLEEPABLE)                                                 \
	X(warden_kf_send, KF_SLEEPABLE)                                                    \
	X(warden_kf_egress, KF_SLEEPABLE)                                                  \
	X(warden_kf_task_new, 0)                                                           \
	X(warden_kf_socket, KF_SLEEPABLE)                                                  \
	X(warden_kf_netlink_send, KF_SLEEPABLE)                                            \
	X(warden_kf_ear, KF_SLEEPABLE)                                                     \
	X(warden_kf_forge, 0)                                                              \
	X(warden_kf_dumpable, 0)                                                           \
	X(warden_kf_hibernate, 0)                                                          \
	X(warden_kf_ports, 0)                                                              \
	X(warden_kf_ptrace, 0)                                                             \
	X(warden_kf_unmount, 0)                                                            \
	X(warden_kf_device_add, 0)                                                         \
	X(warden_kf_device_del, 0)                                                         \
	X(warden_kf_canary, 0)                                                             \
	X(warden_kf_module_request, KF_SLEEPABLE)                                          \
	X(warden_kf_debug, KF_SLEEPABLE)                                                   \
	X(warden_kf_debug_now, 0)                                                          \
	X(warden_kf_debug_ptrace, 0)                                                       \
	X(warden_kf_debug_file, KF_SLEEPABLE)                                              \
	X(warden_kf_mkdir, 0)                                                              \
	X(warden_kf_associate, 0)                                                          \
	X(warden_kf_bind_more, 0)                                                          \
	X(warden_kf_tunnel, 0)                                                             \
	X(warden_kf_keep_way, 0)                                                           \
	X(warden_kf_inet_request, 0)                                                       \
	X(warden_kf_bpf_load, KF_SLEEPABLE)                                                \
	X(warden_kf_kexec, 0)                                                              \
	X(warden_kf_tables, KF_SLEEPABLE)                                                  \
	X(warden_kf_connector, KF_SLEEPABLE)                                               \
	X(warden_kf_local_bind, KF_SLEEPABLE)                                              \
	X(warden_kf_local_prepare, KF_SLEEPABLE)                                           \
	X(warden_kf_local_reach, 0)                                                        \
	X(warden_kf_socket_receive, KF_SLEEPABLE)                                          \
	X(warden_kf_socket_release, 0)                                                     \
	X(warden_kf_socket_inherit, KF_SLEEPABLE)

/* One set: LSM and tracing programs are one kind of hook to the verifier. */
#define IN_SET(name, flags) BTF_ID_FLAGS(func, name, flags)
BTF_KFUNCS_START(kfunc_ids)
OURS(IN_SET)
BTF_KFUNCS_END(kfunc_ids)

/* The same by name: the set is sorted by id. */
#define IN_LIST(name, flags) BTF_ID(func, name)
BTF_ID_LIST(id_list)
OURS(IN_LIST)

#define NAME_OF(name, flags) #name,
static const char *const names[] = { OURS(NAME_OF) };

/**
 * warden_kfunc_id() - the id of one of the module's functions in its BTF
 * @name: of any function
 *
 * Context: Any, after warden_kfunc_init().
 * Return: the id, or 0 where @name is none of ours, or the ids the module was built with
 * are not those it has in this kernel.
 */
u32 warden_kfunc_id(const char *name)
{
	int i = match_string(names, ARRAY_SIZE(names), name);

	return i >= 0 && btf_id_set8_contains(&kfunc_ids, id_list[i]) ? id_list[i] : 0;
}

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
