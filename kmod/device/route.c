// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every way to a sensor: which one a file leads to, whatever kind of file it is.
 *
 * A device node leads to its device, a file of sysfs to the device it is an attribute
 * of. Of debugfs the kernel says nothing but names, so a table goes by those.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/string.h>
#include <uapi/linux/warden.h>

#include "attribute.h"
#include "classify.h"
#include "inventory.h"
#include "judge/decide.h"
#include "policy/snapshot.h"
#include "route.h"

/* Longest path below the root of a file system that the table is asked of. */
#define PATH_SIZE 192

struct path_line {
	unsigned long magic;
	const char *path; /* from the root of its file system; one "*" is any run */
	u8 class;
};

/*
 * Files that show or reach a sensor without being of it. Sources: the directories that
 * drivers/{iio,gpio,base/regmap,gpu/drm,hid,usb/mon,hwmon,thermal,i2c,media,platform}, sound/soc,
 * net/bluetooth and net/wireless make in Linux 6.12.
 */
static const struct path_line lines[] = {
	{ DEBUGFS_MAGIC, "/iio/*", WARDEN_SENSOR_CLASS_MOTION },
	{ DEBUGFS_MAGIC, "/hwmon/*", WARDEN_SENSOR_CLASS_ENVIRONMENT },
	{ DEBUGFS_MAGIC, "/thermal/*", WARDEN_SENSOR_CLASS_ENVIRONMENT },
	{ DEBUGFS_MAGIC, "/pmbus/*", WARDEN_SENSOR_CLASS_ENVIRONMENT },
	{ DEBUGFS_MAGIC, "/asus_atk0110/*", WARDEN_SENSOR_CLASS_ENVIRONMENT },
	{ DEBUGFS_MAGIC, "/bcm2835_thermal/*", WARDEN_SENSOR_CLASS_ENVIRONMENT },
	{ DEBUGFS_MAGIC, "/ips/*", WARDEN_SENSOR_CLASS_ENVIRONMENT },
	{ DEBUGFS_MAGIC, "/soctherm/*", WARDEN_SENSOR_CLASS_ENVIRONMENT },
	{ DEBUGFS_MAGIC, "/tsens/*", WARDEN_SENSOR_CLASS_ENVIRONMENT },
	{ DEBUGFS_MAGIC, "/cec/*", WARDEN_SENSOR_CLASS_CAMERA },
	{ DEBUGFS_MAGIC, "/usb/uvcvideo/*", WARDEN_SENSOR_CLASS_CAMERA },
	{ DEBUGFS_MAGIC, "/asoc/*", WARDEN_SENSOR_CLASS_MICROPHONE },
	{ DEBUGFS_MAGIC, "/sof/*", WARDEN_SENSOR_CLASS_MICROPHONE },
	{ DEBUGFS_MAGIC, "/dri/*", WARDEN_SENSOR_CLASS_SCREEN },
	{ DEBUGFS_MAGIC, "/bluetooth/hci*", WARDEN_SENSOR_CLASS_LOCATION },
	{ DEBUGFS_MAGIC, "/ieee80211/*", WARDEN_SENSOR_CLASS_LOCATION },
	{ DEBUGFS_MAGIC, "/hid/*/events", WARDEN_SENSOR_CLASS_INPUT },
	{ DEBUGFS_MAGIC, "/usb/usbmon/*", WARDEN_SENSOR_CLASS_BUS },
	{ DEBUGFS_MAGIC, "/regmap/*", WARDEN_SENSOR_CLASS_BUS },
	{ DEBUGFS_MAGIC, "/gpio", WARDEN_SENSOR_CLASS_BUS },
	{ DEBUGFS_MAGIC, "/gpio/*", WARDEN_SENSOR_CLASS_BUS },
	{ DEBUGFS_MAGIC, "/gpio-mockup/*", WARDEN_SENSOR_CLASS_BUS },
	{ DEBUGFS_MAGIC, "/gpio-virtuser/*", WARDEN_SENSOR_CLASS_BUS },
	{ DEBUGFS_MAGIC, "/i2c/*", WARDEN_SENSOR_CLASS_BUS },
	{ DEBUGFS_MAGIC, "/cros_*", WARDEN_SENSOR_CLASS_BUS },
	{ DEBUGFS_MAGIC, "/olpc-ec/*", WARDEN_SENSOR_CLASS_BUS },
	{ DEBUGFS_MAGIC, "/wilco_ec/*", WARDEN_SENSOR_CLASS_BUS },
	{ PROC_SUPER_MAGIC, "/kcore", WARDEN_SENSOR_CLASS_BUS },
	{ PROC_SUPER_MAGIC, "/bus/pci/*", WARDEN_SENSOR_CLASS_BUS },
};

