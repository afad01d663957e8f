// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program speaks to others by the interfaces that rules name, whatever the routes say: its
 * socket is bound to one, and does not leave it.
 */
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "lib/address.h"
#include "lib/harness.h"
#include "lib/networks.h"
#include "lib/users.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62
#endif

#define PORT  7361
#define OTHER 7362 /* no rule names it */

/* Two wires to the far network; the routes to who is reached prefer the second. */
#define HERE	"198.51.100.1"
#define HERE6	"fd00:db8:1::1"
#define BESIDE	"203.0.113.1"
#define TARGET	"192.0.2.200"
#define TARGET6 "fd00:db8:9::9"
#define LINKED	"fe80::7"

#define HEAD "program tester { path \"%s\"; }\ndefault listen allow;\n"
#define RULE "allow tester connect any 7361 to {" TARGET ", " TARGET6 ", fe80::/10} on wa0;\n"
#define POLICY HEAD "default connect deny;\n" RULE

static bool wire(pid_t far)
{
	char command[1600];

	snprintf(command, sizeof(command),
		 "ip -batch - <<'E'\n"
		 "link add wa0 type veth peer name wa1 netns %d\n"
		 "link add wb0 type veth peer name wb1 netns %d\n"
		 "addr add " HERE "/24 dev wa0\naddr add " HERE6 "/64 dev wa0 nodad\n"
		 "addr add " BESIDE "/24 dev wb0\naddr add fd00:db8:2::1/64 dev wb0 nodad\n"
		 "link set wa0 up\nlink set wb0 up\nlink set lo up\nE\n"
		 "nsenter -t %d -n ip -batch - <<'E'\n"
		 "addr add 198.51.100.2/24 dev wa1\naddr add fd00:db8:1::2/64 dev wa1 nodad\n"
		 "addr add 203.0.113.2/24 dev wb1\naddr add fd00:db8:2::2/64 dev wb1 nodad\n"
		 "addr add " TARGET "/32 dev lo\naddr add " TARGET6 "/128 dev lo nodad\n"
		 "addr add " LINKED "/64 dev wa1 nodad\naddr add " LINKED "/64 dev wb1 nodad\n"
		 "link set wa1 up\nlink set wb1 up\nE\n"
		 "ip -batch - <<'E'\n"
		 "route add " TARGET " via 203.0.113.2 dev wb0 metric 10\n"
		 "route add " TARGET " via 198.51.100.2 dev wa0 metric 20\n"
		 "route add " TARGET6 " via fd00:db8:2::2 dev wb0 metric 10\n"
		 "route add " TARGET6 " via fd00:db8:1::2 dev wa0 metric 20\nE\n",
		 far, far, far);
	return client_shell(command);
}

FIXTURE(way)
{
	struct networks net;
	struct mark mark;
	int tcp, udp; /* servers in the far network */
};

