// SPDX-License-Identifier: GPL-2.0-only
/*
 * A port that a command opens for a time: who may listen there meanwhile, and what ends with it.
 */
#include <json-c/json.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "lib/harness.h"
#include "lib/users.h"

FIXTURE(opening)
{
	struct mark mark;
};

FIXTURE_SETUP(opening)
{
	ASSERT_LOADED(warden_policy("default protocol allow; "
				    "default listen deny;\ndeny any listen tcp 7212;\n"));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(opening)
{
	warden_ctl(ARGV("service", "close", "tcp", "7211"));
	warden_ctl(ARGV("service", "close", "udp", "7211"));
	warden_ctl(ARGV("policy", "drop", "operator"));
}

/* A socket that listens there; -1 and errno where it may not. */
static int listen_on(uint16_t port)
{
	const struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), err;

	if (!bind(fd, (const struct sockaddr *)&at, sizeof(at)) && !listen(fd, 1))
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
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

	if (warden_load(warden_policy("default protocol allow; default listen allow;\n")))
		return false;
	fd = udp_on(port);
	close(fd);
	return fd >= 0;
}

/* How often it is told that this place is open for a time, and until when: of TCP and of UDP. */
static unsigned int listed_open(const char *where)
{
	struct json_object *list = warden_json(ARGV("service", "list"));
	const uint64_t now = now_ns();
	unsigned int found = 0;
	size_t i;

	for (i = 0; list && i < json_object_array_length(list); i++) {
		const struct json_object *e = json_object_array_get_idx(list, i);

		found += !strcmp(evidence_string(e, "where"), where) &&
			 !strcmp(evidence_string(e, "state"), "for-a-time") &&
			 evidence_number(e, "expires") > now;
	}
	json_object_put(list);
	return found;
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
	EXPECT_EQ(2, listed_open("7211"));
	fd = listen_on(7211);
	udp = udp_on(7211);
	ASSERT_LE(0, fd);
	ASSERT_LE(0, udp);
	EXPECT_EQ(0, reach(7211));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_EQ(2, listed_open("0.0.0.0:7211"));
	EXPECT_EQ(0, listed_open("7211"));
	EXPECT_EQ(0, warden_ctl(ARGV("service", "list")));
	EXPECT_NE(NULL, strstr(warden_said(), "for a time"));
	EXPECT_NE(NULL, strstr(warden_said(), "until "));
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

/* Two servers of a user: what it may not have is the errno; else it says so to @talk, and waits for their end. */
static int serve_opened(const struct user *u, void *talk)
{
	const int to = *(const int *)talk, tcp = listen_on(7211), err = tcp < 0 ? errno : 0;
	const int udp = udp_on(7211);
	char byte = 0;

	if (err || udp < 0)
		return err ? err : USERS_NOBODY;
	if (write(to, &byte, 1) != 1 || read(to, &byte, 1) != 1)
		return USERS_NOBODY;
	if (recv(udp, &byte, 1, MSG_DONTWAIT) == -1 && errno == ECONNABORTED && listen(tcp, 1) == -1 &&
	    errno == EACCES)
		return 0;
	printf("# %s: a server goes on\n", u->name);
	return 1;
}

/* P11: while it is opened each user has it, whose sockets end with it; who may open it is in netlink_rights_test. */
TEST_F(opening, is_for_each_user_and_ends_for_each)
{
	struct claim denied = { .domain = "listen", .reason = "program-unknown", .port = 7211 + 1,
				.line = UINT32_MAX };
	int pair[2], status;
	size_t i;
	pid_t pid;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	for (i = 0; i < USERS_COUNT; i++) {
		self->mark = evidence_mark();
		EXPECT_EQ(EACCES, users_run(users_at(i), serve_opened, &pair[1]));
		EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
		ASSERT_EQ(0, warden_ctl(ARGV("service", "open", "tcp", "7211", "for", "10m")));
		ASSERT_EQ(0, warden_ctl(ARGV("service", "open", "udp", "7211", "for", "10m")));
		self->mark = evidence_mark();
		pid = users_start(users_at(i), serve_opened, &pair[1]);
		ASSERT_TRUE(users_ready(pair[0]));
		EXPECT_EQ(0, reach(7211));
		EXPECT_FOUND(evidence_of_peace(&self->mark));
		EXPECT_EQ(0, warden_ctl(ARGV("service", "close", "tcp", "7211")));
		EXPECT_EQ(0, warden_ctl(ARGV("service", "close", "udp", "7211")));
		EXPECT_EQ(ECONNREFUSED, reach(7211));
		ASSERT_EQ(1, write(pair[0], "", 1));
		EXPECT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_EQ(0, status);
	}
	close(pair[0]);
	close(pair[1]);
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

static void turn_clock(time_t by)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec += by;
	clock_settime(CLOCK_REALTIME, &now);
}

/* Its time is that of the boot-time clock. */
TEST_F(opening, is_made_neither_longer_nor_shorter_by_the_wall_clock)
{
	struct claim closed = { .event = "service-close", .reason = "time-over", .port = 7211 + 1 };
	int fd;

	ASSERT_EQ(0, warden_ctl(ARGV("service", "open", "udp", "7211", "for", "10m")));
	ASSERT_EQ(0, warden_ctl(ARGV("service", "open", "tcp", "7211", "for", "2s")));
	turn_clock(-7200);
	EXPECT_FOUND(evidence_of_event(&self->mark, &closed));
	EXPECT_EQ(-1, listen_on(7211));
	EXPECT_EQ(EACCES, errno);
	turn_clock(2 * 7200);
	fd = udp_on(7211);
	EXPECT_LE(0, fd);
	close(fd);
	turn_clock(-7200);
}

/* As the module answers: an opening is above defaults, and below rules. */
TEST_F(opening, is_told_by_explain_and_who_can)
{
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "explain", "--running", "--listen", "tcp/7211")));
	EXPECT_SAID("listen tcp 7211: denied");
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "who-can", "--running", "listen", "tcp", "7211")));
	EXPECT_SAID("nobody");
	ASSERT_EQ(0, warden_ctl(ARGV("service", "open", "tcp", "7211", "for", "10m")));
	ASSERT_EQ(0, warden_ctl(ARGV("service", "open", "tcp", "7212", "for", "10m")));
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "explain", "--running", "--listen", "tcp/7211")));
	EXPECT_SAID("listen tcp 7211: allowed");
	EXPECT_SAID("a command opened the port until ");
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "explain", "--running", "--listen", "udp/7211")));
	EXPECT_SAID("listen udp 7211: denied");
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "explain", "--running", "--listen", "tcp/7212")));
	EXPECT_SAID("listen tcp 7212: denied");
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "who-can", "--running", "listen", "tcp", "7211")));
	EXPECT_SAID("opened until ");
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "who-can", "--running", "listen", "tcp", "7212")));
	EXPECT_SAID("nobody");
	EXPECT_EQ(0, warden_ctl(ARGV("service", "close", "tcp", "7212")));
}

