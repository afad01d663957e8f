// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is open is listed beside what the policy declares.
 */
#include <json-c/json.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>

#include "lib/harness.h"

#define OLDER	  7202 /* a listener from before the policy */
#define ELSEWHERE 7204 /* the same in another network */
#define SCTP	  7205 /* the same of SCTP */

FIXTURE(service)
{
	struct client server;
	struct json_object *list;
	pid_t child;
	int older;
	int sctp;
	int autobound;
};

static int listen_by(int protocol, uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, protocol), err;

	if (!bind(fd, (struct sockaddr *)&at, sizeof(at)) && !listen(fd, 1))
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

static int listen_on(uint16_t port)
{
	return listen_by(0, port);
}

/* A process that listens in a network of its own, and says on @ready that it does. */
static pid_t listen_elsewhere(int ready)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	if (unshare(CLONE_NEWNET) || listen_on(ELSEWHERE) < 0 || write(ready, "x", 1) != 1)
		_exit(1);
	pause();
	_exit(0);
}

FIXTURE_SETUP(service)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int ready[2];
	char byte;

	if (access("/usr/bin/nc.openbsd", X_OK))
		SKIP(return, "netcat-openbsd is not installed");
	ASSERT_LOADED(warden_policy("default listen allow;\n"));
	ASSERT_EQ(0, pipe(ready));
	self->child = listen_elsewhere(ready[1]);
	close(ready[1]);
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	close(ready[0]);
	self->older = listen_on(OLDER);
	ASSERT_LE(0, self->older);
	device_load("sctp", "");
	self->sctp = listen_by(IPPROTO_SCTP, SCTP);
	self->autobound = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	sendto(self->autobound, "x", 1, 0, (struct sockaddr *)&to, sizeof(to));
	ASSERT_LOADED(warden_policy("program nc { path \"/usr/bin/nc.openbsd\"; }\n"
				    "default listen deny;\nallow nc listen tcp {7201, 7203};\n"));
	ASSERT_EQ(0, client_start(&self->server, ARGV("nc", "-l", "-k", "-v", "::1", "7201")));
	ASSERT_TRUE(client_says(&self->server, "Listening", 10000));
	self->list = warden_json(ARGV("service", "list"));
	ASSERT_NE(NULL, self->list);
}

FIXTURE_TEARDOWN(service)
{
	json_object_put(self->list);
	client_end(&self->server);
	close(self->older);
	close(self->sctp);
	close(self->autobound);
	if (self->child > 0)
		kill(self->child, SIGKILL);
}

/* The entry of a place; NULL where it is not in the list. */
static const struct json_object *find(const struct json_object *list, const char *where)
{
	size_t i;

	for (i = 0; i < json_object_array_length(list); i++)
		if (!strcmp(evidence_string(json_object_array_get_idx(list, i), "where"), where))
			return json_object_array_get_idx(list, i);
	return NULL;
}

#define EXPECT_ENTRY(place, state_, program_) EXPECT_ENTRY_OF("tcp", place, state_, program_)

#define EXPECT_ENTRY_OF(protocol_, place, state_, program_)                                        \
	do {                                                                                       \
		const struct json_object *entry = find(self->list, place);                         \
                                                                                                   \
		EXPECT_NE(NULL, entry)                                                             \
		{                                                                                  \
			TH_LOG("%s is not in %s", place, warden_said());                           \
		}                                                                                  \
		if (!entry)                                                                        \
			break;                                                                     \
		EXPECT_STREQ(state_, evidence_string(entry, "state"));                             \
		EXPECT_STREQ(protocol_, evidence_string(entry, "protocol"));                       \
		EXPECT_STREQ(program_, evidence_string(entry, "program"));                         \
	} while (0)

TEST_F(service, list_marks_each_difference_between_what_is_declared_and_what_is_open)
{
	const struct json_object *here, *there;
	size_t i, udp = 0;

	EXPECT_ENTRY("[::1]:7201", "declared", "nc");
	if (self->sctp >= 0)
		EXPECT_ENTRY_OF("sctp", "0.0.0.0:7205", "not-declared", warden_self());
	EXPECT_EQ((uint64_t)self->server.pid,
		  evidence_number(find(self->list, "[::1]:7201"), "pid"));
	EXPECT_ENTRY("0.0.0.0:7202", "not-declared", warden_self());
	EXPECT_ENTRY("7203", "not-open", "nc");
	EXPECT_EQ(NULL, find(self->list, "7201"));
	EXPECT_ENTRY("0.0.0.0:7204", "not-declared", warden_self());
	here = find(self->list, "0.0.0.0:7202");
	there = find(self->list, "0.0.0.0:7204");
	ASSERT_TRUE(here && there);
	EXPECT_NE(evidence_number(here, "network"), evidence_number(there, "network"));
	EXPECT_EQ((uint64_t)self->child, evidence_number(there, "pid"));
	for (i = 0; i < json_object_array_length(self->list); i++) {
		const struct json_object *e = json_object_array_get_idx(self->list, i);

		udp += !strcmp(evidence_string(e, "protocol"), "udp") &&
		       evidence_number(e, "pid") == (uint64_t)getpid() &&
		       !strcmp(evidence_string(e, "state"), "not-declared");
	}
	EXPECT_EQ(1, udp);
}

