// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is older than a policy does not outlive it at a port that the policy
 * closes: connections of a rule that went, and where the policy says so servers.
 */
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

#include "lib/harness.h"
#include "lib/networks.h"
#include "lib/page.h"

#define GOES   7321 /* in the first policy */
#define STAYS  7322
#define SERVER 7323 /* on the far side */

#define POLICY                                                                                     \
	"program tester { path \"%s\"; }\ndefault protocol allow; default listen deny;\n"          \
	"allow tester listen any {%s};\n%s"

/* Transports that are swept as TCP is, by the module that brings them. */
static const struct transport {
	const char *module;
	int type;
	int server; /* what a server is, where that is another type */
	int protocol;
} transports[] = {
	{ "dccp_ipv6", NETWORKS_OF(SOCK_DCCP, IPPROTO_DCCP), 0, IPPROTO_DCCP },
	{ "sctp", NETWORKS_OF(SOCK_STREAM, IPPROTO_SCTP), 0, IPPROTO_SCTP },
	{ "sctp", NETWORKS_OF(SOCK_STREAM, IPPROTO_SCTP), NETWORKS_OF(SOCK_SEQPACKET, IPPROTO_SCTP),
	  IPPROTO_SCTP },
};

#define TRANSPORTS (sizeof(transports) / sizeof(*transports))

FIXTURE(sweep)
{
	struct networks net;
	struct mark mark;
	int tcp[2];	 /* servers: GOES, STAYS */
	int udp[2];
	int client[2];	 /* on the far side */
	int accepted[2]; /* at GOES and STAYS */
	int server;
	int caller; /* from the near side, and at the port the kernel picked for it */
	int remote;
};

