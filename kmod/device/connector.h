/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_CONNECTOR_H
#define WARDEN_CONNECTOR_H

struct sk_buff;

int warden_connector_judge(const struct sk_buff *skb);

#endif /* WARDEN_CONNECTOR_H */
