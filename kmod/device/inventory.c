// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every character device there is, with its sensor class and topology name.
 *
 * Filled at init by walking the kset that all devices share; kept current by
 * the device programs. Each entry that is free of sensors opens its bit in the
 * gate, so that its opens never come into the module.
 */
#include <linux/device.h>
#include <linux/hash.h>
#include <linux/kdev_t.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <uapi/linux/warden.h>

#include "classify.h"
#include "classing.h"
#include "devices.h"
#include "inventory.h"
#include "judge/epoch.h"
#include "policy/snapshot.h"
#include "record/record.h"
#include "usb.h"

#define BUCKET_BITS 8

/* Majors that have numbers and no device; Documentation/admin-guide/devices.txt. */
#define PSEUDO_TERMINALS      136
#define PSEUDO_TERMINALS_LAST 143

struct entry {
	struct hlist_node node;
	struct rcu_head rcu;
	u32 own; /* the class it has by itself, whatever a policy says */
	u32 since; /* boot-time clock, in seconds: when it came */
	u32 used; /* when it was opened last; 0 is never */
	struct warden_sensor sensor;
};

/* Protects buckets, nr_entries, nr_slots and what the gate holds; readers use RCU. */
static DEFINE_SPINLOCK(inventory_lock);
static struct hlist_head buckets[1 << BUCKET_BITS];
static unsigned int nr_entries;
static unsigned int nr_slots;
static struct warden_gate *gate;

static struct hlist_head *bucket_of(dev_t devt)
{
	return &buckets[hash_32(devt, BUCKET_BITS)];
}

static struct entry *find_entry(dev_t devt)
{
	struct entry *e;

	hlist_for_each_entry_rcu(e, bucket_of(devt), node, lockdep_is_held(&inventory_lock))
		if (e->sensor.devt == devt)
			return e;
	return NULL;
}

/* The word of the gate that holds a minor, giving the major a slot where it has none. */
static u64 *gate_word(dev_t devt, bool make)
{
	u8 *major;

	lockdep_assert_held(&inventory_lock);
	if (!gate || MAJOR(devt) >= WARDEN_GATE_MAJORS || MINOR(devt) >= WARDEN_GATE_MINORS)
		return NULL;
	major = &gate->major[MAJOR(devt)];
	if (*major == WARDEN_GATE_FREE)
		return NULL;
	if (*major == WARDEN_GATE_ASK) {
		if (!make || nr_slots == WARDEN_GATE_SLOTS)
			return NULL;
		WRITE_ONCE(*major, ++nr_slots);
	}
	return &gate->minor[*major - 1][MINOR(devt) / 64];
}

static void set_gate(dev_t devt, bool free)
{
	u64 *word = gate_word(devt, free);
	u64 bit = 1ULL << (MINOR(devt) % 64);

	if (word)
		WRITE_ONCE(*word, free ? *word | bit : *word & ~bit);
}

/* May anybody open it, whatever the policy says? */
static bool is_free(const struct warden_sensor *s)
{
	return s->class == WARDEN_SENSOR_CLASS_FREE && s->kind != WARDEN_DEVICE_TUNNEL;
}

static void tell(const struct warden_sensor *s, u32 event)
{
	struct warden_record *r;

	if (s->class == WARDEN_SENSOR_CLASS_FREE)
		return;
	r = kzalloc(sizeof(*r), GFP_ATOMIC);
	if (!r) {
		warden_record_lose(false);
		return;
	}
	r->event = event;
	r->domain = WARDEN_DOMAIN_DEVICE;
	r->action = WARDEN_ACTION_ALLOW;
	r->count = 1;
	r->pid = task_tgid_nr(current);
	r->class = s->class;
	strscpy(r->object, s->topology, sizeof(r->object));
	warden_record_add(r);
	kfree(r);
}

/* The nearest, at or above it. */
static void copy_driver(const struct device *dev, char *to, size_t size)
{
	const char *name = "";

	rcu_read_lock();
	for (; dev && !*name; dev = dev->parent)
		name = warden_classify_driver(dev);
	strscpy(to, name, size);
	rcu_read_unlock();
}

/**
 * warden_inventory_set_names() - set the keys of a sensor's names
 * @s: its driver and its node are set
 *
 * Context: Any.
 */
void warden_inventory_set_names(struct warden_sensor *s)
{
	s->names[0] = warden_snapshot_name_key(s->driver);
	s->names[1] = warden_snapshot_name_key(s->node);
}

static struct entry *new_entry(struct device *dev)
{
	struct entry *e = kzalloc(sizeof(*e), GFP_ATOMIC);

