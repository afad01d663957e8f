// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sessions: one per open sensor file, and the table of them.
 *
 * session-file.c stands in the file's operations, has its open judged and makes it a session, session-rest.c
 * has those that may be opened again, session-stand.c those that are again and again;
 * session-mapping.c has its memory, so that it can be taken away;
 * session-ground.c says what it rests on; session-inherit.c says who keeps it over execve(), session-heir.c
 * knows them, session-holder.c who may look into a process that has one; session-ending.c ends it,
 * session-wake.c wakes who waits for it; session-record.c tells of it.
 */
#include <linux/fs.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <warden/abi.h>
#include <warden/limits.h>

#include "consent/switch.h"
#include "light.h"
#include "pace.h"
#include "program/command.h"
#include "program/identity.h"
#include "session-priv.h"
#include "session-stand.h"
#include "session.h"

/* Protects sessions, their dead flags, nr_sessions and next_id. No mutex of ours is taken under it. */
static DEFINE_MUTEX(sessions_lock);
static LIST_HEAD(sessions);
static unsigned int nr_sessions;
static u64 next_id = 1;
static struct warden_gate *gate;
static DEFINE_SPINLOCK(lit_lock); /* protects @lit, which is looked at where nobody may sleep; innermost */
static LIST_HEAD(lit); /* those that are lit, and those that were and rest */
static struct kmem_cache *session_cache;

static void set_gate(void)
{
	lockdep_assert_held(&sessions_lock);
	if (gate)
		WRITE_ONCE(gate->sessions, nr_sessions);
}

/* Taken at the begin: who ends the session is somebody else. NULL without memory. */
static const char *path_of(struct task_struct *opener)
{
	char *buf = kmalloc(WARDEN_PATH_MAX + 1, GFP_KERNEL);
	const char *path = NULL;

	if (buf)
		path = kstrdup(warden_identity_path_of(opener, buf, WARDEN_PATH_MAX + 1),
			       GFP_KERNEL_ACCOUNT);
	kfree(buf);
	return path;
}

/* To be compared, and not to be looked into: it does not outlive the process by this. */
static struct mm_struct *grab_memory(struct task_struct *opener)
{
	struct mm_struct *mm;

	task_lock(opener);
	mm = opener->mm;
	if (mm)
		mmgrab(mm);
	task_unlock(opener);
	return mm;
}

/**
 * warden_session_new() - a session that is in no table yet
 * @file: its file
 * @opener: who asked
 * @req: what was asked
 * @answer: what allowed it
 *
 * Not zeroed, which would cost more than the rest: each field is set here, or by
 * the caller before it is enlisted.
 *
 * Context: Process context, may sleep.
 * Return: the session, or NULL without memory.
 */
struct warden_session *warden_session_new(struct file *file, struct task_struct *opener,
					  const struct warden_request *req,
					  const struct warden_answer *answer)
{
	struct warden_session *s = kmem_cache_alloc(session_cache, GFP_KERNEL);

	if (!s)
		return NULL;
	warden_mapping_init(&s->mapping, file_inode(file));
	s->file = file;
	s->dead = false;
	s->lit = false;
	s->exported = false;
	s->counts_not = false;
	s->was_older = false;
	s->again = false;
	s->lent = false;
	s->orig = NULL;
	s->ground = 0;
	s->noted = 0;
	s->limit = NULL;
	INIT_HLIST_NODE(&s->older);
	INIT_LIST_HEAD(&s->among_lit);
	INIT_LIST_HEAD(&s->heirs);
	INIT_LIST_HEAD(&s->ending);
	s->since = ktime_get_coarse_boottime_ns(); /* a tick early at most, never late */
	s->pid = get_task_pid(opener, PIDTYPE_TGID);
	s->mm = grab_memory(opener);
	s->uid = req->uid;
	s->identity = *req->subject;
	s->run = warden_command_hold(s->identity.run);
	s->path = answer->label[0] ? NULL : path_of(opener);
	s->answer = *answer;
	s->begun.taken = 0;
	s->ended.taken = 0;
	s->stands = false;
	atomic_set(&s->uses, 0);
	s->awaits = 0;
	s->exe = NULL;
	return s;
}

/**
 * warden_session_free() - free a session
 * @s: in no table, and its file leads nobody here any more
 *
 * Context: Any.
 */
void warden_session_free(struct warden_session *s)
{
	warden_session_hide(s);
	warden_session_forget_older(s);
	warden_heir_end(s);
	warden_mapping_exit(&s->mapping);
	warden_limit_end(s);
	kfree(s->path);
	put_pid(s->pid);
	warden_command_put(s->run);
	if (s->mm)
		mmdrop(s->mm);
	kmem_cache_free(session_cache, s);
}

