/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every program of the first object needs: the gate, and what it tells.
 */
#ifndef WARDEN_COMMON_BPF_H
#define WARDEN_COMMON_BPF_H

#include "base.bpf.h"
#include <warden/abi.h>
#include <warden/filter.h>

#define S_IFSOCK 0140000

/* include/uapi/linux/magic.h */
#define DMA_BUF_MAGIC	 0x444d4142
#define ANON_INODE_MAGIC 0x09041934

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
	return (file->f_inode->i_mode & S_IFMT) == S_IFSOCK &&
	       (warden_gate.brokered || is_listening_judged());
}

/* Is there a process whose sending depends on a sensor it used? */
static __always_inline bool is_anybody_marked(void)
{
	return warden_gate.marked;
}

#endif /* WARDEN_COMMON_BPF_H */
