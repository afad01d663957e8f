/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every program of the first object needs: the gate, and what it tells.
 */
#ifndef WARDEN_COMMON_BPF_H
#define WARDEN_COMMON_BPF_H

#include "base.bpf.h"
#include <warden/abi.h>

#define S_IFMT	0170000
#define S_IFCHR 0020000
#define S_IFREG 0100000
#define S_IFSOCK 0140000

/* include/uapi/linux/magic.h */
#define SYSFS_MAGIC	 0x62656572
#define DEBUGFS_MAGIC	 0x64626720
#define PROC_SUPER_MAGIC 0x9fa0
#define TRACEFS_MAGIC	 0x74726163
#define DMA_BUF_MAGIC	 0x444d4142
#define CONFIGFS_MAGIC	 0x62656570 /* fs/configfs/mount.c */
#define GADGETFS_MAGIC	 0xaee71ee7 /* drivers/usb/gadget/legacy/inode.c */
#define ANON_INODE_MAGIC 0x09041934

/* MINORBITS of include/linux/kdev_t.h */
#define MINOR_BITS 20

#define AF_UNSPEC  0
#define AF_UNIX	   1
#define AF_INET	   2
#define AF_INET6   10
#define AF_NETLINK 16
#define AF_CAN	   29

#define AF_BLUETOOTH 31
#define BTPROTO_HCI  1 /* include/net/bluetooth/bluetooth.h */

/*
 * The module alone writes to it; for all others it is read-only (open_gate() of kmod/hook/hooks.c). As
 * global data it is reached by its address, where a map of any other kind is looked up at each use.
 */
struct warden_gate warden_gate;

/* While the module tries its hooks, tell it that this one is called. */
static __always_inline void report_canary(__u32 hook)
{
	if (warden_gate.canary)
		warden_kf_canary(hook);
}

/*
 * Does any policy deny something in this domain? While the module tries its hooks
 * it is told, too, that this one is called.
 */
static __always_inline bool is_judged(__u32 domain, __u32 hook)
{
	if (warden_gate.canary)
		warden_kf_canary(hook);
	return warden_gate.domains >> domain & 1;
}

/* May any process have a sensor open, or a connection to a broker? True as well while the module tries its hooks. */
static __always_inline bool may_hold_sessions(void)
{
	return warden_gate.sessions || warden_gate.brokered || warden_gate.canary;
}

/* Does a policy name brokers at local sockets? */
static __always_inline bool are_brokers_local(void)
{
	return warden_gate.local;
}

/* Is this a socket, and does the module know any as a connection to a broker? */
static __always_inline bool may_be_brokered(const struct file *file)
{
	return (file->f_inode->i_mode & S_IFMT) == S_IFSOCK && warden_gate.brokered;
}

/* Does a policy deny to anybody to listen somewhere? */
static __always_inline bool is_listening_judged(void)
{
	return warden_gate.domains >> WARDEN_DOMAIN_LISTEN & 1;
}

/* The same, or may it receive where not all may? */
static __always_inline bool is_judged_socket(const struct file *file)
{
	return may_be_brokered(file) ||
	       ((file->f_inode->i_mode & S_IFMT) == S_IFSOCK && is_listening_judged());
}

/* Is there a process whose sending depends on a sensor it used? */
static __always_inline bool is_anybody_marked(void)
{
	return warden_gate.marked;
}

/*
 * A process reads many files of proc; what shows memory there is /proc/kcore and
 * /proc/bus/pci/BUS/SLOT, so depth and length of the name tell most others apart.
 */
static __always_inline bool may_show_memory(const struct dentry *dentry)
{
	const struct dentry *parent = dentry->d_parent;

	if (parent == parent->d_parent)
		return dentry->d_name.len == 5;
	return dentry->d_name.len == 4 && parent->d_parent->d_name.len == 3;
}

/* May this file lead to a device without being one? Its file system tells most. */
static __always_inline bool may_lead_to_device(const struct file *file)
{
	const struct inode *inode = file->f_inode;
	unsigned long magic;

	if ((inode->i_mode & S_IFMT) != S_IFREG)
		return false;
	magic = inode->i_sb->s_magic;
	if (magic == PROC_SUPER_MAGIC)
		return may_show_memory(file->f_path.dentry);
	return magic == SYSFS_MAGIC || magic == DEBUGFS_MAGIC;
}

/* Is this file one the module must be asked about? A few loads for most. */
static __always_inline bool needs_asking(const struct file *file)
{
	const struct inode *inode = file->f_inode;
	__u32 major, minor, slot;

	if ((inode->i_mode & S_IFMT) != S_IFCHR)
		return may_lead_to_device(file);
	major = inode->i_rdev >> MINOR_BITS;
	minor = inode->i_rdev & ((1 << MINOR_BITS) - 1);
	if (major >= WARDEN_GATE_MAJORS)
		return true;
	slot = warden_gate.major[major];
	if (slot == WARDEN_GATE_FREE)
		return false;
	if (slot == WARDEN_GATE_ASK || slot > WARDEN_GATE_SLOTS || minor >= WARDEN_GATE_MINORS)
		return true;
	return !(warden_gate.minor[slot - 1][minor / 64] >> (minor % 64) & 1);
}

#endif /* WARDEN_COMMON_BPF_H */