static void mark_dead(struct warden_session *s)
{
	lockdep_assert_held(&sessions_lock);
	WRITE_ONCE(s->dead, true);
	warden_mapping_close(&s->mapping);
}

/* Its calls fail from the first on. */
static void bear_dead(struct warden_session *s)
{
	mark_dead(s);
	warden_session_deaden(s);
}

/* Before its open returns, so before the first data. One that rested is in the list still. */
static void light(struct warden_session *s)
{
	lockdep_assert_held(&sessions_lock);
	warden_light_add(s->sensor.class);
	smp_store_release(&s->lit, true); /* what is looked at by it is written */
	if (!list_empty(&s->among_lit))
		return;
	spin_lock(&lit_lock);
	list_add_tail(&s->among_lit, &lit);
	spin_unlock(&lit_lock);
}

/* It leaves the list when it is freed, or becomes another. */
static void unlight(struct warden_session *s)
{
	lockdep_assert_held(&sessions_lock);
	if (s->lit)
		warden_light_del(s->sensor.class);
	WRITE_ONCE(s->lit, false);
}

/**
 * warden_session_hide() - let nobody look at a session that is not lit
 * @s: the session, which is written to after this, or freed
 *
 * Context: Any but interrupts.
 */
void warden_session_hide(struct warden_session *s)
{
	if (list_empty(&s->among_lit))
		return;
	spin_lock(&lit_lock);
	list_del_init(&s->among_lit);
	spin_unlock(&lit_lock);
}

/**
 * warden_session_unlight() - show that a session was ended, when that is done
 * @s: the session, whose file the caller holds
 *
 * Context: Process context, may sleep.
 */
void warden_session_unlight(struct warden_session *s)
{
	mutex_lock(&sessions_lock);
	unlight(s);
	mutex_unlock(&sessions_lock);
}

static void number(struct warden_session *s)
{
	lockdep_assert_held(&sessions_lock);
	s->id = next_id++;
	if (!s->ground)
		s->ground = s->id;
}

/* The inventory counts in seconds: who opens a node again and again need not find it each time. */
static void note_use(struct warden_session *s)
{
	if (s->noted && s->since - s->noted < NSEC_PER_SEC)
		return;
	s->noted = s->since;
	warden_inventory_used(s->sensor.devt);
}

static void enlist(struct warden_session *s)
{
	lockdep_assert_held(&sessions_lock);
	list_add_tail(&s->node, &sessions);
	nr_sessions++;
	set_gate();
	note_use(s);
}

/**
 * warden_session_enlist() - put a session into the table that reviews walk
 * @s: of a file that is open and ours
 * @same: what was asked when it was allowed is what the file turned out to lead to
 *
 * The driver's open() cannot be undone from here: a session without ground is
 * born dead.
 *
 * Context: Process context, may sleep.
 */
void warden_session_enlist(struct warden_session *s, bool same)
{
	mutex_lock(&sessions_lock);
	number(s);
	s->exported = false; /* one that rested may have */
	if (warden_session_find_ground(s, same))
		light(s);
	else
		bear_dead(s);
	enlist(s);
	mutex_unlock(&sessions_lock);
}

/**
 * warden_session_enlist_older() - the same for a file that was open before it was asked for
 * @s: goes on, with or without ground, until a review; born dead beside a stop, which looks for no more
 *
 * Context: Process context, may sleep.
 */
void warden_session_enlist_older(struct warden_session *s)
{
	struct warden_request req;

	mutex_lock(&sessions_lock);
	number(s);
	req = warden_session_request(s);
	if (!s->answer.denied)
		warden_session_claim(s, &req);
	if (warden_switch_mask() & WARDEN_SWITCH_STOP)
		bear_dead(s);
	else
		light(s);
	enlist(s);
	mutex_unlock(&sessions_lock);
}

/**
 * warden_session_reconsider() - something has changed as a session that stood was opened again
 * @s: the session, in the table, with its file
 *
 * Context: Process context, may sleep.
 * Return: true where it has no ground any more, and is ended by this.
 */
bool warden_session_reconsider(struct warden_session *s)
{
	bool ends;

	mutex_lock(&sessions_lock);
	ends = !s->dead && !warden_session_find_ground(s, true);
	if (ends) {
		bear_dead(s);
		unlight(s);
	}
	mutex_unlock(&sessions_lock);
	return ends;
}

/**
 * warden_session_disown() - another program has the file, too, and may not use it
 * @s: of a file that was open before; is that of a program nobody knows from now on
 *
 * Context: Process context, may sleep.
 */
void warden_session_disown(struct warden_session *s)
{
	mutex_lock(&sessions_lock);
	s->identity = (struct warden_identity){ .reason = WARDEN_REASON_PROGRAM_UNREADABLE };
	mutex_unlock(&sessions_lock);
}

