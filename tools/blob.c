// SPDX-License-Identifier: GPL-2.0-only
#include <assert.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "policy/arena.h"
#include "blob.h"

static void *append(struct warden_blob *b, size_t len)
{
	void *at;

	while (b->room - b->len < len)
		b->data = warden_array_grow(b->data, &b->room, b->room, 1);
	at = b->data + b->len;
	b->len += len;
	return at;
}

void warden_blob_put(struct warden_blob *b, uint16_t type, const void *data, size_t len)
{
	struct nlattr header = { .nla_len = (uint16_t)(NLA_HDRLEN + len), .nla_type = type };
	uint8_t *at;

	assert(len <= UINT16_MAX - NLA_HDRLEN);
	at = append(b, NLA_HDRLEN + NLA_ALIGN(len));
	memcpy(at, &header, sizeof(header));
	if (len)
		memcpy(at + NLA_HDRLEN, data, len);
	for (; len % NLA_ALIGNTO; len++)
		at[NLA_HDRLEN + len] = 0;
}

void warden_blob_put_u32(struct warden_blob *b, uint16_t type, uint32_t value)
{
	warden_blob_put(b, type, &value, sizeof(value));
}

void warden_blob_put_u64(struct warden_blob *b, uint16_t type, uint64_t value)
{
	warden_blob_put(b, type, &value, sizeof(value));
}

void warden_blob_put_string(struct warden_blob *b, uint16_t type, const char *s)
{
	warden_blob_put(b, type, s, strlen(s) + 1);
}

size_t warden_blob_nest_begin(struct warden_blob *b, uint16_t type)
{
	size_t nest = b->len;

	warden_blob_put(b, type | NLA_F_NESTED, NULL, 0);
	return nest;
}

void warden_blob_nest_end(struct warden_blob *b, size_t nest)
{
	uint16_t len = (uint16_t)(b->len - nest);

	assert(b->len - nest <= UINT16_MAX);
	memcpy(b->data + nest + offsetof(struct nlattr, nla_len), &len, sizeof(len));
}

void warden_blob_append(struct warden_blob *b, const void *bytes, size_t len)
{
	if (len)
		memcpy(append(b, len), bytes, len);
}

void warden_blob_take(struct warden_blob *b, void *bytes, size_t len)
{
	assert(!b->data);
	*b = (struct warden_blob){ bytes, len, len };
}

void warden_blob_free(struct warden_blob *b)
{
	free(b->data);
	memset(b, 0, sizeof(*b));
}
