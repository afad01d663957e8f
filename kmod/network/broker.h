/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_BROKER_H
#define WARDEN_BROKER_H

#include <linux/types.h>

struct socket;

int warden_broker_connect(struct socket *sock, u16 port, bool lasts);
unsigned int warden_broker_review(u32 reason, u64 since);
unsigned int warden_broker_end_all(u32 reason, u64 since);

#endif /* WARDEN_BROKER_H */
