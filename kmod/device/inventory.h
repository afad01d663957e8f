/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_INVENTORY_H
#define WARDEN_INVENTORY_H

#include <linux/types.h>
#include <warden/abi.h>
#include <warden/limits.h>

struct device;

/**
 * struct warden_sensor - what is known of a device node
 * @devt: its device number
 * @class: enum warden_sensor_class; free is a node known to be no sensor
 * @topology: its name that survives renumbering
 * @key: warden_snapshot_key() of @topology
 * @names: warden_snapshot_name_key() of @driver and of @node
 * @node: its name below /dev
 * @driver: name of the driver it hangs on; empty for none
 * @kind: enum warden_device_kind
 * @dev: the device; NULL in a sensor made up for an unknown number
 *
 * There is no reference on @dev: the last one may run a release function of a
 * driver that is being unloaded. It may be followed while an open file of the
 * device pins both, as those of V4L2 and of IIO do; where a driver calls
 * device_destroy() under its open files (hidraw, hiddev, DVB, spidev), none does.
 */
struct warden_sensor {
	dev_t devt;
	u32 class;
	u64 key;
	u64 names[2];
	struct device *dev;
	char topology[WARDEN_TOPOLOGY_MAX + 1];
	char node[32];
	char driver[32];
	u8 kind;
};

int warden_inventory_scan(void);
void warden_inventory_watch(struct warden_gate *gate);
const u64 *warden_inventory_gate(dev_t devt);
void warden_inventory_add(struct device *dev);
void warden_inventory_del(struct device *dev);
void warden_inventory_classify(void);
u32 warden_inventory_class(dev_t devt);
u32 warden_inventory_ask(dev_t devt, u64 *key, u64 names[2]);
void warden_inventory_set_names(struct warden_sensor *s);
int warden_inventory_find(dev_t devt, struct warden_sensor *s);
int warden_inventory_named(const char *node, struct warden_sensor *s);
int warden_inventory_next(u32 *cursor, struct warden_sensor *s);
void warden_inventory_forget(void);
void warden_inventory_used(dev_t devt);
int warden_inventory_idle(dev_t devt, u32 *idle, bool *used);
unsigned int warden_inventory_count(void);

#endif /* WARDEN_INVENTORY_H */
