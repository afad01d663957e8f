/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs a test runs: started, listened to, waited for. Each dies with the
 * test that started it.
 */
#ifndef WARDEN_TEST_CLIENT_H
#define WARDEN_TEST_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define ARGV(...) ((const char *const[]){ __VA_ARGS__, NULL })

/**
 * struct client - a program that runs, or ran
 * @pid: its process; 0 once it was waited for
 * @output: read end of its stdout and stderr
 * @status: exit status; 128 + signal, as a shell has it; 127 where it did not start
 * @text: what it wrote, NUL-terminated
 * @len: bytes of @text
 * @word: what output must hold to count for @last; NULL is any
 * @last: now_ns() when its last output arrived
 */
struct client {
	pid_t pid;
	int output;
	int status;
	char *text;
	size_t len;
	const char *word;
	uint64_t last;
};

/* The clock of audit records, in ns. */
uint64_t now_ns(void);

/* Fails with -errno where there is no process; argv[0] is searched in PATH. */
int client_start(struct client *c, const char *const argv[]);

/* Listen for @ms; true as soon as all that was written holds @text (NULL: never). */
bool client_says(struct client *c, const char *text, int ms);

/* Wait up to @ms for its end; gives its status, or -1 when it still runs. */
int client_wait(struct client *c, int ms);

/* Start, and wait up to a minute; gives the status. */
int client_run(struct client *c, const char *const argv[]);

/* Run a command line; false where it failed, and what it said is printed then. */
bool client_shell(const char *command);

bool client_runs(struct client *c);

/* Kill it where it runs, and free what it wrote. */
void client_end(struct client *c);

/*
 * Listen to it also while others are waited for, so that @last is when its
 * output came; only output that holds @word counts, NULL is any. One at a time.
 */
void client_watch(struct client *c, const char *word);

/* Forget what was written so far. */
void client_hush(struct client *c);

#endif /* WARDEN_TEST_CLIENT_H */
