// SPDX-License-Identifier: GPL-2.0-only
/*
 * A port that is received at by some interfaces and from some nets alone is
 * closed to all else: to other interfaces, to other addresses, to the loopback, in
 * other networks whatever they call their interfaces, and to what stood before.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "lib/harness.h"
#include "lib/networks.h"
#include "lib/users.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#define PORT 7341

/* Two wires from this network to the far one, and who is at their ends. */
#define HERE	"198.51.100.1"
#define THERE	"198.51.100.2"
#define BESIDE	"198.51.100.3"
#define HERE6	"fd00:db8:1::1"
#define THERE6	"fd00:db8:1::2"
#define OTHER	"203.0.113.1"
#define YONDER	"203.0.113.2"

#define HEAD                                                                                       \
	"program tester { path \"%s\"; }\ndefault protocol allow; default listen deny;\n"          \
	"allow tester listen udp 0;\n"
#define RULE "allow tester listen any 7341 on wo0 from {" THERE ", " THERE6 ", " YONDER "};\n"

FIXTURE(origin)
{
	struct networks net;
	struct mark mark;
	uint64_t dropped;
	uint32_t line; /* of the rule that lacks nothing but its condition */
	int tcp;
	int udp;
};

static bool wire(pid_t far)
{
	char command[1000];

	snprintf(command, sizeof(command),
		 "ip -batch - <<'E'\n"
		 "link add wo0 type veth peer name wo1 netns %d\n"
		 "link add wp0 type veth peer name wp1 netns %d\n"
		 "addr add " HERE "/24 dev wo0\naddr add " HERE6 "/64 dev wo0 nodad\n"
		 "addr add " OTHER "/24 dev wp0\nlink set wo0 up\nlink set wp0 up\nlink set lo up\nE\n"
		 "nsenter -t %d -n ip -batch - <<'E'\n"
		 "addr add " THERE "/24 dev wo1\naddr add " BESIDE "/24 dev wo1\n"
		 "addr add " THERE6 "/64 dev wo1 nodad\naddr add " YONDER "/24 dev wp1\n"
		 "link set wo1 up\nlink set wp1 up\nE\n",
		 far, far, far);
	return client_shell(command);
}

FIXTURE_SETUP(origin)
{
	if (access("/usr/sbin/ip", X_OK) && access("/bin/ip", X_OK))
		SKIP(return, "iproute2 is not installed");
	memset(self, 0, sizeof(*self));
	ASSERT_TRUE(networks_make(&self->net, false));
	ASSERT_TRUE(wire(self->net.far));
	ASSERT_LOADED(warden_policy(HEAD RULE, warden_self()));
	self->line = warden_line(warden_policy(HEAD RULE, warden_self()), "7341");
	self->tcp = networks_serve(getpid(), SOCK_STREAM, PORT);
	self->udp = networks_serve(getpid(), SOCK_DGRAM, PORT);
	ASSERT_LE(0, self->tcp);
	ASSERT_LE(0, self->udp);
	self->mark = evidence_mark();
	self->dropped = warden_status("inbound-dropped");
}

FIXTURE_TEARDOWN(origin)
{
	client_shell("ip link del wo0; ip link del wp0; true");
	close(self->tcp);
	close(self->udp);
	networks_end(&self->net);
}

/* A socket in a network, bound to one of its addresses. */
static int caller(pid_t network, int type, const char *address)
{
	union address at = address_of(address, 0);
	int fd = networks_socket(network, at.any.sa_family, type);

	if (!bind(fd, &at.any, size_of(&at)))
		return fd;
	close(fd);
	return -1;
}

/* 0 where a server answers, ETIMEDOUT where nothing does, or another errno. */
static int call(pid_t network, const char *from, const char *to)
{
	union address at = address_of(to, PORT);
	int fd = caller(network, SOCK_STREAM | SOCK_NONBLOCK, from), err = 0;
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	socklen_t len = sizeof(err);

	if (connect(fd, &at.any, size_of(&at)) && errno != EINPROGRESS)
		err = errno;
	else if (poll(&p, 1, 300) != 1)
		err = ETIMEDOUT;
	else
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
	close(fd);
	return err;
}

