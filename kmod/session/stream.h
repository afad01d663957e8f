/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_STREAM_H
#define WARDEN_STREAM_H

struct file;
struct file_operations;
struct warden_sensor;

void warden_stream_stop(struct file *file, const struct file_operations *ops,
			const struct warden_sensor *sensor);

#endif /* WARDEN_STREAM_H */
