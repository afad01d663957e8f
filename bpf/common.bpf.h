/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every program needs: the kernel's types, the gate, the doors, and the
 * three ways out of a hook.
 */
#ifndef WARDEN_COMMON_BPF_H
#define WARDEN_COMMON_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include <uapi/linux/warden.h>
#include <warden/abi.h>
#include <warden/kfunc.h>

#define S_IFMT	0170000
#define S_IFCHR 0020000

/* MINORBITS of include/linux/kdev_t.h */
#define MINOR_BITS 20

#define AF_UNSPEC  0
#define AF_UNIX	   1
#define AF_INET	   2
#define AF_INET6   10
#define AF_NETLINK 16

/* Read-only for programs; the module writes to it, and freezes it against system calls. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_RDONLY_PROG);
	__type(key, __u32);
	__type(value, struct warden_gate);
} warden_gate SEC(".maps");

static __always_inline const struct warden_gate *gate(void)
{
	const __u32 zero = 0;

	return bpf_map_lookup_elem(&warden_gate, &zero);
}

/* A kfunc's answer as an LSM program may return it: the verifier wants [-4095, 0]. */
static __always_inline int clamp_errno(int err)
{
	if (err > 0)
		return -13; /* EACCES: an answer that is none is a no */
	if (err < -4095)
		return -4095;
	return err;
}

/* While the module tries its hooks, tell it that this one is called. */
static __always_inline void report_canary(__u32 hook)
{
	const struct warden_gate *g = gate();

	if (g && g->canary)
		warden_kf_canary(hook);
}

/*
 * Does any policy deny something in this domain? While the module tries its hooks
 * it is told, too, that this one is called.
 */
static __always_inline bool is_judged(__u32 domain, __u32 hook)
{
	const struct warden_gate *g = gate();

	if (!g)
		return true;
	if (g->canary)
		warden_kf_canary(hook);
	return g->domains >> domain & 1;
}

/* Is this file a device node the module must be asked about? One or two loads for most. */
static __always_inline bool needs_asking(const struct file *file)
{
	const struct inode *inode = file->f_inode;
	const struct warden_gate *g;
	__u32 major, minor, slot;

	if ((inode->i_mode & S_IFMT) != S_IFCHR)
		return false;
	g = gate();
	major = inode->i_rdev >> MINOR_BITS;
	minor = inode->i_rdev & ((1 << MINOR_BITS) - 1);
	if (!g || major >= WARDEN_GATE_MAJORS)
		return true;
	slot = g->major[major];
	if (slot == WARDEN_GATE_FREE)
		return false;
	if (slot == WARDEN_GATE_ASK || slot > WARDEN_GATE_SLOTS || minor >= WARDEN_GATE_MINORS)
		return true;
	return !(g->minor[slot - 1][minor / 64] >> (minor % 64) & 1);
}

#endif /* WARDEN_COMMON_BPF_H */