static void tell(pid_t network, const char *from, const char *to)
{
	int fd = caller(network, SOCK_DGRAM, from);

	networks_send(fd, to, PORT);
	close(fd);
}

/* Told, and counted. */
#define EXPECT_STOPPED(reason_, object_, protocol_)                                                \
	do {                                                                                       \
		struct claim stop = { .event = "inbound", .domain = "listen", .reason = reason_,   \
				      .object = object_, .port = PORT + 1,                         \
				      .protocol = protocol_, .line = self->line };                 \
                                                                                                   \
		EXPECT_FOUND(evidence_of_event(&self->mark, &stop));                               \
	} while (0)

TEST_F(origin, tcp_comes_in_by_its_interface_and_from_its_net_alone)
{
	EXPECT_EQ(0, call(self->net.far, THERE, HERE));
	EXPECT_EQ(0, call(self->net.far, THERE6, HERE6));
	EXPECT_EQ(self->dropped, warden_status("inbound-dropped"));
	EXPECT_EQ(ETIMEDOUT, call(self->net.far, BESIDE, HERE));
	EXPECT_EQ(ETIMEDOUT, call(self->net.far, YONDER, OTHER));
	EXPECT_EQ(ETIMEDOUT, call(getpid(), "127.0.0.1", "127.0.0.1"));
	EXPECT_EQ(ETIMEDOUT, call(getpid(), HERE, HERE));
	EXPECT_LE(self->dropped + 4, warden_status("inbound-dropped"));
	EXPECT_STOPPED("peer-closed", "from " BESIDE " on wo0", IPPROTO_TCP);
	EXPECT_STOPPED("interface-closed", "from " YONDER " on wp0", IPPROTO_TCP);
	EXPECT_STOPPED("interface-closed", "from 127.0.0.1 on lo", IPPROTO_TCP);
	/* An opening for a time is for all. */
	ASSERT_EQ(0, warden_ctl(ARGV("service", "open", "tcp", "7341", "for", "1m")));
	EXPECT_EQ(0, call(self->net.far, BESIDE, HERE));
	ASSERT_EQ(0, warden_ctl(ARGV("service", "close", "tcp", "7341")));
	EXPECT_EQ(ETIMEDOUT, call(self->net.far, BESIDE, HERE));
}

#define TUNNEL 7342

/* Packets inside of UDP (FOU) go to the transport without another look at packets. */
TEST_F(origin, connections_that_come_by_a_tunnel_of_udp_are_asked_for_all_the_same)
{
	int beside = caller(self->net.far, SOCK_DGRAM, BESIDE), there = caller(self->net.far, SOCK_DGRAM, THERE);

	if (!client_shell("modprobe fou && ip fou add port 7342 ipproto 6"))
		SKIP(return, "this kernel has no tunnel of UDP, or iproute2 makes none");
	ASSERT_LOADED(warden_policy(HEAD RULE "allow any listen udp 7342;\n", warden_self()));
	self->mark = evidence_mark();
	EXPECT_TRUE(networks_send_inside(beside, BESIDE, HERE, PORT, TUNNEL));
	EXPECT_STOPPED("peer-closed", "from " BESIDE " on wo0", IPPROTO_TCP);
	EXPECT_EQ(self->dropped + 1, warden_status("inbound-dropped"));
	EXPECT_TRUE(networks_send_inside(there, THERE, HERE, PORT, TUNNEL));
	tell(self->net.far, THERE, HERE);
	EXPECT_TRUE(networks_receive(self->udp, 5000));
	EXPECT_EQ(self->dropped + 1, warden_status("inbound-dropped"));
	EXPECT_TRUE(client_shell("ip fou del port 7342"));
	close(beside);
	close(there);
}

