/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_GAUGE_H
#define WARDEN_GAUGE_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

/* One operation that is measured: how it is prepared, and done once. */
struct op {
	const char *kind;
	int (*prepare)(const char *path);
	void (*run)(const char *path, int fd);
};

void fail(const char *what) __attribute__((noreturn));
struct sockaddr_in internet(const char *address, uint16_t port);

int cmd_respond(char **paths) __attribute__((noreturn));
int cmd_hold(const char *path);
int cmd_steady(const char *allowed, const char *forbidden);

const struct op *find_socket_op(const char *kind, size_t len);
void confine_landlock_ports(char *ports);
void expect_refused(const char *what);

#endif /* WARDEN_GAUGE_H */
