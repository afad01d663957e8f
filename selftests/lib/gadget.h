/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * USB devices that are plugged in: the host controllers and the gadgets are real drivers on
 * both ends of wires in memory.
 */
#ifndef WARDEN_TEST_GADGET_H
#define WARDEN_TEST_GADGET_H

#include <stdbool.h>

#define GADGETS 2 /* wires there are */
#define GADGET_DISK "/tmp/gadget.disk"

/**
 * struct gadget - one of them
 * @n: which wire
 * @port: the port it is in, while it is plugged in
 * @functions: what it can do
 */
struct gadget {
	unsigned int n;
	char port[32];
	char functions[64];
};

/*
 * Make one of these functions, in this order: acm.0 (a modem, two interfaces), hid.0 (a
 * keyboard), mass_storage.0 (a disk). False where this kernel has none of that. Its
 * number of vendor and product is 1d6b:c0de, that of the second 1d6b:c0df.
 */
bool gadget_make(struct gadget *g, unsigned int n, const char *functions);
void gadget_break(struct gadget *g);

/* Plug it in, and wait until the host has it, configured or not. */
bool gadget_plug(struct gadget *g);
void gadget_unplug(struct gadget *g);

/* Write a file of it in configfs. */
bool gadget_put(const struct gadget *g, const char *file, const char *text);

/* Write a text as it is; errno says why that failed. */
bool gadget_write(const char *path, const char *text);

/* The name of an interface; the next call but three overwrites it. */
const char *gadget_interface(const struct gadget *g, unsigned int number);

/* Path of a file of a device or an interface in sysfs; the next call overwrites it. */
const char *gadget_path(const char *name, const char *file);

/* What its `authorized` says; '?' where it is not there. */
char gadget_authorized(const char *name);

/* Wait until it says this. */
bool gadget_becomes(const char *name, char authorized);

bool gadget_is_bound(const char *name);

/* Wait until it has a driver. */
bool gadget_binds(const char *name);

/* Wait until it has none any more, which is after it is not authorized any more. */
bool gadget_unbinds(const char *name);

/* Wait for the first file of this pattern; "" where none comes. */
const char *gadget_finds(const char *pattern);

/* Press and let go a key, as the keyboard; false where nobody takes its reports. */
bool gadget_type(unsigned char usage);

#endif /* WARDEN_TEST_GADGET_H */
