// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices that are what the policy says they are: a receiver on a serial line, a
 * maker's own device. Only what no table calls a sensor can be classified, so that no
 * policy makes a camera something less, and only by the maker's layer, since a class
 * decides which rules of all layers are asked.
 */
#include <linux/rcupdate.h>
#include <linux/string.h>
#include <uapi/linux/warden.h>

#include "attribute.h"
#include "classify.h"
#include "classing.h"
#include "inventory.h"
#include "policy/layers.h"

static bool fits(const struct warden_classing *c, const struct warden_sensor *s)
{
	if (!c->is_name)
		return warden_classify_matches(c->text, s->topology);
	return warden_classify_matches(c->text, s->node) ||
	       (s->driver[0] && warden_classify_matches(c->text, s->driver));
}

/**
 * warden_classing_of() - the class of a device by the policy in force
 * @s: the device; its names are set
 * @own: the class it has by itself
 *
 * Context: Any; does not sleep.
 * Return: enum warden_sensor_class.
 */
u32 warden_classing_of(const struct warden_sensor *s, u32 own)
{
	const struct warden_snapshot *snap;
	u32 i, class = own;

	if (own != WARDEN_SENSOR_CLASS_FREE && own != WARDEN_SENSOR_CLASS_UNKNOWN)
		return own;
	rcu_read_lock();
	snap = warden_layers_get_rcu()->layer[0];
	for (i = 0; i < snap->nr_classings; i++) {
		if (!fits(&snap->classings[i], s))
			continue;
		class = snap->classings[i].class;
		break;
	}
	rcu_read_unlock();
	return class;
}

/**
 * warden_classing_follow() - have devices be what another policy says they are
 * @before: the policy that was in force
 * @now: the one that is
 *
 * Context: In a change, may sleep.
 * Return: true if some device may be another kind of sensor than it was.
 */
bool warden_classing_follow(const struct warden_layers *before, const struct warden_layers *now)
{
	const struct warden_snapshot *a = before->layer[0], *b = now->layer[0];

	if (a == b || (!a->nr_classings && !b->nr_classings))
		return false;
	warden_inventory_classify();
	warden_attribute_forget();
	return true;
}
