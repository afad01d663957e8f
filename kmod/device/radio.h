/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_RADIO_H
#define WARDEN_RADIO_H

struct sk_buff;

/* What a rule can name as a device, and what records tell. */
#define WARDEN_RADIO_WIFI      "nl80211"
#define WARDEN_RADIO_BLUETOOTH "hci"

int warden_radio_judge(const struct sk_buff *skb);
int warden_radio_use(const char *radio);
int warden_radio_use_now(const char *radio);

#endif /* WARDEN_RADIO_H */
