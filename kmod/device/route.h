/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_ROUTE_H
#define WARDEN_ROUTE_H

#include <linux/types.h>

struct file;
struct warden_request;
struct warden_sensor;

u32 warden_route_class(const struct file *file);
void warden_route_ask(const struct file *file, struct warden_request *req);
void warden_route_find(const struct file *file, struct warden_sensor *s);

#endif /* WARDEN_ROUTE_H */
