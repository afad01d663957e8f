// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which sensor a file of sysfs leads to.
 *
 * An attribute belongs to the device in whose directory it stands, the nearest one
 * up the tree. Where that is a sensor, the attribute is one, too, for reading and for
 * writing, but for those that one table names: they tell which device it is. Beside
 * them stand the controls, files that part a device from its driver or reach past
 * it; to write to one is to use the bus.
 *
 * What a directory belongs to is found once, and kept by the directory's kernfs node,
 * which the reference keeps from being reused.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/hash.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <uapi/linux/warden.h>

#include "attribute.h"
#include "classify.h"
#include "compat/kernfs.h"
#include "devices.h"
#include "policy/snapshot.h"

/* Directories that are remembered; two that share a place take turns. */
#define LABEL_BITS 9

/* Longest name of an attribute within its device, and of a control from the root. */
#define NAME_SIZE 96
#define PATH_SIZE 256

/* What a directory of sysfs belongs to. Immutable; freed after a grace period. */
struct label {
	struct rcu_head rcu;
	struct kernfs_node *dir; /* referenced */
	struct warden_device device;
};

/* Protects writing to labels; readers use RCU. */
static DEFINE_SPINLOCK(labels_lock);
static struct label __rcu *labels[1 << LABEL_BITS];

/* Counts how often all was forgotten: what was found before is not kept after. */
static u32 forgotten;

struct attribute_line {
	const char *subsystem; /* "*" is any */
	const char *name;      /* within the device's directory; one "*" is any run */
};

/*
 * Attributes of a sensor that tell which one it is, and nothing of what it senses:
 * what udev and a listing need. All else is the sensor's.
 */
static const struct attribute_line free_lines[] = {
	{ "*", "uevent" },
	{ "*", "dev" },
	{ "*", "name" },
	{ "*", "label" },
	{ "*", "modalias" },
	{ "*", "waiting_for_supplier" },
	{ "*", "power/*" },
	{ "video4linux", "index" },
	{ "media", "model" },
	{ "sound", "*" },
	{ "input", "phys" },
	{ "input", "uniq" },
	{ "input", "properties" },
	{ "input", "id/*" },
	{ "input", "capabilities/*" },
	{ "thermal", "type" },
	{ "thermal", "*policies" },
	{ "hwmon", "*_label" },
	{ "drm", "*" },
	{ "graphics", "*" },
	{ "vc", "*" },
	{ "usb", "*" },
	{ "gpio", "base" },
	{ "gpio", "ngpio" },
	{ "i2c-dev", "*" },
	{ "misc", "*" },
	{ "mem", "*" },
};

/*
 * Not among the free ones, whatever the line above that fits them: how many requests a USB device was sent, which
 * is one more for each key; what a thermometer's driver puts at its interface (drivers/usb/misc/cytherm.c); and the
 * file that hands a device to whoever is at the other end of a socket (drivers/usb/usbip/stub_dev.c).
 */
static const struct attribute_line kept_lines[] = {
	{ "usb", "urbnum" },
	{ "usb", "temp" },
	{ "usb", "button" },
	{ "usb", "port0" },
	{ "usb", "port1" },
	{ "usb", "usbip_sockfd" },
};

/* A file that parts a device from its driver, reaches past it, or has it tell nothing any more. */
struct control_line {
	const char *name;
	bool reads; /* to read it is enough */
};

/*
 * Sources: drivers/base/bus.c, drivers/pci/pci-sysfs.c, drivers/i2c/i2c-core-base.c,
 * drivers/gpio/gpiolib-sysfs.c, drivers/input/keyboard/gpio_keys.c, drivers/input/serio/serio.c of Linux 6.12. A resource
 * is mapped, also to read.
 */
static const struct control_line control_lines[] = {
	{ "bind" },	     { "unbind" },	   { "new_id" },	 { "remove_id" },
	{ "remove" },	     { "rescan" },	   { "driver_override" }, { "drivers_probe" },
	{ "new_device" },    { "delete_device" },  { "export" },	 { "unexport" },
	{ "disabled_keys" }, { "disabled_switches" }, { "drvctl" },
	{ "resource0*", 1 }, { "resource1*", 1 },  { "resource2*", 1 },	 { "resource3*", 1 },
	{ "resource4*", 1 }, { "resource5*", 1 },
};

static struct kernfs_node *node_of(const struct file *file)
{
	return file_inode(file)->i_private;
}

/* No node can take the place of one that a reader still compares: it is freed by RCU, too. */
static void drop_label(struct label *l)
{
	if (!l)
		return;
	kernfs_put(l->device.home);
	kernfs_put(l->dir);
	kfree_rcu(l, rcu);
}

static struct label *new_label(struct kernfs_node *dir)
{
	struct label *l = kzalloc(sizeof(*l), GFP_KERNEL);

	if (!l)
		return NULL;
	if (warden_devices_at(dir, &l->device)) {
		kfree(l);
		return NULL;
	}
	kernfs_get(dir);
	l->dir = dir;
	return l;
}

static struct label __rcu **place_of(const struct kernfs_node *dir)
{
	return &labels[hash_ptr(dir, LABEL_BITS)];
}