	if (!e)
		return NULL;
	e->sensor.devt = dev->devt;
	e->own = warden_classify(dev);
	e->since = ktime_get_boottime_seconds();
	e->sensor.kind = warden_classify_kind(dev);
	strscpy(e->sensor.node, dev_name(dev), sizeof(e->sensor.node));
	if (warden_classify_topology(dev, e->sensor.topology, sizeof(e->sensor.topology))) {
		kfree(e);
		return NULL;
	}
	e->sensor.key = warden_snapshot_key(e->sensor.topology);
	copy_driver(dev, e->sensor.driver, sizeof(e->sensor.driver));
	warden_inventory_set_names(&e->sensor);
	e->sensor.dev = dev;
	return e;
}

static bool is_character_device(const struct device *dev)
{
	/* Block devices are those whose class is "block" (block_class is not exported). */
	return MAJOR(dev->devt) && !(dev->class && !strcmp(dev->class->name, "block"));
}

static struct entry *unlink_entry(dev_t devt)
{
	struct entry *e;

	spin_lock_bh(&inventory_lock);
	e = find_entry(devt);
	if (e) {
		hlist_del_rcu(&e->node);
		nr_entries--;
		set_gate(devt, false);
		warden_epoch_advance();
	}
	spin_unlock_bh(&inventory_lock);
	return e;
}

/**
 * warden_inventory_del() - a device node goes
 * @dev: the device
 *
 * Context: Any but hard interrupt, does not sleep.
 */
void warden_inventory_del(struct device *dev)
{
	struct entry *e = is_character_device(dev) ? unlink_entry(dev->devt) : NULL;

	if (!e)
		return;
	tell(&e->sensor, WARDEN_EVENT_DEVICE_DEL);
	kfree_rcu(e, rcu);
}

/* Is there another sensor of this name? */
static bool is_taken(const struct warden_sensor *s)
{
	struct entry *e;
	unsigned int i;

	lockdep_assert_held(&inventory_lock);
	for (i = 0; i < ARRAY_SIZE(buckets); i++)
		hlist_for_each_entry(e, &buckets[i], node)
			if (e->sensor.class != WARDEN_SENSOR_CLASS_FREE &&
			    e->sensor.key == s->key && e->sensor.devt != s->devt)
				return true;
	return false;
}

/*
 * The drivers of cards with several inputs hang equal nodes on one device. The
 * second of a name gets "+1", in the order of their probing, which the driver
 * decides; so that a rule about one device is never about two.
 */
static void make_unique(struct warden_sensor *s)
{
	size_t len = min(strlen(s->topology), sizeof(s->topology) - sizeof("+4095"));
	unsigned int n;

	for (n = 1; s->class != WARDEN_SENSOR_CLASS_FREE && is_taken(s); n++) {
		snprintf(s->topology + len, sizeof(s->topology) - len, "+%u", n);
		s->key = warden_snapshot_key(s->topology);
	}
}

/* Put an entry in its bucket; what stood there under its number goes, or stays and wins. */
static struct entry *link_entry(struct entry *e, bool replace)
{
	struct entry *other;

	spin_lock_bh(&inventory_lock);
	other = find_entry(e->sensor.devt);
	if ((other && !replace) || (!other && nr_entries == WARDEN_SENSORS_MAX)) {
		spin_unlock_bh(&inventory_lock);
		return e;
	}
	if (other)
		hlist_del_rcu(&other->node);
	else
		nr_entries++;
	/* in here, so that a policy that comes in this moment finds it in its bucket, or is asked */
	e->sensor.class = warden_classing_of(&e->sensor, e->own);
	make_unique(&e->sensor);
	hlist_add_head_rcu(&e->node, bucket_of(e->sensor.devt));
	set_gate(e->sensor.devt, is_free(&e->sensor));
	warden_epoch_advance();
	spin_unlock_bh(&inventory_lock);
	return other;
}

static void add_device(struct device *dev, bool replace)
{
	struct entry *e = is_character_device(dev) ? new_entry(dev) : NULL;
	struct entry *gone;

	if (!e)
		return;
	gone = link_entry(e, replace);
	if (gone != e)
		tell(&e->sensor, WARDEN_EVENT_DEVICE_ADD);
	if (gone)
		kfree_rcu(gone, rcu);
}

/**
 * warden_inventory_add() - a device node comes
 * @dev: the device, named and linked to its parent
 *
 * Without memory, or past WARDEN_SENSORS_MAX, the device stays unknown and so
 * takes the default verdict.
 *
 * Context: Any but hard interrupt, does not sleep.
 */
void warden_inventory_add(struct device *dev)
{
	add_device(dev, true);
}

/**
 * warden_inventory_classify() - give each device the class the policy in force says
 *
 * Context: Process context, does not sleep. A device that comes meanwhile has it already.
 */
