/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long a withdrawal leaves a program something to see.
 *
 * Bound is what the module answers for: what it took by its own clock, and what
 * was seen after it had the command. The rest, starting wardenctl, is the
 * machine's and is only told: where the processor is emulated it is most of it.
 */
#ifndef WARDEN_TEST_TIMES_H
#define WARDEN_TEST_TIMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/evidence.h"

/* The bound where no rule says less: WARDEN_WITHDRAW_MS. */
#define BOUND_MS 200

/* Rounds a test makes: WARDEN_ROUNDS, or 7; up to this many. */
#define ROUNDS_MAX 1000
size_t times_rounds(void);

/**
 * struct times - what was last seen after a withdrawal, in ns, one of each per round
 * @cause: event of the command; NULL is "withdraw"
 * @reason: reason the sessions end for; NULL is "withdrawn"
 * @command: since wardenctl was started, as a person would count
 * @kernel: since the module had the command
 * @took: what the module recorded, from the command to the end of the last session
 */
struct times {
	size_t rounds;
	const char *cause;
	const char *reason;
	uint64_t command[ROUNDS_MAX];
	uint64_t kernel[ROUNDS_MAX];
	uint64_t took[ROUNDS_MAX];
};

/* Note that @seen was the last moment, wardenctl having been started at @command. */
void times_add(struct times *t, const struct mark *m, uint64_t command, uint64_t seen);

/* Print all, and give the longest of what the module answers for, in ms. */
uint64_t times_print(struct times *t, const char *what);

/*
 * Is a nanosecond of this guest's clock an instruction (WARDEN_COUNTED)? Elsewhere a second of it is one
 * of the machine that emulates it, whatever else that does; it is told then, and bound to nothing.
 */
bool times_are_counted(void);

#define EXPECT_IN_TIME(times, what)                                                                \
	do {                                                                                       \
		uint64_t longest = times_print(times, what);                                       \
                                                                                                   \
		EXPECT_GT(UINT64_MAX / 1000000, longest); /* there is a record of each */          \
		if (times_are_counted())                                                           \
			EXPECT_GE(BOUND_MS, longest);                                              \
	} while (0)

#endif /* WARDEN_TEST_TIMES_H */
