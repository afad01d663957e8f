// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which processes have used a sensor, so that where they send to can depend on it.
 * A mark is of a process, whichever thread used the sensor, goes to each child it
 * makes from then on, and stays until the process starts another program or ends:
 * closing the sensor takes nothing back of what was seen.
 *
 * Marks are kept while a policy has rules that ask for them (needs.h).
 */
#include <linux/bits.h>
#include <linux/hashtable.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <warden/abi.h>

#include "broker.h"
#include "device/devices.h"
#include "device/ear.h"
#include "egress.h"
#include "hook/links.h"
#include "record/record.h"
#include "session/session.h"

/* Sensors looked at behind one bus node; with more there, all classes were used. */
#define BEHIND_MAX 64

#define ALL_CLASSES GENMASK(WARDEN_SENSOR_CLASS_UNKNOWN, WARDEN_SENSOR_CLASS_CAMERA)

/* Marks are looked through for those of processes that have ended when there are so many. */
#define REAP_FROM 64

/**
 * struct mark - a process that used a sensor
 * @node: in the table
 * @process: its thread group; held, so that no other process is taken for it
 * @classes: bit mask of enum warden_sensor_class; only grows, but at exec
 * @rcu: read under RCU
 */
struct mark {
	struct hlist_node node;
	struct pid *process;
	u32 classes;
	struct rcu_head rcu;
};

static DEFINE_HASHTABLE(marks, 10);

/* Protects the table, the two numbers and the gate. Innermost; never from an interrupt. */
static DEFINE_SPINLOCK(marks_lock);
static u32 nr_marks;
static u32 reap_at = REAP_FROM;
static struct warden_gate *gate;

static struct mark *find(const struct pid *process)
{
	struct mark *m;

	hash_for_each_possible_rcu(marks, m, node, (unsigned long)process,
				   lockdep_is_held(&marks_lock))
		if (m->process == process)
			return m;
	return NULL;
}

static void set_gate(void)
{
	lockdep_assert_held(&marks_lock);
	if (gate)
		WRITE_ONCE(gate->marked, nr_marks);
}

static void free_mark(struct rcu_head *rcu)
{
	struct mark *m = container_of(rcu, struct mark, rcu);

	put_pid(m->process);
	kfree(m);
}

static void drop(struct mark *m)
{
	lockdep_assert_held(&marks_lock);
	hash_del_rcu(&m->node);
	nr_marks--;
	call_rcu(&m->rcu, free_mark);
}

/* Those of processes that have ended; all of them, where @all. */
static void reap(bool all)
{
	struct hlist_node *next;
	struct mark *m;
	int i;

	lockdep_assert_held(&marks_lock);
	rcu_read_lock();
	hash_for_each_safe(marks, i, next, m, node)
		if (all || !pid_task(m->process, PIDTYPE_TGID))
			drop(m);
	rcu_read_unlock();
	reap_at = max(2 * nr_marks, REAP_FROM);
}

static int add(struct pid *process, u32 classes)
{
	struct mark *m;

	lockdep_assert_held(&marks_lock);
	m = find(process);
	if (m) {
		WRITE_ONCE(m->classes, m->classes | classes);
		return 0;
	}
	if (nr_marks >= reap_at)
		reap(false);
	m = kmalloc(sizeof(*m), GFP_ATOMIC | __GFP_NOWARN);
	if (!m)
		return -ENOMEM;
	m->process = get_pid(process);
	m->classes = classes;
	hash_add_rcu(marks, &m->node, (unsigned long)process);
	nr_marks++;
	set_gate();
	return 0;
}

/**
 * warden_egress_wanted() - does it matter to any policy which sensors a process used?
 *
 * Context: Any.
 * Return: true if it does.
 */
bool warden_egress_wanted(void)
{
	return warden_links_wanted() & BIT_ULL(WARDEN_HOOK_TASK_NEW);
}

/* What a node leads to was used with it; what cannot be told is all. */
static u32 classes_of(u32 class, dev_t devt)
{
	struct warden_sensor *list;
	u32 classes = BIT(class);
	int nr, i;

	if (!warden_devices_lead(class) || !devt)
		return classes;
	list = kmalloc_array(BEHIND_MAX, sizeof(*list), GFP_KERNEL);
	nr = list ? warden_devices_behind(devt, list, BEHIND_MAX) : -ENOMEM;
	if (nr < 0)
		classes = ALL_CLASSES;
	for (i = 0; i < nr; i++)
		classes |= BIT(list[i].class);
	kfree(list);
	return classes;
}

