// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was set up by the time a debug surface is closed. Files that programs have open by then and may not have
 * any more end (debug-ending.c); a getty's serial line and USB gadgets that are bound go on. Both is told.
 */
#include <linux/bits.h>
#include <linux/cred.h>
#include <linux/dcache.h>
#include <linux/device.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "debug.h"
#include "device/devices.h"
#include "judge/judge.h"
#include "policy/change.h"
#include "policy/layers.h"
#include "program/identity.h"
#include "program/processes.h"
#include "program/reading.h"
#include "record/record.h"

/* Records of one closing; what is beyond is counted alone. */
#define TOLD 64

/**
 * struct search - what there is of the surfaces that are being closed
 * @closed: the surfaces, a bit each
 * @count: per surface, those who have it
 * @told: records that were made
 * @left: ms that may still be waited for locks of memory
 * @reading: the programs of who has them
 */
struct search {
	u32 closed;
	u32 *count;
	u32 told;
	unsigned int left;
	struct warden_reading reading;
};

static void tell(struct search *s, const struct warden_record *what)
{
	struct warden_record *r;

	if (s->told == TOLD)
		return;
	s->told++;
	r = kmemdup(what, sizeof(*what), GFP_KERNEL);
	if (!r) {
		warden_record_lose(false);
		return;
	}
	r->event = WARDEN_EVENT_SWEEP;
	r->domain = WARDEN_DOMAIN_DEBUG;
	r->action = WARDEN_ACTION_ALLOW;
	r->reason = what->reason ?: WARDEN_REASON_SURFACE_CLOSED;
	r->generation = warden_layers_get_rcu()->generation;
	r->count = 1;
	warden_record_add(r);
	kfree(r);
}

/* --- files ------------------------------------------------------------------------ */

/**
 * struct held - what one process has
 * @holder: the process
 * @surfaces: a bit each
 */
struct held {
	struct warden_debug_holder holder;
	u32 surfaces;
};

static void look_at(struct file *file, void *arg)
{
	struct held *held = arg;

	held->surfaces |= BIT(warden_debug_of_held(file, &held->holder));
}

static int look_at_open(const void *arg, struct file *file, unsigned int fd)
{
	look_at(file, (void *)arg);
	return 0;
}

/*
 * Which surfaces a process has open, or mapped, which needs no descriptor any more. False where its
 * memory could not be looked at.
 */
static bool find_held(struct search *s, struct held *held)
{
	warden_process_files(held->holder.task, look_at_open, held);
	return warden_process_mapped(held->holder.task, look_at, held, &s->left);
}

static void name_program(char *text, size_t size, struct file *exe)
{
	char *room = kmalloc(PATH_MAX, GFP_KERNEL), *path;

	path = room ? d_path(&exe->f_path, room, PATH_MAX) : NULL;
	if (!IS_ERR_OR_NULL(path))
		strscpy(text, path, size);
	kfree(room);
}

/* What ends is told with the reason for which it would be refused now. */
static void tell_files(struct search *s, struct warden_record *r, u32 surface, u32 ended, bool goes_on, u32 reason)
{
	if (ended) {
		r->reason = reason;
		snprintf(r->object, sizeof(r->object), "%s, open since before, ended", warden_debug_word(surface));
		tell(s, r);
	}
	if (!goes_on)
		return;
	r->reason = WARDEN_REASON_SURFACE_CLOSED;
	snprintf(r->object, sizeof(r->object), "%s, open since before, goes on", warden_debug_word(surface));
	s->count[surface]++;
	tell(s, r);
}

/* It keeps the lock of its memory, by what it maps. */
static void tell_unseen(struct search *s, struct warden_record *r, struct task_struct *holder)
{
	r->reason = WARDEN_REASON_SURFACE_CLOSED;
	r->uid = from_kuid(&init_user_ns, task_uid(holder));
	r->pid = task_tgid_nr(holder);
	strscpy(r->object, "what it has mapped could not be looked at", sizeof(r->object));
	tell(s, r);
}

/* Would it be refused if it opened that now? */
static void ask(struct search *s, const struct warden_debug_holder *holder, struct file *exe, u32 surface,
		struct warden_record *r)
{
	struct warden_identity subject = { .reason = WARDEN_REASON_PROGRAM_UNREADABLE };
	struct warden_request req = {
		.domain = WARDEN_DOMAIN_DEBUG,
		.uid = from_kuid(&init_user_ns, task_uid(holder->task)),
		.subject = &subject,
		.surface = surface,
		.excepted = warden_debug_excepted(surface),
	};
	struct warden_answer answer;
	u32 ended = 0, left = 1;

