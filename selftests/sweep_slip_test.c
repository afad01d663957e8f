// SPDX-License-Identifier: GPL-2.0-only
/*
 * What could slip past a policy that ends what is older: by their number, before they are complete, or
 * by what others bind beside them.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "lib/client.h"
#include "lib/harness.h"
#include "lib/networks.h"

#define GOES   7331 /* in the first policy */
#define STAYS  7332
#define SERVER 7333 /* on the far side */
#define MANY   33000 /* more than a table of descriptors, or one of sockets, is made for */
#define LOCALS 1024  /* ports they share */

#define POLICY                                                                                     \
	"program tester { path \"%s\"; }\ndefault protocol allow; default listen deny;\n"          \
	"allow tester listen any {%s};\n%s"

#define SPEAKS(to)                                                                                 \
	"default connect deny;\n" to "allow tester connect any any to {127.0.0.2, ::1};\n"

FIXTURE(slip)
{
	struct networks net;
	struct mark mark;
	int server;
};

FIXTURE_SETUP(slip)
{
	memset(self, 0, sizeof(*self));
	ASSERT_LOADED(warden_policy(POLICY, warden_self(), "7331-7333", ""));
	ASSERT_TRUE(networks_make(&self->net, false));
	self->server = networks_serve(self->net.near, SOCK_STREAM, GOES);
	ASSERT_LE(0, self->server);
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(slip)
{
	close(self->server);
	networks_end(&self->net);
}

/* Sockets of UDP that share @LOCALS ports and speak to one peer; how many there are. */
static int speak_with_many(int *fd, int n)
{
	const struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9),
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int i, one = 1;

	for (i = 0; i < n; i++) {
		fd[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		at.sin_port = htons((uint16_t)(10000 + i % LOCALS));
		if (fd[i] < 0 || setsockopt(fd[i], SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
		    bind(fd[i], (const struct sockaddr *)&at, sizeof(at)) ||
		    connect(fd[i], (const struct sockaddr *)&to, sizeof(to)))
			break;
	}
	return i;
}

static int count_connected(const int *fd, int n)
{
	struct sockaddr_in peer;
	socklen_t size;
	int i, connected = 0;

	for (i = 0; i < n; i++) {
		size = sizeof(peer);
		connected += !getpeername(fd[i], (struct sockaddr *)&peer, &size);
	}
	return connected;
}

TEST_F_TIMEOUT(slip, none_is_too_many, 300)
{
	const struct rlimit room = { MANY + 100, MANY + 100 };
	int i, made, *fd = calloc(MANY, sizeof(*fd));

	ASSERT_NE(NULL, fd);
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &room));
	ASSERT_LOADED(warden_policy(POLICY, warden_self(), "7331-7333, 10000-11023",
				    SPEAKS("allow tester connect udp 9;\n")));
	made = speak_with_many(fd, MANY);
	EXPECT_EQ(MANY, made);
	EXPECT_EQ(made, count_connected(fd, made));
	ASSERT_LOADED(warden_policy(POLICY, warden_self(), "7331-7333, 10000-11023", SPEAKS("")));
	EXPECT_EQ(0, count_connected(fd, made));
	for (i = 0; i < made; i++)
		close(fd[i]);
	free(fd);
}

static void *take_one(void *arg)
{
	int fd = accept4(*(int *)arg, NULL, NULL, SOCK_CLOEXEC);

	return (void *)(intptr_t)(fd < 0 ? -errno : fd);
}

/* The kernel makes a connection of it with the first data, long after its first packet was let in. */
TEST_F(slip, connection_that_is_not_complete_ends_with_the_rule_of_its_server)
{
	struct claim dropped = { .event = "sweep", .domain = "system", .reason = "port-closed",
				 .object = "connections ended before they were complete" };
	const struct timeval patience = { .tv_sec = 8 };
	int seconds = 60, client, stays, client_of_stays;
	pthread_t thread;
	void *taken;

	stays = networks_serve(self->net.near, SOCK_STREAM, STAYS);
	ASSERT_LE(0, stays);
	ASSERT_EQ(0, setsockopt(stays, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof(seconds)));
	ASSERT_EQ(0, setsockopt(self->server, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof(seconds)));
	ASSERT_EQ(0, setsockopt(self->server, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)));
	ASSERT_EQ(0, pthread_create(&thread, NULL, take_one, &self->server));
	client = networks_connect(self->net.far, NEAR4, GOES, 5000);
	client_of_stays = networks_connect(self->net.far, NEAR6, STAYS, 5000);
	ASSERT_TRUE(client >= 0 && client_of_stays >= 0);
	ASSERT_LOADED(warden_policy(POLICY, warden_self(), "7332,7333", ""));
	EXPECT_EQ(1, send(client, "x", 1, MSG_NOSIGNAL));
	EXPECT_EQ(ECONNRESET, networks_end_of(client, 5000));
	ASSERT_EQ(0, pthread_join(thread, &taken));
	EXPECT_EQ(-EAGAIN, (intptr_t)taken);
	EXPECT_FOUND(evidence_of_event(&self->mark, &dropped));
	/* The other one is not touched. */
	EXPECT_EQ(1, send(client_of_stays, "x", 1, MSG_NOSIGNAL));
	taken = take_one(&stays);
	EXPECT_LE(0, (intptr_t)taken);
	EXPECT_TRUE(networks_receive((int)(intptr_t)taken, 5000));
	close((int)(intptr_t)taken);
	close(client_of_stays);
	close(client);
	close(stays);
}

