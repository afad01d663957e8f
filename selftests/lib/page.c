// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/page.h"

int page_withhold(struct page *p)
{
	const size_t size = (size_t)sysconf(_SC_PAGESIZE);
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	p->fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (p->fd < 0)
		return -errno;
	p->memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	range.range.start = (unsigned long)p->memory;
	range.range.len = size;
	if (p->memory == MAP_FAILED || ioctl(p->fd, UFFDIO_API, &api) ||
	    ioctl(p->fd, UFFDIO_REGISTER, &range))
		return -errno;
	return 0;
}

bool page_is_wanted(const struct page *p, int ms)
{
	struct pollfd wish = { .fd = p->fd, .events = POLLIN };

	return poll(&wish, 1, ms) == 1 && wish.revents == POLLIN;
}

void page_give(struct page *p)
{
	close(p->fd);
}
