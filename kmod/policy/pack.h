/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_PACK_H
#define WARDEN_PACK_H

#include <linux/types.h>

u8 *warden_pack(const u8 *bytes, u32 len, u32 *packed_len);
int warden_unpack(u8 *bytes, u32 len, const u8 *packed, u32 packed_len);

#endif /* WARDEN_PACK_H */
