// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sensor files that were open before anybody asked: before the module was loaded, before
 * the policy said that their device is a sensor, or on their way between two processes
 * meanwhile. They become sessions as they are, and end where a review finds no ground.
 *
 * Their memory is mapped by the address space it was mapped by, as a mapping that stands
 * cannot change its own: it goes for all older files of a node together. So it is with
 * a file whose driver has one for all its files, and unmaps by that.
 */
#include <linux/bits.h>
#include <linux/cred.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <warden/limits.h>

#include "device/classify.h"
#include "device/route.h"
#include "judge/judge.h"
#include "network/egress.h"
#include "program/identity.h"
#include "program/processes.h"
#include "program/reading.h"
#include "program/start.h"
#include "session-priv.h"
#include "session.h"

/* Files of sysfs, debugfs and proc that are looked at in one search; whoever has more open is told of. */
#define ATTRIBUTES_MAX 65536

/* One search at a time, so that no file is found by two. Inside a change; outside sessions_lock. */
static DEFINE_MUTEX(search_lock);

/* Protects the list of those there are; innermost. */
static DEFINE_SPINLOCK(older_lock);
static LIST_HEAD(older);

struct found {
	struct list_head node;
	struct file *file;
	struct task_struct *holder;
};

struct search {
	struct list_head found;
	unsigned int attributes;
	unsigned int lost; /* for want of memory, or of a lock */
};

/* In these, which files are a sensor's is asked where one may sleep. */
static bool may_lead_to_sensor(const struct inode *inode)
{
	const unsigned long magic = inode->i_sb->s_magic;

	return S_ISREG(inode->i_mode) &&
	       (magic == SYSFS_MAGIC || magic == DEBUGFS_MAGIC || magic == PROC_SUPER_MAGIC);
}

static bool may_be_sensor(const struct file *file)
{
	const struct inode *inode = file_inode(file);

	if (file->f_mode & FMODE_PATH || !file->f_op || file->f_op->owner == THIS_MODULE)
		return false;
	/* a session whose driver put operations of its own in the place of ours stays one */
	if (warden_mapping_is(file->f_mapping) || warden_session_of_older(file))
		return false;
	if (S_ISCHR(inode->i_mode))
		return warden_route_class(file) != WARDEN_SENSOR_CLASS_FREE;
	return may_lead_to_sensor(inode);
}

static void add(struct search *search, struct file *file, struct task_struct *holder, gfp_t gfp)
{
	bool attribute = !S_ISCHR(file_inode(file)->i_mode);
	struct found *f = NULL;

	if (!attribute || search->attributes++ < ATTRIBUTES_MAX)
		f = kmalloc(sizeof(*f), gfp);
	if (!f) {
		search->lost++;
		return;
	}
	f->file = get_file(file);
	f->holder = get_task_struct(holder);
	list_add_tail(&f->node, &search->found);
}

struct table {
	struct search *search;
	struct task_struct *holder;
};

static int look_at(const void *arg, struct file *file, unsigned int fd)
{
	const struct table *table = arg;

	if (may_be_sensor(file))
		add(table->search, file, table->holder, GFP_ATOMIC | __GFP_NOWARN);
	return 0;
}

static void search_tables(struct search *search)
{
	struct table table = { .search = search };
	struct task_struct *p;

	rcu_read_lock();
	for_each_process_thread(p, table.holder) {
		if (table.holder->flags & PF_KTHREAD)
			continue;
		task_lock(table.holder);
		if (table.holder->files && (table.holder == p || table.holder->files != p->files))
			iterate_fd(table.holder->files, 0, look_at, &table);
		task_unlock(table.holder);
	}
	rcu_read_unlock();
}

static void look_at_mapped(struct file *file, void *arg)
{
	const struct table *table = arg;

	if (may_be_sensor(file))
		add(table->search, file, table->holder, GFP_KERNEL);
}

