// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads the BPF programs the module carries, all or none, has those attached that
 * are needed, and tries with a canary whether they are called.
 *
 * A loaded program that calls a kfunc pins the module, so rmmod is refused
 * until warden_hooks_detach(). No descriptor, pin or process stays behind.
 */
#include <linux/bpf.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kernel_read_file.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/shmem_fs.h>
#include <uapi/linux/warden.h>
#include <bpf/skel_internal.h>
#include <warden/abi.h>

#include "canary.h"
#include "compat/bpf.h"
#include "consent/switch.h"
#include "debug/debug.h"
#include "device/inventory.h"
#include "device/usb.h"
#include "direct.h"
#include "ftrace.h"
#include "hooks.h"
#include "kfunc.h"
#include "links.h"
#include "lookup.h"
#include "network/egress.h"
#include "network/service.h"
#include "session/session.h"
#include "tasks.h"

/* The skeleton's own way asks for each function by name. */
#define bpf_load_and_run warden_lookup_run
/* The gate, which is all the data there is, begins as zeros: they need not be copied out of a string. */
#define skel_prep_map_data(zeros, room, size) kvzalloc(size, GFP_KERNEL)
#include "rest.lskel.h"
#include "warden.lskel.h"

/* Protects all below; taken by init, status and stop, and held while nothing is let go. */
static DEFINE_MUTEX(hooks_lock);
static bool running; /* read without */
static u32 tier = WARDEN_TIER_NONE;
static const char *text = "the programs are not attached yet";

static int fail(const char *why)
{
	text = why;
	pr_err("warden: nothing is enforced: %s\n", why);
	return -EOPNOTSUPP;
}

/* What the kernel was built without is known before anything is tried. */
static const char *missing_option(void)
{
	if (!IS_ENABLED(CONFIG_BPF_SYSCALL) || !IS_ENABLED(CONFIG_BPF_JIT))
		return "this kernel has no BPF; build it with CONFIG_BPF_SYSCALL=y and CONFIG_BPF_JIT=y";
	if (!IS_ENABLED(CONFIG_DEBUG_INFO_BTF))
		return "this kernel has no BTF; build it with CONFIG_DEBUG_INFO_BTF=y";
	if (!IS_ENABLED(CONFIG_BPF_LSM))
		return "this kernel has no BPF LSM; build it with CONFIG_BPF_LSM=y";
	if (!IS_ENABLED(CONFIG_DEBUG_INFO_BTF_MODULES))
		return "this kernel takes no BTF from modules; build it with CONFIG_DEBUG_INFO_BTF_MODULES=y";
	if (!IS_ENABLED(CONFIG_DEVTMPFS))
		return "this kernel has no devtmpfs; build it with CONFIG_DEVTMPFS=y";
	return NULL;
}

#ifdef WARDEN_NO_PROGRAMS
/* Built for a kernel without BTF: there is nothing to attach, and missing_option() says so. */
static int attach_programs(void)
{
	return fail("the module was built without its programs, for a kernel without BTF");
}

static void close_gate(void)
{
}
#else
static struct bpf_map *gate_map;

