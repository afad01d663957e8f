// SPDX-License-Identifier: GPL-2.0-only
/*
 * From outside nothing reaches a port that the policy lets nobody receive at,
 * whoever listens there, in whatever network, and whatever tables say.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "lib/harness.h"

#define NEAR4 "192.0.2.1"
#define FAR4  "192.0.2.2"
#define NEAR6 "fd00:db8::1"
#define FAR6  "fd00:db8::2"

/* Listeners from before the policy: of these the policy closes the first. */
#define CLOSED 7301
#define OPEN   7302
#define SERVER 7303 /* on the far side, open */

#define POLICY                                                                                     \
	"program tester { path \"%s\"; }\ndefault listen deny;\n"                                  \
	"allow tester listen tcp {7302, 7303};\nallow tester listen udp {7302, 7303};\n"

static const char *const near_addresses[] = { NEAR4, NEAR6 };
static const char *const far_addresses[] = { FAR4, FAR6 };

/* Two networks with a wire between them, each held by a process. */
struct networks {
	pid_t near;
	pid_t far;
};

/* --- networks ------------------------------------------------------------------- */

/* In a child: a network, and a child that has another. Both are told, and last until killed. */
static void hold(int ready, bool plain)
{
	pid_t pids[2] = { getpid(), 0 };

	if (plain && (setresgid(1000, 1000, 1000) || setresuid(1000, 1000, 1000)))
		_exit(1);
	if (unshare(plain ? CLONE_NEWUSER | CLONE_NEWNET : CLONE_NEWNET))
		_exit(1);
	pids[1] = fork();
	if (!pids[1]) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (unshare(CLONE_NEWNET))
			_exit(1);
		pids[1] = getpid();
		if (write(ready, pids, sizeof(pids)) != sizeof(pids))
			_exit(1);
		pause();
	}
	pause();
	_exit(0);
}

static bool wire(const struct networks *n)
{
	char command[1200];

	snprintf(command, sizeof(command),
		 "nsenter -t %d -n ip -batch - <<'E'\n"
		 "link add wv0 type veth peer name wv1 netns %d\n"
		 "addr add " NEAR4 "/24 dev wv0\naddr add " NEAR6 "/64 dev wv0 nodad\n"
		 "link set lo up\nlink set wv0 up\nE\n"
		 "nsenter -t %d -n ip -batch - <<'E'\n"
		 "addr add " FAR4 "/24 dev wv1\naddr add " FAR6 "/64 dev wv1 nodad\n"
		 "link set lo up\nlink set wv1 up\nE\n",
		 n->near, n->far, n->far);
	return client_shell(command);
}

/* Networks of root's, or of a plain user's own user namespace. */
static bool make_networks(struct networks *n, bool plain)
{
	pid_t pids[2] = { 0, 0 };
	int ready[2];

	if (pipe(ready))
		return false;
	n->near = fork();
	if (!n->near) {
		close(ready[0]);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		hold(ready[1], plain);
	}
	close(ready[1]);
	if (read(ready[0], pids, sizeof(pids)) != sizeof(pids))
		return false;
	close(ready[0]);
	n->far = pids[1];
	return wire(n);
}

static void end_networks(struct networks *n)
{
	if (n->far > 0)
		kill(n->far, SIGKILL);
	if (n->near > 0)
		kill(n->near, SIGKILL);
}

/* A socket in another network; this process stays in its own. */
static int socket_in(pid_t pid, int family, int type)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), there, fd = -1;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	there = open(path, O_RDONLY | O_CLOEXEC);
	if (!setns(there, CLONE_NEWNET)) {
		fd = socket(family, type | SOCK_CLOEXEC, 0);
		if (setns(home, CLONE_NEWNET))
			_exit(1);
	}
	close(there);
	close(home);
	return fd;
}

/* --- sockets ---------------------------------------------------------------------- */

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static union address address_of(const char *text, uint16_t port)
{
	union address a;

	memset(&a, 0, sizeof(a));
	a.any.sa_family = strchr(text, ':') ? AF_INET6 : AF_INET;
	a.v4.sin_port = htons(port);
	inet_pton(a.any.sa_family, text,
		  a.any.sa_family == AF_INET6 ? (void *)&a.v6.sin6_addr : &a.v4.sin_addr);
	return a;
}

static socklen_t size_of(const union address *a)
{
	return a->any.sa_family == AF_INET6 ? sizeof(a->v6) : sizeof(a->v4);
}

/* Bound to all addresses of both versions; TCP listens. */
static int serve(pid_t pid, int type, uint16_t port)
{
	union address any = address_of("::", port);
	int fd = socket_in(pid, AF_INET6, type);

	if (bind(fd, &any.any, sizeof(any.v6)) || (type == SOCK_STREAM && listen(fd, 16))) {
		close(fd);
		return -1;
	}
	return fd;
}

