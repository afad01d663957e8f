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
#include <linux/hashtable.h>
#include <linux/magic.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <linux/xarray.h>
#include <warden/limits.h>

#include "consent/switch.h"
#include "device/classify.h"
#include "device/route.h"
#include "judge/judge.h"
#include "network/egress.h"
#include "program/identity.h"
#include "program/processes.h"
#include "program/reading.h"
#include "program/start.h"
#include "record/record.h"
#include "session-priv.h"
#include "session.h"

/*
 * One file is made a session at a time, so that none is by two. Inside a change; outside sessions_lock.
 * Changes wait for who has it, so nobody reads a program under it.
 */
static DEFINE_MUTEX(search_lock);

/*
 * Those there are, by their file: each descriptor of each process may be asked for in a search. The lock
 * protects the table; innermost.
 */
static DEFINE_SPINLOCK(older_lock);
static DEFINE_HASHTABLE(older, 10);

/* Who was started while all were looked at is looked at once more, and who was just before. */
#define SEARCH_ROUNDS 2
#define JUST_BEFORE   NSEC_PER_SEC

/**
 * struct search - one search, in which process by process is looked at
 * @begun: when, by the clock that sessions begin by
 * @holder: a thread of the process that is looked at
 * @found: its files that may be sensors, held
 * @nr: how many there are, of which @room are kept at most
 * @room: that of the largest process so far
 * @left: ms that may still be waited for locks of memory
 * @lost: processes or files that were not looked at
 * @free: files of sysfs that are no sensor's, by the number of their inode
 */
struct search {
	u64 begun;
	struct task_struct *holder;
	struct file **found;
	unsigned int nr;
	unsigned int room;
	unsigned int left;
	unsigned int lost;
	struct xarray free;
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
	/* first what most files are */
	if (S_ISCHR(inode->i_mode) ? warden_route_class(file) == WARDEN_SENSOR_CLASS_FREE :
				     !may_lead_to_sensor(inode))
		return false;
	/* a session whose driver put operations of its own in the place of ours stays one */
	return !warden_mapping_is(file->f_mapping) && !warden_session_of_older(file);
}

/*
 * To find out whose a file of sysfs is can take a walk over all devices, and whoever likes has many
 * open. The number of its inode is never another's (kernfs_new_node()).
 */
static bool is_kept(const struct file *file)
{
	return sizeof(unsigned long) == sizeof(u64) && !(file->f_mode & FMODE_WRITE) &&
	       file_inode(file)->i_sb->s_magic == SYSFS_MAGIC;
}

static bool is_known_free(struct search *search, const struct file *file)
{
	return is_kept(file) && xa_load(&search->free, file_inode(file)->i_ino);
}

static bool is_free(struct search *search, const struct file *file)
{
	if (warden_session_is(file))
		return false;
	if (is_known_free(search, file))
		return true;
	if (warden_route_class(file) != WARDEN_SENSOR_CLASS_FREE)
		return false;
	if (is_kept(file)) /* without memory it is asked again */
		xa_store(&search->free, file_inode(file)->i_ino, xa_mk_value(1),
			 GFP_KERNEL | __GFP_NOWARN);
	return true;
}

/* A session since this search, which another process has as well. */
static bool is_shared(const struct search *search, const struct file *file)
{
	const struct warden_session *s = warden_session_is(file) ? warden_session_of(file) : NULL;

	return s && s->was_older && s->since >= search->begun &&
	       s->pid != task_tgid(search->holder);
}

/* Descriptors that are copies stand side by side, mostly. */
static void look_at(struct search *search, struct file *file)
{
	const unsigned int kept = min(search->nr, search->room);

	if (kept && search->found[kept - 1] == file)
		return;
	if (may_be_sensor(file) ? is_known_free(search, file) : !is_shared(search, file))
		return;
	if (search->nr < search->room)
		search->found[search->nr] = get_file(file);
	search->nr++;
}

static int look_at_open(const void *search, struct file *file, unsigned int fd)
{
	look_at((struct search *)search, file);
	return 0;
}

static void look_at_mapped(struct file *file, void *search)
{
	look_at(search, file);
}

static void drop_found(struct search *search)
{
	unsigned int kept = min(search->nr, search->room);

	while (kept)
		fput(search->found[--kept]);
	search->nr = 0;
}

/* For what was found, and some more that it opens meanwhile. Nothing is kept then. */
static bool make_room(struct search *search)
{
	const unsigned int room = search->nr + search->nr / 4 + 64;
	struct file **found = kvmalloc_array(room, sizeof(*found), GFP_KERNEL | __GFP_NOWARN);

	if (!found)
		return false;
	drop_found(search);
	kvfree(search->found);
	search->found = found;
	search->room = room;
	return true;
}

/*
 * All that one process has, at once: it cannot move a file to where was looked already. A file that was
 * closed may still be mapped.
 */
static void find_in(struct search *search, struct task_struct *process)
{
	bool seen;

	do {
		warden_process_files(process, look_at_open, search);
		seen = warden_process_mapped(process, look_at_mapped, search, &search->left);
	} while (search->nr > search->room && make_room(search));
	search->lost += !seen;
	if (search->nr > search->room)
		search->lost += search->nr - search->room;
}

/* Its first thread may have ended while others go on. */
static struct task_struct *living_thread(struct task_struct *process)
{
	struct task_struct *t, *living = process;

