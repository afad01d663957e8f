/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_BLOB_H
#define WARDEN_BLOB_H

#include <stddef.h>
#include <stdint.h>

/*
 * Netlink attributes as they stand on the wire, for requests and for the
 * compiled policy. Zeroed at first.
 */
struct warden_blob {
	uint8_t *data;
	size_t len;
	size_t room;
};

void warden_blob_put(struct warden_blob *b, uint16_t type, const void *data, size_t len);
void warden_blob_put_u32(struct warden_blob *b, uint16_t type, uint32_t value);
void warden_blob_put_u64(struct warden_blob *b, uint16_t type, uint64_t value);

/* With its NUL, as NLA_NUL_STRING wants it. */
void warden_blob_put_string(struct warden_blob *b, uint16_t type, const char *s);

/**
 * warden_blob_nest_begin() - start a nested attribute
 * @b: the blob
 * @type: its type; NLA_F_NESTED is added
 *
 * Return: what warden_blob_nest_end() wants.
 */
size_t warden_blob_nest_begin(struct warden_blob *b, uint16_t type);

/**
 * warden_blob_nest_end() - write the length of a nested attribute
 * @b: the blob
 * @nest: from warden_blob_nest_begin(); at most 65535 bytes ago
 */
void warden_blob_nest_end(struct warden_blob *b, size_t nest);
/* Bytes as they stand, without a head. */
void warden_blob_append(struct warden_blob *b, const void *bytes, size_t len);

/* Make bytes of malloc(3) those of an empty blob, which frees them. */
void warden_blob_take(struct warden_blob *b, void *bytes, size_t len);
void warden_blob_free(struct warden_blob *b);

#endif /* WARDEN_BLOB_H */
