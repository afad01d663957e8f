/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A statement that a program was updated: what its old files are, and what its new
 * ones are. These bytes are what is signed, and what the kernel reads.
 */
#ifndef WARDEN_CARRY_H
#define WARDEN_CARRY_H

#include <linux/types.h>
#include <warden/chain.h>
#include <warden/limits.h>

/* Begins no compiled policy, whose first two bytes are a length: neither signature is one of the other. */
#define WARDEN_CARRY_MAGIC "warden carry 1\n"
#define WARDEN_CARRY_MAX   (2 * WARDEN_PROGRAM_DIGESTS_MAX)

/**
 * struct warden_carry - a statement
 * @magic: WARDEN_CARRY_MAGIC, its NUL included
 * @nr_old: how many of the digests are of the old files, from 1
 * @nr_new: how many after those are of the new ones, from 1
 * @digests: as many as these are
 *
 * Without padding: what is signed is as long as its digests say, and no longer.
 */
struct warden_carry {
	char magic[sizeof(WARDEN_CARRY_MAGIC)];
	__u8 nr_old;
	__u8 nr_new;
	struct warden_digest digests[WARDEN_CARRY_MAX];
};

_Static_assert(sizeof(struct warden_carry) ==
	       18 + WARDEN_CARRY_MAX * sizeof(struct warden_digest), "a statement has padding");

/**
 * warden_carry_size() - bytes of a statement
 * @c: the statement; its two numbers are read
 *
 * Return: how many.
 */
static inline __u32 warden_carry_size(const struct warden_carry *c)
{
	return (__u32)(sizeof(*c) - sizeof(c->digests) +
		       (c->nr_old + c->nr_new) * sizeof(struct warden_digest));
}

#endif /* WARDEN_CARRY_H */
