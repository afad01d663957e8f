// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy in force: one immutable stack of layers behind an RCU pointer. A
 * layer that stays is shared by the stack of before and the one that replaces
 * it, so that one layer can be changed, or taken back, without a copy.
 *
 * Who replaces a policy does not wait for the readers of the one of before: it
 * is retired, and freed when they have gone. What is retired is bounded, so that
 * a loop of large policies waits instead of filling the memory.
 */
#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "change.h"
#include "judge/epoch.h"
#include "layers.h"
#include "network/inbound.h"
#include "network/ports.h"
#include "network/service.h"

#define RETIRED_MAX (4u << 20) /* bytes that may wait for readers */
#define REAP_AFTER  (HZ / 50)  /* a grace period, most times */

/* Replaced only inside a change, by warden_layers_publish(). */
static struct warden_layers __rcu *in_force;

/* What was replaced and may still be read, oldest first; all of it is changed inside a change. */
static struct {
	struct warden_layers *first;
	struct warden_layers **end;
	size_t size;
} retired = { .end = &retired.first };

static void reap_late(struct work_struct *work);
static DECLARE_DELAYED_WORK(reap_work, reap_late);

/**
 * warden_layers_get_rcu() - the policy in force
 *
 * Context: Inside rcu_read_lock(), which bounds how long it may be used; or in a change.
 * Return: the layers; never NULL between init and exit.
 */
const struct warden_layers *warden_layers_get_rcu(void)
{
	return rcu_dereference_check(in_force, 1);
}

/**
 * warden_layers_find() - one layer
 * @layers: the policy
 * @layer: enum warden_role
 *
 * Context: As long as @layers may be used.
 * Return: the layer, or NULL where it is not loaded.
 */
struct warden_snapshot *warden_layers_find(const struct warden_layers *layers, u8 layer)
{
	u32 i;

	for (i = 0; i < layers->nr; i++)
		if (layers->layer[i]->layer == layer)
			return layers->layer[i];
	return NULL;
}

/**
 * warden_layers_seek() - the first thing of a kind at or after a place in a policy
 * @layers: the policy
 * @find: where in a layer, from a place on, the next of that kind stands; U32_MAX where none does
 * @cursor: the place, from 0; moved to that of the thing, which stands there in its layer in the low 32 bits
 *
 * Context: As long as @layers may be used.
 * Return: the layer it stands in, or NULL past the last.
 */
const struct warden_snapshot *warden_layers_seek(const struct warden_layers *layers,
						 u32 (*find)(const struct warden_snapshot *snap, u32 at),
						 u64 *cursor)
{
	u32 i, at = *cursor;

	for (i = *cursor >> 32; i < layers->nr; i++, at = 0) {
		at = find(layers->layer[i], at);
		if (at == U32_MAX)
			continue;
		*cursor = (u64)i << 32 | at;
		return layers->layer[i];
	}
	return NULL;
}

/**
 * warden_layers_copy() - a policy to change, with the layers of the one in force, no ports
 *
 * Context: In a change; may sleep.
 * Return: the layers, for warden_layers_publish() or warden_layers_free(); NULL
 * without memory.
 */
struct warden_layers *warden_layers_copy(void)
{
	struct warden_layers *copy = kzalloc(sizeof(*copy), GFP_KERNEL);
	u32 i;

	warden_change_assert_held();
	if (!copy)
		return NULL;
	*copy = *warden_layers_get_rcu();
	copy->grace = 0;
	copy->ports = NULL;
	for (i = 0; i < copy->nr; i++)
		copy->layer[i]->users++;
	return copy;
}

static void take_out(struct warden_layers *layers, u32 at)
{
	warden_snapshot_put(layers->layer[at]);
	for (layers->nr--; at < layers->nr; at++)
		layers->layer[at] = layers->layer[at + 1];
}

/* The boot profile has no layer: it stands until the first policy comes. So has the lock, which stays. */
static bool replaces(const struct warden_snapshot *old, u8 layer)
{
	return !old->locks && (old->layer == layer ||
			       (old->layer == WARDEN_ROLE_NONE && layer == WARDEN_ROLE_MAKER));
}

/**
 * warden_layers_put() - put a layer in the place of the one of before
 * @layers: from warden_layers_copy()
 * @layer: enum warden_role
 * @snap: what comes, which gets another holder; NULL takes the layer out
 *
 * Context: In a change.
 */
void warden_layers_put(struct warden_layers *layers, u8 layer, struct warden_snapshot *snap)
{
	u32 i, at = 0;

	warden_change_assert_held();
	for (i = layers->nr; i > 0; i--)
		if (replaces(layers->layer[i - 1], layer))
			take_out(layers, i - 1);
	if (!snap)
		return;
	while (at < layers->nr && !layers->layer[at]->locks && layers->layer[at]->layer < layer)
		at++;
	for (i = layers->nr++; i > at; i--)
		layers->layer[i] = layers->layer[i - 1];
	layers->layer[at] = snap;
	snap->users++;
}

/**
 * warden_layers_lock() - put the lock of a device that was tampered with below all layers
 * @layers: from warden_layers_copy()
 * @lock: it, held once, which is given away; NULL takes out the one that is there
 *
 * Context: In a change.
 */
void warden_layers_lock(struct warden_layers *layers, struct warden_snapshot *lock)
{
	warden_change_assert_held();
	if (layers->layer[layers->nr - 1]->locks)
		take_out(layers, layers->nr - 1);
	if (lock)
		layers->layer[layers->nr++] = lock;
}

