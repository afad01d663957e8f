// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is older than a policy and receives where nobody may, or not from there: servers, sockets of
 * UDP that were bound on purpose, connections that such a server has taken; and connections from
 * here to whom no program may speak. All are told. Ended are connections that the policy of before
 * left open, and all the others where the policy says `sweep abort`.
 *
 * Sockets of the kernel's own are told and left alone, but for connections of TCP that its servers
 * took. The tables are walked in sweep-tables.c; what becomes of a socket is in sweep-socket.c.
 */
#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "judge/decide.h"
#include "policy/change.h"
#include "policy/layers.h"
#include "ports.h"
#include "record/record.h"
#include "sweep.h"
#include "sweep-priv.h"

static void tell_count(const struct warden_sweep *s, u32 count, const char *of_what)
{
	struct warden_record *r = count ? kzalloc(sizeof(*r), GFP_KERNEL) : NULL;

	if (!r) {
		if (count)
			warden_record_lose(false);
		return;
	}
	r->event = WARDEN_EVENT_SWEEP;
	r->domain = WARDEN_DOMAIN_SYSTEM;
	r->reason = WARDEN_REASON_PORT_CLOSED;
	r->generation = s->layers->generation;
	r->count = count;
	strscpy(r->object, of_what, sizeof(r->object));
	warden_record_add(r);
	kfree(r);
}

static void walk(struct warden_sweep *s)
{
	u32 left;

	s->more = 0;
	s->halves = 0;
	left = warden_sweep_gather(s);
	warden_sweep_settle(s);
	tell_count(s, s->more, "more sockets than were told one by one");
	tell_count(s, s->halves, "connections ended before they were complete");
	tell_count(s, left, "sockets not looked at: load the policy again");
}

/* On a device that is to have an owner first, nothing that is older goes on either. */
static bool asks_for_abort(const struct warden_layers *layers)
{
	u32 i;

	for (i = 0; i < layers->nr; i++)
		if (layers->layer[i]->sweep || layers->layer[i]->shut)
			return true;
	return false;
}

/* Can more be closed to those who receive than was before? */
static bool closes_more(const struct warden_layers *old, const struct warden_layers *layers, bool abort)
{
	bool partly = (layers->ports && layers->ports->reach) || (old->ports && old->ports->reach);

	return layers->ports && (abort || partly || !old->ports ||
				 !bitmap_subset(layers->ports->stop, old->ports->stop, WARDEN_PORT_BITS) ||
				 !bitmap_subset(warden_ports_watched(layers->ports),
						warden_ports_watched(old->ports), WARDEN_PORT_BITS));
}

/* Is anybody kept from speaking to somebody? The boot profile keeps nobody. */
static bool closes_peers(const struct warden_layers *layers)
{
	u32 i;

	for (i = 0; i < layers->nr; i++)
		if (layers->layer[i]->version &&
		    warden_decide_speaks(layers->layer[i], WARDEN_DOMAIN_CONNECT))
			return true;
	return false;
}

/**
 * warden_sweep() - look after what is older than the policy
 * @old: the policy of before
 * @layers: the policy in force now
 * @reason: enum warden_reason, why it is another
 *
 * Context: In a change, sleeps. Without memory nothing is ended, which is recorded.
 * Return: how many sockets from before it does not allow.
 */
u32 warden_sweep(const struct warden_layers *old, const struct warden_layers *layers, u32 reason)
{
	bool abort = asks_for_abort(layers);
	bool in = closes_more(old, layers, abort), out = closes_peers(layers);
	struct warden_sweep *s;
	u32 older;

	warden_change_assert_held();
	if (!in && !out)
		return 0;
	s = kvzalloc(sizeof(*s), GFP_KERNEL);
	if (!s) {
		warden_record_lose(false);
		return 0;
	}
	s->layers = layers;
	s->before = old;
	s->old = old->ports;
	s->had = old->layer[0]->version;
	s->abort = abort;
	s->reason = reason;
	if (in)
		walk(s);
	s->out = true;
	if (out)
		walk(s);
	older = s->older;
	warden_sweep_free(s);
	return older;
}