static uint16_t port_of(int fd)
{
	union address a;
	socklen_t len = sizeof(a);

	getsockname(fd, &a.any, &len);
	return ntohs(a.v4.sin_port);
}

static bool arrives(int fd, short events, int ms)
{
	struct pollfd p = { .fd = fd, .events = events };

	return poll(&p, 1, ms) == 1;
}

/* Connect from a network: 0, an errno, or ETIMEDOUT where nothing answers for @ms. */
static int reach(pid_t from, const char *address, uint16_t port, int ms)
{
	union address to = address_of(address, port);
	int fd = socket_in(from, to.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK), err = 0;
	socklen_t len = sizeof(err);

	if (connect(fd, &to.any, size_of(&to)) && errno != EINPROGRESS)
		err = errno;
	else if (!arrives(fd, POLLOUT, ms))
		err = ETIMEDOUT;
	else
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &len);
	close(fd);
	return err;
}

static bool send_to(int fd, const char *address, uint16_t port)
{
	union address to = address_of(address, port);

	return sendto(fd, "x", 1, 0, &to.any, size_of(&to)) == 1;
}

static bool receives(int fd, int ms)
{
	char byte;

	return arrives(fd, POLLIN, ms) && recv(fd, &byte, 1, MSG_DONTWAIT) == 1;
}

/* --- the policy is younger than the listeners ---------------------------------------- */

/* A near network with listeners, a far one with servers, and a policy that came after them. */
struct scene {
	struct networks net;
	struct mark mark;
	uint64_t dropped;
	int tcp[2]; /* CLOSED, OPEN */
	int udp[2];
	int server_tcp;
	int server_udp;
};

/* NULL, or what could not be done. */
static const char *set_scene(struct scene *s, bool plain)
{
	int i;

	if (warden_load(warden_policy("default listen allow;\n")))
		return warden_said();
	if (!make_networks(&s->net, plain))
		return "no networks with a wire between them";
	for (i = 0; i < 2; i++) {
		s->tcp[i] = serve(s->net.near, SOCK_STREAM, CLOSED + i);
		s->udp[i] = serve(s->net.near, SOCK_DGRAM, CLOSED + i);
		if (s->tcp[i] < 0 || s->udp[i] < 0)
			return "no listeners";
	}
	s->server_tcp = serve(s->net.far, SOCK_STREAM, SERVER);
	s->server_udp = serve(s->net.far, SOCK_DGRAM, SERVER);
	if (s->server_tcp < 0 || s->server_udp < 0)
		return "no servers";
	if (reach(s->net.far, NEAR4, CLOSED, 5000) || reach(s->net.far, NEAR6, CLOSED, 5000))
		return "no way through the wire, without a policy";
	if (warden_load(warden_policy(POLICY, warden_self())))
		return warden_said();
	s->mark = evidence_mark();
	s->dropped = warden_status("inbound-dropped");
	return NULL;
}

FIXTURE(inbound)
{
	struct scene scene;
};

FIXTURE_SETUP(inbound)
{
	const char *why;

	if (access("/usr/sbin/ip", X_OK) && access("/bin/ip", X_OK))
		SKIP(return, "iproute2 is not installed");
	memset(self, 0, sizeof(*self));
	why = set_scene(&self->scene, false);
	ASSERT_EQ(NULL, why)
	{
		TH_LOG("%s", why);
	}
}

FIXTURE_TEARDOWN(inbound)
{
	end_networks(&self->scene.net);
}

/* The same, where a plain user is root of its networks. */
FIXTURE(user_network)
{
	struct scene scene;
};

FIXTURE_SETUP(user_network)
{
	const char *why;

	if (access("/usr/sbin/ip", X_OK) && access("/bin/ip", X_OK))
		SKIP(return, "iproute2 is not installed");
	memset(self, 0, sizeof(*self));
	why = set_scene(&self->scene, true);
	ASSERT_EQ(NULL, why)
	{
		TH_LOG("%s", why);
	}
}

FIXTURE_TEARDOWN(user_network)
{
	end_networks(&self->scene.net);
}

/* Since the last time, @n packets at least were dropped, and told of a port. */
#define EXPECT_DROPPED(n, port_, protocol_)                                                        \
	do {                                                                                       \
		struct claim drop = { .event = "inbound", .domain = "listen",                      \
				      .reason = "port-closed", .port = (port_) + 1,                \
				      .protocol = protocol_, .line = UINT32_MAX };                 \
                                                                                                   \
		EXPECT_FOUND(evidence_of_event(&self->scene.mark, &drop));                         \
		EXPECT_LE(self->scene.dropped + (n), warden_status("inbound-dropped"));            \
	} while (0)

