/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Control groups that are called as a service manager calls its units.
 */
#ifndef WARDEN_TEST_GROUPS_H
#define WARDEN_TEST_GROUPS_H

#include <stdbool.h>
#include <stddef.h>

#define GROUPS	    "/sys/fs/cgroup"
#define GROUPS_UNIT GROUPS "/system.slice/door.service"
#define GROUPS_ELSE GROUPS "/system.slice/other.service"

/* Make some, each behind what it stands in; false where this kernel has none. */
bool groups_make(const char *const groups[], size_t n);

/* Leave them for the first of all, and remove them. */
void groups_end(const char *const groups[], size_t n);

/* This process goes there, and what it starts stays there: 0 or -errno. */
int groups_enter(const char *group);

#endif /* WARDEN_TEST_GROUPS_H */
