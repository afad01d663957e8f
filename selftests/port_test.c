// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nobody listens on a port the policy does not name for it.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>

#include "lib/handing.h"
#include "lib/harness.h"
#include "lib/uring.h"
#include "lib/users.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#define PORT  7001
#define OTHER 7002

/* Each kind of socket, with its word in the policy language. */
FIXTURE(port)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} at;
	socklen_t len;
	struct mark mark;
	int fd;
};

FIXTURE_VARIANT(port)
{
	int family;
	int type;
	int protocol;
	const char *word;
	const char *module;
};

FIXTURE_VARIANT_ADD(port, tcp4) { AF_INET, SOCK_STREAM, IPPROTO_TCP, "tcp", NULL };
FIXTURE_VARIANT_ADD(port, tcp6) { AF_INET6, SOCK_STREAM, IPPROTO_TCP, "tcp", NULL };
FIXTURE_VARIANT_ADD(port, udp4) { AF_INET, SOCK_DGRAM, IPPROTO_UDP, "udp", NULL };
FIXTURE_VARIANT_ADD(port, udp6) { AF_INET6, SOCK_DGRAM, IPPROTO_UDP, "udp", NULL };
FIXTURE_VARIANT_ADD(port, udplite4) { AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE, "udplite", NULL };
FIXTURE_VARIANT_ADD(port, mptcp4) { AF_INET, SOCK_STREAM, IPPROTO_MPTCP, "mptcp", NULL };
FIXTURE_VARIANT_ADD(port, mptcp6) { AF_INET6, SOCK_STREAM, IPPROTO_MPTCP, "mptcp", NULL };
FIXTURE_VARIANT_ADD(port, sctp4) { AF_INET, SOCK_STREAM, IPPROTO_SCTP, "sctp", "sctp" };
FIXTURE_VARIANT_ADD(port, sctp6_many) { AF_INET6, SOCK_SEQPACKET, IPPROTO_SCTP, "sctp", "sctp" };

