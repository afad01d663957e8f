// SPDX-License-Identifier: GPL-2.0-only
/*
 * A trial of the hooks: one task and its children do something, and what of it
 * reached the module, and was refused, is noted. When the module is loaded the
 * task is insmod's own; later it is whoever probes the policy.
 *
 * The canary device is a node that guards nothing, for a trial of the way from
 * a new device to the verdict on its open.
 */
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sched/task.h>
#include <linux/workqueue.h>
#include <warden/abi.h>

#include "canary.h"

/* A trial that nobody ends, ends by itself. */
#define TRIAL_MS 5000

/* The task whose calls count; held, and else only compared. */
static struct task_struct *singer;
static unsigned long hooks_seen;
static atomic_t denials;

/* Protects the start and the end of a trial, the gate, and the device. */
static DEFINE_MUTEX(canary_lock);
static struct warden_gate *gate;
static bool has_device;

static bool is_singing(void)
{
	const struct task_struct *task = READ_ONCE(singer);

	return unlikely(task) &&
	       (task == current || task == rcu_access_pointer(current->real_parent));
}

/**
 * warden_canary_see() - a hook was called
 * @hook: enum warden_hook
 *
 * Context: Any.
 */
void warden_canary_see(u32 hook)
{
	if (is_singing() && hook < BITS_PER_LONG)
		set_bit(hook, &hooks_seen);
}

/**
 * warden_canary_deny() - a hook is about to refuse
 *
 * Context: Any.
 */
void warden_canary_deny(void)
{
	if (is_singing())
		atomic_inc(&denials);
}

static void fall_silent(void)
{
	lockdep_assert_held(&canary_lock);
	if (singer)
		put_task_struct(singer);
	WRITE_ONCE(singer, NULL);
	if (gate)
		WRITE_ONCE(gate->canary, 0);
}

/* Whoever died in a trial of its own keeps nobody from the next. */
static bool is_free(void)
{
	return !singer || singer == current || READ_ONCE(singer->exit_state);
}

static void give_up(struct work_struct *work)
{
	mutex_lock(&canary_lock);
	fall_silent();
	mutex_unlock(&canary_lock);
}

static DECLARE_DELAYED_WORK(giving_up, give_up);

/**
 * warden_canary_watch() - where the programs look whether there is a trial
 * @to: the memory of their gate; NULL where they are gone
 *
 * Context: Process context, sleeps.
 */
void warden_canary_watch(struct warden_gate *to)
{
	mutex_lock(&canary_lock);
	fall_silent();
	gate = to;
	mutex_unlock(&canary_lock);
}

/**
 * warden_canary_arm() - note what the current task and its children reach from now on
 *
 * For up to 5 s.
 *
 * Context: Process context, sleeps.
 * Return: true; false while another task's trial runs or no program does.
 */
bool warden_canary_arm(void)
{
	bool armed;

	mutex_lock(&canary_lock);
	armed = gate && is_free();
	if (armed) {
		fall_silent();
		hooks_seen = 0;
		atomic_set(&denials, 0);
		WRITE_ONCE(singer, get_task_struct(current));
		WRITE_ONCE(gate->canary, 1);
		mod_delayed_work(system_wq, &giving_up, msecs_to_jiffies(TRIAL_MS));
	}
	mutex_unlock(&canary_lock);
	return armed;
}

/**
 * warden_canary_take() - what was seen since the start, or since this was asked last
 * @seen: filled in
 *
 * Context: Process context, sleeps.
 * Return: true; false where the current task has no trial, or no longer.
 */
bool warden_canary_take(struct warden_canary_seen *seen)
{
	bool ours;

	mutex_lock(&canary_lock);
	ours = singer == current;
	if (ours) {
		seen->hooks = xchg(&hooks_seen, 0);
		seen->denied = atomic_xchg(&denials, 0);
	}
	mutex_unlock(&canary_lock);
	return ours;
}

/**
 * warden_canary_disarm() - end the current task's trial
 *
 * Context: Process context, sleeps.
 */
void warden_canary_disarm(void)
{
	mutex_lock(&canary_lock);
	if (singer == current)
		fall_silent();
	mutex_unlock(&canary_lock);
}

/* --- the device ------------------------------------------------------------ */

/* Nothing to read: what counts is whether it opens. */
static const struct file_operations device_fops = {
	.owner = THIS_MODULE,
	.llseek = noop_llseek,
};

static struct miscdevice device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "warden-canary",
	.mode = 0600,
	.fops = &device_fops,
};

static void remove_device(void)
{
	lockdep_assert_held(&canary_lock);
	if (has_device)
		misc_deregister(&device);
	has_device = false;
}

/**
 * warden_canary_device_renew() - take /dev/warden-canary away and make it anew
 *
 * Context: Process context, sleeps.
 * Return: 0 or a negative errno.
 */
int warden_canary_device_renew(void)
{
	int err;

	mutex_lock(&canary_lock);
	remove_device();
	device.minor = MISC_DYNAMIC_MINOR;
	err = misc_register(&device);
	has_device = !err;
	mutex_unlock(&canary_lock);
	return err;
}

/**
 * warden_canary_device_remove() - take /dev/warden-canary away, and end what trial there is
 *
 * Context: Process context, sleeps; module exit.
 */
void warden_canary_device_remove(void)
{
	cancel_delayed_work_sync(&giving_up);
	mutex_lock(&canary_lock);
	fall_silent();
	remove_device();
	mutex_unlock(&canary_lock);
}