static unsigned long magic_of(const struct file *file)
{
	return file_inode(file)->i_sb->s_magic;
}

static bool is_device(const struct file *file)
{
	return S_ISCHR(file_inode(file)->i_mode);
}

/* The name of the directory below /iio is that of the chip's node. */
static bool is_chip(const char *path, struct warden_sensor *s)
{
	char node[sizeof(s->node)];
	const char *rest;

	if (strncmp(path, "/iio/", 5))
		return false;
	rest = strchrnul(path + 5, '/');
	snprintf(node, sizeof(node), "%.*s", (int)(rest - path - 5), path + 5);
	return !warden_inventory_named(node, s);
}

static void make_up(const char *fs, const char *path, u32 class, struct warden_sensor *s)
{
	memset(s, 0, sizeof(*s));
	s->class = class;
	snprintf(s->topology, sizeof(s->topology), "%s%s", fs, path);
	strscpy(s->node, strrchr(path, '/') + 1, sizeof(s->node));
	s->key = warden_snapshot_key(s->topology);
}

static bool find_path(const struct file *file, struct warden_sensor *s)
{
	char buf[PATH_SIZE];
	const char *path = dentry_path_raw(file->f_path.dentry, buf, sizeof(buf));
	unsigned long magic = magic_of(file);
	unsigned int i;

	if (IS_ERR(path)) /* deeper than what the table speaks of */
		return false;
	for (i = 0; i < ARRAY_SIZE(lines); i++) {
		if (lines[i].magic != magic || !warden_classify_matches(lines[i].path, path))
			continue;
		if (magic != DEBUGFS_MAGIC || !is_chip(path, s))
			make_up(magic == DEBUGFS_MAGIC ? "debugfs" : "proc", path, lines[i].class, s);
		s->dev = NULL;
		return true;
	}
	return false;
}

static bool find_file(const struct file *file, struct warden_sensor *s)
{
	switch (magic_of(file)) {
	case SYSFS_MAGIC:
		return warden_attribute_find(file, s);
	case DEBUGFS_MAGIC:
	case PROC_SUPER_MAGIC:
		return find_path(file, s);
	default:
		return false;
	}
}

/**
 * warden_route_ask() - make a request of a file that leads to a sensor
 * @file: the file
 * @req: gets what is asked for: class, topology and names; class free where it leads to none
 *
 * Context: Process context, may sleep.
 */
void warden_route_ask(const struct file *file, struct warden_request *req)
{
	struct warden_sensor s;

	if (is_device(file)) {
		req->class = warden_inventory_ask(file_inode(file)->i_rdev, &req->topology,
						  req->names);
		return;
	}
	req->class = WARDEN_SENSOR_CLASS_FREE;
	if (!find_file(file, &s))
		return;
	req->class = s.class;
	req->topology = s.key;
	memcpy(req->names, s.names, sizeof(req->names));
}

/* Apart from the nodes, which shall not pay for this one's frame. */
static noinline u32 class_of_file(const struct file *file)
{
	struct warden_sensor s;

	return find_file(file, &s) ? s.class : WARDEN_SENSOR_CLASS_FREE;
}

/**
 * warden_route_class() - what kind of sensor a file leads to
 * @file: the file
 *
 * Context: Process context, may sleep.
 * Return: enum warden_sensor_class; free where it leads to none.
 */
u32 warden_route_class(const struct file *file)
{
	return is_device(file) ? warden_inventory_class(file_inode(file)->i_rdev) :
				 class_of_file(file);
}

/**
 * warden_route_find() - which sensor a file leads to
 * @file: a file that leads to one
 * @s: filled in; its device only where @file is a node
 *
 * Context: Process context, may sleep.
 */
void warden_route_find(const struct file *file, struct warden_sensor *s)
{
	if (is_device(file))
		warden_inventory_find(file_inode(file)->i_rdev, s);
	else if (!find_file(file, s))
		memset(s, 0, sizeof(*s));
}
