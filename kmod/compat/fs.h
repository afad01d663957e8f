/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * With 6.14 a file that a daemon fills in as it is read can be written while it is executed
 * (exe_file_deny_write_access()). Where no file can be such a one, the kernel has no name for it.
 */
#ifndef WARDEN_COMPAT_FS_H
#define WARDEN_COMPAT_FS_H

#include <linux/fs.h>

static inline bool warden_exe_is_writable(const struct file *exe)
{
#ifdef FMODE_FSNOTIFY_HSM
	return FMODE_FSNOTIFY_HSM(exe->f_mode);
#else
	return false;
#endif
}

#endif /* WARDEN_COMPAT_FS_H */
