// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls by which a driver gives out what it delivers as a file: VIDIOC_EXPBUF, DMX_EXPBUF and
 * PRIME_HANDLE_TO_FD. They come by here on their way, from the sessions of devices that know them.
 *
 * From here the driver is jumped to, not called. So no frame of ours lies below who sleeps in it,
 * for however long, and a session that came by here can be handed back; who is still here is waited
 * for then (synchronize_rcu_tasks()). Compilers jump at -O2, and Kbuild says so where the kernel wants
 * to see each caller; selftests/build looks at what they made.
 */
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/static_call.h>
#include <linux/string.h>
#include <linux/videodev2.h>
#include <linux/dvb/dmx.h>
#include <drm/drm.h>

#include "device/classify.h"
#include "session-export.h"
#include "session-priv.h"

/* Where a compiler can be held to it. */
#if __has_attribute(musttail)
#define JUMP __attribute__((musttail)) return
#else
#define JUMP return
#endif

/* The same for calls of 32 bits, which differ in the size of what they are given. */
static __always_inline bool is_call(unsigned int cmd, unsigned int known)
{
	return (u16)cmd == (known & U16_MAX); /* its kind and its number */
}

static bool gives_file(unsigned int cmd)
{
	return is_call(cmd, VIDIOC_EXPBUF) || is_call(cmd, DMX_EXPBUF) ||
	       is_call(cmd, DRM_IOCTL_PRIME_HANDLE_TO_FD);
}

/* Handed back meanwhile, the file has its driver's own. */
static const struct file_operations *driver_of(const struct file *file)
{
	const struct warden_session *s = warden_session_of(file);

	return s ? s->orig : file->f_op;
}

/**
 * warden_export_ioctl() - a call on a session's file, which may ask for what it delivers as a file
 * @file: the session's
 * @cmd: the call
 * @arg: its argument
 *
 * Context: Process context, as unlocked_ioctl.
 * Return: what the driver returned; a negative errno, which is recorded, where it was not asked.
 */
long warden_export_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	int err = gives_file(cmd) ? warden_export_ask(file) : 0;

	if (err)
		return err;
	JUMP driver_of(file)->unlocked_ioctl(file, cmd, arg);
}

static long export_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	int err = gives_file(cmd) ? warden_export_ask(file) : 0;

	if (err)
		return err;
	JUMP driver_of(file)->compat_ioctl(file, cmd, arg);
}

/*
 * The same for V4L2, in as few steps as there can be, as each frame is asked for by such a call. Its
 * core has one function for the nodes of all drivers, which is in its place as long as any of them
 * is open, so the way there is written into the code. A driver that came by without the core has another.
 */
DEFINE_STATIC_CALL_NULL(warden_v4l2_ioctl, warden_export_ioctl);

static long export_video_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	if (unlikely(is_call(cmd, VIDIOC_EXPBUF)))
		JUMP warden_export_ioctl(file, cmd, arg);
	JUMP static_call(warden_v4l2_ioctl)(file, cmd, arg);
}

/* Where it is a module it has an owner: operations that have none are of a driver that forgot its own. */
static bool is_of_core(const struct warden_session *s)
{
	const struct module *owner = s->orig->owner;

	if (s->sensor.kind != WARDEN_DEVICE_VIDEO)
		return false;
	return owner ? !strcmp(owner->name, "videodev") : IS_BUILTIN(CONFIG_VIDEO_DEV);
}

static void take_over_video(struct file_operations *ops)
{
	if (static_call_query(warden_v4l2_ioctl) != ops->unlocked_ioctl) /* once in a life of V4L2's module */
		static_call_update(warden_v4l2_ioctl, ops->unlocked_ioctl);
	ops->unlocked_ioctl = export_video_ioctl;
}

/**
 * warden_export_take_over() - put what looks for such calls into a session's operations
 * @s: its operations are a copy of the driver's
 *
 * V4L2 itself (v4l2_compat_ioctl32()), and compat_ptr_ioctl(), bring calls of 32 bits to the
 * others of the file's operations.
 *
 * Context: Process context, may sleep.
 */
void warden_export_take_over(struct warden_session *s)
{
	struct file_operations *ops = &s->ops;

	if (!ops->unlocked_ioctl)
		return;
	if (is_of_core(s)) {
		take_over_video(ops);
	} else if (s->sensor.kind == WARDEN_DEVICE_VIDEO || s->sensor.kind == WARDEN_DEVICE_OTHER) {
		ops->unlocked_ioctl = warden_export_ioctl;
		if (ops->compat_ioctl && ops->compat_ioctl != compat_ptr_ioctl)
			ops->compat_ioctl = export_compat_ioctl;
	}
}

/**
 * warden_export_jumps() - do ioctls of this session come by here alone?
 * @s: the session
 *
 * Context: Any.
 * Return: true where none of ours is below who sleeps in them.
 */
bool warden_export_jumps(const struct warden_session *s)
{
	return s->ops.unlocked_ioctl == export_video_ioctl || s->ops.unlocked_ioctl == warden_export_ioctl;
}
