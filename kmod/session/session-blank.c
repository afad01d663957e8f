// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a session is after its end where the rule says `blank`: a sensor that senses
 * nothing. Reads wait, polls see nothing, what is written is dropped.
 *
 * That is for data that are read. Frames and sound are taken in step with a driver that
 * has been stopped, so there an error says that it is over; a file of sysfs has a value
 * or none.
 */
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/poll.h>
#include <linux/splice.h>
#include <linux/uio.h>
#include <linux/wait.h>

#include "device/classify.h"
#include "session-priv.h"

/* Who waits for what does not come, and how many are in here to do so. */
static DECLARE_WAIT_QUEUE_HEAD(nothing);
static atomic_t nr_waiting = ATOMIC_INIT(0);

/* The module goes. Set once. */
static bool leaving;

/**
 * warden_blank_is_for() - is a session that ends to be quiet and not dead?
 * @s: the session
 *
 * Context: Any.
 * Return: true if its rule says so, and its device can be.
 */
bool warden_blank_is_for(const struct warden_session *s)
{
	if (!(s->answer.flags & WARDEN_RULE_FLAG_BLANK) || !S_ISCHR(file_inode(s->file)->i_mode))
		return false;
	switch (s->sensor.kind) {
	case WARDEN_DEVICE_QUIET:
	case WARDEN_DEVICE_VIDEO:
	case WARDEN_DEVICE_SOUND:
		return false;
	default:
		return s->sensor.class != WARDEN_SENSOR_CLASS_BUS;
	}
}

/* Until a signal, or until the module goes. */
static ssize_t wait_for_nothing(bool nowait)
{
	ssize_t err;

	if (nowait)
		return -EAGAIN;
	atomic_inc(&nr_waiting);
	err = wait_event_interruptible(nothing, READ_ONCE(leaving));
	atomic_dec(&nr_waiting);
	return err ?: -EACCES;
}

/**
 * warden_blank_read() - read nothing
 * @file: the file of a session that ended
 * @buf: left as it is
 * @len: how much was wanted
 * @pos: left as it is
 *
 * Context: Process context, sleeps.
 * Return: -EAGAIN where it would have to wait, -ERESTARTSYS for a signal, -EACCES
 * where the module goes.
 */
ssize_t warden_blank_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	return wait_for_nothing(file->f_flags & O_NONBLOCK);
}

/**
 * warden_blank_read_iter() - the same, for other ways to read
 * @iocb: of the file
 * @to: left as it is
 *
 * Context: Process context, sleeps.
 * Return: as warden_blank_read().
 */
ssize_t warden_blank_read_iter(struct kiocb *iocb, struct iov_iter *to)
{
	return wait_for_nothing(iocb->ki_filp->f_flags & O_NONBLOCK ||
				iocb->ki_flags & IOCB_NOWAIT);
}

/**
 * warden_blank_splice_read() - the same, into a pipe
 * @file: the file of a session that ended
 * @pos: left as it is
 * @pipe: left as it is
 * @len: how much was wanted
 * @flags: SPLICE_F_*
 *
 * Context: Process context, sleeps.
 * Return: as warden_blank_read().
 */
ssize_t warden_blank_splice_read(struct file *file, loff_t *pos, struct pipe_inode_info *pipe, size_t len,
				 unsigned int flags)
{
	return wait_for_nothing(file->f_flags & O_NONBLOCK || flags & SPLICE_F_NONBLOCK);
}

/**
 * warden_blank_write() - drop what is written
 * @file: the file of a session that ended
 * @buf: not looked at
 * @len: how much it is
 * @pos: left as it is
 *
 * Context: Any.
 * Return: @len.
 */
ssize_t warden_blank_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	return len;
}

/**
 * warden_blank_write_iter() - the same, for other ways to write
 * @iocb: of the file
 * @from: not looked at
 *
 * Context: Any.
 * Return: how much it is.
 */
ssize_t warden_blank_write_iter(struct kiocb *iocb, struct iov_iter *from)
{
	return iov_iter_count(from);
}

/**
 * warden_blank_poll() - nothing has come
 * @file: the file of a session that ended
 * @table: gets no queue: epoll would keep one of this module's for as long as the file
 *	   is open, and the module goes before
 *
 * Context: Any.
 * Return: 0.
 */
__poll_t warden_blank_poll(struct file *file, struct poll_table_struct *table)
{
	return 0;
}

/**
 * warden_blank_leave() - have those that wait leave
 *
 * Context: Process context, sleeps; the module goes.
 */
void warden_blank_leave(void)
{
	WRITE_ONCE(leaving, true);
	wake_up_all(&nothing);
	while (atomic_read(&nr_waiting)) {
		msleep(10);
		wake_up_all(&nothing);
	}
}
