// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <warden/limits.h>

#include "policy/digest.h"
#include "state_file.h"
#include "tpm_counter.h"
#include "wire.h"

#define STATE_BYTES_MAX (64u << 20)
#define TAIL	       "sha256 "
#define TAIL_LEN       (sizeof(TAIL) - 1 + 2 * (size_t)WARDEN_DIGEST_SIZE + 1)

static int fail(struct warden_fault *f, int err, const char *file)
{
	return warden_fault_set(f, -err, "give a place that can be written", "%s: %s", file,
				strerror(err));
}

static bool write_all(int fd, const char *bytes, size_t len)
{
	ssize_t n;

	for (; len; bytes += n, len -= (size_t)n) {
		n = write(fd, bytes, len);
		if (n <= 0)
			return false;
	}
	return true;
}

/* The rename is on the disk when its folder is. */
static void sync_folder(const char *file)
{
	const char *slash = strrchr(file, '/');
	char folder[4096] = ".";
	int fd;

	if (slash)
		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - file) + 1, file);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

static int replace(const char *file, const void *bytes, size_t len, const char *tail,
		   struct warden_fault *f)
{
	char fresh[4096];
	bool written;
	int fd, err;

	if (snprintf(fresh, sizeof(fresh), "%s.new", file) >= (int)sizeof(fresh))
		return fail(f, ENAMETOOLONG, file);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(f, errno, fresh);
	errno = EIO;
	written = write_all(fd, bytes, len) && write_all(fd, tail, strlen(tail)) &&
		  !fsync(fd);
	err = errno;
	if (close(fd) || !written || rename(fresh, file)) {
		err = written ? errno : err;
		unlink(fresh);
		return fail(f, err, file);
	}
	sync_folder(file);
	return 0;
}

int warden_file_replace(const char *file, const void *bytes, size_t len, struct warden_fault *f)
{
	return replace(file, bytes, len, "", f);
}

int warden_state_write(const char *file, const char *text, struct warden_fault *f)
{
	uint8_t digest[WARDEN_DIGEST_SIZE];
	char tail[TAIL_LEN + 1] = TAIL;

	warden_sha256(digest, text, strlen(text));
	warden_hex_put(tail + strlen(TAIL), digest, sizeof(digest));
	strcat(tail, "\n");
	return replace(file, text, strlen(text), tail, f);
}

static char *read_all(FILE *in)
{
	size_t len = 0, room = 65536, n;
	char *text = malloc(room);

	while (text && (n = fread(text + len, 1, room - len - 1, in)) > 0) {
		len += n;
		if (len + 1 < room)
			continue;
		room *= 2;
		text = room > STATE_BYTES_MAX ? NULL : realloc(text, room);
	}
	if (text)
		text[len] = '\0';
	return text;
}

/* Takes the last line off; false where it is not what the rest wants. */
static bool check(char *text)
{
	uint8_t digest[WARDEN_DIGEST_SIZE];
	char want[TAIL_LEN + 1] = TAIL;
	size_t len = strlen(text);
	char *tail = text + len - TAIL_LEN;

	if (len < TAIL_LEN)
		return false;
	warden_sha256(digest, text, len - TAIL_LEN);
	warden_hex_put(want + strlen(TAIL), digest, sizeof(digest));
	strcat(want, "\n");
	if (strcmp(tail, want))
		return false;
	*tail = '\0';
	return true;
}

int warden_state_read(const char *file, char **text, struct warden_fault *f)
{
	FILE *in = fopen(file, "re");

	*text = NULL;
	if (!in)
		return warden_fault_set(f, -errno, "name a file that state save wrote", "%s: %s",
					file, strerror(errno));
	*text = read_all(in);
	fclose(in);
	if (*text && check(*text))
		return 0;
	free(*text);
	*text = NULL;
	return warden_fault_set(f, -EBADMSG, "use another copy; what it held must be consented to anew",
				"%s is cut short or was altered: its checksum is wrong", file);
}

int warden_counter_make(const char *file, struct warden_fault *f)
{
	uint32_t index;

	return warden_tpm_counter_is(file, &index) ? warden_tpm_counter_make(index, f) : 0;
}

static int read_number(const char *file, uint64_t *number, struct warden_fault *f)
{
	FILE *in = fopen(file, "re");
	int n;

	*number = 0;
	if (!in)
		return errno == ENOENT ? 0 : fail(f, errno, file);
	n = fscanf(in, "%" SCNu64, number);
	fclose(in);
	if (n == 1)
		return 0;
	return warden_fault_set(f, -EBADMSG, "write into it the number of the newest state",
				"%s holds no number", file);
}

int warden_counter_read(const char *file, uint64_t *number, struct warden_fault *f)
{
	uint32_t index;

	return warden_tpm_counter_is(file, &index) ? warden_tpm_counter_read(index, number, f) :
						     read_number(file, number, f);
}

int warden_counter_write(const char *file, uint64_t number, struct warden_fault *f)
{
	char text[24];
	uint32_t index;

	if (warden_tpm_counter_is(file, &index))
		return warden_tpm_counter_raise(index, number, f);
	snprintf(text, sizeof(text), "%" PRIu64 "\n", number);
	return replace(file, text, strlen(text), "", f);
}