/* A file that was closed may still be mapped. */
static void search_mappings(struct search *search)
{
	struct table table = { .search = search };
	unsigned int count, i, left = WARDEN_PROCESSES_WAIT_MS;
	struct task_struct **holders = warden_processes(&count);

	search->lost += !holders;
	for (i = 0; holders && i < count; i++) {
		table.holder = holders[i];
		search->lost += !warden_process_mapped(holders[i], look_at_mapped, &table,
						       &left);
	}
	warden_processes_put(holders, count);
}

/* --- the session -------------------------------------------------------------------- */

/**
 * warden_session_of_older() - the session of a file that keeps the address space it has
 * @file: a file whose operations are ours
 *
 * Context: Any but interrupts, with a reference to @file.
 * Return: its session.
 */
struct warden_session *warden_session_of_older(const struct file *file)
{
	struct warden_session *s, *found = NULL;

	spin_lock(&older_lock);
	list_for_each_entry(s, &older, older) {
		if (s->file == file) {
			found = s;
			break;
		}
	}
	spin_unlock(&older_lock);
	return found;
}

/**
 * warden_session_forget_older() - a session goes
 * @s: any session
 *
 * Context: Any but interrupts.
 */
void warden_session_forget_older(struct warden_session *s)
{
	if (list_empty(&s->older))
		return;
	spin_lock(&older_lock);
	list_del_init(&s->older);
	spin_unlock(&older_lock);
}

/**
 * warden_session_keep_pages() - leave a file the address space it has
 * @s: its session, which is found by its file from now on
 *
 * Context: Process context.
 */
void warden_session_keep_pages(struct warden_session *s)
{
	warden_mapping_share(&s->mapping, s->file->f_mapping);
	spin_lock(&older_lock);
	list_add(&s->older, &older);
	spin_unlock(&older_lock);
}

static void identify(struct task_struct *holder, struct warden_identity *subject,
		     struct warden_reading *reading)
{
	struct file *exe = warden_identity_exe_of(holder);

	*subject = (struct warden_identity){ .reason = WARDEN_REASON_PROGRAM_UNREADABLE };
	if (!exe)
		return;
	warden_reading_of(reading, exe, subject);
	subject->unproven = !warden_start_is_proven(exe);
	fput(exe);
}

/* What its holder would ask for if it opened it now. Who that is takes time, and is not asked for what is free. */
static void ask(const struct file *file, struct task_struct *holder, struct warden_request *req,
		struct warden_identity *subject, struct warden_answer *answer,
		struct warden_reading *reading)
{
	struct warden_sensor behind;

	*req = (struct warden_request){
		.domain = WARDEN_DOMAIN_SENSOR,
		.uid = from_kuid(&init_user_ns, task_uid(holder)),
		.subject = subject,
		.process = (unsigned long)task_tgid(holder),
	};
	warden_route_ask(file, req);
	if (req->class == WARDEN_SENSOR_CLASS_FREE)
		return;
	identify(holder, subject, reading);
	warden_judge_use(file_inode(file)->i_rdev, req, answer, &behind);
}

/*
 * Does an open file keep the number of its device? Of video it does; elsewhere a number can
 * be that of another device by now, which this file does not keep from going.
 */
static bool is_pinned(const struct warden_sensor *sensor)
{
	return sensor->kind == WARDEN_DEVICE_VIDEO || sensor->kind == WARDEN_DEVICE_QUIET;
}

/* As open_session() does for one that is being opened. */
static int take(struct file *file, struct task_struct *holder, struct warden_reading *reading)
{
	struct warden_identity subject;
	struct warden_request req;
	struct warden_answer answer;
	struct warden_session *s;

	ask(file, holder, &req, &subject, &answer, reading);
	if (req.class == WARDEN_SENSOR_CLASS_FREE)
		return 0;
	if (warden_session_count() >= WARDEN_SESSIONS_MAX)
		return -ENFILE;
	s = warden_session_new(file, holder, &req, &answer);
	if (!s)
		return -ENOMEM;
	warden_route_find(file, &s->sensor);
	if (!is_pinned(&s->sensor))
		s->sensor.dev = NULL;
	s->was_older = true;
	warden_session_keep_pages(s);
	if (!warden_session_take_older(s)) {
		warden_session_free(s);
		return 0;
	}
	if (s->pid)
		warden_egress_mark(s->pid, BIT(req.class));
	warden_session_enlist_older(s);
	warden_session_tell(s, WARDEN_EVENT_SESSION_START, WARDEN_REASON_OPEN_BEFORE);
	return 0;
}

