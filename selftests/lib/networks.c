// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "client.h"
#include "networks.h"
#include "users.h"

/* --- networks ------------------------------------------------------------------- */

/* In a child: a network, and a child that has another. Both are told, and last until killed. */
static void hold(int ready, bool plain)
{
	pid_t pids[2] = { getpid(), 0 };

	if ((plain && !users_become(users_at(1))) || prctl(PR_SET_PDEATHSIG, SIGKILL))
		_exit(1);
	if (unshare(plain ? CLONE_NEWUSER | CLONE_NEWNET : CLONE_NEWNET))
		_exit(1);
	pids[1] = fork();
	if (!pids[1]) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNET))
			_exit(1);
		pids[1] = getpid();
		if (write(ready, pids, sizeof(pids)) != sizeof(pids))
			_exit(1);
		pause();
	}
	pause();
	_exit(0);
}

static bool wire(const struct networks *n)
{
	char command[1200];

	snprintf(command, sizeof(command),
		 "nsenter -t %d -n ip -batch - <<'E'\n"
		 "link add wv0 type veth peer name wv1 netns %d\n"
		 "addr add " NEAR4 "/24 dev wv0\naddr add " NEAR6 "/64 dev wv0 nodad\n"
		 "link set lo up\nlink set wv0 up\nE\n"
		 "nsenter -t %d -n ip -batch - <<'E'\n"
		 "addr add " FAR4 "/24 dev wv1\naddr add " FAR6 "/64 dev wv1 nodad\n"
		 "link set lo up\nlink set wv1 up\nE\n",
		 n->near, n->far, n->far);
	return client_shell(command);
}

bool networks_make(struct networks *n, bool plain)
{
	pid_t pids[2] = { 0, 0 };
	int ready[2];

	if (pipe(ready))
		return false;
	n->near = fork();
	if (!n->near) {
		close(ready[0]);
		hold(ready[1], plain);
	}
	close(ready[1]);
	if (read(ready[0], pids, sizeof(pids)) != sizeof(pids))
		return false;
	close(ready[0]);
	n->far = pids[1];
	return wire(n);
}

void networks_end(struct networks *n)
{
	if (n->far > 0)
		kill(n->far, SIGKILL);
	if (n->near > 0)
		kill(n->near, SIGKILL);
}

bool networks_run(const struct networks *n, const char *command)
{
	char line[512];

	snprintf(line, sizeof(line),
		 "cd /proc/%d && { grep -q . uid_map || echo 0 1000 1 | tee uid_map >gid_map; } && "
		 "nsenter -t %d -U -n %s",
		 n->near, n->near, command);
	return client_shell(line);
}

int networks_socket(pid_t pid, int family, int type)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), there, fd = -1;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	there = open(path, O_RDONLY | O_CLOEXEC);
	if (!setns(there, CLONE_NEWNET)) {
		fd = socket(family, (type & ((1 << NETWORKS_SHIFT) - 1)) | SOCK_CLOEXEC,
			    type >> NETWORKS_SHIFT);
		if (setns(home, CLONE_NEWNET))
			_exit(1);
	}
	close(there);
	close(home);
	return fd;
}

/* --- sockets ---------------------------------------------------------------------- */

int networks_serve(pid_t pid, int type, uint16_t port)
{
	union address any = address_of("::", port);
	int fd = networks_socket(pid, AF_INET6, type);

	if (bind(fd, &any.any, sizeof(any.v6)) || ((type & 0xff) != SOCK_DGRAM && listen(fd, 16))) {
		close(fd);
		return -1;
	}
	return fd;
}

uint16_t networks_port(int fd)
{
	union address a;
	socklen_t len = sizeof(a);

	getsockname(fd, &a.any, &len);
	return ntohs(a.v4.sin_port);
}

static bool arrives(int fd, short events, int ms)
{
	struct pollfd p = { .fd = fd, .events = events };

	return poll(&p, 1, ms) == 1;
}

int networks_connect_by(int type, pid_t from, const char *address, uint16_t port, int ms)
{
	union address to = address_of(address, port);
	int fd = networks_socket(from, to.any.sa_family, type), err = 0;
	socklen_t len = sizeof(err);

	fcntl(fd, F_SETFL, O_NONBLOCK);
	if (connect(fd, &to.any, size_of(&to)) && errno != EINPROGRESS)
		err = errno;
	else if (!arrives(fd, POLLOUT, ms))
		err = ETIMEDOUT;
	else
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
	if (!err)
		return fd;
	close(fd);
	errno = err;
	return -1;
}

