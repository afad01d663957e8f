/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_QUARANTINE_H
#define WARDEN_QUARANTINE_H

#include <linux/types.h>
#include <warden/chain.h>
#include <warden/cut.h>
#include <warden/limits.h>

struct warden_request;

/**
 * struct warden_quarantined - a digest in quarantine
 * @digest: the digest
 * @since: boot-time clock, in ns
 * @version: of the list it is on; 0 is none
 * @by_hand: a command put it in, and no list lets it out
 * @label: what it was made of, for people
 */
struct warden_quarantined {
	struct warden_digest digest;
	u64 since;
	u32 version;
	bool by_hand;
	char label[WARDEN_PATH_MAX + 1];
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

bool warden_quarantine_holds(const struct warden_request *req);
int warden_quarantine_add(const struct warden_digest *digest, const char *label);
int warden_quarantine_remove(const struct warden_digest *digest);
int warden_quarantine_check(const struct warden_cut_list *list);
int warden_quarantine_load(const struct warden_cut_list *list, const char *signer,
			   struct warden_quarantine_done *done);
bool warden_quarantine_get(u32 nr, struct warden_quarantined *q);
void warden_quarantine_exit(void);
unsigned int warden_quarantine_kill(void);

#endif /* WARDEN_QUARANTINE_H */
