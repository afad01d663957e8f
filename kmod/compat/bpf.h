/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The namespace of the BPF functions for modules is a word up to 6.12 and a
 * string from 6.13 on; Kbuild looks which one module.h takes. The call of bpf(2)
 * from inside the kernel is exported and in no header.
 */
#ifndef WARDEN_COMPAT_BPF_H
#define WARDEN_COMPAT_BPF_H

#include <linux/module.h>
#include <linux/types.h>

/* As libbpf's header of light skeletons has it; the kernel's own have it not. */
long kern_sys_bpf(__u32 cmd, void *attr, __u32 attr_size);

#ifdef HAVE_STRING_IMPORT_NS
#define WARDEN_IMPORT_BPF_NS MODULE_IMPORT_NS("BPF_INTERNAL")
#else
#define WARDEN_IMPORT_BPF_NS MODULE_IMPORT_NS(BPF_INTERNAL)
#endif

#endif /* WARDEN_COMPAT_BPF_H */