FIXTURE_SETUP(port)
{
	if (variant->module)
		device_load(variant->module, "");
	self->fd = socket(variant->family, variant->type | SOCK_CLOEXEC, variant->protocol);
	if (self->fd < 0)
		SKIP(return, "this kernel has no %s: %s", variant->word, strerror(errno));
	memset(&self->at, 0, sizeof(self->at));
	self->at.any.sa_family = (sa_family_t)variant->family;
	self->len = variant->family == AF_INET ? sizeof(self->at.v4) : sizeof(self->at.v6);
	ASSERT_LOADED(warden_policy("default protocol allow; default listen deny;\n"));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(port)
{
	close(self->fd);
}

/* What a server does: 0 or the errno. */
static int serve(int fd, int type, struct sockaddr *at, socklen_t len, uint16_t port)
{
	/* sin_port and sin6_port stand at one place */
	((struct sockaddr_in *)at)->sin_port = htons(port);
	if (bind(fd, at, len))
		return errno;
	return type != SOCK_DGRAM && listen(fd, 1) ? errno : 0;
}

#define SERVE(port) serve(self->fd, variant->type, &self->at.any, self->len, port)

/* This process was refused once, by no rule. */
static struct claim refused(const char *reason, int protocol, uint16_t port)
{
	return (struct claim){
		.domain = "listen", .reason = reason, .protocol = (uint32_t)protocol,
		.program = strcmp(reason, "program-unknown") ? "tester" : warden_self(),
		.line = UINT32_MAX, .port = port + 1u, .pid = getpid(), .times = 1,
	};
}

static int load_ports(const char *word, const char *ports)
{
	return warden_load(warden_policy("program tester { path \"%s\"; }\ndefault protocol allow; "
					 "default listen deny;\n"
					 "allow tester listen %s %s;\n",
					 warden_self(), word, ports));
}

static int load_rule(const char *word)
{
	return load_ports(word, "7001");
}

TEST_F(port, is_denied_by_default_to_root)
{
	struct claim denied = refused("program-unknown", variant->protocol, PORT);

	ASSERT_EQ(0, geteuid());
	EXPECT_EQ(EACCES, SERVE(PORT));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_F(port, named_for_a_program_is_open_to_it)
{
	ASSERT_EQ(0, load_rule(variant->word));
	EXPECT_EQ(0, SERVE(PORT));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

TEST_F(port, other_than_named_is_denied)
{
	struct claim denied = refused("port-not-named", variant->protocol, OTHER);

	ASSERT_EQ(0, load_rule(variant->word));
	EXPECT_EQ(EACCES, SERVE(OTHER));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_F(port, chosen_by_the_kernel_is_denied)
{
	struct claim denied = refused("port-not-named", variant->protocol, 0);

	ASSERT_EQ(0, load_rule(variant->word));
	/* A stream is judged when it listens, and by then has a port of the kernel's choice. */
	if (variant->type != SOCK_DGRAM)
		denied.port = 0;
	EXPECT_EQ(EACCES, SERVE(0));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, load_ports(variant->word, "any"));
	close(self->fd);
	self->fd = socket(variant->family, variant->type | SOCK_CLOEXEC, variant->protocol);
	EXPECT_EQ(0, SERVE(0));
}

TEST_F(port, of_another_protocol_is_denied)
{
	const char *word = strcmp(variant->word, "tcp") ? "tcp" : "udp";
	struct claim denied = refused("port-not-named", variant->protocol, PORT);

	ASSERT_EQ(0, load_rule(word));
	EXPECT_EQ(EACCES, SERVE(PORT));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* In a new network, which none but the root of some name space makes. */
static int serve_elsewhere(const struct user *u, void *port)
{
	const FIXTURE_VARIANT(port) *v = port;
	struct sockaddr_in6 at = { .sin6_family = (sa_family_t)v->family };

	(void)u;
	if (unshare(CLONE_NEWNET))
		return USERS_NOBODY;
	return serve(socket(v->family, v->type, v->protocol), v->type, (struct sockaddr *)&at,
		     v->family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(at), PORT);
}

TEST_F(port, is_denied_in_a_new_network)
{
	struct claim denied = refused("program-unknown", variant->protocol, PORT);

	denied.pid = 0;
	denied.times = 2;
	EXPECT_EQ(EACCES, users_run(users_at(0), serve_elsewhere, (void *)variant));
	EXPECT_EQ(EACCES, users_run(users_at(2), serve_elsewhere, (void *)variant));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, load_rule(variant->word));
	EXPECT_EQ(0, users_run(users_at(0), serve_elsewhere, (void *)variant));
}

FIXTURE(listener)
{
	struct sockaddr_in at;
	struct sockaddr_in6 mapped;
	struct mark mark;
};

FIXTURE_SETUP(listener)
{
	self->at = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(PORT) };
	self->mapped = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
	inet_pton(AF_INET6, "::ffff:127.0.0.1", &self->mapped.sin6_addr);
	ASSERT_LOADED(warden_policy("default protocol allow; default listen deny;\n"));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(listener)
{
}

TEST_F(listener, without_bind_is_denied)
{
	struct claim denied = refused("program-unknown", IPPROTO_TCP, 0);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	EXPECT_EQ(-1, listen(fd, 1));
	EXPECT_EQ(EACCES, errno);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, warden_load(warden_policy("default protocol allow; "
					       "default listen deny;\nallow any listen tcp 0;\n")));
	EXPECT_EQ(0, listen(fd, 1));
	close(fd);
}

TEST_F(listener, at_a_mapped_address_is_denied)
{
	struct claim denied = refused("program-unknown", IPPROTO_TCP, PORT);
	int fd = socket(AF_INET6, SOCK_STREAM, 0);

	ASSERT_EQ(0, bind(fd, (struct sockaddr *)&self->mapped, sizeof(self->mapped)));
	EXPECT_EQ(-1, listen(fd, 1));
	EXPECT_EQ(EACCES, errno);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, load_rule("tcp"));
	EXPECT_EQ(0, listen(fd, 1));
	close(fd);
}

/* Two sockets on one port: the second is judged as the first was. */
TEST_F(listener, beside_an_allowed_one_is_denied)
{
	struct claim denied = {
		.domain = "listen", .reason = "program-unknown", .port = PORT + 1,
		.program = warden_beside("stranger"), .line = UINT32_MAX, .times = 1,
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
	struct client c;

	ASSERT_EQ(0, load_rule("tcp"));
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	ASSERT_EQ(0, bind(fd, (struct sockaddr *)&self->at, sizeof(self->at)));
	ASSERT_EQ(0, listen(fd, 1));
	EXPECT_EQ(1, client_run(&c, ARGV(warden_beside("stranger"), "listen", "7001")));
	EXPECT_STREQ("EACCES\n", c.text);
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	close(fd);
}

/* Socket activation: who made the socket may listen, and who has it by then may not. */
TEST_F(listener, handed_over_serves_nobody_who_may_not_listen)
{
	struct claim denied = {
		.domain = "listen", .reason = "program-unknown", .object = "accept",
		.port = PORT + 1, .program = warden_beside("stranger"), .line = UINT32_MAX, .times = 1,
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct client c;
	char number[16];

	snprintf(number, sizeof(number), "%d", fd);
	ASSERT_EQ(0, load_rule("tcp"));
	ASSERT_EQ(0, bind(fd, (struct sockaddr *)&self->at, sizeof(self->at)));
	ASSERT_EQ(0, listen(fd, 1));
	EXPECT_EQ(1, client_run(&c, ARGV(warden_beside("stranger"), "accept", number)));
	EXPECT_STREQ("EACCES\n", c.text);
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(-1, accept(fd, NULL, NULL));
	EXPECT_EQ(EAGAIN, errno);
	ASSERT_LOADED(warden_policy("program other { path \"%s\"; }\ndefault protocol allow; "
				    "default listen deny;\n"
				    "allow other listen tcp 7001;\n", warden_beside("stranger")));
	EXPECT_EQ(1, client_run(&c, ARGV(warden_beside("stranger"), "accept", number)));
	EXPECT_STREQ("EAGAIN\n", c.text);
	client_end(&c);
	close(fd);
}

/* A socket in the hands of the stranger, inherited or handed over: 0 is that it has it. */
static int stranger_has(int fd, bool inherited)
{
	struct client c;
	char number[16];
	int status;

	snprintf(number, sizeof(number), "%d", fd);
	fcntl(fd, F_SETFD, inherited ? 0 : FD_CLOEXEC);
	status = inherited ? client_run(&c, ARGV(warden_beside("stranger"), "held", number)) :
			     handing_over(fd, warden_beside("stranger"), &c);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (status)
		fprintf(comments(), "the stranger got: %s\n", c.text);
	client_end(&c);
	return status;
}

/* A server of TCP, a connection it took, who made that, and datagrams at the server's port and at none. */
struct handed {
	int server;
	int taken;
	int made;
	int bound;
	int unbound;
};

static bool make_handed(struct handed *h, const struct sockaddr_in *at)
{
	const struct sockaddr *a = (const struct sockaddr *)at;
	const struct linger none = { .l_onoff = 1 };

	h->server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	h->made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	h->bound = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	h->unbound = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (bind(h->server, a, sizeof(*at)) || listen(h->server, 1) || connect(h->made, a, sizeof(*at)) ||
	    bind(h->bound, a, sizeof(*at)) || connect(h->unbound, a, sizeof(*at)))
		return false;
	h->taken = accept4(h->server, NULL, NULL, SOCK_CLOEXEC);
	return !setsockopt(h->taken, SOL_SOCKET, SO_LINGER, &none, sizeof(none)); /* the port is free then */
}

#define EXPECT_HANDED_TOLD(how, protocol_)                                                         \
	do {                                                                                       \
		struct claim told = { .domain = "listen", .reason = "program-unknown", .object = how, \
				      .port = PORT + 1, .program = warden_beside("stranger"),      \
				      .protocol = protocol_, .line = UINT32_MAX, .times = 1 };     \
                                                                                                   \
		EXPECT_FOUND(evidence_of_denial(&self->mark, &told));                              \
		self->mark = evidence_mark();                                                      \
	} while (0)

/* Who has a socket by which it would receive, and not who bound it, is who may listen there. */
TEST_F(listener, handed_over_receives_for_nobody_who_may_not_listen)
{
	struct handed h;

	ASSERT_EQ(0, load_rule("any"));
	ASSERT_TRUE(make_handed(&h, &self->at));
	EXPECT_EQ(1, stranger_has(h.bound, true));
	EXPECT_HANDED_TOLD("inherited", IPPROTO_UDP);
	EXPECT_EQ(1, stranger_has(h.bound, false));
	EXPECT_HANDED_TOLD("handed over", IPPROTO_UDP);
	EXPECT_EQ(1, stranger_has(h.taken, true));
	EXPECT_HANDED_TOLD("inherited", IPPROTO_TCP);
	EXPECT_EQ(1, stranger_has(h.taken, false));
	EXPECT_HANDED_TOLD("handed over", IPPROTO_TCP);
	/* What listens is asked when it accepts; what was made from here serves nobody. */
	EXPECT_EQ(0, stranger_has(h.server, false));
	EXPECT_EQ(0, stranger_has(h.made, true));
	EXPECT_EQ(0, stranger_has(h.unbound, false));
	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\nprogram other { path \"%s\"; }\n"
				    "default protocol allow; "
				    "default listen deny;\nallow tester listen any 7001;\nallow other listen any 7001;\n",
				    warden_self(), warden_beside("stranger")));
	EXPECT_EQ(0, stranger_has(h.bound, true));
	EXPECT_EQ(0, stranger_has(h.taken, false));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	close(h.server);
	close(h.taken);
	close(h.made);
	close(h.bound);
	close(h.unbound);
}

TEST_F(listener, on_vsock_is_denied)
{
	struct sockaddr_vm at = { .svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_ANY,
				  .svm_port = PORT };
	struct claim denied = refused("program-unknown", 0, 0);
	int fd;

	device_load("vsock_loopback", "");
	fd = socket(AF_VSOCK, SOCK_STREAM, 0);
	if (fd < 0)
		SKIP(return, "this kernel has no vsock: %s", strerror(errno));
	denied.port = 0;
	ASSERT_EQ(0, bind(fd, (struct sockaddr *)&at, sizeof(at)));
	EXPECT_EQ(-1, listen(fd, 1));
	EXPECT_EQ(EACCES, errno);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy("default protocol allow; "
				    "default listen deny;\nallow any listen any any;\n"));
	EXPECT_EQ(0, listen(fd, 1));
	close(fd);
}

TEST_F(listener, by_io_uring_is_denied)
{
	struct claim denied = refused("program-unknown", IPPROTO_TCP, PORT);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int err;

	err = uring_bind(fd, (struct sockaddr *)&self->at, sizeof(self->at));
	if (err == -ENOSYS || err == -EINVAL)
		SKIP(return, "this kernel binds nothing by io_uring (%d)", err);
	ASSERT_EQ(0, err);
	EXPECT_EQ(-EACCES, uring_listen(fd));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, load_rule("tcp"));
	EXPECT_EQ(0, uring_listen(fd));
	close(fd);
}