TEST_F(inbound, tcp_reaches_no_listener_older_than_the_policy)
{
	struct claim told = { .event = "inbound", .object = "from " FAR4 " on wv0" };
	int i;

	for (i = 0; i < 2; i++) {
		EXPECT_EQ(0, reach(self->scene.net.far, near_addresses[i], OPEN, 5000));
		EXPECT_EQ(ETIMEDOUT, reach(self->scene.net.far, near_addresses[i], CLOSED, 300));
	}
	EXPECT_DROPPED(2, CLOSED, IPPROTO_TCP);
	EXPECT_FOUND(evidence_of_event(&self->scene.mark, &told));
	told.object = "from " FAR6 " on wv0";
	EXPECT_FOUND(evidence_of_event(&self->scene.mark, &told));
	EXPECT_EQ(0, warden_ctl(ARGV("audit", "show")));
	EXPECT_NE(NULL, strstr(warden_said(), "nobody receive at this port"));
	EXPECT_EQ(0, warden_ctl(ARGV("status")));
	EXPECT_NE(NULL, strstr(warden_said(), "packets dropped"));
	/* From inside it is reached: what programs may do to each other is not judged here. */
	EXPECT_EQ(0, reach(self->scene.net.near, NEAR4, CLOSED, 5000));
}

TEST_F(inbound, udp_reaches_no_socket_older_than_the_policy)
{
	int i, stranger;

	for (i = 0; i < 2; i++) {
		stranger = socket_in(self->scene.net.far, i ? AF_INET6 : AF_INET, SOCK_DGRAM);
		EXPECT_TRUE(send_to(stranger, near_addresses[i], CLOSED));
		EXPECT_TRUE(send_to(stranger, near_addresses[i], OPEN));
		EXPECT_TRUE(receives(self->scene.udp[1], 5000));
		EXPECT_FALSE(receives(self->scene.udp[0], 0));
		close(stranger);
	}
	EXPECT_DROPPED(2, CLOSED, IPPROTO_UDP);
}

TEST_F(inbound, answers_pass_and_nothing_else_with_them)
{
	union address server;
	int i, asker, caller, stranger;

	for (i = 0; i < 2; i++) {
		asker = socket_in(self->scene.net.near, i ? AF_INET6 : AF_INET, SOCK_DGRAM);
		stranger = socket_in(self->scene.net.far, i ? AF_INET6 : AF_INET, SOCK_DGRAM);
		/* Bound by sending, and connected without having sent. */
		ASSERT_TRUE(send_to(asker, far_addresses[i], SERVER));
		EXPECT_TRUE(receives(self->scene.server_udp, 5000));
		self->scene.mark = evidence_mark();
		EXPECT_TRUE(send_to(stranger, near_addresses[i], port_of(asker)));
		EXPECT_TRUE(send_to(self->scene.server_udp, i ? NEAR6 : "::ffff:" NEAR4, port_of(asker)));
		EXPECT_TRUE(receives(asker, 5000));
		EXPECT_FALSE(receives(asker, 0));
		EXPECT_DROPPED(1, port_of(asker), IPPROTO_UDP);
		caller = socket_in(self->scene.net.near, i ? AF_INET6 : AF_INET, SOCK_DGRAM);
		server = address_of(far_addresses[i], SERVER);
		ASSERT_EQ(0, connect(caller, &server.any, size_of(&server)));
		EXPECT_TRUE(send_to(self->scene.server_udp, i ? NEAR6 : "::ffff:" NEAR4, port_of(caller)));
		EXPECT_TRUE(receives(caller, 5000));
		EXPECT_EQ(0, reach(self->scene.net.near, far_addresses[i], SERVER, 5000));
		close(asker);
		close(caller);
		close(stranger);
	}
}

TEST_F(inbound, tables_do_not_undo_it)
{
	struct client nft;
	char pid[16];

	if (access("/usr/sbin/nft", X_OK))
		SKIP(return, "nftables is not installed");
	snprintf(pid, sizeof(pid), "%d", self->scene.net.near);
	ASSERT_EQ(0, client_run(&nft, ARGV("nsenter", "-t", pid, "-n", "nft",
					   "table inet t {"
					   " chain first { type filter hook input priority -2147483648; accept; };"
					   " chain turn { type nat hook prerouting priority -100;"
					   "  tcp dport 7302 redirect to :7301; }; }")))
	{
		TH_LOG("%s", nft.text);
	}
	client_end(&nft);
	EXPECT_EQ(ETIMEDOUT, reach(self->scene.net.far, NEAR4, CLOSED, 300));
	EXPECT_EQ(ETIMEDOUT, reach(self->scene.net.far, NEAR4, OPEN, 300)); /* led to the closed one */
	EXPECT_DROPPED(2, CLOSED, IPPROTO_TCP);
	ASSERT_EQ(0, client_run(&nft, ARGV("nsenter", "-t", pid, "-n", "nft", "flush", "ruleset")));
	client_end(&nft);
	EXPECT_EQ(0, reach(self->scene.net.far, NEAR4, OPEN, 5000));
	EXPECT_EQ(ETIMEDOUT, reach(self->scene.net.far, NEAR4, CLOSED, 300));
}

