// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hook of opens without a program. A program costs 185 instructions at each call of its hook,
 * whatever it does, and each open of any file is such a call. So where it can, ftrace calls the module
 * from where the kernel asks security modules about an open: what lies on a disk and is no
 * device goes on after eight instructions, and what else need not be asked about after some seventy.
 *
 * Where ftrace has no such calls, or somebody else has one in that place, the program of
 * bpf/sensor.bpf.c is attached. Both look by the same filter and ask by the same doors.
 */
#include <linux/btf.h>
#include <linux/delay.h>
#include <linux/ftrace.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <uapi/linux/warden.h>
#include <warden/filter.h>
#include <warden/kfunc.h>

#include "canary.h"
#include "compat/direct.h"
#include "device/inventory.h"
#include "direct.h"
#include "kfunc.h"
#include "lookup.h"
#include "session/place.h"
#include "session/session.h"
#include "tasks.h"

#ifdef HAVE_DIRECT_CALLS

/* What the kernel calls for each open, with the file alone. A refusal there is that of the open. */
#define PLACE "security_file_open"

/* What is known without being asked; NULL while nobody calls. */
static const struct warden_gate *gate;

static const u64 unknown;
const u64 *warden_direct_null = &unknown;

/* Who is in warden_direct_ask(), where one may sleep: summed up once nobody can come any more. */
static DEFINE_PER_CPU(long, inside);

/* Called while ftrace is on, which ftrace.c sees to from before the call is there until it is gone. */
static struct ftrace_ops ops;

/* Of a life of the module there is one: what is freed is not set up anew. */
static bool attached;
static bool stuck; /* the kernel did not take it away */

static int ask(struct file *file)
{
	int err = 0;

	if (warden_filter_debug(gate, file))
		err = warden_kf_debug_file(file);
	if (!err && warden_filter_sensor(gate, file))
		err = warden_kf_file_open(file);
	return err;
}

/**
 * warden_direct_ask() - may this file be opened?
 * @file: any but a plain file on a disk, in its open
 *
 * Context: Process context, may sleep; called by warden_direct_place().
 * Return: 0, or a negative errno that the open is refused with.
 */
__used int warden_direct_ask(struct file *file)
{
	int err;

	if (warden_place_awaits(file_inode(file)) && warden_session_try_prepare(file))
		return 0;
	if (unlikely(gate->canary))
		warden_canary_see(WARDEN_HOOK_FILE_OPEN);
	if (!warden_filter_sensor(gate, file) && !warden_filter_debug(gate, file))
		return 0;
	this_cpu_inc(inside);
	err = ask(file);
	this_cpu_dec(inside);
	return err;
}

/**
 * warden_direct_stays() - may the module still be called?
 *
 * Context: Process context.
 * Return: true from warden_direct_attach() on, until warden_direct_detach() has succeeded.
 */
bool warden_direct_stays(void)
{
	return attached;
}

/**
 * warden_direct_watch() - where to look what need not be asked about
 * @to: the memory of the programs' gate, which the inventory watches; NULL once nobody calls any more
 *
 * Context: Process context.
 */
void warden_direct_watch(const struct warden_gate *to)
{
	if (!to && warden_direct_stays())
		return;
	gate = to;
	warden_direct_null = (to ? warden_inventory_gate(WARDEN_NULL_DEVICE) : NULL) ?: &unknown;
}

/* By a name ftrace looks at that of each function there is, a fifth of what an insmod costs. */
static int choose_place(void)
{
	const unsigned long ip = warden_lookup_function(PLACE);

	return ip && !ftrace_set_filter_ip(&ops, ip, 0, 1) ? 0 : ftrace_set_filter(&ops, PLACE, strlen(PLACE), 1);
}

/**
 * warden_direct_attach() - be called for each open
 *
 * Context: Process context, sleeps; once, with a gate to look at.
 * Return: 0; -EBUSY where somebody else is called there or ftrace is off, -EOPNOTSUPP without such calls.
 */
int warden_direct_attach(void)
{
	int err = choose_place();

	if (!err)
		err = register_ftrace_direct(&ops, (unsigned long)warden_direct_place);
	if (err)
		ftrace_free_filter(&ops);
	attached = !err;
	return err;
}

static bool is_anybody_inside(void)
{
	long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu(inside, cpu);
	return sum;
}

/**
 * warden_direct_detach() - be called no more
 *
 * Who sleeps in there comes out of it before this returns, as nothing else holds the module for him.
 *
 * Where the kernel fails to, the module stays for good, as it may still be called.
 *
 * Context: Process context, sleeps, for as long as any task stays in the kernel.
 */
void warden_direct_detach(void)
{
	if (!attached || stuck)
		return;
	stuck = unregister_ftrace_direct(&ops, (unsigned long)warden_direct_place, false);
	if (stuck) {
		pr_alert("warden: the kernel does not take its call of the module away, which stays loaded until the next start\n");
		__module_get(THIS_MODULE);
		return;
	}
	ftrace_free_filter(&ops);
	warden_tasks_wait("to let opens of files go");
	while (is_anybody_inside())
		msleep(10);
	warden_tasks_wait("to let opens of files go");
	attached = false;
}

#else /* the program is */

bool warden_direct_stays(void)
{
	return false;
}

void warden_direct_watch(const struct warden_gate *to)
{
}

int warden_direct_attach(void)
{
	return -EOPNOTSUPP;
}

void warden_direct_detach(void)
{
}

#endif
