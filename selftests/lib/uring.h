/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One io_uring request at a time, by system calls alone.
 */
#ifndef WARDEN_TEST_URING_H
#define WARDEN_TEST_URING_H

struct iovec;
struct sockaddr;

/* bind() and listen() by io_uring: 0 or -errno; -ENOSYS where there is no ring. */
int uring_bind(int fd, const struct sockaddr *address, unsigned int len);
int uring_listen(int fd);

/* connect(), and sendto() of one byte, in the same way. */
int uring_connect(int fd, const struct sockaddr *address, unsigned int len);
int uring_socket(int family, int type, int protocol); /* a descriptor, or -errno */
int uring_send_to(int fd, const struct sockaddr *address, unsigned int len);
/* openat(), read() and write(): what these give, or -errno. */
int uring_open(const char *path, int flags);
int uring_read(int fd, void *buf, unsigned int len);
/* read() of a descriptor that is given to the ring and closed. */
int uring_read_kept(int fd, void *buf, unsigned int len);
/* read() of a registered file into registered memory; by the ring's own thread; into parts; as long as data come. */
int uring_read_fixed(int fd, void *buf, unsigned int len);
int uring_read_by_thread(int fd, void *buf, unsigned int len);
int uring_read_parts(int fd, const struct iovec *parts, unsigned int n);
int uring_read_on(int fd, void *buf, unsigned int len);
int uring_splice(int from, int to, unsigned int len);
int uring_command(int fd); /* whatever number 0 is to the driver */
int uring_register(void *memory, unsigned int len); /* have a ring hold it for a moment: 0 or -errno */
int uring_write(int fd, const void *buf, unsigned int len);
int uring_mkdir(const char *path, unsigned int mode); /* 0 or -errno */

#endif /* WARDEN_TEST_URING_H */
