// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each program is attached while something needs its hook: before what needs it
 * comes in force, until some time after nothing does, as each that is let go
 * waits for a grace period of tasks.
 *
 * The programs are held by their files, so that none is loaded a second time,
 * and the links by theirs, so that one is off when its file is put.
 */
#include <linux/bpf.h>
#include <linux/err.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/workqueue.h>

#include "compat/bpf.h"
#include "links.h"
#include "program/command.h"

/* A policy that is replaced at once by one that needs the same hooks costs nothing. */
#define LET_GO_AFTER HZ
#define LET_GO_AGAIN (10 * HZ)

/* Protects all below but what is read by status; no hook takes it. Inside a change. */
static DEFINE_MUTEX(links_lock);
static struct file *programs[WARDEN_HOOKS];
static struct file *links[WARDEN_HOOKS];
static u64 needs[WARDEN_NEEDS];
static u64 attached;
static bool held;

static void let_go(struct work_struct *work);
static DECLARE_DELAYED_WORK(letting_go, let_go);

/* Of all of them; read by each open of a sensor. */
static u64 needed;

static u64 wanted(void)
{
	u64 all = 0;
	u32 i;

	for (i = 0; i < WARDEN_NEEDS; i++)
		all |= needs[i];
	return all;
}

/* --- on -------------------------------------------------------------------------------- */

struct attaching {
	struct work_struct work;
	u64 hooks;
	int err;
};

/**
 * warden_links_lend() - a descriptor for a file that stays held
 * @file: the file
 *
 * Context: Process context, sleeps; the descriptor is the current task's.
 * Return: the descriptor, to be closed, or a negative errno.
 */
int warden_links_lend(struct file *file)
{
	int fd = get_unused_fd_flags(O_CLOEXEC);

	if (fd >= 0)
		fd_install(fd, get_file(file));
	return fd;
}

static int create_link(int program)
{
	union bpf_attr attr = { .raw_tracepoint.prog_fd = program };

	if (!IS_ENABLED(CONFIG_BPF_SYSCALL))
		return -EOPNOTSUPP;
	return kern_sys_bpf(BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
}

static int attach(u32 hook)
{
	int program = warden_links_lend(programs[hook]), fd;

	if (program < 0)
		return program;
	if (hook == WARDEN_HOOK_BPRM_CHECK)
		warden_command_forget(); /* of what is started meanwhile nothing is heard */
	fd = create_link(program);
	close_fd(program);
	if (fd < 0)
		return fd;
	links[hook] = fget(fd);
	close_fd(fd);
	WRITE_ONCE(attached, attached | BIT_ULL(hook));
	return 0;
}

static void attach_all(struct work_struct *work)
{
	struct attaching *a = container_of(work, struct attaching, work);
	u32 hook;

	for (hook = 0; hook < WARDEN_HOOKS && !a->err; hook++)
		if (a->hooks & BIT_ULL(hook))
			a->err = attach(hook);
}

/* By a thread of the kernel: nothing hangs on the rights and the limits of who loads a policy. */
static int attach_in_kernel(u64 hooks)
{
	struct attaching a = { .hooks = hooks };

	INIT_WORK_ONSTACK(&a.work, attach_all);
	queue_work(system_unbound_wq, &a.work);
	flush_work(&a.work);
	destroy_work_on_stack(&a.work);
	return a.err;
}

/* --- off ------------------------------------------------------------------------------- */

/* The program is off when this returns. */
static void detach(u32 hook)
{
	WRITE_ONCE(attached, attached & ~BIT_ULL(hook));
	__fput_sync(links[hook]);
	links[hook] = NULL;
}

/* Somebody has a descriptor of it: it would stay attached, and out of our hands. */
static bool is_shared(const struct file *file)
{
	const struct bpf_link *link = file->private_data;

	return atomic64_read(&link->refcnt) > 1;
}

static bool detach_one(void)
{
	bool found = false;
	u64 idle;
	u32 hook;

	mutex_lock(&links_lock);
	idle = attached & ~wanted();
	for (hook = 0; hook < WARDEN_HOOKS && !found; hook++) {
		found = idle & BIT_ULL(hook) && !is_shared(links[hook]);
		if (found)
			detach(hook);
	}
	if (idle && !found)
		queue_delayed_work(system_unbound_wq, &letting_go, LET_GO_AGAIN);
	mutex_unlock(&links_lock);
	return found;
}

/* One at a time: who loads a policy meanwhile does not wait for all. */
static void let_go(struct work_struct *work)
{
	while (detach_one())
		cond_resched();
}

/* --- what others ask for ----------------------------------------------------------------- */

static int attach_needed(u64 hooks)
{
	u64 missing = held ? hooks & ~attached : 0;

	return missing ? attach_in_kernel(missing) : 0;
}

/**
 * warden_links_need() - say which hooks are needed
 * @who: what needs them
 * @hooks: bit mask of enum warden_hook; replaces what @who needed before
 *
 * What is needed is attached when this returns, as soon as there are programs. To
 * need less than before cannot fail.
 *
 * Context: Process context, sleeps; in a change, or init.
 * Return: 0; else what the kernel said, and @who needs what it needed before.
 */
int warden_links_need(enum warden_need who, u64 hooks)
{
	int err;

	mutex_lock(&links_lock);
	err = attach_needed(hooks);
	if (!err)
		needs[who] = hooks;
	WRITE_ONCE(needed, wanted());
	if (attached & ~wanted())
		mod_delayed_work(system_unbound_wq, &letting_go, LET_GO_AFTER);
	mutex_unlock(&links_lock);
	return err;
}

static void put_all(void)
{
	u32 hook;

	for (hook = 0; hook < WARDEN_HOOKS; hook++) {
		if (links[hook])
			detach(hook);
		if (programs[hook])
			__fput_sync(programs[hook]);
		programs[hook] = NULL;
	}
	WRITE_ONCE(held, false);
}

/**
 * warden_links_take() - hold the programs, and attach those that are needed
 * @fds: a descriptor of the current task's per enum warden_hook
 *
 * Context: Process context, sleeps.
 * Return: 0; -EBADF or what the kernel said, and none is attached.
 */
int warden_links_take(const int fds[WARDEN_HOOKS])
{
	int err = 0;
	u32 hook;

	mutex_lock(&links_lock);
	WRITE_ONCE(held, true);
	for (hook = 0; hook < WARDEN_HOOKS && !err; hook++) {
		programs[hook] = fget(fds[hook]);
		err = programs[hook] ? 0 : -EBADF;
	}
	if (!err)
		err = attach_needed(wanted());
	if (err)
		put_all();
	mutex_unlock(&links_lock);
	return err;
}

/**
 * warden_links_drop() - let all programs go, for good
 *
 * Context: Process context, sleeps for a grace period of tasks per program.
 */
void warden_links_drop(void)
{
	mutex_lock(&links_lock);
	put_all();
	mutex_unlock(&links_lock);
	cancel_delayed_work_sync(&letting_go);
}

/**
 * warden_links_held() - are there programs to attach?
 *
 * Context: Any.
 * Return: true between warden_links_take() and warden_links_drop().
 */
bool warden_links_held(void)
{
	return READ_ONCE(held);
}

/**
 * warden_links_attached() - which programs run
 *
 * Context: Any.
 * Return: a bit mask of enum warden_hook.
 */
u64 warden_links_attached(void)
{
	return READ_ONCE(attached);
}

/**
 * warden_links_wanted() - which programs are needed
 *
 * Context: Any.
 * Return: a bit mask of enum warden_hook.
 */
u64 warden_links_wanted(void)
{
	return READ_ONCE(needed);
}
