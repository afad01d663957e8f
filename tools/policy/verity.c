// SPDX-License-Identifier: GPL-2.0-only
#include <endian.h>
#include <string.h>

#include "digest.h"
#include "verity.h"

#define LOG_BLOCK 12

/* What the digest is taken of: struct fsverity_descriptor of the kernel. */
struct descriptor {
	uint8_t version;
	uint8_t hash_algorithm;
	uint8_t log_blocksize;
	uint8_t salt_size;
	uint8_t reserved_1[4];
	uint64_t data_size; /* little endian */
	uint8_t root_hash[64];
	uint8_t salt[32];
	uint8_t reserved_2[144];
};

_Static_assert(sizeof(struct descriptor) == 256, "the kernel's descriptor has 256 bytes");

static void add_hash(struct warden_verity *v, unsigned int level, const uint8_t *block);

static void flush(struct warden_verity *v, unsigned int level)
{
	struct warden_verity_level *l = &v->level[level];

	memset(l->block + l->used, 0, sizeof(l->block) - l->used);
	l->used = 0;
	add_hash(v, level + 1, l->block);
}

static void add_hash(struct warden_verity *v, unsigned int level, const uint8_t *block)
{
	struct warden_verity_level *l = &v->level[level];

	if (level > v->top)
		v->top = level;
	warden_sha256(l->block + l->used, block, WARDEN_VERITY_BLOCK);
	l->used += WARDEN_DIGEST_SIZE;
	if (l->used == sizeof(l->block))
		flush(v, level);
}

void warden_verity_add(struct warden_verity *v, const uint8_t *data, size_t len)
{
	uint8_t last[WARDEN_VERITY_BLOCK] = { 0 };

	v->size += len;
	for (; len >= sizeof(last); data += sizeof(last), len -= sizeof(last))
		add_hash(v, 0, data);
	if (!len)
		return;
	memcpy(last, data, len);
	add_hash(v, 0, last);
}

/* The hash that is alone on its level stands for the whole file; an empty one has none. */
static void put_root(struct warden_verity *v, uint8_t *root)
{
	unsigned int level;

	if (!v->size)
		return;
	for (level = 0; level < v->top || v->level[level].used > WARDEN_DIGEST_SIZE; level++)
		if (v->level[level].used)
			flush(v, level);
	memcpy(root, v->level[level].block, WARDEN_DIGEST_SIZE);
}

void warden_verity_finish(struct warden_verity *v, uint8_t to[WARDEN_DIGEST_SIZE])
{
	struct descriptor d = { .version = 1, .hash_algorithm = 1, .log_blocksize = LOG_BLOCK,
				.data_size = htole64(v->size) };

	put_root(v, d.root_hash);
	warden_sha256(to, &d, sizeof(d));
}
