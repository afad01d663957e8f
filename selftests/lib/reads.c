// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <poll.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/reads.h"
#include "lib/uring.h"

static int result_of(ssize_t n)
{
	return n < 0 ? -errno : (int)n;
}

static int by_read(int fd, void *buf, unsigned int len)
{
	return result_of(read(fd, buf, len));
}

static int by_pread(int fd, void *buf, unsigned int len)
{
	return result_of(pread(fd, buf, len, 0));
}

/* --- in parts ------------------------------------------------------------------------ */

static void halve(struct iovec parts[2], void *buf, unsigned int len)
{
	parts[0] = (struct iovec){ .iov_base = buf, .iov_len = len / 2 };
	parts[1] = (struct iovec){ .iov_base = (char *)buf + len / 2, .iov_len = len / 2 };
}

static int by_readv(int fd, void *buf, unsigned int len)
{
	struct iovec parts[2];

	halve(parts, buf, len);
	return result_of(readv(fd, parts, 2));
}

static int by_preadv2(int fd, void *buf, unsigned int len)
{
	const struct iovec one = { .iov_base = buf, .iov_len = len };

	return result_of(preadv2(fd, &one, 1, -1, 0));
}

/* Asks for what is there alone, so it waits for that first. */
static int by_preadv2_at_once(int fd, void *buf, unsigned int len)
{
	const struct iovec one = { .iov_base = buf, .iov_len = len };
	struct pollfd p = { .fd = fd, .events = POLLIN };

	poll(&p, 1, -1);
	return result_of(preadv2(fd, &one, 1, -1, RWF_NOWAIT));
}

static int by_ring_readv(int fd, void *buf, unsigned int len)
{
	struct iovec parts[2];

	halve(parts, buf, len);
	return uring_read_parts(fd, parts, 2);
}

/*
 * Where something comes soon the file is made one that does not wait: by this call the kernel never reads by
 * read(), which is all some drivers have, from one that would.
 */
static int by_ring_on(int fd, void *buf, unsigned int len)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	const int flags = fcntl(fd, F_GETFL);
	int result;

	if (poll(&p, 1, 2000) == 1)
		fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	result = uring_read_on(fd, buf, len);
	fcntl(fd, F_SETFL, flags);
	return result;
}

/* --- asynchronously ------------------------------------------------------------------ */

/* One request, waited for: its result, or -errno. */
static int submit(struct iocb *request)
{
	aio_context_t context = 0;
	struct io_event event;
	long n;

	if (syscall(SYS_io_setup, 1, &context))
		return -errno;
	n = syscall(SYS_io_submit, context, 1, &request);
	if (n == 1)
		do
			n = syscall(SYS_io_getevents, context, 1, 1, &event, NULL);
		while (n < 0 && errno == EINTR);
	n = n < 0 ? -errno : (int)event.res;
	syscall(SYS_io_destroy, context);
	return (int)n;
}

static int by_aio(int fd, void *buf, unsigned int len)
{
	return submit(&(struct iocb){ .aio_lio_opcode = IOCB_CMD_PREAD, .aio_fildes = (uint32_t)fd,
				      .aio_buf = (uintptr_t)buf, .aio_nbytes = len });
}

static int by_aio_poll(int fd, void *buf, unsigned int len)
{
	const int events = submit(&(struct iocb){ .aio_lio_opcode = IOCB_CMD_POLL,
						  .aio_fildes = (uint32_t)fd, .aio_buf = POLLIN });

	return events < 0 ? events : by_read(fd, buf, len);
}

/* --- by another file ----------------------------------------------------------------- */

static int by_pipe(int fd, void *buf, unsigned int len, int (*splice_to)(int from, int to, unsigned int len))
{
	int ends[2], n;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	n = splice_to(fd, ends[1], len);
	if (n > 0)
		n = by_read(ends[0], buf, len);
	close(ends[0]);
	close(ends[1]);
	return n;
}

static int splice_plainly(int from, int to, unsigned int len)
{
	return result_of(splice(from, NULL, to, NULL, len, 0));
}

static int by_splice(int fd, void *buf, unsigned int len)
{
	return by_pipe(fd, buf, len, splice_plainly);
}

static int by_ring_splice(int fd, void *buf, unsigned int len)
{
	return by_pipe(fd, buf, len, uring_splice);
}

static int by_file(int fd, void *buf, unsigned int len, int (*copy_to)(int from, int to, unsigned int len))
{
	const int file = open("/var/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	int n = file < 0 ? -errno : copy_to(fd, file, len);

	if (n > 0)
		n = by_pread(file, buf, len);
	if (file >= 0)
		close(file);
	return n;
}

static int send_plainly(int from, int to, unsigned int len)
{
	return result_of(sendfile(to, from, NULL, len));
}

static int by_sendfile(int fd, void *buf, unsigned int len)
{
	return by_file(fd, buf, len, send_plainly);
}

static int copy_plainly(int from, int to, unsigned int len)
{
	return result_of(copy_file_range(from, NULL, to, NULL, len, 0));
}

static int by_copy_file_range(int fd, void *buf, unsigned int len)
{
	return by_file(fd, buf, len, copy_plainly);
}

/* What a driver would answer is its own; none of these has a word of it. */
static int by_ring_command(int fd, void *buf, unsigned int len)
{
	(void)buf;
	(void)len;
	return uring_command(fd);
}

static const struct reading readings[READS_COUNT] = {
	{ "read", by_read, false },
	{ "pread", by_pread, false },
	{ "readv", by_readv, false },
	{ "preadv2", by_preadv2, false },
	{ "preadv2 nowait", by_preadv2_at_once, true },
	{ "aio", by_aio, false },
	{ "aio poll", by_aio_poll, false },
	{ "splice", by_splice, false },
	{ "sendfile", by_sendfile, false },
	{ "copy_file_range", by_copy_file_range, true },
	{ "ring read", uring_read, false },
	{ "ring readv", by_ring_readv, false },
	{ "ring fixed", uring_read_fixed, false },
	{ "ring thread", uring_read_by_thread, false },
	{ "ring multishot", by_ring_on, false },
	{ "ring splice", by_ring_splice, false },
	{ "ring command", by_ring_command, true },
};

const struct reading *reads_at(size_t i)
{
	return &readings[i];
}

bool reads_unknown(int result)
{
	switch (-result) {
	case EINVAL:
	case EOPNOTSUPP:
	case ENOSYS:
	case ESPIPE:
	case EXDEV:
	case EBADF:
	case EBADFD:
	case ENOTTY:
		return true;
	default:
		return false;
	}
}
