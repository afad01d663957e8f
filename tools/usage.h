/* SPDX-License-Identifier: GPL-2.0-only */
/* Who used which sensor for how long, added up from audit records. */
#ifndef WARDEN_USAGE_H
#define WARDEN_USAGE_H

#include "policy/arena.h"
#include "wire.h"

/* Uses that repeat within a second are told when it is over, by work that has to run. */
#define WARDEN_TOLD_LATE_NS UINT64_C(3000000000)

/* A program's use of one device. */
struct warden_use {
	char *program;
	char *object;
	uint32_t class;
	uint64_t opens; /* that began since the moment asked for */
	uint64_t open;	/* that have not ended yet */
	int64_t time;	/* ns; what is open is added by warden_usage_end() */
	uint64_t last;	/* boot-time clock of the last begin or end, in ns */
	uint64_t began; /* the same of the last begin; 0 is none */
	uint64_t owed;	/* ends that were told before their begins */
	uint64_t owed_at; /* the clock at the last of them */
};

/**
 * struct warden_usage - a sum under construction; @since is given, the rest zeroed
 * @since: boot-time clock, in ns; what was before is left out
 * @first: number of the first record
 * @newest: boot-time clock of the latest record since Warden began, in ns
 * @lost: records a loss record says are missing
 * @uses: in the order in which they were first seen
 */
struct warden_usage {
	uint64_t since;
	uint64_t first;
	uint64_t newest;
	uint64_t lost;
	WARDEN_ARRAY(struct warden_use) uses;
};

/**
 * warden_usage_take() - add a record
 * @u: the sum
 * @o: the record
 *
 * A record that stands for several adds its time that often; equal events of one
 * second are told together, so that the sum is right to a second each.
 */
void warden_usage_take(struct warden_usage *u, const struct warden_object *o);

/* Add what is open at @now, on the boot-time clock in ns. */
void warden_usage_end(struct warden_usage *u, uint64_t now);
void warden_usage_free(struct warden_usage *u);

#endif /* WARDEN_USAGE_H */
