/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_EPOCH_H
#define WARDEN_EPOCH_H

#include <linux/types.h>

u64 warden_epoch(void);
void warden_epoch_advance(void);

#endif /* WARDEN_EPOCH_H */
