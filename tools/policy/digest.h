/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_DIGEST_H
#define WARDEN_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <warden/chain.h>
#include <warden/limits.h>

/* A file by both of the names the kernel may know its content by. */
struct warden_file_digests {
	uint8_t sha256[WARDEN_DIGEST_SIZE];
	uint8_t fsverity[WARDEN_DIGEST_SIZE]; /* SHA-256, 4096-byte blocks, no salt */
};

/**
 * struct warden_files - where the compiler gets files and users from
 * @digest: digest of a program, module or firmware
 * @text: content of a list; freed with free()
 * @uid: number of a user
 * @ctx: handed to each of them
 *
 * Each returns 0 or a negative errno; -ENOTSUP is a file that is not a regular
 * one, -ENOENT a user there is not, -EFBIG a list too large to be one.
 */
struct warden_files {
	int (*digest)(void *ctx, const char *path, struct warden_file_digests *d);
	int (*text)(void *ctx, const char *path, char **text, size_t *len);
	int (*uid)(void *ctx, const char *user, uint32_t *uid);
	void *ctx;
};

/* The files of this machine, or those below a folder that will be its root. */
struct warden_root {
	int fd;	     /* the root folder */
	int base_fd; /* the folder relative paths start from */
};

/**
 * warden_root_open() - take the files from a folder
 * @r: filled in
 * @root: the folder; "/" is this machine
 * @base: the folder relative paths start from, outside of @root
 *
 * Return: 0, or a negative errno.
 */
int warden_root_open(struct warden_root *r, const char *root, const char *base);
void warden_root_close(struct warden_root *r);

/**
 * warden_root_files() - the files as the compiler wants them
 * @r: from warden_root_open(); must outlive the result
 *
 * Links are followed and never lead out of the root.
 */
struct warden_files warden_root_files(struct warden_root *r);

/**
 * warden_digest_line() - read a line of what sha256sum or fsverity printed
 * @to: the digest
 * @name: set to the name in it, where that is asked for
 * @line: 64 digits, a space, a space or `*`, and the name, with `\` in front where the
 *	  name is escaped; or `sha256:`, 64 digits, a space and the name
 *
 * Return: false for anything else.
 */
bool warden_digest_line(struct warden_digest *to, const char **name, const char *line);

/**
 * warden_sha256() - SHA-256 of some bytes
 * @to: the digest
 * @data: the bytes
 * @len: how many
 */
void warden_sha256(uint8_t to[WARDEN_DIGEST_SIZE], const void *data, size_t len);

/**
 * warden_file_digest() - digests of a file of this machine
 * @d: filled in
 * @path: the file
 *
 * Return: 0, or a negative errno; -ENOTSUP where it is no regular file.
 */
int warden_file_digest(struct warden_file_digests *d, const char *path);

/**
 * warden_sha256_file() - SHA-256 of a file of this machine
 * @to: the digest
 * @path: the file
 *
 * Return: 0, or a negative errno.
 */
int warden_sha256_file(uint8_t to[WARDEN_DIGEST_SIZE], const char *path);

/**
 * warden_read_file() - read a whole file of this machine
 * @path: the file
 * @max: bytes it may have
 * @text: the content, with a NUL after it; freed with free()
 * @len: bytes of it
 *
 * Return: 0, -EFBIG where it has more, or another negative errno.
 */
int warden_read_file(const char *path, size_t max, char **text, size_t *len);

#endif /* WARDEN_DIGEST_H */
