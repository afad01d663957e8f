// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of a debug surface that was closed to who has them: every further call on one fails, what it has mapped
 * goes, and who waits in a call is asked out of it. As with the file of a sensor (session-file.c) dead operations
 * stand in the place of those it had, and at its last close what opened it lets go of it.
 *
 * A terminal is none of these: a shell on it would go on without an end of its own, and what it types would be
 * lost. A directory tells what there is, and what is opened by it is asked for.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/magic.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "debug.h"
#include "hook/tasks.h"
#include "program/processes.h"
#include "session/session.h"

/**
 * struct ended - a file that ended
 * @node: in the table, by its file, until its release or until it is handed back
 * @among: in the list of those that end, or are handed back, together
 * @file: the file
 * @orig: the operations it had; holds the reference to their owner
 */
struct ended {
	struct hlist_node node;
	struct list_head among;
	struct file *file;
	const struct file_operations *orig;
};

/**
 * struct pass - the files of one process are looked at
 * @holder: the process
 * @surface: those of this one end
 * @list: which did, their files held
 * @nr: how many
 * @left: how many of it stay as they are
 * @met: it has one that ended, now or before
 */
struct pass {
	const struct warden_debug_holder *holder;
	u32 surface;
	struct list_head list;
	u32 nr;
	u32 left;
	bool met;
};

/* Protects the table; innermost. */
static DEFINE_SPINLOCK(ended_lock);
static DEFINE_HASHTABLE(table, 6);

static struct ended *find(const struct file *file)
{
	struct ended *e;

	lockdep_assert_held(&ended_lock);
	hash_for_each_possible(table, e, node, (unsigned long)file)
		if (e->file == file)
			return e;
	return NULL;
}

/* --- what stands in the place of its operations ----------------------------------------------- */

/* What a file keeps between the end of its release and __fput()'s last look at it. */
static const struct file_operations gone_ops = {
	.owner = THIS_MODULE,
};

/* debugfs takes the operations that it made for a file from there, to free them. */
static int release_by_owner(const struct ended *e, struct inode *inode, struct file *file)
{
	struct module *owner = e->orig->owner;
	int err = 0;

	if (inode->i_sb->s_magic == DEBUGFS_MAGIC)
		file->f_op = e->orig;
	if (e->orig->release)
		err = e->orig->release(inode, file);
	module_put(owner);
	return err;
}

static int ended_release(struct inode *inode, struct file *file)
{
	struct ended *e;
	int err;

	spin_lock(&ended_lock);
	e = find(file);
	hash_del(&e->node);
	spin_unlock(&ended_lock);
	err = release_by_owner(e, inode, file);
	file->f_op = &gone_ops; /* whose reference is the file's, and dropped from outside */
	kfree(e);
	return err;
}

/* Nobody is told any more; the list of who is must lose this file all the same. */
static int ended_fasync(int fd, struct file *file, int on)
{
	const struct file_operations *orig = NULL;
	struct ended *e;

	spin_lock(&ended_lock);
	e = find(file);
	if (e)
		orig = e->orig;
	spin_unlock(&ended_lock);
	return orig && orig->fasync ? orig->fasync(fd, file, 0) : 0;
}

static struct file_operations dead_ops __ro_after_init;

/**
 * warden_debug_init_ending() - make ready what ends files
 *
 * Context: Module init.
 */
void warden_debug_init_ending(void)
{
	dead_ops = *warden_session_dead();
	dead_ops.release = ended_release;
	dead_ops.fasync = ended_fasync;
}

/* --- the end ------------------------------------------------------------------------------- */

/* A sensor's file ends as a session does. */
static bool may_end(const struct file *file)
{
	const umode_t mode = file_inode(file)->i_mode;

	return (S_ISREG(mode) || S_ISCHR(mode)) && file->f_op && file->f_op->owner != THIS_MODULE;
}

