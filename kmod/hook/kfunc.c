// SPDX-License-Identifier: GPL-2.0-only
/*
 * The only door from BPF: each function builds a request and has it judged. Those about
 * sockets are in kfunc-socket.c.
 */
#include <linux/binfmts.h>
#include <linux/btf.h>
#include <linux/bpf.h>
#include <linux/cred.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/kernel_read_file.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/sched/signal.h>
#include <linux/security.h>
#include <linux/slab.h>
#include <warden/kfunc.h>

#include "canary.h"
#include "debug/debug.h"
#include "device/inventory.h"
#include "device/route.h"
#include "device/trigger.h"
#include "device/usb.h"
#include "judge/judge.h"
#include "judge/named.h"
#include "kfunc.h"
#include "network/broker.h"
#include "network/protocol.h"
#include "program/code.h"
#include "program/command.h"
#include "program/identity.h"
#include "program/load.h"
#include "program/measure.h"
#include "program/sha256.h"
#include "program/start.h"
#include "session/place.h"
#include "session/session-export.h"
#include "session/session.h"

static DEFINE_PER_CPU(u64, calls);

/**
 * warden_kfunc_enter() - the first thing of each door
 * @hook: enum warden_hook
 *
 * Context: Any program.
 */
void warden_kfunc_enter(u32 hook)
{
	this_cpu_inc(calls);
	warden_canary_see(hook);
}

static u32 current_real_uid(void)
{
	return from_kuid(&init_user_ns, current_uid());
}

/* --- sensors -------------------------------------------------------------- */

static bool is_sensor(const struct file *file)
{
	return warden_route_class(file) != WARDEN_SENSOR_CLASS_FREE;
}

/* --- files that run or are loaded ------------------------------------------------ */

/* What an object is called, for people: looked up where somebody is told, which is seldom. */
struct name {
	struct file *file; /* NULL where @text is set from the beginning */
	const char *text;
	char *buf;
};

static const char *name_of(struct name *name)
{
	const char *path;

	if (name->text)
		return name->text;
	name->buf = kmalloc(PATH_MAX, GFP_KERNEL);
	path = name->buf ? file_path(name->file, name->buf, PATH_MAX) : "(no memory for the path)";
	name->text = IS_ERR(path) ? "(path too long)" : path;
	return name->text;
}

static void measure(u32 domain, const struct warden_identity *object, struct name *name)
{
	if (!object->reason && warden_judge_measures(domain) &&
	    !warden_measure_again(domain, &object->digest))
		warden_measure_add(domain, &object->digest, name_of(name));
}

static int judge_object(u32 domain, const struct warden_identity *subject,
			const struct warden_identity *object, struct name *name)
{
	struct warden_request req = {
		.domain = domain,
		.uid = current_real_uid(),
		.subject = subject,
		.object = object,
	};
	struct warden_answer answer;
	int err;

	err = warden_judge(&req, &answer);
	if (warden_answer_tells(&answer))
		warden_judge_tell(&req, &answer, name_of(name), 0);
	return err;
}

/* A module's name comes later, where a rule asks for it; a kernel has none. */
static int judge_file(u32 domain, struct file *file, struct warden_identity *object, bool named)
{
	struct name name = { .file = file };
	struct warden_identity subject;
	int err;

	warden_identity_of_current(&subject);
	warden_identity_of_file(file, object);
	measure(domain, object, &name);
	if (domain == WARDEN_DOMAIN_EXEC && unlikely(warden_identity_is_loose(file)))
		object->reason = WARDEN_REASON_PROGRAM_UNREADABLE;
	if (named && warden_load_defer(object))
		err = 0;
	else
		err = judge_object(domain, &subject, object, &name);
	kfree(name.buf);
	return err;
}

static int judge_data(u32 domain, const struct warden_identity *object, const char *text)
{
	const struct warden_identity nobody = { .reason = WARDEN_REASON_PROGRAM_UNREADABLE };
	struct name name = { .text = text };

	if (domain == WARDEN_DOMAIN_MODULE && warden_load_defer(object))
		return 0;
	return judge_object(domain, &nobody, object, &name);
}

static u32 domain_of_read(u32 id)
{
	switch (id) {
	case READING_MODULE:
		return WARDEN_DOMAIN_MODULE;
	case READING_FIRMWARE:
		return WARDEN_DOMAIN_FIRMWARE;
	default:
		return WARDEN_DOMAIN_NONE;
	}
}

static u32 domain_of_data(u32 id)
{
	switch (id) {
	case LOADING_MODULE:
		return WARDEN_DOMAIN_MODULE;
	case LOADING_FIRMWARE:
		return WARDEN_DOMAIN_FIRMWARE;
	default:
		return WARDEN_DOMAIN_NONE;
	}
}

