// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ways into a running system that are there for its developers: which of them a
 * file or a call is, and whether it is closed to the program that asks.
 */
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/magic.h>
#include <linux/major.h>
#include <linux/miscdevice.h>
#include <linux/mm_types.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <linux/tty.h>

#include "debug.h"
#include "device/classify.h"
#include "device/inventory.h"
#include "judge/judge.h"
#include "program/code.h"
#include "program/identity.h"

#define MEM_MINOR     1	  /* drivers/char/mem.c */
#define KMEM_MINOR    2
#define PORT_MINOR    4
#define OWN_MINOR     0	  /* of TTYAUX_MAJOR: a process's controlling terminal, /dev/tty */
#define CONSOLE_MINOR 1	  /* of it, too */
#define SERIAL_MINOR  64  /* of TTY_MAJOR; below are virtual terminals */
#define MSR_DEVICES   202

/* Of file systems that keep it to themselves: fs/configfs/mount.c, drivers/usb/gadget/legacy/inode.c. */
#define CONFIGFS_MAGIC 0x62656570
#define GADGETFS_MAGIC 0xaee71ee7

static bool is_named(const struct dentry *dentry, const char *name)
{
	return !strcmp(dentry->d_name.name, name);
}

/* These file systems do not rename, so a name stays what it is. */
static bool is_at(const struct dentry *dentry, const char *name, const char *parent)
{
	return is_named(dentry, name) && is_named(dentry->d_parent, parent);
}

static bool is_below(const struct dentry *dentry, const char *name)
{
	while (!IS_ROOT(dentry)) {
		if (is_named(dentry, name))
			return true;
		dentry = dentry->d_parent;
	}
	return false;
}

/* Whatever number it has: that of a chip's port, of a plug's, of a hypervisor's or a gadget's. */
static bool is_serial_line(dev_t dev)
{
	struct warden_sensor s;

	switch (MAJOR(dev)) {
	case TTY_MAJOR:
		return MINOR(dev) >= SERIAL_MINOR;
	case TTYAUX_MAJOR:
		return MINOR(dev) == CONSOLE_MINOR;
	case PTY_MASTER_MAJOR:
	case PTY_SLAVE_MAJOR:
		return false;
	default:
		return !warden_inventory_find(dev, &s) && s.kind == WARDEN_DEVICE_TERMINAL;
	}
}

/* Root makes a line that it has open for writing its controlling terminal, and opens that to read. */
static dev_t controlling_terminal(void)
{
	struct tty_struct *tty = get_current_tty();
	dev_t dev = tty ? tty_devnum(tty) : 0;

	tty_kref_put(tty);
	return dev;
}

/* Whose terminal it was that is open already, nobody can tell. */
static bool lets_in(dev_t dev, fmode_t mode)
{
	if (!(mode & FMODE_READ))
		return false; /* what only writes tells */
	if (dev == MKDEV(TTYAUX_MAJOR, OWN_MINOR) && !(mode & FMODE_OPENED))
		dev = controlling_terminal();
	return is_serial_line(dev);
}

static u32 surface_of_device(dev_t dev, fmode_t mode)
{
	const unsigned int minor = MINOR(dev);

	switch (MAJOR(dev)) {
	case MEM_MAJOR:
		return minor == MEM_MINOR || minor == KMEM_MINOR || minor == PORT_MINOR ?
			       WARDEN_DEBUG_SURFACE_KMEM : WARDEN_DEBUG_SURFACE_NONE;
	case MSR_DEVICES:
		return WARDEN_DEBUG_SURFACE_MSR;
	case MISC_MAJOR: /* all of memory, to be read and written */
		return minor == SNAPSHOT_MINOR ? WARDEN_DEBUG_SURFACE_KMEM : WARDEN_DEBUG_SURFACE_NONE;
	}
	return lets_in(dev, mode) ? WARDEN_DEBUG_SURFACE_SERIAL : WARDEN_DEBUG_SURFACE_NONE;
}

static u32 surface_of_trace(const struct dentry *dentry)
{
	if (is_named(dentry, "kprobe_events") || is_named(dentry, "uprobe_events") ||
	    is_named(dentry, "dynamic_events"))
		return WARDEN_DEBUG_SURFACE_KPROBES;
	return WARDEN_DEBUG_SURFACE_TRACEFS;
}

/*
 * Whoever writes the number of a disk there starts the memory that is on it, with a kernel
 * in it that may be any: kernel/power/hibernate.c, resume_store().
 */
static bool is_resume(const struct dentry *dentry)
{
	return is_at(dentry, "resume", "power") && IS_ROOT(dentry->d_parent->d_parent);
}

