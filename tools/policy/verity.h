/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The digest fs-verity gives a file, computed from its content: SHA-256, blocks of
 * 4096 bytes, no salt (Documentation/filesystems/fsverity.rst of the kernel).
 */
#ifndef WARDEN_VERITY_H
#define WARDEN_VERITY_H

#include <stddef.h>
#include <stdint.h>

#include <warden/limits.h>

#define WARDEN_VERITY_BLOCK  4096
#define WARDEN_VERITY_LEVELS 8 /* of hashes; 128 to the power of 8 blocks are more than a file has */

/* A block of hashes that is being filled, one per level. Zeroed at first. */
struct warden_verity {
	uint64_t size;
	unsigned int top; /* the highest level that has a hash */
	struct warden_verity_level {
		unsigned int used; /* bytes */
		uint8_t block[WARDEN_VERITY_BLOCK];
	} level[WARDEN_VERITY_LEVELS];
};

/**
 * warden_verity_add() - the next bytes of a file
 * @v: so far
 * @data: the bytes
 * @len: how many; whole blocks, but for the last of the file
 */
void warden_verity_add(struct warden_verity *v, const uint8_t *data, size_t len);

/**
 * warden_verity_finish() - the digest of all that was added
 * @v: used up
 * @to: the digest
 */
void warden_verity_finish(struct warden_verity *v, uint8_t to[WARDEN_DIGEST_SIZE]);

#endif /* WARDEN_VERITY_H */
