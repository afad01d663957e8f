// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each program is attached while something needs its hook: before what needs it
 * comes in force, until some time after nothing does, as each that is let go
 * waits for a grace period of tasks. No change waits for any of that.
 *
 * The programs are held by their files, so that none is loaded a second time,
 * and the links by theirs, so that one is off when its file is put. The hook of opens, which is
 * always needed, has none where ftrace calls the module itself (direct.c).
 */
#include <linux/bpf.h>
#include <linux/err.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "compat/bpf.h"
#include "direct.h"
#include "links.h"
#include "program/command.h"

/* A policy that is replaced at once by one that needs the same hooks costs nothing. */
#define LET_GO_AFTER HZ
#define LET_GO_AGAIN (10 * HZ)

/* What could not be attached for somebody who did not wait. */
#define ATTACH_AGAIN (10 * HZ)

/* While one is being let go. */
#define LOOK_AGAIN (HZ / 50)

/* A grace period of tasks that takes longer waits for somebody who stays in the kernel. */
#define TASKS_PASS_WITHIN (5 * HZ)

/*
 * Programs are attached and let go one after the other. To let one go takes as long as any task
 * likes to stay in the kernel, and the kernel attaches none meanwhile. So a work attaches them, and
 * whoever needs one that is not attached waits for it, ahead of a change (warden_links_hold()).
 */
static DEFINE_MUTEX(turning_lock);

/*
 * Protects all below but what is read by status, and is held for moments; no hook takes it. Inside
 * a change and turning_lock, which keeps programs and links as they are as well.
 */
static DEFINE_MUTEX(links_lock);
static struct file *programs[WARDEN_HOOKS];
static struct file *links[WARDEN_HOOKS];
static u64 needs[WARDEN_NEEDS];
static u64 attached;
static u64 going; /* is being let go, and may still be called */
static unsigned int holders; /* changes that are to come, or going on; nothing is let go */
static u64 asked; /* ahead of a change, and not tried to be attached since; read without */
static DECLARE_WAIT_QUEUE_HEAD(tried_queue);
static bool held;

/* What the kernel said when one was to be attached last; written under turning_lock. */
static int refused;

static void let_go(struct work_struct *work);
static DECLARE_DELAYED_WORK(letting_go, let_go);
static void attach_late(struct work_struct *work);
static DECLARE_DELAYED_WORK(attaching_late, attach_late);

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

static void let_idle_go(void)
{
	lockdep_assert_held(&links_lock);
	if (attached & ~wanted())
		mod_delayed_work(system_unbound_wq, &letting_go, LET_GO_AFTER);
}

/* --- on -------------------------------------------------------------------------------- */

struct attaching {
	struct work_struct work;
	u64 hooks;
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

static void keep_link(u32 hook, struct file *link)
{
	mutex_lock(&links_lock);
	links[hook] = link;
	WRITE_ONCE(attached, attached | BIT_ULL(hook));
	mutex_unlock(&links_lock);
}

static int attach(u32 hook)
{
	int program, fd;

	if (hook == WARDEN_HOOK_FILE_OPEN && !warden_direct_attach()) {
		keep_link(hook, NULL);
		return 0;
	}
	program = warden_links_lend(programs[hook]);
	if (program < 0)
		return program;
	if (hook == WARDEN_HOOK_BPRM_CHECK)
		warden_command_forget(); /* of what is started meanwhile nothing is heard */
	fd = create_link(program);
	close_fd(program);
	if (fd < 0)
		return fd;
	keep_link(hook, fget(fd));
	close_fd(fd);
	return 0;
}

/* Also behind one that cannot be: who needs them may have to do without it. */
static void attach_each(u64 hooks)
{
	int err = 0;
	u32 hook;

	for (hook = 0; hook < WARDEN_HOOKS; hook++)
		if (hooks & BIT_ULL(hook))
			err = attach(hook) ?: err;
	WRITE_ONCE(refused, err);
}

static void attach_all(struct work_struct *work)
{
	attach_each(container_of(work, struct attaching, work)->hooks);
}

/* By a thread of the kernel: nothing hangs on the rights and the limits of who loads a policy. */
static int attach_in_kernel(u64 hooks)
{
	struct attaching a = { .hooks = hooks };

	lockdep_assert_held(&turning_lock);
	INIT_WORK_ONSTACK(&a.work, attach_all);
	queue_work(system_unbound_wq, &a.work);
	flush_work(&a.work);
	destroy_work_on_stack(&a.work);
	return refused;
}

static u64 lacking(u64 hooks)
{
	return held ? hooks & ~attached : 0;
}

/* Nobody waits for these any more. */
static void tried(u64 hooks)
{
	mutex_lock(&links_lock);
	WRITE_ONCE(asked, asked & ~hooks);
	let_idle_go(); /* of who went away meanwhile */
	mutex_unlock(&links_lock);
	wake_up_all(&tried_queue);
}

/* What is to be needed, and what is already; which of the latter is not attached? */
static u64 attach_missing(void)
{
	const u64 all = READ_ONCE(asked), now = READ_ONCE(needed);
	const u64 missing = lacking(all | now);

	lockdep_assert_held(&turning_lock);
	if (missing)
		attach_each(missing);
	tried(all);
	return lacking(now);
}

static void attach_late(struct work_struct *work)
{
	u64 missing;

	if (!mutex_trylock(&turning_lock)) {
		queue_delayed_work(system_unbound_wq, &attaching_late, LOOK_AGAIN);
		return;
	}
	missing = attach_missing();
	mutex_unlock(&turning_lock);
	if (!missing)
		return;
	pr_alert("warden: programs that are needed could not be attached (%d); it is tried again\n",
		 READ_ONCE(refused));
	queue_delayed_work(system_unbound_wq, &attaching_late, ATTACH_AGAIN);
}

/* --- off ------------------------------------------------------------------------------- */

/* Attached no more for all who need it, and off once it is put; NULL where there is none. */
static struct file *take_link(u32 hook)
{
	struct file *link = links[hook];

