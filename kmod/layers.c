// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policy in force: one immutable stack of layers behind an RCU pointer. A
 * layer that stays is shared by the stack of before and the one that replaces
 * it, so that one layer can be changed, or taken back, without a copy.
 */
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "change.h"
#include "layers.h"
#include "service.h"

/* Replaced only inside a change, by warden_layers_publish(). */
static struct warden_layers __rcu *in_force;

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
 * warden_layers_copy() - a policy to change, with the layers of the one in force
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

/* The boot profile has no layer: it stands until the first policy comes. */
static bool replaces(u8 old, u8 layer)
{
	return old == layer || (old == WARDEN_ROLE_NONE && layer == WARDEN_ROLE_MAKER);
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
		if (replaces(layers->layer[i - 1]->layer, layer))
			take_out(layers, i - 1);
	if (!snap)
		return;
	while (at < layers->nr && layers->layer[at]->layer < layer)
		at++;
	for (i = layers->nr++; i > at; i--)
		layers->layer[i] = layers->layer[i - 1];
	layers->layer[at] = snap;
	snap->users++;
}

/**
 * warden_layers_publish() - put a policy in force
 * @layers: from warden_layers_copy(), or what this returned before; given away
 *
 * Context: In a change, sleeps for a grace period; or init.
 * Return: the policy of before, which nobody reads any more, for
 * warden_layers_free() or to be published again; NULL the first time.
 */
struct warden_layers *warden_layers_publish(struct warden_layers *layers)
{
	struct warden_layers *old = rcu_dereference_protected(in_force, 1);

	layers->generation = old ? old->generation + 1 : 1;
	rcu_assign_pointer(in_force, layers);
	if (old)
		synchronize_rcu();
	warden_service_renew();
	return old;
}

/**
 * warden_layers_free() - let a policy go that is not in force
 * @layers: the layers, or NULL
 *
 * Context: In a change, or exit; may sleep.
 */
void warden_layers_free(struct warden_layers *layers)
{
	u32 i;

	for (i = 0; layers && i < layers->nr; i++)
		warden_snapshot_put(layers->layer[i]);
	kfree(layers);
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
 * warden_layers_exit() - free the policy in force
 *
 * Context: Process context; no hook and no command can run any more.
 */
void warden_layers_exit(void)
{
	warden_layers_free(rcu_dereference_protected(in_force, 1));
	RCU_INIT_POINTER(in_force, NULL);
}
