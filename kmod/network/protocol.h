/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_PROTOCOL_H
#define WARDEN_PROTOCOL_H

#include <linux/types.h>

struct file;

u32 warden_protocol_class(u32 family, u32 type, u32 protocol);
int warden_protocol_tunnel(void);
int warden_protocol_tunnel_open(const struct file *file);
int warden_protocol_create(u32 family, u32 type, u32 protocol);

#endif /* WARDEN_PROTOCOL_H */
