// SPDX-License-Identifier: GPL-2.0-only
/*
 * What stands beside a window: a daemon that answers for each open (fanotify), which is how
 * others refuse one; a reader that keeps a driver from ending; a program that asks all the time.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gauge.h"

/* --- a daemon that answers -------------------------------------------------------------- */

static bool is_forbidden(int fd, const struct stat *forbidden)
{
	struct stat st;

	return fstat(fd, &st) || (st.st_ino == forbidden->st_ino && st.st_dev == forbidden->st_dev);
}

static void answer(int group, const struct fanotify_event_metadata *event, const struct stat *forbidden)
{
	struct fanotify_response reply = {
		.fd = event->fd,
		.response = is_forbidden(event->fd, forbidden) ? FAN_DENY : FAN_ALLOW,
	};

	if (write(group, &reply, sizeof(reply)) != (ssize_t)sizeof(reply))
		fail("fanotify response");
	close(event->fd);
}

/*
 * The least such a daemon does: it is asked about the files it named alone, remembers nothing
 * by name, and tells one number from another.
 */
int cmd_respond(char **paths)
{
	const int group = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC, O_RDONLY | O_NONBLOCK);
	const struct fanotify_event_metadata *event;
	struct stat forbidden;
	char events[4096];
	ssize_t len;

	if (group < 0 || stat(paths[0], &forbidden))
		fail(paths[0]);
	for (; *paths; paths++)
		if (fanotify_mark(group, FAN_MARK_ADD, FAN_OPEN_PERM, AT_FDCWD, *paths))
			fail(*paths);
	while ((len = read(group, events, sizeof(events))) > 0)
		for (event = (const void *)events; FAN_EVENT_OK(event, len);
		     event = FAN_EVENT_NEXT(event, len))
			answer(group, event, &forbidden);
	fail("fanotify");
}

/* --- a reader that does not come back ---------------------------------------------------- */

/* Memory whose first page nobody brings. */
static void *withhold_page(void)
{
	const size_t size = (size_t)sysconf(_SC_PAGESIZE);
	const int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	range.range.start = (uintptr_t)page;
	range.range.len = size;
	if (fd < 0 || page == MAP_FAILED || ioctl(fd, UFFDIO_API, &api) ||
	    ioctl(fd, UFFDIO_REGISTER, &range))
		fail("userfaultfd");
	return page;
}

static void *read_for_ever(void *fd)
{
	static void *page;

	page = withhold_page();
	while (read((int)(intptr_t)fd, page, 1) < 0 && errno != EACCES)
		;
	return NULL;
}

/* The file is closed, so that nobody finds the thread that reads it: its driver cannot end. */
int cmd_hold(const char *path)
{
	const int fd = open(path, O_RDWR | O_CLOEXEC);
	pthread_t thread;

	if (fd < 0 || pthread_create(&thread, NULL, read_for_ever, (void *)(intptr_t)fd))
		fail(path);
	sleep(2);
	close(fd);
	pause();
	return 1;
}

/* --- a program that asks and asks --------------------------------------------------------- */

static volatile sig_atomic_t told_to_end;

static void end_steady(int sig)
{
	(void)sig;
	told_to_end = 1;
}

/*
 * Opens what is allowed and what is forbidden in turn until it is told to end,
 * and counts the verdicts that were not as they must be.
 */
int cmd_steady(const char *allowed, const char *forbidden)
{
	unsigned long verdicts = 0, wrong = 0;

	signal(SIGTERM, end_steady);
	while (!told_to_end) {
		int fd = open(allowed, O_RDWR | O_NONBLOCK | O_CLOEXEC);

		wrong += fd < 0;
		if (fd >= 0)
			close(fd);
		fd = open(forbidden, O_RDWR | O_NONBLOCK | O_CLOEXEC);
		wrong += fd >= 0 || (errno != EACCES && errno != EPERM);
		if (fd >= 0)
			close(fd);
		verdicts += 2;
	}
	printf("%lu %lu\n", verdicts, wrong);
	return wrong ? 1 : 0;
}
