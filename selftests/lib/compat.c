// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "compat.h"

#ifdef __x86_64__

#define PAGE 4096

/* As <asm/unistd_32.h> has them. */
enum { READ = 3, OPEN = 5, IOCTL = 54 };

bool compat_is_known(void)
{
	return !access("/proc/sys/abi/vsyscall32", F_OK);
}

static int call(int number, unsigned long first, unsigned long second, unsigned long third)
{
	long result = number;

	asm volatile("int $0x80"
		     : "+a"(result)
		     : "b"(first), "c"(second), "d"(third)
		     : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

/* Memory that an address of 32 bits reaches: one page, which stays. */
static char *low(void)
{
	static char *page;

	if (!page)
		page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	return page == MAP_FAILED ? NULL : page;
}

static unsigned int shorter(unsigned int len)
{
	return len < PAGE ? len : PAGE;
}

int compat_open(const char *path, int flags)
{
	if (!compat_is_known() || !low())
		return -ENOSYS;
	snprintf(low(), PAGE, "%s", path);
	return call(OPEN, (unsigned long)low(), (unsigned int)flags, 0);
}

int compat_read(int fd, void *buf, unsigned int len)
{
	int n;

	if (!compat_is_known() || !low())
		return -ENOSYS;
	n = call(READ, (unsigned int)fd, (unsigned long)low(), shorter(len));
	if (n > 0)
		memcpy(buf, low(), (size_t)n);
	return n;
}

int compat_ioctl(int fd, unsigned int request, void *buf, unsigned int len)
{
	int result;

	if (!compat_is_known() || !low())
		return -ENOSYS;
	memcpy(low(), buf, shorter(len));
	result = call(IOCTL, (unsigned int)fd, request, (unsigned long)low());
	memcpy(buf, low(), shorter(len));
	return result;
}

#else /* elsewhere a program of 64 bits has no such calls */

bool compat_is_known(void)
{
	return false;
}

int compat_open(const char *path, int flags)
{
	(void)path;
	(void)flags;
	return -ENOSYS;
}

int compat_read(int fd, void *buf, unsigned int len)
{
	(void)fd;
	(void)buf;
	(void)len;
	return -ENOSYS;
}

int compat_ioctl(int fd, unsigned int request, void *buf, unsigned int len)
{
	(void)request;
	return compat_read(fd, buf, len);
}

#endif
