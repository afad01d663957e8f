// SPDX-License-Identifier: GPL-2.0-only
/*
 * All devices there are, with a node or without, and who is below whom.
 *
 * They share one kset, reached through any of them. Its lock is held while one is
 * looked at: nobody can finish taking a device away before it has left the list, so
 * the device, its parents and its driver's tables stay. Places in the tree are told by
 * the nodes of sysfs, which are freed by RCU.
 */
#include <linux/device.h>
#include <linux/kdev_t.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <uapi/linux/warden.h>

#include "classify.h"
#include "compat/kernfs.h"
#include "devices.h"
#include "policy/snapshot.h"

/* Directories looked at on the way up. The kernel's own paths are not deeper. */
#define DEPTH_MAX 32

static struct kset *devices;

/**
 * warden_devices_init() - where devices are to be found
 * @any: any registered device
 *
 * Context: Module init.
 */
void warden_devices_init(struct device *any)
{
	devices = any->kobj.kset;
}

/**
 * warden_devices_collect() - take references to all devices there are
 * @nr: set to how many
 *
 * Context: Process context, may sleep.
 * Return: the devices, to be put and freed with kvfree(); NULL without memory.
 */
struct device **warden_devices_collect(unsigned int *nr)
{
	unsigned int max = 0;
	struct device **devs;
	struct kobject *kobj;

	*nr = 0;
	spin_lock(&devices->list_lock);
	list_for_each_entry(kobj, &devices->list, entry)
		max++;
	spin_unlock(&devices->list_lock);
	max += 64; /* some may come meanwhile */
	devs = kvcalloc(max, sizeof(*devs), GFP_KERNEL);
	if (!devs)
		return NULL;
	spin_lock(&devices->list_lock);
	list_for_each_entry(kobj, &devices->list, entry)
		if (*nr < max && kobject_get_unless_zero(kobj))
			devs[(*nr)++] = kobj_to_dev(kobj);
	spin_unlock(&devices->list_lock);
	return devs;
}

/* A device without a node is a sensor only where the table says so. */
static u32 classify(struct device *dev)
{
	u32 class = WARDEN_SENSOR_CLASS_FREE;

	if (strcmp(warden_classify_subsystem(dev), "block"))
		class = warden_classify(dev);
	if (class == WARDEN_SENSOR_CLASS_UNKNOWN && !MAJOR(dev->devt))
		class = WARDEN_SENSOR_CLASS_FREE;
	return class;
}

/*
 * Of equal nodes on one device the inventory tells which is which, once it has them.
 * -ENOMEM where the device has no name; false of @settled where it may get another.
 */
static int describe(struct device *dev, struct warden_sensor *s, bool *settled)
{
	lockdep_assert_held(&devices->list_lock);
	*settled = true;
	if (MAJOR(dev->devt) && !warden_inventory_find(dev->devt, s)) {
		s->dev = NULL; /* nothing pins it for the caller */
		return 0;
	}
	memset(s, 0, sizeof(*s));
	s->class = classify(dev);
	s->devt = dev->devt;
	if (s->class == WARDEN_SENSOR_CLASS_FREE)
		return 0;
	*settled = !MAJOR(dev->devt);
	if (warden_classify_topology(dev, s->topology, sizeof(s->topology)))
		return -ENOMEM;
	s->key = warden_snapshot_key(s->topology);
	strscpy(s->node, dev_name(dev), sizeof(s->node));
	rcu_read_lock();
	if (dev->parent)
		strscpy(s->driver, warden_classify_driver(dev->parent), sizeof(s->driver));
	rcu_read_unlock();
	warden_inventory_set_names(s);
	return 0;
}

/* The directories from @dir up; each is kept by the one below it. */
static unsigned int climb(struct kernfs_node *dir, struct kernfs_node *up[DEPTH_MAX])
{
	unsigned int depth = 0;

	for (; dir && depth < DEPTH_MAX; dir = warden_kernfs_parent(dir))
		up[depth++] = dir;
	return depth;
}

static struct kobject *nearest(struct kernfs_node *up[DEPTH_MAX], unsigned int *depth)
{
	struct kobject *kobj, *found = NULL;
	unsigned int i;

	lockdep_assert_held(&devices->list_lock);
	list_for_each_entry(kobj, &devices->list, entry) {
		for (i = 0; i < *depth; i++) {
			if (READ_ONCE(kobj->sd) != up[i])
				continue;
			found = kobj;
			*depth = i;
		}
	}
	return found;
}

/**
 * warden_devices_at() - the device a directory of sysfs belongs to
 * @dir: the directory, which the caller keeps
 * @found: filled in, of the device whose own directory is the nearest at or above @dir;
 *	   class free where there is none
 *
 * Context: Process context, does not sleep.
 * Return: 0, or -ENOMEM with nothing referenced.
 */
