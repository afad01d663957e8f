// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program that no test policy names, and what it tries. It prints the word
 * "ok" or the name of the errno.
 *
 *   open PATH        open a device
 *   pose PATH        say that it was started with `open`, and open a device
 *   child PATH       let a child open a device
 *   later PATH       open a device when SIGUSR1 comes, which whoever starts it blocks
 *   held FD          use a descriptor it inherited
 *   bare FD          let itself be dumped with that, and wait to be killed
 *   receive FD       take a descriptor from the socket FD
 *   steal PID FD     pidfd_getfd()
 *   export FD        have a buffer of the camera FD as a file
 *   sample FD        have the buffer of the chip FD as a file, and read that until it is refused
 *   listen PORT      listen on a TCP port
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/iio/buffer.h>
#include <linux/videodev2.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int tell(int err)
{
	puts(err ? strerrorname_np(err) : "ok");
	return err ? 1 : 0;
}

/* The two words are of one length. */
static int pose(char *verb, const char *path)
{
	memcpy(verb, "open", strlen("pose"));
	return tell(open(path, O_RDWR) < 0 ? errno : 0);
}

static int let_child_open(const char *path)
{
	pid_t pid = fork();
	int status = 0;

	if (!pid)
		_exit(tell(open(path, O_RDWR) < 0 ? errno : 0) | fflush(stdout));
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

static int open_later(const char *path)
{
	sigset_t told;
	int sig;

	sigemptyset(&told);
	sigaddset(&told, SIGUSR1);
	sigwait(&told, &sig);
	return tell(open(path, O_RDWR) < 0 ? errno : 0);
}

static int held(int fd)
{
	return tell(fcntl(fd, F_GETFD) < 0 ? errno : 0);
}

static int lie_bare(int fd)
{
	const int err = fcntl(fd, F_GETFD) < 0 || prctl(PR_SET_DUMPABLE, 1) ? errno : 0;

	tell(err);
	fflush(stdout);
	pause();
	return 1;
}

static int receive(int from)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *c;

	if (recvmsg(from, &msg, 0) < 0)
		return tell(errno);
	c = CMSG_FIRSTHDR(&msg);
	if (c && c->cmsg_type == SCM_RIGHTS)
		return tell(0);
	puts(msg.msg_flags & MSG_CTRUNC ? "MSG_CTRUNC" : "nothing");
	return 1;
}

static int steal(pid_t from, int fd)
{
	int pidfd = (int)syscall(SYS_pidfd_open, from, 0);

	return tell(pidfd < 0 || syscall(SYS_pidfd_getfd, pidfd, fd, 0) < 0 ? errno : 0);
}

static int export_frames(int camera)
{
	struct v4l2_exportbuffer e = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .flags = O_CLOEXEC };

	return tell(ioctl(camera, VIDIOC_EXPBUF, &e) ? errno : 0);
}

static int sample(int chip)
{
	char scans[256];
	int buffer = 0; /* of this number */

	if (ioctl(chip, IIO_BUFFER_GET_FD_IOCTL, &buffer))
		return tell(errno);
	while (read(buffer, scans, sizeof(scans)) > 0) {
		puts("sampling");
		fflush(stdout);
	}
	return tell(errno);
}

static int serve(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	return tell(bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, 1) ? errno : 0);
}

/* There is nobody to be accepted: EAGAIN is that it may. */
static int take(int fd)
{
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return tell(accept(fd, NULL, NULL) < 0 ? errno : 0);
}

int main(int argc, char **argv)
{
	const char *verb = argc > 2 ? argv[1] : "";

	if (!strcmp(verb, "open"))
		return tell(open(argv[2], O_RDWR) < 0 ? errno : 0);
	if (!strcmp(verb, "pose"))
		return pose(argv[1], argv[2]);
	if (!strcmp(verb, "child"))
		return let_child_open(argv[2]);
	if (!strcmp(verb, "later"))
		return open_later(argv[2]);
	if (!strcmp(verb, "held"))
		return held(atoi(argv[2]));
	if (!strcmp(verb, "bare"))
		return lie_bare(atoi(argv[2]));
	if (!strcmp(verb, "receive"))
		return receive(atoi(argv[2]));
	if (!strcmp(verb, "steal") && argc > 3)
		return steal(atoi(argv[2]), atoi(argv[3]));
	if (!strcmp(verb, "export"))
		return export_frames(atoi(argv[2]));
	if (!strcmp(verb, "sample"))
		return sample(atoi(argv[2]));
	if (!strcmp(verb, "accept"))
		return take(atoi(argv[2]));
	if (!strcmp(verb, "listen"))
		return serve(atoi(argv[2]));
	fputs("usage: stranger open PATH | pose PATH | child PATH | later PATH | held FD | "
	      "bare FD | receive FD | steal PID FD | export FD | sample FD | listen PORT | accept FD\n",
	      stderr);
	return 2;
}