FIXTURE_SETUP(sweep)
{
	int i;

	memset(self, 0, sizeof(*self));
	ASSERT_LOADED(warden_policy(POLICY, warden_self(), "7321-7342", ""));
	ASSERT_TRUE(networks_make(&self->net, false));
	self->server = networks_serve(self->net.far, SOCK_STREAM, SERVER);
	ASSERT_LE(0, self->server);
	for (i = 0; i < 2; i++) {
		self->tcp[i] = networks_serve(self->net.near, SOCK_STREAM, GOES + i);
		self->udp[i] = networks_serve(self->net.near, SOCK_DGRAM, GOES + i);
		ASSERT_LE(0, self->tcp[i]);
		ASSERT_LE(0, self->udp[i]);
		self->client[i] = networks_connect(self->net.far, i ? NEAR6 : NEAR4, GOES + i, 5000);
		ASSERT_LE(0, self->client[i]);
		self->accepted[i] = accept(self->tcp[i], NULL, NULL);
		ASSERT_LE(0, self->accepted[i]);
	}
	self->caller = networks_connect(self->net.near, FAR4, SERVER, 5000);
	ASSERT_LE(0, self->caller);
	self->remote = accept(self->server, NULL, NULL);
	ASSERT_LE(0, self->remote);
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(sweep)
{
	networks_end(&self->net);
}

#define EXPECT_TOLD(object_, port_, protocol_)                                                     \
	do {                                                                                       \
		struct claim told = { .event = "sweep", .domain = "listen",                        \
				      .reason = "port-closed", .object = object_,                  \
				      .port = (port_) + 1, .protocol = protocol_ };                \
                                                                                                   \
		EXPECT_FOUND(evidence_of_event(&self->mark, &told));                               \
	} while (0)

/* What nobody closed goes on: a connection at a port that stays, and one that was made from here. */
#define EXPECT_UNTOUCHED()                                                                         \
	do {                                                                                       \
		EXPECT_EQ(1, send(self->client[1], "x", 1, MSG_NOSIGNAL));                         \
		EXPECT_TRUE(networks_receive(self->accepted[1], 5000));                            \
		EXPECT_EQ(1, send(self->remote, "x", 1, MSG_NOSIGNAL));                            \
		EXPECT_TRUE(networks_receive(self->caller, 5000));                                 \
		EXPECT_EQ(0, networks_reach(self->net.near, NEAR4, STAYS, 5000));                  \
	} while (0)

TEST_F(sweep, connections_end_with_the_rule_of_their_server)
{
	ASSERT_LOADED(warden_policy(POLICY, warden_self(), "7322,7323", ""));
	EXPECT_NE(NULL, strstr(warden_said(), "\n3 servers and connections from before are not allowed by it"))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_EQ(ECONNRESET, networks_end_of(self->client[0], 5000));
	EXPECT_EQ(ECONNABORTED, networks_end_of(self->accepted[0], 0));
	EXPECT_TOLD("connection of ::ffff:" FAR4 " ended", GOES, IPPROTO_TCP);
	EXPECT_UNTOUCHED();
	/* Servers are told of, and go on for who is inside. */
	EXPECT_TOLD("server goes on", GOES, IPPROTO_TCP);
	EXPECT_TOLD("server goes on", GOES, IPPROTO_UDP);
	EXPECT_EQ(0, networks_reach(self->net.near, NEAR4, GOES, 5000));
}

struct reader {
	int fd;
	void *to;
};

static void *receive_one(void *arg)
{
	const struct reader *r = arg;

	return (void *)recv(r->fd, r->to, 1, 0);
}

/* TCP copies with its socket's lock held: nobody waits for that but who ends it, who gets it at last. */
TEST_F(sweep, policy_does_not_wait_for_a_page_that_does_not_come)
{
	struct claim ended = { .event = "sweep", .domain = "listen", .reason = "port-closed",
			       .object = "connection of ::ffff:" FAR4 " ended",
			       .port = GOES + 1, .protocol = IPPROTO_TCP };
	struct page page;
	struct reader r;
	pthread_t thread;
	uint64_t begin;
	int other;

	if (page_withhold(&page))
		SKIP(return, "this kernel has no userfaultfd");
	other = networks_connect(self->net.far, NEAR4, GOES, 5000);
	ASSERT_LE(0, other);
	r = (struct reader){ self->accepted[0], page.memory };
	ASSERT_EQ(1, send(self->client[0], "x", 1, MSG_NOSIGNAL));
	ASSERT_EQ(0, pthread_create(&thread, NULL, receive_one, &r));
	ASSERT_TRUE(page_is_wanted(&page, 20000));
	begin = now_ns();
	ASSERT_LOADED(warden_policy(POLICY, warden_self(), "7322,7323", ""));
	EXPECT_GT(10000000000, now_ns() - begin);
	EXPECT_TOLD("connection of ::ffff:" FAR4 " goes on until a call of its program is over", GOES, IPPROTO_TCP);
	/* Others do not wait for it either. */
	EXPECT_EQ(ECONNRESET, networks_end_of(other, 5000));
	EXPECT_EQ(0, networks_end_of(self->client[0], 0));
	EXPECT_UNTOUCHED();
	self->mark = evidence_mark();
	page_give(&page);
	EXPECT_EQ(0, pthread_join(thread, NULL));
	EXPECT_EQ(ECONNRESET, networks_end_of(self->client[0], 5000));
	EXPECT_EQ(ECONNABORTED, networks_end_of(self->accepted[0], 5000));
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
	close(other);
}

#define SPEAKS(ports)                                                                              \
	"default connect deny;\nallow tester connect tcp {" ports "};\n"                           \
	"allow tester connect any any to {127.0.0.0/8, ::1};\n"

/* One that was made from here ends with the rule that let its program make it. */
TEST_F(sweep, connections_end_with_the_rule_of_who_made_them)
{
	struct claim told = { .event = "sweep", .domain = "connect", .reason = "policy-changed",
			      .object = "connection to " FAR4 " ended", .port = SERVER + 1,
			      .protocol = IPPROTO_TCP };
	const char *listens = "7321-7323";

	ASSERT_LOADED(warden_policy(POLICY, warden_self(), listens, SPEAKS("7321-7323")));
	EXPECT_UNTOUCHED();
	EXPECT_EQ(NULL, evidence_find(&self->mark, &(struct claim){ .event = "sweep", .domain = "connect" }, 0));
	ASSERT_LOADED(warden_policy(POLICY, warden_self(), listens,
				    SPEAKS("7321, 7322") "deny tester connect tcp 7322;\n"));
	EXPECT_EQ(ECONNABORTED, networks_end_of(self->caller, 5000));
	EXPECT_EQ(ECONNRESET, networks_end_of(self->remote, 5000));
	EXPECT_FOUND(evidence_of_event(&self->mark, &told));
	/* What is denied to one program ends nothing, as nobody knows whose it is. */
	EXPECT_EQ(1, send(self->client[1], "x", 1, MSG_NOSIGNAL));
	EXPECT_TRUE(networks_receive(self->accepted[1], 5000));
	EXPECT_EQ(1, send(self->accepted[0], "x", 1, MSG_NOSIGNAL));
	EXPECT_TRUE(networks_receive(self->client[0], 5000));
}

TEST_F(sweep, abort_ends_servers_too)
{
	const int lite = NETWORKS_OF(SOCK_DGRAM, IPPROTO_UDPLITE);
	int fd, goes = networks_serve(self->net.near, lite, GOES), stays = networks_serve(self->net.near, lite, STAYS);

	ASSERT_LOADED(warden_policy(POLICY, warden_self(), "7322,7323", "sweep abort;\n"));
	EXPECT_EQ(ECONNRESET, networks_end_of(self->client[0], 5000));
	EXPECT_TOLD("server ended", GOES, IPPROTO_TCP);
	EXPECT_TOLD("server ended", GOES, IPPROTO_UDP);
	EXPECT_EQ(ECONNREFUSED, networks_reach(self->net.near, NEAR4, GOES, 5000));
	EXPECT_EQ(ECONNABORTED, networks_end_of(self->udp[0], 5000));
	if (goes >= 0) {
		EXPECT_TOLD("server ended", GOES, IPPROTO_UDPLITE);
		EXPECT_EQ(ECONNABORTED, networks_end_of(goes, 5000));
		EXPECT_EQ(0, networks_end_of(stays, 0));
	}
	EXPECT_UNTOUCHED();
	/* The port is free: nobody holds it any more. */
	ASSERT_LOADED(warden_policy("default protocol allow; default listen allow;\n"));
	fd = networks_serve(self->net.near, SOCK_DGRAM, GOES);
	EXPECT_LE(0, fd);
	close(fd);
	fd = networks_serve(self->net.near, SOCK_STREAM, GOES);
	EXPECT_LE(0, fd);
	close(fd);
}

/* One connection of another transport, and what either side of it has. */
struct pair {
	int server;
	int client;
	int accepted; /* -1 where the server has it itself */
};

static bool make_pair(struct pair *p, const struct networks *net, const struct transport *t, uint16_t port)
{
	*p = (struct pair){ -1, -1, -1 };
	device_load(t->module, "");
	p->server = networks_serve(net->near, t->server ? t->server : t->type, port);
	if (p->server < 0)
		return false;
	p->client = networks_connect_by(t->type, net->far, NEAR4, port, 5000);
	if (p->client >= 0 && !t->server)
		p->accepted = accept(p->server, NULL, NULL);
	return p->client >= 0 && (t->server || p->accepted >= 0);
}

static void end_pair(struct pair *p)
{
	close(p->accepted);
	close(p->client);
	close(p->server);
}

static bool passes(const struct pair *p)
{
	return send(p->client, "x", 1, MSG_NOSIGNAL) == 1 &&
	       networks_receive(p->accepted < 0 ? p->server : p->accepted, 5000);
}

/* The other side is told: by an error, or by the end of what can be read. */
static bool is_over(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char byte;

	return poll(&p, 1, 5000) == 1 && recv(fd, &byte, 1, MSG_DONTWAIT) <= 0 && errno != EAGAIN;
}

TEST_F(sweep, connections_of_other_transports_end_with_their_server)
{
	struct pair goes[TRANSPORTS], stays[TRANSPORTS];
	bool has[TRANSPORTS];
	size_t t;

	for (t = 0; t < TRANSPORTS; t++) {
		has[t] = make_pair(&goes[t], &self->net, &transports[t], GOES + 10 * (int)t);
		has[t] &= make_pair(&stays[t], &self->net, &transports[t], STAYS + 10 * (int)t);
		if (!has[t])
			printf("# this kernel has no %s\n", transports[t].module);
	}
	self->mark = evidence_mark();
	ASSERT_LOADED(warden_policy(POLICY, warden_self(), "7322,7323,7332,7342", ""));
	for (t = 0; t < TRANSPORTS; t++) {
		if (!has[t])
			continue;
		EXPECT_TRUE(passes(&stays[t]));
		if (transports[t].server) { /* one socket has all of them, and goes on */
			EXPECT_TOLD("server goes on, its connections ended", GOES + 10 * (int)t,
				    transports[t].protocol);
			EXPECT_TRUE(is_over(goes[t].client));
			continue;
		}
		EXPECT_TOLD("server goes on", GOES + 10 * (int)t, transports[t].protocol);
		EXPECT_TOLD("connection of ::ffff:" FAR4 " ended", GOES + 10 * (int)t, transports[t].protocol);
		EXPECT_EQ(ECONNABORTED, networks_end_of(goes[t].accepted, 5000));
		EXPECT_TRUE(is_over(goes[t].client));
		EXPECT_GT(0, send(goes[t].accepted, "x", 1, MSG_NOSIGNAL));
	}
	self->mark = evidence_mark();
	ASSERT_LOADED(warden_policy(POLICY, warden_self(), "7322,7323,7332,7342", "sweep abort;\n"));
	for (t = 0; t < TRANSPORTS; t++) {
		if (!has[t])
			continue;
		EXPECT_TOLD("server ended", GOES + 10 * (int)t, transports[t].protocol);
		EXPECT_TRUE(passes(&stays[t]));
		EXPECT_NE(0, networks_reach_by(transports[t].type, self->net.near, NEAR4,
					       GOES + 10 * (int)t, 1000));
		end_pair(&goes[t]);
		end_pair(&stays[t]);
	}
}

/* How many associations a socket of SCTP has. */
static uint32_t associations(int fd)
{
	uint32_t n = UINT32_MAX;
	socklen_t len = sizeof(n);

	getsockopt(fd, IPPROTO_SCTP, 28 /* SCTP_GET_ASSOC_NUMBER */, &n, &len);
	return n;
}

/* The packet that tells the other side is on its way. */
static bool loses_all(int fd)
{
	int tries;

	for (tries = 0; associations(fd) && tries < 500; tries++)
		usleep(10000);
	return !associations(fd);
}

#define SPEAKS_SCTP(ports)                                                                         \
	"default connect deny;\nallow tester connect tcp any;\nallow tester connect sctp {" ports "};\n"

/* One socket, which began all of them. */
TEST_F(sweep, associations_of_one_socket_end_by_their_peer)
{
	const int many = NETWORKS_OF(SOCK_SEQPACKET, IPPROTO_SCTP);
	struct claim told = { .event = "sweep", .domain = "connect", .reason = "policy-changed",
			      .object = "connection to " FAR4 " ended", .port = SERVER + 1,
			      .protocol = IPPROTO_SCTP };
	const char *listens = "7321-7324";
	int asker, gone, kept;

	device_load("sctp", "");
	gone = networks_serve(self->net.far, many, SERVER);
	kept = networks_serve(self->net.far, many, SERVER + 1);
	asker = networks_socket(self->net.near, AF_INET, many);
	if (gone < 0 || kept < 0 || asker < 0)
		SKIP(return, "this kernel has no SCTP");
	ASSERT_LOADED(warden_policy(POLICY, warden_self(), listens, SPEAKS_SCTP("7323, 7324")));
	ASSERT_TRUE(networks_send(asker, FAR4, SERVER));
	ASSERT_TRUE(networks_send(asker, FAR4, SERVER + 1));
	ASSERT_TRUE(networks_receive(gone, 5000));
	ASSERT_TRUE(networks_receive(kept, 5000));
	self->mark = evidence_mark();
	ASSERT_LOADED(warden_policy(POLICY, warden_self(), listens, SPEAKS_SCTP("7324")));
	EXPECT_FOUND(evidence_of_event(&self->mark, &told));
	EXPECT_EQ(1, associations(asker));
	EXPECT_TRUE(loses_all(gone));
	EXPECT_TRUE(networks_send(asker, FAR4, SERVER + 1));
	EXPECT_TRUE(networks_receive(kept, 5000));
	close(asker);
	close(gone);
	close(kept);
}

TEST_F(sweep, observe_mode_tells_and_ends_nothing)
{
	ASSERT_LOADED(warden_policy(POLICY, warden_self(), "7322,7323",
				    "sweep abort;\nmode observe;\n"));
	EXPECT_TOLD("connection of ::ffff:" FAR4 " goes on", GOES, IPPROTO_TCP);
	EXPECT_TOLD("server goes on", GOES, IPPROTO_TCP);
	EXPECT_EQ(1, send(self->client[0], "x", 1, MSG_NOSIGNAL));
	EXPECT_TRUE(networks_receive(self->accepted[0], 5000));
	EXPECT_UNTOUCHED();
}

TEST_F(sweep, opening_keeps_what_it_opened)
{
	ASSERT_EQ(0, warden_ctl(ARGV("service", "open", "tcp", "7321", "for", "1m")));
	ASSERT_LOADED(warden_policy(POLICY, warden_self(), "7322,7323", "sweep abort;\n"));
	EXPECT_EQ(1, send(self->client[0], "x", 1, MSG_NOSIGNAL));
	EXPECT_TRUE(networks_receive(self->accepted[0], 5000));
	EXPECT_TOLD("server ended", GOES, IPPROTO_UDP);
	ASSERT_EQ(0, warden_ctl(ARGV("service", "close", "tcp", "7321")));
}

TEST_HARNESS_MAIN
