/* SPDX-License-Identifier: GPL-2.0-only */
/* What is plugged in, as sysfs has it; the kernel decides, and is asked nothing. */
#ifndef WARDEN_PLUGGED_H
#define WARDEN_PLUGGED_H

#include <stdbool.h>
#include <stdint.h>

#include <warden/limits.h>

#define WARDEN_PLUGGED_DIR "/sys/bus/usb/devices"

/* A device, or an interface of one. */
struct warden_plugged {
	char ids[16]; /* vendor and product; "" for an interface */
	char name[128];
	uint32_t class;
	bool authorized;
	bool there;
};

/* What one configuration of a device says it has. */
struct warden_plugged_interface {
	uint8_t configuration; /* its number, as the interface's name in sysfs has it */
	uint8_t number;
	uint8_t class;
};

/* The descriptors of a device. */
struct warden_plugged_descriptors {
	uint8_t digest[WARDEN_DIGEST_SIZE]; /* SHA-256 of all of them: what a rule names */
	struct warden_plugged_interface v[64];
	unsigned int n; /* those past the 64th are not told */
};

/**
 * warden_plugged_read() - what sysfs has of a device or an interface
 * @p: filled in
 * @name: `1-1`, or `1-1:1.0`
 */
void warden_plugged_read(struct warden_plugged *p, const char *name);

/**
 * warden_plugged_descriptors() - what a device says it is
 * @d: filled in
 * @name: of the device
 *
 * Return: 0, or a negative errno.
 */
int warden_plugged_descriptors(struct warden_plugged_descriptors *d, const char *name);

/**
 * warden_plugged_names() - what is plugged in
 * @names: set to them, devices and interfaces, in the order of their numbers; freed
 *	   by the caller, each and all
 *
 * Return: how many.
 */
int warden_plugged_names(char ***names);

#endif /* WARDEN_PLUGGED_H */
