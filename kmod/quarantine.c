// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs that are cut off by their digest, whatever the policy says: a flaw
 * became known, and the mended program is not there yet.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "change.h"
#include "decide.h"
#include "identity.h"
#include "links.h"
#include "needs.h"
#include "quarantine.h"

/*
 * Written in a change, under the lock; nr is read without it first, so that
 * nobody pays for an empty list. The lock is innermost.
 */
static DEFINE_SPINLOCK(quarantine_lock);
static struct warden_quarantined *list[WARDEN_QUARANTINE_MAX];
static u32 nr;

static u32 find(const struct warden_digest *digest)
{
	u32 i;

	lockdep_assert_held(&quarantine_lock);
	for (i = 0; i < nr; i++)
		if (warden_decide_same(&list[i]->digest, digest))
			break;
	return i;
}

static bool holds(const struct warden_identity *id)
{
	bool found;

	if (!id || id->reason)
		return false;
	spin_lock_bh(&quarantine_lock);
	found = find(&id->digest) < nr;
	spin_unlock_bh(&quarantine_lock);
	return found;
}

/**
 * warden_quarantine_holds() - is who asks, or what is executed, in quarantine?
 * @req: the request
 *
 * Context: Any but hard interrupt; does not sleep.
 * Return: true if it is.
 */
bool warden_quarantine_holds(const struct warden_request *req)
{
	if (likely(!READ_ONCE(nr)))
		return false;
	return holds(req->domain == WARDEN_DOMAIN_EXEC ? req->object : req->subject);
}

/* An overlong label is for people, and may be cut. */
static void tell(u32 event, const struct warden_quarantined *q)
{
	warden_change_tell(&(struct warden_change){ .event = event, .object = q->label });
}

/* An empty list needs none. */
static void need_hooks(void)
{
	warden_links_need(WARDEN_NEED_QUARANTINE, nr ? warden_needs_quarantine() : 0);
}

/**
 * warden_quarantine_add() - cut a program off
 * @digest: the program
 * @label: what it was made of, for people
 *
 * Context: In a change, may sleep.
 * Return: 0; -EEXIST, -ENOSPC past WARDEN_QUARANTINE_MAX, -ENOMEM, or what the
 * kernel said to a program it was to attach.
 */
int warden_quarantine_add(const struct warden_digest *digest, const char *label)
{
	struct warden_quarantined *q = kzalloc(sizeof(*q), GFP_KERNEL_ACCOUNT);
	int err = 0;

	warden_change_assert_held();
	if (!q)
		return -ENOMEM;
	err = warden_links_need(WARDEN_NEED_QUARANTINE, warden_needs_quarantine());
	if (err) {
		kfree(q);
		return err;
	}
	q->digest = *digest;
	q->since = ktime_get_boottime_ns();
	strscpy(q->label, label, sizeof(q->label));
	spin_lock_bh(&quarantine_lock);
	if (find(digest) < nr)
		err = -EEXIST;
	else if (nr == WARDEN_QUARANTINE_MAX)
		err = -ENOSPC;
	else
		list[nr] = q;
	if (!err)
		WRITE_ONCE(nr, nr + 1);
	spin_unlock_bh(&quarantine_lock);
	if (err)
		kfree(q);
	else
		tell(WARDEN_EVENT_QUARANTINE_ADD, q);
	need_hooks();
	return err;
}

/**
 * warden_quarantine_remove() - let a program run again as the policy says
 * @digest: the program
 *
 * Context: In a change, may sleep.
 * Return: 0, or -ENOENT.
 */
int warden_quarantine_remove(const struct warden_digest *digest)
{
	struct warden_quarantined *q = NULL;
	u32 i;

	warden_change_assert_held();
	spin_lock_bh(&quarantine_lock);
	i = find(digest);
	if (i < nr) {
		q = list[i];
		list[i] = list[nr - 1];
		WRITE_ONCE(nr, nr - 1);
	}
	spin_unlock_bh(&quarantine_lock);
	if (!q)
		return -ENOENT;
	need_hooks();
	tell(WARDEN_EVENT_QUARANTINE_REMOVE, q);
	kfree(q);
	return 0;
}

/**
 * warden_quarantine_get() - copy an entry
 * @at: from 0
 * @q: filled in
 *
 * Context: Any but hard interrupt.
 * Return: false past the last.
 */
bool warden_quarantine_get(u32 at, struct warden_quarantined *q)
{
	bool found;

	spin_lock_bh(&quarantine_lock);
	found = at < nr;
	if (found)
		*q = *list[at];
	spin_unlock_bh(&quarantine_lock);
	return found;
}

/**
 * warden_quarantine_exit() - forget what is in quarantine
 *
 * Context: Process context; no hook and no command can run any more.
 */
void warden_quarantine_exit(void)
{
	while (nr)
		kfree(list[--nr]);
}

/* --- running copies ---------------------------------------------------------------------- */

static struct task_struct **collect(unsigned int *count)
{
	struct task_struct **tasks, *task;
	unsigned int room = 0;

	*count = 0;
	rcu_read_lock();
	for_each_process(task)
		room++;
	rcu_read_unlock();
	room += 64; /* started meanwhile; later ones are refused */
	tasks = kvmalloc_array(room, sizeof(*tasks), GFP_KERNEL);
	if (!tasks)
		return NULL;
	rcu_read_lock();
	for_each_process(task)
		if (*count < room && tryget_task_struct(task))
			tasks[(*count)++] = task;
	rcu_read_unlock();
	return tasks;
}

static struct file *exe_of(struct task_struct *task)
{
	struct file *file = NULL;

	task_lock(task);
	if (task->mm && !(task->flags & PF_KTHREAD))
		file = get_file_rcu(&task->mm->exe_file);
	task_unlock(task);
	return file;
}

static bool runs(struct task_struct *task, const struct warden_digest *digest)
{
	struct file *file = exe_of(task);
	struct warden_identity id;
	bool same;

	if (!file)
		return false;
	same = !warden_identity_of_file(file, &id) && warden_decide_same(&id.digest, digest);
	fput(file);
	return same;
}

/**
 * warden_quarantine_kill() - end what runs a program
 * @digest: the program
 *
 * Context: Process context, sleeps; reads what was not measured yet.
 * Return: how many processes were sent SIGKILL.
 */
unsigned int warden_quarantine_kill(const struct warden_digest *digest)
{
	unsigned int count, killed = 0, i;
	struct task_struct **tasks = collect(&count);

	for (i = 0; tasks && i < count; i++) {
		if (runs(tasks[i], digest))
			killed += !send_sig(SIGKILL, tasks[i], 1);
		put_task_struct(tasks[i]);
	}
	kvfree(tasks);
	return killed;
}
