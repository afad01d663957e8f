/* SPDX-License-Identifier: GPL-2.0-only */
/* What /proc tells of the processes of this machine. */
#ifndef WARDEN_PROCESS_H
#define WARDEN_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "policy/digest.h"

/**
 * warden_process_each() - go through all processes
 * @fn: called with each; true ends it
 * @ctx: handed to it
 *
 * Return: true where @fn ended it.
 */
bool warden_process_each(bool (*fn)(void *ctx, long pid), void *ctx);

/* The number behind a field of /proc/PID/status, "Uid:" the real one; -1 where there is none. */
long warden_process_number(long pid, const char *field);

/* Who started it, or took it over; -1 where it has ended. */
long warden_process_parent(long pid);

/* The unit it runs in, as the kernel's side finds it; false where it is in none, or has ended. */
bool warden_process_unit(long pid, char *unit, size_t size);

/**
 * warden_process_arguments() - what it was started with, as long as it has not written over that
 * @pid: the process
 * @text: one argument after the other, each with its NUL; its own name is left out
 * @size: of @text
 *
 * Return: how many bytes; 0 where there are none, or where they are more than @size.
 */
size_t warden_process_arguments(long pid, char *text, size_t size);

/*
 * The path of its executable, for people: in a mount name space of its own another file may be there.
 * False where it has none, or has ended.
 */
bool warden_process_path(long pid, char *path, size_t size);

/**
 * warden_process_digest() - digests of the file a process runs
 * @pid: the process
 * @d: filled in
 *
 * The file itself is read, and not what its path leads to here.
 *
 * Return: 0, or a negative errno.
 */
int warden_process_digest(long pid, struct warden_file_digests *d);

/* Do two processes run one file, wherever each sees it? */
bool warden_process_same_program(long a, long b);

/**
 * warden_process_socket() - which socket a descriptor is
 * @dir: an open /proc/PID/fd
 * @entry: name of an entry
 *
 * Return: the inode; 0 where it is no socket.
 */
unsigned long warden_process_socket(int dir, const char *entry);

#endif /* WARDEN_PROCESS_H */
