/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_DIRECT_H
#define WARDEN_DIRECT_H

#include <linux/types.h>

struct warden_gate;

bool warden_direct_stays(void);
void warden_direct_watch(const struct warden_gate *gate);
int warden_direct_attach(void);
void warden_direct_detach(void);

#endif /* WARDEN_DIRECT_H */
