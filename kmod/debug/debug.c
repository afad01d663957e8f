// SPDX-License-Identifier: GPL-2.0-only
/*
 * The debug surfaces as one switch: the policy closes them, an exception opens
 * one for a time on the boot-time clock and closes itself. What has no hook,
 * the magic SysRq key of keyboards and serial lines, is shut by its own switch.
 */
#include <linux/bits.h>
#include <linux/hrtimer.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/sysrq.h>
#include <linux/timekeeping.h>
#include <linux/workqueue.h>
#include <warden/abi.h>

#include "compat/hrtimer.h"
#include "debug.h"
#include "judge/decide.h"
#include "judge/judge.h"
#include "policy/change.h"
#include "policy/layers.h"
#include "policy/lock.h"

#define SURFACES (WARDEN_DEBUG_SURFACE_TRACEFS + 1)

/* A bit each; what is none of them is what most files are. */
#define ALL_SURFACES GENMASK(SURFACES - 1, WARDEN_DEBUG_SURFACE_NONE + 1)

static const char *const words[SURFACES] = {
	[WARDEN_DEBUG_SURFACE_BPF] = "bpf",
	[WARDEN_DEBUG_SURFACE_DEBUGFS] = "debugfs",
	[WARDEN_DEBUG_SURFACE_GADGET] = "gadget",
	[WARDEN_DEBUG_SURFACE_KEXEC] = "kexec",
	[WARDEN_DEBUG_SURFACE_KGDB] = "kgdb",
	[WARDEN_DEBUG_SURFACE_KMEM] = "kmem",
	[WARDEN_DEBUG_SURFACE_KPROBES] = "kprobes",
	[WARDEN_DEBUG_SURFACE_MSR] = "msr",
	[WARDEN_DEBUG_SURFACE_PERF] = "perf",
	[WARDEN_DEBUG_SURFACE_PTRACE] = "ptrace",
	[WARDEN_DEBUG_SURFACE_SERIAL] = "serial",
	[WARDEN_DEBUG_SURFACE_SYSRQ] = "sysrq",
	[WARDEN_DEBUG_SURFACE_TRACEFS] = "tracefs",
};

/* When the exception of a surface ends, in ns; 0 is none. Written in a change, read by hooks. */
static u64 until[SURFACES];

/* Fires when the next exception ends; work does what a timer may not. */
static struct hrtimer timer;
static void close_late(struct work_struct *work);
static DECLARE_WORK(closing, close_late);

/* All below: changed in a change, and where the programs are attached. */
static struct warden_gate *gate;
static bool asked;
static bool sysrq_shut;
static int sysrq_before;
static u32 shut_mask;	    /* the surfaces that are closed, or would be */
static u32 denied_mask;	    /* those that are denied to some program by a rule */
static u64 searched;	    /* the generation of the policy under which older ones were looked for last */
static u32 older[SURFACES]; /* how many had it when it was closed; read by whoever asks */

/**
 * warden_debug_word() - what a surface is called
 * @surface: enum warden_debug_surface
 *
 * Context: Any.
 * Return: the word of the policy language.
 */
const char *warden_debug_word(u32 surface)
{
	return surface < SURFACES && words[surface] ? words[surface] : "";
}

/**
 * warden_debug_asked() - may some surface be closed?
 *
 * Context: Any.
 * Return: false where no hook needs to ask.
 */
bool warden_debug_asked(void)
{
	return READ_ONCE(asked);
}

/**
 * warden_debug_excepted() - is a surface open for a time?
 * @surface: enum warden_debug_surface
 *
 * Context: Any.
 * Return: true if it is, to the nanosecond; the record of its end may be later. Never while the
 * device is locked.
 */
bool warden_debug_excepted(u32 surface)
{
	u64 end = READ_ONCE(until[surface]);

	return end && ktime_get_boottime_ns() < end && !warden_lock_holds();
}

/**
 * warden_debug_state() - what a program that no rule names finds
 * @surface: enum warden_debug_surface
 * @seconds: set to how long it is open still; 0 where it is not excepted
 *
 * Context: Any.
 * Return: enum warden_debug_state.
 */
