/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_RADIO_H
#define WARDEN_RADIO_H

struct sk_buff;

int warden_radio_judge(const struct sk_buff *skb);

#endif /* WARDEN_RADIO_H */
