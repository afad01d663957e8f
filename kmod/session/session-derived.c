// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files that a driver gives out on a file of its own: the buffer and the events of an IIO
 * chip, the lines of a gpio chip. Each is a session as the one it comes from, with the
 * same ground, and ends as that one does.
 *
 * The driver puts a descriptor into the table of whoever calls, where another thread could
 * have it copied or sent away at once. So a worker of the kernel's calls, on the memory of
 * the process: its table is one that nobody may take a descriptor from while there is a
 * session (refuse_kernel() in session-holder.c).
 */
#include <linux/compat.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/pid.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>
#include <uapi/linux/gpio.h>
#include <uapi/linux/iio/buffer.h>
#include <uapi/linux/iio/events.h>

#include "device/classify.h"
#include "session-priv.h"

/* The calls that give out a file, and where in their argument its descriptor is. */
static const struct {
	u8 kind; /* enum warden_device_kind */
	unsigned int cmd;
	size_t at;
} calls[] = {
	{ WARDEN_DEVICE_CHIP, IIO_BUFFER_GET_FD_IOCTL, 0 },
	{ WARDEN_DEVICE_CHIP, IIO_GET_EVENT_FD_IOCTL, 0 },
	{ WARDEN_DEVICE_LINES, GPIO_GET_LINEHANDLE_IOCTL, offsetof(struct gpiohandle_request, fd) },
	{ WARDEN_DEVICE_LINES, GPIO_GET_LINEEVENT_IOCTL, offsetof(struct gpioevent_request, fd) },
	{ WARDEN_DEVICE_LINES, GPIO_V2_GET_LINE_IOCTL, offsetof(struct gpio_v2_line_request, fd) },
};

/* One file at a time in the workers' table, so that which one was made is known. */
static DEFINE_MUTEX(making);

struct call {
	struct work_struct work;
	struct warden_session *from;
	unsigned int cmd;
	unsigned long arg;
	struct mm_struct *mm;
	struct file *made;
	long ret;
};

/* As their drivers name the files they give out. */
static int is_made(const void *found, struct file *file, unsigned int fd)
{
	const char *name = file->f_path.dentry->d_name.name;

	if (strncmp(name, "iio:", 4) && strncmp(name, "gpio", 4))
		return 0;
	*(unsigned int *)found = fd;
	return 1;
}

/* What the caller may have written over the number meanwhile decides nothing. */
static struct file *take_made(void)
{
	unsigned int fd;

	return iterate_fd(current->files, 0, is_made, &fd) ? file_close_fd(fd) : NULL;
}

static void call_driver(struct work_struct *work)
{
	struct call *c = container_of(work, struct call, work);
	const struct warden_session *s = c->from;

	kthread_use_mm(c->mm);
	c->ret = s->orig->unlocked_ioctl(s->file, c->cmd, c->arg);
	kthread_unuse_mm(c->mm);
	c->made = take_made();
}

/*
 * A session like the one it comes from, and of all who have that one, whoever of them called; its driver's
 * other calls are not made by it. Where the other ended meanwhile, its end may not have seen this one.
 */
static int become_session(struct warden_session *from, struct file *file)
{
	struct warden_request req = warden_session_request(from);
	struct warden_session *s = warden_session_new(file, current, &req, &from->answer);

	if (!s)
		return -ENOMEM;
	if (warden_heir_copy(s, from)) {
		warden_session_free(s);
		return -ENOMEM;
	}
	put_pid(s->pid);
	s->pid = get_pid(from->pid);
	s->ground = from->ground;
	s->counts_not = from->limit || from->counts_not;
	s->sensor = from->sensor;
	s->sensor.kind = WARDEN_DEVICE_QUIET;
	__module_get(THIS_MODULE);
	warden_session_take_over(s);
	warden_session_enlist(s, true);
	warden_session_tell(s, WARDEN_EVENT_SESSION_START, s->answer.reason);
	if (READ_ONCE(s->dead))
		warden_session_tell(s, WARDEN_EVENT_SESSION_END, s->answer.reason);
	return READ_ONCE(from->dead) ? -EACCES : 0;
}

static long hand_out(struct call *c, int __user *where)
{
	int fd = become_session(c->from, c->made);

	if (!fd)
		fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd >= 0 && put_user(fd, where)) {
		put_unused_fd(fd);
		fd = -EFAULT;
	}
	if (fd < 0) {
		fput(c->made);
		return fd;
	}
	fd_install(fd, c->made);
	return c->ret;
}

static long make(struct warden_session *s, unsigned int cmd, unsigned long arg, size_t at)
{
	struct call c = { .from = s, .cmd = cmd, .arg = arg, .mm = current->mm };

	/* What it takes to get the argument is waited for here, where nobody else has to. */
	if (fault_in_safe_writeable((char __user *)arg, _IOC_SIZE(cmd)))
		return -EFAULT;
	if (mutex_lock_killable(&making))
		return -EINTR;
	INIT_WORK_ONSTACK(&c.work, call_driver);
	queue_work(system_unbound_wq, &c.work);
	flush_work(&c.work);
	destroy_work_on_stack(&c.work);
	mutex_unlock(&making);
	if (c.made && c.ret < 0) /* the driver could not write the number down */
		fput(c.made);
	if (!c.made || c.ret < 0)
		return c.ret;
	return hand_out(&c, (int __user *)(arg + at));
}

/**
 * warden_derived_ioctl() - a call on a session's file, which may give out another file
 * @file: the session's
 * @cmd: the call
 * @arg: its argument
 *
 * Context: Process context, as unlocked_ioctl.
 * Return: what the driver returned; -ENOMEM, -EMFILE or -EFAULT where the file it gave out
 * could not be handed on, and is closed; -EACCES where the session ended meanwhile.
 */
long warden_derived_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct warden_session *s = warden_session_of(file);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(calls); i++)
		if (calls[i].cmd == cmd && calls[i].kind == s->sensor.kind)
			return make(s, cmd, arg, calls[i].at);
	return s->orig->unlocked_ioctl(file, cmd, arg);
}

/* The arguments of all of them are alike for calls of 32 bits. */
static long derived_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return file->f_op->unlocked_ioctl(file, cmd, (unsigned long)compat_ptr(arg));
}

/**
 * warden_derived_take_over() - put what looks for such calls into a session's operations
 * @s: its operations are a copy of the driver's
 *
 * Context: Process context.
 */
void warden_derived_take_over(struct warden_session *s)
{
	if (s->sensor.kind != WARDEN_DEVICE_CHIP && s->sensor.kind != WARDEN_DEVICE_LINES)
		return;
	if (s->ops.unlocked_ioctl)
		s->ops.unlocked_ioctl = warden_derived_ioctl;
	if (s->ops.compat_ioctl)
		s->ops.compat_ioctl = derived_compat_ioctl;
}