static void collect_fds(const struct warden_bpf *skel, const struct rest_bpf *rest,
			int fds[WARDEN_HOOKS])
{
	fds[WARDEN_HOOK_FILE_OPEN] = skel->progs.warden_file_open.prog_fd;
	fds[WARDEN_HOOK_FILE_RECEIVE] = skel->progs.warden_file_receive.prog_fd;
	fds[WARDEN_HOOK_BPRM_CHECK] = skel->progs.warden_bprm_check.prog_fd;
	fds[WARDEN_HOOK_BPRM_CREDS] = skel->progs.warden_bprm_creds.prog_fd;
	fds[WARDEN_HOOK_READ_FILE] = skel->progs.warden_read_file.prog_fd;
	fds[WARDEN_HOOK_LOAD_DATA] = skel->progs.warden_load_data.prog_fd;
	fds[WARDEN_HOOK_SOCKET_BIND] = skel->progs.warden_socket_bind.prog_fd;
	fds[WARDEN_HOOK_SOCKET_LISTEN] = skel->progs.warden_socket_listen.prog_fd;
	fds[WARDEN_HOOK_PRCTL] = skel->progs.warden_prctl.prog_fd;
	fds[WARDEN_HOOK_SB_DELETE] = skel->progs.warden_sb_delete.prog_fd;
	fds[WARDEN_HOOK_DEVICE_ADD] = skel->progs.warden_device_add.prog_fd;
	fds[WARDEN_HOOK_DEVICE_DEL] = skel->progs.warden_device_del.prog_fd;
	fds[WARDEN_HOOK_SOCKET_CONNECT] = skel->progs.warden_socket_connect.prog_fd;
	fds[WARDEN_HOOK_SOCKET_SENDMSG] = skel->progs.warden_socket_sendmsg.prog_fd;
	fds[WARDEN_HOOK_SOCKET_CREATE] = skel->progs.warden_socket_create.prog_fd;
	fds[WARDEN_HOOK_MODULE_REQUEST] = skel->progs.warden_module_request.prog_fd;
	fds[WARDEN_HOOK_BPF] = skel->progs.warden_bpf_call.prog_fd;
	fds[WARDEN_HOOK_PERF_EVENT_OPEN] = skel->progs.warden_perf_event_open.prog_fd;
	fds[WARDEN_HOOK_PTRACE_ACCESS] = skel->progs.warden_ptrace_access.prog_fd;
	fds[WARDEN_HOOK_LOCKED_DOWN] = skel->progs.warden_locked_down.prog_fd;
	fds[WARDEN_HOOK_KERNEL_LOAD_DATA] = skel->progs.warden_kernel_load_data.prog_fd;
	fds[WARDEN_HOOK_INODE_MKDIR] = skel->progs.warden_inode_mkdir.prog_fd;
	fds[WARDEN_HOOK_NETLINK_SEND] = skel->progs.warden_netlink_send.prog_fd;
	fds[WARDEN_HOOK_TASK_NEW] = skel->progs.warden_task_new.prog_fd;
	fds[WARDEN_HOOK_SOCKET_ACCEPT] = skel->progs.warden_socket_accept.prog_fd;
	fds[WARDEN_HOOK_UNIX_CONNECT] = skel->progs.warden_unix_connect.prog_fd;
	fds[WARDEN_HOOK_UNIX_SEND] = skel->progs.warden_unix_send.prog_fd;
	fds[WARDEN_HOOK_FILE_RELEASE] = skel->progs.warden_file_release.prog_fd;
	fds[WARDEN_HOOK_SOCKET_POST_CREATE] = skel->progs.warden_socket_made.prog_fd;
	fds[WARDEN_HOOK_SCTP_CONNECT] = skel->progs.warden_sctp_connect.prog_fd;
	fds[WARDEN_HOOK_TUN_ATTACH] = skel->progs.warden_tun_attach.prog_fd;
	fds[WARDEN_HOOK_BPF_LOAD] = skel->progs.warden_bpf_load.prog_fd;
	fds[WARDEN_HOOK_SOCKET_SETSOCKOPT] = rest->progs.warden_socket_option.prog_fd;
	fds[WARDEN_HOOK_INET_REQUEST] = rest->progs.warden_inet_request.prog_fd;
}

/*
 * The gate's memory is written to by the module alone: bpf(2) may not once it is frozen, and no program that is loaded
 * from now on. It is not made so, as the verifier takes what no program can write to, and was frozen, for constants.
 */
static struct warden_gate *open_gate(const struct warden_bpf *skel)
{
	union bpf_attr attr = { .map_fd = skel->maps.bss.map_fd };
	int err = kern_sys_bpf(BPF_MAP_FREEZE, &attr, sizeof(attr));
	struct bpf_map *map;