int networks_connect(pid_t from, const char *address, uint16_t port, int ms)
{
	return networks_connect_by(SOCK_STREAM, from, address, port, ms);
}

int networks_reach(pid_t from, const char *address, uint16_t port, int ms)
{
	return networks_reach_by(SOCK_STREAM, from, address, port, ms);
}

int networks_reach_by(int type, pid_t from, const char *address, uint16_t port, int ms)
{
	int fd = networks_connect_by(type, from, address, port, ms);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

bool networks_send(int fd, const char *address, uint16_t port)
{
	union address to = address_of(address, port);

	return sendto(fd, "x", 1, 0, &to.any, size_of(&to)) == 1;
}

bool networks_receive(int fd, int ms)
{
	char byte;

	return arrives(fd, POLLIN, ms) && recv(fd, &byte, 1, MSG_DONTWAIT) == 1;
}

int networks_end_of(int fd, int ms)
{
	char byte;

	return arrives(fd, POLLIN, ms) && recv(fd, &byte, 1, MSG_DONTWAIT) < 0 ? errno : 0;
}

/* --- packets that are made by hand --------------------------------------------------------- */

static uint32_t add_words(uint32_t sum, const void *data, size_t n)
{
	const uint8_t *b = data;
	size_t i;

	for (i = 0; i < n; i += 2)
		sum += (uint32_t)b[i] << 8 | b[i + 1];
	return sum;
}

static uint32_t add_address(uint32_t sum, const char *text)
{
	const union address a = address_of(text, 0);

	return a.any.sa_family == AF_INET6 ? add_words(sum, &a.v6.sin6_addr, sizeof(a.v6.sin6_addr)) :
					     add_words(sum, &a.v4.sin_addr, sizeof(a.v4.sin_addr));
}

/* Over a header that is no part of it, too (RFC 8200, 8.1, RFC 9293, 3.1). */
static void put_checksum(uint8_t *at, const char *from, const char *to, uint8_t protocol,
			 const uint8_t *data, size_t n)
{
	uint32_t sum = add_words(add_address(add_address((uint32_t)n + protocol, from), to), data, n);

	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	at[0] = (uint8_t)(~sum >> 8);
	at[1] = (uint8_t)~sum;
}

/* Of a header of IPv6: what comes behind it. Destination options of eight bytes, which say nothing. */
#define OPTIONS_BEFORE(next) next, 0, 1, 4, 0, 0, 0, 0

bool networks_send_cut(pid_t far, uint16_t port)
{
	const uint8_t first[] = { IPPROTO_DSTOPTS, 0, 0, 1, 0, 0, 0, 7, OPTIONS_BEFORE(IPPROTO_DSTOPTS) };
	uint8_t second[] = { IPPROTO_DSTOPTS, 0, 0, 8, 0, 0, 0, 7, OPTIONS_BEFORE(IPPROTO_UDP),
			     0x1f, 0x90, (uint8_t)(port >> 8), (uint8_t)port, 0, 10, 0, 0, 'x', 'x' };
	const union address to = address_of(NEAR6, 0);
	int fd = networks_socket(far, AF_INET6, NETWORKS_OF(SOCK_RAW, IPPROTO_FRAGMENT));
	bool sent;

	put_checksum(second + 22, FAR6, NEAR6, IPPROTO_UDP, second + 16, sizeof(second) - 16);
	sent = sendto(fd, first, sizeof(first), 0, &to.any, sizeof(to.v6)) == sizeof(first) &&
	       sendto(fd, second, sizeof(second), 0, &to.any, sizeof(to.v6)) == sizeof(second);
	close(fd);
	return sent;
}

bool networks_send_inside(int fd, const char *from, const char *to, uint16_t port, uint16_t tunnel)
{
	uint8_t begin[] = { 0x1f, 0x90, (uint8_t)(port >> 8), (uint8_t)port, 0, 0, 0, 1, 0, 0, 0, 0,
			    0x50, 0x02, 0x10, 0, 0, 0, 0, 0 };
	const union address end = address_of(to, tunnel);

	put_checksum(begin + 16, from, to, IPPROTO_TCP, begin, sizeof(begin));
	return sendto(fd, begin, sizeof(begin), 0, &end.any, size_of(&end)) == sizeof(begin);
}
