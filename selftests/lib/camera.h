/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A camera program as its author would write it: V4L2, mapped buffers.
 */
#ifndef WARDEN_TEST_CAMERA_H
#define WARDEN_TEST_CAMERA_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/sight.h"

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

/* A DMA buffer of buffer @i, which lives on its own; -errno. */
int camera_export(struct camera *c, unsigned int i);

/* A process that streams until it is refused, and fills in what it saw; gives its pid. */
pid_t camera_watch(struct camera *c, struct sight *s);

#endif /* WARDEN_TEST_CAMERA_H */
