// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <libfsverity.h>
#include <linux/openat2.h>
#include <openssl/evp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "arena.h"
#include "digest.h"

#define LIST_BYTES_MAX (64u << 20) /* of a reference list */

void warden_sha256(uint8_t to[WARDEN_DIGEST_SIZE], const void *data, size_t len)
{
	/* Fails only where the library cannot run at all. */
	if (!EVP_Digest(data, len, to, NULL, EVP_sha256(), NULL)) {
		fputs("wardenctl: OpenSSL has no SHA-256; mend its configuration\n", stderr);
		exit(1);
	}
}

/* fs-verity reads the file in order, from front to end: the same pass feeds SHA-256. */
struct reader {
	int fd;
	EVP_MD_CTX *sha256;
};

static int read_block(void *ctx, void *buf, size_t count)
{
	struct reader *r = ctx;
	size_t done = 0;

	while (done < count) {
		ssize_t n = read(r->fd, (char *)buf + done, count - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return -EAGAIN; /* it shrinks while it is read */
		done += (size_t)n;
	}
	return EVP_DigestUpdate(r->sha256, buf, count) ? 0 : -EIO;
}

static int digest_reader(struct reader *r, uint64_t size, struct warden_file_digests *d)
{
	struct libfsverity_merkle_tree_params params = {
		.version = 1,
		.hash_algorithm = FS_VERITY_HASH_ALG_SHA256,
		.block_size = 4096,
		.file_size = size,
	};
	struct libfsverity_digest *verity;
	int err;

	if (!EVP_DigestInit_ex(r->sha256, EVP_sha256(), NULL))
		return -EIO;
	err = libfsverity_compute_digest(r, read_block, &params, &verity);
	if (err)
		return err;
	memcpy(d->fsverity, verity->digest, WARDEN_DIGEST_SIZE);
	free(verity);
	return EVP_DigestFinal_ex(r->sha256, d->sha256, NULL) ? 0 : -EIO;
}

static int digest_fd(int fd, struct warden_file_digests *d)
{
	struct reader r = { .fd = fd };
	struct stat st;
	int err;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ENOTSUP;
	r.sha256 = EVP_MD_CTX_new();
	if (!r.sha256)
		return -ENOMEM;
	err = digest_reader(&r, (uint64_t)st.st_size, d);
	EVP_MD_CTX_free(r.sha256);
	return err;
}

int warden_sha256_file(uint8_t to[WARDEN_DIGEST_SIZE], const char *path)
{
	struct warden_file_digests d;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int err;

	if (fd < 0)
		return -errno;
	err = digest_fd(fd, &d);
	if (!err)
		memcpy(to, d.sha256, sizeof(d.sha256));
	close(fd);
	return err;
}

static int read_fd(int fd, size_t max, char **text, size_t *len)
{
	size_t room = 0, used = 0;
	char *buf = NULL;

	for (;;) {
		ssize_t n;

		while (room - used < 4096)
			buf = warden_array_grow(buf, &room, room, 1);
		n = read(fd, buf + used, room - used - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || used > max) {
			n = n < 0 ? -errno : -EFBIG;
			free(buf);
			return (int)n;
		}
		used += (size_t)n;
		if (!n)
			break;
	}
	buf[used] = '\0';
	*text = buf;
	*len = used;
	return 0;
}

int warden_read_file(const char *path, size_t max, char **text, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = read_fd(fd, max, text, len);
	close(fd);
	return err;
}

int warden_root_open(struct warden_root *r, const char *root, const char *base)
{
	r->base_fd = -1;
	r->fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (r->fd < 0)
		return -errno;
	r->base_fd = open(base, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (r->base_fd < 0) {
		int err = -errno;

		warden_root_close(r);
		return err;
	}
	return 0;
}

void warden_root_close(struct warden_root *r)
{
	if (r->fd >= 0)
		close(r->fd);
	if (r->base_fd >= 0)
		close(r->base_fd);
}

static int open_below(const struct warden_root *r, const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
		.resolve = path[0] == '/' ? RESOLVE_IN_ROOT : 0,
	};
	int dir = path[0] == '/' ? r->fd : r->base_fd;

	return (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
}

static int root_digest(void *ctx, const char *path, struct warden_file_digests *d)
{
	int fd = open_below(ctx, path);
	int err;

	if (fd < 0)
		return -errno;
	err = digest_fd(fd, d);
	close(fd);
	return err;
}

static int root_text(void *ctx, const char *path, char **text, size_t *len)
{
	int fd = open_below(ctx, path);
	int err;

	if (fd < 0)
		return -errno;
	err = read_fd(fd, LIST_BYTES_MAX, text, len);
	close(fd);
	return err;
}

/*
 * The root's own list of users, on this machine too: one road for both, and a
 * policy that means the same whether it is compiled on the board or for it.
 */
static int root_uid(void *ctx, const char *user, uint32_t *uid)
{
	int fd = open_below(ctx, "/etc/passwd");
	const struct passwd *entry;
	int err = -ENOENT;
	FILE *f;

	if (fd < 0)
		return -errno;
	f = fdopen(fd, "r");
	if (!f) {
		close(fd);
		return -ENOMEM;
	}
	while (err && (entry = fgetpwent(f))) {
		if (strcmp(entry->pw_name, user))
			continue;
		*uid = entry->pw_uid;
		err = 0;
	}
	fclose(f);
	return err;
}

struct warden_files warden_root_files(struct warden_root *r)
{
	return (struct warden_files){ root_digest, root_text, root_uid, r };
}
