// SPDX-License-Identifier: GPL-2.0-only
/*
 * How sessions are ended from outside (withdrawal, expiry, another policy, stop). Of all that
 * end together each step is done before the next, so that what is looked for in all processes is looked
 * for once. First, as this waits for nobody:
 *  1. the files' operations become dead ones, and their mappings are zapped: the next call fails.
 * Then what a program can hold up, by waits that have one limit for all:
 *  2. threads that have one of the files are asked out of a call (task work with a signal);
 *  3. mmap calls under way are waited for, by taking their mm's lock once;
 *  4. the streams are stopped through their drivers;
 *  5. the mappings are zapped, and a fault handler may not bring pages back; what was
 *     exported is erased;
 *  6. the holders are killed, where the rule says so;
 *  7. whoever waits for a file to be ready, in poll(2), epoll(7) or an io_uring,
 *     is woken and finds that it is dead (session-wake.c).
 * sound/core/init.c does 1 for a card that is unplugged.
 */
#include <linux/bitmap.h>
#include <linux/bits.h>
#include <linux/delay.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/rcupdate_trace.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/task_work.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <warden/domain.h>

#include "device/ear.h"
#include "hook/tasks.h"
#include "network/broker.h"
#include "program/processes.h"
#include "session-export.h"
#include "session-priv.h"
#include "session-stand.h"
#include "session.h"
#include "stream.h"

/* Longest waits in one review, whatever the number of its sessions; all of them take microseconds. */
#define MMAP_WAIT_MS 50 /* for the locks of holders' memory */
#define LOCK_WAIT_MS 100 /* for drivers' locks; a call inside the driver was asked to leave before */
#define WAKE_WAIT_MS 100 /* until those who wait were woken */
#define EXPORT_WAIT_MS WARDEN_PROCESSES_WAIT_MS /* for the locks of any memory that may have been handed a buffer */

/* How long stop waits for holders to close what was ended, and to unmap it. */
#define DRAIN_MS 500
#define UNMAP_MS 5000

/* What is left of them; and whether the files are given back to their drivers afterwards. */
struct waits {
	unsigned int mmap;
	unsigned int lock;
	unsigned int wake;
	unsigned int export;
	bool back;
};

/* A thread that has an ending session's file open, and the signals (WARDEN_RULE_SIGNALS) of those it has. */
struct holder {
	struct list_head node;
	struct task_struct *task;
	u32 flags;
};

/* Threads that were asked out of a call and have not yet come by; each holds the module. */
static atomic_t nr_kicks = ATOMIC_INIT(0);

/* Sessions whose files were given back, by their ``ending``, until they are freed. */
static DEFINE_SPINLOCK(gone_lock);
static LIST_HEAD(gone);
static void free_gone(struct work_struct *work);
static DECLARE_WORK(gone_work, free_gone);

/* What a thread was found to have, beside the signals of what it has. */
#define HAS_ONE BIT(30)

/* By so many bits of their addresses most files are known to be none of those that end. */
#define SIEVE_BITS 12

/**
 * struct look - what threads are looked at for
 * @files: what HAS_ONE and the signals are of each file, by its address
 * @openers: the same of who opened them
 * @shared: what tables that threads share were found to have
 * @sieve: which addresses of files there are
 * @all: what can be found at most
 * @found: what was found in a table
 */
struct look {
	struct xarray files;
	struct xarray openers;
	struct xarray shared;
	DECLARE_BITMAP(sieve, 1 << SIEVE_BITS);
	u32 all;
	u32 found;
};

static u32 flags_of(struct xarray *in, const void *address)
{
	void *value = xa_load(in, (unsigned long)address);

	return value ? xa_to_value(value) : 0;
}

static void add_flags(struct xarray *to, const void *address, u32 flags)
{
	xa_store(to, (unsigned long)address, xa_mk_value(flags | flags_of(to, address)),
		 GFP_KERNEL);
}

/* Without memory the holders of one are passed over. */
static void look_for(struct look *look, const struct list_head *list)
{
	const struct warden_session *s;

	xa_init(&look->files);
	xa_init(&look->openers);
	xa_init(&look->shared);
	bitmap_zero(look->sieve, 1 << SIEVE_BITS);
	look->all = 0;
	list_for_each_entry(s, list, ending) {
		const u32 flags = HAS_ONE | (s->answer.flags & WARDEN_RULE_SIGNALS);

		add_flags(&look->files, s->file, flags);
		add_flags(&look->openers, s->pid, flags);
		__set_bit(hash_ptr(s->file, SIEVE_BITS), look->sieve);
		look->all |= flags;
	}
}