TEST_F(origin, udp_comes_in_by_its_interface_and_from_its_net_alone)
{
	int asker;

	tell(self->net.far, BESIDE, HERE);
	tell(self->net.far, YONDER, OTHER);
	tell(getpid(), "127.0.0.1", "127.0.0.1");
	tell(self->net.far, THERE, HERE);
	EXPECT_TRUE(networks_receive(self->udp, 5000));
	EXPECT_FALSE(networks_receive(self->udp, 0));
	tell(self->net.far, THERE6, HERE6);
	EXPECT_TRUE(networks_receive(self->udp, 5000));
	EXPECT_LE(self->dropped + 3, warden_status("inbound-dropped"));
	EXPECT_STOPPED("peer-closed", "from " BESIDE " on wo0", IPPROTO_UDP);
	EXPECT_STOPPED("interface-closed", "from " YONDER " on wp0", IPPROTO_UDP);
	EXPECT_STOPPED("interface-closed", "from 127.0.0.1 on lo", IPPROTO_UDP);
	/* An answer comes from whom it was asked of, wherever that is. */
	asker = caller(self->net.far, SOCK_DGRAM, BESIDE);
	ASSERT_TRUE(networks_send(self->udp, "::ffff:" BESIDE, networks_port(asker)));
	ASSERT_TRUE(networks_receive(asker, 5000));
	EXPECT_TRUE(networks_send(asker, HERE, PORT));
	EXPECT_TRUE(networks_receive(self->udp, 5000));
	close(asker);
}

TEST_F(origin, names_are_those_of_the_moment_and_of_the_first_network)
{
	char command[200];

	self->line = 0;
	/* Renamed, it is another; and another that takes its name is it. */
	ASSERT_TRUE(client_shell("ip link set wo0 down; ip link set wo0 name wx0 up && "
				 "ip link set wp0 down; ip link set wp0 name wo0 up"));
	EXPECT_EQ(ETIMEDOUT, call(self->net.far, THERE, HERE));
	EXPECT_EQ(0, call(self->net.far, YONDER, OTHER));
	EXPECT_STOPPED("interface-closed", "from " THERE " on wx0", IPPROTO_TCP);
	ASSERT_TRUE(client_shell("ip link del wx0"));
	/* In the near network, which is not this one, the name is nobody's. */
	snprintf(command, sizeof(command),
		 "nsenter -t %d -n ip link set wv0 down; nsenter -t %d -n ip link set wv0 name wo0 up",
		 self->net.near, self->net.near);
	ASSERT_TRUE(client_shell(command));
	ASSERT_LOADED(warden_policy(HEAD "allow tester listen tcp 7341 on wo0;\n", warden_self()));
	close(self->tcp);
	self->tcp = networks_serve(self->net.near, SOCK_STREAM, PORT);
	ASSERT_LE(0, self->tcp);
	EXPECT_EQ(ETIMEDOUT, networks_reach(self->net.far, NEAR4, PORT, 300));
	EXPECT_STOPPED("interface-closed", "from " FAR4 " on wo0", IPPROTO_TCP);
	/* But its loopback is one, as any is. */
	EXPECT_EQ(ETIMEDOUT, networks_reach(self->net.near, "127.0.0.1", PORT, 300));
	ASSERT_LOADED(warden_policy(HEAD "allow tester listen tcp 7341 on {wo0, lo};\n", warden_self()));
	EXPECT_EQ(0, networks_reach(self->net.near, "127.0.0.1", PORT, 5000));
	/* And what is denied on an interface is denied on each of another network. */
	ASSERT_LOADED(warden_policy(HEAD "allow tester listen tcp 7341;\n"
				    "deny any listen tcp 7341 on never0;\n", warden_self()));
	EXPECT_EQ(ETIMEDOUT, networks_reach(self->net.far, NEAR4, PORT, 300));
	EXPECT_EQ(0, networks_reach(self->net.near, "127.0.0.1", PORT, 5000));
}