/*
 * Another kernel is new code of the kernel's, as a module is: measured, appraised and
 * denied where modules are. Its signature is another matter, and the kernel's own.
 */
static int judge_kernel(struct file *file)
{
	int err = warden_debug_judge(WARDEN_DEBUG_SURFACE_KEXEC, true);
	struct warden_identity object;

	if (err || !file || !warden_judge_touches(WARDEN_DOMAIN_MODULE))
		return err;
	return judge_file(WARDEN_DOMAIN_MODULE, file, &object, false);
}

/* --- the door ------------------------------------------------------------------------ */

__bpf_kfunc_start_defs();

/**
 * warden_kf_file_open() - may the current program open this file?
 * @file: a character device or a file that may lead to one, in its open hook
 *
 * A sensor's open is decided a moment later, where its session begins, so that
 * it is decided once; see warden_session_prepare(). The other end of a network device
 * is decided here.
 *
 * Context: Sleepable LSM program.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_file_open(struct file *file)
{
	warden_kfunc_enter(WARDEN_HOOK_FILE_OPEN);
	return warden_place_awaits(file_inode(file)) || is_sensor(file) ? warden_session_prepare(file) : warden_protocol_tunnel_open(file);
}

/**
 * warden_kf_file_receive() - may the current program be handed this file?
 * @file: a character device or a file that may lead to one, on its way in from another process
 *
 * What a driver gave out on a sensor's file is judged as that is. One that was on its way since before the module was loaded becomes a session here.
 *
 * Context: Sleepable LSM program.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_file_receive(struct file *file)
{
	struct warden_identity subject;
	struct warden_request req;
	struct warden_answer answer;
	int err;

	warden_kfunc_enter(WARDEN_HOOK_FILE_RECEIVE);
	if (warden_export_is(file))
		return warden_export_receive();
	if (!is_sensor(file))
		return warden_session_receive(file);
	err = warden_judge_sensor(file, &req, &subject, &answer);
	return err ?: warden_session_meet(file, &req, &answer);
}

/* What the policy names is not started by who leads it from its first instruction on. */
static int refuse_led(struct file *file, const struct warden_identity *object)
{
	struct name name = { .file = file };
	struct warden_identity subject;
	const struct warden_request req = {
		.domain = WARDEN_DOMAIN_EXEC,
		.uid = current_real_uid(),
		.subject = &subject,
		.object = object,
	};
	struct warden_answer answer;

	warden_identity_of_current(&subject);
	warden_judge(&req, &answer);
	warden_answer_refuse(&answer, WARDEN_REASON_PROGRAM_TRACED);
	warden_judge_tell(&req, &answer, name_of(&name), 0);
	kfree(name.buf);
	return -EACCES;
}

/**
 * warden_kf_exec() - measure and appraise what is about to run
 * @bprm: the execution; called for the script and for its interpreter
 *
 * A program the policy names is started so that nobody but root looks into it or leads it.
 *
 * Where a policy only names programs, nothing else is asked of what runs.
 *
 * Context: Sleepable LSM program.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_exec(struct linux_binprm *bprm)
{
	struct warden_identity object;
	bool named;
	int err = 0;

	warden_kfunc_enter(WARDEN_HOOK_BPRM_CHECK);
	if (warden_judge_touches(WARDEN_DOMAIN_EXEC))
		err = judge_file(WARDEN_DOMAIN_EXEC, bprm->file, &object, false);
	else
		warden_identity_of_program(bprm->file, &object);
	if (!err && unlikely(READ_ONCE(current->ptrace)) && warden_debug_asked() &&
	    warden_debug_is_traced_by_another(bprm->file))
		err = warden_debug_judge(WARDEN_DEBUG_SURFACE_PTRACE, true);
	named = !err && !object.reason && warden_judge_names(&object.digest);
	if (named && unlikely(warden_start_is_led()))
		err = refuse_led(bprm->file, &object);
	else if (named)
		warden_start_securely(bprm);
	warden_command_note(bprm, named ? &object.digest : NULL);
	return err;
}

/**
 * warden_kf_inherit() - close the sensors and brokers the new program may not have
 *
 * Context: Sleepable LSM program, from bprm_committing_creds.
 * Return: 0.
 */
__bpf_kfunc int warden_kf_inherit(void)
{
	warden_kfunc_enter(WARDEN_HOOK_BPRM_CREDS);
	warden_session_inherit();
	warden_broker_inherit();
	return 0;
}

