/* SPDX-License-Identifier: GPL-2.0-only */
/* What a person answers to a program that asks for a sensor, in words. */
#ifndef WARDEN_CONSENT_ANSWER_H
#define WARDEN_CONSENT_ANSWER_H

#include <stdint.h>

#include "../questions.h"

struct warden_blob;

enum warden_answer_kind {
	WARDEN_ANSWER_NONE, /* not understood, and that was said */
	WARDEN_ANSWER_ONCE,
	WARDEN_ANSWER_SESSION,
	WARDEN_ANSWER_FOR,
	WARDEN_ANSWER_NO,
	WARDEN_ANSWER_DISMISS,
};

/**
 * struct warden_consent_answer - an answer
 * @kind: what
 * @seconds: yes for that long; a no that is kept for that long, 0 as long as this runs
 */
struct warden_consent_answer {
	enum warden_answer_kind kind;
	uint64_t seconds;
};

/* Read `y`, `s`, `t 10m`, `n`, `n 1h` or `d`, or the whole words. */
struct warden_consent_answer warden_consent_answer_read(const char *text);

/* The attributes of the grant that an answer is, on top of those that are the same for each. */
void warden_consent_answer_put(struct warden_blob *b, const struct warden_question *q,
			       const struct warden_consent_answer *answer);

/**
 * warden_consent_question_print() - say a question so that a person understands it
 * @q: the question
 * @text: what the purpose says to people; "" where it is not known
 */
void warden_consent_question_print(const struct warden_question *q, const char *text);

#endif /* WARDEN_CONSENT_ANSWER_H */
