// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy in shadow: it stands beside the one in force, is asked the same
 * questions, and decides nothing. Where its answer would have been carried out
 * otherwise, a record says so.
 *
 * It takes the place its layer has in the policy in force, and is asked together
 * with the other layers. No signature is asked for, and no version: nothing is
 * done on its word.
 */
#include <linux/mm.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

#include "change.h"
#include "debug/debug.h"
#include "hook/links.h"
#include "hook/needs.h"
#include "judge/epoch.h"
#include "netlink/extack.h"
#include "network/egress.h"
#include "network/service.h"
#include "owner.h"
#include "purpose.h"
#include "shadow.h"

/* The whole stack it is asked in; NULL is none. Replaced inside a change. */
static struct warden_layers __rcu *stack;

/* The policy itself, which is held; read and written inside a change. */
static struct warden_snapshot *policy;

/* Its layer, enum warden_role; written inside a change. */
static u8 place;

/**
 * warden_shadow_get_rcu() - the layers as they would be
 *
 * Context: Inside rcu_read_lock(), which bounds how long they may be used.
 * Return: the layers; NULL where no policy stands in shadow.
 */
const struct warden_layers *warden_shadow_get_rcu(void)
{
	return rcu_dereference(stack);
}

/**
 * warden_shadow_status() - which policy stands in shadow
 * @name: filled in; empty where none does
 *
 * Context: Any.
 * Return: its version, or 0.
 */
u32 warden_shadow_status(char name[WARDEN_LABEL_MAX + 1])
{
	const struct warden_layers *layers;
	const struct warden_snapshot *snap;
	u32 version = 0;

	name[0] = '\0';
	rcu_read_lock();
	layers = rcu_dereference(stack);
	snap = layers ? warden_layers_find(layers, READ_ONCE(place)) : NULL;
	if (snap) {
		strscpy(name, snap->name, WARDEN_LABEL_MAX + 1);
		version = snap->version;
	}
	rcu_read_unlock();
	return version;
}

static void replace(struct warden_layers *layers)
{
	struct warden_layers *old = rcu_dereference_protected(stack, 1);

	warden_service_hold();
	rcu_assign_pointer(stack, layers);
	warden_epoch_advance();
	warden_service_renew();
	if (!old)
		return;
	old->grace = start_poll_synchronize_rcu();
	warden_layers_retire(old);
}

static struct warden_layers *build(struct warden_snapshot *snap)
{
	struct warden_layers *layers = warden_layers_copy();

	if (layers)
		warden_layers_put(layers, snap->layer, snap);
	if (layers)
		warden_owner_settle(layers);
	return layers;
}

/* It is asked where nothing else may be, so it needs hooks of its own. */
static int ready(const struct warden_snapshot *snap, struct netlink_ext_ack *extack)
{
	const u64 before = policy ? warden_needs_of(policy) : 0;

	if (warden_links_need(WARDEN_NEED_SHADOW, before | warden_needs_of(snap)))
		return warden_refuse(extack, NULL, -EIO,
				     "a program this policy needs could not be attached; see the kernel log");
	return 0;
}

/**
 * warden_shadow_load() - let a policy stand in shadow, in the place of one that does
 * @snap: the policy; given away
 * @extack: told why not
 *
 * Context: In a change; may sleep.
 * Return: 0; -ENOENT for a layer where the maker's is not loaded, -ENOMEM, -EIO
 * where a program could not be attached.
 */
int warden_shadow_load(struct warden_snapshot *snap, struct netlink_ext_ack *extack)
{
	struct warden_layers *layers = NULL;
	int err = 0;

	if (snap->layer != WARDEN_ROLE_MAKER &&
	    !warden_layers_find(warden_layers_get_rcu(), WARDEN_ROLE_MAKER))
		err = warden_refuse(extack, NULL, -ENOENT,
				    "no maker layer is loaded that this one could narrow");
	if (!err)
		layers = build(snap);
	if (!err && !layers)
		err = warden_refuse(extack, NULL, -ENOMEM, "out of memory for the policy");
	if (!err)
		err = ready(snap, extack);
	if (err) {
		warden_layers_free(layers);
		warden_snapshot_put(snap);
		return err;
	}
	warden_purpose_begin(snap, NULL);
	/* nobody reads it back */
	kvfree(snap->bytes);
	snap->bytes = NULL;
	snap->nr_bytes = 0;
	WRITE_ONCE(place, snap->layer);
	warden_egress_begin();
	replace(layers);
	warden_snapshot_put(policy);
	policy = snap;
	warden_links_need(WARDEN_NEED_SHADOW, warden_needs_of(snap));
	warden_change_tell(&(struct warden_change){ .event = WARDEN_EVENT_SHADOW_LOAD,
						    .snap = snap });
	warden_debug_refresh();
	return 0;
}

static void take_out(void)
{
	replace(NULL);
	warden_snapshot_put(policy);
	policy = NULL;
	warden_links_need(WARDEN_NEED_SHADOW, 0);
}

/**
 * warden_shadow_drop() - take the policy in shadow out
 * @extack: told why not
 *
 * Context: In a change; may sleep.
 * Return: 0, or -ENOENT where none stands there.
 */
int warden_shadow_drop(struct netlink_ext_ack *extack)
{
	if (!policy)
		return warden_refuse(extack, NULL, -ENOENT, "no policy stands in shadow");
	warden_change_tell(&(struct warden_change){ .event = WARDEN_EVENT_SHADOW_DROP,
						    .snap = policy });
	take_out();
	warden_debug_refresh();
	return 0;
}

/**
 * warden_shadow_refresh() - the policy in force has changed around the one in shadow
 *
 * Without memory it is asked among the layers of before.
 *
 * Context: In a change; may sleep.
 */
void warden_shadow_refresh(void)
{
	struct warden_layers *layers = policy ? build(policy) : NULL;

	if (layers)
		replace(layers);
}

/**
 * warden_shadow_exit() - forget the policy in shadow
 *
 * Context: Process context, sleeps; no hook and no command can run any more.
 */
void warden_shadow_exit(void)
{
	warden_change_lock();
	take_out();
	warden_change_unlock();
}
