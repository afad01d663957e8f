// SPDX-License-Identifier: GPL-2.0-only
/*
 * Keeps the rate of a session that a rule allows "at most" so often: on the call
 * that sets a device up, and on what it delivers, since others may have set it up.
 *
 *  frames	each buffer that is queued brings one frame into its memory, whether it is
 *		taken out or only looked at; so queueing waits until a frame is due
 *  sound	comes as fast as the card was set to; a faster one is neither set up nor heard
 *  attributes	each value that is read, or written, is one use
 *  chips	session-limit-chip.c
 *
 * Only a session with a limit has these operations; all others have the driver's.
 */
#include <linux/ctype.h>
#include <linux/fs.h>
#include <linux/kstrtox.h>
#include <linux/magic.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/uio.h>
#include <linux/v4l2-subdev.h>
#include <linux/videodev2.h>
#include <sound/asound.h>
#if IS_ENABLED(CONFIG_SND_PCM)
#include <sound/pcm.h>
#endif

#include "device/classify.h"
#include "pace.h"
#include "policy/snapshot.h"
#include "session-limit.h"
#include "session-priv.h"
#include "stream.h"

/* Frames that may be under way before the first is due: what a capture needs to begin. */
#define FRAMES_AHEAD 3

/* Longest text that sets a rate. */
#define SETTING_SIZE 48

static long refuse(const struct warden_session *s, u32 reason)
{
	warden_session_tell_refused(s, reason);
	return -EACCES;
}

/* --- frames ------------------------------------------------------------------- */

/* A frame every @interval: is that more often than the rule allows? 0 is the driver's choice. */
static bool is_faster(const struct v4l2_fract *interval, u32 rate)
{
	return interval->numerator && interval->denominator &&
	       (u64)interval->denominator * WARDEN_PACE_HOUR > (u64)rate * interval->numerator;
}

static bool sets_faster(unsigned int cmd, void __user *arg, u32 rate)
{
	struct v4l2_subdev_frame_interval set;
	struct v4l2_streamparm parm;

	if (cmd == VIDIOC_S_PARM)
		return !copy_from_user(&parm, arg, sizeof(parm)) &&
		       (parm.type == V4L2_BUF_TYPE_VIDEO_CAPTURE ||
			parm.type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE) &&
		       is_faster(&parm.parm.capture.timeperframe, rate);
	return cmd == VIDIOC_SUBDEV_S_FRAME_INTERVAL && !copy_from_user(&set, arg, sizeof(set)) &&
	       is_faster(&set.interval, rate);
}

/* Compat calls end up here as well (v4l2_compat_ioctl32()), under numbers of another size. */
static bool queues_buffer(unsigned int cmd)
{
	return _IOC_TYPE(cmd) == _IOC_TYPE(VIDIOC_QBUF) && _IOC_NR(cmd) == _IOC_NR(VIDIOC_QBUF);
}

static long video_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct warden_session *s = warden_session_of(file);
	const struct warden_limit *limit = s->limit;
	int err;

	if (sets_faster(cmd, (void __user *)arg, limit->rate))
		return refuse(s, WARDEN_REASON_RATE_ABOVE);
	if (queues_buffer(cmd)) {
		err = warden_pace_wait(limit->pace, limit->rate, 1, FRAMES_AHEAD, false);
		if (err < 0)
			return err;
	}
	return warden_export_ioctl(file, cmd, arg);
}

/* At most one frame; what is read in pieces counts for each of them. */
static ssize_t video_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	struct warden_session *s = warden_session_of(file);
	int err = warden_pace_wait(s->limit->pace, s->limit->rate, 1, 0,
				   file->f_flags & O_NONBLOCK);

	return err < 0 ? err : s->orig->read(file, buf, len, pos);
}

/* --- sound -------------------------------------------------------------------- */

#if IS_ENABLED(CONFIG_SND_PCM)
static bool sounds_faster(const struct warden_session *s)
{
	const struct snd_pcm_file *pcm = s->file->private_data;

	return (u64)READ_ONCE(pcm->substream->runtime->rate) * WARDEN_PACE_HOUR > s->limit->rate;
}
#else
static bool sounds_faster(const struct warden_session *s)
{
	return true;
}
#endif

static bool is_pcm(unsigned int cmd, unsigned int known)
{
	return _IOC_TYPE(cmd) == _IOC_TYPE(known) && _IOC_NR(cmd) == _IOC_NR(known);
}

