// SPDX-License-Identifier: GPL-2.0-only
/*
 * What gauge does with sockets: each operation fails where it is refused, so that
 * every one that is counted was allowed. All of it is on the loopback.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gauge.h"

#define HERE "127.0.0.1"

/* What every arm allows: one is bound to, one is listened at and connected to; the third is forbidden. */
#define BOUND_PORT     7001
#define SERVER_PORT    7002
#define FORBIDDEN_PORT 7003

/* uapi/linux/landlock.h from ABI 4 on, which may be newer than the headers at hand. */
#define NET_BIND      1
#define NET_CONNECT   2
#define RULE_NET_PORT 2

struct net_ruleset {
	uint64_t files;
	uint64_t net;
};

struct net_port {
	uint64_t access;
	uint64_t port;
};

/* One layer that handles binding and connecting of TCP, and allows both at each of PORT:PORT... alone. */
void confine_landlock_ports(char *ports)
{
	const struct net_ruleset attr = { .net = NET_BIND | NET_CONNECT };
	struct net_port rule = { .access = NET_BIND | NET_CONNECT };
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	char *port;

	if (ruleset < 0)
		fail("landlock_create_ruleset");
	for (port = strtok(ports, ":"); port; port = strtok(NULL, ":")) {
		rule.port = strtoul(port, NULL, 10);
		if (syscall(SYS_landlock_add_rule, ruleset, RULE_NET_PORT, &rule, 0))
			fail("landlock_add_rule");
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_landlock_restrict_self, ruleset, 0))
		fail("landlock_restrict_self");
	close(ruleset);
}

static int type_of(const char *name)
{
	return strcmp(name, "udp") ? SOCK_STREAM : SOCK_DGRAM;
}

static int make(int type)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	if (fd < 0)
		fail("socket");
	return fd;
}

static int make_bound(int type, uint16_t port)
{
	struct sockaddr_in at = internet(HERE, port);
	int fd = make(type), one = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)))
		fail("bind");
	return fd;
}

static void join(int fd, uint16_t port)
{
	struct sockaddr_in to = internet(HERE, port);

	if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		fail("connect");
}

static int prepare_bind(const char *name)
{
	(void)name;
	return 0;
}

static void run_bind(const char *name, int fd)
{
	struct sockaddr_in at = internet(HERE, BOUND_PORT);

	(void)fd;
	fd = make(type_of(name));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)))
		fail("bind");
	close(fd);
}

/* Asked again each time, and the kernel has little else to do. */
static int prepare_listen(const char *name)
{
	return make_bound(type_of(name), BOUND_PORT);
}

static void run_listen(const char *name, int fd)
{
	(void)name;
	if (listen(fd, 8))
		fail("listen");
}

static int server = -1;

static int accept_one(void)
{
	int fd = accept4(server, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		fail("accept");
	return fd;
}

static int prepare_connection(const char *name)
{
	(void)name;
	if (server < 0)
		server = make_bound(SOCK_STREAM, SERVER_PORT);
	if (listen(server, 8))
		fail("listen");
	return 0;
}

static int prepare_connect(const char *name)
{
	int fd = make(type_of(name));

	if (type_of(name) == SOCK_STREAM) {
		prepare_connection(name);
		join(fd, SERVER_PORT);
		accept_one();
	}
	return fd;
}

/*
 * The call alone. UDP has nothing to send for it, and TCP that is connected says so once
 * it was asked whether it may.
 */
static void run_connect(const char *name, int fd)
{
	struct sockaddr_in to = internet(HERE, SERVER_PORT);

	(void)name;
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) && errno != EISCONN)
		fail("connect");
}

/* No end of a connection is left behind for a while. */
static void drop(int fd)
{
	const struct linger none = { .l_onoff = 1 };

	if (setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none)))
		fail("SO_LINGER");
	close(fd);
}

static void run_connection(const char *name, int fd)
{
	int taken;

	(void)name;
	fd = make(SOCK_STREAM);
	join(fd, SERVER_PORT);
	taken = accept_one();
	drop(fd);
	close(taken);
}

const struct op *find_socket_op(const char *kind, size_t len)
{
	static const struct op ops[] = {
		{ "bind", prepare_bind, run_bind },
		{ "listen", prepare_listen, run_listen },
		{ "connect", prepare_connect, run_connect },
		{ "connection", prepare_connection, run_connection },
	};
	size_t i;

	for (i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		if (strlen(ops[i].kind) == len && !strncmp(ops[i].kind, kind, len))
			return &ops[i];
	return NULL;
}

static int try_listen(int type, bool listens)
{
	struct sockaddr_in at = internet(HERE, FORBIDDEN_PORT);
	int fd = make(type);
	int err = bind(fd, (struct sockaddr *)&at, sizeof(at)) || (listens && listen(fd, 1)) ? errno : 0;

	close(fd);
	return err;
}

static int try_connect(int type)
{
	struct sockaddr_in to = internet(HERE, FORBIDDEN_PORT);
	int fd = make(type);
	int err = connect(fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0;

	close(fd);
	return err;
}

static int try_six(void)
{
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* The oracle: what an arm does not allow fails with EACCES, and with nothing else. */
void expect_refused(const char *what)
{
	int err = EINVAL;

	if (!strcmp(what, "listen"))
		err = try_listen(SOCK_STREAM, true);
	else if (!strcmp(what, "bind"))
		err = try_listen(SOCK_DGRAM, false);
	else if (!strcmp(what, "connect"))
		err = try_connect(SOCK_STREAM);
	else if (!strcmp(what, "send"))
		err = try_connect(SOCK_DGRAM);
	else if (!strcmp(what, "six"))
		err = try_six();
	if (err == EACCES)
		return;
	fprintf(stderr, "gauge: %s: expected %s, got %s\n", what, strerror(EACCES), strerror(err));
	exit(1);
}
