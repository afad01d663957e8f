// SPDX-License-Identifier: GPL-2.0-only
/*
 * Devices that come and go. devtmpfs_create_node() runs when a device has its
 * name and its place, and before anybody can open its node; there is no LSM
 * hook for either event.
 */
#include "common.bpf.h"

SEC("fentry/devtmpfs_create_node")
int BPF_PROG(warden_device_add, struct device *dev)
{
	warden_kf_device_add(dev);
	return 0;
}

SEC("fentry/devtmpfs_delete_node")
int BPF_PROG(warden_device_del, struct device *dev)
{
	warden_kf_device_del(dev);
	return 0;
}
