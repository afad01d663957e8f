/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_TICKET_H
#define WARDEN_TICKET_H

#include <linux/types.h>

struct warden_gate;

void warden_ticket_watch(struct warden_gate *to);
void warden_ticket_note(u32 domain, u32 transport, u16 port, u64 number);

#endif /* WARDEN_TICKET_H */