/**
 * warden_kf_read_file() - measure and appraise what the kernel is about to load from a file
 * @file: the file
 * @id: enum kernel_read_file_id
 *
 * Context: Sleepable LSM program.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_read_file(struct file *file, u32 id)
{
	u32 domain = domain_of_read(id);
	struct warden_identity object;

	warden_kfunc_enter(WARDEN_HOOK_READ_FILE);
	if (id == READING_KEXEC_IMAGE || id == READING_KEXEC_INITRAMFS)
		return judge_kernel(file);
	return domain && file ? judge_file(domain, file, &object, domain == WARDEN_DOMAIN_MODULE) : 0;
}

/**
 * warden_kf_load_data() - measure and appraise what the kernel has taken from memory
 * @data: address of the object, in kernel memory
 * @size: its bytes
 * @id: enum kernel_load_data_id
 *
 * init_module(2) comes by here: kmod uses it for modules it has unpacked. So does
 * firmware that a program hands over by sysfs. The
 * hook does not sleep, so the caller's own file is not measured, and the entry
 * is taken by the TPM just before the module runs (warden_measure_settle()).
 *
 * Context: LSM program, does not sleep.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_load_data(u64 data, u64 size, u32 id)
{
	const u32 domain = domain_of_data(id);
	struct warden_identity object = { .digest.alg = WARDEN_DIGEST_ALG_SHA256 };

	warden_kfunc_enter(WARDEN_HOOK_LOAD_DATA);
	if (!domain)
		return 0;
	warden_sha256(object.digest.bytes, (const u8 *)(unsigned long)data, size);
	if (warden_judge_measures(domain) && warden_measure_later(domain, &object.digest))
		object.reason = WARDEN_REASON_NO_MEMORY;
	return judge_data(domain, &object,
			  domain == WARDEN_DOMAIN_MODULE ? "init_module(2)" : "(sysfs)");
}

/**
 * warden_kf_bpf_load() - measure a BPF program that is about to be loaded
 * @prog: the program, not checked yet
 *
 * Context: Sleepable LSM program.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_bpf_load(struct bpf_prog *prog)
{
	warden_kfunc_enter(WARDEN_HOOK_BPF_LOAD);
	return warden_code_bpf(prog);
}

/**
 * warden_kf_kexec() - may another kernel be loaded from memory?
 *
 * Context: LSM program, does not sleep.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_kexec(void)
{
	int err = 0;

	warden_kfunc_enter(WARDEN_HOOK_KERNEL_LOAD_DATA);
	if (warden_debug_asked())
		err = warden_debug_judge(WARDEN_DEBUG_SURFACE_KEXEC, false);
	return err ?: warden_code_kernel("kexec_load(2)");
}

/**
 * warden_kf_forge() - a task wants the kernel to believe that it runs another file
 *
 * prctl(PR_SET_MM) can replace the file a program is known by, within a user
 * namespace without any privilege. An identity that can be chosen is none.
 *
 * Context: LSM program, does not sleep.
 * Return: -EPERM.
 */
__bpf_kfunc int warden_kf_forge(void)
{
	const struct warden_identity nobody = { .reason = WARDEN_REASON_PROGRAM_FORGED };
	const struct warden_request req = {
		.domain = WARDEN_DOMAIN_EXEC,
		.uid = current_real_uid(),
		.subject = &nobody,
	};
	const struct warden_answer answer = { .denied = true,
					      .reason = WARDEN_REASON_PROGRAM_FORGED };

	warden_kfunc_enter(WARDEN_HOOK_PRCTL);
	warden_canary_deny();
	warden_judge_tell(&req, &answer, "prctl(PR_SET_MM)", 0);
	return -EPERM;
}

/**
 * warden_kf_dumpable() - a task wants to leave a core when it fails
 *
 * Context: LSM program, does not sleep.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_dumpable(void)
{
	warden_kfunc_enter(WARDEN_HOOK_PRCTL);
	return warden_session_unshroud();
}

/**
 * warden_kf_hibernate() - may the memory of all be written out, or that on a disk be started?
 *
 * Context: LSM program, does not sleep.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_hibernate(void)
{
	warden_kfunc_enter(WARDEN_HOOK_LOCKED_DOWN);
	return warden_session_hibernate() ?: warden_debug_hibernates();
}

/**
 * warden_kf_ports() - may the current program have I/O ports, as /dev/port has them?
 *
 * Behind some of them are keyboards, and buses that chips are on.
 *
 * Context: LSM program, does not sleep.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_ports(void)
{
	warden_kfunc_enter(WARDEN_HOOK_LOCKED_DOWN);
	return warden_named_use_now(WARDEN_SENSOR_CLASS_BUS, "ioport");
}

/**
 * warden_kf_ptrace() - may the current program look into another?
 * @task: the other, with its alloc_lock held
 *
 * Context: LSM program, does not sleep.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_ptrace(struct task_struct *task)
{
	warden_kfunc_enter(WARDEN_HOOK_PTRACE_ACCESS);
	return warden_session_peek(task);
}

/**
 * warden_kf_unmount() - a file system goes, and with it what is known of its files
 * @sb: the file system
 *
 * Context: LSM program, does not sleep.
 * Return: 0.
 */
