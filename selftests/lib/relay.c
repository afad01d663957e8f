// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "relay.h"
#include "uring.h"

#define CLIENTS 32

static socklen_t fill(struct sockaddr_un *to, const char *name)
{
	size_t len = strlen(name);

	*to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(to->sun_path, name, len);
	if (name[0] == '@')
		to->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (name[0] != '@'));
}

static void answer(int server)
{
	struct sockaddr_un from;
	socklen_t len = sizeof(from);
	char byte;

	if (recvfrom(server, &byte, 1, 0, (struct sockaddr *)&from, &len) >= 0)
		sendto(server, "$", 1, MSG_DONTWAIT, (struct sockaddr *)&from, len);
}

/* Keeps what it accepted, until the other side ends it. */
static void serve(int server, int type)
{
	struct pollfd p[CLIENTS] = { { .fd = server, .events = POLLIN } };
	nfds_t n = 1, i;

	while (poll(p, n, -1) > 0) {
		for (i = n - 1; i; i--)
			if (p[i].revents) {
				close(p[i].fd);
				p[i] = p[--n];
			}
		if (!p[0].revents)
			continue;
		if (type == SOCK_DGRAM) {
			answer(server);
		} else if (n < CLIENTS) {
			p[n] = (struct pollfd){ .fd = accept(server, NULL, NULL) };
			send(p[n++].fd, "$", 1, MSG_NOSIGNAL);
		}
	}
}

int relay_open(const char *name, int type)
{
	struct sockaddr_un own;
	socklen_t len = fill(&own, name);
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	if (name[0] != '@')
		unlink(name);
	if (bind(fd, (struct sockaddr *)&own, len) || (type != SOCK_DGRAM && listen(fd, 8))) {
		close(fd);
		return -1;
	}
	return fd;
}

pid_t relay_start(const char *name, int type)
{
	int ready[2], err = 0;
	pid_t pid;

	if (pipe(ready))
		return -1;
	pid = fork();
	if (!pid) {
		int server;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		server = relay_open(name, type);
		err = server < 0 ? errno : 0;
		if (write(ready[1], &err, sizeof(err)) == sizeof(err) && !err)
			serve(server, type);
		_exit(0);
	}
	close(ready[1]);
	if (read(ready[0], &err, sizeof(err)) != sizeof(err))
		err = ECHILD;
	close(ready[0]);
	if (err)
		relay_end(&pid);
	errno = err;
	return pid;
}

void relay_end(pid_t *pid)
{
	if (*pid > 0) {
		kill(*pid, SIGKILL);
		waitpid(*pid, NULL, 0);
	}
	*pid = -1;
}

static int outcome(int fd, int err)
{
	if (!err)
		return fd;
	close(fd);
	return -err;
}

int relay_reach(const char *name, int type)
{
	struct sockaddr_un to;
	socklen_t len = fill(&to, name);
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	return outcome(fd, connect(fd, (struct sockaddr *)&to, len) ? errno : 0);
}

int relay_reach_by_uring(const char *name, int type)
{
	struct sockaddr_un to;
	socklen_t len = fill(&to, name);
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	return outcome(fd, -uring_connect(fd, (struct sockaddr *)&to, len));
}

int relay_send(int fd, const char *name)
{
	struct sockaddr_un to;
	socklen_t len = fill(&to, name);

	return sendto(fd, "?", 1, 0, (struct sockaddr *)&to, len) < 0 ? -errno : 0;
}
