/* SPDX-License-Identifier: GPL-2.0-only */
/* Why something is allowed or refused, and who may do it. */
#ifndef WARDEN_EXPLAIN_H
#define WARDEN_EXPLAIN_H

#include "ask.h"

struct warden_explanation {
	struct warden_arena arena;
	struct warden_outcome outcome;
	bool consented;		    /* the outcome rests on a consent that was asked about */
	WARDEN_ARRAY(uint32_t) matching; /* numbers of the rules that match, the deciding one first */
	WARDEN_ARRAY(const char *) advice; /* what would change it, each tried */
};

/**
 * warden_explain() - why a question gets its answer
 * @e: filled in; freed with warden_explanation_free()
 * @v: the policy
 * @q: the question; with @consents, each of its purposes stands
 * @who: the name of the program, as rules have it
 * @what: the thing, as rules have it
 */
void warden_explain(struct warden_explanation *e, const struct warden_view *v,
		    const struct warden_question *q, const char *who, const char *what);
void warden_explanation_free(struct warden_explanation *e);

/* One for each role, and the lock of a device that was tampered with. */
#define WARDEN_WHO_LAYERS (WARDEN_ROLE_USER + 1)

/* Told of a program that is not simply denied, and of the layer whose outcome it is. */
typedef void (*warden_who_fn)(void *ctx, const struct warden_subject *subject, const char *topology,
			      const struct warden_view *decides, const struct warden_outcome *o);

/**
 * warden_who_can() - which programs can do something
 * @layers: the policy, all of whose layers must agree
 * @n: how many they are, up to WARDEN_WHO_LAYERS
 * @q: the thing; its subject is filled in here
 * @fn: called for each program that is not simply denied
 * @ctx: handed to it
 */
void warden_who_can(const struct warden_view *const layers[], unsigned int n,
		    const struct warden_question *q, warden_who_fn fn, void *ctx);

#endif /* WARDEN_EXPLAIN_H */