	if (err)
		return ERR_PTR(err);
	map = bpf_map_get(skel->maps.bss.map_fd);
	if (IS_ERR(map))
		return ERR_CAST(map);
	map->map_flags |= BPF_F_RDONLY_PROG;
	gate_map = map;
	return &skel->bss->warden_gate;
}

static void close_gate(void)
{
	warden_inventory_watch(NULL);
	warden_session_watch(NULL);
	warden_service_watch(NULL);
	warden_egress_watch(NULL);
	warden_canary_watch(NULL);
	warden_debug_watch(NULL);
	warden_usb_watch(false);
	warden_direct_watch(NULL);
	if (gate_map && !warden_direct_stays()) /* else it is looked at for good */
		bpf_map_put(gate_map);
	gate_map = NULL;
}

/*
 * Call hooks as the kernel does, and see whether the module is reached: file_open by opening a
 * file in memory, as of what is on a disk it need not be told; kernel_read_file by reading a byte
 * of it. The hooks of sockets and of executions
 * cannot be called from here; they were attached by the same calls.
 */
static void call_hooks(void)
{
	struct file *made = shmem_file_setup("warden-canary", 1, VM_NORESERVE), *file;
	char byte;
	void *buf = &byte;
	size_t size;

	if (IS_ERR(made))
		return;
	file = dentry_open(&made->f_path, O_RDONLY, current_cred());
	if (!IS_ERR(file)) {
		kernel_read_file(file, 0, &buf, sizeof(byte), &size, READING_POLICY);
		fput(file);
	}
	fput(made);
}

#define TRIED (BIT_ULL(WARDEN_HOOK_FILE_OPEN) | BIT_ULL(WARDEN_HOOK_READ_FILE))

static bool canary_sings(void)
{
	struct warden_canary_seen seen = { 0 };

	warden_canary_arm();
	call_hooks();
	warden_canary_take(&seen);
	warden_canary_disarm();
	return (seen.hooks & TRIED) == TRIED;
}

/* Attached, and heard; or nothing is. */
static int attach_needed(const struct warden_bpf *skel, const struct rest_bpf *rest)
{
	int fds[WARDEN_HOOKS], err;

	collect_fds(skel, rest, fds);
	warden_links_need(WARDEN_NEED_TRIAL, TRIED);
	err = warden_links_take(fds);
	if (err) {
		pr_err("warden: attaching the programs failed with %d\n", err);
		return fail("the kernel refused to attach the programs; see wardenctl doctor");
	}
	if (!canary_sings()) {
		warden_links_drop();
		return fail("the BPF LSM is compiled in but not active; add bpf to the lsm= boot argument");
	}
	return warden_links_need(WARDEN_NEED_TRIAL, 0);
}

/* Both objects, or none. */
static int load_programs(struct warden_bpf *skel, struct rest_bpf *rest)
{
	int err;

	if (!skel || !rest)
		return fail("there was no memory to open the programs; free some and load the module again");
	warden_kfunc_open(true);
	err = warden_bpf__load(skel) ?: rest_bpf__load(rest);
	warden_kfunc_open(false);
	if (!err)
		return 0;
	pr_err("warden: loading the programs failed with %d\n", err);
	return fail("the kernel refused to load the programs; see the kernel log, and wardenctl doctor");
}

static int attach_programs(void)
{
	struct warden_bpf *skel = warden_bpf__open();
	struct rest_bpf *rest = rest_bpf__open();
	struct warden_gate *gate;
	int err = load_programs(skel, rest);

	if (err)
		goto out;
	gate = open_gate(skel);
	if (IS_ERR(gate)) {
		err = fail("the gate could not be frozen; see wardenctl doctor");
		goto out;
	}
	warden_inventory_watch(gate);
	warden_session_watch(gate);
	warden_service_watch(gate);
	warden_egress_watch(gate);
	warden_canary_watch(gate);
	warden_debug_watch(gate);
	warden_usb_watch(true);
	warden_direct_watch(gate);
	err = attach_needed(skel, rest);
	if (err)
		close_gate();
out:
	warden_bpf__destroy(skel);
	rest_bpf__destroy(rest);
	return err;
}
#endif

