// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "comment.h"

#define RUN_MS	    180000
#define OUTPUT_MAX  (8u << 20) /* more is dropped from the front */
#define READ_BYTES  16384
#define NOT_STARTED 127

static struct client *watched;

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void become(const char *const argv[], int output, pid_t parent)
{
	int null = open("/dev/null", O_RDONLY);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(NOT_STARTED);
	dup2(null, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	execvp(argv[0], (char *const *)argv);
	dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
	_exit(NOT_STARTED);
}

int client_start(struct client *c, const char *const argv[])
{
	pid_t parent = getpid();
	int ends[2];

	memset(c, 0, sizeof(*c));
	c->output = -1;
	c->text = calloc(1, 1);
	if (!c->text || pipe2(ends, O_CLOEXEC))
		return -errno;
	c->pid = fork();
	if (!c->pid)
		become(argv, ends[1], parent);
	close(ends[1]);
	c->output = ends[0];
	fcntl(c->output, F_SETFL, O_NONBLOCK);
	return c->pid < 0 ? -errno : 0;
}

static void keep(struct client *c, const char *bytes, size_t len)
{
	char *grown;

	if (c->len + len > OUTPUT_MAX)
		client_hush(c);
	grown = realloc(c->text, c->len + len + 1);
	if (!grown)
		return;
	memcpy(grown + c->len, bytes, len);
	c->text = grown;
	c->len += len;
	c->text[c->len] = '\0';
	if (!c->word || memmem(bytes, len, c->word, strlen(c->word)))
		c->last = now_ns();
}

/* Take what is there; false at the end of the output. */
static bool drain(struct client *c)
{
	char bytes[READ_BYTES];
	ssize_t n;

	while ((n = read(c->output, bytes, sizeof(bytes))) > 0)
		keep(c, bytes, (size_t)n);
	return n < 0;
}

static int left_ms(uint64_t end)
{
	uint64_t now = now_ns();

	return now < end ? (int)((end - now) / 1000000) + 1 : 0;
}

bool client_says(struct client *c, const char *text, int ms)
{
	uint64_t end = now_ns() + (uint64_t)ms * 1000000;
	struct pollfd p = { .fd = c->output, .events = POLLIN };
	bool more = true;

	for (;;) {
		if (text && memmem(c->text, c->len, text, strlen(text)))
			return true;
		if (!more || !left_ms(end) || poll(&p, 1, left_ms(end)) < 0)
			return false;
		more = drain(c);
	}
}

static bool reap(struct client *c)
{
	int status;

	if (!c->pid)
		return true;
	if (waitpid(c->pid, &status, WNOHANG) != c->pid)
		return false;
	c->pid = 0;
	c->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return true;
}

/* Wait until it ends or says something, or who is watched does; whose output has ended is not heard again. */
static void hear(struct client *c, struct pollfd p[3], int ms)
{
	if (poll(p, 3, ms) <= 0)
		return;
	if (p[1].revents && !drain(c))
		p[1].fd = -1;
	if (p[2].revents && !drain(watched))
		p[2].fd = -1;
}

int client_wait(struct client *c, int ms)
{
	uint64_t end = now_ns() + (uint64_t)ms * 1000000;
	struct pollfd p[] = {
		{ .fd = c->pid > 0 ? pidfd_open(c->pid, 0) : -1, .events = POLLIN },
		{ .fd = c->output, .events = POLLIN },
		{ .fd = watched ? watched->output : -1, .events = POLLIN },
	};

	while (!reap(c) && left_ms(end))
		hear(c, p, p[0].fd < 0 ? 2 : left_ms(end));
	if (p[0].fd >= 0)
		close(p[0].fd);
	if (c->pid)
		return -1;
	drain(c);
	return c->status;
}

int client_run(struct client *c, const char *const argv[])
{
	if (client_start(c, argv))
		return NOT_STARTED;
	return client_wait(c, RUN_MS);
}

bool client_shell(const char *command)
{
	struct client c;
	int status = client_run(&c, ARGV("sh", "-c", command));

	if (status)
		fprintf(comments(), "%s: %s\n", command, c.text);
	client_end(&c);
	return !status;
}

bool client_runs(struct client *c)
{
	return !reap(c);
}

void client_watch(struct client *c, const char *word)
{
	c->word = word;
	watched = c;
}

void client_hush(struct client *c)
{
	c->len = 0;
	if (c->text)
		c->text[0] = '\0';
}

void client_end(struct client *c)
{
	if (watched == c)
		watched = NULL;
	if (c->pid > 0 && !reap(c)) {
		kill(c->pid, SIGKILL);
		client_wait(c, RUN_MS);
	}
	if (c->output > 0)
		close(c->output);
	free(c->text);
	memset(c, 0, sizeof(*c));
}
