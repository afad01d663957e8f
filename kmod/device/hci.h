/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_HCI_H
#define WARDEN_HCI_H

struct socket;

int warden_hci_made(struct socket *sock);

#endif /* WARDEN_HCI_H */
