// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process.h"
#include "sock_diag.h"
#include "sockets.h"

/* include/net/tcp_states.h, as /proc has it */
#define STATE_CLOSE  7
#define STATE_LISTEN 10

/* The tables of this process's network; in each line stand the same fields. */
static const struct {
	const char *file;
	uint16_t protocol; /* 0: it stands in the place of the port */
	unsigned int state;
} tables[] = {
	{ "tcp", IPPROTO_TCP, STATE_LISTEN },	      { "tcp6", IPPROTO_TCP, STATE_LISTEN },
	{ "udp", IPPROTO_UDP, STATE_CLOSE },	      { "udp6", IPPROTO_UDP, STATE_CLOSE },
	{ "udplite", IPPROTO_UDPLITE, STATE_CLOSE }, { "udplite6", IPPROTO_UDPLITE, STATE_CLOSE },
	{ "raw", 0, STATE_CLOSE },		      { "raw6", 0, STATE_CLOSE },
};

struct find {
	struct warden_open_sockets *s;
	unsigned long own; /* the network of this process */
	bool dccp;	   /* the kernel has it */
	WARDEN_ARRAY(unsigned long) nets; /* that were read */
};

/* Words of 32 bits in the order of the machine, in hexadecimal: 1 is IPv4, 4 are IPv6. */
static void read_address(struct warden_address *a, const char *hex)
{
	uint32_t word;
	size_t i, words = strlen(hex) / 8;

	*a = (struct warden_address){ .version = words == 4 ? 6 : 4 };
	for (i = 0; i < words && i < 4; i++) {
		sscanf(hex + 8 * i, "%8x", &word);
		memcpy(a->bytes + 4 * i, &word, sizeof(word));
	}
	warden_address_unmap(a);
}

static void read_line(struct warden_open_sockets *s, size_t table, unsigned long net,
		      const char *line)
{
	struct warden_open_socket one = { .net = net, .protocol = tables[table].protocol };
	unsigned int port, state;
	char address[33];

	if (sscanf(line, " %*d: %32[0-9A-Fa-f]:%x %*s %x %*s %*s %*s %*u %*d %lu", address, &port,
		   &state, &one.inode) != 4 || state != tables[table].state)
		return;
	read_address(&one.address, address);
	one.raw = !one.protocol;
	if (one.raw)
		one.protocol = (uint16_t)port;
	else
		one.port = (uint16_t)port;
	if (one.raw || one.port)
		*warden_array_add(&s->list) = one;
}

static void read_table(struct warden_open_sockets *s, size_t table, unsigned long net)
{
	char path[64], line[512];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/net/%s", tables[table].file);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		read_line(s, table, net, line);
	if (f)
		fclose(f);
}

/* The first of the addresses of a socket of SCTP, of which the others are others of this machine. */
static bool read_text(struct warden_address *a, const char *text)
{
	*a = (struct warden_address){ .version = strchr(text, ':') ? 6 : 4 };
	if (inet_pton(a->version == 6 ? AF_INET6 : AF_INET, text, a->bytes) != 1)
		return false;
	warden_address_unmap(a);
	return true;
}

/* SCTP has a table of its own, of those that listen. */
static void read_sctp(struct warden_open_sockets *s, unsigned long net)
{
	struct warden_open_socket one = { .net = net, .protocol = IPPROTO_SCTP };
	char line[512], address[64];
	unsigned int port, state;
	FILE *f = fopen("/proc/self/net/sctp/eps", "r");

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, " %*s %*s %*d %u %*d %u %*u %lu %63s", &state, &port, &one.inode,
			   address) != 4 || state != STATE_LISTEN || !read_text(&one.address, address))
			continue;
		one.port = (uint16_t)port;
		*warden_array_add(&s->list) = one;
	}
	if (f)
		fclose(f);
}

struct of_network {
	struct warden_open_sockets *s;
	unsigned long net;
};

