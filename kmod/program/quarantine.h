/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_QUARANTINE_H
#define WARDEN_QUARANTINE_H

#include <linux/types.h>
#include <uapi/linux/warden.h>
#include <warden/chain.h>
#include <warden/cut.h>
#include <warden/limits.h>

#include "policy/trust.h"

struct warden_request;
struct warden_snapshot;

/* The maker and the operator have a list each; what either names is cut off. */
#define WARDEN_QUARANTINE_LISTS WARDEN_ROLE_OPERATOR

/**
 * struct warden_quarantined - a digest in quarantine
 * @digest: the digest
 * @since: boot-time clock, in ns
 * @version: by enum warden_role - 1, of the list it is on; 0 is that it is not on that one
 * @by_hand: a command put it in, and no list lets it out
 * @label: what it was made of, for people
 */
struct warden_quarantined {
	struct warden_digest digest;
	u64 since;
	u32 version[WARDEN_QUARANTINE_LISTS];
	bool by_hand;
	char label[WARDEN_PATH_MAX + 1];
};

/**
 * struct warden_quarantine_list - a list that is in force
 * @version: its version; 0 is that none is
 * @digest: SHA-256 of it
 * @author: who signed it; its role is whose list it is
 */
struct warden_quarantine_list {
	u32 version;
	u8 digest[WARDEN_DIGEST_SIZE];
	struct warden_author author;
};

/**
 * struct warden_quarantine_done - what a list changed
 * @added: digests that were not in quarantine before
 * @removed: digests that are not any more
 */
struct warden_quarantine_done {
	u32 added;
	u32 removed;
};

bool warden_quarantine_any(void);
bool warden_quarantine_holds(const struct warden_request *req);
int warden_quarantine_add(const struct warden_digest *digest, const char *label);
int warden_quarantine_remove(const struct warden_digest *digest);
void warden_quarantine_describe(struct warden_quarantine_list *list, const struct warden_cut_list *l);
int warden_quarantine_check(const struct warden_quarantine_list *list);
int warden_quarantine_load(const struct warden_cut_list *l, const struct warden_quarantine_list *list,
			   u8 reason, struct warden_quarantine_done *done);
const struct warden_quarantine_list *warden_quarantine_list(u8 role);
void warden_quarantine_review(const struct warden_snapshot *maker);
bool warden_quarantine_get(u32 nr, struct warden_quarantined *q);
void warden_quarantine_exit(void);
unsigned int warden_quarantine_kill(void);

#endif /* WARDEN_QUARANTINE_H */
