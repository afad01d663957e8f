/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls as a program of 32 bits makes them, where the processor and the kernel take them from this one, too.
 */
#ifndef WARDEN_TEST_COMPAT_H
#define WARDEN_TEST_COMPAT_H

#include <stdbool.h>

bool compat_is_known(void);

/* What open(), read() and ioctl() give, or -errno; -ENOSYS where there are no such calls. */
int compat_open(const char *path, int flags);
int compat_read(int fd, void *buf, unsigned int len);
int compat_ioctl(int fd, unsigned int request, void *buf, unsigned int len);

#endif /* WARDEN_TEST_COMPAT_H */
