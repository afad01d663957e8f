/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Libraries that few commands need, opened when one of these runs: each that a
 * program is linked with is paid for at every start, and libcrypto alone costs
 * more than all the rest together.
 */
#ifndef WARDEN_LATE_H
#define WARDEN_LATE_H

#include <stddef.h>

#include "fault.h"

/* A function of a library, and where its address goes. */
struct warden_late {
	const char *name;
	void **at;
};

/* Name the functions once, in a list F(name) F(name)...; then a struct and a table of them. */
#define WARDEN_LATE_FIELD(function) __typeof__(function) *function;
#define WARDEN_LATE_NAME(in, function) { #function, (void **)&(in).function }

/**
 * warden_late_open() - open a library and find its functions
 * @library: as the linker names it: libcrypto.so.3
 * @functions: which; filled in
 * @n: how many
 * @f: why not
 *
 * It stays open.
 *
 * Return: 0, or -ENOENT where the library or a function is not there.
 */
int warden_late_open(const char *library, const struct warden_late *functions, size_t n,
		     struct warden_fault *f);

#endif /* WARDEN_LATE_H */