u32 warden_debug_state(u32 surface, u32 *seconds)
{
	static const struct warden_identity nobody = {
		.reason = WARDEN_REASON_PROGRAM_UNREADABLE
	};
	const struct warden_request req = { .domain = WARDEN_DOMAIN_DEBUG,
					    .uid = U32_MAX,
					    .subject = &nobody,
					    .surface = surface };
	u64 end = READ_ONCE(until[surface]), now = ktime_get_boottime_ns();
	struct warden_verdict v;
	bool by_rule;

	*seconds = 0;
	if (!READ_ONCE(gate))
		return WARDEN_DEBUG_STATE_OPEN; /* no program asks */
	rcu_read_lock();
	warden_decide_layers(warden_layers_get_rcu(), &req, &v);
	by_rule = v.rule || v.snap->locks;
	rcu_read_unlock();
	if (v.action == WARDEN_ACTION_ALLOW)
		return WARDEN_DEBUG_STATE_OPEN;
	if (!warden_verdict_denies(&v))
		return WARDEN_DEBUG_STATE_OBSERVED;
	if (by_rule || now >= end)
		return WARDEN_DEBUG_STATE_CLOSED;
	*seconds = DIV_ROUND_UP_ULL(end - now, NSEC_PER_SEC);
	return WARDEN_DEBUG_STATE_EXCEPTED;
}

/* --- the switch of the magic SysRq key ------------------------------------------------ */

static void shut_sysrq(bool shut)
{
	if (shut == sysrq_shut)
		return;
	if (shut)
		sysrq_before = sysrq_mask();
	sysrq_toggle_support(shut ? 0 : sysrq_before);
	sysrq_shut = shut;
	if (shut && sysrq_mask())
		pr_warn("warden: sysrq stays open: sysrq_always_enabled was given at boot\n");
}

/* --- what was there before --------------------------------------------------------------- */

static u32 find_shut(void)
{
	u32 i, seconds, state, mask = 0;

	for (i = WARDEN_DEBUG_SURFACE_NONE + 1; i < SURFACES; i++) {
		state = warden_debug_state(i, &seconds);
		if (state == WARDEN_DEBUG_STATE_CLOSED || state == WARDEN_DEBUG_STATE_OBSERVED)
			mask |= BIT(i);
	}
	return mask;
}

/* A rule of no class is about all of them. */
static u32 denied_by(const struct warden_snapshot *snap)
{
	u32 i, mask = 0;

	for (i = warden_decide_rules(snap, WARDEN_DOMAIN_DEBUG, 0);
	     i < snap->nr_rules && snap->rules[i].domain == WARDEN_DOMAIN_DEBUG; i++)
		if (snap->rules[i].action == WARDEN_ACTION_DENY)
			mask |= snap->rules[i].class ? BIT(snap->rules[i].class) : ALL_SURFACES;
	return mask;
}

/* What is open to who is not named can be denied to who is. */
static u32 find_denied(void)
{
	const struct warden_layers *layers = warden_layers_get_rcu();
	u32 i, mask = 0;

	for (i = 0; gate && i < layers->nr; i++)
		mask |= denied_by(layers->layer[i]);
	return mask;
}

/* Looked for where a surface closes, and under a new policy, whose rules may name others. */
static void search(void)
{
	const u64 generation = warden_layers_get_rcu()->generation;
	const bool is_new = generation != searched;
	u32 before = is_new ? 0 : shut_mask, closed, i;

	shut_mask = find_shut();
	denied_mask = find_denied();
	searched = generation;
	closed = (shut_mask & ~before) | (is_new ? denied_mask : 0);
	for (i = 0; i < SURFACES; i++)
		if (BIT(i) & (closed | ~(shut_mask | denied_mask)))
			WRITE_ONCE(older[i], 0);
	warden_debug_search(closed, older);
}

/**
 * warden_debug_older() - how many had a surface when it was closed
 * @surface: enum warden_debug_surface
 *
 * Context: Any.
 * Return: programs that have it open and may not, and gadgets that are bound; 0 where it is open to all.
 */
u32 warden_debug_older(u32 surface)
{
	return READ_ONCE(older[surface]);
}

/* What is open for a time ends at stop; the kernel's own switch is put back then. */
static void refresh(void)
{
	u32 seconds;

	WRITE_ONCE(asked, gate && warden_judge_has_rules(WARDEN_DOMAIN_DEBUG));
	if (gate)
		WRITE_ONCE(gate->debug, asked || warden_judge_has_rules(WARDEN_DOMAIN_USB) ||
						warden_judge_touches(WARDEN_DOMAIN_MODULE));
	shut_sysrq(gate && warden_debug_state(WARDEN_DEBUG_SURFACE_SYSRQ, &seconds) ==
				   WARDEN_DEBUG_STATE_CLOSED);
}