TEST_F(origin, connections_end_with_their_net)
{
	struct claim told = { .event = "sweep", .domain = "listen", .port = PORT + 1,
			      .object = "connection of ::ffff:" THERE " ended" };
	int six, four;

	four = networks_connect(self->net.far, HERE, PORT, 5000);
	six = networks_connect(self->net.far, HERE6, PORT, 5000);
	ASSERT_LE(0, four);
	ASSERT_LE(0, six);
	ASSERT_LE(0, accept(self->tcp, NULL, NULL));
	ASSERT_LE(0, accept(self->tcp, NULL, NULL));
	ASSERT_LOADED(warden_policy(HEAD "allow tester listen any 7341 on wo0 from " THERE6 ";\n",
				    warden_self()));
	EXPECT_EQ(ECONNRESET, networks_end_of(four, 5000));
	EXPECT_FOUND(evidence_of_event(&self->mark, &told));
	EXPECT_EQ(0, networks_end_of(six, 0));
	EXPECT_EQ(1, send(six, "x", 1, MSG_NOSIGNAL));
	ASSERT_LOADED(warden_policy(HEAD "allow tester listen any 7341 on wp0;\n", warden_self()));
	EXPECT_EQ(ECONNRESET, networks_end_of(six, 5000));
	close(four);
	close(six);
}

/* What a server does on one interface or address: 0 or the errno. */
static int serve(int type, int protocol, const char *address, const char *interface)
{
	union address at = address_of(address, PORT);
	int fd = socket(at.any.sa_family, type | SOCK_CLOEXEC, protocol), err = 0;

	if (interface && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t)strlen(interface)))
		err = ENODEV;
	else if (bind(fd, &at.any, size_of(&at)) || (type == SOCK_STREAM && listen(fd, 1)))
		err = errno;
	close(fd);
	return err;
}

TEST_F(origin, nobody_listens_where_nobody_could_come_in)
{
	static const struct {
		int type;
		int protocol;
	} kinds[] = { { SOCK_STREAM, IPPROTO_TCP }, { SOCK_DGRAM, IPPROTO_UDP }, { SOCK_STREAM, IPPROTO_MPTCP } };
	struct claim denied = { .domain = "listen", .reason = "port-not-named", .program = "tester",
				.port = PORT + 1, .pid = getpid(), .line = UINT32_MAX, .times = 1 };
	unsigned int i;

	close(self->tcp);
	close(self->udp);
	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const int type = kinds[i].type, protocol = kinds[i].protocol;

		EXPECT_EQ(0, serve(type, protocol, "0.0.0.0", "wo0"));
		EXPECT_EQ(0, serve(type, protocol, HERE, NULL));
		/* what the one before was refused once more may be recorded only now */
		denied.protocol = (uint16_t)protocol;
		self->mark = evidence_mark();
		EXPECT_EQ(EACCES, serve(type, protocol, "::", "wp0"));
		EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
		EXPECT_EQ(EACCES, serve(type, protocol, "127.0.0.1", NULL));
		EXPECT_EQ(EACCES, serve(type, protocol, "::1", NULL));
		EXPECT_EQ(EACCES, serve(type, protocol, "::ffff:127.0.0.1", NULL));
	}
	/* A rule for one protocol is none for another. */
	ASSERT_LOADED(warden_policy(HEAD "allow tester listen udp 7341 on wo0;\n", warden_self()));
	self->mark = evidence_mark();
	denied.protocol = IPPROTO_UDPLITE;
	EXPECT_EQ(EACCES, serve(SOCK_DGRAM, IPPROTO_UDPLITE, HERE, NULL));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy(HEAD "allow tester listen udplite 7341 on wo0;\n", warden_self()));
	EXPECT_EQ(0, serve(SOCK_DGRAM, IPPROTO_UDPLITE, HERE, NULL));
}

#define AT HEAD "allow tester listen any 7341 at {" HERE ", " HERE6 "};\n"