TEST_F(listener, for_datagrams_by_io_uring_is_denied)
{
	struct claim denied = refused("program-unknown", IPPROTO_UDP, PORT);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int err = uring_bind(fd, (struct sockaddr *)&self->at, sizeof(self->at));

	if (err == -ENOSYS || err == -EINVAL)
		SKIP(return, "this kernel binds nothing by io_uring (%d)", err);
	EXPECT_EQ(-EACCES, err);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, load_rule("udp"));
	EXPECT_EQ(0, uring_bind(fd, (struct sockaddr *)&self->at, sizeof(self->at)));
	close(fd);
}

TEST_F(listener, on_a_local_socket_is_not_judged)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr at = { .sa_family = AF_UNIX };

	ASSERT_EQ(0, bind(fd, &at, sizeof(at.sa_family)));
	EXPECT_EQ(0, listen(fd, 1));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	close(fd);
}

static int shell(const char *command, struct client *c)
{
	client_end(c);
	return client_run(c, ARGV("sh", "-c", command));
}

#define NMAP                                                                                       \
	"ip netns exec outside nmap --unprivileged -n -Pn -sT -T5 --max-retries 0 "                \
	"--min-rate 2000 --open -oG - -p "
#define TARGET "10.77.0.1"

#define LAST	10000 /* of the ports that are tried */
#define AT_ONCE 500
#define OPEN_MS 1000 /* by then one that is open has answered */

