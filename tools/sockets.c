// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "process.h"
#include "sockets.h"

/* include/net/tcp_states.h, as /proc has it */
#define STATE_CLOSE  7
#define STATE_LISTEN 10

/* The tables of /proc/PID/net; in each line stand the same fields. */
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

static void read_table(struct warden_open_sockets *s, size_t table, unsigned long net, long pid)
{
	char path[64], line[512];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/net/%s", pid, tables[table].file);
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
static void read_sctp(struct warden_open_sockets *s, unsigned long net, long pid)
{
	struct warden_open_socket one = { .net = net, .protocol = IPPROTO_SCTP };
	char path[64], line[512], address[64];
	unsigned int port, state;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/net/sctp/eps", pid);
	f = fopen(path, "r");
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

/* The namespace of a process, once for all that are in it. */
static bool read_net(void *ctx, long pid)
{
	struct find *find = ctx;
	struct stat st;
	char path[64];
	size_t i;

	snprintf(path, sizeof(path), "/proc/%ld/ns/net", pid);
	if (stat(path, &st))
		return false;
	for (i = 0; i < find->nets.n; i++)
		if (find->nets.v[i] == st.st_ino)
			return false;
	*warden_array_add(&find->nets) = st.st_ino;
	for (i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		read_table(find->s, i, st.st_ino, pid);
	read_sctp(find->s, st.st_ino, pid);
	return false;
}

static bool take_holder(void *ctx, long pid)
{
	struct warden_open_sockets *s = ctx;
	const struct dirent *e;
	unsigned long inode;
	char path[64];
	size_t i;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%ld/fd", pid);
	d = opendir(path);
	while (d && (e = readdir(d))) {
		inode = warden_process_socket(dirfd(d), e->d_name);
		for (i = 0; inode && i < s->list.n; i++)
			if (s->list.v[i].inode == inode && !s->list.v[i].pid)
				s->list.v[i].pid = pid;
	}
	if (d)
		closedir(d);
	return false;
}

void warden_sockets_find(struct warden_open_sockets *s)
{
	struct find find = { .s = s };

	memset(s, 0, sizeof(*s));
	warden_process_each(read_net, &find);
	warden_process_each(take_holder, s);
	free(find.nets.v);
}

void warden_sockets_free(struct warden_open_sockets *s)
{
	free(s->list.v);
	memset(s, 0, sizeof(*s));
}