/**
 * warden_debug_refresh() - the policy in force, or the one in shadow, has changed
 *
 * Context: In a change; may sleep.
 */
void warden_debug_refresh(void)
{
	warden_change_assert_held();
	refresh();
	search();
}

/**
 * warden_debug_watch() - where the programs look whether they must ask
 * @to: the memory of their gate; NULL where they are gone
 *
 * Context: Process context, may sleep; a change or the module's own loading.
 */
void warden_debug_watch(struct warden_gate *to)
{
	WRITE_ONCE(gate, to);
	refresh();
}

/* --- exceptions -------------------------------------------------------------------------- */

static void arm(void)
{
	u64 next = U64_MAX;
	u32 i;

	for (i = 0; i < SURFACES; i++)
		if (until[i])
			next = min(next, until[i]);
	if (next == U64_MAX)
		hrtimer_cancel(&timer);
	else
		hrtimer_start(&timer, ns_to_ktime(next), HRTIMER_MODE_ABS);
}

static enum hrtimer_restart fire(struct hrtimer *t)
{
	queue_work(system_unbound_wq, &closing);
	return HRTIMER_NORESTART;
}

static void shut(u32 surface, u32 reason)
{
	WRITE_ONCE(until[surface], 0);
	warden_change_tell(&(struct warden_change){ .event = WARDEN_EVENT_DEBUG_CLOSE,
						    .reason = reason,
						    .object = words[surface] });
}

static void close_late(struct work_struct *work)
{
	u64 now = ktime_get_boottime_ns();
	u32 i;

	warden_change_lock();
	for (i = 0; i < SURFACES; i++)
		if (until[i] && until[i] <= now)
			shut(i, WARDEN_REASON_EXPIRED);
	refresh();
	search();
	arm();
	warden_change_unlock();
}

/**
 * warden_debug_open() - open a surface for a time
 * @surface: enum warden_debug_surface
 * @seconds: how long, on the boot-time clock
 *
 * A rule that denies it stands all the same.
 *
 * Context: In a change; may sleep.
 * Return: 0; -ENOENT where the policy does not close it, -EACCES where a rule does.
 */
int warden_debug_open(u32 surface, u32 seconds)
{
	char object[48];
	u32 left, state = warden_debug_state(surface, &left);
	u64 before = until[surface];

	warden_change_assert_held();
	if (state == WARDEN_DEBUG_STATE_OPEN)
		return -ENOENT;
	WRITE_ONCE(until[surface], ktime_get_boottime_ns() + (u64)seconds * NSEC_PER_SEC);
	if (warden_debug_state(surface, &left) == WARDEN_DEBUG_STATE_CLOSED) {
		WRITE_ONCE(until[surface], before);
		return -EACCES;
	}
	snprintf(object, sizeof(object), "%s for %u s", words[surface], seconds);
	warden_change_tell(&(struct warden_change){ .event = WARDEN_EVENT_DEBUG_OPEN,
						    .object = object });
	refresh();
	search();
	arm();
	return 0;
}

/**
 * warden_debug_close() - close a surface that is open for a time
 * @surface: enum warden_debug_surface
 *
 * Context: In a change; may sleep.
 * Return: 0, or -ENOENT where it is not open for a time.
 */
int warden_debug_close(u32 surface)
{
	warden_change_assert_held();
	if (!until[surface])
		return -ENOENT;
	shut(surface, WARDEN_REASON_CLOSED);
	refresh();
	search();
	arm();
	return 0;
}

/**
 * warden_debug_close_all() - close each surface that is open for a time
 *
 * Context: In a change; may sleep.
 */
void warden_debug_close_all(void)
{
	u32 i;

	for (i = 0; i < SURFACES; i++)
		warden_debug_close(i);
}

/**
 * warden_debug_init() - set up the timer of the exceptions
 *
 * Context: Process context, module init.
 */
void warden_debug_init(void)
{
	warden_debug_init_ending();
	hrtimer_setup(&timer, fire, CLOCK_BOOTTIME, HRTIMER_MODE_ABS);
}

/**
 * warden_debug_exit() - forget the exceptions
 *
 * Context: Process context, sleeps; no hook and no command can run any more.
 */
void warden_debug_exit(void)
{
	hrtimer_cancel(&timer);
	cancel_work_sync(&closing);
	hrtimer_cancel(&timer); /* the work may have armed it again */
}
