// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <warden/unit.h>

#include "process.h"

bool warden_process_each(bool (*fn)(void *ctx, long pid), void *ctx)
{
	const struct dirent *e;
	DIR *d = opendir("/proc");
	bool done = false;

	while (d && !done && (e = readdir(d)))
		if (isdigit((unsigned char)e->d_name[0]))
			done = fn(ctx, strtol(e->d_name, NULL, 10));
	if (d)
		closedir(d);
	return done;
}

long warden_process_number(long pid, const char *field)
{
	char path[64], line[256];
	long number = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/status", pid);
	f = fopen(path, "r");
	while (f && number < 0 && fgets(line, sizeof(line), f))
		if (!strncmp(line, field, strlen(field)))
			number = strtol(line + strlen(field), NULL, 10);
	if (f)
		fclose(f);
	return number;
}

/* The fourth field of /proc/PID/stat; the second ends with the last parenthesis. */
long warden_process_parent(long pid)
{
	char path[64], line[512], *behind;
	long parent = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	f = fopen(path, "r");
	if (!f)
		return -1;
	line[fread(line, 1, sizeof(line) - 1, f)] = '\0';
	fclose(f);
	behind = strrchr(line, ')');
	if (!behind || sscanf(behind, ") %*c %ld", &parent) != 1)
		return -1;
	return parent;
}

/* The line of the unified hierarchy is `0::/PATH`; the first of the path that is no slice counts. */
bool warden_process_unit(long pid, char *unit, size_t size)
{
	char path[64], line[4096], *part, *rest = line;
	bool found = false;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/cgroup", pid);
	f = fopen(path, "r");
	line[0] = '\0';
	while (f && fgets(line, sizeof(line), f) && strncmp(line, "0::/", 4))
		line[0] = '\0';
	if (f)
		fclose(f);
	line[strcspn(line, "\n")] = '\0';
	strsep(&rest, "/");
	while (!found && (part = strsep(&rest, "/"))) {
		found = warden_unit_is_name(part);
		if (found)
			snprintf(unit, size, "%s", part);
	}
	return found;
}

size_t warden_process_arguments(long pid, char *text, size_t size)
{
	char path[64];
	size_t len = 0, name;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/cmdline", pid);
	f = fopen(path, "r");
	if (f) {
		len = fread(text, 1, size, f);
		fclose(f);
	}
	name = strnlen(text, len) + 1;
	if (!len || len == size || text[len - 1] || name > len)
		return 0;
	memmove(text, text + name, len - name);
	return len - name;
}

static void link_to_program(long pid, char link[32])
{
	snprintf(link, 32, "/proc/%ld/exe", pid);
}

bool warden_process_path(long pid, char *path, size_t size)
{
	char link[32];
	ssize_t len;

	link_to_program(pid, link);
	len = readlink(link, path, size - 1);
	if (len <= 0)
		return false;
	path[len] = '\0';
	return true;
}

int warden_process_digest(long pid, struct warden_file_digests *d)
{
	char link[32];

	link_to_program(pid, link);
	return warden_file_digest(d, link);
}

bool warden_process_same_program(long a, long b)
{
	struct stat one, other;
	char link[32];

	link_to_program(a, link);
	if (stat(link, &one))
		return false;
	link_to_program(b, link);
	return !stat(link, &other) && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

unsigned long warden_process_socket(int dir, const char *entry)
{
	char target[64];
	ssize_t len = readlinkat(dir, entry, target, sizeof(target) - 1);
	unsigned long inode;

	if (len <= 0)
		return 0;
	target[len] = '\0';
	return sscanf(target, "socket:[%lu]", &inode) == 1 ? inode : 0;
}
