/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_USB_PRIV_H
#define WARDEN_USB_PRIV_H

#include <linux/types.h>

#include "judge/judge.h"
#include "program/identity.h"

struct device;
struct usb_interface;

/**
 * enum warden_usb_state - what is remembered of a device or an interface
 * @WARDEN_USB_STRANGE: nothing: it was let in before anybody asked, or somebody else shut it
 * @WARDEN_USB_NAMED: it was let in by a policy that keeps out what it does not allow
 * @WARDEN_USB_SHUT: it was let in, and a policy has shut it
 */
enum warden_usb_state {
	WARDEN_USB_STRANGE,
	WARDEN_USB_NAMED,
	WARDEN_USB_SHUT,
};

/**
 * struct warden_usb_verdict - what the policy says of a device or an interface
 * @answer: of the class of interfaces that decided
 * @descriptors: what the device says of itself
 * @class: that class
 * @text: port, numbers and class, for people
 */
struct warden_usb_verdict {
	struct warden_answer answer;
	struct warden_identity descriptors;
	u8 class;
	char text[64];
};

bool warden_usb_is_device(const struct device *dev);
bool warden_usb_is_interface(const struct device *dev);
int warden_usb_judge(struct device *dev, bool tells, struct warden_usb_verdict *v);

const struct bus_type *warden_usb_bus(void);
bool warden_usb_is_watched(void);

void warden_usb_remember(const struct device *dev, enum warden_usb_state state);
void warden_usb_unlearn(const struct device *dev);
void warden_usb_admit(const struct device *dev);
void warden_usb_allow(const struct device *dev);
enum warden_usb_state warden_usb_recall(const struct device *dev);
void warden_usb_follow_end(bool good);

#endif /* WARDEN_USB_PRIV_H */
