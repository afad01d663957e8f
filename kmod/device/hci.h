/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_HCI_H
#define WARDEN_HCI_H

struct socket;

void warden_hci_watch(struct socket *sock);
unsigned int warden_hci_count(void);

#endif /* WARDEN_HCI_H */
