/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_CLASSIFY_H
#define WARDEN_CLASSIFY_H

#include <linux/types.h>

struct device;

/**
 * enum warden_device_kind - how the data of a device comes to who has it open
 * @WARDEN_DEVICE_OTHER: as nobody here knows
 * @WARDEN_DEVICE_QUIET: not at all; such a node sets others up
 * @WARDEN_DEVICE_VIDEO: frames of V4L2
 * @WARDEN_DEVICE_SOUND: capture of ALSA
 * @WARDEN_DEVICE_CHIP: the buffer of an IIO chip
 * @WARDEN_DEVICE_TERMINAL: a terminal, with a receiver behind it
 * @WARDEN_DEVICE_LINES: the lines of a gpio chip
 * @WARDEN_DEVICE_TUNNEL: packets of a network device, whose other end it is: no sensor
 */
enum warden_device_kind {
	WARDEN_DEVICE_OTHER,
	WARDEN_DEVICE_QUIET,
	WARDEN_DEVICE_VIDEO,
	WARDEN_DEVICE_SOUND,
	WARDEN_DEVICE_CHIP,
	WARDEN_DEVICE_TERMINAL,
	WARDEN_DEVICE_LINES,
	WARDEN_DEVICE_TUNNEL,
};

u32 warden_classify(struct device *dev);
u8 warden_classify_kind(const struct device *dev);
bool warden_classify_matches(const char *pattern, const char *name);
const char *warden_classify_driver(const struct device *dev);
const char *warden_classify_subsystem(const struct device *dev);
int warden_classify_topology(struct device *dev, char *buf, size_t size);

#endif /* WARDEN_CLASSIFY_H */
