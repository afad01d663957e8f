/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The namespace of the BPF functions for modules is a word up to 6.12 and a
 * string from 6.13 on; Kbuild looks which one module.h takes.
 */
#ifndef WARDEN_COMPAT_BPF_H
#define WARDEN_COMPAT_BPF_H

#include <linux/module.h>

#ifdef HAVE_STRING_IMPORT_NS
#define WARDEN_IMPORT_BPF_NS MODULE_IMPORT_NS("BPF_INTERNAL")
#else
#define WARDEN_IMPORT_BPF_NS MODULE_IMPORT_NS(BPF_INTERNAL)
#endif

#endif /* WARDEN_COMPAT_BPF_H */
