/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_QUARANTINE_H
#define WARDEN_QUARANTINE_H

#include <linux/types.h>
#include <warden/chain.h>
#include <warden/limits.h>

struct warden_request;

/**
 * struct warden_quarantined - a digest in quarantine
 * @digest: the digest
 * @since: boot-time clock, in ns
 * @label: what it was made of, for people
 */
struct warden_quarantined {
	struct warden_digest digest;
	u64 since;
	char label[WARDEN_PATH_MAX + 1];
};

bool warden_quarantine_holds(const struct warden_request *req);
int warden_quarantine_add(const struct warden_digest *digest, const char *label);
int warden_quarantine_remove(const struct warden_digest *digest);
bool warden_quarantine_get(u32 nr, struct warden_quarantined *q);
void warden_quarantine_exit(void);
unsigned int warden_quarantine_kill(const struct warden_digest *digest);

#endif /* WARDEN_QUARANTINE_H */
