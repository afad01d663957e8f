/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_CHANGE_H
#define WARDEN_CHANGE_H

#include <linux/types.h>

struct warden_snapshot;

void warden_change_lock(void);
void warden_change_unlock(void);
void warden_change_assert_held(void);
void warden_change_tell(u32 event, const char *object, const struct warden_snapshot *snap);

#endif /* WARDEN_CHANGE_H */