/* Calls at these ports; how many answer, and whether PORT is one of them. */
static int call(struct pollfd *p, unsigned int first, bool *named)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int i, open = 0;

	inet_pton(AF_INET, TARGET, &to.sin_addr);
	for (i = 0; i < AT_ONCE; i++) {
		to.sin_port = htons((uint16_t)(first + (unsigned int)i));
		p[i].fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
		p[i].events = POLLOUT;
		connect(p[i].fd, (const struct sockaddr *)&to, sizeof(to));
	}
	usleep(OPEN_MS * 1000);
	poll(p, AT_ONCE, 0);
	for (i = 0; i < AT_ONCE; i++) {
		if (p[i].revents == POLLOUT) {
			open++;
			*named |= first + (unsigned int)i == PORT;
		}
		close(p[i].fd);
	}
	return open;
}

/* From there: 0 where PORT is reached and no other. nmap takes half a minute for as many in an emulated guest. */
static int scan(const struct user *u, void *unused)
{
	static struct pollfd p[AT_ONCE];
	int net = open("/run/netns/outside", O_RDONLY | O_CLOEXEC), open = 0;
	unsigned int first;
	bool named = false;

	(void)u;
	(void)unused;
	if (net < 0 || setns(net, CLONE_NEWNET))
		return 1;
	for (first = 1; first < LAST; first += AT_ONCE)
		open += call(p, first, &named);
	close(net);
	return named && open == 1 ? 0 : 2;
}