static u32 surface_of_sysfs(const struct dentry *dentry, fmode_t mode)
{
	if (!(mode & FMODE_WRITE))
		return WARDEN_DEBUG_SURFACE_NONE;
	if (is_at(dentry, "kgdboc", "parameters"))
		return WARDEN_DEBUG_SURFACE_KGDB;
	return is_resume(dentry) ? WARDEN_DEBUG_SURFACE_KEXEC : WARDEN_DEBUG_SURFACE_NONE;
}

static u32 surface_of_proc(const struct dentry *dentry, fmode_t mode)
{
	if (IS_ROOT(dentry->d_parent) && is_named(dentry, "kcore"))
		return WARDEN_DEBUG_SURFACE_KMEM;
	if (!(mode & FMODE_WRITE))
		return WARDEN_DEBUG_SURFACE_NONE;
	if ((IS_ROOT(dentry->d_parent) && is_named(dentry, "sysrq-trigger")) ||
	    is_at(dentry, "sysrq", "kernel"))
		return WARDEN_DEBUG_SURFACE_SYSRQ;
	return WARDEN_DEBUG_SURFACE_NONE;
}

/**
 * warden_debug_of_file() - which debug surface a file is
 * @file: the file, in its open hook
 *
 * Context: Process context.
 * Return: enum warden_debug_surface; none for most.
 */
u32 warden_debug_of_file(const struct file *file)
{
	const struct inode *inode = file_inode(file);
	const struct dentry *dentry = file->f_path.dentry;

	if (S_ISCHR(inode->i_mode))
		return surface_of_device(inode->i_rdev, file->f_mode);
	switch (inode->i_sb->s_magic) {
	case DEBUGFS_MAGIC:
		return WARDEN_DEBUG_SURFACE_DEBUGFS;
	case TRACEFS_MAGIC:
		return surface_of_trace(dentry);
	case PROC_SUPER_MAGIC:
		return surface_of_proc(dentry, file->f_mode);
	case SYSFS_MAGIC:
		return surface_of_sysfs(dentry, file->f_mode);
	case GADGETFS_MAGIC:
		return file->f_mode & FMODE_WRITE ? WARDEN_DEBUG_SURFACE_GADGET :
						    WARDEN_DEBUG_SURFACE_NONE;
	case CONFIGFS_MAGIC:
		return file->f_mode & FMODE_WRITE ? warden_debug_of_directory(dentry) :
						    WARDEN_DEBUG_SURFACE_NONE;
	default:
		return WARDEN_DEBUG_SURFACE_NONE;
	}
}

/* The numbers of processes and threads are names that nothing else there has. */
static bool is_number(const struct dentry *dentry)
{
	const char *name = dentry->d_name.name;

	return *name && !name[strspn(name, "0123456789")];
}

/* /proc/PID/mem, or that of a thread. */
static bool is_memory(const struct file *file)
{
	const struct dentry *dentry = file->f_path.dentry, *of = dentry->d_parent;

	if (file_inode(file)->i_sb->s_magic != PROC_SUPER_MAGIC || !is_named(dentry, "mem") || !is_number(of))
		return false;
	if (is_named(of->d_parent, "task"))
		of = of->d_parent->d_parent;
	return is_number(of) && IS_ROOT(of->d_parent);
}

static bool runs(const struct mm_struct *mm, const struct inode *program)
{
	struct file *exe;
	bool does;

	rcu_read_lock();
	exe = get_file_rcu((struct file __rcu **)&mm->exe_file);
	rcu_read_unlock();
	does = exe && file_inode(exe) == program;
	if (exe)
		fput(exe); /* only its address is compared */
	return does;
}

/* A program may reach into its own copies. */
static bool is_own(const struct mm_struct *mm, const struct warden_debug_holder *holder)
{
	return !mm || mm == holder->mm || runs(mm, holder->exe);
}

/**
 * warden_debug_of_held() - which debug surface a file is that somebody has
 * @file: the file
 * @holder: who has it
 *
 * The memory of another process is asked for by another hook when it is opened (mem_open() of fs/proc/base.c),
 * and is in a file from then on.
 *
 * Context: Any but interrupts.
 * Return: enum warden_debug_surface; none for most.
 */
u32 warden_debug_of_held(const struct file *file, const struct warden_debug_holder *holder)
{
	if (file->f_mode & FMODE_PATH)
		return WARDEN_DEBUG_SURFACE_NONE;
	if (is_memory(file) && !is_own(file->private_data, holder))
		return WARDEN_DEBUG_SURFACE_PTRACE;
	return warden_debug_of_file(file);
}

/**
 * warden_debug_of_directory() - which debug surface a new directory makes
 * @dentry: the directory
 *
 * In configfs a directory is a device that comes into being.
 *
 * Context: Process context.
 * Return: enum warden_debug_surface; none for most.
 */