/*
 * What a driver gave out on a file rests on the consents for that file's open, and for its handing over: the
 * last of them uses these up.
 */
static bool is_last_of_ground(const struct warden_session *s)
{
	struct warden_session *other;

	lockdep_assert_held(&sessions_lock);
	list_for_each_entry(other, &sessions, node) {
		if (other == s || other->ground != s->ground)
			continue;
		if (READ_ONCE(s->lent))
			WRITE_ONCE(other->lent, true);
		return false;
	}
	return true;
}

/**
 * warden_session_delist() - take a session out of the table, at its file's release
 * @s: the session
 * @last: set where no other rests on the same open, so that consents for it are used up
 *
 * Context: Process context, may sleep.
 * Return: true if it had been ended before.
 */
bool warden_session_delist(struct warden_session *s, bool *last)
{
	bool was_dead;

	mutex_lock(&sessions_lock);
	was_dead = s->dead;
	unlight(s);
	*last = (warden_answer_is_once(&s->answer) || READ_ONCE(s->lent)) && is_last_of_ground(s);
	list_del(&s->node);
	nr_sessions--;
	set_gate();
	mutex_unlock(&sessions_lock);
	return was_dead;
}

/**
 * warden_session_each() - look at each session that is open, or stands until it is opened again
 * @look: called under the table's lock, for ended ones too
 * @data: for it
 *
 * Context: Process context, may sleep.
 */
void warden_session_each(void (*look)(struct warden_session *s, void *data), void *data)
{
	struct warden_session *s;

	mutex_lock(&sessions_lock);
	list_for_each_entry(s, &sessions, node)
		look(s, data);
	mutex_unlock(&sessions_lock);
}

/**
 * warden_session_pick() - mark living sessions as ended, for the caller to end them
 * @wanted: says which
 * @list: gets them by their ``ending``, each with a reference to its file
 *
 * Context: Process context, may sleep.
 */
void warden_session_pick(bool (*wanted)(const struct warden_session *s), struct list_head *list)
{
	struct warden_session *s;

	mutex_lock(&sessions_lock);
	list_for_each_entry(s, &sessions, node) {
		if (s->dead || !wanted(s) || !get_file_active(&s->file))
			continue;
		mark_dead(s);
		list_add_tail(&s->ending, list);
	}
	mutex_unlock(&sessions_lock);
}

/**
 * warden_session_remove() - take sessions out of the table without their release
 * @gone: called under the table's lock; says which have left their file
 * @list: gets them by their ``ending``, to be freed
 *
 * Context: Process context, may sleep.
 */
void warden_session_remove(bool (*gone)(struct warden_session *s), struct list_head *list)
{
	struct warden_session *s, *next;

	mutex_lock(&sessions_lock);
	list_for_each_entry_safe(s, next, &sessions, node) {
		if (!gone(s))
			continue;
		unlight(s);
		list_del(&s->node);
		nr_sessions--;
		list_add(&s->ending, list);
	}
	set_gate();
	mutex_unlock(&sessions_lock);
}

static void copy_info(const struct warden_session *s, struct warden_session_info *info)
{
	memset(info, 0, sizeof(*info));
	info->id = s->id;
	info->since = s->since;
	info->pid = pid_nr(s->pid);
	info->line = s->answer.line;
	info->class = s->sensor.class;
	info->mapped = warden_mapping_stands(&s->mapping);
	info->has_receipt = s->answer.has_receipt;
	memcpy(info->receipt, s->answer.receipt, sizeof(info->receipt));
	strscpy(info->program, warden_session_program(s), sizeof(info->program));
	strscpy(info->topology, s->sensor.topology, sizeof(info->topology));
	strscpy(info->node, s->sensor.node, sizeof(info->node));
}

/**
 * warden_session_get() - copy the first live session at or after a number
 * @id: number
 * @info: filled in
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOENT when there is none.
 */
int warden_session_get(u64 id, struct warden_session_info *info)
{
	int err = -ENOENT;
	struct warden_session *s;

	mutex_lock(&sessions_lock);
	list_for_each_entry(s, &sessions, node) {
		if (s->dead || s->id < id)
			continue;
		copy_info(s, info);
		err = 0;
		break;
	}
	mutex_unlock(&sessions_lock);
	return err;
}

/**
 * warden_session_count() - how many sensor files are open, ended ones included
 *
 * Context: Any.
 * Return: the number.
 */
unsigned int warden_session_count(void)
{
	return READ_ONCE(nr_sessions);
}

/**
 * warden_session_count_device() - how many live sessions a device has
 * @key: that of its topology name
 *
 * Context: Process context, may sleep.
 * Return: the number.
 */
