// SPDX-License-Identifier: GPL-2.0-only
#define OPENSSL_SUPPRESS_DEPRECATED /* of SHA256_*, which need no start of the library */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <openssl/sha.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/warden.h>

#include "arena.h"
#include "digest.h"
#include "verity.h"
#include "wire.h"

#define PIECE	       (16u * WARDEN_VERITY_BLOCK)
#define LIST_BYTES_MAX (64u << 20) /* of a reference list */

/* Its first use of the newer interface costs a program more than all else it does. */
void warden_sha256(uint8_t to[WARDEN_DIGEST_SIZE], const void *data, size_t len)
{
	SHA256_CTX ctx;

	SHA256_Init(&ctx);
	SHA256_Update(&ctx, data, len);
	SHA256_Final(to, &ctx);
}

/* As many bytes as there are, up to @room; fewer only at the end of the file. */
static ssize_t read_piece(int fd, uint8_t *to, size_t room)
{
	size_t done = 0;

	while (done < room) {
		ssize_t n = read(fd, to + done, room - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

/* Both in one pass. */
static int digest_content(int fd, uint64_t size, struct warden_file_digests *d)
{
	struct warden_verity verity = { .size = 0 };
	uint8_t piece[PIECE];
	SHA256_CTX sha256;
	ssize_t n;

	SHA256_Init(&sha256);
	while ((n = read_piece(fd, piece, sizeof(piece))) > 0) {
		SHA256_Update(&sha256, piece, (size_t)n);
		warden_verity_add(&verity, piece, (size_t)n);
	}
	if (n < 0)
		return (int)n;
	if (verity.size != size)
		return -EAGAIN; /* it is written to while it is read */
	SHA256_Final(d->sha256, &sha256);
	warden_verity_finish(&verity, d->fsverity);
	return 0;
}

static int digest_fd(int fd, struct warden_file_digests *d)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -ENOTSUP;
	return digest_content(fd, (uint64_t)st.st_size, d);
}

int warden_file_digest(struct warden_file_digests *d, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int err;

	if (fd < 0)
		return -errno;
	err = digest_fd(fd, d);
	close(fd);
	return err;
}

int warden_sha256_file(uint8_t to[WARDEN_DIGEST_SIZE], const char *path)
{
	struct warden_file_digests d;
	int err = warden_file_digest(&d, path);

	if (!err)
		memcpy(to, d.sha256, sizeof(d.sha256));
	return err;
}

/* What a file says of its size, and one byte more to see that it ends there. */
static size_t first_room(int fd, size_t max)
{
	struct stat st;

	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size < 4096 || (uint64_t)st.st_size > max)
		return 4096;
	return (size_t)st.st_size + 3;
}

static int read_fd(int fd, size_t max, char **text, size_t *len)
{
	size_t room = first_room(fd, max) / 2, used = 0;
	char *buf = warden_array_grow(NULL, &room, room, 1); /* twice that */

	for (;;) {
		ssize_t n;

		while (room - used < 2)
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

bool warden_digest_line(struct warden_digest *to, const char **name, const char *line)
{
	bool verity = !strncmp(line, "sha256:", 7);
	const char *digits = verity ? line + 7 : *line == '\\' ? line + 1 : line;
	const char *rest = digits + 2 * (size_t)WARDEN_DIGEST_SIZE;

	if (!warden_hex_get(to->bytes, sizeof(to->bytes), digits) || rest[0] != ' ')
		return false;
	to->alg = verity ? WARDEN_DIGEST_ALG_FSVERITY_SHA256 : WARDEN_DIGEST_ALG_SHA256;
	rest += verity ? 1 : 2;
	if (name)
		*name = rest;
	return (verity || rest[-1] == ' ' || rest[-1] == '*') && *rest;
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

/* A file: what a pipe or a device gives has no end, or is gone when it is read again. */
static int root_text(void *ctx, const char *path, char **text, size_t *len)
{
	int fd = open_below(ctx, path);
	struct stat st;
	int err;

	if (fd < 0)
		return -errno;
	err = fstat(fd, &st) ? -errno : S_ISREG(st.st_mode) ? 0 : S_ISDIR(st.st_mode) ? -EISDIR : -ENOTSUP;
	if (!err)
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