static void keep_label(struct label *l, u32 found)
{
	struct label __rcu **place = place_of(l->dir);
	struct label *old = l;

	spin_lock(&labels_lock);
	if (found == forgotten)
		old = rcu_replace_pointer(*place, l, lockdep_is_held(&labels_lock));
	spin_unlock(&labels_lock);
	drop_label(old);
}

/* What is asked of a file: what its directory belongs to, and its name in the device's. */
struct finding {
	struct warden_device device;
	char name[NAME_SIZE];
};

static void copy_finding(const struct label *l, struct kernfs_node *kn, struct finding *f)
{
	f->device.sensor.class = l->device.sensor.class;
	if (l->device.sensor.class == WARDEN_SENSOR_CLASS_FREE)
		return;
	f->device = l->device;
	if (kernfs_path_from_node(kn, l->device.home, f->name, sizeof(f->name)) < 0)
		f->name[0] = '\0'; /* in no table */
}

static bool look_up(struct kernfs_node *kn, struct finding *f)
{
	const struct kernfs_node *dir;
	const struct label *l;
	bool found;

	rcu_read_lock();
	dir = warden_kernfs_parent(kn);
	l = rcu_dereference(*place_of(dir));
	found = l && l->dir == dir;
	if (found)
		copy_finding(l, kn, f);
	rcu_read_unlock();
	return found;
}

/* Find out what the directory of @kn belongs to; @kn itself keeps the directory. */
static int learn(struct kernfs_node *kn, struct finding *f)
{
	const u32 found = READ_ONCE(forgotten);
	struct kernfs_node *dir;
	struct label *l;

	rcu_read_lock();
	dir = warden_kernfs_parent(kn);
	rcu_read_unlock();
	l = new_label(dir);
	if (!l)
		return -ENOMEM;
	copy_finding(l, kn, f);
	if (l->device.settled)
		keep_label(l, found);
	else
		drop_label(l);
	return 0;
}

static bool is_in(const struct attribute_line *table, unsigned int nr, const struct finding *f)
{
	const char *name = f->name + (f->name[0] == '/');
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (warden_classify_matches(table[i].subsystem, f->device.subsystem) &&
		    warden_classify_matches(table[i].name, name))
			return true;
	return false;
}

static bool is_free(const struct finding *f)
{
	if (f->device.sensor.class == WARDEN_SENSOR_CLASS_FREE)
		return true;
	return is_in(free_lines, ARRAY_SIZE(free_lines), f) &&
	       !is_in(kept_lines, ARRAY_SIZE(kept_lines), f);
}

/* By the last part of its name, before the rest is put together. */
static bool is_control(const struct file *file)
{
	bool writes = file->f_mode & FMODE_WRITE, found = false;
	const char *name;
	unsigned int i;

	rcu_read_lock();
	name = READ_ONCE(file_dentry(file)->d_name.name);
	for (i = 0; i < ARRAY_SIZE(control_lines) && !found; i++)
		found = (writes || control_lines[i].reads) &&
			warden_classify_matches(control_lines[i].name, name);
	rcu_read_unlock();
	return found;
}

/* A sensor made up for what has no device: raw access, by the path of its file. */
static void make_control(const char *path, struct warden_sensor *s)
{
	size_t len = strlen(path);

	memset(s, 0, sizeof(*s));
	s->class = WARDEN_SENSOR_CLASS_BUS;
	strscpy(s->topology, path + (len > WARDEN_TOPOLOGY_MAX ? len - WARDEN_TOPOLOGY_MAX : 0),
		sizeof(s->topology));
	strscpy(s->node, kbasename(path), sizeof(s->node));
	s->key = warden_snapshot_key(s->topology);
}

static bool find_control(const struct file *file, struct warden_sensor *s)
{
	char path[PATH_SIZE] = "/";
	int len;

	if (!is_control(file))
		return false;
	len = kernfs_path_from_node(node_of(file), NULL, path, sizeof(path));
	make_control(path + 1, s);
	if (len < 0 || len >= sizeof(path))
		s->key = 0; /* that of its beginning may be another's */
	return true;
}

/**
 * warden_attribute_find() - which sensor a file of sysfs leads to
 * @file: the file
 * @s: filled in, but for its device; class unknown where memory ran out
 *
 * Context: Process context, may sleep.
 * Return: true; false where it is no sensor's.
 */
bool warden_attribute_find(const struct file *file, struct warden_sensor *s)
{
	struct kernfs_node *kn = node_of(file);
	struct finding f;

	if (find_control(file, s))
		return true;
	if (!look_up(kn, &f) && learn(kn, &f)) {
		memset(s, 0, sizeof(*s));
		s->class = WARDEN_SENSOR_CLASS_UNKNOWN;
		return true;
	}
	if (is_free(&f))
		return false;
	*s = f.device.sensor;
	strscpy(s->node, f.name + (f.name[0] == '/'), sizeof(s->node));
	return true;
}

/**
 * warden_attribute_forget() - forget all that was kept
 *
 * Context: Process context; what devices are was changed before.
 */
void warden_attribute_forget(void)
{
	struct label *old;
	unsigned int i;

	spin_lock(&labels_lock);
	forgotten++;
	spin_unlock(&labels_lock);
	for (i = 0; i < ARRAY_SIZE(labels); i++) {
		spin_lock(&labels_lock);
		old = rcu_replace_pointer(labels[i], NULL, lockdep_is_held(&labels_lock));
		spin_unlock(&labels_lock);
		drop_label(old);
	}
}