/* As somebody else of the device, in the network of the connection. */
static int bind_beside(pid_t network, uint16_t port)
{
	const union address beside = address_of("127.0.0.2", port);
	int fd = networks_socket(network, AF_INET, SOCK_STREAM), status;
	pid_t pid = fork();

	if (!pid) {
		if (setuid(65534))
			_exit(255);
		_exit(bind(fd, &beside.any, sizeof(beside.v4)) ? errno : 0);
	}
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Its port looks like that of a server from then on. */
TEST_F(slip, connection_ends_with_its_rule_whatever_others_bind_beside_it)
{
	int far = networks_serve(self->net.far, SOCK_STREAM, SERVER), i, beside, caller, remote;
	static const char *const to[] = { FAR4, FAR6 };

	ASSERT_LE(0, far);
	for (i = 0; i < 2; i++) {
		ASSERT_LOADED(warden_policy(POLICY, warden_self(), "7331-7333",
					    SPEAKS("allow tester connect tcp 7333;\n")));
		caller = networks_connect(self->net.near, to[i], SERVER, 5000);
		ASSERT_LE(0, caller);
		remote = accept(far, NULL, NULL);
		ASSERT_LE(0, remote);
		beside = bind_beside(self->net.near, networks_port(caller));
		ASSERT_LE(0, beside);
		/* Nor is it taken for one that came in, at a port where nobody may listen. */
		ASSERT_LOADED(warden_policy(POLICY, warden_self(), "7331-7333",
					    SPEAKS("allow tester connect tcp 7333;\n") "sweep abort;\n"));
		EXPECT_EQ(1, send(remote, "x", 1, MSG_NOSIGNAL));
		EXPECT_TRUE(networks_receive(caller, 5000));
		ASSERT_LOADED(warden_policy(POLICY, warden_self(), "7331-7333", SPEAKS("")));
		EXPECT_EQ(ECONNABORTED, networks_end_of(caller, 5000));
		close(beside);
		close(remote);
		close(caller);
	}
	close(far);
}

/* Begin to connect from the far side. */
static int call(pid_t from, int type, uint16_t port)
{
	const union address to = address_of(NEAR4, port);
	int fd = networks_socket(from, AF_INET, type);

	fcntl(fd, F_SETFL, O_NONBLOCK);
	if (!connect(fd, &to.any, sizeof(to.v4)) || errno == EINPROGRESS)
		return fd;
	close(fd);
	return -1;
}

static bool is_answered(int fd, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	socklen_t size = sizeof(int);
	int err = 0;

	return poll(&p, 1, ms) == 1 && !getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size) && !err;
}

static bool run_far(const struct networks *n, const char *command)
{
	char line[512];

	snprintf(line, sizeof(line), "nsenter -t %d -n %s", n->far, command);
	return client_shell(line);
}

static bool holds_two(const struct networks *n)
{
	int i;

	for (i = 0; i < 50; i++) {
		if (run_far(n, "nft list chain inet hold out | grep -q 'packets [2-9]'"))
			return true;
		usleep(200000);
	}
	return false;
}

/* The far side gets its cookie in time, and sends it back too late. */
TEST_F(slip, cookie_of_sctp_from_before_opens_nothing)
{
	const int many = NETWORKS_OF(SOCK_SEQPACKET, IPPROTO_SCTP), one = NETWORKS_OF(SOCK_STREAM, IPPROTO_SCTP);
	int server[2], client[2], i;

	if (device_load("sctp", "") || (server[0] = networks_serve(self->net.near, many, GOES)) < 0)
		SKIP(return, "this kernel has no SCTP");
	if (!run_far(&self->net, "nft list ruleset"))
		SKIP(return, "this kernel has no nf_tables");
	ASSERT_LE(0, server[1] = networks_serve(self->net.near, many, STAYS));
	ASSERT_TRUE(run_far(&self->net, "nft 'table inet hold { chain out { type filter hook output priority 0; "
					"meta l4proto sctp @th,96,8 10 counter drop; }; }'"));
	for (i = 0; i < 2; i++)
		ASSERT_LE(0, client[i] = call(self->net.far, one, GOES + i));
	ASSERT_TRUE(holds_two(&self->net)); /* both have their cookie */
	ASSERT_LOADED(warden_policy(POLICY, warden_self(), "7332,7333", ""));
	ASSERT_TRUE(run_far(&self->net, "nft flush ruleset"));
	EXPECT_TRUE(is_answered(client[1], 30000));
	EXPECT_FALSE(is_answered(client[0], 8000)); /* it is sent again as often as the other */
	for (i = 0; i < 2; i++) {
		close(client[i]);
		close(server[i]);
	}
}

TEST_HARNESS_MAIN
