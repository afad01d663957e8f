// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/groups.h"

bool groups_make(const char *const groups[], size_t n)
{
	size_t i;

	if (access(GROUPS "/cgroup.procs", F_OK) && mount("cgroup2", GROUPS, "cgroup2", 0, NULL))
		return false;
	for (i = 0; i < n; i++)
		if (mkdir(groups[i], 0755) && errno != EEXIST)
			return false;
	return true;
}

void groups_end(const char *const groups[], size_t n)
{
	groups_enter(GROUPS);
	while (n-- > 0)
		rmdir(groups[n]);
}

int groups_enter(const char *group)
{
	char path[256], pid[16];
	int fd, len = snprintf(pid, sizeof(pid), "%d", getpid());
	bool done;

	snprintf(path, sizeof(path), "%s/cgroup.procs", group);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	done = fd >= 0 && write(fd, pid, (size_t)len) == len;
	if (fd >= 0)
		close(fd);
	return done ? 0 : -errno;
}
