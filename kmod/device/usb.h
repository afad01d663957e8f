/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_USB_H
#define WARDEN_USB_H

#include <linux/types.h>

struct device;
struct file;

void warden_usb_meet(struct device *dev);
void warden_usb_add(struct device *dev);
void warden_usb_del(const struct device *dev);
int warden_usb_open(const struct file *file);
bool warden_usb_admitted(u32 nr, char *port, size_t size);
void warden_usb_watch(bool on);
void warden_usb_forget(const char *module);
void warden_usb_follow(void);
void warden_usb_exit(void);

#endif /* WARDEN_USB_H */