FIXTURE_VARIANT(way)
{
	size_t user;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(way, of_root) { .user = 0 };
FIXTURE_VARIANT_ADD(way, of_a_plain_user) { .user = 1 };
FIXTURE_VARIANT_ADD(way, of_the_root_of_a_name_space) { .user = 2 };
/* clang-format on */

FIXTURE_SETUP(way)
{
	if (access("/usr/sbin/ip", X_OK) && access("/bin/ip", X_OK))
		SKIP(return, "iproute2 is not installed");
	memset(self, 0, sizeof(*self));
	ASSERT_TRUE(networks_make(&self->net, false));
	ASSERT_TRUE(wire(self->net.far));
	ASSERT_LOADED(warden_policy(POLICY, warden_self()));
	self->tcp = networks_serve(self->net.far, SOCK_STREAM, PORT);
	self->udp = networks_serve(self->net.far, SOCK_DGRAM, PORT);
	ASSERT_LE(0, self->tcp);
	ASSERT_LE(0, self->udp);
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(way)
{
	client_shell("ip link del wa0; ip link del wb0; true");
	close(self->tcp);
	close(self->udp);
	networks_end(&self->net);
}

/* --- speaking -------------------------------------------------------------------------- */

/* Nothing of a connection is left behind, which could not be ended once its wire is gone. */
static int speaker(int family, int type, int protocol)
{
	const struct linger none = { .l_onoff = 1 };
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	return fd;
}

/* Send datagrams, of which the last may name its own interface: 0 or the errno. */
static int send_some(int fd, const union address *to, const char *interface, unsigned int plain)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	} along = { .room = "" };
	struct iovec iov = { (void *)"x", 1 };
	struct msghdr msg = { .msg_name = (void *)to, .msg_namelen = to ? size_of(to) : 0,
			      .msg_iov = &iov, .msg_iovlen = 1 };
	struct mmsghdr all[2] = { { .msg_hdr = msg } };
	struct in_pktinfo four = { .ipi_ifindex = 0 };
	int n;

	if (interface) {
		four.ipi_ifindex = (int)if_nametoindex(interface);
		along.head = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(four)), .cmsg_level = IPPROTO_IP,
					       .cmsg_type = IP_PKTINFO };
		memcpy(CMSG_DATA(&along.head), &four, sizeof(four));
		msg.msg_control = &along;
		msg.msg_controllen = CMSG_SPACE(sizeof(four));
	}
	all[plain].msg_hdr = msg;
	n = sendmmsg(fd, all, plain + 1, MSG_NOSIGNAL);
	/* What became of the second is told by none but the next call. */
	return n < 0 ? errno : n == (int)plain + 1 ? 0 : EACCES;
}

static int send_by(int fd, const union address *to, const char *interface)
{
	return send_some(fd, to, interface, 0);
}

/* What the far side sees of who spoke to it last; empty where nobody did. */
static const char *seen_by(int server, bool listens)
{
	static char text[INET6_ADDRSTRLEN];
	struct pollfd p = { .fd = server, .events = POLLIN };
	union address from;
	socklen_t len = sizeof(from);
	char byte;
	int fd;

	text[0] = '\0';
	if (poll(&p, 1, 2000) != 1)
		return text;
	if (listens) {
		fd = accept(server, &from.any, &len);
		close(fd);
	} else if (recvfrom(server, &byte, 1, MSG_DONTWAIT, &from.any, &len) < 0) {
		return text;
	}
	inet_ntop(AF_INET6, &from.v6.sin6_addr, text, sizeof(text));
	return text;
}

static const struct {
	const char *name, *to, *from; /* as a server of IPv6 sees it */
	int family, type, protocol;
	bool connects;
} ways[] = {
	{ "tcp4", TARGET, "::ffff:" HERE, AF_INET, SOCK_STREAM, 0, true },
	{ "tcp6", TARGET6, HERE6, AF_INET6, SOCK_STREAM, 0, true },
	{ "tcp6 to mapped", "::ffff:" TARGET, "::ffff:" HERE, AF_INET6, SOCK_STREAM, 0, true },
	{ "udp4 connected", TARGET, "::ffff:" HERE, AF_INET, SOCK_DGRAM, 0, true },
	{ "udp4", TARGET, "::ffff:" HERE, AF_INET, SOCK_DGRAM, 0, false },
	{ "udp6", TARGET6, HERE6, AF_INET6, SOCK_DGRAM, 0, false },
	{ "udp6 to mapped", "::ffff:" TARGET, "::ffff:" HERE, AF_INET6, SOCK_DGRAM, 0, false },
};

static int speak(int fd, const union address *to, bool connects)
{
	if (connects && connect(fd, &to->any, size_of(to)))
		return errno;
	return send_by(fd, connects ? NULL : to, NULL);
}

