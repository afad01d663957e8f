/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_CHANGE_H
#define WARDEN_CHANGE_H

#include <linux/types.h>

struct warden_snapshot;

/**
 * struct warden_change - what a record of a change tells
 * @event: enum warden_event: stop, probe, state-restore, one about debug surfaces or the policy
 * @reason: enum warden_reason
 * @line: line of a rule; 0 is none
 * @object: what it is about where that is not the name of @snap; NULL is that
 * @snap: the layer; NULL is none
 */
struct warden_change {
	u32 event;
	u32 reason;
	u32 line;
	const char *object;
	const struct warden_snapshot *snap;
};

void warden_change_lock(void);
void warden_change_unlock(void);
void warden_change_assert_held(void);
void warden_change_tell(const struct warden_change *c);

#endif /* WARDEN_CHANGE_H */