unsigned int warden_session_count_device(u64 key)
{
	unsigned int nr = 0;
	struct warden_session *s;

	mutex_lock(&sessions_lock);
	list_for_each_entry(s, &sessions, node)
		nr += !s->dead && s->sensor.key == key;
	mutex_unlock(&sessions_lock);
	return nr;
}

/**
 * warden_session_rests_on() - does a living session rest on a consent?
 * @receipt: the consent
 *
 * Context: Process context, may sleep.
 * Return: true if one does.
 */
bool warden_session_rests_on(const u8 receipt[WARDEN_RECEIPT_SIZE])
{
	struct warden_session *s;
	bool rests = false;

	mutex_lock(&sessions_lock);
	list_for_each_entry(s, &sessions, node)
		rests |= !s->dead &&
			 (warden_heir_rests_on(s, receipt) ||
			  warden_answer_rests_on(&s->answer, &s->identity.digest, receipt));
	mutex_unlock(&sessions_lock);
	return rests;
}

/**
 * warden_session_any_consented() - does some session rest on a consent?
 * @sensor: of which sensor, where one does
 *
 * Until its end has been brought about; by its mapping, too, where its file was closed.
 *
 * Context: Any; does not sleep.
 * Return: true if one does.
 */
bool warden_session_any_consented(struct warden_sensor *sensor)
{
	const struct warden_session *s;
	bool any = false;

	spin_lock(&lit_lock);
	list_for_each_entry(s, &lit, among_lit) {
		any = smp_load_acquire(&s->lit) && warden_session_consented(s);
		if (!any)
			continue;
		*sensor = s->sensor;
		break;
	}
	spin_unlock(&lit_lock);
	return any;
}

/**
 * warden_session_is_in() - did who has this memory open a sensor that it may still read?
 * @mm: the memory; NULL is nobody's
 * @with_consent: look only for what rests on a consent
 * @sensor: which sensor, where one is found
 *
 * Whatever has the file by now: a descriptor, a ring, another thread's table, a mapping.
 *
 * Context: Any; does not sleep.
 * Return: true where it did, and that session has not ended.
 */
bool warden_session_is_in(const struct mm_struct *mm, bool with_consent,
			  struct warden_sensor *sensor)
{
	const struct warden_session *s;
	bool found = false;

	spin_lock(&lit_lock);
	list_for_each_entry(s, &lit, among_lit) {
		found = mm && s->mm == mm && smp_load_acquire(&s->lit) && !READ_ONCE(s->dead) &&
			(!with_consent || warden_session_consented(s));
		if (!found)
			continue;
		*sensor = s->sensor;
		break;
	}
	spin_unlock(&lit_lock);
	return found;
}

/**
 * warden_session_any_mapped() - does a mapping of some session stand, ended or not?
 *
 * Context: Process context, may sleep.
 * Return: true if one does.
 */
bool warden_session_any_mapped(void)
{
	struct warden_session *s;
	bool any = false;

	mutex_lock(&sessions_lock);
	list_for_each_entry(s, &sessions, node)
		any |= warden_mapping_stands(&s->mapping);
	mutex_unlock(&sessions_lock);
	return any;
}

/**
 * warden_session_watch() - keep a gate's count of sessions in step
 * @g: the gate; NULL forgets the one before
 *
 * Context: Process context, may sleep.
 */
void warden_session_watch(struct warden_gate *g)
{
	mutex_lock(&sessions_lock);
	gate = g;
	set_gate();
	mutex_unlock(&sessions_lock);
}

/**
 * warden_session_init() - set the sessions' cache up, and what wakes who waits for one
 *
 * Context: Process context, module init.
 * Return: 0 or -ENOMEM.
 */
int warden_session_init(void)
{
	int err;

	/* by itself, so that its size can be told wherever another cache has the same */
	session_cache = kmem_cache_create("warden_session", sizeof(struct warden_session), 0,
					  SLAB_ACCOUNT | SLAB_NO_MERGE, NULL);
	if (!session_cache)
		return -ENOMEM;
	err = warden_wake_init();
	if (err)
		goto err_cache;
	err = warden_stand_init();
	if (err)
		goto err_wake;
	return 0;

err_wake:
	warden_wake_exit();
err_cache:
	kmem_cache_destroy(session_cache);
	return err;
}

/**
 * warden_session_exit() - wait for the last kick, and free the cache
 *
 * Context: Process context, sleeps; each session held the module, so none is left.
 */
void warden_session_exit(void)
{
	warden_session_settle();
	warden_rest_exit();
	warden_stand_exit();
	warden_wake_exit();
	warden_pace_exit();
	kmem_cache_destroy(session_cache);
}