static void look_for_no_more(struct look *look)
{
	xa_destroy(&look->files);
	xa_destroy(&look->openers);
	xa_destroy(&look->shared);
}

static int look_at(const void *arg, struct file *file, unsigned int fd)
{
	struct look *look = (struct look *)arg;

	if (test_bit(hash_ptr(file, SIEVE_BITS), look->sieve))
		look->found |= flags_of(&look->files, file);
	return look->found == look->all;
}

/*
 * Each table is walked once, as it has room for a million files and may be that of thousands
 * of threads. A thread that is inside a call keeps the table it called with, so that one of
 * whom this is asked has not got another in its place meanwhile.
 */
static u32 found_in(const struct files_struct *table, struct look *look)
{
	const unsigned long at = (unsigned long)table / __alignof__(*table);
	const bool is_shared = atomic_read(&table->count) > 1;
	void *known = is_shared ? xa_load(&look->shared, at) : NULL;

	if (known)
		return xa_to_value(known);
	look->found = 0;
	iterate_fd((struct files_struct *)table, 0, look_at, look);
	if (is_shared) /* without memory the next thread's is walked again */
		xa_store(&look->shared, at, xa_mk_value(look->found), GFP_ATOMIC | __GFP_NOWARN);
	return look->found;
}

/* A thread of an opener's rings may have the file where no table shows it. */
static u32 flags_of_thread(struct task_struct *t, struct look *look)
{
	u32 flags = 0;

	task_lock(t);
	if (t->files)
		flags = found_in(t->files, look);
	task_unlock(t);
	if (t->flags & PF_IO_WORKER)
		flags |= flags_of(&look->openers, task_tgid(t));
	return flags;
}

static void add_holder(struct list_head *holders, struct task_struct *t, u32 flags)
{
	struct holder *h = kmalloc(sizeof(*h), GFP_ATOMIC);

	if (!h)
		return;
	h->task = get_task_struct(t);
	h->flags = flags;
	list_add(&h->node, holders);
}

/* Every thread that has one of the files in its table, or in a ring. Without memory one is passed over. */
static void collect_holders(const struct list_head *list, struct list_head *holders)
{
	struct task_struct *p, *t;
	struct look look;
	u32 flags;

	look_for(&look, list);
	rcu_read_lock();
	for_each_process_thread(p, t) {
		flags = t->flags & PF_KTHREAD ? 0 : flags_of_thread(t, &look);
		if (flags)
			add_holder(holders, t, flags);
	}
	rcu_read_unlock();
	look_for_no_more(&look);
}

static void free_holders(struct list_head *holders)
{
	struct holder *h, *next;

	list_for_each_entry_safe(h, next, holders, node) {
		put_task_struct(h->task);
		kfree(h);
	}
}

static void kick_arrives(struct callback_head *work)
{
	kfree(work);
	atomic_dec(&nr_kicks);
	module_put(THIS_MODULE); /* exit waits for our way out of here */
}

/**
 * warden_session_kick() - make a thread leave an interruptible wait
 * @t: the thread
 * @gfp: how to get the memory for it; without any it stays where it is
 *
 * Once for all it has; its system call starts over and meets dead operations. One that is stopped or frozen
 * comes by when it goes on, and until then the module cannot go.
 *
 * Context: As @gfp says.
 */
void warden_session_kick(struct task_struct *t, gfp_t gfp)
{
	struct callback_head *work = kzalloc(sizeof(*work), gfp);

	if (!work)
		return;
	init_task_work(work, kick_arrives);
	atomic_inc(&nr_kicks);
	__module_get(THIS_MODULE); /* the session holds another */
	if (task_work_add(t, work, TWA_SIGNAL)) {
		atomic_dec(&nr_kicks);
		module_put(THIS_MODULE);
		kfree(work);
	}
}

/**
 * warden_session_await_kicks() - wait until whoever was asked out of a call has left it
 * @ms: for how long at most: who is stopped leaves it when he goes on
 *
 * Context: Process context, sleeps.
 */
void warden_session_await_kicks(unsigned int ms)
{
	for (; ms >= 10 && atomic_read(&nr_kicks); ms -= 10)
		msleep(10);
}

/**
 * warden_session_settle() - wait for the last thread that was asked out of a call
 *
 * It has let go of the module; only a removal by force comes here before.
 *
 * Context: Process context, sleeps; no session can be ended any more.
 */
