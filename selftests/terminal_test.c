// SPDX-License-Identifier: GPL-2.0-only
/*
 * A receiver on a serial line is a terminal to the kernel, and what the policy says it
 * is: here the one of lib/serial.h.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "lib/harness.h"
#include "lib/handing.h"
#include "lib/serial.h"

#define NOTHING	   "default sensor deny;\n"
#define RECEIVER   SERIAL_RECEIVER
#define CLASSIFIED "classify name \"ttyACM*\" as location;\n"

static const char *topology(void)
{
	static char text[128];

	snprintf(text, sizeof(text), "%s", device_topology("ttyACM0"));
	return text;
}

/* "" where no sensor has this node. */
static const char *class_of(const char *node)
{
	static char class[32];
	struct json_object *entry = device_entry(device_topology(node));

	snprintf(class, sizeof(class), "%s", entry ? evidence_string(entry, "class") : "");
	json_object_put(entry);
	return class;
}

static struct claim refused(const char *reason)
{
	return (struct claim){
		.domain = "sensor", .reason = reason, .program = warden_self(), .pid = getpid(),
		.times = 1,
	};
}

static bool can_receive(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, ms) > 0;
}

FIXTURE(terminal)
{
	int other; /* the satellites */
	struct mark mark;
};

FIXTURE_SETUP(terminal)
{
	if (!serial_is_known())
		SKIP(return, "this kernel has no USB host and modem in memory");
	ASSERT_LOADED(warden_policy(NOTHING));
	self->other = serial_plug();
	ASSERT_LE(0, self->other);
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(terminal)
{
	warden_withdraw_all();
	serial_unplug(self->other);
}

TEST_F(terminal, is_free_until_the_policy_says_what_it_is)
{
	struct claim denied = refused("program-unknown");

	EXPECT_EQ(0, device_try(RECEIVER, O_RDONLY | O_NOCTTY | O_NONBLOCK));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	ASSERT_LOADED(warden_policy(NOTHING CLASSIFIED));
	EXPECT_STREQ("location", class_of("ttyACM0"));
	self->mark = evidence_mark();
	denied.object = topology();
	EXPECT_EQ(EACCES, device_try(RECEIVER, O_RDONLY | O_NOCTTY | O_NONBLOCK));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy(NOTHING "classify device \"%.*s*\" as location;\n"
				    "allow any use location;\n",
				    (int)(strlen(topology()) - 1), topology()));
	EXPECT_EQ(0, device_try(RECEIVER, O_RDONLY | O_NOCTTY | O_NONBLOCK));
	ASSERT_LOADED(warden_policy(NOTHING));
	EXPECT_EQ(0, device_try(RECEIVER, O_RDONLY | O_NOCTTY | O_NONBLOCK));
	EXPECT_STREQ("", class_of("ttyACM0"));
}

/* A reader from before the policy said what it is: it is told of, and ends without a rule. */
TEST_F(terminal, reader_from_before_it_was_a_sensor_needs_a_rule)
{
	struct claim begun = {
		.event = "session-start", .domain = "sensor", .reason = "open-before",
		.program = "tester", .pid = getpid(),
	};
	struct claim ended = begun;
	char line[128];
	int fd = serial_open(RECEIVER);

	ended.event = "session-end";
	ended.reason = "policy-changed";
	ended.program = begun.program = warden_self();
	ASSERT_LE(0, fd);
	ASSERT_LOADED(warden_policy(NOTHING CLASSIFIED "allow any use location;\n"));
	ended.object = begun.object = topology();
	EXPECT_FOUND(evidence_of_event(&self->mark, &begun));
	ASSERT_TRUE(serial_tell(self->other));
	ASSERT_TRUE(can_receive(fd, 5000));
	EXPECT_LT(0, read(fd, line, sizeof(line)));
	ASSERT_LOADED(warden_policy(NOTHING CLASSIFIED));
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
	EXPECT_EQ(-1, read(fd, line, sizeof(line)));
	EXPECT_EQ(EACCES, errno);
	close(fd);
}

