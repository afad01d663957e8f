/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A recording program without a library: ALSA's own calls, and its ring mapped.
 */
#ifndef WARDEN_TEST_SOUND_H
#define WARDEN_TEST_SOUND_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/sight.h"

struct sound {
	int fd;
	volatile uint8_t *ring;
	size_t bytes;
};

/* Each fails with -errno. */
int sound_open(struct sound *s, const char *node);
int sound_start(struct sound *s);
int sound_start_reading(struct sound *s); /* one channel, which any call may read; nothing is mapped */
void sound_close(struct sound *s);

/* A process that asks for the position until it is refused; gives its pid. */
pid_t sound_watch(struct sound *s, struct sight *seen);

#endif /* WARDEN_TEST_SOUND_H */