__bpf_kfunc int warden_kf_unmount(struct super_block *sb)
{
	warden_kfunc_enter(WARDEN_HOOK_SB_DELETE);
	warden_identity_forget(sb);
	return 0;
}

/**
 * warden_kf_device_add() - a device node comes
 * @dev: the device
 *
 * Context: Tracing program, does not sleep.
 * Return: 0.
 */
__bpf_kfunc int warden_kf_device_add(struct device *dev)
{
	warden_kfunc_enter(WARDEN_HOOK_DEVICE_ADD);
	warden_inventory_add(dev);
	warden_usb_add(dev);
	return 0;
}

/**
 * warden_kf_device_del() - a device node goes
 * @dev: the device
 *
 * Context: Tracing program, does not sleep.
 * Return: 0.
 */
__bpf_kfunc int warden_kf_device_del(struct device *dev)
{
	warden_kfunc_enter(WARDEN_HOOK_DEVICE_DEL);
	warden_inventory_del(dev);
	warden_usb_del(dev);
	return 0;
}

/**
 * warden_kf_module_request() - may the kernel have a module loaded for the current program?
 * @name: address of the alias that is asked for, in kernel memory
 *
 * Context: Sleepable LSM program.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_module_request(u64 name)
{
	warden_kfunc_enter(WARDEN_HOOK_MODULE_REQUEST);
	return warden_load_request((const char *)(unsigned long)name);
}

/**
 * warden_kf_debug() - may the current program use a debug surface?
 * @hook: enum warden_hook it was called from
 * @surface: enum warden_debug_surface
 *
 * Context: Sleepable LSM program.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_debug(u32 hook, u32 surface)
{
	warden_kfunc_enter(hook);
	return warden_debug_judge(surface, true);
}

/**
 * warden_kf_debug_now() - the same where the program is not to be read
 * @hook: enum warden_hook it was called from
 * @surface: enum warden_debug_surface
 *
 * Context: LSM program, does not sleep.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_debug_now(u32 hook, u32 surface)
{
	warden_kfunc_enter(hook);
	return warden_debug_judge(surface, false);
}

/**
 * warden_kf_debug_ptrace() - may the current program look into another, which is a debug surface?
 * @task: the other, with its alloc_lock held
 *
 * Context: LSM program, does not sleep.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_debug_ptrace(struct task_struct *task)
{
	warden_kfunc_enter(WARDEN_HOOK_PTRACE_ACCESS);
	return warden_debug_judge_ptrace(task);
}

/**
 * warden_kf_debug_file() - may the current program open this file, if it is a debug surface?
 * @file: a file, in its open hook
 *
 * Or what admits a USB device, or starts another kernel.
 *
 * Context: Sleepable LSM program.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_debug_file(struct file *file)
{
	const u32 surface = warden_debug_of_file(file);

	warden_kfunc_enter(WARDEN_HOOK_FILE_OPEN);
	return surface ? warden_debug_judge_file(surface) : warden_usb_open(file);
}

/**
 * warden_kf_mkdir() - may the current program make this directory, which makes a device?
 * @dentry: what is to become the directory, in configfs
 *
 * Context: LSM program, does not sleep.
 * Return: 0 or a negative errno.
 */
__bpf_kfunc int warden_kf_mkdir(struct dentry *dentry)
{
	const u32 surface = warden_debug_of_directory(dentry);
	int err = 0;

	warden_kfunc_enter(WARDEN_HOOK_INODE_MKDIR);
	if (surface && warden_debug_asked())
		err = warden_debug_judge(surface, false);
	return err ?: warden_trigger_judge(dentry);
}

/**
 * warden_kf_canary() - a hook was called while the module tries its hooks
 * @hook: enum warden_hook
 *
 * Context: Any program.
 * Return: 0.
 */
__bpf_kfunc int warden_kf_canary(u32 hook)
{
	warden_canary_see(hook);
	return 0;
}

__bpf_kfunc_end_defs();

/**
 * warden_kfunc_calls() - how often programs have called in
 *
 * Context: Any.
 * Return: the sum over all CPUs.
 */
u64 warden_kfunc_calls(void)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu(calls, cpu);
	return sum;
}
