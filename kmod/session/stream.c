// SPDX-License-Identifier: GPL-2.0-only
/*
 * How the running stream of an open sensor file is stopped through its driver,
 * so that the device itself goes quiet and not only its reader.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/mutex.h>
#include <uapi/linux/warden.h>
#if IS_ENABLED(CONFIG_VIDEO_DEV)
#include <media/v4l2-dev.h>
#include <media/v4l2-ioctl.h>
#include <media/videobuf2-core.h>
#endif
#include <sound/asound.h>

#include "device/classify.h"
#include "device/inventory.h"
#include "stream.h"

#if IS_ENABLED(CONFIG_VIDEO_DEV)
/*
 * By its number: an open file pins the device of V4L2 (v4l2_open()), and not those of the
 * drivers that call device_destroy() under their open files, as hidraw does.
 */
static bool is_video(const struct warden_sensor *sensor)
{
	return sensor->dev && MAJOR(sensor->devt) == VIDEO_MAJOR;
}

static bool lock_in_time(struct mutex *lock, unsigned int *left)
{
	while (!mutex_trylock(lock)) {
		if (!*left)
			return false;
		usleep_range(800, 1000);
		--*left;
	}
	return true;
}

static u32 buffer_type(const struct video_device *vdev)
{
	if (vdev->queue)
		return vdev->queue->type;
	if (vdev->device_caps & V4L2_CAP_VIDEO_CAPTURE_MPLANE)
		return V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
	return V4L2_BUF_TYPE_VIDEO_CAPTURE;
}

static void note_buffers(struct vb2_queue *q, struct warden_buffers *to)
{
	const struct vb2_buffer *b;
	unsigned int i, plane;

	for (i = 0; q && i < WARDEN_BUFFERS_MAX; i++) {
		b = vb2_get_buffer(q, i);
		for (plane = 0; b && plane < b->num_planes && to->nr < WARDEN_BUFFERS_MAX; plane++)
			to->priv[to->nr++] = b->planes[plane].mem_priv;
	}
}

/* Let go of the queue, so that who has consent can stream while the holder still sits there. */
static void free_buffers(struct file *file, const struct video_device *vdev)
{
	struct v4l2_requestbuffers none = { .type = buffer_type(vdev) };

	if (!vdev->ioctl_ops->vidioc_reqbufs || !vdev->queue)
		return;
	none.memory = vdev->queue->memory;
	vdev->ioctl_ops->vidioc_reqbufs(file, file->private_data, &none);
}

/* Another file streams: with this one nothing is to be stopped, and what is there is not its own. */
static bool is_of_another(const struct file *file, const struct vb2_queue *q)
{
	return q && q->owner && q->owner != file->private_data;
}

/*
 * VIDIOC_STREAMOFF takes a user pointer, so the driver's own operation is
 * called, under the lock video_ioctl2() would take (v4l2_ioctl_get_lock()).
 */
static void stop_video(struct file *file, const struct warden_sensor *sensor,
		       struct warden_buffers *buffers, unsigned int *left)
{
	struct video_device *vdev = to_video_device(sensor->dev);
	struct mutex *lock;

	if (!video_is_registered(vdev) || !vdev->ioctl_ops || !vdev->ioctl_ops->vidioc_streamoff)
		return;
	lock = vdev->queue && vdev->queue->lock ? vdev->queue->lock : vdev->lock;
	if (lock && !lock_in_time(lock, left))
		return;
	if (!is_of_another(file, vdev->queue)) {
		vdev->ioctl_ops->vidioc_streamoff(file, file->private_data, buffer_type(vdev));
		note_buffers(vdev->queue, buffers);
		free_buffers(file, vdev);
	}
	if (lock)
		mutex_unlock(lock);
}

static bool asked_for_buffers(const struct file *file, const struct warden_sensor *sensor)
{
	struct video_device *vdev = to_video_device(sensor->dev);

	return !video_is_registered(vdev) || !vdev->queue || vdev->queue->owner == file->private_data;
}
#else
static bool is_video(const struct warden_sensor *sensor)
{
	return false;
}

static bool asked_for_buffers(const struct file *file, const struct warden_sensor *sensor)
{
	return true;
}

static void stop_video(struct file *file, const struct warden_sensor *sensor,
		       struct warden_buffers *buffers, unsigned int *left)
{
}
#endif

/**
 * warden_stream_stop() - stop the stream of an open sensor file
 * @file: the file
 * @ops: the driver's operations
 * @sensor: the device
 * @buffers: gets what it streamed into, where the driver shows its queue
 * @left: ms it may wait for a driver's lock; gets less by what it waited
 *
 * ALSA's DROP takes no argument and can be called as it is. Classes without a
 * known way are stopped by their file being dead and their mappings gone.
 *
 * Context: Process context, may sleep up to @left.
 */
void warden_stream_stop(struct file *file, const struct file_operations *ops,
			const struct warden_sensor *sensor, struct warden_buffers *buffers,
			unsigned int *left)
{
	buffers->nr = 0;
	if (sensor->kind == WARDEN_DEVICE_SOUND && ops->unlocked_ioctl)
		ops->unlocked_ioctl(file, SNDRV_PCM_IOCTL_DROP, 0);
	else if (is_video(sensor))
		stop_video(file, sensor, buffers, left);
}

/**
 * warden_stream_is_own() - are the frames a file can map those it asked for itself?
 * @file: the file
 * @sensor: the device
 *
 * V4L2 lets any file of a device map the buffers of the one that streams.
 *
 * Context: Any, with the device pinned.
 * Return: false where the driver shows its queue, and that is another file's or nobody's.
 */
bool warden_stream_is_own(const struct file *file, const struct warden_sensor *sensor)
{
	return !is_video(sensor) || asked_for_buffers(file, sensor);
}
