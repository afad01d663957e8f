// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that used a sensor sends to whom its rule names and to nobody else, by
 * whatever socket, with all its threads and children, until it starts another program.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "lib/harness.h"
#include "lib/keypad.h"
#include "lib/users.h"

#ifndef SOL_TCP
#define SOL_TCP 6
#endif

#define SENSOR "/dev/warden-canary"
#define GOOD "127.0.0.2" /* what the rule names, and what it does not */
#define BAD  "127.0.0.3"
#define BAD6 "::1"

#define POLICY                                                                                     \
	"program tester { path \"%s\"; }\ndefault sensor deny;\ndefault protocol allow; "          \
	"default listen allow;\n"                                                                  \
	"allow tester use any;\negress allow tester while using any to " GOOD ";\n"

FIXTURE(egress)
{
	struct mark mark;
	uint32_t line;
	uint16_t port; /* of a server and a socket of UDP, of all addresses */
	int server;
	int receiver;
	int udp;
};

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t fill(union address *a, const char *text, uint16_t port)
{
	memset(a, 0, sizeof(*a));
	a->any.sa_family = strchr(text, ':') ? AF_INET6 : AF_INET;
	a->v4.sin_port = htons(port);
	inet_pton(a->any.sa_family, text,
		  a->any.sa_family == AF_INET6 ? (void *)&a->v6.sin6_addr : &a->v4.sin_addr);
	return a->any.sa_family == AF_INET6 ? sizeof(a->v6) : sizeof(a->v4);
}

/* A socket of IPv6 and IPv4 at @port, 0 is one of the kernel's choice. */
static int serve(int type, uint16_t port)
{
	int fd = socket(AF_INET6, type | SOCK_CLOEXEC, 0);
	union address at;

	if (bind(fd, &at.any, fill(&at, "::", port)) || (type == SOCK_STREAM && listen(fd, 16)))
		return -1;
	return fd;
}

static uint16_t port_of(int fd)
{
	union address at;
	socklen_t len = sizeof(at);

	getsockname(fd, &at.any, &len);
	return ntohs(at.v4.sin_port);
}

FIXTURE_SETUP(egress)
{
	const char *text = warden_policy(POLICY, warden_self());

	self->line = warden_line(text, "egress");
	ASSERT_LOADED(text);
	client_shell("ip link set lo up || ifconfig lo up");
	self->server = serve(SOCK_STREAM, 0);
	ASSERT_LE(0, self->server);
	self->port = port_of(self->server);
	self->receiver = serve(SOCK_DGRAM, self->port);
	ASSERT_LE(0, self->receiver);
	self->udp = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(egress)
{
	close(self->server);
	close(self->receiver);
	close(self->udp);
}

/* 0 or the errno. */
static int link_to(const char *to, uint16_t port, int *kept)
{
	union address at;
	socklen_t len = fill(&at, to, port);
	int fd = socket(at.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int err = connect(fd, &at.any, len) ? errno : 0;

	if (kept && !err)
		*kept = fd;
	else
		close(fd);
	return err;
}

static int tell(int fd, const char *to, uint16_t port)
{
	union address at;
	socklen_t len = fill(&at, to, port);

	return sendto(fd, "x", 1, MSG_NOSIGNAL, &at.any, len) == 1 ? 0 : errno;
}

static int hand(int fd)
{
	return send(fd, "x", 1, MSG_NOSIGNAL) == 1 ? 0 : errno;
}

/* Connected by SMC that is TCP from now on; -1 where this kernel has none. */
static int fall_back(const char *to, uint16_t port)
{
	int fd = socket(AF_SMC, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	union address at;
	socklen_t len = fill(&at, to, port);

	setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE, &one, sizeof(one));
	return connect(fd, &at.any, len) ? -1 : fd;
}

static bool use_and_close(void)
{
	int fd = open(SENSOR, O_RDONLY | O_CLOEXEC);

	close(fd);
	return fd >= 0;
}

/* In a child, so that what it used is not this process's: the exit status is the result. */
#define IN_CHILD(expression)                                                                       \
	({                                                                                         \
		pid_t pid_ = fork();                                                               \
		int status_ = -1;                                                                  \
                                                                                                   \
		if (!pid_)                                                                         \
			_exit(expression);                                                         \
		waitpid(pid_, &status_, 0);                                                        \
		WIFEXITED(status_) ? WEXITSTATUS(status_) : 255;                                   \
	})

#define EXPECT_DENIED(n)                                                                           \
	do {                                                                                       \
		struct claim denied = { .domain = "egress", .reason = "port-not-named",            \
				        .program = "tester", .line = UINT32_MAX, .times = n };      \
                                                                                                   \
		EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));                            \
	} while (0)

