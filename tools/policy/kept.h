/* SPDX-License-Identifier: GPL-2.0-only */
/* What the safety list of a compiled policy keeps, or stands until setup, and what a rule is about, in words. */
#ifndef WARDEN_KEPT_H
#define WARDEN_KEPT_H

#include "decode.h"

/* Called for each entry that only one of two policies has; @now is the later one. */
typedef void (*warden_kept_fn)(void *ctx, const char *entry, bool now);

/**
 * warden_kept_compare() - hold the rules of two policies with a flag against each other
 * @before: the policy that was
 * @after: the policy that will be
 * @flag: WARDEN_RULE_FLAG_SAFETY, or _SETUP, which verdicts do not tell
 * @fn: told of each difference, in the order of the entries as text
 * @ctx: given to @fn
 */
void warden_kept_compare(const struct warden_view *before, const struct warden_view *after,
			 uint32_t flag, warden_kept_fn fn, void *ctx);

/* Who, and what: a rule without its action and its options. To be freed; NULL without memory. */
char *warden_kept_text(const struct warden_view *v, const struct warden_rule_view *r);

#endif /* WARDEN_KEPT_H */