/* Where ftrace could be switched off, programs would be attached and not called. */
static int hold_ftrace(void)
{
	int err = warden_ftrace_hold();

	if (!err)
		return 0;
	if (err == -EBUSY)
		return fail("ftrace is switched off, by which hooks are called; write 1 to /proc/sys/kernel/ftrace_enabled and load the module again");
	pr_err("warden: tracing a function of the module failed with %d\n", err);
	return fail("the kernel does not keep ftrace on, by which hooks are called; see the kernel log, and start the machine anew");
}

/**
 * warden_hooks_attach() - load all programs, attach and try those needed, or none
 *
 * Context: Process context, from the module's own notifier once it is live: its
 * BTF does not exist before.
 * Return: 0; -EOPNOTSUPP with the reason in the status and in the kernel log.
 */
int warden_hooks_attach(void)
{
	const char *missing = missing_option();
	int err;

	mutex_lock(&hooks_lock);
	if (warden_switch_mask() & WARDEN_SWITCH_STOP)
		missing = "it was stopped before the programs were attached; load the module again to enforce";
	err = missing ? fail(missing) : hold_ftrace() ?: attach_programs();
	if (err) {
		warden_ftrace_release();
	} else {
		tier = WARDEN_TIER_ENFORCE;
		text = "every program that is needed is attached and answers";
		WRITE_ONCE(running, true);
	}
	mutex_unlock(&hooks_lock);
	return err;
}

/**
 * warden_hooks_attached() - does any program run?
 *
 * Context: Any.
 * Return: true if one does.
 */
bool warden_hooks_attached(void)
{
	return READ_ONCE(running);
}

static void say(u32 now, const char *why)
{
	mutex_lock(&hooks_lock);
	if (running) {
		tier = now;
		text = why;
	}
	mutex_unlock(&hooks_lock);
}

/**
 * warden_hooks_detach() - drop all programs
 *
 * None goes before each task that is in a call of the kernel has slept or left it: the kernel waits
 * for that with each one, under locks that others need, and who stays would be waited for with
 * some of them gone.
 *
 * Context: Process context, in no change; sleeps, for as long as any task stays in the kernel.
 */
void warden_hooks_detach(void)
{
	say(WARDEN_TIER_ENFORCE,
	    "being stopped: no sensor can be used, and the rest is enforced until each task that is in a call of the kernel has slept or left it");
	warden_tasks_wait("to let the programs go");
	say(WARDEN_TIER_NONE, "being stopped: the programs are let go");
	warden_links_drop();
	warden_ftrace_release(); /* it waits for a grace period of tasks, too */
}

/**
 * warden_hooks_end() - nothing is enforced any more
 *
 * Context: In a change; sleeps. After warden_hooks_detach().
 */
void warden_hooks_end(void)
{
	mutex_lock(&hooks_lock);
	close_gate();
	warden_inventory_forget();
	tier = WARDEN_TIER_NONE;
	text = warden_direct_stays() ? "stopped, but the kernel still calls the module, which refuses all sensors; start the machine anew" :
				       "stopped by wardenctl stop; load the module again to enforce";
	WRITE_ONCE(running, false);
	mutex_unlock(&hooks_lock);
}

/**
 * warden_hooks_status() - which programs run
 * @st: filled in
 *
 * Context: Process context, may sleep.
 */
void warden_hooks_status(struct warden_hooks_status *st)
{
	mutex_lock(&hooks_lock);
	st->tier = tier;
	st->attached = warden_links_attached();
	st->wanted = warden_links_wanted();
	st->text = text;
	mutex_unlock(&hooks_lock);
}