void warden_session_settle(void)
{
	while (atomic_read(&nr_kicks))
		msleep(10);
	flush_work(&gone_work);
	warden_tasks_wait("to unload"); /* the last kick_arrives() has returned */
}

/* An mmap() under way holds its mm's lock until the mapping is linked, and can then be zapped. */
static void wait_for_mmap(struct task_struct *t, unsigned int *left)
{
	struct mm_struct *mm = get_task_mm(t);
	bool locked = false;

	if (!mm)
		return;
	while (*left && !locked) {
		locked = mmap_read_trylock(mm);
		if (!locked) {
			usleep_range(800, 1000);
			--*left;
		}
	}
	if (locked)
		mmap_read_unlock(mm);
	mmput_async(mm); /* as in warden_process_mapped() */
}

/* Before anybody is waited for: whoever holds up the end of one goes on with none of them. */
static void deaden_all(struct list_head *list)
{
	struct warden_session *s;

	list_for_each_entry(s, list, ending) {
		warden_session_deaden(s);
		warden_mapping_zap(&s->mapping);
	}
}

/* As the rule says, and where two layers say different things, what both say. */
static void signal_holder(struct task_struct *task, u32 flags)
{
	struct pid *pid;

	if (!(flags & WARDEN_RULE_SIGNALS))
		return;
	pid = get_task_pid(task, PIDTYPE_TGID);
	if (flags & WARDEN_RULE_FLAG_KILL)
		kill_pid(pid, SIGKILL, 1);
	if (flags & WARDEN_RULE_FLAG_TERM)
		kill_pid(pid, SIGTERM, 1);
	if (flags & WARDEN_RULE_FLAG_FREEZE)
		kill_pid(pid, SIGSTOP, 1);
	put_pid(pid);
}

/* Nobody is in a call of it any more who could be asked out of there. */
static void quieten(struct warden_session *s, struct waits *left, struct warden_exports *exports)
{
	struct warden_buffers buffers;

	warden_stream_stop(s->file, s->orig, &s->sensor, &buffers, &left->lock);
	warden_mapping_zap(&s->mapping);
	warden_export_add(exports, s, &buffers);
}

static void quieten_all(const struct list_head *list, struct waits *left)
{
	struct warden_exports exports;
	struct warden_session *s;

	warden_export_init(&exports);
	list_for_each_entry(s, list, ending)
		quieten(s, left, &exports);
	warden_export_end(&exports, &left->export);
}

/* Take the ground from under sessions. The caller holds references to their files. */
static void end_sessions(struct list_head *list, struct waits *left)
{
	struct warden_session *s;
	struct holder *h;
	LIST_HEAD(holders);

	deaden_all(list);
	collect_holders(list, &holders);
	list_for_each_entry(h, &holders, node)
		warden_session_kick(h->task, GFP_KERNEL);
	list_for_each_entry(h, &holders, node)
		wait_for_mmap(h->task, &left->mmap);
	quieten_all(list, left);
	list_for_each_entry(h, &holders, node)
		signal_holder(h->task, h->flags);
	free_holders(&holders);
	list_for_each_entry(s, list, ending)
		warden_session_wake(s, left->back, &left->wake);
}

static unsigned int end_picked(struct list_head *list, bool back, u32 reason, u64 since, u64 *took)
{
	struct waits left = { MMAP_WAIT_MS, LOCK_WAIT_MS, WAKE_WAIT_MS, EXPORT_WAIT_MS, back };
	struct warden_session *s, *next;
	unsigned int nr = 0;

	if (list_empty(list))
		return 0;
	end_sessions(list, &left);
	list_for_each_entry_safe(s, next, list, ending) {
		struct file *file = s->file;
		u64 passed;

		warden_stand_tell(s);
		warden_session_unlight(s);
		passed = ktime_get_boottime_ns() - since;
		warden_session_tell_ended(s, WARDEN_EVENT_SESSION_END, reason, passed);
		if (passed > s->answer.withdraw_ms * (u64)NSEC_PER_MSEC) /* too late */
			warden_session_tell_ended(s, WARDEN_EVENT_FAULT, reason, passed);
		if (took)
			*took = passed;
		list_del_init_careful(&s->ending); /* it may be handed back from here on */
		/* Its holder may have closed it meanwhile: fput() would wait for our way back to user space. */
		__fput_sync(file);
		nr++;
	}
	return nr;
}

