/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_LOCK_H
#define WARDEN_LOCK_H

#include <linux/types.h>
#include <warden/limits.h>

struct warden_layers;

/* Characters of the text by which input the device was locked. */
#define WARDEN_LOCK_WHAT_MAX 127

/**
 * struct warden_lock_cause - why the device is locked
 * @reason: enum warden_reason; none is that an input changed
 * @line: line of the input in the policy; 0 is none
 * @count: how many changes there were
 * @since: boot-time clock, in ns, when the first was; 0 is in a life of before
 * @what: the input, and what became of it
 */
struct warden_lock_cause {
	u32 reason;
	u32 line;
	u32 count;
	u64 since;
	char what[WARDEN_LOCK_WHAT_MAX + 1];
};

/**
 * struct warden_lock_status - whether the device is locked
 * @locked: it is
 * @count: how often it was, in lives of before as well where a state was restored
 * @since: boot-time clock, in ns, when it was locked last; 0 is in a life of before
 * @what: by which input that was; empty for never
 * @starts: how often Warden was started, as far as restored states tell
 */
struct warden_lock_status {
	bool locked;
	u32 count;
	u32 starts;
	u64 since;
	char what[WARDEN_LOCK_WHAT_MAX + 1];
};

bool warden_lock_holds(void);
int warden_lock_close(const struct warden_lock_cause *cause);
int warden_lock_clear(void);
int warden_lock_restore(const struct warden_lock_status *before);
int warden_lock_renew(struct warden_layers *layers);
void warden_lock_status(struct warden_lock_status *st);
void warden_lock_exit(void);

#endif /* WARDEN_LOCK_H */
