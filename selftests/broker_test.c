// SPDX-License-Identifier: GPL-2.0-only
/*
 * S20: who has a sensor and hands on what it tells is no way around the gate of the sensor.
 */
#include <arpa/inet.h>
#include <json-c/json.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "lib/handing.h"
#include "lib/harness.h"

#define PORT	2947 /* gpsd's */
#define OBJECT	"broker:gpsd"
#define HEADER	"program tester { path \"%s\"; }\npurpose way \"Find the way\";\n"
#define BROKER	"default sensor deny;\ndefault protocol allow; default listen allow;\n"            \
		"classify broker gpsd at tcp 2947 as location;\n"
#define DATAGRAMS "classify broker nmea at udp 2947 as location;\n"

#define OTHER	"classify broker other at tcp 2948 as environment;\nallow any use environment;\n"       \
		"classify broker datagrams at udp 2947 as location;\n"

FIXTURE(broker)
{
	int server;
	struct mark mark;
};

static struct sockaddr_in at(uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

/* Connected, or -errno. */
static int reach_by(int family, int protocol, uint16_t port)
{
	struct sockaddr_in to = at(port);
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, protocol), err;

	if (!connect(fd, (struct sockaddr *)&to, sizeof(to)))
		return fd;
	err = errno;
	close(fd);
	return -err;
}

static int reach(uint16_t port)
{
	return reach_by(AF_INET, 0, port);
}

FIXTURE_SETUP(broker)
{
	struct sockaddr_in own = at(PORT);
	int on = 1;

	ASSERT_LOADED(warden_policy(HEADER "default sensor deny;\ndefault protocol allow; "
	"default listen allow;\n", warden_self()));
	self->server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ASSERT_EQ(0, setsockopt(self->server, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)));
	ASSERT_EQ(0, bind(self->server, (struct sockaddr *)&own, sizeof(own)));
	ASSERT_EQ(0, listen(self->server, 8));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(broker)
{
	close(self->server);
	warden_withdraw_all();
}

TEST_F(broker, is_reached_by_who_may_use_its_sensor)
{
	struct claim denied = {
		.domain = "sensor", .reason = "program-unknown", .program = warden_self(),
		.object = OBJECT, .line = UINT32_MAX, .pid = getpid(), .times = 1,
	};
	struct pollfd old = { .fd = reach(PORT), .events = POLLIN };
	int fd;

	EXPECT_LE(0, old.fd); /* while no policy says what it is */
	ASSERT_LOADED(warden_policy(BROKER "allow any use location;\n"));
	EXPECT_EQ(0, poll(&old, 1, 100));
	ASSERT_LOADED(warden_policy("default protocol allow; "
				    "default listen allow;\n")); /* and what is none is no session any more */
	self->mark = evidence_mark();
	ASSERT_LOADED(warden_policy(BROKER));
	EXPECT_EQ(1, poll(&old, 1, 1000));
	close(old.fd);
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){
		.event = "session-end", .reason = "policy-changed", .object = OBJECT }));
	self->mark = evidence_mark();
	EXPECT_EQ(-EACCES, reach(PORT));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(-ECONNREFUSED, reach(PORT + 1));
	ASSERT_LOADED(warden_policy(BROKER "allow any use device \"" OBJECT "\";\n"));
	self->mark = evidence_mark();
	fd = reach(PORT);
	EXPECT_LE(0, fd);
	close(fd);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* A server of TCP answers MPTCP and SMC, too; a connection that could not be ended does not begin. */
TEST_F(broker, is_not_reached_by_another_name_of_tcp)
{
	static const struct { const char *name; int family; int protocol; } others[] = {
		{ "MPTCP", AF_INET, IPPROTO_MPTCP }, { "SMC", AF_SMC, 0 },
	};
	size_t i;

	ASSERT_LOADED(warden_policy(BROKER "allow any use location;\n"));
	for (i = 0; i < sizeof(others) / sizeof(*others); i++) {
		if (reach_by(others[i].family, others[i].protocol, PORT + 1) != -ECONNREFUSED) {
			printf("# this kernel has no %s\n", others[i].name);
			continue;
		}
		self->mark = evidence_mark();
		EXPECT_EQ(-EACCES, reach_by(others[i].family, others[i].protocol, PORT));
		EXPECT_FOUND(evidence_of_denial(&self->mark, &(struct claim){
			.domain = "sensor", .reason = "port-not-named", .object = OBJECT, .times = 1 }));
	}
}

