/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_PURPOSE_H
#define WARDEN_PURPOSE_H

#include <linux/types.h>
#include <warden/limits.h>

struct warden_snapshot;

/**
 * struct warden_purpose_state - a purpose that ends, for people
 * @layer: enum warden_role
 * @digest: of the compiled policy of that layer
 * @label: its name
 * @until: seconds since 1970, UTC, when it ends; 0 where the policy names no day
 * @left: seconds until it ends; 0 where it has
 * @rules: how many rules rest on it
 */
struct warden_purpose_state {
	u8 layer;
	u8 digest[WARDEN_DIGEST_SIZE];
	char label[WARDEN_LABEL_MAX + 1];
	u64 until;
	u64 left;
	u32 rules;
};

void warden_purpose_begin(struct warden_snapshot *snap, const struct warden_snapshot *before);
void warden_purpose_follow(void);
void warden_purpose_doubt(void);
void warden_purpose_name(u8 layer, u64 key, char *name, size_t size);
int warden_purpose_get(u64 *cursor, struct warden_purpose_state *state);
bool warden_purpose_restore(const struct warden_purpose_state *state);
void warden_purpose_init(void);
void warden_purpose_exit(void);

#endif /* WARDEN_PURPOSE_H */