static void take_dccp(void *ctx, const struct inet_diag_msg *m)
{
	const struct of_network *of = ctx;
	struct warden_open_socket one = { .net = of->net, .protocol = IPPROTO_DCCP };

	one.address.version = m->idiag_family == AF_INET6 ? 6 : 4;
	memcpy(one.address.bytes, m->id.idiag_src, one.address.version == 6 ? 16 : 4);
	warden_address_unmap(&one.address);
	one.port = ntohs(m->id.idiag_sport);
	one.inode = m->idiag_inode;
	*warden_array_add(&of->s->list) = one;
}

/* Of the network this process is in. */
static void read_all(struct find *find, unsigned long net)
{
	struct of_network of = { find->s, net };
	size_t i;

	for (i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		read_table(find->s, i, net);
	read_sctp(find->s, net);
	if (!find->dccp)
		return;
	/* one that has a module for it that may not be loaded tells nothing */
	warden_sock_diag_listeners(AF_INET, IPPROTO_DCCP, take_dccp, &of);
	warden_sock_diag_listeners(AF_INET6, IPPROTO_DCCP, take_dccp, &of);
}

/* A network, once for all who are in it; to look into another one takes the right to enter it. */
static void read_net(struct find *find, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	size_t i;

	if (fd < 0 || fstat(fd, &st))
		goto out;
	for (i = 0; i < find->nets.n; i++)
		if (find->nets.v[i] == st.st_ino)
			goto out;
	if (st.st_ino != find->own && setns(fd, CLONE_NEWNET))
		goto out;
	*warden_array_add(&find->nets) = st.st_ino;
	read_all(find, st.st_ino);
out:
	if (fd >= 0)
		close(fd);
}

static bool read_net_of(void *ctx, long pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%ld/ns/net", pid);
	read_net(ctx, path);
	return false;
}

/* What systemd listens at and a server has got of it is a matter of both. */
static void add_holder(struct warden_open_sockets *s, unsigned long inode, long pid)
{
	struct warden_open_socket *first = NULL;
	size_t i;

	for (i = 0; i < s->list.n; i++) {
		if (s->list.v[i].inode != inode)
			continue;
		first = &s->list.v[i];
		if (!first->pid)
			first->pid = pid;
		if (first->pid == pid || warden_process_same_program(first->pid, pid))
			return;
	}
	if (first) {
		struct warden_open_socket too = *first;

		too.pid = pid;
		*warden_array_add(&s->list) = too;
	}
}

/* Those that `ip netns` keeps, or others who mount one, which nobody has to be in. */
static void read_kept(struct find *find)
{
	FILE *f = fopen("/proc/self/mountinfo", "r");
	char line[4096], path[1024];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%*d %*d %*s net:[%*u] %1023s", path) == 1)
			read_net(find, path);
	if (f)
		fclose(f);
}

static bool take_holder(void *ctx, long pid)
{
	struct warden_open_sockets *s = ctx;
	const struct dirent *e;
	unsigned long inode;
	char path[64];
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%ld/fd", pid);
	d = opendir(path);
	while (d && (e = readdir(d))) {
		inode = warden_process_socket(dirfd(d), e->d_name);
		if (inode)
			add_holder(s, inode, pid);
	}
	if (d)
		closedir(d);
	return false;
}

void warden_sockets_find(struct warden_open_sockets *s)
{
	struct find find = { .s = s, .dccp = !access("/sys/module/dccp", F_OK) };
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct stat st;

	memset(s, 0, sizeof(*s));
	if (!fstat(home, &st))
		find.own = st.st_ino;
	warden_process_each(read_net_of, &find);
	read_kept(&find);
	if (setns(home, CLONE_NEWNET) && find.nets.n > 1)
		abort(); /* the rest would be told of another network */
	if (home >= 0)
		close(home);
	warden_process_each(take_holder, s);
	free(find.nets.v);
}

void warden_sockets_free(struct warden_open_sockets *s)
{
	free(s->list.v);
	memset(s, 0, sizeof(*s));
}
