/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every call by which a program reads from a file it has open, each in the place of read().
 */
#ifndef WARDEN_TEST_READS_H
#define WARDEN_TEST_READS_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct reading - one of them
 * @name: for people
 * @read: what read() of so many bytes would give, or -errno; waits where there is nothing yet
 * @none: no driver here knows it
 */
struct reading {
	char name[20];
	int (*read)(int fd, void *buf, unsigned int len);
	bool none;
};

#define READS_COUNT 17

const struct reading *reads_at(size_t i);

/* Is this what a driver says that does not know the call, or a kernel? */
bool reads_unknown(int result);

#endif /* WARDEN_TEST_READS_H */
