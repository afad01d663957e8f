// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a task was allowed to do with a port a moment ago, where the BPF programs see it: so that
 * they need not call the module, which would find the task's file and compare its version.
 *
 * A ticket is of a task and of the program it runs, and good as long as that is the same. Which
 * program it is, is told by the count of those it has executed (self_exec_id): begin_new_exec()
 * advances it, and nobody but the task itself makes it another program, as PR_SET_MM_EXE_FILE is refused.
 * Which task, by its struct pid: a thread that executes another program takes that of
 * its process (de_thread()), whose count was its own, as threads begin with that of who makes them.
 *
 * The place of a ticket is had by the task until that has ended. So nobody writes to it but the task, and
 * that it cannot while it reads, which is why it is read without a lock, and never half of it. Who comes
 * when the place is taken has no ticket, and asks.
 */
#include <linux/pid.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <warden/abi.h>

#include "ticket.h"

/* Protects @gate, @owner and what is written to tickets. Innermost. */
static DEFINE_SPINLOCK(ticket_lock);
static struct warden_gate *gate;

/* Whose ticket it is; held, so that the address stands for nobody else. */
static struct pid *owner[WARDEN_GATE_TICKETS];

static bool has_ended(struct pid *pid)
{
	bool ended;

	rcu_read_lock();
	ended = !pid_task(pid, PIDTYPE_PID);
	rcu_read_unlock();
	return ended;
}

/* Return: who had the place before, for put_pid(); the current task, where the place is another's. */
static struct pid *take_place(u32 place, struct pid *self)
{
	struct pid *old = owner[place];

	lockdep_assert_held(&ticket_lock);
	if (old == self)
		return NULL;
	if (old && !has_ended(old))
		return self;
	owner[place] = get_pid(self);
	gate->ticket[place] = (struct warden_ticket){ .pid = (unsigned long)self };
	return old;
}

/* What it was allowed as another program is none of this one's. */
static void write_number(struct warden_ticket *t, u32 domain, u32 transport, u16 port, u64 number)
{
	lockdep_assert_held(&ticket_lock);
	if (t->exec != current->self_exec_id) {
		memset(t->pass, 0, sizeof(t->pass));
		t->exec = current->self_exec_id;
	}
	t->pass[domain][transport][port % WARDEN_TICKET_PORTS] = number;
}

/**
 * warden_ticket_note() - the current task was allowed something
 * @domain: WARDEN_GATE_OPEN_LISTEN or WARDEN_GATE_OPEN_CONNECT
 * @transport: WARDEN_GATE_OPEN_TCP or WARDEN_GATE_OPEN_UDP
 * @port: host order
 * @number: that stands for the question; that of an older one of this kind gives way
 *
 * It must be allowed the same for as long as it runs this program and the gate tells the same of such
 * questions (&warden_gate.pass).
 *
 * Context: Process context, does not sleep.
 */
void warden_ticket_note(u32 domain, u32 transport, u16 port, u64 number)
{
	struct pid *self = task_pid(current), *old = NULL;
	u32 place = current->pid % WARDEN_GATE_TICKETS;

	spin_lock(&ticket_lock);
	if (gate)
		old = take_place(place, self);
	if (gate && old != self)
		write_number(&gate->ticket[place], domain, transport, port, number);
	spin_unlock(&ticket_lock);
	if (old != self)
		put_pid(old);
}

static void set_gate(struct warden_gate *to)
{
	spin_lock(&ticket_lock);
	gate = to;
	spin_unlock(&ticket_lock);
}

static struct pid *take_owner(u32 place)
{
	struct pid *old;

	spin_lock(&ticket_lock);
	old = owner[place];
	owner[place] = NULL;
	spin_unlock(&ticket_lock);
	return old;
}

/**
 * warden_ticket_watch() - where the programs look for tickets
 * @to: the memory of their gate, without tickets; NULL where they are gone
 *
 * Context: Process context; one caller at a time.
 */
void warden_ticket_watch(struct warden_gate *to)
{
	u32 i;

	set_gate(NULL);
	for (i = 0; i < WARDEN_GATE_TICKETS; i++)
		put_pid(take_owner(i));
	set_gate(to);
}
