/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program sees of a sensor, and what it finds when that has ended.
 */
#ifndef WARDEN_TEST_SIGHT_H
#define WARDEN_TEST_SIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct sight - what a program saw of a sensor, in memory it shares with its test
 * @frames: frames it got, or samples
 * @frame: now_ns() of the last one
 * @touched: now_ns() when it last read the mapped buffer
 * @fault: now_ns() of its SIGBUS
 * @ioctl_errno: of the first call that failed after that
 * @read_errno: of read() after that
 * @mmap_errno: of mmap() after that
 * @events: what poll() then says
 */
struct sight {
	volatile uint64_t frames;
	volatile uint64_t frame;
	volatile uint64_t touched;
	volatile uint64_t fault;
	volatile int ioctl_errno;
	volatile int read_errno;
	volatile int mmap_errno;
	volatile int events;
};

struct sight *sight_new(void);

/* fork(), for a process that dies with this one. */
pid_t sight_fork(void);

/* A process that keeps reading mapped memory until that faults; gives its pid. */
pid_t sight_touch(const volatile uint8_t *memory, struct sight *s);

/* Try all that a program can that does not give up: read, mmap, poll, the memory. */
void sight_look_closer(int fd, const volatile uint8_t *memory, size_t len, struct sight *s);

/* Wait until @s has seen @frames more; false after @ms. */
bool sight_flows(const struct sight *s, uint64_t frames, int ms);

#endif /* WARDEN_TEST_SIGHT_H */
