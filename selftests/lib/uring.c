// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/uring.h"

/* enum io_uring_op; the C library's headers may be older. */
#define OP_SOCKET	  45
#define OP_URING_CMD	  46
#define OP_READ_MULTISHOT 49
#define OP_BIND		  56
#define OP_LISTEN	  57

#define RING_SIZE 2 /* requests under way */

struct ring {
	int fd;
	char *rings; /* both, IORING_FEAT_SINGLE_MMAP */
	size_t size;
	struct io_uring_sqe *sqes;
	struct io_uring_params p;
};

static int open_ring(struct ring *r, unsigned int flags)
{
	memset(r, 0, sizeof(*r));
	r->p.flags = flags;
	r->p.sq_thread_idle = 100; /* ms, of a ring that has a thread */
	r->fd = (int)syscall(SYS_io_uring_setup, RING_SIZE, &r->p);
	if (r->fd < 0)
		return -ENOSYS;
	r->size = r->p.cq_off.cqes + r->p.cq_entries * sizeof(struct io_uring_cqe);
	r->rings = mmap(NULL, r->size, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd,
			IORING_OFF_SQ_RING);
	r->sqes = mmap(NULL, RING_SIZE * sizeof(*r->sqes), PROT_READ | PROT_WRITE, MAP_SHARED, r->fd,
		       IORING_OFF_SQES);
	return r->rings == MAP_FAILED || r->sqes == MAP_FAILED ? -errno : 0;
}

static void close_ring(struct ring *r)
{
	if (r->fd < 0)
		return;
	munmap(r->sqes, RING_SIZE * sizeof(*r->sqes));
	munmap(r->rings, r->size);
	close(r->fd);
}

static uint32_t *word(const struct ring *r, uint32_t offset)
{
	return (void *)(r->rings + offset);
}

/* Result of the next request that is done. */
static int await(struct ring *r)
{
	const struct io_uring_cqe *cqes = (void *)(r->rings + r->p.cq_off.cqes);
	uint32_t *tail = word(r, r->p.cq_off.tail), *head = word(r, r->p.cq_off.head);
	int result;

	while (__atomic_load_n(tail, __ATOMIC_ACQUIRE) == *head)
		if (syscall(SYS_io_uring_enter, r->fd, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0 &&
		    errno != EINTR)
			return -errno;
	result = cqes[*head & (r->p.cq_entries - 1)].res;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return result;
}

static int submit(struct ring *r, const struct io_uring_sqe *sqe)
{
	const unsigned int how = r->p.flags & IORING_SETUP_SQPOLL ? IORING_ENTER_SQ_WAKEUP : 0;
	uint32_t *tail = word(r, r->p.sq_off.tail);
	const uint32_t at = *tail & (r->p.sq_entries - 1);

	r->sqes[at] = *sqe;
	word(r, r->p.sq_off.array)[at] = at;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_SEQ_CST);
	if (syscall(SYS_io_uring_enter, r->fd, 1, 0, how, NULL, 0) != 1)
		return -errno;
	return await(r);
}

static int request(const struct io_uring_sqe *sqe)
{
	struct ring r;
	int err = open_ring(&r, 0);

	if (!err)
		err = submit(&r, sqe);
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

/* A request that knows the file, and may know the memory, by its number in the ring. */
static int request_kept(int fd, const struct iovec *memory, unsigned int flags, struct io_uring_sqe *sqe)
{
	struct ring r;
	int err = open_ring(&r, flags);

	if (!err && syscall(SYS_io_uring_register, r.fd, IORING_REGISTER_FILES, &fd, 1))
		err = -errno;
	if (!err && memory && syscall(SYS_io_uring_register, r.fd, IORING_REGISTER_BUFFERS, memory, 1))
		err = -errno;
	sqe->flags = IOSQE_FIXED_FILE;
	if (!err)
		err = submit(&r, sqe);
	close_ring(&r);
	return err;
}

int uring_read_kept(int fd, void *buf, unsigned int len)
{
	struct ring r;
	int err = open_ring(&r, 0);

	if (!err && syscall(SYS_io_uring_register, r.fd, IORING_REGISTER_FILES, &fd, 1))
		err = -errno;
	close(fd);
	if (!err)
		err = submit(&r, &(struct io_uring_sqe){
			.opcode = IORING_OP_READ, .flags = IOSQE_FIXED_FILE,
			.addr = (uintptr_t)buf, .len = len });
	close_ring(&r);
	return err;
}

int uring_read_fixed(int fd, void *buf, unsigned int len)
{
	const struct iovec memory = { .iov_base = buf, .iov_len = len };

	return request_kept(fd, &memory, 0, &(struct io_uring_sqe){
		.opcode = IORING_OP_READ_FIXED, .off = UINT64_MAX, .addr = (uintptr_t)buf, .len = len });
}

int uring_read_by_thread(int fd, void *buf, unsigned int len)
{
	return request_kept(fd, NULL, IORING_SETUP_SQPOLL, &(struct io_uring_sqe){
		.opcode = IORING_OP_READ, .off = UINT64_MAX, .addr = (uintptr_t)buf, .len = len });
}

int uring_read_parts(int fd, const struct iovec *parts, unsigned int n)
{
	return request(&(struct io_uring_sqe){ .opcode = IORING_OP_READV, .fd = fd, .off = UINT64_MAX,
					       .addr = (uintptr_t)parts, .len = n });
}

int uring_read_on(int fd, void *buf, unsigned int len)
{
	struct ring r;
	int err = open_ring(&r, 0);

	if (!err) /* one buffer, number 0 of group 0 */
		err = submit(&r, &(struct io_uring_sqe){
			.opcode = IORING_OP_PROVIDE_BUFFERS, .fd = 1, .addr = (uintptr_t)buf, .len = len });
	if (!err)
		err = submit(&r, &(struct io_uring_sqe){
			.opcode = OP_READ_MULTISHOT, .flags = IOSQE_BUFFER_SELECT, .fd = fd, .off = UINT64_MAX });
	close_ring(&r);
	return err;
}

int uring_splice(int from, int to, unsigned int len)
{
	return request(&(struct io_uring_sqe){
		.opcode = IORING_OP_SPLICE, .fd = to, .off = UINT64_MAX, .splice_fd_in = from,
		.splice_off_in = UINT64_MAX, .len = len });
}

int uring_command(int fd)
{
	return request(&(struct io_uring_sqe){ .opcode = OP_URING_CMD, .fd = fd });
}

int uring_register(void *memory, unsigned int len)
{
	const struct iovec one = { .iov_base = memory, .iov_len = len };
	struct ring r;
	int err = open_ring(&r, 0);

	if (!err && syscall(SYS_io_uring_register, r.fd, IORING_REGISTER_BUFFERS, &one, 1))
		err = -errno;
	close_ring(&r);
	return err;
}

int uring_write(int fd, const void *buf, unsigned int len)
{
	return request(&(struct io_uring_sqe){
		.opcode = IORING_OP_WRITE, .fd = fd, .addr = (uintptr_t)buf, .len = len });
}
