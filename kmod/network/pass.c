// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a program was allowed to do with a port a moment ago, so that the same is not decided
 * again: a few numbers beside the digest of its file, which are good as long as the digest is; and the
 * same on a ticket of the task, which the programs look at themselves.
 *
 * Kept are allows of which nothing is to be told, where they depend on the program, the
 * protocol and the port alone. Each number holds the count of changes to the policy, to the one
 * in shadow and to the quarantine; after any, none of those that were kept is looked for again.
 */
#include <linux/bits.h>
#include <linux/in.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <warden/abi.h>

#include "judge/judge.h"
#include "pass.h"
#include "policy/layers.h"
#include "policy/shadow.h"
#include "program/identity.h"
#include "ticket.h"

/* A number: how often something changed, whether it is about connecting, protocol and port. */
#define COUNT_SHIFT    33
#define CONNECT_SHIFT  32
#define PROTOCOL_SHIFT 16

/* Past these many changes nothing is kept any more, so that no number comes again. */
#define COUNT_MAX ((1ULL << (64 - COUNT_SHIFT)) - 1)

/* The count of changes, and in the lowest bits the domains of which something may be kept. */
#define STATE_COUNT   2
#define STATE_LISTEN  BIT_ULL(0)
#define STATE_CONNECT BIT_ULL(1)

/* Orders those who write @state, which is read without, and what the gate tells of it. */
static DEFINE_MUTEX(state_lock);
static u64 state = 1 << STATE_COUNT;
static struct warden_gate *gate;

static u64 bit_of(u32 domain)
{
	return domain == WARDEN_DOMAIN_LISTEN ? STATE_LISTEN : STATE_CONNECT;
}

/**
 * warden_pass_key() - the number that stands for a question
 * @domain: WARDEN_DOMAIN_LISTEN or WARDEN_DOMAIN_CONNECT
 * @protocol: IPPROTO_*
 * @port: host order
 *
 * To be made before the question is decided: what changes meanwhile makes it void.
 *
 * Context: Any.
 * Return: the number; 0 where the answer depends on more.
 */
u64 warden_pass_key(u32 domain, u16 protocol, u16 port)
{
	u64 now = smp_load_acquire(&state); /* pairs with warden_pass_renew() */

	if (!(now & bit_of(domain)))
		return 0;
	return now >> STATE_COUNT << COUNT_SHIFT |
	       (u64)(domain == WARDEN_DOMAIN_CONNECT) << CONNECT_SHIFT |
	       (u64)protocol << PROTOCOL_SHIFT | port;
}

/* Only of what is the program's for as long as the task runs it: its file does not change meanwhile. */
static void note_ticket(u64 key)
{
	const u16 protocol = key >> PROTOCOL_SHIFT, port = key;
	const u32 domain = key & BIT_ULL(CONNECT_SHIFT) ? WARDEN_GATE_OPEN_CONNECT
							: WARDEN_GATE_OPEN_LISTEN;

	if (!warden_identity_stays())
		return;
	if (protocol == IPPROTO_TCP)
		warden_ticket_note(domain, WARDEN_GATE_OPEN_TCP, port, key);
	else if (protocol == IPPROTO_UDP)
		warden_ticket_note(domain, WARDEN_GATE_OPEN_UDP, port, key);
}

/**
 * warden_pass_known() - was the current program allowed this before?
 * @key: of the question
 *
 * Context: Process context, does not sleep.
 * Return: true if it was, and would be now.
 */
bool warden_pass_known(u64 key)
{
	if (!key || !warden_identity_passes(key))
		return false;
	note_ticket(key);
	return true;
}

/**
 * warden_pass_note() - the current program was answered
 * @key: of the question, made before it was decided
 * @subject: what the program was known as
 * @answer: the answer
 *
 * Context: Process context, does not sleep.
 */
