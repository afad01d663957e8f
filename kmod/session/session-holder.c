// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who else may look into a process that has a sensor open: nobody who may not use
 * that sensor. A debugger reads the frames out of the memory of the one that has them,
 * and hibernation writes them to a disk.
 */
#include <linux/bits.h>
#include <linux/cred.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/string.h>

#include "compat/coredump.h"
#include "network/broker.h"
#include "network/egress.h"
#include "program/processes.h"
#include "session-priv.h"
#include "session.h"

/* What is looked for in a process. */
struct search {
	struct warden_sensor *sensor;
	bool with_consent; /* only what rests on a consent */
};

static bool fits(const struct search *search, struct file *file)
{
	const struct warden_session *s;

	if (!warden_session_is(file))
		return warden_broker_is_held(file, search->with_consent, search->sensor);
	s = warden_session_of(file);
	if (!s || READ_ONCE(s->dead) || (search->with_consent && !warden_session_consented(s)))
		return false;
	*search->sensor = s->sensor;
	return true;
}

static int is_held(const void *search, struct file *file, unsigned int fd)
{
	return fits(search, file);
}

static bool area_fits(const struct search *search, struct vm_area_struct *vma)
{
	struct file *file = READ_ONCE(vma->vm_file) ? get_file_active(&vma->vm_file) : NULL;
	bool found = file && fits(search, file);

	if (file)
		fput(file);
	return found;
}

/*
 * A file that was closed may still be mapped. Nobody can wait for the lock here, and who holds it may be
 * asleep: the areas are read under RCU instead, by which they are freed. One that moves meanwhile
 * can be missed; only the process itself moves it, and that may have the frames.
 */
static bool is_mapped(const struct search *search, struct mm_struct *mm)
{
	struct vm_area_struct *vma;
	VMA_ITERATOR(iter, mm, 0);
	bool found = false;

#ifdef CONFIG_PER_VMA_LOCK
	rcu_read_lock();
#else
	if (!mmap_read_trylock(mm)) { /* what cannot be told is a no */
		search->sensor->class = WARDEN_SENSOR_CLASS_UNKNOWN;
		return true;
	}
#endif
	for_each_vma(iter, vma) {
		found = area_fits(search, vma);
		if (found)
			break;
	}
#ifdef CONFIG_PER_VMA_LOCK
	rcu_read_unlock();
#else
	mmap_read_unlock(mm);
#endif
	return found;
}

/* Who opened it and has its frames in memory may have the file in a ring, or in no table of this thread. */
static bool holds(struct task_struct *task, const struct search *search)
{
	if (warden_session_is_in(task->mm, search->with_consent, search->sensor))
		return true;
	if (task->files && iterate_fd(task->files, 0, is_held, search))
		return true;
	return task->mm && is_mapped(search, task->mm);
}

/* Judged as a program that nobody named: a digest cannot be made where none may sleep. */
static int judge_stranger(const struct warden_sensor *sensor)
{
	const struct warden_identity nobody = { .reason = WARDEN_REASON_PROGRAM_UNREADABLE };
	const struct warden_request req = {
		.domain = WARDEN_DOMAIN_SENSOR,
		.uid = from_kuid(&init_user_ns, current_uid()),
		.subject = &nobody,
		.class = sensor->class,
		.topology = sensor->key,
		.names = { sensor->names[0], sensor->names[1] },
	};
	struct warden_answer answer;
	int err = warden_judge(&req, &answer);

	if (answer.denied || answer.observed)
		answer.reason = WARDEN_REASON_SESSION_HELD;
	if (warden_answer_tells(&answer))
		warden_judge_tell(&req, &answer, sensor->topology, 0);
	return err;
}

/*
 * The table that all threads of the kernel share holds, for a moment, files that are to be
 * sessions (session-derived.c); nobody has business there.
 */
static int refuse_kernel(void)
{
	const struct warden_identity nobody = { .reason = WARDEN_REASON_PROGRAM_UNREADABLE };
	const struct warden_request req = {
		.domain = WARDEN_DOMAIN_SENSOR,
		.uid = from_kuid(&init_user_ns, current_uid()),
		.subject = &nobody,
		.class = WARDEN_SENSOR_CLASS_UNKNOWN,
	};
	struct warden_answer answer;

	warden_judge(&req, &answer);
	warden_answer_refuse(&answer, WARDEN_REASON_SESSION_HELD);
	warden_judge_tell(&req, &answer, "kernel", 0);
	return -EPERM;
}

/**
 * warden_session_peek() - may the current program look into another?
 * @task: the other
 *
 * It is asked as one that the policy does not name: a rule for any program lets it.
 *
 * Context: Under the task's alloc_lock, from the ptrace_access_check hook.
 * Return: 0, or -EPERM, which is what ptrace(2) says.
 */