TEST_F(service, list_can_be_read_by_people)
{
	EXPECT_EQ(0, warden_ctl(ARGV("service", "list")));
	EXPECT_NE(NULL, strstr(warden_said(), "NOT DECLARED"));
	EXPECT_NE(NULL, strstr(warden_said(), "not open"));
	EXPECT_EQ(2, warden_ctl(ARGV("service", "list", "everything")));
}

FIXTURE(opening)
{
	struct mark mark;
};

FIXTURE_SETUP(opening)
{
	ASSERT_LOADED(warden_policy("default listen deny;\ndeny any listen tcp 7212;\n"));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(opening)
{
	warden_ctl(ARGV("service", "close", "tcp", "7211"));
	warden_ctl(ARGV("service", "close", "udp", "7211"));
}

static int udp_on(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return bind(fd, (struct sockaddr *)&at, sizeof(at)) ? -1 : fd;
}

/* A client's connection: 0 or the errno. */
static int reach(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int err = connect(fd, (struct sockaddr *)&at, sizeof(at)) ? errno : 0;

	close(fd);
	return err;
}

/* Is a UDP port bound by nobody? A policy that allows all of it is asked for, and stays. */
static bool is_free(uint16_t port)
{
	int fd;

	if (warden_load(warden_policy("default listen allow;\n")))
		return false;
	fd = udp_on(port);
	close(fd);
	return fd >= 0;
}

TEST_F(opening, lets_listen_until_it_is_closed_and_ends_who_did)
{
	struct claim opened = { .event = "service-open", .domain = "listen", .port = 7211 + 1,
				.protocol = IPPROTO_TCP, .object = "for 600 s" };
	struct claim closed = { .event = "service-close", .domain = "listen", .port = 7211 + 1,
				.protocol = IPPROTO_TCP, .reason = "closed",
				.object = "1 sockets ended" };
	struct claim denied = { .domain = "listen", .reason = "program-unknown", .times = 1,
				.port = 7211 + 1, .protocol = IPPROTO_TCP, .pid = getpid() };
	int fd, udp;

	ASSERT_EQ(-1, listen_on(7211));
	ASSERT_EQ(EACCES, errno);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	self->mark = evidence_mark();
	ASSERT_EQ(0, warden_ctl(ARGV("service", "open", "tcp", "7211", "for", "10m")));
	ASSERT_EQ(0, warden_ctl(ARGV("service", "open", "udp", "7211", "for", "1h")));
	EXPECT_FOUND(evidence_of_event(&self->mark, &opened));
	fd = listen_on(7211);
	udp = udp_on(7211);
	ASSERT_LE(0, fd);
	ASSERT_LE(0, udp);
	EXPECT_EQ(0, reach(7211));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_EQ(0, warden_ctl(ARGV("service", "list")));
	EXPECT_NE(NULL, strstr(warden_said(), "for a time"));
	EXPECT_EQ(0, warden_ctl(ARGV("service", "close", "tcp", "7211")));
	EXPECT_FOUND(evidence_of_event(&self->mark, &closed));
	EXPECT_EQ(ECONNREFUSED, reach(7211));
	EXPECT_EQ(-1, listen(fd, 1));
	EXPECT_EQ(EACCES, errno);
	/* UDP was opened apart, and is closed apart. */
	EXPECT_EQ(0, warden_ctl(ARGV("service", "close", "udp", "7211")));
	EXPECT_NE(NULL, strstr(warden_said(), "1 sockets ended"));
	EXPECT_TRUE(is_free(7211));
	EXPECT_EQ(1, warden_ctl(ARGV("service", "close", "udp", "7211")));
	close(fd);
	close(udp);
}

TEST_F(opening, closes_itself_when_its_time_is_over)
{
	struct claim closed = { .event = "service-close", .reason = "time-over", .port = 7211 + 1,
				.object = "1 sockets ended" };
	int fd;

	ASSERT_EQ(0, warden_ctl(ARGV("service", "open", "tcp", "7211", "for", "2s")));
	fd = listen_on(7211);
	ASSERT_LE(0, fd);
	EXPECT_FOUND(evidence_of_event(&self->mark, &closed));
	EXPECT_EQ(ECONNREFUSED, reach(7211));
	close(fd);
	EXPECT_EQ(-1, listen_on(7211));
	EXPECT_EQ(EACCES, errno);
}

TEST_F(opening, gives_nothing_a_rule_denies_nor_another_port)
{
	const char *text = warden_policy("default listen deny;\ndeny any listen tcp 7212;\n");
	struct claim denied = { .domain = "listen", .reason = "rule", .port = 7212 + 1,
				.line = warden_line(text, "deny any"), .times = 1 };

	ASSERT_EQ(0, warden_ctl(ARGV("service", "open", "tcp", "7212", "for", "1m")));
	EXPECT_EQ(-1, listen_on(7212));
	EXPECT_EQ(EACCES, errno);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(-1, listen_on(7213));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(0, warden_ctl(ARGV("service", "close", "tcp", "7212")));
	EXPECT_EQ(1, warden_ctl(ARGV("service", "open", "sctp", "7212", "for", "1m")));
	EXPECT_NE(NULL, strstr(warden_said(), "tcp and udp alone"));
	EXPECT_EQ(2, warden_ctl(ARGV("service", "open", "tcp", "7212", "for", "10d")));
	EXPECT_EQ(2, warden_ctl(ARGV("service", "open", "tcp", "7212")));
}

TEST_HARNESS_MAIN
