// SPDX-License-Identifier: GPL-2.0-only
/*
 * The buffer of an IIO chip at a limited rate.
 *
 * Samples lie in a queue, in their order; to hand out fewer of a fast chip's would
 * still hand out samples that were taken close together, which is what is heard by.
 * So it is measured how many come, whatever clock or trigger makes them, and nothing is
 * handed out while they come faster than the rule allows.
 */
#include <linux/fs.h>
#include <linux/math64.h>
#include <linux/timekeeping.h>
#include <linux/iio/iio.h>
#include <linux/iio/buffer.h>
#include <linux/iio/buffer_impl.h>
#include <uapi/linux/iio/buffer.h>

#include "pace.h"
#include "session-limit.h"
#include "session-priv.h"

/* What a clock may be fast, in per cent, and what may come at once beside that. */
#define TOLERANCE 25
#define JITTER	  2

/* The first look takes two samples' time, up to this. */
#define LOOK_NS (2 * (u64)NSEC_PER_SEC)

#if IS_ENABLED(CONFIG_IIO)
static struct iio_buffer *buffer_of(const struct warden_session *s)
{
	return dev_to_iio_dev(s->sensor.dev)->buffer;
}

static u64 look(struct warden_limit *limit, struct iio_buffer *buffer)
{
	limit->seen = buffer->access->data_available(buffer);
	limit->seen_at = ktime_get_boottime_ns();
	return limit->seen;
}

/* How many may come in a time. */
static u64 fits(const struct warden_limit *limit, u64 ns)
{
	u64 ms = div_u64(ns, NSEC_PER_MSEC);

	return div_u64(ms * limit->rate, WARDEN_PACE_HOUR * MSEC_PER_SEC) * (100 + TOLERANCE) / 100 +
	       JITTER;
}

/* A full queue tells nothing of how fast it would fill. */
static bool comes_faster(struct warden_limit *limit, struct iio_buffer *buffer)
{
	u64 before = limit->seen, since = limit->seen_at, there = look(limit, buffer);

	return there >= buffer->length ||
	       (there > before && there - before > fits(limit, limit->seen_at - since));
}

static int watch(struct warden_session *s, struct iio_buffer *buffer)
{
	struct warden_limit *limit = s->limit;
	int err;

	if (!buffer->access->data_available) {
		warden_session_tell_refused(s, WARDEN_REASON_RATE_UNKEPT);
		return -EACCES;
	}
	if (!limit->seen_at) {
		look(limit, buffer);
		err = warden_pace_sleep(min(2 * 3600 * (u64)NSEC_PER_SEC / limit->rate, LOOK_NS));
		if (err)
			return err;
	}
	if (!comes_faster(limit, buffer))
		return 0;
	limit->seen_at = 0; /* whoever comes again waits for a look of full length */
	warden_session_tell_refused(s, WARDEN_REASON_RATE_ABOVE);
	return -EACCES;
}

static ssize_t read_scans(struct warden_session *s, char __user *buf, size_t len, loff_t *pos)
{
	struct iio_buffer *buffer = buffer_of(s);
	struct warden_limit *limit = s->limit;
	size_t scan = buffer ? buffer->bytes_per_datum : 0;
	ssize_t n;

	if (!scan || len < scan)
		return s->orig->read(s->file, buf, 0, pos);
	n = watch(s, buffer);
	if (n)
		return n;
	n = warden_pace_wait(limit->pace, limit->rate, min_t(size_t, len / scan, U32_MAX),
			     limit->rate / WARDEN_PACE_HOUR, s->file->f_flags & O_NONBLOCK);
	if (n > 0)
		n = s->orig->read(s->file, buf, n * scan, pos);
	if (n > 0) /* what came meanwhile still counts */
		limit->seen -= min_t(u64, limit->seen, n / scan);
	return n;
}

static ssize_t chip_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	struct warden_session *s = warden_session_of(file);
	ssize_t n;

	if (mutex_lock_interruptible(&s->limit->lock))
		return -ERESTARTSYS;
	n = read_scans(s, buf, len, pos);
	mutex_unlock(&s->limit->lock);
	return n;
}

/* A buffer's own file would be watched by nobody. Compat calls come here, too (compat_ptr_ioctl()). */
static long chip_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct warden_session *s = warden_session_of(file);

	if (cmd != IIO_BUFFER_GET_FD_IOCTL)
		return warden_derived_ioctl(file, cmd, arg);
	warden_session_tell_refused(s, WARDEN_REASON_RATE_UNKEPT);
	return -EACCES;
}

void warden_limit_chip(struct warden_session *s)
{
	if (s->ops.read)
		s->ops.read = chip_read;
	if (s->ops.unlocked_ioctl)
		s->ops.unlocked_ioctl = chip_ioctl;
}
#else
void warden_limit_chip(struct warden_session *s)
{
}
#endif