/* The caller's lock, of descriptors or of memory, keeps the file. Its calls find either operations whole. */
static bool take_over(struct pass *p, struct file *file)
{
	struct ended *e = kzalloc(sizeof(*e), GFP_ATOMIC | __GFP_NOWARN);

	if (!e)
		return false;
	e->file = file;
	e->orig = file->f_op;
	spin_lock(&ended_lock);
	hash_add(table, &e->node, (unsigned long)file);
	spin_unlock(&ended_lock);
	__module_get(THIS_MODULE);
	if (cmpxchg(&file->f_op, e->orig, &dead_ops) == e->orig) {
		get_file(file);
		list_add(&e->among, &p->list);
		return true;
	}
	module_put(THIS_MODULE);
	spin_lock(&ended_lock);
	hash_del(&e->node);
	spin_unlock(&ended_lock);
	kfree(e);
	return false;
}

static void look_at(struct file *file, void *arg)
{
	struct pass *p = arg;

	if (warden_debug_of_held(file, p->holder) != p->surface)
		return;
	if (file->f_op == &dead_ops) { /* by another descriptor, or of another process */
		p->met = true;
	} else if (may_end(file) && take_over(p, file)) {
		p->met = true;
		p->nr++;
	} else {
		p->left++;
	}
}

static int look_at_open(const void *arg, struct file *file, unsigned int fd)
{
	look_at(file, (void *)arg);
	return 0;
}

static void kick_all(struct task_struct *process)
{
	struct task_struct *t;

	rcu_read_lock();
	for_each_thread(process, t)
		warden_session_kick(t, GFP_ATOMIC | __GFP_NOWARN);
	rcu_read_unlock();
}

/**
 * warden_debug_end() - end the files of a surface that a process has
 * @holder: the process
 * @surface: enum warden_debug_surface
 * @left: set to how many of its files go on: terminals, directories, those of a sensor's session
 * @ms: that may still be waited for locks of memory; gets less by what was waited
 *
 * Those that it has open, and those that it closed and has mapped still. What they have mapped goes for all who
 * have the same file, or the same memory, open. A call that is in the driver is not waited for.
 *
 * Context: In a change, sleeps.
 * Return: how many ended.
 */
u32 warden_debug_end(const struct warden_debug_holder *holder, u32 surface, u32 *left, unsigned int *ms)
{
	struct pass p = { .holder = holder, .surface = surface, .list = LIST_HEAD_INIT(p.list) };
	struct ended *e, *next;

	*left = 1;
	if (surface == WARDEN_DEBUG_SURFACE_SERIAL)
		return 0;
	warden_process_files(holder->task, look_at_open, &p);
	if (!warden_process_mapped(holder->task, look_at, &p, ms))
		p.left++;
	*left = p.left;
	if (p.met)
		kick_all(holder->task);
	list_for_each_entry_safe(e, next, &p.list, among) {
		struct file *file = e->file;

		list_del(&e->among);
		unmap_mapping_range(file->f_mapping, 0, 0, 1);
		fput(file);
	}
	return p.nr;
}

/* --- the end of Warden ---------------------------------------------------------------------- */

static bool give_back(struct ended *e)
{
	struct file *file = get_file_active(&e->file);
	bool back;

	if (!file) /* its release is on the way */
		return false;
	back = cmpxchg(&file->f_op, &dead_ops, e->orig) == &dead_ops;
	fput(file);
	return back;
}

/**
 * warden_debug_hand_back() - give files that ended and are open still back to what opened them
 *
 * So that they do not keep the module.
 *
 * Context: Process context, sleeps. No file can be ended any more.
 */
void warden_debug_hand_back(void)
{
	struct hlist_node *other;
	struct ended *e, *next;
	LIST_HEAD(back);
	int i;

	spin_lock(&ended_lock);
	hash_for_each_safe(table, i, other, e, node) {
		if (!give_back(e))
			continue;
		hash_del(&e->node);
		list_add(&e->among, &back);
	}
	spin_unlock(&ended_lock);
	if (list_empty(&back))
		return;
	warden_tasks_wait("to give files back"); /* whoever was in dead operations has left */
	list_for_each_entry_safe(e, next, &back, among) {
		kfree(e);
		module_put(THIS_MODULE);
	}
}