/* Connections to brokers, and uses of sockets that hear, end with the sessions, and after them. */
static unsigned int end_connections(unsigned int nr, u64 since, u64 *took)
{
	if (nr && took)
		*took = ktime_get_boottime_ns() - since;
	return nr;
}

/**
 * warden_session_review() - end every session that would not be allowed now
 * @reason: enum warden_reason, why it is looked at
 * @since: boot-time clock in ns, when that began
 * @took: set to the ns from @since until the last session was ended; may be NULL
 *
 * Context: Process context, sleeps.
 * Return: how many sessions were ended.
 */
unsigned int warden_session_review(u32 reason, u64 since, u64 *took)
{
	LIST_HEAD(list);

	if (took)
		*took = 0;
	warden_session_pick(warden_session_lost_ground, &list);
	warden_rest_stir();
	return end_picked(&list, false, reason, since, took) +
	       end_connections(warden_broker_review(reason, since) +
				       warden_ear_review(false, reason, since), since, took);
}

static bool is_any(const struct warden_session *s)
{
	return true;
}

/**
 * warden_session_end_each() - end every session, whatever it rests on
 * @reason: enum warden_reason
 * @since: boot-time clock in ns, when that began
 * @took: set to the ns from @since until the last session was ended
 *
 * Others may begin meanwhile, as the policy allows it.
 *
 * Context: Process context, sleeps.
 * Return: how many sessions were ended.
 */
unsigned int warden_session_end_each(u32 reason, u64 since, u64 *took)
{
	LIST_HEAD(list);

	*took = 0;
	warden_session_pick(is_any, &list);
	warden_rest_stir();
	return end_picked(&list, false, reason, since, took) +
	       end_connections(warden_broker_end_all(reason, since) +
				       warden_ear_review(true, reason, since), since, took);
}

/*
 * A program that was let go may still run, and sleep while it looks at a session: the grace
 * period of tasks alone counts who sleeps as gone. How long that takes is up to others, so
 * nobody who stops waits for it; who unloads does, and then no such program is left.
 */
static void free_gone(struct work_struct *work)
{
	struct warden_session *s, *next;
	LIST_HEAD(list);

	spin_lock(&gone_lock);
	list_splice_init(&gone, &list);
	spin_unlock(&gone_lock);
	synchronize_rcu_tasks_trace();
	list_for_each_entry_safe(s, next, &list, ending)
		warden_session_free(s);
}

static void hand_back_all(void)
{
	struct warden_session *s;
	LIST_HEAD(back);

	warden_session_remove(warden_session_hand_back, &back);
	list_for_each_entry(s, &back, ending)
		module_put(THIS_MODULE);
	warden_blank_leave();
	warden_tasks_wait("to give sensors back"); /* whoever was in dead_ops has left */
	spin_lock(&gone_lock);
	list_splice(&back, &gone);
	spin_unlock(&gone_lock);
	queue_work(system_unbound_wq, &gone_work);
}

/**
 * warden_session_end_all() - end all sessions, as no other can begin any more
 * @reason: enum warden_reason
 *
 * Context: Process context, sleeps. After warden_switch_stop().
 */
void warden_session_end_all(u32 reason)
{
	LIST_HEAD(list);

	warden_session_pick(is_any, &list);
	warden_rest_stir();
	end_picked(&list, true, reason, ktime_get_boottime_ns(), NULL);
	warden_broker_end_all(reason, ktime_get_boottime_ns());
	warden_ear_review(true, reason, ktime_get_boottime_ns());
}

/**
 * warden_session_let_go() - let go of the files of sessions that ended
 *
 * Waits a little for the holders to close. A file that stays open is given
 * back to its driver; one whose mapping stays keeps the module until it goes, and a
 * thread that had one and is stopped until it goes on.
 *
 * Context: Process context, sleeps, for as long as any task stays in the kernel. After
 * warden_session_end_all(); no program is attached any more.
 */
void warden_session_let_go(void)
{
	unsigned int ms;

	for (ms = 0; ms < UNMAP_MS && warden_session_left(); ms += 10) {
		if (ms >= DRAIN_MS && !warden_session_any_mapped())
			break;
		msleep(10);
	}
	hand_back_all();
}

/**
 * warden_session_left() - how many sessions and threads still keep the module
 *
 * Context: Any.
 * Return: the number.
 */
unsigned int warden_session_left(void)
{
	return warden_session_count() + atomic_read(&nr_kicks);
}
