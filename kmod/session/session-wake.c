// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who waits for a file to be ready when its session ends is woken: a request of an
 * io_uring, or an entry of an epoll, hangs on the driver's queue and belongs to no thread
 * that could be asked out of a call. Where that queue is, the driver's poll() tells.
 *
 * That is done by a worker, and waited for only so long: a program can stop in the middle
 * of a read, with the lock held that poll() takes, by reading into memory whose pages do
 * not come.
 *
 * After that its driver is to tell the holder nothing more: by a signal, or by waking what hangs on its queue, it
 * would go on to tell that something came, and when. That is not asked of a file that is given back.
 */
#include <linux/completion.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/input.h>
#include <linux/jiffies.h>
#include <linux/kdev_t.h>
#include <linux/major.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "session-priv.h"

/**
 * struct wake - one end of which those who wait are told
 * @work: does it
 * @done: that was done
 * @users: the worker, and who waits for it
 * @file: held, and by that the driver
 * @ops: the driver's
 * @back: the file is given back to its driver afterwards
 * @revokes: it is an event node of an input device
 */
struct wake {
	struct work_struct work;
	struct completion done;
	refcount_t users;
	struct file *file;
	const struct file_operations *ops;
	bool back;
	bool revokes;
};

/* For so long who was asked out of the driver has time to leave it. */
#define LEAVE_MS 500

static struct workqueue_struct *queue;

static void put(struct wake *w)
{
	if (refcount_dec_and_test(&w->users))
		kfree(w);
}

/* What a driver's poll() waits on is told to whoever passes it a table: wake all that wait there. */
static void wake_waiters(struct file *file, struct wait_queue_head *waiters, poll_table *table)
{
	__wake_up(waiters, TASK_NORMAL, 0, poll_to_key(EPOLLERR | EPOLLHUP));
}

/*
 * An event node then gives this file nothing, wakes nobody for it, and is no more had by it alone (EVIOCGRAB).
 * Who still waits in there would hear that the device has gone, and not that it may not be read.
 */
static void silence(const struct wake *w)
{
	if (w->file->f_flags & FASYNC && w->ops->fasync)
		w->ops->fasync(-1, w->file, 0);
	if (!w->revokes)
		return;
	warden_session_await_kicks(LEAVE_MS);
	w->ops->unlocked_ioctl(w->file, EVIOCREVOKE, 0);
}

/* No data are asked for, as V4L2 would begin to read. */
static void wake(struct work_struct *work)
{
	poll_table table = { ._qproc = wake_waiters, ._key = EPOLLPRI | EPOLLERR | EPOLLHUP };
	struct wake *w = container_of(work, struct wake, work);

	w->ops->poll(w->file, &table);
	if (!w->back)
		silence(w);
	fput(w->file);
	complete_all(&w->done);
	put(w);
	module_put(THIS_MODULE); /* exit waits for the queue, so for our way out of here */
}

static bool is_event_node(const struct warden_session *s)
{
	return S_ISCHR(file_inode(s->file)->i_mode) && MAJOR(s->sensor.devt) == INPUT_MAJOR &&
	       strstarts(s->sensor.node, "event") && s->orig->unlocked_ioctl;
}

static struct wake *new(const struct warden_session *s, bool back)
{
	struct wake *w = kmalloc(sizeof(*w), GFP_KERNEL);

	if (!w)
		return NULL;
	INIT_WORK(&w->work, wake);
	init_completion(&w->done);
	refcount_set(&w->users, 2);
	w->file = get_file(s->file);
	w->ops = s->orig;
	w->back = back;
	w->revokes = is_event_node(s);
	return w;
}

/**
 * warden_session_wake() - wake whoever waits for an ended session's file to be ready, for the last time
 * @s: the session, which holds the module, and whose file the caller holds
 * @back: its file is to be given back to its driver, which goes on to tell of it then
 * @left: ms it may wait until that was done; gets less by what it waited
 *
 * Where a lock is not to be had in time, they are woken when it is. Without memory they are not.
 *
 * Context: Process context, sleeps up to @left.
 */
void warden_session_wake(const struct warden_session *s, bool back, unsigned int *left)
{
	struct wake *w = s->orig->poll ? new(s, back) : NULL;

	if (!w)
		return;
	__module_get(THIS_MODULE);
	queue_work(queue, &w->work);
	*left = jiffies_to_msecs(wait_for_completion_timeout(&w->done, msecs_to_jiffies(*left)));
	put(w);
}

/**
 * warden_wake_init() - set up what wakes them
 *
 * Context: Process context, module init.
 * Return: 0 or -ENOMEM.
 */
int warden_wake_init(void)
{
	queue = alloc_workqueue("warden_wake", WQ_UNBOUND, WQ_MAX_ACTIVE);
	return queue ? 0 : -ENOMEM;
}

/**
 * warden_wake_exit() - wait for the last of them
 *
 * Context: Process context, sleeps; no session is left.
 */
void warden_wake_exit(void)
{
	destroy_workqueue(queue);
}
