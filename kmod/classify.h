/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_CLASSIFY_H
#define WARDEN_CLASSIFY_H

#include <linux/types.h>

struct device;

u32 warden_classify(struct device *dev);
bool warden_classify_matches(const char *pattern, const char *name);
const char *warden_classify_subsystem(const struct device *dev);
int warden_classify_topology(struct device *dev, char *buf, size_t size);

#endif /* WARDEN_CLASSIFY_H */