int warden_session_peek(struct task_struct *task)
{
	struct warden_sensor sensor = { 0 };
	const struct search search = { .sensor = &sensor };

	lockdep_assert_held(&task->alloc_lock);
	if (task->flags & PF_KTHREAD)
		return refuse_kernel();
	return holds(task, &search) && judge_stranger(&sensor) ? -EPERM : 0;
}

/* Any sensor may be behind a bus, and behind a raw node of HID. */
static u32 classes_of(const struct warden_session *s)
{
	if (s->sensor.class == WARDEN_SENSOR_CLASS_BUS || strstr(s->sensor.node, "hidraw") ||
	    strstr(s->sensor.node, "hiddev"))
		return U32_MAX;
	return BIT(s->sensor.class);
}

static int collect(const void *classes, struct file *file, unsigned int fd)
{
	const struct warden_session *s = warden_session_is(file) ? warden_session_of(file) : NULL;

	if (s && !READ_ONCE(s->dead))
		*(u32 *)classes |= classes_of(s);
	return 0;
}

static void mark_holder(struct task_struct *process)
{
	struct pid *pid = get_task_pid(process, PIDTYPE_TGID);
	u32 classes = 0;

	warden_process_files(process, collect, &classes);
	if (classes && pid)
		warden_egress_mark(pid, classes);
	put_pid(pid);
}

/**
 * warden_session_mark() - who opened a sensor is one that used it
 * @s: the session
 *
 * Context: Process context. Without memory the mark is counted as a lost record.
 */
void warden_session_mark(const struct warden_session *s)
{
	warden_egress_mark(s->pid, classes_of(s));
}

/* Who started another program since began anew with that; of a process whose first thread ended nobody knows. */
static bool is_as_it_was(const struct warden_session *s)
{
	const struct task_struct *leader;
	const struct mm_struct *mm;
	bool is = false;

	rcu_read_lock();
	leader = s->pid ? pid_task(s->pid, PIDTYPE_TGID) : NULL;
	if (leader) {
		mm = READ_ONCE(leader->mm);
		is = !mm || mm == s->mm;
	}
	rcu_read_unlock();
	return is;
}

/* Whoever is opening one again in this moment has no descriptor of it. */
static void mark_opener(struct warden_session *s, void *unused)
{
	if (!s->dead && is_as_it_was(s))
		warden_session_mark(s);
}

/**
 * warden_session_mark_holders() - who has a sensor open is one that used it
 *
 * Who opened it, and who has a descriptor of it in any of its threads: whoever was handed one and has but a
 * mapping is not found. Of descriptors none is found where there is no memory for the list of processes.
 *
 * Context: Process context, may sleep.
 */
void warden_session_mark_holders(void)
{
	unsigned int count, i;
	struct task_struct **tasks;

	warden_session_each(mark_opener, NULL);
	tasks = warden_processes(&count);
	if (!tasks)
		pr_warn("warden: no room to look for who was handed a sensor: what they send is not held to egress rules\n");
	for (i = 0; i < count; i++)
		mark_holder(tasks[i]);
	warden_processes_put(tasks, count);
}

/**
 * warden_session_shroud() - let the current process leave no core
 *
 * Of one that has a sensor with consent. It lasts until the process starts another
 * program.
 *
 * Context: Process context.
 */
void warden_session_shroud(void)
{
	if (current->mm)
		warden_forbid_dump(current->mm);
}

/**
 * warden_session_unshroud() - the current process wants to leave a core again
 *
 * Context: Process context, does not sleep.
 * Return: 0, or -EPERM while it has a sensor with consent, which is recorded.
 */
int warden_session_unshroud(void)
{
	struct warden_sensor sensor = { 0 };
	const struct search search = { .sensor = &sensor, .with_consent = true };
	bool found;

	task_lock(current);
	found = holds(current, &search);
	task_unlock(current);
	return found && judge_stranger(&sensor) ? -EPERM : 0;
}

/**
 * warden_session_hibernate() - may the memory of all be written to a disk?
 *
 * Not while a program has a sensor with consent: what it saw would be on the disk. To ask
 * whether the machine can hibernate is the same question, and anybody may, so no process
 * is searched for it.
 *
 * Context: Process context, does not sleep.
 * Return: 0, or -EPERM, which is recorded.
 */
int warden_session_hibernate(void)
{
	struct warden_sensor sensor = { 0 };
	const bool found = warden_session_any_consented(&sensor) ||
			   warden_broker_any_consented(&sensor);

	return found && judge_stranger(&sensor) ? -EPERM : 0;
}