TEST_F(inbound, opening_lets_in_until_it_is_closed)
{
	ASSERT_EQ(0, warden_ctl(ARGV("service", "open", "tcp", "7301", "for", "1m")));
	EXPECT_EQ(0, reach(self->scene.net.far, NEAR4, CLOSED, 5000));
	EXPECT_EQ(self->scene.dropped, warden_status("inbound-dropped"));
	ASSERT_EQ(0, warden_ctl(ARGV("service", "close", "tcp", "7301")));
	EXPECT_EQ(ETIMEDOUT, reach(self->scene.net.far, NEAR4, CLOSED, 300));
	EXPECT_DROPPED(1, CLOSED, IPPROTO_TCP);
}

TEST_F(inbound, observe_mode_tells_and_lets_in)
{
	const char *text = warden_policy(POLICY "mode observe;\ndeny any listen tcp 7301;\n",
					 warden_self());
	struct claim told = { .event = "inbound", .domain = "listen", .port = CLOSED + 1,
			      .observed = true, .protocol = IPPROTO_TCP,
			      .line = warden_line(text, "deny any") };
	uint64_t observed = warden_status("inbound-observed");

	ASSERT_LOADED(text);
	EXPECT_EQ(0, reach(self->scene.net.far, NEAR4, CLOSED, 5000));
	EXPECT_FOUND(evidence_of_event(&self->scene.mark, &told));
	EXPECT_EQ(observed + 1, warden_status("inbound-observed"));
	EXPECT_EQ(self->scene.dropped, warden_status("inbound-dropped"));
	/* A policy that closes nothing has nothing looked at. */
	ASSERT_LOADED(warden_policy("default listen allow;\n"));
	EXPECT_EQ(0, warden_status("inbound"));
	EXPECT_EQ(0, reach(self->scene.net.far, NEAR4, CLOSED, 5000));
}

/* --- networks that are younger than the policy ---------------------------------------- */

TEST_F(inbound, stands_in_networks_that_come_later)
{
	struct networks later = {};
	int asker, stranger;

	ASSERT_TRUE(make_networks(&later, false));
	asker = socket_in(later.near, AF_INET, SOCK_DGRAM);
	stranger = socket_in(later.far, AF_INET, SOCK_DGRAM);
	ASSERT_TRUE(send_to(asker, FAR4, SERVER));
	ASSERT_TRUE(send_to(stranger, NEAR4, port_of(asker)));
	EXPECT_DROPPED(1, port_of(asker), IPPROTO_UDP);
	EXPECT_FALSE(receives(asker, 0));
	ASSERT_TRUE(send_to(stranger, NEAR4, port_of(asker)));
	ASSERT_LOADED(warden_policy("default listen allow;\n"));
	ASSERT_TRUE(send_to(stranger, NEAR4, port_of(asker)));
	EXPECT_TRUE(receives(asker, 5000));
	EXPECT_FALSE(receives(asker, 0));
	end_networks(&later);
}

TEST_F(inbound, scan_from_outside_finds_what_is_declared)
{
	struct client nmap;
	char pid[16];

	if (access("/usr/bin/nmap", X_OK))
		SKIP(return, "nmap is not installed");
	snprintf(pid, sizeof(pid), "%d", self->scene.net.far);
	EXPECT_EQ(0, client_run(&nmap, ARGV("nsenter", "-t", pid, "-n", "nmap", "-n", "-Pn", "-sT",
					    "--max-retries", "0", "-p", "7299-7302", NEAR4)));
	EXPECT_NE(NULL, strstr(nmap.text, "7302/tcp open"))
	{
		TH_LOG("%s", nmap.text);
	}
	EXPECT_NE(NULL, strstr(nmap.text, "7301/tcp filtered"));
	EXPECT_EQ(NULL, strstr(nmap.text, "7301/tcp open"));
	EXPECT_DROPPED(3, CLOSED, IPPROTO_TCP);
	client_end(&nmap);
}

/* --- who is root there changes nothing --------------------------------------------------- */

TEST_F(user_network, is_as_closed_as_any)
{
	int i;

	for (i = 0; i < 2; i++) {
		EXPECT_EQ(0, reach(self->scene.net.far, near_addresses[i], OPEN, 5000));
		EXPECT_EQ(ETIMEDOUT, reach(self->scene.net.far, near_addresses[i], CLOSED, 300));
	}
	EXPECT_DROPPED(2, CLOSED, IPPROTO_TCP);
}

TEST_HARNESS_MAIN
