/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The cheap filter in front of each open: which files the module need not be asked about. Once for the
 * program on the hook of opens, and for the call that the module has there where it can (hook/direct.c).
 */
#ifndef WARDEN_FILTER_H
#define WARDEN_FILTER_H

#ifdef __bpf__ /* where vmlinux.h has the types, and no constant */
#define S_IFMT	0170000
#define S_IFCHR 0020000
#define S_IFREG 0100000

#define FMODE_WRITE 0x2

/* include/uapi/linux/magic.h */
#define SYSFS_MAGIC	 0x62656572
#define DEBUGFS_MAGIC	 0x64626720
#define PROC_SUPER_MAGIC 0x9fa0
#define TRACEFS_MAGIC	 0x74726163

/* include/linux/kdev_t.h */
#define MINORBITS 20
#else
#include <linux/fs.h>
#include <linux/kdev_t.h>
#include <linux/magic.h>
#include <linux/stat.h>
#endif

#include <warden/abi.h>

/* Those that have a name in the one file of the kernel that uses them. */
#define CONFIGFS_MAGIC	 0x62656570 /* fs/configfs/mount.c */
#define GADGETFS_MAGIC	 0xaee71ee7 /* drivers/usb/gadget/legacy/inode.c */

/* include/uapi/linux/major.h, Documentation/admin-guide/devices.txt */
#define WARDEN_MAJOR_MEMORY    1
#define WARDEN_MINOR_MEM       1
#define WARDEN_MINOR_KMEM      2
#define WARDEN_MINOR_PORT      4
#define WARDEN_MAJOR_MISC      10
#define WARDEN_MINOR_SNAPSHOT  231
#define WARDEN_MAJOR_INPUT     13
#define WARDEN_MAJOR_FB	       29
#define WARDEN_MAJOR_VIDEO     81
#define WARDEN_MAJOR_SOUND     116
#define WARDEN_MAJOR_PTS       136
#define WARDEN_MAJOR_PTS_LAST  143
#define WARDEN_MAJOR_DRM       226

static __always_inline __u32 warden_filter_major(const struct inode *inode)
{
	return inode->i_rdev >> MINORBITS;
}

static __always_inline __u32 warden_filter_minor(const struct inode *inode)
{
	return inode->i_rdev & ((1 << MINORBITS) - 1);
}

/* --- debug surfaces ---------------------------------------------------------------------- */

/* A serial line may have any number; these have none of them. */
static __always_inline bool warden_filter_debug_device(const struct inode *inode)
{
	const __u32 major = warden_filter_major(inode);
	const __u32 minor = warden_filter_minor(inode);

	if (major >= WARDEN_MAJOR_PTS && major <= WARDEN_MAJOR_PTS_LAST)
		return false;
	switch (major) {
	case WARDEN_MAJOR_MEMORY: /* the others, null among them, are what every program opens */
		return minor == WARDEN_MINOR_MEM || minor == WARDEN_MINOR_KMEM ||
		       minor == WARDEN_MINOR_PORT;
	case WARDEN_MAJOR_MISC:
		return minor == WARDEN_MINOR_SNAPSHOT;
	case WARDEN_MAJOR_INPUT:
	case WARDEN_MAJOR_FB:
	case WARDEN_MAJOR_VIDEO:
	case WARDEN_MAJOR_SOUND:
	case WARDEN_MAJOR_DRM:
		return false;
	}
	return true;
}

static __always_inline bool warden_filter_debug_file(const struct file *file)
{
	const struct dentry *dentry = file->f_path.dentry;

	switch (file->f_inode->i_sb->s_magic) {
	case DEBUGFS_MAGIC:
	case TRACEFS_MAGIC:
		return true;
	case PROC_SUPER_MAGIC:
		return file->f_mode & FMODE_WRITE ||
		       dentry->d_parent == file->f_inode->i_sb->s_root;
	case SYSFS_MAGIC:
	case CONFIGFS_MAGIC:
	case GADGETFS_MAGIC:
		return file->f_mode & FMODE_WRITE;
	}
	return false;
}

/**
 * warden_filter_debug() - may this file be a debug surface, while some may be closed?
 * @gate: what the module knows
 * @file: the file, which is being opened
 *
 * Return: true where the module has to be asked.
 */
static __always_inline bool warden_filter_debug(const struct warden_gate *gate,
						const struct file *file)
{
	const struct inode *inode = file->f_inode;

	if (!gate->debug)
		return false;
	return (inode->i_mode & S_IFMT) == S_IFCHR ? warden_filter_debug_device(inode) :
						     warden_filter_debug_file(file);
}

/* --- sensors ------------------------------------------------------------------------------ */

/*
 * A process reads many files of proc; what shows memory there is /proc/kcore and
 * /proc/bus/pci/BUS/SLOT, so depth and length of the name tell most others apart.
 */
static __always_inline bool warden_filter_shows_memory(const struct dentry *dentry)
{
	const struct dentry *parent = dentry->d_parent;

	if (parent == parent->d_parent)
		return dentry->d_name.len == 5;
	return dentry->d_name.len == 4 && parent->d_parent->d_name.len == 3;
}

/* May this file lead to a device without being one? Its file system tells most. */
static __always_inline bool warden_filter_leads(const struct file *file)
{
	const struct inode *inode = file->f_inode;
	unsigned long magic;

	if ((inode->i_mode & S_IFMT) != S_IFREG)
		return false;
	magic = inode->i_sb->s_magic;
	if (magic == PROC_SUPER_MAGIC)
		return warden_filter_shows_memory(file->f_path.dentry);
	return magic == SYSFS_MAGIC || magic == DEBUGFS_MAGIC;
}

/**
 * warden_filter_sensor() - may this file be a sensor, or lead to one?
 * @gate: what the module knows
 * @file: the file, which is being opened, or comes from another process
 *
 * Return: true where the module has to be asked.
 */
static __always_inline bool warden_filter_sensor(const struct warden_gate *gate,
						 const struct file *file)
{
	const struct inode *inode = file->f_inode;
	__u32 major, minor, slot;

	if ((inode->i_mode & S_IFMT) != S_IFCHR)
		return warden_filter_leads(file);
	major = warden_filter_major(inode);
	minor = warden_filter_minor(inode);
	if (major >= WARDEN_GATE_MAJORS)
		return true;
	slot = gate->major[major];
	if (slot == WARDEN_GATE_FREE)
		return false;
	if (slot == WARDEN_GATE_ASK || slot > WARDEN_GATE_SLOTS || minor >= WARDEN_GATE_MINORS)
		return true;
	return !(gate->minor[slot - 1][minor / 64] >> (minor % 64) & 1);
}

#endif /* WARDEN_FILTER_H */