void warden_inventory_classify(void)
{
	struct entry *e;
	unsigned int i;

	spin_lock_bh(&inventory_lock);
	for (i = 0; i < ARRAY_SIZE(buckets); i++) {
		hlist_for_each_entry(e, &buckets[i], node) {
			WRITE_ONCE(e->sensor.class, warden_classing_of(&e->sensor, e->own));
			set_gate(e->sensor.devt, is_free(&e->sensor));
		}
	}
	warden_epoch_advance();
	spin_unlock_bh(&inventory_lock);
}

static u32 class_of_number(dev_t devt)
{
	return MAJOR(devt) >= PSEUDO_TERMINALS && MAJOR(devt) <= PSEUDO_TERMINALS_LAST ?
		       WARDEN_SENSOR_CLASS_FREE : WARDEN_SENSOR_CLASS_UNKNOWN;
}

/**
 * warden_inventory_class() - what kind of sensor a device number is
 * @devt: character device number
 *
 * Context: Any.
 * Return: enum warden_sensor_class.
 */
u32 warden_inventory_class(dev_t devt)
{
	const struct entry *e;
	u32 class;

	rcu_read_lock();
	e = find_entry(devt);
	class = e ? READ_ONCE(e->sensor.class) : class_of_number(devt);
	rcu_read_unlock();
	return class;
}

/**
 * warden_inventory_ask() - the same, and what rules call it
 * @devt: character device number
 * @key: set to the key of its topology name, 0 for an unknown number
 * @names: set to those of its driver's and its node's name
 *
 * Context: Any.
 * Return: enum warden_sensor_class.
 */
u32 warden_inventory_ask(dev_t devt, u64 *key, u64 names[2])
{
	u32 class = class_of_number(devt);
	struct entry *e;

	*key = 0;
	names[0] = 0;
	names[1] = 0;
	rcu_read_lock();
	e = find_entry(devt);
	if (e) {
		class = READ_ONCE(e->sensor.class);
		*key = e->sensor.key;
		memcpy(names, e->sensor.names, sizeof(e->sensor.names));
	}
	rcu_read_unlock();
	return class;
}

/**
 * warden_inventory_find() - copy what is known of a device number
 * @devt: character device number
 * @s: filled in; where the number is not known, with class unknown and the
 *     number as its name
 *
 * Context: Any but hard interrupt, does not sleep.
 * Return: 0, or -ENOENT where the number is not known.
 */
int warden_inventory_find(dev_t devt, struct warden_sensor *s)
{
	struct entry *e;

	spin_lock_bh(&inventory_lock);
	e = find_entry(devt);
	if (e)
		*s = e->sensor;
	spin_unlock_bh(&inventory_lock);
	if (e)
		return 0;
	memset(s, 0, sizeof(*s));
	s->devt = devt;
	s->class = class_of_number(devt);
	snprintf(s->topology, sizeof(s->topology), "char:%u:%u", MAJOR(devt), MINOR(devt));
	strscpy(s->node, s->topology, sizeof(s->node));
	s->key = warden_snapshot_key(s->topology);
	return -ENOENT;
}

/**
 * warden_inventory_used() - a node is opened
 * @devt: its number; nothing happens where that is not known
 *
 * Context: Any.
 */
void warden_inventory_used(dev_t devt)
{
	struct entry *e;

	rcu_read_lock();
	e = find_entry(devt);
	if (e)
		WRITE_ONCE(e->used, max_t(u32, ktime_get_boottime_seconds(), 1));
	rcu_read_unlock();
}

/**
 * warden_inventory_idle() - for how long was a node not opened?
 * @devt: its number
 * @idle: set to the seconds since it was, or since it is known
 * @used: set where it was
 *
 * Context: Any.
 * Return: 0, or -ENOENT where the number is not known.
 */
int warden_inventory_idle(dev_t devt, u32 *idle, bool *used)
{
	const struct entry *e;
	u32 last;

	rcu_read_lock();
	e = find_entry(devt);
	if (e) {
		last = READ_ONCE(e->used);
		*used = last;
		*idle = (u32)ktime_get_boottime_seconds() - (last ?: e->since);
	}
	rcu_read_unlock();
	return e ? 0 : -ENOENT;
}

/**
 * warden_inventory_named() - copy what is known of a node, by its name
 * @node: its name below /dev
 * @s: filled in where there is one
 *
 * Context: Process context.
 * Return: 0, or -ENOENT where no entry has this name.
 */
