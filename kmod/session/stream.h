/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_STREAM_H
#define WARDEN_STREAM_H

#include <linux/types.h>

struct file;
struct file_operations;
struct warden_sensor;

/* Buffers of one queue that are known again: V4L2 programs have four, or a few more. */
#define WARDEN_BUFFERS_MAX 64

/**
 * struct warden_buffers - what a queue had when its stream was stopped
 * @nr: how many
 * @priv: addresses its allocator knows them by; only compared
 */
struct warden_buffers {
	unsigned int nr;
	const void *priv[WARDEN_BUFFERS_MAX];
};

void warden_stream_stop(struct file *file, const struct file_operations *ops,
			const struct warden_sensor *sensor, struct warden_buffers *buffers,
			unsigned int *left);
bool warden_stream_is_own(const struct file *file, const struct warden_sensor *sensor);

#endif /* WARDEN_STREAM_H */