/* The maker's default gives way, and the rule of a layer below does not. */
TEST_F(opening, gives_nothing_that_a_rule_of_another_layer_denies)
{
	static const char file[] = "/var/tmp/test-below.policy";

	ASSERT_TRUE(warden_write(file, warden_policy("default listen deny;\ndeny any listen tcp 7211;\n")));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "load", "--layer", "operator", "--force", file)))
	{
		TH_LOG("%s", warden_said());
	}
	unlink(file);
	ASSERT_EQ(0, warden_ctl(ARGV("service", "open", "tcp", "7211", "for", "1m")));
	EXPECT_SAID("tcp port 7211 stays closed, as line");
	EXPECT_SAID("of the operator's policy denies it");
	EXPECT_EQ(-1, listen_on(7211));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(0, listed_open("7211"));
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "explain", "--running", "--listen", "tcp/7211")));
	EXPECT_SAID("listen tcp 7211: denied");
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "drop", "operator")));
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "explain", "--running", "--listen", "tcp/7211")));
	EXPECT_SAID("listen tcp 7211: allowed");
}

TEST_F(opening, gives_nothing_a_rule_denies_nor_another_port)
{
	const char *text = warden_policy("default protocol allow; "
					 "default listen deny;\ndeny any listen tcp 7212;\n");
	struct claim denied = { .domain = "listen", .reason = "rule", .port = 7212 + 1,
				.line = warden_line(text, "deny any"), .times = 1 };

	ASSERT_EQ(0, warden_ctl(ARGV("service", "open", "tcp", "7212", "for", "1m")));
	EXPECT_SAID("tcp port 7212 stays closed, as line");
	EXPECT_EQ(0, listed_open("7212"));
	EXPECT_EQ(-1, listen_on(7212));
	EXPECT_EQ(EACCES, errno);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(-1, listen_on(7213));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(0, warden_ctl(ARGV("service", "close", "tcp", "7212")));
	EXPECT_EQ(1, warden_ctl(ARGV("service", "open", "sctp", "7212", "for", "1m")));
	EXPECT_NE(NULL, strstr(warden_said(), "tcp and udp alone"));
	EXPECT_EQ(2, warden_ctl(ARGV("service", "open", "tcp", "7212", "for", "30d")));
	EXPECT_SAID("like 90s, 10m or 2h, up to 24 h");
	EXPECT_EQ(2, warden_ctl(ARGV("service", "open", "tcp", "7212")));
	ASSERT_LOADED(warden_policy("default protocol allow; default listen allow;\n"));
	ASSERT_EQ(0, warden_ctl(ARGV("service", "open", "tcp", "7211", "for", "1m")));
	EXPECT_SAID("tcp port 7211 is open to any program by the policy, also after");
}

TEST_HARNESS_MAIN
