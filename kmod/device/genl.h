/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_GENL_H
#define WARDEN_GENL_H

struct sk_buff;

int warden_genl_judge(const struct sk_buff *skb);

#endif /* WARDEN_GENL_H */
