/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ways into a running system that `debug closed` shuts.
 */
#ifndef WARDEN_TEST_SURFACE_H
#define WARDEN_TEST_SURFACE_H

#include <stdbool.h>
#include <stddef.h>

#define SURFACE_DEBUGFS "/sys/kernel/debug"
#define SURFACE_TRACEFS "/sys/kernel/tracing"
#define SURFACE_GADGETS "/sys/kernel/config/usb_gadget"

#define SURFACES_COUNT 20

/**
 * struct surface - one way
 * @name: the word of the surface it is a way to
 * @run: tries it: 0 or an errno; ENOENT and ENOSYS are that this kernel has no such thing
 */
struct surface {
	const char *name;
	int (*run)(void);
};

const struct surface *surface_at(size_t i);

/* Those that are tried alone, too. */
int surface_open(const char *path, int flags);
int surface_perf(void);
int surface_bpf(void);
int surface_kexec(void);
int surface_kexec_file(void);

/* Does the kernel offer to write the machine's memory to a disk? It does not where that is refused. */
bool surface_may_hibernate(void);

#endif /* WARDEN_TEST_SURFACE_H */