TEST_F(egress, who_used_nothing_sends_to_anybody)
{
	EXPECT_EQ(0, link_to(BAD, self->port, NULL));
	EXPECT_EQ(0, tell(self->udp, BAD6, self->port));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* Each way, after the sensor was closed again: which one was not as it should be, from 1. */
static int try_ways(uint16_t port, int udp, int linked, int accepted)
{
	struct iovec bytes = { .iov_base = "x", .iov_len = 1 };
	int file = open("/proc/self/exe", O_RDONLY), zero = open("/dev/zero", O_RDONLY), pipes[2];
	int fast = socket(AF_INET, SOCK_STREAM, 0), raw = socket(AF_INET, SOCK_RAW, 253);
	int raw_udp = socket(AF_INET, SOCK_RAW, IPPROTO_UDP);
	int smc = fall_back(BAD, port), sctp = socket(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP);
	union address at;
	socklen_t len = fill(&at, BAD, port);

	if (!use_and_close() || pipe(pipes) || write(pipes[1], "x", 1) != 1)
		return 1;
	if (link_to(GOOD, port, NULL) || tell(udp, "::ffff:" GOOD, port))
		return 2;
	if (link_to(BAD, port, NULL) != EACCES || link_to(BAD6, port, NULL) != EACCES)
		return 3;
	if (tell(udp, BAD6, port) != EACCES || tell(udp, "::ffff:" BAD, port) != EACCES)
		return 4;
	/* What was connected, or was accepted, before. */
	if (hand(linked) != EACCES || hand(accepted) != EACCES)
		return 5;
	if (write(linked, "x", 1) != -1 || errno != EACCES || writev(linked, &bytes, 1) != -1 ||
	    errno != EACCES)
		return 6;
	if (sendfile(linked, file, NULL, 1) != -1 || errno != EACCES)
		return 7;
	if (splice(pipes[0], NULL, linked, NULL, 1, 0) != -1 || errno != EACCES)
		return 8;
	if (sendto(fast, "x", 1, MSG_FASTOPEN, &at.any, len) != -1 || errno != EACCES)
		return 9;
	if (raw >= 0 && tell(raw, BAD, 0) != EACCES)
		return 10;
	if (raw_udp >= 0 && (tell(raw_udp, BAD, 0) != EACCES || tell(raw_udp, GOOD, 0)))
		return 13;
	if (smc >= 0 && hand(smc) != EACCES)
		return 14;
	/* It may go to more addresses than it says. */
	if (sctp >= 0 && tell(sctp, GOOD, port) != EACCES)
		return 15;
	close(zero);
	/* A child of later, too; and what speaks within the machine is not asked. */
	if (IN_CHILD(hand(linked) == EACCES && !tell(udp, "::ffff:" GOOD, port)) != 1)
		return 11;
	return socketpair(AF_UNIX, SOCK_STREAM, 0, pipes) || hand(pipes[0]) ? 12 : 0;
}

/* What repeats is counted for a second and told then: of the test before, nothing may come any more. */
static struct mark mark_in_quiet(void)
{
	usleep(1100000);
	return evidence_mark();
}

/* What a user has from before it used the sensor. */
struct sockets {
	uint16_t port;
	int udp, linked, accepted;
};

static int try_ways_as(const struct user *u, void *sockets)
{
	const struct sockets *s = sockets;
	const int way = try_ways(s->port, s->udp, s->linked, s->accepted);

	if (way)
		printf("# way %d of %s\n", way, u->name);
	return way;
}

/* The file of the sensor lets each of them; raw sockets the kernel has for root alone. */
TEST_F(egress, who_used_a_sensor_sends_to_whom_its_rule_names_alone)
{
	int linked = -1, accepted;
	struct sockets s;
	size_t i;

	ASSERT_EQ(0, chmod(SENSOR, 0666));
	ASSERT_EQ(0, link_to(BAD, self->port, &linked));
	accepted = accept(self->server, NULL, NULL);
	s = (struct sockets){ self->port, self->udp, linked, accepted };
	for (i = 0; i < USERS_COUNT; i++) {
		self->mark = mark_in_quiet();
		EXPECT_EQ(0, users_run(users_at(i), try_ways_as, &s));
		EXPECT_DENIED(0);
	}
	chmod(SENSOR, 0600);
	/* Of this process nothing is kept: it used none. */
	EXPECT_EQ(0, hand(linked));
	EXPECT_EQ(0, hand(accepted));
	close(linked);
	close(accepted);
}

/* Messages whose address is not where they go: to a peer from before, or with what was begun. */
static int try_wrong_addresses(uint16_t port)
{
	int linked = socket(AF_INET6, SOCK_DGRAM, 0), corked = socket(AF_INET, SOCK_DGRAM, 0);
	union address bad, good;
	socklen_t len;

	if (connect(linked, &bad.any, fill(&bad, BAD6, port)))
		return 1;
	len = fill(&bad, BAD, port);
	if (sendto(corked, "x", 1, MSG_MORE, &bad.any, len) != 1 || !use_and_close())
		return 2;
	fill(&good, "::ffff:" GOOD, port);
	good.any.sa_family = AF_UNSPEC; /* UDP of IPv6 sends to its peer then */
	if (sendto(linked, "x", 1, 0, &good.any, sizeof(good.v6)) != -1 || errno != EACCES)
		return 3;
	return tell(corked, GOOD, port) == EACCES ? 0 : 4;
}

TEST_F(egress, address_of_a_message_is_not_taken_for_where_it_goes)
{
	self->mark = mark_in_quiet();
	EXPECT_EQ(0, IN_CHILD(try_wrong_addresses(self->port)));
	EXPECT_DENIED(0);
}

static void *use_in_thread(void *unused)
{
	(void)unused;
	return (void *)(long)use_and_close();
}

static int use_by_thread(int udp, uint16_t port)
{
	pthread_t thread;
	void *used = NULL;

	if (pthread_create(&thread, NULL, use_in_thread, NULL) || pthread_join(thread, &used) || !used)
		return 1;
	return tell(udp, BAD6, port) == EACCES ? 0 : 2;
}

/* A child whose parent is gone: 0 through the pipe is right. */
static int use_by_grandparent(int udp, uint16_t port)
{
	int pipes[2];
	char answer = 9;

	if (!use_and_close() || pipe(pipes))
		return 1;
	if (!fork()) {
		if (!fork()) {
			while (getppid() != 1)
				usleep(1000);
			answer = tell(udp, BAD6, port) == EACCES ? 0 : 2;
			_exit(write(pipes[1], &answer, 1) != 1);
		}
		_exit(0);
	}
	close(pipes[1]);
	return read(pipes[0], &answer, 1) == 1 ? answer : 3;
}

/* Another program: what was used is not its. */
static int use_and_start_another(uint16_t port)
{
	char command[200];

	if (!use_and_close())
		return 1;
	snprintf(command, sizeof(command), "echo x > /dev/udp/" BAD "/%u", port);
	execl("/bin/bash", "bash", "-c", command, NULL);
	return 2;
}

TEST_F(egress, mark_is_of_the_process_and_of_its_children)
{
	char byte;

	self->mark = mark_in_quiet();
	EXPECT_EQ(0, IN_CHILD(use_by_thread(self->udp, self->port)));
	EXPECT_EQ(0, IN_CHILD(use_by_grandparent(self->udp, self->port)));
	EXPECT_DENIED(2);
	if (!access("/bin/bash", X_OK)) {
		EXPECT_EQ(0, IN_CHILD(use_and_start_another(self->port)));
		EXPECT_EQ(1, recv(self->receiver, &byte, 1, MSG_DONTWAIT));
	}
}

TEST_F(egress, sensor_that_is_open_counts_when_the_rule_comes)
{
	struct claim observed = { .domain = "egress", .reason = "rule", .observed = true };
	int fd;

	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\nallow tester use any;\n"
				    "default protocol allow; "
				    "default listen allow;\n", warden_self()));
	fd = open(SENSOR, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, tell(self->udp, BAD6, self->port));
	ASSERT_LOADED(warden_policy(POLICY, warden_self()));
	EXPECT_EQ(EACCES, tell(self->udp, BAD6, self->port));
	EXPECT_DENIED(1);
	/* The mark outlives the sensor; a policy that asks for none forgets it. */
	close(fd);
	EXPECT_EQ(EACCES, tell(self->udp, BAD6, self->port));
	/* Of another class nothing is said; and in observe mode it is told and let go. */
	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\nallow tester use any;\n"
				    "default protocol allow; "
				    "default listen allow;\negress deny while using biometric;\n",
				    warden_self()));
	EXPECT_EQ(0, tell(self->udp, BAD6, self->port));
	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\nmode observe;\nallow tester use any;\n"
				    "default protocol allow; "
				    "default listen allow;\negress deny while using any;\n",
				    warden_self()));
	EXPECT_EQ(0, tell(self->udp, BAD6, self->port));
	EXPECT_FOUND(evidence_of_event(&self->mark, &observed));
}

