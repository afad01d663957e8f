/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_RADIO_H
#define WARDEN_RADIO_H

#include <linux/types.h>

struct nlmsghdr;

/* What a rule can name as a device, and what records tell. */
#define WARDEN_RADIO_WIFI      "nl80211"
#define WARDEN_RADIO_BLUETOOTH "hci"

bool warden_radio_asks(const struct nlmsghdr *head, u8 cmd);
int warden_radio_use(const char *radio);
int warden_radio_use_now(const char *radio);

#endif /* WARDEN_RADIO_H */
