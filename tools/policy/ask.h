/* SPDX-License-Identifier: GPL-2.0-only */
/* Who can be asked about, what comes of a question, and both in words. */
#ifndef WARDEN_POLICY_ASK_H
#define WARDEN_POLICY_ASK_H

#include "decode.h"

#define WARDEN_SUBJECT_VIEWS	2 /* policies that are held against each other */
#define WARDEN_SUBJECT_PROGRAMS 8 /* programs of one policy that are the same file */

/*
 * A program as the kernel sees it: a file, a user, a unit and arguments. It may be several programs
 * of a policy, or none: then it is any program the policy does not name.
 */
struct warden_subject {
	struct warden_digest digest;
	uint32_t uid;
	const char *unit; /* NULL is none */
	const char *arguments; /* as a policy says them; NULL is others */
	uint32_t programs[WARDEN_SUBJECT_VIEWS][WARDEN_SUBJECT_PROGRAMS]; /* from 1, 0 ends */
	const char *label;
};

struct warden_subjects {
	struct warden_arena arena;
	WARDEN_ARRAY(struct warden_subject) list;
};

/**
 * warden_subjects_find() - everybody two policies tell apart
 * @s: filled in: each distinct set of programs once, last any other program
 * @views: the policies; the second may be NULL
 */
void warden_subjects_find(struct warden_subjects *s,
			  const struct warden_view *const views[WARDEN_SUBJECT_VIEWS]);
void warden_subjects_free(struct warden_subjects *s);

/* Are two units one, or two arguments? NULL is none. */
bool warden_subject_is_in(const char *a, const char *b);

/* A user no policy names. */
#define WARDEN_UID_OTHER 4294967294u

/* What comes of a question, over all the consents that could stand. */
struct warden_outcome {
	enum { WARDEN_OUTCOME_DENIED, WARDEN_OUTCOME_CONSENT, WARDEN_OUTCOME_ALLOWED } what;
	bool observed;		  /* a denial is recorded only */
	uint32_t reason;	  /* enum warden_reason */
	uint32_t rule;		  /* number of the rule that decides; 0 is none */
	uint32_t withdraw_ms;	  /* of that rule; 0 is not said */
	uint32_t rate;		  /* uses in an hour; 0 is no limit */
	uint32_t signals; /* WARDEN_RULE_SIGNALS of that rule */
	bool blank;
	bool exports; /* a rule allows to export, too */
	const char *ends;	  /* the purpose of that rule, where it ends; NULL is none */
	const char *purposes[WARDEN_ORACLE_PURPOSES]; /* any of which would do, sorted */
	unsigned int n;
};

/* Ask a policy @q; @q->purposes are left as they are unless a consent is what lacks. */
void warden_ask(const struct warden_view *v, const struct warden_question *q,
		struct warden_outcome *o);

/*
 * Where a policy names a broker, to connect there takes the right to its sensor as well: gives that
 * question. warden_ask() asks it once connecting is allowed.
 */
bool warden_ask_broker(const struct warden_view *v, const struct warden_question *q,
		       struct warden_question *use);

/* Would the same happen? Rules and lines do not count. */
bool warden_outcome_same(const struct warden_outcome *a, const struct warden_outcome *b);

/* How much is let through: a larger number is more. */
int warden_outcome_rank(const struct warden_outcome *o);

#define WARDEN_OUTCOME_TEXT 512

/* `denied`, `allowed`, `with consent for video`, and the like. */
const char *warden_outcome_text(char to[WARDEN_OUTCOME_TEXT], const struct warden_outcome *o);

/* `line 7`, or `default`. */
const char *warden_outcome_ground(char to[WARDEN_OUTCOME_TEXT], const struct warden_view *v,
				  const struct warden_outcome *o);

#endif /* WARDEN_POLICY_ASK_H */