/* One that another process has as well: whoever of them may not have it speaks for all. */
static void share(struct file *file, struct task_struct *holder, struct warden_reading *reading)
{
	struct warden_session *s = warden_session_of(file);
	struct warden_identity subject;
	struct warden_request req;
	struct warden_answer answer;

	if (!s || !s->was_older || s->pid == task_tgid(holder))
		return;
	ask(file, holder, &req, &subject, &answer, reading);
	if (req.class != WARDEN_SENSOR_CLASS_FREE && (answer.denied || subject.reason))
		warden_session_disown(s);
}

/*
 * A sensor file that is no session becomes one, and one that is stays what it is. It goes on
 * as it is, whatever is said of it: the next review ends it where it has no ground. -ENOMEM
 * or -ENFILE where it stays outside.
 */
static int take_in(struct file *file, struct task_struct *holder, struct warden_reading *reading)
{
	int err = 0;

	mutex_lock(&search_lock);
	if (may_be_sensor(file))
		err = take(file, holder, reading);
	else if (warden_session_is(file))
		share(file, holder, reading);
	mutex_unlock(&search_lock);
	return err;
}

/* One that is a session rests on what allows this program, too. */
static int inherit(struct warden_session *s, const struct warden_request *req,
		   struct warden_answer *answer)
{
	int err = warden_heir_add(s, req, answer);

	if (err)
		warden_judge_tell(req, answer, s->sensor.topology, 0);
	else if (answer->has_receipt)
		warden_session_shroud();
	return err;
}

/**
 * warden_session_meet() - the current program is handed a sensor file that may be no session
 * @file: the file, which it may use
 * @req: what was asked for it
 * @answer: what allowed it
 *
 * Context: Process context, sleeps.
 * Return: 0, or a negative errno where it cannot be made one, or not be that of one more
 * program, which is recorded.
 */
int warden_session_meet(struct file *file, const struct warden_request *req,
			struct warden_answer *answer)
{
	struct warden_reading reading = { .left = U64_MAX }; /* its own, for which only it waits */
	int err = take_in(file, current, &reading);

	warden_reading_end(&reading);
	if (err)
		warden_session_tell_unmade(file, req, answer,
					   err == -ENFILE ? WARDEN_REASON_TOO_MANY_SESSIONS :
							    WARDEN_REASON_NO_MEMORY);
	else if (warden_session_is(file) && warden_session_of(file))
		err = inherit(warden_session_of(file), req, answer);
	return err;
}

/**
 * warden_session_search() - make sessions of all sensor files that are none
 *
 * Those that a process has open or mapped; one that is in a socket's queue is met when it
 * arrives, and one that only an io_uring holds is not found.
 *
 * Context: Process context, sleeps. Who opens now is asked.
 */
void warden_session_search(void)
{
	struct search search = { .found = LIST_HEAD_INIT(search.found) };
	struct warden_reading reading = { .left = WARDEN_READING_MAX };
	struct found *f, *next;

	search_tables(&search);
	search_mappings(&search);
	list_for_each_entry_safe(f, next, &search.found, node) {
		search.lost += !!take_in(f->file, f->holder, &reading);
		fput(f->file);
		put_task_struct(f->holder);
		kfree(f);
	}
	warden_reading_end(&reading);
	if (search.lost)
		pr_warn("warden: no room to look at %u holders of files that were open before; what they hold goes on unseen\n",
			search.lost);
}
