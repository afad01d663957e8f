// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/uring.h"

/* enum io_uring_op since Linux 6.11; the C library's headers may be older. */
#define OP_SOCKET 45
#define OP_BIND	  56
#define OP_LISTEN 57

struct ring {
	int fd;
	char *rings; /* both, IORING_FEAT_SINGLE_MMAP */
	size_t size;
	struct io_uring_sqe *sqes;
	struct io_uring_params p;
};

static int open_ring(struct ring *r)
{
	memset(r, 0, sizeof(*r));
	r->fd = (int)syscall(SYS_io_uring_setup, 1, &r->p);
	if (r->fd < 0)
		return -ENOSYS;
	r->size = r->p.cq_off.cqes + r->p.cq_entries * sizeof(struct io_uring_cqe);
	r->rings = mmap(NULL, r->size, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd,
			IORING_OFF_SQ_RING);
	r->sqes = mmap(NULL, sizeof(*r->sqes), PROT_READ | PROT_WRITE, MAP_SHARED, r->fd,
		       IORING_OFF_SQES);
	return r->rings == MAP_FAILED || r->sqes == MAP_FAILED ? -errno : 0;
}

static void close_ring(struct ring *r)
{
	if (r->fd < 0)
		return;
	munmap(r->sqes, sizeof(*r->sqes));
	munmap(r->rings, r->size);
	close(r->fd);
}

static int submit(struct ring *r)
{
	const struct io_uring_cqe *cqe = (void *)(r->rings + r->p.cq_off.cqes);
	uint32_t *array = (void *)(r->rings + r->p.sq_off.array);
	uint32_t *tail = (void *)(r->rings + r->p.sq_off.tail);

	array[0] = 0;
	__atomic_store_n(tail, 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, r->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) != 1)
		return -errno;
	return cqe->res;
}

static int request(const struct io_uring_sqe *sqe)
{
	struct ring r;
	int err = open_ring(&r);

	if (!err) {
		*r.sqes = *sqe;
		err = submit(&r);
	}
	close_ring(&r);
	return err;
}

int uring_bind(int fd, const struct sockaddr *address, unsigned int len)
{
	return request(&(struct io_uring_sqe){
		.opcode = OP_BIND, .fd = fd, .addr = (uintptr_t)address, .addr2 = len });
}

int uring_connect(int fd, const struct sockaddr *address, unsigned int len)
{
	return request(&(struct io_uring_sqe){
		.opcode = IORING_OP_CONNECT, .fd = fd, .addr = (uintptr_t)address, .off = len });
}

int uring_socket(int family, int type, int protocol)
{
	return request(&(struct io_uring_sqe){ .opcode = OP_SOCKET, .fd = family,
					       .off = (uint64_t)type, .len = (uint32_t)protocol });
}

int uring_send_to(int fd, const struct sockaddr *address, unsigned int len)
{
	int sent = request(&(struct io_uring_sqe){
		.opcode = IORING_OP_SEND, .fd = fd, .addr = (uintptr_t)"x", .len = 1,
		.addr2 = (uintptr_t)address, .addr_len = (uint16_t)len });

	return sent > 0 ? 0 : sent;
}

int uring_listen(int fd)
{
	return request(&(struct io_uring_sqe){ .opcode = OP_LISTEN, .fd = fd, .len = 1 });
}

int uring_open(const char *path, int flags)
{
	return request(&(struct io_uring_sqe){
		.opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (uintptr_t)path,
		.open_flags = (uint32_t)flags });
}

int uring_read(int fd, void *buf, unsigned int len)
{
	return request(&(struct io_uring_sqe){
		.opcode = IORING_OP_READ, .fd = fd, .addr = (uintptr_t)buf, .len = len });
}

int uring_mkdir(const char *path, unsigned int mode)
{
	return request(&(struct io_uring_sqe){ .opcode = IORING_OP_MKDIRAT, .fd = AT_FDCWD,
					       .addr = (uintptr_t)path, .len = mode });
}

int uring_read_kept(int fd, void *buf, unsigned int len)
{
	struct ring r;
	int err = open_ring(&r);

	if (!err && syscall(SYS_io_uring_register, r.fd, IORING_REGISTER_FILES, &fd, 1))
		err = -errno;
	close(fd);
	if (!err) {
		*r.sqes = (struct io_uring_sqe){ .opcode = IORING_OP_READ, .flags = IOSQE_FIXED_FILE,
						 .addr = (uintptr_t)buf, .len = len };
		err = submit(&r);
	}
	close_ring(&r);
	return err;
}

int uring_write(int fd, const void *buf, unsigned int len)
{
	return request(&(struct io_uring_sqe){
		.opcode = IORING_OP_WRITE, .fd = fd, .addr = (uintptr_t)buf, .len = len });
}
