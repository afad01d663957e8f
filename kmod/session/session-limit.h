/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two files that keep a session's rate share. */
#ifndef WARDEN_SESSION_LIMIT_H
#define WARDEN_SESSION_LIMIT_H

#include <linux/mutex.h>
#include <linux/types.h>

struct warden_pace;
struct warden_session;

/**
 * struct warden_limit - how the rate of one session is kept
 * @pace: the uses so far
 * @rate: uses in an hour
 * @lock: one read at a time; protects what is below; nests the driver's locks
 * @next: of an attribute: where the read goes on that gave the last value
 * @seen_at: of a chip: boot-time clock in ns, when its buffer was looked at; 0 is never
 * @seen: of a chip: scans that were in its buffer then
 */
struct warden_limit {
	struct warden_pace *pace;
	u32 rate;
	struct mutex lock;
	loff_t next;
	u64 seen_at;
	u64 seen;
};

/* session-limit-chip.c */
void warden_limit_chip(struct warden_session *s);

#endif /* WARDEN_SESSION_LIMIT_H */
