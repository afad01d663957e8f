/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_CAN_H
#define WARDEN_CAN_H

struct socket;

int warden_can_made(struct socket *sock);

#endif /* WARDEN_CAN_H */