/* Who opens it again and again may have no descriptor of it in the moment the rule comes. */
TEST_F(egress, sensor_that_is_opened_again_and_again_counts_when_the_rule_comes)
{
	const char *text = warden_policy(POLICY, warden_self());
	struct claim denied = { .domain = "egress", .reason = "port-not-named", .program = "tester",
				.line = UINT32_MAX, .pid = getpid(), .times = 1 };
	struct keypad keys;
	uint64_t others;
	int i, fd;

	ASSERT_TRUE(warden_write("/tmp/egress.policy", text));
	ASSERT_LOADED(warden_policy("default sensor allow; default protocol allow; default listen allow;\n"
				    "program tester { path \"%s\"; }\nallow tester use motion;\n", warden_self()));
	ASSERT_EQ(0, keypad_plug_accelerometer(&keys));
	others = warden_status("sessions");
	for (i = 0; i < 20; i++) {
		fd = open(keys.node, O_RDONLY | O_CLOEXEC);
		ASSERT_LE(0, fd);
		close(fd);
	}
	EXPECT_EQ(others + 1, warden_status("sessions"));
	EXPECT_EQ(0, tell(self->udp, BAD6, self->port));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "load", "--force", "/tmp/egress.policy")));
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, tell(self->udp, BAD6, self->port));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied)); /* a test before may have its count told now */
	keypad_unplug(&keys);
}

TEST_HARNESS_MAIN
