/* SPDX-License-Identifier: GPL-2.0-only */
/* From what was seen to a draft of a policy that allows that and nothing more. */
#ifndef WARDEN_LEARN_H
#define WARDEN_LEARN_H

#include <stdio.h>

#include <linux/warden.h>
#include <warden/chain.h>

#include "arena.h"
#include "index.h"

/* What an audit record tells of one use of something. Texts are copied. */
struct warden_sighting {
	uint64_t seq;
	uint64_t time; /* ns since boot */
	uint32_t count;
	uint32_t domain;
	bool refused;  /* a denial */
	bool observed; /* of observe mode, so not carried out */
	bool exports;  /* what a sensor delivers was asked for as a file */
	const char *program; /* label or path */
	struct warden_digest digest;
	uint32_t class;
	const char *object;
	uint32_t protocol;
	uint32_t port;
};

struct warden_learned {
	uint64_t first;
	uint64_t last;
	uint64_t from; /* ns since boot */
	uint64_t to;
	uint64_t count;
	uint64_t refused; /* of these, carried out */
	bool exports;	  /* it was exported as well */
	uint32_t domain;
	uint32_t program; /* place in the list of programs */
	uint32_t class;
	uint32_t protocol;
	uint32_t port;
	const char *object;
};

struct warden_learned_program {
	const char *name; /* in the draft */
	const char *label;
	struct warden_digest digest;
};

/* Zeroed at first. */
struct warden_lesson {
	struct warden_arena arena;
	WARDEN_ARRAY(struct warden_learned) seen;
	WARDEN_ARRAY(struct warden_learned_program) programs;
	struct warden_index keys;
	struct warden_index names;
	struct warden_index labels;
	uint64_t records;
	uint64_t skipped; /* that tell of nothing a rule could allow */
};

void warden_learn_take(struct warden_lesson *l, const struct warden_sighting *s);
void warden_learn_free(struct warden_lesson *l);

/**
 * warden_learn_print() - write the draft
 * @l: what was seen
 * @to: stream
 *
 * Each rule has a comment that tells what was seen, how often and when. What was
 * refused stands there as a comment, for a person to decide on.
 */
void warden_learn_print(const struct warden_lesson *l, FILE *to);

/* The rule for one thing that was seen, without its `;`. */
void warden_learn_rule(const struct warden_lesson *l, const struct warden_learned *seen, FILE *to);

#endif /* WARDEN_LEARN_H */
