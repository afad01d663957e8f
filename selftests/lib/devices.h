/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The devices of the tests: real drivers that need no hardware.
 */
#ifndef WARDEN_TEST_DEVICES_H
#define WARDEN_TEST_DEVICES_H

#include <stdbool.h>
#include <stddef.h>

#define CAMERA_TOPOLOGY	    "platform/vivid.0/video4linux/0"
#define MICROPHONE_TOPOLOGY "platform/snd_aloop.0/sound/pcmD1c"
#define PLAYBACK	    "plughw:Loopback,0"
#define CAPTURE		    "hw:Loopback,1"

struct json_object;

/* Has this kernel such a driver, as a module or built in? */
bool device_is_known(const char *driver);

/* Load a driver unless it is there; gives modprobe's exit status. */
int device_load(const char *driver, const char *options);
int device_unload(const char *driver);

/* The inventory's entry of a topology name, or NULL. To be put by the caller. */
struct json_object *device_entry(const char *topology);

/* Path of its node; NULL where the inventory does not have it. */
const char *device_node(const char *topology);

/* Topology name of the entry whose node has this name; "" where there is none. */
const char *device_topology(const char *node);

/* Try to open a file: 0 or the errno. */
int device_try(const char *path, int flags);

/* Wait for a node that a driver is to make; false where none comes in half a minute. */
bool device_comes(const char *path);

/* Is there an entry whose node has this name? */
bool device_listed(const char *node);

#endif /* WARDEN_TEST_DEVICES_H */