/*
 * What the driver made of the parameters is looked at, and not what was asked for. A
 * stream that others set up can be faster at any time before it begins.
 */
static long call_sound(struct warden_session *s, unsigned int cmd, unsigned long arg,
		       long (*call)(struct file *, unsigned int, unsigned long))
{
	bool sets = is_pcm(cmd, SNDRV_PCM_IOCTL_HW_PARAMS);
	bool hears = is_pcm(cmd, SNDRV_PCM_IOCTL_START) ||
		     is_pcm(cmd, SNDRV_PCM_IOCTL_READI_FRAMES) ||
		     is_pcm(cmd, SNDRV_PCM_IOCTL_READN_FRAMES);
	long err;

	if (hears && sounds_faster(s))
		return refuse(s, WARDEN_REASON_RATE_ABOVE);
	err = call(s->file, cmd, arg);
	if (err || !sets || !sounds_faster(s))
		return err;
	s->orig->unlocked_ioctl(s->file, SNDRV_PCM_IOCTL_HW_FREE, 0);
	return refuse(s, WARDEN_REASON_RATE_ABOVE);
}

static long sound_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct warden_session *s = warden_session_of(file);

	return call_sound(s, cmd, arg, s->orig->unlocked_ioctl);
}

static long sound_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct warden_session *s = warden_session_of(file);

	return call_sound(s, cmd, arg, s->orig->compat_ioctl);
}

static ssize_t sound_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	struct warden_session *s = warden_session_of(file);

	if (sounds_faster(s))
		return refuse(s, WARDEN_REASON_RATE_ABOVE);
	return s->orig->read(file, buf, len, pos);
}

static ssize_t sound_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	struct warden_session *s = warden_session_of(iocb->ki_filp);

	if (sounds_faster(s))
		return refuse(s, WARDEN_REASON_RATE_ABOVE);
	return s->orig->read_iter(iocb, to);
}

/* --- attributes ----------------------------------------------------------------- */

static int wait_for_use(const struct warden_session *s)
{
	int err = warden_pace_wait(s->limit->pace, s->limit->rate, 1, 0,
				   s->file->f_flags & O_NONBLOCK);

	return err < 0 ? err : 0;
}

/*
 * A value that is read in pieces is one: seq_read_iter() makes it anew unless a read
 * goes on where the last one of this file ended.
 */
static ssize_t attribute_read(struct kiocb *iocb, struct iov_iter *to)
{
	struct warden_session *s = warden_session_of(iocb->ki_filp);
	struct warden_limit *limit = s->limit;
	ssize_t n = mutex_lock_interruptible(&limit->lock);

	if (n)
		return -ERESTARTSYS;
	if (!iocb->ki_pos || iocb->ki_pos != limit->next)
		n = wait_for_use(s);
	if (!n)
		n = s->orig->read_iter(iocb, to);
	limit->next = n < 0 ? 0 : iocb->ki_pos;
	mutex_unlock(&limit->lock);
	return n;
}

/* "80", "80.5": is that more often in a second than the rule allows? -EINVAL where it is no rate. */
static int is_setting_faster(const char *text, u32 rate)
{
	char *rest;
	u64 whole = simple_strtoull(text + (*text == '+'), &rest, 10);

	if (!isdigit(text[*text == '+']) || rest[strspn(rest, ".0123456789\n ")])
		return -EINVAL;
	if (*rest == '.' && rest[1 + strspn(rest + 1, "0\n ")])
		whole++; /* a part of one counts as one */
	return whole > rate / WARDEN_PACE_HOUR;
}

/* The text is copied once, so that what was looked at is what is written. */
static ssize_t write_setting(struct warden_session *s, struct kiocb *iocb, struct iov_iter *from)
{
	char text[SETTING_SIZE] = "";
	struct kvec vec = { .iov_base = text, .iov_len = iov_iter_count(from) };
	struct iov_iter copy;
	int faster;

	if (!vec.iov_len || vec.iov_len >= sizeof(text))
		return -EINVAL;
	if (!copy_from_iter_full(text, vec.iov_len, from))
		return -EFAULT;
	faster = is_setting_faster(text, s->limit->rate);
	if (faster)
		return faster < 0 ? faster : refuse(s, WARDEN_REASON_RATE_ABOVE);
	iov_iter_kvec(&copy, ITER_SOURCE, &vec, 1, vec.iov_len);
	return s->orig->write_iter(iocb, &copy);
}

