// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sessions on terminals, which a policy can classify: a receiver on a serial line.
 *
 * A hangup (__tty_hangup()) puts operations of its own into each open file whose
 * write_iter is that of terminals, and the session would never hear of its release. So
 * its write_iter is ours, and the file is passed over, as that of a console is. It has
 * no line discipline then, for which reads, writes and ioctls look by themselves.
 */
#include <linux/fs.h>
#include <linux/uio.h>
#include <asm/ioctls.h>

#include "session-priv.h"

static ssize_t terminal_write(struct kiocb *iocb, struct iov_iter *from)
{
	return warden_session_of(iocb->ki_filp)->orig->write_iter(iocb, from);
}

/* As in open_quietly(): it controls no process. */
static long refuse_control(const struct warden_session *s)
{
	warden_session_tell_refused(s, WARDEN_REASON_CONTROLLING);
	return -EACCES;
}

static long terminal_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct warden_session *s = warden_session_of(file);

	return cmd == TIOCSCTTY ? refuse_control(s) : s->orig->unlocked_ioctl(file, cmd, arg);
}

static long terminal_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct warden_session *s = warden_session_of(file);

	return cmd == TIOCSCTTY ? refuse_control(s) : s->orig->compat_ioctl(file, cmd, arg);
}

/**
 * warden_terminal_take_over() - put what a terminal needs into a session's operations
 * @s: its operations are a copy of the driver's
 *
 * Context: Process context; nobody else has the file yet.
 */
void warden_terminal_take_over(struct warden_session *s)
{
	s->ops.write_iter = terminal_write;
	s->ops.unlocked_ioctl = terminal_ioctl;
	if (s->ops.compat_ioctl)
		s->ops.compat_ioctl = terminal_compat_ioctl;
}