/**
 * warden_layers_publish() - put a policy in force
 * @layers: from warden_layers_copy(), or what this returned before; given away
 *
 * Who began to read the policy of before may go on for a moment, as if it had
 * come first; whoever asks after this returned is answered by @layers.
 *
 * Context: In a change, sleeps where @layers was in force a moment ago; or init.
 * Return: the policy of before, for warden_layers_retire() or to be published
 * again; NULL the first time.
 */
struct warden_layers *warden_layers_publish(struct warden_layers *layers)
{
	struct warden_layers *old = rcu_dereference_protected(in_force, 1);

	if (layers->grace) /* its generation changes, which its last readers must not see */
		cond_synchronize_rcu(layers->grace);
	layers->grace = 0;
	layers->generation = old ? old->generation + 1 : 1;
	warden_service_hold();
	warden_inbound_use(layers->ports);
	rcu_assign_pointer(in_force, layers);
	warden_epoch_advance();
	if (old)
		old->grace = start_poll_synchronize_rcu();
	warden_service_renew();
	return old;
}

/**
 * warden_layers_free() - let a policy go that nobody reads
 * @layers: the layers, or NULL
 *
 * Context: In a change, or exit; may sleep.
 */
void warden_layers_free(struct warden_layers *layers)
{
	u32 i;

	for (i = 0; layers && i < layers->nr; i++)
		warden_snapshot_put(layers->layer[i]);
	if (layers)
		warden_ports_free(layers->ports);
	kfree(layers);
}

static size_t size_of(const struct warden_snapshot *snap)
{
	size_t size = sizeof(*snap) + (READ_ONCE(snap->nr_packed) ?: snap->nr_bytes);
	u32 domain, i;

	for (domain = 0; domain < WARDEN_DOMAIN_RULES; domain++)
		size += snap->reference[domain].nr * sizeof(*snap->reference->digests);
	for (i = 0; i < snap->nr_signers; i++)
		size += sizeof(*snap->signers) + snap->signers[i].len;
	return size + snap->nr_programs * sizeof(*snap->programs) +
	       snap->nr_refs * sizeof(*snap->refs) + snap->nr_purposes * sizeof(*snap->purposes) +
	       snap->nr_rules * (sizeof(*snap->rules) + (snap->uses ? sizeof(*snap->uses) : 0)) +
	       snap->nr_rule_digests * sizeof(*snap->rule_digests) +
	       snap->nr_nets * sizeof(*snap->nets) +
	       snap->nr_patterns * sizeof(*snap->patterns) +
	       snap->nr_quorums * sizeof(*snap->quorums) +
	       snap->nr_classings * sizeof(*snap->classings) +
	       snap->nr_brokers * sizeof(*snap->brokers) +
	       snap->nr_tampers * sizeof(*snap->tampers) +
	       snap->nr_arguments * sizeof(*snap->arguments);
}

/**
 * warden_layers_size() - the memory a policy takes
 * @layers: the policy
 *
 * Context: As long as @layers may be used.
 * Return: bytes that were asked for; an allocator rounds them up.
 */
size_t warden_layers_size(const struct warden_layers *layers)
{
	size_t size = sizeof(*layers) + warden_ports_size(layers->ports);
	u32 i;

	for (i = 0; i < layers->nr; i++)
		size += size_of(layers->layer[i]);
	return size;
}

static void free_first(void)
{
	struct warden_layers *layers = retired.first;

	retired.first = layers->next;
	if (!retired.first)
		retired.end = &retired.first;
	retired.size -= layers->size;
	warden_layers_free(layers);
}

/* Free what nobody reads any more, and wait for readers where too much is kept. */
static void reap(void)
{
	while (retired.first && poll_state_synchronize_rcu(retired.first->grace))
		free_first();
	while (retired.size > RETIRED_MAX) {
		cond_synchronize_rcu(retired.first->grace);
		free_first();
	}
}

static void reap_late(struct work_struct *work)
{
	warden_change_lock();
	reap();
	if (retired.first)
		schedule_delayed_work(&reap_work, REAP_AFTER);
	warden_change_unlock();
}

/**
 * warden_layers_retire() - let a policy go that was replaced
 * @layers: what warden_layers_publish() returned, or a stack of the shadow with its grace; or NULL
 *
 * Context: In a change; sleeps for a grace period where much waits already.
 */
void warden_layers_retire(struct warden_layers *layers)
{
	warden_change_assert_held();
	if (!layers)
		return;
	layers->next = NULL;
	*retired.end = layers;
	retired.end = &layers->next;
	layers->size = warden_layers_size(layers);
	retired.size += layers->size;
	reap();
	if (retired.first)
		schedule_delayed_work(&reap_work, REAP_AFTER);
}

/**
 * warden_layers_init() - put the boot profile in force
 * @observe: record what would be denied and deny nothing
 *
 * Context: Process context, module init.
 * Return: 0 or -ENOMEM.
 */
int warden_layers_init(bool observe)
{
	struct warden_layers *layers = kzalloc(sizeof(*layers), GFP_KERNEL);
	struct warden_snapshot *boot = warden_snapshot_boot(observe);

	if (!layers || !boot) {
		kfree(layers);
		warden_snapshot_free(boot);
		return -ENOMEM;
	}
	layers->layer[layers->nr++] = boot;
	warden_layers_publish(layers);
	return 0;
}

/**
 * warden_layers_exit() - free the policy in force, and those before it
 *
 * Context: Process context, sleeps; no hook and no command can run any more.
 */
void warden_layers_exit(void)
{
	cancel_delayed_work_sync(&reap_work);
	synchronize_rcu();
	while (retired.first)
		free_first();
	warden_layers_free(rcu_dereference_protected(in_force, 1));
	RCU_INIT_POINTER(in_force, NULL);
}
