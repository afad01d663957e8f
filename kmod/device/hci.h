/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_HCI_H
#define WARDEN_HCI_H

#include <linux/types.h>

struct socket;

bool warden_hci_brings(const char *module);
int warden_hci_need(void);
void warden_hci_init(void);
void warden_hci_watch(struct socket *sock);
unsigned int warden_hci_count(void);

#endif /* WARDEN_HCI_H */