/* The first data of TCP Fast Open carry the address. */
TEST_F(broker, is_not_reached_by_a_message)
{
	struct sockaddr_in to = at(PORT);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ASSERT_LOADED(warden_policy(BROKER));
	EXPECT_EQ(-1, sendto(fd, "x", 1, MSG_FASTOPEN, (struct sockaddr *)&to, sizeof(to)));
	EXPECT_EQ(EACCES, errno);
	close(fd);
}

TEST_F(broker, connection_ends_with_the_consent)
{
	const struct claim ended = {
		.event = "session-end", .domain = "sensor", .reason = "withdrawn",
		.program = "tester", .object = OBJECT,
	};
	const struct claim began = { .event = "session-start", .domain = "sensor", .object = OBJECT };
	struct pollfd p = { .events = POLLIN };
	struct json_object *record;
	char c;
	int peer;

	ASSERT_LOADED(warden_policy(HEADER BROKER "allow tester use location for way with consent;\n",
				    warden_self()));
	EXPECT_EQ(-EACCES, reach(PORT));
	ASSERT_EQ(0, warden_grant("tester", "location", "way"));
	p.fd = reach(PORT);
	ASSERT_LE(0, p.fd);
	EXPECT_FOUND(evidence_of_event(&self->mark, &began));
	peer = accept(self->server, NULL, NULL);
	ASSERT_LE(0, peer);
	ASSERT_EQ(1, write(peer, "$", 1));
	EXPECT_EQ(1, read(p.fd, &c, 1));
	ASSERT_EQ(1, write(peer, "$", 1));
	EXPECT_EQ(1, poll(&p, 1, 1000)); /* this one lies there, and is gone with the consent */
	ASSERT_EQ(0, warden_withdraw("tester", "location"));
	EXPECT_EQ(1, poll(&p, 1, 1000));
	EXPECT_GE(0, read(p.fd, &c, 1));
	EXPECT_EQ(-1, send(p.fd, "?", 1, MSG_NOSIGNAL));
	record = evidence_find(&self->mark, &ended, 1000);
	ASSERT_NE(NULL, record);
	EXPECT_GE(200000000u, evidence_number(record, "took"));
	json_object_put(record);
	close(p.fd);
	close(peer);
	EXPECT_EQ(-EACCES, reach(PORT));
}

/* A socket of UDP at the port; and one that is connected to it, and has read the first of three. */
static int hear(int *sender)
{
	struct sockaddr_in broker = at(PORT), own;
	socklen_t len = sizeof(own);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	const char *text = "$";
	size_t i;
	char c;

	*sender = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (bind(*sender, (struct sockaddr *)&broker, sizeof(broker)) ||
	    connect(fd, (struct sockaddr *)&broker, sizeof(broker)) ||
	    getsockname(fd, (struct sockaddr *)&own, &len))
		return -errno;
	for (i = 0; i < 3; i++) /* the second is empty */
		sendto(*sender, text, i != 1, 0, (struct sockaddr *)&own, sizeof(own));
	return recv(fd, &c, 1, 0) == 1 ? fd : -errno;
}

/* The kernel asks first, and then says that it is connected. */
TEST_F(broker, connection_is_not_lost_sight_of_by_another_connect)
{
	struct sockaddr_in to = at(PORT + 1);
	struct pollfd p = { .events = POLLIN };
	struct client c;

	ASSERT_LOADED(warden_policy(HEADER BROKER OTHER "allow tester use location for way with consent;\n",
				    warden_self()));
	ASSERT_EQ(0, warden_grant("tester", "location", "way"));
	p.fd = reach(PORT);
	ASSERT_LE(0, p.fd);
	EXPECT_EQ(-1, connect(p.fd, (struct sockaddr *)&to, sizeof(to)));
	EXPECT_EQ(EISCONN, errno);
	EXPECT_EQ(0, poll(&p, 1, 0));
	EXPECT_EQ(1, handing_over(p.fd, warden_beside("stranger"), &c)); /* who may use the other */
	EXPECT_STREQ("MSG_CTRUNC\n", c.text);
	client_end(&c);
	ASSERT_EQ(0, warden_withdraw("tester", "location"));
	EXPECT_EQ(1, poll(&p, 1, 1000));
	close(p.fd);
}

