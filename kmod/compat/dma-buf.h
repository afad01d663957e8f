/* SPDX-License-Identifier: GPL-2.0-only */
/* The name space of DMA buffers is a string from 6.13 on. */
#ifndef WARDEN_COMPAT_DMA_BUF_H
#define WARDEN_COMPAT_DMA_BUF_H

#include <linux/module.h>

#ifdef HAVE_STRING_IMPORT_NS
MODULE_IMPORT_NS("DMA_BUF");
#else
MODULE_IMPORT_NS(DMA_BUF);
#endif

#endif /* WARDEN_COMPAT_DMA_BUF_H */