/**
 * warden_egress_use() - the current process is about to use a sensor, and may
 * @class: enum warden_sensor_class
 * @devt: number of its node; 0 for none
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENOMEM where it must not, as nobody could tell later.
 */
int warden_egress_use(u32 class, dev_t devt)
{
	u32 classes;
	int err;

	if (!warden_egress_wanted() || class == WARDEN_SENSOR_CLASS_FREE)
		return 0;
	classes = classes_of(class, devt);
	spin_lock(&marks_lock);
	err = add(task_tgid(current), classes);
	spin_unlock(&marks_lock);
	return err;
}

/* A child that nobody could tell from others must not run. */
static void end_child(struct task_struct *task)
{
	struct warden_record *r = kzalloc(sizeof(*r), GFP_ATOMIC | __GFP_NOWARN);

	send_sig(SIGKILL, task, 1);
	if (!r) {
		warden_record_lose(true);
		return;
	}
	r->event = WARDEN_EVENT_VERDICT;
	r->domain = WARDEN_DOMAIN_EGRESS;
	r->action = WARDEN_ACTION_DENY;
	r->reason = WARDEN_REASON_NO_MEMORY;
	r->count = 1;
	r->pid = task_tgid_nr(current);
	strscpy(r->object, "a child", sizeof(r->object));
	warden_record_add(r);
	kfree(r);
}

/**
 * warden_egress_inherit() - a task begins, made by the current one
 * @task: the task, which has not run yet
 *
 * Context: Process context of its maker; does not sleep.
 */
void warden_egress_inherit(struct task_struct *task)
{
	struct pid *process = task_tgid(task);
	u32 classes = process == task_tgid(current) ? 0 : warden_egress_used();
	int err;

	if (!classes)
		return;
	spin_lock(&marks_lock);
	err = add(process, classes);
	spin_unlock(&marks_lock);
	if (err)
		end_child(task);
}

/**
 * warden_egress_exec() - the current process starts another program
 * @kept: bit mask of enum warden_sensor_class, those it takes along open
 *
 * Context: Process context.
 */
void warden_egress_exec(u32 kept)
{
	struct mark *m;

	spin_lock(&marks_lock);
	m = find(task_tgid(current));
	if (m && kept) /* what is behind a bus or a raw node of HID is not known here, so all of it stays */
		WRITE_ONCE(m->classes,
			   kept & (BIT(WARDEN_SENSOR_CLASS_BUS) | BIT(WARDEN_SENSOR_CLASS_INPUT)) ?
				   m->classes | kept : kept);
	else if (m)
		drop(m);
	set_gate();
	spin_unlock(&marks_lock);
}

/**
 * warden_egress_used() - which sensors has the current process used?
 *
 * Context: Any.
 * Return: bit mask of enum warden_sensor_class.
 */
u32 warden_egress_used(void)
{
	const struct mark *m;
	u32 classes;

	if (likely(!READ_ONCE(nr_marks)))
		return 0;
	rcu_read_lock();
	m = find(task_tgid(current));
	classes = m ? READ_ONCE(m->classes) : 0;
	rcu_read_unlock();
	return classes;
}

/**
 * warden_egress_mark() - a process has sensors open
 * @process: its thread group
 * @classes: bit mask of enum warden_sensor_class
 *
 * Context: Process context. Without memory the mark is counted as a lost record.
 */
void warden_egress_mark(struct pid *process, u32 classes)
{
	spin_lock(&marks_lock);
	if (add(process, classes))
		warden_record_lose(false);
	spin_unlock(&marks_lock);
}

/**
 * warden_egress_begin() - a policy may ask from now on: whoever has a sensor open uses it
 *
 * Context: In a change, sleeps; the hooks it needs are attached.
 */
void warden_egress_begin(void)
{
	if (warden_egress_wanted()) {
		warden_session_mark_holders();
		warden_broker_mark_holders();
		warden_ear_mark_holders();
	}
}

/**
 * warden_egress_watch() - where the programs look whether there is a mark
 * @to: the memory of their gate; NULL where they are gone, and with them all marks
 *
 * Context: Process context.
 */
void warden_egress_watch(struct warden_gate *to)
{
	spin_lock(&marks_lock);
	gate = to;
	if (!to)
		reap(true);
	set_gate();
	spin_unlock(&marks_lock);
}
