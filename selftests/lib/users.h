/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who may try something: root, a plain user, and the root of a user name space.
 */
#ifndef WARDEN_TEST_USERS_H
#define WARDEN_TEST_USERS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define USERS_COUNT   3
#define USERS_NOBODY  254 /* of a process that could not become who it was to be */

/**
 * struct user - one of them
 * @name: for people
 * @uid: in the initial name space
 * @spaces: name spaces of its own, where it is root: CLONE_NEW*
 */
struct user {
	char name[28];
	uid_t uid;
	int spaces;
};

const struct user *users_at(size_t i);

/* Become this user in this very process; false where that failed. */
bool users_become(const struct user *u);

/* Start @what in a process of this user, which ends with this one and exits with what it gives. */
pid_t users_start(const struct user *u, int (*what)(const struct user *u, void *arg), void *arg);

/* The same, waited for: its exit status. */
int users_run(const struct user *u, int (*what)(const struct user *u, void *arg), void *arg);

/* Take the byte by which one of them says that it is ready; false where none comes for half a minute. */
bool users_ready(int fd);

#endif /* WARDEN_TEST_USERS_H */