int warden_inventory_named(const char *node, struct warden_sensor *s)
{
	int err = -ENOENT;
	struct entry *e;
	unsigned int i;

	spin_lock_bh(&inventory_lock);
	for (i = 0; err && i < ARRAY_SIZE(buckets); i++) {
		hlist_for_each_entry(e, &buckets[i], node) {
			if (strcmp(e->sensor.node, node))
				continue;
			*s = e->sensor;
			err = 0;
			break;
		}
	}
	spin_unlock_bh(&inventory_lock);
	return err;
}

/**
 * warden_inventory_next() - the next sensor, in the order of the table
 * @cursor: 0 at first; where to go on
 * @s: filled in
 *
 * A device that comes or goes meanwhile can be missed or seen, no other one is.
 *
 * Context: Process context.
 * Return: 0, or -ENOENT at the end.
 */
int warden_inventory_next(u32 *cursor, struct warden_sensor *s)
{
	u32 bucket = *cursor >> 16, skip = *cursor & 0xffff;
	int err = -ENOENT;
	struct entry *e;

	spin_lock_bh(&inventory_lock);
	for (; err && bucket < ARRAY_SIZE(buckets); bucket++, skip = 0) {
		u32 place = 0;

		hlist_for_each_entry(e, &buckets[bucket], node) {
			if (place++ < skip || e->sensor.class == WARDEN_SENSOR_CLASS_FREE)
				continue;
			*s = e->sensor;
			*cursor = bucket << 16 | place;
			err = 0;
			break;
		}
	}
	spin_unlock_bh(&inventory_lock);
	return err;
}

/**
 * warden_inventory_count() - how many sensors there are
 *
 * Context: Any.
 * Return: the number of nodes whose class is not free.
 */
unsigned int warden_inventory_count(void)
{
	struct entry *e;
	unsigned int i, nr = 0;

	rcu_read_lock();
	for (i = 0; i < ARRAY_SIZE(buckets); i++)
		hlist_for_each_entry_rcu(e, &buckets[i], node)
			nr += e->sensor.class != WARDEN_SENSOR_CLASS_FREE;
	rcu_read_unlock();
	return nr;
}

static void free_majors(struct warden_gate *g)
{
	unsigned int major;

	for (major = PSEUDO_TERMINALS; major <= PSEUDO_TERMINALS_LAST; major++)
		g->major[major] = WARDEN_GATE_FREE;
}

/**
 * warden_inventory_watch() - keep a gate in step with the inventory
 * @g: the gate, zeroed; NULL forgets the one before
 *
 * Context: Process context.
 */
void warden_inventory_watch(struct warden_gate *g)
{
	struct entry *e;
	unsigned int i;

	spin_lock_bh(&inventory_lock);
	gate = g;
	nr_slots = 0;
	if (g)
		free_majors(g);
	for (i = 0; g && i < ARRAY_SIZE(buckets); i++)
		hlist_for_each_entry(e, &buckets[i], node)
			set_gate(e->sensor.devt, is_free(&e->sensor));
	spin_unlock_bh(&inventory_lock);
}

/**
 * warden_inventory_gate() - where the gate tells whether a device is free
 * @devt: its number, of a minor the gate has; the device may come later
 *
 * Context: Process context, with a gate to keep in step.
 * Return: its word, a bit for each of 64 minors, as long as the gate; NULL where it can have none.
 */
const u64 *warden_inventory_gate(dev_t devt)
{
	const u64 *word;

	spin_lock_bh(&inventory_lock);
	word = gate_word(devt, true);
	spin_unlock_bh(&inventory_lock);
	return word;
}

/**
 * warden_inventory_scan() - add every device there is
 *
 * Context: Process context, may sleep. Runs after the device programs are
 * attached, so that no device falls between them.
 * Return: 0 or -ENOMEM.
 */
int warden_inventory_scan(void)
{
	struct device **devs;
	unsigned int nr, i;

	devs = warden_devices_collect(&nr);
	if (!devs)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		add_device(devs[i], false);
		warden_usb_meet(devs[i]);
		put_device(devs[i]);
	}
	kvfree(devs);
	return 0;
}

/**
 * warden_inventory_forget() - forget all devices
 *
 * Context: Process context; no device program is attached any more, so nothing
 * would be told of a device that goes.
 */
void warden_inventory_forget(void)
{
	struct hlist_node *next;
	struct entry *e;
	unsigned int i;

	spin_lock_bh(&inventory_lock);
	for (i = 0; i < ARRAY_SIZE(buckets); i++) {
		hlist_for_each_entry_safe(e, next, &buckets[i], node) {
			hlist_del_rcu(&e->node);
			kfree_rcu(e, rcu);
		}
	}
	nr_entries = 0;
	warden_epoch_advance();
	spin_unlock_bh(&inventory_lock);
}
