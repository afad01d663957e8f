/* SPDX-License-Identifier: GPL-2.0-only */
/* As much of the kernel's linux/bitmap.h as kmod/network/ports.c needs, bit by bit. */
#ifndef WARDEN_HOSTED_PORTS_H
#define WARDEN_HOSTED_PORTS_H

#include "hosted.h"

#define BITS_PER_LONG	    (8 * sizeof(long))
#define BITS_TO_LONGS(bits) (((bits) + BITS_PER_LONG - 1) / BITS_PER_LONG)
#define BITS_TO_BYTES(bits) (((bits) + 7) / 8)
#define DECLARE_BITMAP(name, bits) unsigned long name[BITS_TO_LONGS(bits)]

static inline bool test_bit(u32 bit, const unsigned long *map)
{
	return map[bit / BITS_PER_LONG] >> bit % BITS_PER_LONG & 1;
}

static inline void bitmap_set(unsigned long *map, u32 bit, u32 n)
{
	for (; n; n--, bit++)
		map[bit / BITS_PER_LONG] |= 1ul << bit % BITS_PER_LONG;
}

static inline void bitmap_clear(unsigned long *map, u32 bit, u32 n)
{
	for (; n; n--, bit++)
		map[bit / BITS_PER_LONG] &= ~(1ul << bit % BITS_PER_LONG);
}

/* The maps of ports are whole longs. */
static inline void bitmap_fill(unsigned long *map, u32 bits)
{
	memset(map, 0xff, BITS_TO_BYTES(bits));
}

static inline void bitmap_zero(unsigned long *map, u32 bits)
{
	memset(map, 0, BITS_TO_BYTES(bits));
}

static inline void bitmap_or(unsigned long *to, const unsigned long *a, const unsigned long *b,
			     u32 bits)
{
	u32 i;

	for (i = 0; i < BITS_TO_LONGS(bits); i++)
		to[i] = a[i] | b[i];
}

static inline void bitmap_complement(unsigned long *to, const unsigned long *map, u32 bits)
{
	u32 i;

	for (i = 0; i < BITS_TO_LONGS(bits); i++)
		to[i] = ~map[i];
}

static inline bool bitmap_empty(const unsigned long *map, u32 bits)
{
	u32 i;

	for (i = 0; i < BITS_TO_LONGS(bits); i++)
		if (map[i])
			return false;
	return true;
}

#define kvzalloc(size, gfp) calloc(1, size)

#endif /* WARDEN_HOSTED_PORTS_H */
