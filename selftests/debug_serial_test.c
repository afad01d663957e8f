// SPDX-License-Identifier: GPL-2.0-only
/*
 * `debug closed`: serial lines let nobody in, whatever driver they have, but who is named.
 */
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>

#include "lib/debug.h"

/* In a session of its own, whose terminal becomes one that is open for writing alone. */
static int open_own_terminal(const char *line)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		int fd = open(line, O_WRONLY | O_NONBLOCK | O_NOCTTY);

		if (setsid() < 0 || fd < 0 || ioctl(fd, TIOCSCTTY, 1))
			_exit(255);
		_exit(open("/dev/tty", O_RDWR | O_NONBLOCK) < 0 ? errno : 0);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

/* The number of a line says nothing: a gadget's is a serial line, too. */
TEST_F(surface, serial_lines_of_any_driver_are_closed)
{
	struct claim denied = { .domain = "debug", .reason = "surface-closed", .object = "serial", .line = UINT32_MAX };

	if (device_load("dummy_hcd", "") || device_load("g_serial", ""))
		SKIP(return, "this kernel has no gadget that is a serial line");
	EXPECT_EQ(0, surface_open("/dev/ttyGS0", O_RDONLY | O_NONBLOCK | O_NOCTTY));
	EXPECT_EQ(0, open_own_terminal("/dev/ttyGS0"));
	ASSERT_LOADED(warden_policy("debug closed;\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, surface_open("/dev/ttyGS0", O_RDONLY | O_NONBLOCK | O_NOCTTY));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(0, surface_open("/dev/ttyGS0", O_WRONLY | O_NONBLOCK | O_NOCTTY));
	EXPECT_EQ(EACCES, open_own_terminal("/dev/ttyGS0"));
	EXPECT_EQ(0, device_unload("g_serial"));
}

/* The other end of the gadget's line; it comes when the bus has found it. */
static int open_far_end(void)
{
	struct termios raw;
	int fd = -1, tries;

	for (tries = 0; fd < 0 && tries < 100; tries++) {
		fd = open("/dev/ttyACM0", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
		if (fd < 0)
			usleep(50000);
	}
	if (fd >= 0 && !tcgetattr(fd, &raw)) {
		cfmakeraw(&raw);
		tcsetattr(fd, TCSANOW, &raw);
	}
	return fd;
}

/* Does a shell count at the other side of a line? It may throw away what was typed before it was there. */
static bool counts(int fd, int tries)
{
	static const char typed[] = "echo $((6 * 7))\n";
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char text[4096];
	size_t len = 0;
	ssize_t n;

	for (text[0] = '\0'; tries && !strstr(text, "42"); tries--) {
		if (write(fd, typed, strlen(typed)) < 0)
			return false;
		while (poll(&p, 1, 200) == 1 && len < sizeof(text) - 1) {
			n = read(fd, text + len, sizeof(text) - 1 - len);
			if (n <= 0)
				break;
			len += (size_t)n;
			text[len] = '\0';
		}
	}
	return strstr(text, "42");
}

#define GETTY "program self { path \"%s\"; }\ndebug closed;\nallow self debug serial;\n"

TEST_F(surface, getty_gives_a_shell_on_a_serial_line_only_where_it_is_named)
{
	const char *const words[] = { "/usr/sbin/agetty", "-n", "-L", "-l", "/bin/sh", "ttyGS0", "vt100", NULL };
	struct claim denied = { .domain = "debug", .reason = "surface-closed", .object = "serial",
				.program = words[0], .line = UINT32_MAX };
	struct client getty;
	int fd;

	if (access(words[0], X_OK) || device_load("dummy_hcd", "") || device_load("g_serial", "") ||
	    device_load("cdc_acm", ""))
		SKIP(return, "there is no agetty, or no serial line of which a test has both ends");
	fd = open_far_end();
	ASSERT_LE(0, fd);
	ASSERT_LOADED(warden_policy(GETTY, warden_self()));
	self->mark = evidence_mark();
	ASSERT_EQ(0, client_start(&getty, words));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_FALSE(counts(fd, 1));
	client_end(&getty);
	ASSERT_LOADED(warden_policy(GETTY "program getty { path \"%s\"; }\nallow getty debug serial;\n",
				    warden_self(), words[0]));
	ASSERT_EQ(0, client_start(&getty, words));
	EXPECT_TRUE(counts(fd, 50));
	client_end(&getty);
	close(fd);
	EXPECT_EQ(0, device_unload("g_serial"));
}

TEST_HARNESS_MAIN