/* How many ways did not come out as they must: by `wa0`, though the route is another. */
static int count_astray(int tcp, int udp)
{
	int wrong = 0, fd, err;
	const char *from;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		union address to = address_of(ways[i].to, PORT);

		fd = speaker(ways[i].family, ways[i].type, ways[i].protocol);
		err = speak(fd, &to, ways[i].connects);
		from = seen_by(ways[i].type == SOCK_STREAM ? tcp : udp, ways[i].type == SOCK_STREAM);
		close(fd);
		if (!err && !strcmp(from, ways[i].from))
			continue;
		printf("# %s: %s, came from %s\n", ways[i].name, strerror(err), from);
		wrong++;
	}
	return wrong;
}

/* --- leaving --------------------------------------------------------------------------- */

static int bind_by_name(int fd, const char *interface)
{
	return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t)strlen(interface) + 1) ?
		       errno : 0;
}

static int bind_by_index(int fd, const char *interface)
{
	int index = (int)if_nametoindex(interface);

	return setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &index, sizeof(index)) ? errno : 0;
}

static int part(int fd)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };

	return connect(fd, &none, sizeof(none)) ? errno : 0;
}

/* Of a socket that has its interface: each try is to be refused, @refused of them by us. */
static int count_loosened(const union address *to)
{
	int fd = speaker(AF_INET, SOCK_DGRAM, 0), copy = dup(fd), wrong = 0;

	wrong += speak(fd, to, true) != 0;
	wrong += bind_by_name(fd, "wb0") != EACCES;
	wrong += bind_by_name(fd, "") != EACCES;
	wrong += bind_by_index(fd, "wb0") != EACCES;
	wrong += part(fd) != EACCES;
	wrong += send_by(fd, NULL, "wb0") != EACCES;
	wrong += send_by(fd, to, "wb0") != EACCES;
	wrong += send_by(fd, NULL, "wa0") != 0;
	close(copy);
	wrong += part(fd) != 0; /* nobody else has it: what it sends next is judged */
	wrong += send_by(fd, to, "wb0") != EACCES;
	wrong += send_some(fd, to, "wb0", 1) != EACCES;
	wrong += send_by(fd, to, NULL) != 0;
	close(fd);
	return wrong;
}

#define LOOSENED 8 /* that we refuse above */

