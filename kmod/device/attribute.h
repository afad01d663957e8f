/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_ATTRIBUTE_H
#define WARDEN_ATTRIBUTE_H

#include <linux/types.h>

struct file;
struct warden_sensor;

void warden_attribute_forget(void);
bool warden_attribute_find(const struct file *file, struct warden_sensor *s);

#endif /* WARDEN_ATTRIBUTE_H */
