/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_MATCH_H
#define WARDEN_MATCH_H

#include <linux/string.h>
#include <linux/types.h>
#include "decide.h"

static inline u64 warden_match_word(const struct warden_digest *digest, int i)
{
	u64 word;

	memcpy(&word, digest->bytes + i * sizeof(word), sizeof(word));
	return word;
}

/* Are two digests one? Word by word, as a call of memcmp() costs more than the four words do. */
static inline bool warden_match_same(const struct warden_digest *a, const struct warden_digest *b)
{
	return warden_match_word(a, 0) == warden_match_word(b, 0) && warden_match_word(a, 1) == warden_match_word(b, 1) &&
	       warden_match_word(a, 2) == warden_match_word(b, 2) && warden_match_word(a, 3) == warden_match_word(b, 3) && a->alg == b->alg;
}

bool warden_match_binds(const struct warden_rule *rule, const struct warden_request *req);
bool warden_match_strays(const struct warden_snapshot *snap, const struct warden_rule *rule,
			 const struct warden_request *req);
bool warden_match_rule(const struct warden_snapshot *snap, const struct warden_rule *rule,
		       const struct warden_request *req);
bool warden_match_filters(u16 protocol);
bool warden_match_reaches(const struct warden_snapshot *snap, const struct warden_rule *rule,
			   const struct warden_request *req);
bool warden_match_called(const struct warden_pattern *pattern, const char *name);

#endif /* WARDEN_MATCH_H */