	if (exe)
		warden_reading_of(&s->reading, exe, &subject);
	if (!warden_judge(&req, &answer) && !answer.observed)
		return;
	r->observed = answer.observed;
	r->layer = answer.layer;
	r->policy_version = answer.version;
	r->line = answer.line;
	r->uid = req.uid;
	r->pid = task_tgid_nr(holder->task);
	r->program_digest = subject.digest;
	if (!answer.observed)
		ended = warden_debug_end(holder, surface, &left, &s->left);
	tell_files(s, r, surface, ended, left, answer.reason);
}

/* What ends does so also where there is no memory to tell of it. */
static void tell_held(struct search *s, const struct held *held, struct file *exe, bool seen)
{
	static struct warden_record record; /* of one process after the other, in a change */
	struct warden_record *r = &record;
	u32 left;

	memset(r, 0, sizeof(*r));
	if (exe)
		name_program(r->program, sizeof(r->program), exe);
	if (!seen)
		tell_unseen(s, r, held->holder.task);
	for (left = held->surfaces & s->closed; left; left &= left - 1)
		ask(s, &held->holder, exe, __ffs(left), r);
}

static void look_at_process(struct search *s, struct task_struct *process)
{
	struct file *exe = warden_identity_exe_of(process);
	struct held held = {
		.holder = { .task = process, .mm = READ_ONCE(process->mm), .exe = exe ? file_inode(exe) : NULL },
	};
	bool seen = find_held(s, &held);

	if (held.surfaces & s->closed || !seen)
		tell_held(s, &held, exe, seen);
	if (exe)
		fput(exe);
}

static void search_processes(struct search *s)
{
	unsigned int count, i;
	struct task_struct **holders = warden_processes(&count);

	if (!holders)
		warden_record_lose(false);
	for (i = 0; holders && i < count; i++)
		if (!(holders[i]->flags & PF_KTHREAD))
			look_at_process(s, holders[i]);
	warden_processes_put(holders, count);
}

/* --- USB gadgets ------------------------------------------------------------------- */

/* The bus on which a gadget's function meets the controller it is bound to. */
static bool is_gadget(const struct device *dev)
{
	return dev->bus && !strcmp(dev->bus->name, "gadget");
}

/* What is bound is no program's: where only some may not make one it is as it should be. */
static bool may_be_bound(void)
{
	u32 seconds, state = warden_debug_state(WARDEN_DEBUG_SURFACE_GADGET, &seconds);

	return state == WARDEN_DEBUG_STATE_OPEN || state == WARDEN_DEBUG_STATE_EXCEPTED;
}

static void look_at_gadget(struct search *s, struct device *dev)
{
	struct warden_record *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r)
		return;
	if (!device_trylock(dev)) {
		snprintf(r->object, sizeof(r->object), "gadget, %s is being set up", dev_name(dev));
	} else {
		if (dev->driver) /* which stays so while it is locked */
			snprintf(r->object, sizeof(r->object), "gadget, %s is %s since before, and goes on",
				 dev_name(dev), dev->driver->name);
		device_unlock(dev);
	}
	if (r->object[0]) {
		s->count[WARDEN_DEBUG_SURFACE_GADGET]++;
		tell(s, r);
	}
	kfree(r);
}

static void search_gadgets(struct search *s)
{
	unsigned int count, i;
	struct device **devices = warden_devices_collect(&count);

	if (!devices)
		warden_record_lose(false);
	for (i = 0; devices && i < count; i++) {
		if (is_gadget(devices[i]))
			look_at_gadget(s, devices[i]);
		put_device(devices[i]);
	}
	kvfree(devices);
}

/**
 * warden_debug_search() - end or tell what was set up before surfaces were closed
 * @closed: which surfaces, a bit each; who opens one from now on is asked
 * @count: per surface, to which those are added that have it
 *
 * Context: In a change, sleeps.
 */
void warden_debug_search(u32 closed, u32 *count)
{
	struct search s = {
		.closed = closed,
		.count = count,
		.left = WARDEN_PROCESSES_WAIT_MS,
		.reading = { .left = WARDEN_READING_MAX },
	};

	warden_change_assert_held();
	if (!closed)
		return;
	search_processes(&s);
	warden_reading_end(&s.reading);
	if (closed & BIT(WARDEN_DEBUG_SURFACE_GADGET) && !may_be_bound())
		search_gadgets(&s);
}
