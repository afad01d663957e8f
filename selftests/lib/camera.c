// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "camera.h"
#include "client.h"

/* Small frames: an emulated processor draws few large ones in a second. */
static int set_format(int fd)
{
	struct v4l2_format f = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
		.fmt.pix = { .width = 320, .height = 180, .pixelformat = V4L2_PIX_FMT_YUYV,
			     .field = V4L2_FIELD_NONE },
	};

	return ioctl(fd, VIDIOC_S_FMT, &f) ? -errno : 0;
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

int camera_frame(struct camera *c, int ms)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	struct v4l2_buffer b = capture_buffer(0);

	if (!poll(&p, 1, ms))
		return -ETIMEDOUT;
	if (ioctl(c->fd, VIDIOC_DQBUF, &b))
		return -errno;
	return ioctl(c->fd, VIDIOC_QBUF, &b) ? -errno : 0;
}

void camera_close(struct camera *c)
{
	unsigned int i;

	for (i = 0; i < c->buffers; i++)
		munmap((void *)c->buffer[i], c->len[i]);
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
}

struct sight *sight_new(void)
{
	void *shared = mmap(NULL, sizeof(struct sight), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return shared == MAP_FAILED ? NULL : shared;
}

static struct sight *current_sight;
static sigjmp_buf out_of_fault;

static void on_fault(int sig)
{
	(void)sig;
	current_sight->fault = now_ns();
	siglongjmp(out_of_fault, 1);
}

/* Read the buffer, and note when that was; the end of it is a SIGBUS. */
static void touch(struct camera *c, struct sight *s, int times)
{
	struct sigaction sa = { .sa_handler = on_fault };

	current_sight = s;
	sigaction(SIGBUS, &sa, NULL);
	if (sigsetjmp(out_of_fault, 1))
		return;
	while (times--) {
		(void)c->buffer[0][0];
		s->touched = now_ns();
		usleep(200);
	}
}

/* What a program finds that does not give up at once. */
static void look_closer(struct camera *c, struct sight *s)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	char byte;

	s->read_errno = read(c->fd, &byte, 1) < 0 ? errno : 0;
	s->mmap_errno = mmap(NULL, c->len[0], PROT_READ, MAP_SHARED, c->fd, 0) == MAP_FAILED ?
				errno : 0;
	poll(&p, 1, 1000);
	s->events = p.revents;
	touch(c, s, 1);
}

static pid_t fork_beside(void)
{
	pid_t pid = fork();

	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

pid_t camera_watch(struct camera *c, struct sight *s)
{
	pid_t pid = fork_beside();
	int err;

	if (pid)
		return pid;
	while (!(err = camera_frame(c, 2000))) {
		s->frames++;
		s->frame = now_ns();
	}
	s->ioctl_errno = -err;
	look_closer(c, s);
	_exit(0);
}

pid_t camera_touch(struct camera *c, struct sight *s)
{
	pid_t pid = fork_beside();

	if (pid)
		return pid;
	while (!s->fault)
		touch(c, s, 1000);
	_exit(0);
}

int sight_flows(const struct sight *s, uint64_t frames, int ms)
{
	uint64_t want = s->frames + frames;

	while (s->frames < want && ms--)
		usleep(1000);
	return s->frames >= want;
}
