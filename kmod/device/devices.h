/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_DEVICES_H
#define WARDEN_DEVICES_H

#include <linux/types.h>
#include "inventory.h"

struct device;
struct kernfs_node;

/**
 * struct warden_device - a device that was found in sysfs
 * @home: its directory, referenced; NULL where there is none
 * @settled: it has the name it will keep
 * @subsystem: name of its class or bus, cut short where it is longer
 * @sensor: what is known of it, but for its device; class free where it is no sensor
 */
struct warden_device {
	struct kernfs_node *home;
	bool settled;
	char subsystem[16];
	struct warden_sensor sensor;
};

void warden_devices_init(struct device *any);
struct device **warden_devices_collect(unsigned int *nr);
int warden_devices_at(struct kernfs_node *dir, struct warden_device *found);
int warden_devices_next(u32 *cursor, struct warden_sensor *s);
bool warden_devices_lead(u32 class);
int warden_devices_behind(dev_t devt, struct warden_sensor *list, unsigned int max);

#endif /* WARDEN_DEVICES_H */
