/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process that has a camera, by consent, and does what it is told.
 */
#ifndef WARDEN_TEST_HOLDER_H
#define WARDEN_TEST_HOLDER_H

#include <stdbool.h>
#include <sys/types.h>

/* Of the test program; what it is put into comes before the rest of a policy. */
#define HOLDER_STATEMENTS                                                                          \
	"program tester { path \"%s\"; }\n"                                                        \
	"purpose door \"Show who is at the door\";\n"                                              \
	"default sensor deny;\n"                                                                   \
	"allow tester use camera for door with consent;\n"

/* What it is told, a byte each; it answers each with a byte, its errno. */
enum deed { OPEN = 'o', TAKE = 't', APART = 'p', MAP = 'm', CLOSE = 'c', DUMPABLE = 'd', ABORT = 'a' };

/**
 * struct holder - one
 * @pid: of the process; 0 where there is none
 * @talk: where it is told
 * @camera: what it opens
 */
struct holder {
	pid_t pid;
	int talk;
	char camera[128];
};

/* With a camera, that policy and consent: false where one of them is not to be had. */
bool holder_begin(struct holder *h);

/* The process alone: 0 or a negative errno. */
int holder_start(struct holder *h);
void holder_end(struct holder *h);

/* Its errno, or -1 where it gave none. */
int holder_do(struct holder *h, char deed);

#endif /* WARDEN_TEST_HOLDER_H */