TEST_F(listener, nmap_sees_the_named_port_and_no_other)
{
	struct client named = { 0 }, other = { 0 }, c = { 0 };
	struct claim denied = refused("port-not-named", IPPROTO_TCP, OTHER);

	if (access("/usr/bin/nmap", X_OK))
		SKIP(return, "nmap is not installed");
	ASSERT_LOADED(warden_policy("program server { path \"/usr/bin/nc.openbsd\"; }\n"
				    "default protocol allow; "
				    "default listen deny;\nallow server listen tcp 7001;\n"));
	ASSERT_EQ(0, shell("ip netns add outside && ip link add v0 type veth peer name v1 "
			   "netns outside && ip addr add 10.77.0.1/24 dev v0 && ip link set v0 up "
			   "&& ip -n outside addr add 10.77.0.2/24 dev v1 "
			   "&& ip -n outside link set v1 up", &c))
	{
		TH_LOG("%s", c.text);
	}
	ASSERT_EQ(0, client_start(&named, ARGV("nc", "-l", "-k", "0.0.0.0", "7001")));
	ASSERT_EQ(0, client_start(&other, ARGV("nc", "-l", "-k", "0.0.0.0", "7002")));
	EXPECT_EQ(1, client_wait(&other, 10000));
	EXPECT_NE(NULL, strstr(other.text, "Permission denied"));
	denied.program = "server";
	denied.pid = 0;
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	/* Ten thousand connections are more than a debug kernel makes in the time there is. */
	if (access("/proc/lockdep", F_OK))
		EXPECT_EQ(0, users_run(users_at(0), scan, NULL));
	EXPECT_EQ(0, shell(NMAP "6501-7500 " TARGET, &c))
	{
		TH_LOG("%s", c.text);
	}
	EXPECT_NE(NULL, strstr(c.text, "Ports: 7001/open/tcp/"))
	{
		TH_LOG("%s", c.text);
	}
	EXPECT_EQ(NULL, strchr(strstr(c.text, "/open/") ? strstr(c.text, "/open/") : "", ','));
	shell("ip netns del outside; ip link del v0", &c);
	client_end(&c);
	client_end(&named);
	client_end(&other);
}

TEST_HARNESS_MAIN
