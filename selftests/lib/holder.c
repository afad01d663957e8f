// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "camera.h"
#include "comment.h"
#include "devices.h"
#include "handing.h"
#include "holder.h"
#include "sight.h"
#include "warden.h"

struct apart {
	const char *node;
	sem_t opened;
	int err;
};

/* Opens it into a table of its own, which is none of its process's first thread. */
static void *open_apart(void *arg)
{
	struct apart *a = arg;

	a->err = unshare(CLONE_FILES) || open(a->node, O_RDWR) < 0 ? errno : 0;
	sem_post(&a->opened);
	for (;;)
		pause();
	return NULL;
}

static int do_apart(const char *node)
{
	static struct apart a;
	pthread_t thread;

	a.node = node;
	sem_init(&a.opened, 0, 0);
	if (pthread_create(&thread, NULL, open_apart, &a))
		return EAGAIN;
	sem_wait(&a.opened);
	return a.err;
}

static int do_deed(enum deed deed, const char *node, struct camera *c, int talk)
{
	switch (deed) {
	case OPEN:
		return -camera_open(c, node);
	case TAKE:
		return handing_receive(talk) < 0 ? EBADF : 0;
	case APART:
		return do_apart(node);
	case MAP:
		return -camera_start(c);
	case CLOSE:
		close(c->fd);
		return 0;
	case DUMPABLE:
		return prctl(PR_SET_DUMPABLE, 1) ? errno : 0;
	default:
		abort();
	}
}

static void obey(int talk, const char *node)
{
	struct camera c = { .fd = -1 };
	char deed;

	while (read(talk, &deed, 1) == 1) {
		char answer = (char)do_deed((enum deed)deed, node, &c, talk);

		if (write(talk, &answer, 1) != 1)
			break;
	}
	_exit(0);
}

int holder_start(struct holder *h)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -errno;
	h->pid = sight_fork();
	if (!h->pid)
		obey(pair[1], h->camera);
	close(pair[1]);
	h->talk = pair[0];
	return h->pid < 0 ? -errno : 0;
}

int holder_do(struct holder *h, char deed)
{
	struct pollfd answers = { .fd = h->talk, .events = POLLIN };
	char answer;

	if (write(h->talk, &deed, 1) != 1 || poll(&answers, 1, 20000) != 1 ||
	    read(h->talk, &answer, 1) != 1)
		return -1;
	return answer;
}

void holder_end(struct holder *h)
{
	if (!h->pid)
		return;
	kill(h->pid, SIGKILL);
	waitpid(h->pid, NULL, 0);
	close(h->talk);
	h->pid = 0;
}

bool holder_begin(struct holder *h)
{
	const char *node = device_load("vivid", "n_devs=1") ? NULL : device_node(CAMERA_TOPOLOGY);

	if (!node)
		return false;
	snprintf(h->camera, sizeof(h->camera), "%s", node);
	if (warden_load(warden_policy(HOLDER_STATEMENTS, warden_self()))) {
		fprintf(comments(), "the policy was refused: %s\n", warden_said());
		return false;
	}
	warden_withdraw_all();
	return !warden_grant("tester", "camera", "door") && !holder_start(h);
}
