/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every program needs: the kernel's types, the doors, and the way out of a hook.
 */
#ifndef WARDEN_BASE_BPF_H
#define WARDEN_BASE_BPF_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/bpf_core_read.h>
#include <uapi/linux/warden.h>
#include <warden/kfunc.h>

/* Read once, and in its place, what others write to meanwhile. */
#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))

/* The compiler is to know nothing of a variable: so it loads anew what it would keep in registers all the way. */
#define hide(var) asm volatile("" : "+r"(var))

static __always_inline int clamp_errno(int err)
{
	if (err > 0)
		return -13; /* EACCES: an answer that is none is a no */
	if (err < -4095)
		return -4095;
	return err;
}

#endif /* WARDEN_BASE_BPF_H */
