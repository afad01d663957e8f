/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_TABLES_H
#define WARDEN_TABLES_H

struct sk_buff;

void warden_tables_tell(const struct sk_buff *skb);

#endif /* WARDEN_TABLES_H */