void warden_pass_note(u64 key, const struct warden_identity *subject,
		      const struct warden_answer *answer)
{
	if (key && !subject->reason && !answer->opened && !warden_answer_tells(answer) &&
	    warden_identity_let_pass(key, &subject->digest))
		note_ticket(key);
}

/* Does an answer about sockets depend on more than program, protocol and port? */
static bool depends(const struct warden_snapshot *snap, u32 domain)
{
	u32 i = warden_decide_rules(snap, domain, 0);
	u32 end = warden_decide_rules(snap, domain + 1, 0);

	for (; i < end; i++)
		if (snap->rules[i].net || snap->rules[i].pattern || snap->rules[i].own)
			return true;
	for (i = 0; i < snap->nr_programs; i++)
		if (snap->programs[i].has_uid || snap->programs[i].unit || snap->programs[i].arguments)
			return true;
	return domain == WARDEN_DOMAIN_CONNECT && snap->nr_brokers;
}

static bool may_keep(const struct warden_layers *layers, u32 domain)
{
	u32 i;

	for (i = 0; i < layers->nr; i++)
		if (depends(layers->layer[i], domain))
			return false;
	return true;
}

/* With a policy in shadow each answer is compared. */
static u64 what_may_be_kept(void)
{
	const struct warden_layers *layers;
	u64 kept = 0;

	rcu_read_lock();
	layers = warden_layers_get_rcu();
	if (layers && !warden_shadow_get_rcu()) {
		if (may_keep(layers, WARDEN_DOMAIN_LISTEN))
			kept |= STATE_LISTEN;
		if (may_keep(layers, WARDEN_DOMAIN_CONNECT))
			kept |= STATE_CONNECT;
	}
	rcu_read_unlock();
	return kept;
}

/* Tickets of before are void as soon as the number that the programs compare with is another. */
static void tell_gate(void)
{
	static const u32 domains[] = { [WARDEN_GATE_OPEN_LISTEN] = WARDEN_DOMAIN_LISTEN,
				       [WARDEN_GATE_OPEN_CONNECT] = WARDEN_DOMAIN_CONNECT };
	u32 i;

	lockdep_assert_held(&state_lock);
	for (i = 0; gate && i < WARDEN_GATE_OPEN_DOMAINS; i++) {
		WRITE_ONCE(gate->pass[i][WARDEN_GATE_OPEN_TCP],
			   warden_pass_key(domains[i], IPPROTO_TCP, 0) ?: WARDEN_GATE_NO_TICKET);
		WRITE_ONCE(gate->pass[i][WARDEN_GATE_OPEN_UDP],
			   warden_pass_key(domains[i], IPPROTO_UDP, 0) ?: WARDEN_GATE_NO_TICKET);
	}
}

static void set_state(u64 kept)
{
	u64 count = (state >> STATE_COUNT) + 1;

	lockdep_assert_held(&state_lock);
	if (count <= COUNT_MAX)
		smp_store_release(&state, count << STATE_COUNT | kept);
	else
		WRITE_ONCE(state, COUNT_MAX << STATE_COUNT);
	tell_gate();
}

/**
 * warden_pass_hold() - what answers depend on is about to change
 *
 * So that nobody is answered as before who was already answered as after.
 *
 * Context: Process context, sleeps.
 */
void warden_pass_hold(void)
{
	mutex_lock(&state_lock);
	set_state(0);
	mutex_unlock(&state_lock);
}

/**
 * warden_pass_renew() - what answers depend on has changed
 *
 * Context: After the change can be seen; process context, sleeps.
 */
void warden_pass_renew(void)
{
	mutex_lock(&state_lock);
	set_state(what_may_be_kept());
	mutex_unlock(&state_lock);
}

/**
 * warden_pass_watch() - where the programs look by which number their tickets are good
 * @to: the memory of their gate; NULL where they are gone
 *
 * Context: Process context, sleeps.
 */
void warden_pass_watch(struct warden_gate *to)
{
	mutex_lock(&state_lock);
	gate = to;
	tell_gate();
	mutex_unlock(&state_lock);
}