/* Nobody has it but a socket, until it arrives, and who gets it may have it. */
TEST_F(terminal, on_its_way_before_it_was_a_sensor_is_a_session_where_it_arrives)
{
	struct claim begun = {
		.event = "session-start", .domain = "sensor", .reason = "open-before",
		.program = warden_self(), .pid = getpid(),
	};
	struct claim ended = begun;
	int fd = serial_open(RECEIVER), pair[2];
	char c;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	ASSERT_EQ(0, handing_send(pair[0], fd));
	close(fd);
	ASSERT_LOADED(warden_policy(NOTHING CLASSIFIED "allow any use location;\n"));
	EXPECT_EQ(0, warden_status("sessions"));
	fd = handing_receive(pair[1]);
	ASSERT_LE(0, fd);
	ended.object = begun.object = topology();
	EXPECT_FOUND(evidence_of_event(&self->mark, &begun));
	EXPECT_EQ(1, warden_status("sessions"));
	ASSERT_TRUE(serial_tell(self->other));
	EXPECT_TRUE(can_receive(fd, 20000));
	ended.event = "session-end";
	ended.reason = "policy-changed";
	ASSERT_LOADED(warden_policy(NOTHING CLASSIFIED));
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
	EXPECT_EQ(-1, read(fd, &c, 1));
	EXPECT_EQ(EACCES, errno);
	close(fd);
	close(pair[0]);
	close(pair[1]);
}

/* What tables know of a device stands: a camera is not made a thermometer. */
TEST_F(terminal, table_stands_above_the_policy)
{
	EXPECT_STREQ("input", class_of("mice"));
	ASSERT_LOADED(warden_policy(NOTHING "classify name \"mice\" as environment;\n"));
	EXPECT_STREQ("input", class_of("mice"));
}

TEST_F(terminal, bus_it_is_on_takes_its_right)
{
	struct claim denied = refused("program-unknown");
	char path[64];
	int bus = 0, number = 0;
	FILE *f = fopen("/sys/class/tty/ttyACM0/device/../busnum", "r");

	EXPECT_NE(NULL, f);
	EXPECT_EQ(1, f ? fscanf(f, "%d", &bus) : 0);
	f = freopen("/sys/class/tty/ttyACM0/device/../devnum", "r", f);
	EXPECT_EQ(1, f ? fscanf(f, "%d", &number) : 0);
	fclose(f);
	snprintf(path, sizeof(path), "/dev/bus/usb/%03d/%03d", bus, number);
	ASSERT_LOADED(warden_policy(NOTHING "allow any use bus;\n"));
	EXPECT_EQ(0, device_try(path, O_RDONLY));
	ASSERT_LOADED(warden_policy(NOTHING CLASSIFIED "allow any use bus;\n"));
	self->mark = evidence_mark();
	denied.object = topology();
	EXPECT_EQ(EACCES, device_try(path, O_RDONLY));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_F(terminal, withdrawal_ends_a_reader_that_waits)
{
	struct claim ended = {
		.event = "session-end", .domain = "sensor", .reason = "withdrawn",
		.program = "tester",
	};
	char line[128] = "";
	int fd, status = -1;
	pid_t pid;

	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\npurpose way \"Find the way\";\n"
				    NOTHING CLASSIFIED
				    "allow tester use location for way with consent;\n",
				    warden_self()));
	ended.object = topology();
	EXPECT_EQ(-EACCES, serial_open(RECEIVER));
	ASSERT_EQ(0, warden_grant("tester", "location", "way"));
	fd = serial_open(RECEIVER);
	ASSERT_LE(0, fd);
	ASSERT_TRUE(serial_tell(self->other));
	ASSERT_TRUE(can_receive(fd, 5000));
	EXPECT_LT(0, read(fd, line, sizeof(line) - 1));
	EXPECT_EQ('$', line[0]);
	pid = fork();
	if (!pid) {
		while (read(fd, line, sizeof(line)) > 0)
			;
		_exit(errno);
	}
	usleep(100000);
	ASSERT_EQ(0, warden_withdraw("tester", "location"));
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(EACCES, WEXITSTATUS(status));
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
	EXPECT_EQ(-1, read(fd, line, sizeof(line)));
	close(fd);
	/* The line itself is whole: given anew, it is read anew. */
	ASSERT_EQ(0, warden_grant("tester", "location", "way"));
	fd = serial_open(RECEIVER);
	ASSERT_LE(0, fd);
	ASSERT_TRUE(serial_tell(self->other));
	EXPECT_TRUE(can_receive(fd, 5000));
	close(fd);
}

