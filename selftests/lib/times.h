/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long a withdrawal leaves a program something to see.
 */
#ifndef WARDEN_TEST_TIMES_H
#define WARDEN_TEST_TIMES_H

#include <stddef.h>
#include <stdint.h>

#include "lib/evidence.h"

/* The bound the product promises. */
#define BOUND_MS 200
#define ROUNDS	 7

/**
 * struct times - what was last seen after a withdrawal, in ns, one of each per round
 * @command: since wardenctl was started, as a person would count
 * @kernel: since the module had the command, as a board would count; where the
 *	    processor is emulated, starting wardenctl is most of the other
 */
struct times {
	size_t rounds;
	uint64_t command[ROUNDS];
	uint64_t kernel[ROUNDS];
};

/* Note that @seen was the last moment, wardenctl having been started at @command. */
void times_add(struct times *t, const struct mark *m, uint64_t command, uint64_t seen);

/* Print both, and give the longest of what the kernel is bound to, in ms. */
uint64_t times_print(struct times *t, const char *what);

#endif /* WARDEN_TEST_TIMES_H */