int warden_devices_at(struct kernfs_node *dir, struct warden_device *found)
{
	struct kernfs_node *up[DEPTH_MAX];
	struct kobject *kobj;
	unsigned int depth;
	int err = 0;

	memset(found, 0, sizeof(*found));
	found->sensor.class = WARDEN_SENSOR_CLASS_FREE;
	found->settled = true;
	rcu_read_lock();
	depth = climb(dir, up);
	spin_lock(&devices->list_lock);
	kobj = nearest(up, &depth);
	if (kobj) {
		err = describe(kobj_to_dev(kobj), &found->sensor, &found->settled);
		strscpy(found->subsystem, warden_classify_subsystem(kobj_to_dev(kobj)),
			sizeof(found->subsystem));
	}
	spin_unlock(&devices->list_lock);
	if (kobj && !err) {
		found->home = up[depth];
		kernfs_get(found->home);
	}
	rcu_read_unlock();
	return err;
}

/* An input device is told by its event node. */
static bool has_no_node(const struct device *dev)
{
	return !MAJOR(dev->devt) && strcmp(warden_classify_subsystem(dev), "input");
}

/**
 * warden_devices_next() - the next sensor that has no node
 * @cursor: 0 at first; where to go on
 * @s: filled in
 *
 * A device that comes or goes meanwhile can hide another one, or show it twice.
 *
 * Context: Process context, does not sleep.
 * Return: 0, or -ENOENT at the end.
 */
int warden_devices_next(u32 *cursor, struct warden_sensor *s)
{
	struct kobject *kobj;
	int err = -ENOENT;
	bool settled;
	u32 place = 0;

	spin_lock(&devices->list_lock);
	list_for_each_entry(kobj, &devices->list, entry) {
		if (place++ < *cursor || !has_no_node(kobj_to_dev(kobj)) ||
		    describe(kobj_to_dev(kobj), s, &settled) ||
		    s->class == WARDEN_SENSOR_CLASS_FREE)
			continue;
		*cursor = place;
		err = 0;
		break;
	}
	spin_unlock(&devices->list_lock);
	return err;
}

/* --- what is behind a bus ------------------------------------------------------- */

static struct device *find_node(dev_t devt)
{
	struct kobject *kobj;

	lockdep_assert_held(&devices->list_lock);
	list_for_each_entry(kobj, &devices->list, entry)
		if (kobj_to_dev(kobj)->devt == devt &&
		    strcmp(warden_classify_subsystem(kobj_to_dev(kobj)), "block"))
			return kobj_to_dev(kobj);
	return NULL;
}

/*
 * The directory below which stand all devices that a node reaches past their drivers; NULL for none. Whose it
 * is counts for nothing: an interface of USB, on which hiddev stands, is of class bus by its subsystem.
 */
static struct kernfs_node *top_of(const struct device *node)
{
	static const char *const below_parent[] = { "i2c-dev", "spidev", "gpio", "hidraw", "usbmisc" };
	const char *subsystem = warden_classify_subsystem(node);

	if (!strcmp(subsystem, "usb"))
		return node->kobj.sd; /* the node is the device itself */
	if (match_string(below_parent, ARRAY_SIZE(below_parent), subsystem) < 0 || !node->parent)
		return NULL;
	return node->parent->kobj.sd;
}

static bool is_below(const struct kernfs_node *kn, const struct kernfs_node *top)
{
	unsigned int depth;

	for (depth = 0; kn && kn != top && depth < DEPTH_MAX; depth++)
		kn = warden_kernfs_parent(kn);
	return kn == top;
}

/*
 * Those of the node's own class are not asked of: what is behind a bus below a bus is behind this one, too,
 * and keys are what a raw node of a keyboard is.
 */
static bool counts(const struct warden_sensor *s, u32 own)
{
	return s->class != WARDEN_SENSOR_CLASS_FREE && s->class != own;
}

/**
 * warden_devices_lead() - can a node lead past the drivers of other sensors?
 * @class: enum warden_sensor_class of the node
 *
 * Those of buses, and raw nodes of HID, which are input.
 *
 * Context: Any.
 * Return: true if warden_devices_behind() may find some.
 */
bool warden_devices_lead(u32 class)
{
	return class == WARDEN_SENSOR_CLASS_BUS || class == WARDEN_SENSOR_CLASS_INPUT;
}

/**
 * warden_devices_behind() - the sensors that can be reached through a node, past their drivers
 * @devt: number of the node
 * @list: gets them
 * @max: how many it can hold
 *
 * Context: Process context, does not sleep.
 * Return: how many; -ENOMEM without memory, -E2BIG where there are more than @max.
 */
int warden_devices_behind(dev_t devt, struct warden_sensor *list, unsigned int max)
{
	struct kernfs_node *top = NULL;
	struct kobject *kobj;
	struct device *node;
	int nr = 0, err = 0;
	bool settled;

	rcu_read_lock();
	spin_lock(&devices->list_lock);
	node = find_node(devt);
	if (node)
		top = top_of(node);
	list_for_each_entry(kobj, &devices->list, entry) {
		if (!top || err || READ_ONCE(kobj->sd) == top || !is_below(READ_ONCE(kobj->sd), top))
			continue;
		if (nr == max) {
			err = -E2BIG;
			break;
		}
		err = describe(kobj_to_dev(kobj), &list[nr], &settled);
		nr += !err && counts(&list[nr], warden_classify(node));
	}
	spin_unlock(&devices->list_lock);
	rcu_read_unlock();
	return err ?: nr;
}
