/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A camera program as its author would write it: V4L2, mapped buffers.
 */
#ifndef WARDEN_TEST_CAMERA_H
#define WARDEN_TEST_CAMERA_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CAMERA_BUFFERS 3

struct camera {
	int fd;
	volatile uint8_t *buffer[CAMERA_BUFFERS];
	size_t len[CAMERA_BUFFERS];
	unsigned int buffers;
};

/* Each fails with -errno. */
int camera_open(struct camera *c, const char *node);
int camera_start(struct camera *c);

/* Wait up to @ms for a frame, look at it and give its buffer back. */
int camera_frame(struct camera *c, int ms);
void camera_close(struct camera *c);

/**
 * struct sight - what a camera program saw, in memory it shares with its test
 * @frames: frames it got
 * @frame: now_ns() of the last frame
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

/* A process that streams until it is refused, and fills in what it saw; gives its pid. */
pid_t camera_watch(struct camera *c, struct sight *s);

/* A process that keeps reading the mapped buffer until that faults. */
pid_t camera_touch(struct camera *c, struct sight *s);

/* Wait until @s has seen @frames more frames; false after @ms. */
int sight_flows(const struct sight *s, uint64_t frames, int ms);

#endif /* WARDEN_TEST_CAMERA_H */