/* Of a socket that was bound before, and of an address that names its interface. */
static int count_elsewhere(const union address *to)
{
	union address linked = address_of(LINKED, PORT), other = *to;
	int wrong = 0, fd = speaker(AF_INET, SOCK_STREAM, 0);

	wrong += bind_by_name(fd, "wb0") != 0 || speak(fd, to, true) != EACCES;
	close(fd);
	fd = speaker(AF_INET6, SOCK_DGRAM, 0);
	linked.v6.sin6_scope_id = if_nametoindex("wb0");
	wrong += speak(fd, &linked, false) != EACCES;
	linked.v6.sin6_scope_id = if_nametoindex("wa0");
	wrong += speak(fd, &linked, false) != 0;
	close(fd);
	fd = speaker(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	wrong += fd >= 0 && speak(fd, to, true) != EACCES; /* may make more connections, by others */
	wrong += fd < 0; /* this kernel has it */
	close(fd);
	fd = speaker(AF_INET, SOCK_DGRAM, 0);
	other.v4.sin_port = htons(OTHER);
	wrong += speak(fd, &other, false) != EACCES;
	close(fd);
	return wrong;
}

#define ELSEWHERE 4

/* The servers of the far network. */
struct servers {
	int tcp, udp;
};

static int count_wrong(const struct user *u, void *arg)
{
	const union address to = address_of(TARGET, PORT);
	const struct servers *s = arg;
	const int astray = count_astray(s->tcp, s->udp), loosened = count_loosened(&to);
	const int elsewhere = count_elsewhere(&to);

	if (loosened || elsewhere)
		printf("# %s: %d loosened, %d elsewhere\n", u->name, loosened, elsewhere);
	return astray + loosened + elsewhere;
}

TEST_F(way, is_what_the_policy_names_and_is_not_left)
{
	struct claim astray = { .domain = "connect", .reason = "interface-not-named", .program = "tester",
				.object = TARGET " on wb0", .port = PORT + 1, .line = UINT32_MAX };
	struct claim left = { .domain = "connect", .reason = "interface-kept", .program = "tester",
			      .object = "SO_BINDTODEVICE", .port = PORT + 1, .line = UINT32_MAX };
	struct claim parted = left, linked = astray;
	struct servers servers = { self->tcp, self->udp };

	parted.object = "disconnect";
	linked.object = LINKED " on wb0";
	EXPECT_EQ(0, users_run(users_at(variant->user), count_wrong, &servers));
	EXPECT_FOUND(evidence_of_event(&self->mark, &astray));
	EXPECT_FOUND(evidence_of_event(&self->mark, &left));
	EXPECT_FOUND(evidence_of_event(&self->mark, &parted));
	EXPECT_FOUND(evidence_of_event(&self->mark, &linked));
	EXPECT_EQ(LOOSENED + ELSEWHERE, warden_status("denials") - self->mark.denials);
}

/* --- with other policies ------------------------------------------------------------------- */

FIXTURE(other_way)
{
	struct networks net;
	struct mark mark;
	int tcp, udp;
};

FIXTURE_SETUP(other_way)
{
	if (access("/usr/sbin/ip", X_OK) && access("/bin/ip", X_OK))
		SKIP(return, "iproute2 is not installed");
	memset(self, 0, sizeof(*self));
	ASSERT_TRUE(networks_make(&self->net, false));
	ASSERT_TRUE(wire(self->net.far));
	self->tcp = networks_serve(self->net.far, SOCK_STREAM, PORT);
	self->udp = networks_serve(self->net.far, SOCK_DGRAM, PORT);
	ASSERT_LE(0, self->tcp);
	ASSERT_LE(0, self->udp);
}

FIXTURE_TEARDOWN(other_way)
{
	client_shell("ip link del wa0; ip link del wb0; true");
	close(self->tcp);
	close(self->udp);
	networks_end(&self->net);
}

/* What a socket sends by its route, once each. */
static int send_once(const char *interface)
{
	const union address to = address_of(TARGET, PORT);
	int fd = speaker(AF_INET, SOCK_DGRAM, 0);
	int err = interface ? bind_by_name(fd, interface) : 0;

	err = err ?: speak(fd, &to, false);
	close(fd);
	return err;
}

static bool is_ended(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1 && p.revents & (POLLERR | POLLHUP);
}

/* The connection that is bound to it stays, the one that goes by its route ends. */
TEST_F(other_way, ends_what_is_older_and_free_to_go_by_another)
{
	const union address to = address_of(TARGET, PORT);
	struct claim ended = { .event = "sweep", .domain = "connect", .object = "connection to " TARGET " ended",
			       .line = UINT32_MAX };
	int bound = speaker(AF_INET, SOCK_STREAM, 0), routed = speaker(AF_INET, SOCK_STREAM, 0);

	ASSERT_LOADED(warden_policy(HEAD "default connect allow;\n", warden_self()));
	ASSERT_EQ(0, bind_by_name(bound, "wa0"));
	ASSERT_EQ(0, speak(bound, &to, true));
	ASSERT_EQ(0, speak(routed, &to, true));
	self->mark = evidence_mark();
	ASSERT_LOADED(warden_policy(POLICY, warden_self()));
	EXPECT_TRUE(is_ended(routed));
	EXPECT_FALSE(is_ended(bound));
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
	EXPECT_EQ(0, send_by(bound, NULL, NULL));
	close(bound);
	close(routed);
}

TEST_F(other_way, is_closed_by_a_rule_that_denies_it)
{
	const char *policy = warden_policy("default listen allow; default connect allow;\n"
					   "deny any connect udp 7361 on wb0;\n");
	struct claim denied = { .domain = "connect", .reason = "rule", .object = TARGET " on wb0",
				.port = PORT + 1, .line = warden_line(policy, "wb0"), .times = 1 };

	ASSERT_LOADED(policy);
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, send_once(NULL)); /* its route leads there */
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	self->mark = evidence_mark();
	EXPECT_EQ(0, send_once("wa0"));
	EXPECT_STREQ("::ffff:" HERE, seen_by(self->udp, false));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* Who observes binds nothing. */
TEST_F(other_way, in_observe_mode_is_as_the_route_says_and_told)
{
	struct claim told = { .domain = "connect", .reason = "interface-not-named", .observed = true,
			      .port = PORT + 1, .line = UINT32_MAX, .times = 1 };

	ASSERT_LOADED(warden_policy(HEAD "default connect deny observe;\n" RULE, warden_self()));
	self->mark = evidence_mark();
	EXPECT_EQ(0, send_once(NULL));
	EXPECT_STREQ("::ffff:" BESIDE, seen_by(self->udp, false));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &told));
	self->mark = evidence_mark();
	EXPECT_EQ(0, send_once("wa0"));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

