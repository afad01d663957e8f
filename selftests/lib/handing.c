// SPDX-License-Identifier: GPL-2.0-only
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "client.h"
#include "handing.h"

int handing_over(int fd, const char *receiver, struct client *c)
{
	char byte = 0, number[16], control[CMSG_SPACE(sizeof(int))] = "";
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			      .msg_controllen = sizeof(control) };
	struct cmsghdr *m = CMSG_FIRSTHDR(&msg);
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -1;
	m->cmsg_level = SOL_SOCKET;
	m->cmsg_type = SCM_RIGHTS;
	m->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(m), &fd, sizeof(int));
	fcntl(pair[0], F_SETFD, FD_CLOEXEC);
	if (sendmsg(pair[0], &msg, 0) != 1)
		return -1;
	snprintf(number, sizeof(number), "%d", pair[1]);
	client_run(c, ARGV(receiver, "receive", number));
	close(pair[0]);
	close(pair[1]);
	return c->status;
}
