// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/warden.h>

#include "channel.h"
#include "policy/arena.h"
#include "process.h"

#define STATE_ESTABLISHED 1 /* include/net/tcp_states.h, as /proc/net/tcp has it */
#define STATE_LISTEN	  10
#define PORTS_MAX	  16

/* A row of /proc/net/tcp. */
struct row {
	unsigned int port;
	unsigned int state;
	unsigned long inode;
};

struct rows {
	WARDEN_ARRAY(struct row) list;
};

struct inodes {
	WARDEN_ARRAY(unsigned long) list;
};

static void read_rows(struct rows *rows, const char *file)
{
	FILE *f = fopen(file, "r");
	char line[512];
	struct row r;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, " %*d: %*[0-9A-Fa-f]:%x %*s %x %*s %*s %*s %*u %*d %lu", &r.port,
			   &r.state, &r.inode) == 3)
			*warden_array_add(&rows->list) = r;
	if (f)
		fclose(f);
}

static const struct row *find_row(const struct rows *rows, unsigned int state, unsigned long inode)
{
	size_t i;

	for (i = 0; i < rows->list.n; i++)
		if (rows->list.v[i].state == state && rows->list.v[i].inode == inode)
			return &rows->list.v[i];
	return NULL;
}

/* Add the sockets a process holds. */
static void add_sockets(struct inodes *sockets, long pid)
{
	const struct dirent *e;
	unsigned long inode;
	char path[64];
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%ld/fd", pid);
	d = opendir(path);
	while (d && (e = readdir(d))) {
		inode = warden_process_socket(dirfd(d), e->d_name);
		if (inode)
			*warden_array_add(&sockets->list) = inode;
	}
	if (d)
		closedir(d);
}

/* --- which ports ---------------------------------------------------------------------- */

struct ports {
	unsigned int port[PORTS_MAX];
	size_t n;
};

static void add_port(struct ports *p, unsigned int port)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (p->port[i] == port)
			return;
	if (port && p->n < PORTS_MAX)
		p->port[p->n++] = port;
}

static void find_ports(struct ports *p, const struct rows *rows, const struct inodes *held,
		       const char *ssh)
{
	const struct row *r;
	unsigned int port;
	size_t i;

	for (i = 0; i < held->list.n; i++) {
		r = find_row(rows, STATE_ESTABLISHED, held->list.v[i]);
		if (r)
			add_port(p, r->port);
	}
	if (ssh && sscanf(ssh, "%*s %*u %*s %u", &port) == 1)
		add_port(p, port);
}

/* --- who listens ------------------------------------------------------------------------ */

static void put_digest(struct warden_blob *how, uint32_t alg, const uint8_t *bytes)
{
	size_t nest = warden_blob_nest_begin(how, WARDEN_A_CHANNEL_DIGEST);

	warden_blob_put_u32(how, WARDEN_A_DIGEST_ALG, alg);
	warden_blob_put(how, WARDEN_A_DIGEST_BYTES, bytes, WARDEN_DIGEST_SIZE);
	warden_blob_nest_end(how, nest);
}

static void put_channel(struct warden_blob *how, long pid, unsigned int port)
{
	char unit[WARDEN_UNIT_MAX + 1];
	struct warden_file_digests d;
	long uid = warden_process_number(pid, "Uid:");
	size_t nest;

	if (uid < 0 || warden_process_digest(pid, &d))
		return;
	nest = warden_blob_nest_begin(how, WARDEN_A_POLICY_CHANNEL);
	put_digest(how, WARDEN_DIGEST_ALG_SHA256, d.sha256);
	put_digest(how, WARDEN_DIGEST_ALG_FSVERITY_SHA256, d.fsverity);
	warden_blob_put_u32(how, WARDEN_A_CHANNEL_UID, (uint32_t)uid);
	warden_blob_put_u32(how, WARDEN_A_CHANNEL_PROTOCOL, IPPROTO_TCP);
	warden_blob_put_u32(how, WARDEN_A_CHANNEL_PORT, port);
	if (warden_process_unit(pid, unit, sizeof(unit)))
		warden_blob_put_string(how, WARDEN_A_CHANNEL_UNIT, unit);
	warden_blob_nest_end(how, nest);
}

struct search {
	struct warden_blob *how;
	const struct rows *rows;
	unsigned int port;
};

static bool put_listener(void *ctx, long pid)
{
	struct search *s = ctx;
	struct inodes held = { 0 };
	const struct row *r;
	bool listens = false;
	size_t i;

	add_sockets(&held, pid);
	for (i = 0; !listens && i < held.list.n; i++) {
		r = find_row(s->rows, STATE_LISTEN, held.list.v[i]);
		listens = r && r->port == s->port;
	}
	free(held.list.v);
	if (listens)
		put_channel(s->how, pid, s->port);
	return listens;
}

static void find_listeners(struct warden_blob *how, const struct inodes *held, const char *ssh)
{
	struct rows rows = { 0 };
	struct ports ports = { .n = 0 };
	struct search s = { .how = how, .rows = &rows };
	size_t i;

	read_rows(&rows, "/proc/net/tcp");
	read_rows(&rows, "/proc/net/tcp6");
	find_ports(&ports, &rows, held, ssh);
	/* The first process that holds a listener of the port: others share its file. */
	for (i = 0; i < ports.n; i++) {
		s.port = ports.port[i];
		warden_process_each(put_listener, &s);
	}
	free(rows.list.v);
}

/* Does anybody have a socket of this kind? Where that cannot be told, somebody may. */
static bool is_used(const char *file, const char *kind)
{
	unsigned long sockets = 1;
	char line[256], word[16];
	FILE *f = fopen(file, "r");

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "%15[^:]: inuse %lu", word, &sockets) == 2 && !strcmp(word, kind))
			break;
		else
			sockets = 1;
	if (f)
		fclose(f);
	return sockets;
}

/*
 * What processes hold takes long to list, and what the kernel is connected to longer:
 * neither is asked where the number of all sockets says that none can be ours.
 */
void warden_channel_find(struct warden_blob *how)
{
	const char *ssh = getenv("SSH_CONNECTION"); /* client, its port, server, its port */
	struct inodes held = { 0 };
	long pid;

	if (!is_used("/proc/net/sockstat", "TCP") && !is_used("/proc/net/sockstat6", "TCP6"))
		return;
	for (pid = getppid(); pid > 1; pid = warden_process_parent(pid))
		add_sockets(&held, pid);
	if (held.list.n || ssh)
		find_listeners(how, &held, ssh);
	free(held.list.v);
}
