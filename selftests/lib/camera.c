// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "camera.h"
#include "client.h"

/* Small frames, and few: drawing them is all an emulated processor can do. */
static int set_format(int fd)
{
	struct v4l2_streamparm p = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.parm.capture.timeperframe = { 1, 10 },
	};
	struct v4l2_format f = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.fmt.pix = { .width = 320, .height = 180, .pixelformat = V4L2_PIX_FMT_YUYV,
			     .field = V4L2_FIELD_NONE },
	};

	return ioctl(fd, VIDIOC_S_FMT, &f) || ioctl(fd, VIDIOC_S_PARM, &p) ? -errno : 0;
}

int camera_open(struct camera *c, const char *node)
{
	memset(c, 0, sizeof(*c));
	c->fd = open(node, O_RDWR | O_CLOEXEC);
	if (c->fd < 0)
		return -errno;
	return set_format(c->fd);
}

static struct v4l2_buffer capture_buffer(unsigned int i)
{
	return (struct v4l2_buffer){
		.index = i,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};
}

static int map_buffer(struct camera *c, unsigned int i)
{
	struct v4l2_buffer b = capture_buffer(i);
	void *at;

	if (ioctl(c->fd, VIDIOC_QUERYBUF, &b))
		return -errno;
	at = mmap(NULL, b.length, PROT_READ, MAP_SHARED, c->fd, b.m.offset);
	if (at == MAP_FAILED)
		return -errno;
	c->buffer[i] = at;
	c->len[i] = b.length;
	c->buffers = i + 1;
	return ioctl(c->fd, VIDIOC_QBUF, &b) ? -errno : 0;
}

int camera_start(struct camera *c)
{
	struct v4l2_requestbuffers r = {
		.count = CAMERA_BUFFERS,
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.memory = V4L2_MEMORY_MMAP,
	};
	int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	unsigned int i;
	int err = 0;

	if (ioctl(c->fd, VIDIOC_REQBUFS, &r))
		return -errno;
	for (i = 0; i < CAMERA_BUFFERS && !err; i++)
		err = map_buffer(c, i);
	if (!err && ioctl(c->fd, VIDIOC_STREAMON, &type))
		err = -errno;
	return err;
}

/* Two that share a file may not wait for a frame at once: the second is told that it is busy. */
static int dequeue(int fd, struct v4l2_buffer *b, int ms)
{
	uint64_t end = now_ns() + (uint64_t)ms * 1000000;
	int err;

	while ((err = ioctl(fd, VIDIOC_DQBUF, b) ? errno : 0) == EBUSY && now_ns() < end)
		usleep(1000);
	return -err;
}

int camera_frame(struct camera *c, int ms)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	struct v4l2_buffer b = capture_buffer(0);
	int err;

	if (!poll(&p, 1, ms))
		return -ETIMEDOUT;
	err = dequeue(c->fd, &b, ms);
	if (err)
		return err;
	return ioctl(c->fd, VIDIOC_QBUF, &b) ? -errno : 0;
}

int camera_export(struct camera *c, unsigned int i)
{
	struct v4l2_exportbuffer e = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .index = i,
				       .flags = O_CLOEXEC };

	return ioctl(c->fd, VIDIOC_EXPBUF, &e) ? -errno : e.fd;
}

void camera_close(struct camera *c)
{
	unsigned int i;

	for (i = 0; i < c->buffers; i++)
		munmap((void *)c->buffer[i], c->len[i]);
	c->buffers = 0;
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

pid_t camera_watch(struct camera *c, struct sight *s)
{
	pid_t pid = sight_fork();

	if (pid)
		return pid;
	while (!camera_frame(c, 2000)) {
		s->frames++;
		s->frame = now_ns();
	}
	/* A call that was in the driver as it ended says what the driver says; the next one is refused. */
	s->ioctl_errno = -camera_frame(c, 2000);
	sight_look_closer(c->fd, c->buffer[0], c->len[0], s);
	_exit(0);
}
