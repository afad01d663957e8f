/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of diff*.c share. */
#ifndef WARDEN_DIFF_PRIV_H
#define WARDEN_DIFF_PRIV_H

#include "diff.h"
#include "index.h"

#define PROTOCOL_OTHER 253 /* RFC 3692: for experiments; no rule can name it */

/* A rule without its line and its numbers: what it means, comparable as bytes. */
struct meaning {
	uint32_t action;
	uint32_t class;
	uint32_t flags;
	uint32_t withdraw_ms;
	uint32_t rate;
	uint32_t protocol;
	uint32_t low;
	uint32_t high;
	uint32_t socket;
	uint32_t topology; /* interned; 0 is any */
	uint32_t purpose;  /* interned; 0 is none */
	struct warden_net net;
	struct warden_net own;
	uint32_t interface; /* interned; 0 is any */
	uint32_t surface;
	uint32_t pattern; /* interned; 0 is any */
	struct warden_digest digest;
};

typedef WARDEN_ARRAY(struct meaning) meanings;

/* The rules of one policy, to be found by domain and program. */
struct table {
	const struct warden_view *view;
	WARDEN_ARRAY(uint32_t) order; /* numbers of rules, by domain and program */
};

struct diff {
	struct table tables[WARDEN_SUBJECT_VIEWS];
	struct warden_arena arena;
	struct warden_index interned;
	WARDEN_ARRAY(const char *) texts; /* what is interned, from 1 */
	const struct warden_subject *subject;
	uint32_t domain;
	meanings rules[WARDEN_SUBJECT_VIEWS]; /* that bear on the subject */
	meanings differing;		      /* that only one of the two has */
	bool all;			      /* defaults differ: everything may */
	warden_change_fn fn;
	void *ctx;
};

/* A question of the subject and the domain of now. */
struct warden_question warden_diff_question(const struct diff *d);

/* One question to both. True where the answers differ. */
bool warden_diff_ask(const struct diff *d, const struct warden_question *q,
		     struct warden_outcome answers[WARDEN_SUBJECT_VIEWS]);
void warden_diff_tell(const struct diff *d, const char *what,
		      const struct warden_outcome answers[WARDEN_SUBJECT_VIEWS]);

/* diff_ports.c: listening, and connecting with where to. */
void warden_diff_ports(struct diff *d);
void warden_diff_egress(struct diff *d);

/* diff_names.c: debug surfaces; names of modules and aliases that are asked for. */
void warden_diff_surfaces(const struct diff *d);
void warden_diff_names(const struct diff *d);
void warden_diff_usb(const struct diff *d);

#endif /* WARDEN_DIFF_PRIV_H */
