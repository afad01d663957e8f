/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_NAMED_H
#define WARDEN_NAMED_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <warden/limits.h>

struct warden_identity;
struct warden_named_holder;
struct warden_session_info;

/**
 * struct warden_named_session - a use that lasts, of what is no file of a sensor
 * @lock: protects @holder; nests records, marks and lights
 * @class: enum warden_sensor_class
 * @name: what is used; what a rule can name as a device, and what a record tells
 * @holder: who used it first, and by what ground; NULL while it is not in use
 */
struct warden_named_session {
	struct mutex lock;
	u32 class;
	const char *name;
	struct warden_named_holder *holder;
};

int warden_named_use(u32 class, const char *name);
int warden_named_use_as(u32 class, const char *name, const struct warden_identity *subject);
int warden_named_use_now(u32 class, const char *name);
void warden_named_init(struct warden_named_session *s, u32 class, const char *name);
int warden_named_go_on(struct warden_named_session *s);
bool warden_named_end(struct warden_named_session *s, bool all, u32 reason, u64 since);
void warden_named_close(struct warden_named_session *s);
bool warden_named_get(struct warden_named_session *s, u64 id, struct warden_session_info *info);
bool warden_named_rests_on(struct warden_named_session *s, const u8 receipt[WARDEN_RECEIPT_SIZE]);
void warden_named_mark_holder(struct warden_named_session *s);

#endif /* WARDEN_NAMED_H */
