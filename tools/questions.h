/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who waits to be consented to, one question after the other, and the refusals that
 * are kept. Pure: the time is given.
 */
#ifndef WARDEN_QUESTIONS_H
#define WARDEN_QUESTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include <warden/limits.h>

#include "wire.h"

#define WARDEN_QUESTIONS_MAX 64 /* past these nothing is asked until one is answered */

/**
 * struct warden_question - one program that lacks consent for one purpose
 * @program: label of the program
 * @purpose: label of the purpose
 * @object: topology name of the sensor of the last use
 * @class: enum warden_sensor_class
 * @line: line of the rule
 * @layer: enum warden_role whose rule it is
 * @pid: process of the last use
 * @uid: whose it is
 * @uses: how often it was refused since it was first asked
 * @refused: it was answered with no, and is kept so that it is not asked again
 * @until: CLOCK_MONOTONIC, in ns, when that ends; UINT64_MAX is with this program
 */
struct warden_question {
	char program[WARDEN_LABEL_MAX + 1];
	char purpose[WARDEN_LABEL_MAX + 1];
	char object[WARDEN_TOPOLOGY_MAX + 1];
	uint32_t class;
	uint32_t line;
	uint32_t layer;
	uint32_t pid;
	uint32_t uid;
	uint64_t uses;
	bool refused;
	uint64_t until;
};

/* Zeroed at first; in the order in which they came. */
struct warden_questions {
	struct warden_question list[WARDEN_QUESTIONS_MAX];
	unsigned int n;
};

/**
 * warden_questions_add() - take a consent-request in
 * @q: the questions
 * @record: the record
 * @now: CLOCK_MONOTONIC, in ns
 *
 * One that waits already is counted; one that was refused for a time is not asked
 * before that is over.
 */
void warden_questions_add(struct warden_questions *q, const struct warden_object *record,
			  uint64_t now);

/* The question that is to be asked; NULL where none waits. It stays where it is until removed. */
const struct warden_question *warden_questions_front(const struct warden_questions *q);

/**
 * warden_questions_settle() - forget what somebody else consented to
 * @q: the questions
 * @record: a grant
 *
 * Return: true where the question that was asked is not needed any more.
 */
bool warden_questions_settle(struct warden_questions *q, const struct warden_object *record);

/* Take the front out: it is answered, or dismissed. */
void warden_questions_pop(struct warden_questions *q);

/* Do not ask the front again before @until, in ns of CLOCK_MONOTONIC. */
void warden_questions_refuse(struct warden_questions *q, uint64_t until);

#endif /* WARDEN_QUESTIONS_H */