/* One of UDP is as good as new when it ended and is allowed again. */
TEST_F(broker, end_does_not_reach_a_later_connection)
{
	struct sockaddr_in to = at(PORT);
	struct pollfd p = { .fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), .events = POLLIN };
	socklen_t len = sizeof(int);
	int err;

	ASSERT_LOADED(warden_policy(HEADER BROKER OTHER "allow tester use location for way with consent;\n",
				    warden_self()));
	ASSERT_EQ(0, warden_grant("tester", "location", "way"));
	EXPECT_EQ(1, sendto(p.fd, "?", 1, 0, (struct sockaddr *)&to, sizeof(to)));
	ASSERT_EQ(0, warden_withdraw("tester", "location"));
	EXPECT_EQ(0, getsockopt(p.fd, SOL_SOCKET, SO_ERROR, &err, &len));
	EXPECT_EQ(ECONNABORTED, err);
	EXPECT_EQ(-1, connect(p.fd, (struct sockaddr *)&to, sizeof(to)));
	EXPECT_EQ(EACCES, errno);
	ASSERT_EQ(0, warden_grant("tester", "location", "way"));
	EXPECT_EQ(0, connect(p.fd, (struct sockaddr *)&to, sizeof(to)));
	EXPECT_EQ(0, poll(&p, 1, 100));
	close(p.fd);
}

TEST_F(broker, connection_ends_with_the_rule_and_others_stay)
{
	struct pollfd p = { .events = POLLIN }, q = { .events = POLLIN };
	int sender, heard;
	char c;

	ASSERT_LOADED(warden_policy(HEADER BROKER DATAGRAMS "allow tester use location;\n", warden_self()));
	heard = hear(&sender);
	EXPECT_LE(0, heard);
	p.fd = reach(PORT);
	ASSERT_LE(0, p.fd);
	ASSERT_LOADED(warden_policy(HEADER BROKER DATAGRAMS "allow any use location;\n", warden_self()));
	EXPECT_EQ(0, poll(&p, 1, 100));
	q.fd = reach(PORT);
	ASSERT_LE(0, q.fd);
	ASSERT_LOADED(warden_policy(HEADER BROKER DATAGRAMS, warden_self()));
	EXPECT_EQ(1, poll(&p, 1, 1000));
	EXPECT_EQ(1, poll(&q, 1, 1000));
	EXPECT_EQ(-1, recv(heard, &c, 1, MSG_DONTWAIT)); /* what lay there is gone */
	EXPECT_EQ(ECONNABORTED, errno);
	EXPECT_EQ(-1, recv(heard, &c, 1, MSG_DONTWAIT));
	EXPECT_EQ(EAGAIN, errno);
	close(heard);
	close(sender);
	close(p.fd);
	close(q.fd);
}

/* A socket that is one of many at its own port, and speaks to a broker's; or -1. */
static int reach_from_one_port(void)
{
	struct sockaddr_in own = at(PORT + 2), to = at(PORT);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
	    bind(fd, (struct sockaddr *)&own, sizeof(own)) || connect(fd, (struct sockaddr *)&to, sizeof(to)))
		return -1;
	return fd;
}

/* The kernel keeps sockets of UDP by their own port: all of these are in one place, and leave it as they end. */
TEST_F(broker, connections_older_than_the_policy_all_end)
{
	struct pollfd p[200];
	size_t i, ended = 0;

	for (i = 0; i < ARRAY_SIZE(p); i++) {
		p[i] = (struct pollfd){ .fd = reach_from_one_port(), .events = POLLIN };
		ASSERT_LE(0, p[i].fd);
	}
	ASSERT_LOADED(warden_policy(BROKER DATAGRAMS));
	for (i = 0; i < ARRAY_SIZE(p); i++) {
		ended += poll(&p[i], 1, ended == i ? 1000 : 0) == 1;
		close(p[i].fd);
	}
	EXPECT_EQ(ARRAY_SIZE(p), ended);
}

TEST_HARNESS_MAIN