	rcu_read_lock();
	for_each_thread(process, t) {
		if (!READ_ONCE(t->mm))
			continue;
		living = t;
		break;
	}
	get_task_struct(living);
	rcu_read_unlock();
	return living;
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
	hash_for_each_possible(older, s, older, (unsigned long)file) {
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
	if (!hash_hashed(&s->older))
		return;
	spin_lock(&older_lock);
	hash_del(&s->older);
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
	hash_add(older, &s->older, (unsigned long)s->file);
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
static int take(struct file *file, struct task_struct *holder, const struct warden_request *req,
		const struct warden_answer *answer)
{
	struct warden_session *s;

	lockdep_assert_held(&search_lock);
	if (warden_session_count() >= WARDEN_SESSIONS_MAX)
		return -ENFILE;
	s = warden_session_new(file, holder, req, answer);
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
		warden_egress_mark(s->pid, BIT(req->class));
	warden_session_enlist_older(s);
	warden_session_tell(s, WARDEN_EVENT_SESSION_START, WARDEN_REASON_OPEN_BEFORE);
	if (READ_ONCE(s->dead))
		warden_session_tell(s, WARDEN_EVENT_SESSION_END, WARDEN_REASON_STOPPING);
	return 0;
}

/* One that another process has as well: whoever of them may not have it speaks for all. */
static void share(struct file *file, struct task_struct *holder, const struct warden_request *req,
		  const struct warden_answer *answer)
{
	struct warden_session *s = warden_session_of(file);

	lockdep_assert_held(&search_lock);
	if (!s || !s->was_older || s->pid == task_tgid(holder))
		return;
	if (answer->denied || req->subject->reason)
		warden_session_disown(s);
}

/*
 * A sensor file that is no session becomes one, and one that is stays what it is. It goes on
 * as it is, whatever is said of it: the next review ends it where it has no ground. -ENOMEM
 * or -ENFILE where it stays outside.
 */
static int take_in(struct file *file, struct task_struct *holder, const struct warden_request *req,
		   const struct warden_answer *answer)
{
	int err = 0;

	if (req->class == WARDEN_SENSOR_CLASS_FREE)
		return 0;
	mutex_lock(&search_lock);
	if (may_be_sensor(file))
		err = take(file, holder, req, answer);
	else if (warden_session_is(file))
		share(file, holder, req, answer);
	mutex_unlock(&search_lock);
	return err;
}

/*
 * One that is a session rests on what allows this program, too, which is asked once more where something
 * changed before a review could see it.
 */
static int inherit(struct warden_session *s, const struct warden_request *req,
		   struct warden_answer *answer)
{
	struct warden_sensor behind;
	int err = 0;

	if (!warden_judge_holds(answer))
		err = warden_judge_use(s->sensor.devt, req, answer, &behind);
	err = err ?: warden_heir_add(s, req, answer);
	if (err)
		warden_judge_tell(req, answer, s->sensor.topology, 0);
	else if (warden_answer_consented(answer))
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
	int err = take_in(file, current, req, answer);

	if (err)
		warden_session_tell_unmade(file, req, answer,
					   err == -ENFILE ? WARDEN_REASON_TOO_MANY_SESSIONS :
							    WARDEN_REASON_NO_MEMORY);
	else if (warden_session_is(file) && warden_session_of(file))
		err = inherit(warden_session_of(file), req, answer);
	return err;
}

static int meet_older(struct file *file, struct task_struct *holder, struct warden_reading *reading)
{
	struct warden_identity subject;
	struct warden_request req;
	struct warden_answer answer;

	ask(file, holder, &req, &subject, &answer, reading);
	return take_in(file, holder, &req, &answer);
}

static void take_found(struct search *search, struct warden_reading *reading)
{
	const unsigned int kept = min(search->nr, search->room);
	unsigned int i;

	for (i = 0; i < kept; i++) {
		if (!is_free(search, search->found[i]))
			search->lost += !!meet_older(search->found[i], search->holder, reading);
		cond_resched();
	}
	drop_found(search);
}

/* Those that were started since a time on the monotonic clock. */
static void search_processes(struct search *search, u64 since, struct warden_reading *reading)
{
	unsigned int count, i;
	struct task_struct **processes = warden_processes(&count);

	search->lost += !processes;
	for (i = 0; i < count; i++) {
		if (processes[i]->flags & PF_KTHREAD || processes[i]->start_time < since)
			continue;
		search->holder = living_thread(processes[i]);
		find_in(search, processes[i]);
		take_found(search, reading);
		put_task_struct(search->holder);
	}
	warden_processes_put(processes, count);
}

/* What goes on unseen has no record, and whoever wants to know that a sensor was off is to know it. */
static void tell_lost(unsigned int lost)
{
	pr_warn("warden: no room to look at %u holders of files that were open before; what they hold goes on unseen\n",
		lost);
	warden_record_lose(false);
}

/**
 * warden_session_search() - make sessions of all sensor files that are none
 *
 * Those that a process has open or mapped; one that is in a socket's queue is met when it
 * arrives, and one that only an io_uring holds is not found.
 *
 * Not beside a stop, after which nobody would end them.
 *
 * Context: In a change; sleeps. Who opens now is asked.
 */
void warden_session_search(void)
{
	struct warden_reading reading = { .left = WARDEN_READING_MAX };
	struct search search = {
		.begun = ktime_get_coarse_boottime_ns(),
		.left = WARDEN_PROCESSES_WAIT_MS,
	};
	u64 begin, since = 0;
	unsigned int round;

	if (warden_switch_mask() & WARDEN_SWITCH_STOP)
		return;
	xa_init(&search.free);
	for (round = 0; round < SEARCH_ROUNDS; round++) {
		begin = ktime_get_ns();
		search_processes(&search, since, &reading);
		since = begin - min(begin, (u64)JUST_BEFORE);
	}
	warden_reading_end(&reading);
	xa_destroy(&search.free);
	kvfree(search.found);
	if (search.lost)
		tell_lost(search.lost);
}