/* A write is a use, too: one to a trigger makes a sample. */
static ssize_t attribute_write(struct kiocb *iocb, struct iov_iter *from)
{
	struct warden_session *s = warden_session_of(iocb->ki_filp);
	int err;

	if (strstr(s->sensor.node, "sampling_frequency"))
		return write_setting(s, iocb, from);
	err = wait_for_use(s);
	return err ?: s->orig->write_iter(iocb, from);
}

/* --- the session ---------------------------------------------------------------- */

static bool is_attribute(const struct warden_session *s)
{
	return file_inode(s->file)->i_sb->s_magic == SYSFS_MAGIC;
}

/* The lines of a chip tell of each change, as often as there is one. */
static bool can_keep(const struct warden_session *s)
{
	return s->sensor.kind != WARDEN_DEVICE_OTHER && s->sensor.kind != WARDEN_DEVICE_TERMINAL &&
	       s->sensor.kind != WARDEN_DEVICE_LINES;
}

/**
 * warden_limit_begin() - make ready to keep the rate of a session
 * @s: its file is not open yet; what allowed it has a rate
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENOMEM; -EACCES where nobody here knows how this device delivers.
 */
int warden_limit_begin(struct warden_session *s)
{
	struct warden_limit *limit;
	u64 part = 0;

	if (is_attribute(s))
		part = warden_snapshot_name_key(s->sensor.node);
	else if (!S_ISCHR(file_inode(s->file)->i_mode) || !can_keep(s))
		return -EACCES;
	limit = kzalloc(sizeof(*limit), GFP_KERNEL_ACCOUNT);
	if (!limit)
		return -ENOMEM;
	limit->pace = warden_pace_get(s->sensor.key, s->answer.sharer, part);
	if (!limit->pace) {
		kfree(limit);
		return -ENOMEM;
	}
	limit->rate = s->answer.rate;
	mutex_init(&limit->lock);
	s->limit = limit;
	return 0;
}

static void take_over_sound(struct file_operations *ops)
{
	ops->unlocked_ioctl = sound_ioctl;
	if (ops->compat_ioctl)
		ops->compat_ioctl = sound_compat_ioctl;
	if (ops->read)
		ops->read = sound_read;
	if (ops->read_iter)
		ops->read_iter = sound_read_iter;
}

/**
 * warden_limit_take_over() - put what keeps the rate into a session's operations
 * @s: its operations are a copy of the driver's
 *
 * Context: Process context; nobody else has the file yet.
 */
void warden_limit_take_over(struct warden_session *s)
{
	struct file_operations *ops = &s->ops;

	if (!s->limit)
		return;
	if (is_attribute(s)) {
		if (ops->read_iter)
			ops->read_iter = attribute_read;
		if (ops->write_iter)
			ops->write_iter = attribute_write;
	} else if (s->sensor.kind == WARDEN_DEVICE_SOUND) {
		take_over_sound(ops);
	} else if (s->sensor.kind == WARDEN_DEVICE_CHIP) {
		warden_limit_chip(s);
	} else {
		ops->unlocked_ioctl = video_ioctl;
		if (ops->read)
			ops->read = video_read;
	}
}

/**
 * warden_limit_map() - may memory of this session be mapped?
 * @s: the session
 *
 * Frames come into it as this file queues buffers, unless they are those of another file, which
 * has a rate of its own; sound at the rate the card has, which cannot be changed while it is
 * mapped (snd_pcm_hw_params()).
 *
 * Context: Process context, from mmap().
 * Return: 0, or -EACCES, which was recorded.
 */
int warden_limit_map(const struct warden_session *s)
{
	if (!s->limit)
		return 0;
	if (!is_attribute(s) && s->sensor.kind == WARDEN_DEVICE_VIDEO &&
	    warden_stream_is_own(s->file, &s->sensor))
		return 0;
	if (!is_attribute(s) && s->sensor.kind == WARDEN_DEVICE_SOUND && !sounds_faster(s))
		return 0;
	return refuse(s, WARDEN_REASON_RATE_ABOVE);
}

/**
 * warden_limit_end() - free what kept the rate of a session
 * @s: nobody is in its operations any more
 *
 * Context: Any but interrupt.
 */
void warden_limit_end(struct warden_session *s)
{
	if (!s->limit)
		return;
	warden_pace_put(s->limit->pace);
	kfree(s->limit);
}