u32 warden_debug_of_directory(const struct dentry *dentry)
{
	return dentry->d_sb->s_magic == CONFIGFS_MAGIC && is_below(dentry, "usb_gadget") ?
		       WARDEN_DEBUG_SURFACE_GADGET : WARDEN_DEBUG_SURFACE_NONE;
}

static const struct inode *exe_inode_of(struct task_struct *task)
{
	const struct inode *inode = NULL;
	struct file *file = warden_identity_exe_of(task);

	if (file) {
		inode = file_inode(file);
		fput(file); /* only its address is compared */
	}
	return inode;
}

/**
 * warden_debug_is_traced_by_another() - is the current task traced by a program other than this?
 * @program: what the current task is about to run
 *
 * Who traces a task over its exec has the new program in its hands, without a
 * ptrace call that a hook would see.
 *
 * Context: Process context.
 * Return: true if it is.
 */
bool warden_debug_is_traced_by_another(const struct file *program)
{
	struct task_struct *tracer;
	bool another;

	rcu_read_lock();
	tracer = ptrace_parent(current);
	another = tracer && exe_inode_of(tracer) != file_inode(program);
	rcu_read_unlock();
	return another;
}

/* Decide the current program's use of a surface; @tells: a refusal is recorded. */
static int judge(u32 surface, bool may_sleep, bool tells)
{
	struct warden_identity subject;
	struct warden_request req = {
		.domain = WARDEN_DOMAIN_DEBUG,
		.uid = from_kuid(&init_user_ns, current_uid()),
		.subject = &subject,
		.surface = surface,
		.excepted = warden_debug_excepted(surface),
	};
	struct warden_answer answer;
	int err;

	if (may_sleep)
		warden_identity_of_current(&subject);
	else
		warden_identity_known(&subject);
	err = warden_judge(&req, &answer);
	if (tells && warden_answer_tells(&answer))
		warden_judge_tell(&req, &answer, warden_debug_word(surface), 0);
	return err;
}

/**
 * warden_debug_judge() - decide the current program's use of a debug surface, and record a refusal
 * @surface: enum warden_debug_surface
 * @may_sleep: its file may be read where its digest is not known
 *
 * Context: Process context of the subject; sleeps where it may.
 * Return: 0, or -EACCES where the caller must refuse.
 */
int warden_debug_judge(u32 surface, bool may_sleep)
{
	return judge(surface, may_sleep, true);
}

static bool are_relatives(const struct task_struct *task)
{
	const struct task_struct *parent, *mine;
	bool are;

	rcu_read_lock();
	parent = rcu_dereference(task->real_parent);
	mine = rcu_dereference(current->real_parent);
	are = task->tgid == current->tgid || parent->tgid == current->tgid || mine->tgid == task->tgid;
	rcu_read_unlock();
	return are;
}

static bool is_our_copy(const struct task_struct *task)
{
	struct file *exe = are_relatives(task) && task->mm ? warden_identity_exe() : NULL;
	bool is;

	if (!exe)
		return false;
	is = runs(task->mm, file_inode(exe));
	fput(exe);
	return is;
}

/**
 * warden_debug_judge_ptrace() - decide whether the current program may look into another
 * @task: the other
 *
 * It may reach into its own copies, as those that fork do: parent and child. Another start of the same file may
 * be anybody's, with what they loaded into it.
 *
 * Context: Process context of the subject, under the alloc_lock of @task; does not sleep.
 * Return: 0, or -EACCES where the caller must refuse.
 */
int warden_debug_judge_ptrace(const struct task_struct *task)
{
	lockdep_assert_held(&task->alloc_lock);
	return is_our_copy(task) ? 0 : judge(WARDEN_DEBUG_SURFACE_PTRACE, false, true);
}

/**
 * warden_debug_judge_file() - the same for a file that is one
 * @surface: enum warden_debug_surface
 *
 * The one by which memory on a disk is started is judged as a kernel besides.
 *
 * Context: Process context of the subject, its open hook; sleeps.
 * Return: 0, or -EACCES where the caller must refuse.
 */
int warden_debug_judge_file(u32 surface)
{
	int err = warden_debug_asked() ? judge(surface, true, true) : 0;

	return err || surface != WARDEN_DEBUG_SURFACE_KEXEC ? err : warden_code_kernel("/sys/power/resume");
}

/**
 * warden_debug_hibernates() - may the machine hibernate, or start what is on a disk?
 *
 * Both are one question. A disk that gives back other memory than it was given is a kernel of
 * whoever has the disk. Whoever reads what states of sleep there are asks it, too, so a
 * refusal is not recorded.
 *
 * Context: Process context, does not sleep.
 * Return: 0, or -EACCES where the caller must refuse.
 */
int warden_debug_hibernates(void)
{
	int err = warden_debug_asked() ? judge(WARDEN_DEBUG_SURFACE_KEXEC, false, false) : 0;

	return err ?: warden_code_kernel(NULL);
}
