// SPDX-License-Identifier: GPL-2.0-only
/*
 * Four commands of TPM 2.0, spoken to the kernel's resource manager. Numbers are those of
 * "TPM 2.0 Library, Part 2: Structures", the layout of commands that of part 3.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tpm_counter.h"

#define TPM "/dev/tpmrm0"

#define NO_SESSIONS 0x8001 /* TPM_ST */
#define SESSIONS    0x8002

#define NV_DEFINE_SPACE 0x12a /* TPM_CC */
#define NV_INCREMENT	0x134
#define NV_READ		0x14e
#define NV_READ_PUBLIC	0x169

#define OWNER	 0x40000001 /* TPM_RH */
#define PASSWORD 0x40000009
#define SHA256	 0x000b /* TPM_ALG */

/* TPMA_NV: a counter that its own, empty password reads and raises, and no lock-out. */
#define COUNTER 0x02060016

#define RC_HANDLE 0x18b /* TPM_RC: there is nothing with that number, the first */

/* Indices that are an owner's to give away; TCG's registry of handles, table 2. */
#define INDEX_MIN 0x01800000
#define INDEX_MAX 0x01bfffff

#define HEAD 10 /* bytes: tag, size, code */

/**
 * struct command - one command, and its answer in the same room
 * @len: bytes
 * @bytes: in the order of the wire
 */
struct command {
	size_t len;
	uint8_t bytes[256];
};

static void put(struct command *c, uint64_t value, size_t bytes)
{
	while (bytes--)
		c->bytes[c->len++] = (uint8_t)(value >> 8 * bytes);
}

static uint64_t get(const struct command *c, size_t at, size_t bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | c->bytes[at++];
	return value;
}

static void begin(struct command *c, uint16_t tag, uint32_t code)
{
	c->len = 0;
	put(c, tag, 2);
	put(c, 0, 4); /* its size, when that is known */
	put(c, code, 4);
}

/* By an empty password. */
static void authorise(struct command *c)
{
	put(c, 9, 4);
	put(c, PASSWORD, 4);
	put(c, 0, 2);
	put(c, 0, 1);
	put(c, 0, 2);
}

/* What the TPM answers, 0 is success; or a negative errno. */
static int64_t exchange(int fd, struct command *c)
{
	const size_t len = c->len;
	ssize_t n;

	c->bytes[5] = (uint8_t)len; /* none is longer than 255 */
	if (write(fd, c->bytes, len) != (ssize_t)len)
		return -errno;
	n = read(fd, c->bytes, sizeof(c->bytes));
	if (n < HEAD)
		return n < 0 ? -errno : -EIO;
	c->len = (size_t)n;
	return (int64_t)get(c, 6, 4);
}

static int send(struct command *c, int64_t *answer, struct warden_fault *f)
{
	int fd = open(TPM, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return warden_fault_set(f, -errno,
					"keep the counter in a file where there is no TPM",
					TPM ": %s", strerror(errno));
	*answer = exchange(fd, c);
	close(fd);
	if (*answer < 0)
		return warden_fault_set(f, (int)*answer, "look into the kernel log", TPM ": %s",
					strerror((int)-*answer));
	return 0;
}

static int refuse(struct warden_fault *f, const char *what, int64_t answer)
{
	return warden_fault_set(f, -EIO,
				"look the code up with tpm2_rc_decode; where the owner of the TPM "
				"has a password, make the counter with tpm2_nvdefine",
				"the TPM refused to %s: 0x%" PRIx64, what, (uint64_t)answer);
}

bool warden_tpm_counter_is(const char *name, uint32_t *index)
{
	unsigned long value;
	char *end;

	if (strncmp(name, "tpm:", 4))
		return false;
	value = strtoul(name + 4, &end, 0);
	*index = *end || end == name + 4 || value < INDEX_MIN || value > INDEX_MAX
			 ? 0
			 : (uint32_t)value;
	return true;
}

static int check(uint32_t index, struct warden_fault *f)
{
	return index ? 0
		     : warden_fault_set(f, -EINVAL,
					"say tpm:0x01800057, or another from "
					"0x01800000 to 0x01bfffff",
					"the counter is no index of the TPM's memory");
}

static int raise(uint32_t index, struct warden_fault *f)
{
	struct command c;
	int64_t answer;
	int err;

	begin(&c, SESSIONS, NV_INCREMENT);
	put(&c, index, 4);
	put(&c, index, 4);
	authorise(&c);
	err = send(&c, &answer, f);
	if (!err && answer)
		err = refuse(f, "raise its counter", answer);
	return err;
}

/* Says nothing yet: it is raised once, to more than any counter of this TPM ever said. */
static int define(uint32_t index, struct warden_fault *f)
{
	struct command c;
	int64_t answer;
	int err;

	begin(&c, SESSIONS, NV_DEFINE_SPACE);
	put(&c, OWNER, 4);
	authorise(&c);
	put(&c, 0, 2);	/* its password */
	put(&c, 14, 2); /* bytes that follow */
	put(&c, index, 4);
	put(&c, SHA256, 2);
	put(&c, COUNTER, 4);
	put(&c, 0, 2); /* no policy */
	put(&c, 8, 2);
	err = send(&c, &answer, f);
	if (!err && answer)
		err = refuse(f, "make a counter", answer);
	return err ? err : raise(index, f);
}

int warden_tpm_counter_make(uint32_t index, struct warden_fault *f)
{
	struct command c;
	int64_t answer;
	int err = check(index, f);

	if (err)
		return err;
	begin(&c, NO_SESSIONS, NV_READ_PUBLIC);
	put(&c, index, 4);
	err = send(&c, &answer, f);
	if (!err && answer == RC_HANDLE)
		return define(index, f);
	if (!err && answer)
		err = refuse(f, "show its counter", answer);
	return err;
}

int warden_tpm_counter_read(uint32_t index, uint64_t *number, struct warden_fault *f)
{
	struct command c;
	int64_t answer;
	int err = check(index, f);

	if (err)
		return err;
	begin(&c, SESSIONS, NV_READ);
	put(&c, index, 4);
	put(&c, index, 4);
	authorise(&c);
	put(&c, 8, 2);
	put(&c, 0, 2);
	err = send(&c, &answer, f);
	if (err)
		return err;
	if (answer == RC_HANDLE)
		return warden_fault_set(f, -ENOENT,
					"consent anew: nobody can tell whether the state is "
					"the newest",
					"the TPM has no counter 0x%08" PRIx32, index);
	if (answer || c.len < HEAD + 4 + 2 + 8 || get(&c, HEAD + 4, 2) != 8)
		return refuse(f, "read its counter", answer);
	*number = get(&c, HEAD + 4 + 2, 8);
	return 0;
}

int warden_tpm_counter_raise(uint32_t index, uint64_t number, struct warden_fault *f)
{
	uint64_t now;
	int err = raise(index, f);

	if (!err)
		err = warden_tpm_counter_read(index, &now, f);
	if (!err && now != number)
		err = warden_fault_set(f, -ESTALE, "save it again",
				       "another state was saved at the same time");
	return err;
}
