// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bytes of a large policy are kept packed: they are only there to be read
 * back, and its rules, which differ in a few bytes, need a tenth of the room.
 */
#include <linux/errno.h>
#include <linux/kconfig.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/zlib.h>

#include "pack.h"

#if IS_REACHABLE(CONFIG_ZLIB_DEFLATE) && IS_REACHABLE(CONFIG_ZLIB_INFLATE)

#define LEVEL	  1  /* the fastest */
#define MEM_LEVEL 8
#define PIECE	  (64u << 10) /* bytes between two chances for others to run */

static int deflate(struct z_stream_s *z, u32 len)
{
	int err = zlib_deflateInit2(z, LEVEL, Z_DEFLATED, -MAX_WBITS, MEM_LEVEL,
				    Z_DEFAULT_STRATEGY);

	if (err != Z_OK)
		return -EINVAL;
	while (err == Z_OK && !z->avail_in) {
		z->avail_in = min(len, PIECE);
		len -= z->avail_in;
		err = zlib_deflate(z, len ? Z_NO_FLUSH : Z_FINISH);
		cond_resched();
	}
	zlib_deflateEnd(z);
	return err == Z_STREAM_END ? 0 : -ENOSPC;
}

/* Packed into @to, which has half the room of @bytes; gives how much it is, 0 where it is more. */
static u32 pack_into(u8 *to, const u8 *bytes, u32 len)
{
	struct z_stream_s z = { .next_in = bytes, .next_out = to, .avail_out = len / 2 };
	int err;

	z.workspace = kvmalloc(zlib_deflate_workspacesize(-MAX_WBITS, MEM_LEVEL), GFP_KERNEL);
	if (!z.workspace)
		return 0;
	err = deflate(&z, len);
	kvfree(z.workspace);
	return err ? 0 : z.total_out;
}

/**
 * warden_pack() - bytes in less room
 * @bytes: the bytes
 * @len: how many
 * @packed_len: set to the bytes of the result
 *
 * Context: Process context, may sleep.
 * Return: the packed bytes, for kvfree(); NULL where there is no memory, nothing
 * to be won, or no zlib in this kernel: keep @bytes then.
 */
u8 *warden_pack(const u8 *bytes, u32 len, u32 *packed_len)
{
	u8 *room = kvmalloc(len / 2, GFP_KERNEL), *packed = NULL;

	if (!room)
		return NULL;
	*packed_len = pack_into(room, bytes, len);
	if (*packed_len)
		packed = kvmalloc(*packed_len, GFP_KERNEL_ACCOUNT);
	if (packed)
		memcpy(packed, room, *packed_len);
	kvfree(room);
	return packed;
}

/**
 * warden_unpack() - the bytes that were packed
 * @bytes: room for them
 * @len: how many they were
 * @packed: from warden_pack()
 * @packed_len: bytes of @packed
 *
 * Context: Process context, may sleep.
 * Return: 0, or -EIO.
 */
int warden_unpack(u8 *bytes, u32 len, const u8 *packed, u32 packed_len)
{
	return zlib_inflate_blob(bytes, len, packed, packed_len) == (int)len ? 0 : -EIO;
}

#else

u8 *warden_pack(const u8 *bytes, u32 len, u32 *packed_len)
{
	return NULL;
}

int warden_unpack(u8 *bytes, u32 len, const u8 *packed, u32 packed_len)
{
	return -EIO;
}

#endif
