/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What proves that Warden did it: the audit record and the counter. An errno
 * alone could be anybody's.
 */
#ifndef WARDEN_TEST_EVIDENCE_H
#define WARDEN_TEST_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct json_object;

/* A moment; evidence is what came after it. */
struct mark {
	uint64_t seq;
	uint64_t denials;
	uint64_t generation;
};

/**
 * struct claim - what a record must say; 0 or NULL is not asked for
 * @event: word of the event; NULL is "verdict"
 * @domain: word of the domain
 * @reason: word of the reason
 * @program: label of the program, or its path where the policy does not name it
 * @object: topology name, file, or purpose
 * @line: line of the rule; UINT32_MAX: no rule may be named
 * @pid: process
 * @port: port, plus one, so that port 0 can be asked for
 * @protocol: IPPROTO_*
 * @observed: the denial was not carried out
 * @times: denials there must be, by records and by the counter; 0 is at least one
 */
struct claim {
	const char *event;
	const char *domain;
	const char *reason;
	const char *program;
	const char *object;
	uint32_t line;
	pid_t pid;
	uint32_t port;
	uint32_t protocol;
	bool observed;
	uint64_t times;
};

struct mark evidence_mark(void);

/* NULL where a denial of this kind was recorded and counted; else what lacks. */
const char *evidence_of_denial(const struct mark *m, const struct claim *c);

/* NULL where no denial was recorded or counted since; else what was. */
const char *evidence_of_peace(const struct mark *m);

/* NULL where a record of c->event was made; else what lacks. */
const char *evidence_of_event(const struct mark *m, const struct claim *c);

/* The first record that fits, or NULL; waits up to @ms for it. To be put by the caller. */
struct json_object *evidence_find(const struct mark *m, const struct claim *c, int ms);

/* How many events the records that fit stand for; waits up to @ms for as many as c->times. */
uint64_t evidence_times(const struct mark *m, const struct claim *c, int ms);

/* The largest of a number among the records that fit; 0 where none does. */
uint64_t evidence_most(const struct mark *m, const struct claim *c, const char *field);

/* A number of a record; 0 where it is not there. */
uint64_t evidence_number(const struct json_object *record, const char *field);
const char *evidence_string(const struct json_object *record, const char *field);

#endif /* WARDEN_TEST_EVIDENCE_H */