/* A program that cannot bear an error runs on, and is told nothing. */
TEST_F(terminal, withdrawal_leaves_a_reader_in_peace_where_the_rule_says_blank)
{
	struct claim ended = {
		.event = "session-end", .domain = "sensor", .reason = "withdrawn",
		.program = "tester",
	};
	char line[128] = "";
	int fd, status;
	pid_t pid;

	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\npurpose way \"Find the way\";\n"
				    NOTHING CLASSIFIED
				    "allow tester use location for way with consent blank;\n",
				    warden_self()));
	ended.object = topology();
	ASSERT_EQ(0, warden_grant("tester", "location", "way"));
	fd = serial_open(RECEIVER);
	ASSERT_LE(0, fd);
	pid = fork();
	if (!pid) {
		while (read(fd, line, sizeof(line)) > 0)
			;
		_exit(errno);
	}
	usleep(100000);
	ASSERT_EQ(0, warden_withdraw("tester", "location"));
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
	ASSERT_TRUE(serial_tell(self->other));
	EXPECT_FALSE(can_receive(fd, 300));
	EXPECT_EQ(0, waitpid(pid, &status, WNOHANG));
	ASSERT_EQ(0, fcntl(fd, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-1, read(fd, line, sizeof(line)));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(5, write(fd, "hello", 5));
	EXPECT_EQ(-1, ioctl(fd, TIOCGETD, &status));
	EXPECT_EQ(EACCES, errno);
	kill(pid, SIGKILL);
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	close(fd);
	EXPECT_EQ(-EACCES, serial_open(RECEIVER));
}

/* By /dev/tty a terminal is reached that controls the process, whatever became of its session. */
TEST_F(terminal, controls_no_process)
{
	struct claim denied = refused("controlling");
	int status = -1;
	pid_t pid;

	ASSERT_LOADED(warden_policy(NOTHING CLASSIFIED "allow any use location;\n"));
	self->mark = evidence_mark();
	pid = fork();
	if (!pid) {
		int fd;

		setsid();
		fd = open(RECEIVER, O_RDWR | O_NONBLOCK);
		if (fd < 0 || open("/dev/tty", O_RDWR) >= 0 || errno != ENXIO)
			_exit(1);
		_exit(ioctl(fd, TIOCSCTTY, 0) && errno == EACCES ? 0 : 2);
	}
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, WEXITSTATUS(status));
	denied.pid = pid;
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* Pulling it out hangs the terminal up; what comes anew is what the policy says. */
TEST_F(terminal, is_gated_when_it_comes_anew_and_its_session_outlives_a_hangup)
{
	const struct claim closed = {
		.event = "session-end", .domain = "sensor", .reason = "closed",
		.program = warden_self(),
	};
	char c;
	int fd;

	ASSERT_LOADED(warden_policy(NOTHING CLASSIFIED "allow any use location;\n"));
	fd = serial_open(RECEIVER);
	ASSERT_LE(0, fd);
	close(self->other);
	self->other = -1;
	ASSERT_EQ(0, device_unload("g_serial"));
	EXPECT_TRUE(can_receive(fd, 5000));
	EXPECT_GE(0, read(fd, &c, 1));
	EXPECT_EQ(1, warden_status("sessions"));
	close(fd);
	EXPECT_FOUND(evidence_of_event(&self->mark, &closed));
	EXPECT_EQ(0, warden_status("sessions"));
	ASSERT_LOADED(warden_policy(NOTHING CLASSIFIED));
	ASSERT_EQ(0, device_load("g_serial", ""));
	ASSERT_TRUE(device_comes(RECEIVER));
	EXPECT_EQ(EACCES, device_try(RECEIVER, O_RDONLY | O_NOCTTY | O_NONBLOCK));
}

TEST_HARNESS_MAIN