#define SHADOW "/tmp/way.shadow"

static int cast(const char *text)
{
	FILE *f = fopen(SHADOW, "w");

	if (!f)
		return -1;
	fputs(text, f);
	fclose(f);
	return warden_ctl(ARGV("policy", "load", "--shadow", SHADOW));
}

/* What would be otherwise is told, and keeps nobody from the way that is allowed. */
TEST_F(other_way, is_taken_whatever_a_policy_in_shadow_would_say)
{
	struct claim would = { .event = "shadow", .domain = "connect", .program = "tester",
			       .port = PORT + 1, .observed = true };

	ASSERT_LOADED(warden_policy(POLICY, warden_self()));
	ASSERT_EQ(0, cast(warden_policy(HEAD "default connect deny;\n", warden_self())));
	self->mark = evidence_mark();
	EXPECT_EQ(0, send_once(NULL));
	EXPECT_STREQ("::ffff:" HERE, seen_by(self->udp, false));
	EXPECT_FOUND(evidence_of_event(&self->mark, &would));
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "drop", "shadow")));
}

/* Elsewhere whoever made a network names its interfaces. */
TEST_F(other_way, of_the_same_name_in_another_network_is_another)
{
	struct claim denied = { .domain = "connect", .reason = "interface-not-named", .program = "tester",
				.line = UINT32_MAX, .times = 1 };
	int status;
	pid_t pid;

	ASSERT_LOADED(warden_policy(POLICY, warden_self()));
	self->mark = evidence_mark();
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWNET) ||
		    !client_shell("ip link add wa0 type dummy && ip link set wa0 up && "
				  "ip addr add " HERE "/24 dev wa0 && ip route add " TARGET " dev wa0"))
			_exit(200);
		_exit(send_once(NULL));
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	ASSERT_TRUE(WIFEXITED(status));
	EXPECT_EQ(EACCES, WEXITSTATUS(status));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* Exit status of a child: what it used is its own. */
static int send_after_use(const char *interface)
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(open("/dev/warden-canary", O_RDONLY | O_CLOEXEC) < 0 ? 200 : send_once(interface));
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

TEST_F(other_way, of_who_used_a_sensor_is_what_the_policy_names)
{
	struct claim denied = { .domain = "egress", .reason = "interface-not-named", .program = "tester",
				.object = TARGET " on wb0", .line = UINT32_MAX, .times = 1 };

	ASSERT_LOADED(warden_policy(HEAD "default sensor deny; allow tester use any;\n"
				    "egress allow tester while using any to " TARGET " on wa0;\n",
				    warden_self()));
	self->mark = evidence_mark();
	EXPECT_EQ(0, send_once(NULL)); /* which used none */
	EXPECT_STREQ("::ffff:" BESIDE, seen_by(self->udp, false));
	EXPECT_EQ(0, send_after_use(NULL));
	EXPECT_STREQ("::ffff:" HERE, seen_by(self->udp, false));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, send_after_use("wb0"));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_HARNESS_MAIN