/* A server of all addresses receives at those alone, and at them by whatever interface. */
TEST_F(origin, own_addresses_that_are_named_receive_and_no_others)
{
	struct claim told = { .event = "sweep", .domain = "listen", .port = PORT + 1,
			      .object = "connection of ::ffff:" THERE " ended" };
	int four, six;

	ASSERT_LOADED(warden_policy(AT, warden_self()));
	EXPECT_EQ(0, call(self->net.far, THERE, HERE));
	EXPECT_EQ(0, call(self->net.far, BESIDE, HERE));
	EXPECT_EQ(0, call(self->net.far, THERE6, HERE6));
	EXPECT_EQ(0, call(getpid(), HERE, HERE));
	tell(self->net.far, THERE, HERE);
	EXPECT_TRUE(networks_receive(self->udp, 5000));
	EXPECT_EQ(self->dropped, warden_status("inbound-dropped"));
	EXPECT_EQ(ETIMEDOUT, call(self->net.far, YONDER, OTHER));
	EXPECT_EQ(ETIMEDOUT, call(getpid(), "127.0.0.1", "127.0.0.1"));
	tell(self->net.far, YONDER, OTHER);
	tell(self->net.far, THERE, HERE);
	EXPECT_TRUE(networks_receive(self->udp, 5000));
	EXPECT_FALSE(networks_receive(self->udp, 0));
	EXPECT_LE(self->dropped + 3, warden_status("inbound-dropped"));
	EXPECT_STOPPED("address-closed", "from " YONDER " on wp0", IPPROTO_TCP);
	EXPECT_STOPPED("address-closed", "from " YONDER " on wp0", IPPROTO_UDP);
	EXPECT_STOPPED("address-closed", "from 127.0.0.1 on lo", IPPROTO_TCP);
	/* Connections end with the rule for their address. */
	four = networks_connect(self->net.far, HERE, PORT, 5000);
	six = networks_connect(self->net.far, HERE6, PORT, 5000);
	ASSERT_LE(0, four);
	ASSERT_LE(0, six);
	ASSERT_LOADED(warden_policy(HEAD "allow tester listen any 7341 at " HERE6 ";\n", warden_self()));
	EXPECT_EQ(ECONNRESET, networks_end_of(four, 5000));
	EXPECT_EQ(0, networks_end_of(six, 0));
	EXPECT_FOUND(evidence_of_event(&self->mark, &told));
	close(four);
	close(six);
	/* And one that denies closes its own. */
	ASSERT_LOADED(warden_policy("default protocol allow; "
				    "default listen allow; deny any listen tcp 7341 at " HERE "/32;\n"));
	EXPECT_EQ(ETIMEDOUT, call(self->net.far, THERE, HERE));
	EXPECT_EQ(0, call(self->net.far, YONDER, OTHER));
}

/* At which of the addresses a server could not listen that should, or could that should not. */
static int serve_at_own(const struct user *u, void *unused)
{
	int wrong = 0;

	(void)u;
	(void)unused;
	wrong += serve(SOCK_STREAM, 0, "0.0.0.0", NULL) != 0;
	wrong += serve(SOCK_STREAM, 0, HERE, NULL) != 0;
	wrong += serve(SOCK_DGRAM, 0, HERE6, NULL) != 0;
	wrong += serve(SOCK_STREAM, IPPROTO_MPTCP, "::ffff:" HERE, NULL) != 0;
	wrong += serve(SOCK_STREAM, 0, OTHER, NULL) != EACCES;
	wrong += serve(SOCK_DGRAM, 0, OTHER, NULL) != EACCES;
	wrong += serve(SOCK_STREAM, 0, "::ffff:" OTHER, NULL) != EACCES;
	wrong += serve(SOCK_STREAM, IPPROTO_MPTCP, "127.0.0.1", NULL) != EACCES;
	return wrong;
}

TEST_F(origin, nobody_listens_at_another_address_whoever_runs_it)
{
	struct claim denied = { .domain = "listen", .reason = "port-not-named", .program = "tester",
				.port = PORT + 1, .line = UINT32_MAX, .times = 4 };
	int status;
	size_t i;
	pid_t pid;

	close(self->tcp);
	close(self->udp);
	ASSERT_LOADED(warden_policy(AT, warden_self()));
	for (i = 0; i < USERS_COUNT; i++) {
		self->mark = evidence_mark();
		pid = users_start(users_at(i), serve_at_own, NULL);
		denied.pid = pid; /* the one before may be told of only now */
		ASSERT_EQ(pid, waitpid(pid, &status, 0));
		EXPECT_TRUE(WIFEXITED(status));
		EXPECT_EQ(0, WEXITSTATUS(status));
		EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	}
}

TEST_HARNESS_MAIN
