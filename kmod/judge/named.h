/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_NAMED_H
#define WARDEN_NAMED_H

#include <linux/types.h>

int warden_named_use(u32 class, const char *name);
int warden_named_use_now(u32 class, const char *name);

#endif /* WARDEN_NAMED_H */
