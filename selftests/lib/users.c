// SPDX-License-Identifier: GPL-2.0-only
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/chip.h"
#include "lib/sight.h"
#include "lib/users.h"

#define PLAIN_USER 1000

static const struct user users[USERS_COUNT] = {
	{ "root", 0, 0 },
	{ "a plain user", PLAIN_USER, 0 },
	{ "the root of a name space", PLAIN_USER, CLONE_NEWUSER | CLONE_NEWNS },
};

const struct user *users_at(size_t i)
{
	return &users[i];
}

static bool enter_spaces(int spaces)
{
	return !spaces || (!unshare(spaces) && !chip_put("/proc/self/setgroups", "deny") &&
			   !chip_put("/proc/self/uid_map", "0 1000 1") &&
			   !chip_put("/proc/self/gid_map", "0 1000 1") && !getuid());
}

/* Who changed its user is not dumpable, and its own files in proc are root's. */
bool users_become(const struct user *u)
{
	if (!u->uid)
		return true;
	return !setresgid(u->uid, u->uid, u->uid) && !setresuid(u->uid, u->uid, u->uid) &&
	       !prctl(PR_SET_DUMPABLE, 1) && enter_spaces(u->spaces);
}

/* Who changed its user outlives its parent, too, unless it says once more that it does not. */
static bool become_under(const struct user *u, pid_t parent)
{
	return users_become(u) && !prctl(PR_SET_PDEATHSIG, SIGKILL) && getppid() == parent;
}

pid_t users_start(const struct user *u, int (*what)(const struct user *u, void *arg), void *arg)
{
	const pid_t parent = getpid();
	int status;
	pid_t pid;

	fflush(stdout);
	pid = sight_fork();
	if (pid)
		return pid;
	status = become_under(u, parent) ? what(u, arg) : USERS_NOBODY;
	fflush(stdout);
	_exit(status);
}

int users_run(const struct user *u, int (*what)(const struct user *u, void *arg), void *arg)
{
	pid_t pid = users_start(u, what, arg);
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) :
								      USERS_NOBODY;
}

bool users_ready(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char byte;

	return poll(&p, 1, 30000) == 1 && read(fd, &byte, 1) == 1;
}
