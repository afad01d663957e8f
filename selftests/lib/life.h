/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's coming and going.
 */
#ifndef WARDEN_TEST_LIFE_H
#define WARDEN_TEST_LIFE_H

#include <stdbool.h>

#define LIFE_MODULE "/usr/lib/warden/warden.ko"

/* Is the module loaded? */
bool life_is(void);

/* Load it with a parameter, or NULL; gives the exit status of insmod. */
int life_begin(const char *parameter);

/* Stop it and take it out; gives the exit status of the one that failed, or 0. */
int life_end(void);

/* Run a command that is found in PATH, whose words are told where it fails; gives its exit status. */
int life_run(const char *const argv[]);

#endif /* WARDEN_TEST_LIFE_H */