	lockdep_assert_held(&links_lock);
	WRITE_ONCE(going, attached & BIT_ULL(hook));
	WRITE_ONCE(attached, attached & ~BIT_ULL(hook));
	links[hook] = NULL;
	return link;
}

static void put_link(struct file *link)
{
	lockdep_assert_held(&turning_lock);
	if (link)
		__fput_sync(link);
	WRITE_ONCE(going, 0);
}

/* Somebody has a descriptor of it: it would stay attached, and out of our hands. */
static bool is_shared(const struct file *file)
{
	const struct bpf_link *link = file->private_data;

	return atomic64_read(&link->refcnt) > 1;
}

/* One that nothing needs, or NULL. */
static struct file *take_idle(void)
{
	const u64 idle = holders ? 0 : attached & ~wanted();
	u32 hook;

	lockdep_assert_held(&links_lock);
	for (hook = 0; hook < WARDEN_HOOKS; hook++)
		if (idle & BIT_ULL(hook) && links[hook] && !is_shared(links[hook]))
			return take_link(hook);
	if (idle)
		queue_delayed_work(system_unbound_wq, &letting_go, LET_GO_AGAIN);
	return NULL;
}

static bool detach_one(void)
{
	struct file *link;

	mutex_lock(&turning_lock);
	mutex_lock(&links_lock);
	link = take_idle();
	mutex_unlock(&links_lock);
	put_link(link);
	mutex_unlock(&turning_lock);
	return link;
}

/*
 * Where somebody stays in the kernel, that is better found out with no lock held. Who begins to
 * between this and the next wait is waited for all the same.
 */
static bool do_tasks_pass(void)
{
	const unsigned long began = jiffies;

	synchronize_rcu_tasks();
	return time_is_after_jiffies(began + TASKS_PASS_WITHIN);
}

/* One at a time: who needs another meanwhile does not wait for all. */
static void let_go(struct work_struct *work)
{
	while (do_tasks_pass())
		if (!detach_one())
			return;
	queue_delayed_work(system_unbound_wq, &letting_go, LET_GO_AGAIN);
}

/* --- what others ask for ----------------------------------------------------------------- */

static void note(enum warden_need who, u64 hooks)
{
	lockdep_assert_held(&links_lock);
	needs[who] = hooks;
	WRITE_ONCE(needed, wanted());
}

/**
 * warden_links_need() - say which hooks are needed, before what needs them is in force
 * @who: what needs them
 * @hooks: bit mask of enum warden_hook; replaces what @who needed before
 *
 * What is not attached has to be asked for ahead of the change (warden_links_hold()): nothing is
 * waited for here. To need less than before cannot fail.
 *
 * Context: Process context, sleeps; in a change, or init, or between warden_links_hold() and
 * warden_links_release().
 * Return: 0, and all are attached as soon as there are programs; else what the kernel said when
 * one was to be, or -EAGAIN where nobody asked for it, and @who needs what it needed before.
 */
int warden_links_need(enum warden_need who, u64 hooks)
{
	bool lacks;

	mutex_lock(&links_lock);
	lacks = lacking(hooks);
	if (!lacks)
		note(who, hooks);
	let_idle_go();
	mutex_unlock(&links_lock);
	return lacks ? READ_ONCE(refused) ?: -EAGAIN : 0;
}

/**
 * warden_links_follow() - say which hooks are needed by what comes in force in any case
 * @who: what needs them
 * @hooks: bit mask of enum warden_hook; replaces what @who needed before
 *
 * What is attached enforces at once; what is not is attached as soon as that can be done, and where
 * it cannot it is tried again, which the kernel log tells.
 *
 * Context: Process context, sleeps.
 */
void warden_links_follow(enum warden_need who, u64 hooks)
{
	mutex_lock(&links_lock);
	note(who, hooks);
	if (lacking(hooks))
		mod_delayed_work(system_unbound_wq, &attaching_late, 0);
	let_idle_go();
	mutex_unlock(&links_lock);
}

/* What of these is missing is attached by somebody else; which are? */
static u64 ask_for(u64 hooks)
{
	u64 missing;

	mutex_lock(&links_lock);
	holders++;
	missing = lacking(hooks);
	if (missing) {
		WRITE_ONCE(asked, asked | missing);
		mod_delayed_work(system_unbound_wq, &attaching_late, 0);
	}
	mutex_unlock(&links_lock);
	return missing;
}

/**
 * warden_links_hold() - attach what a change will need, before it begins, and let nothing go
 * @hooks: bit mask of enum warden_hook; 0 waits for nothing
 * @ms: how long to wait, in milliseconds; in a command some seconds, as generic netlink has a lock meanwhile
 *
 * The kernel lets a program go under locks that it takes to attach one, and waits meanwhile for
 * each task that is in one of its calls to sleep or to leave it. No other change has to wait for
 * that. What the kernel refuses to attach is told when it is needed.
 *
 * Context: Process context, in no change; sleeps.
 * Return: 0, and nothing is let go until warden_links_release(); -EAGAIN where some could not be tried
 * in time, and nothing is held.
 */
int warden_links_hold(u64 hooks, unsigned int ms)
{
	const u64 missing = ask_for(hooks);

	if (wait_event_timeout(tried_queue, !(READ_ONCE(asked) & missing), msecs_to_jiffies(ms)))
		return 0;
	warden_links_release();
	return -EAGAIN;
}

/**
 * warden_links_release() - the change that warden_links_hold() was for is over
 *
 * Context: Process context, sleeps.
 */
void warden_links_release(void)
{
	mutex_lock(&links_lock);
	if (!--holders)
		WRITE_ONCE(asked, 0);
	let_idle_go();
	mutex_unlock(&links_lock);
}

/* Who needs one from now on has none attached, and who waits for one need not. */
static void end_to_hold(void)
{
	mutex_lock(&links_lock);
	WRITE_ONCE(held, false);
	mutex_unlock(&links_lock);
	tried(U64_MAX);
}

static void put_all(void)
{
	struct file *link;
	u32 hook;

	lockdep_assert_held(&turning_lock);
	end_to_hold();
	for (hook = 0; hook < WARDEN_HOOKS; hook++) {
		mutex_lock(&links_lock);
		link = take_link(hook);
		mutex_unlock(&links_lock);
		put_link(link);
		if (hook == WARDEN_HOOK_FILE_OPEN)
			warden_direct_detach();
		if (programs[hook])
			__fput_sync(programs[hook]);
		programs[hook] = NULL;
	}
}

/*
 * Who needs one from now on has it attached before. What is needed by then is attached already:
 * nobody who said so meanwhile had to wait.
 */
static u64 begin_to_hold(void)
{
	u64 missing;

	mutex_lock(&links_lock);
	missing = wanted() & ~attached;
	WRITE_ONCE(held, !missing);
	mutex_unlock(&links_lock);
	return missing;
}

/**
 * warden_links_drop() - let all programs go, for good
 *
 * Context: Process context, sleeps for a grace period of tasks per program.
 */
void warden_links_drop(void)
{
	mutex_lock(&turning_lock);
	put_all();
	mutex_unlock(&turning_lock);
	cancel_delayed_work_sync(&letting_go);
	cancel_delayed_work_sync(&attaching_late);
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
	u64 missing;
	u32 hook;

	mutex_lock(&turning_lock);
	for (hook = 0; hook < WARDEN_HOOKS && !err; hook++) {
		programs[hook] = fget(fds[hook]);
		err = programs[hook] ? 0 : -EBADF;
	}
	while (!err && (missing = begin_to_hold()))
		err = attach_in_kernel(missing);
	mutex_unlock(&turning_lock);
	if (err)
		warden_links_drop();
	return err;
}

/**
 * warden_links_attached() - which programs run
 *
 * Context: Any.
 * Return: a bit mask of enum warden_hook.
 */
u64 warden_links_attached(void)
{
	return READ_ONCE(attached) | READ_ONCE(going);
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
