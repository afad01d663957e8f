/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a policy says beside its verdicts: who is told of a flaw, what a purpose is
 * for, whose consent counts. Found by the tables of the wire, so that whatever an
 * entry comes to hold is compared until somebody says what it does to a verdict.
 */
#ifndef WARDEN_FACTS_H
#define WARDEN_FACTS_H

#include "decode.h"
#include "wire.h"

/* Something that is said otherwise; @was or @is is NULL where nothing is said. */
typedef void (*warden_fact_fn)(void *ctx, const char *of, const char *was, const char *is);

/**
 * warden_facts_compare() - what two policies say otherwise, verdicts left out
 * @before: one
 * @after: the other
 * @fn: called for each difference, by what it is of
 * @ctx: handed to it
 *
 * Of a rule or a program only what is said otherwise of the same one: one that is
 * new or gone is told by its verdicts.
 */
void warden_facts_compare(const struct warden_view *before, const struct warden_view *after,
			  warden_fact_fn fn, void *ctx);

/* Is this attribute of an entry left out, because warden_diff() or another list tells it? */
bool warden_facts_judged(const struct warden_wire_set *set, uint32_t type);

#endif /* WARDEN_FACTS_H */
