// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program speaks to nobody the policy does not name for it, whichever way it
 * is told whom.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/socket.h>

#include <linux/sctp.h> /* wants those above */

#include "lib/address.h"
#include "lib/harness.h"
#include "lib/uring.h"
#include "lib/users.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif
#ifndef IPPROTO_SMC
#define IPPROTO_SMC 256
#endif

#define PORT  7101 /* nobody listens there */
#define OTHER 7102

#define POLICY "program tester { path \"%s\"; }\ndefault protocol allow; default connect deny;\n"

/* One way of speaking to an address: 0 or the errno. */
typedef int (*way)(int fd, const union address *to);

static int by_connect(int fd, const union address *to)
{
	return connect(fd, &to->any, size_of(to)) ? errno : 0;
}

static int by_sendto(int fd, const union address *to)
{
	return sendto(fd, "x", 1, 0, &to->any, size_of(to)) < 0 ? errno : 0;
}

/* Several with one call: only the last of them is of this address. */
static int by_sendmmsg(int fd, const union address *to)
{
	union address allowed = address_of("127.0.0.2", PORT), last = *to;
	struct iovec iov = { (void *)"x", 1 };
	struct mmsghdr msg[2] = {
		{ .msg_hdr = { .msg_name = &allowed, .msg_namelen = sizeof(allowed.v4),
			       .msg_iov = &iov, .msg_iovlen = 1 } },
		{ .msg_hdr = { .msg_name = &last, .msg_namelen = size_of(to), .msg_iov = &iov,
			       .msg_iovlen = 1 } },
	};
	int n = sendmmsg(fd, msg, 2, 0);

	/* What became of the second is told by none but the next call. */
	return n < 0 ? errno : n == 2 ? 0 : EACCES;
}

/* UDP and raw sockets of IPv4 take an address of no family for one of their own. */
static int by_no_family(int fd, const union address *to)
{
	union address a = *to;

	a.any.sa_family = AF_UNSPEC;
	return sendto(fd, "x", 1, 0, &a.any, sizeof(a.v4)) < 0 ? errno : 0;
}

static int by_fastopen(int fd, const union address *to)
{
	return sendto(fd, "x", 1, MSG_FASTOPEN, &to->any, size_of(to)) < 0 ? errno : 0;
}

static int by_fastopen_connect(int fd, const union address *to)
{
	int one = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &one, sizeof(one)))
		return errno;
	return by_connect(fd, to) ?: send(fd, "x", 1, MSG_NOSIGNAL) < 0 ? errno : 0;
}

/* SMC falls back for this option: what the descriptor means from then on is the kernel's socket inside. */
static int by_falling_back(int fd, const union address *to)
{
	int one = 1;

	if (setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE, &one, sizeof(one)))
		return errno;
	return by_connect(fd, to);
}

static int by_ring(int fd, const union address *to)
{
	return -uring_connect(fd, &to->any, size_of(to));
}

static int by_ring_send(int fd, const union address *to)
{
	return -uring_send_to(fd, &to->any, size_of(to));
}

/* Addresses as they stand behind each other. */
static int associate(int fd, const struct sockaddr_in *to, size_t n)
{
	return setsockopt(fd, IPPROTO_SCTP, SCTP_SOCKOPT_CONNECTX, to, n * sizeof(*to)) ? errno : 0;
}

static int by_connectx(int fd, const union address *to)
{
	return associate(fd, &to->v4, 1);
}

/* Each is tried at a port that is named and at one that is not. */
static const struct {
	const char *name;
	int family;
	int type;
	int protocol;
	const char *to;
	way speak;
	int open; /* what comes of it where it is allowed */
} ways[] = {
	{ "tcp4", AF_INET, SOCK_STREAM, IPPROTO_TCP, "127.0.0.1", by_connect, ECONNREFUSED },
	{ "tcp6", AF_INET6, SOCK_STREAM, IPPROTO_TCP, "::1", by_connect, ECONNREFUSED },
	{ "tcp6 to mapped", AF_INET6, SOCK_STREAM, IPPROTO_TCP, "::ffff:127.0.0.1", by_connect,
	  ECONNREFUSED },
	{ "tcp4 to no address", AF_INET, SOCK_STREAM, IPPROTO_TCP, "0.0.0.0", by_connect,
	  ECONNREFUSED },
	{ "tcp6 to no address", AF_INET6, SOCK_STREAM, IPPROTO_TCP, "::", by_connect, ECONNREFUSED },
	{ "tcp fast open", AF_INET, SOCK_STREAM, IPPROTO_TCP, "127.0.0.1", by_fastopen,
	  ECONNREFUSED },
	{ "tcp fast open by connect", AF_INET, SOCK_STREAM, IPPROTO_TCP, "127.0.0.1",
	  by_fastopen_connect, ECONNREFUSED },
	{ "tcp by io_uring", AF_INET, SOCK_STREAM, IPPROTO_TCP, "127.0.0.1", by_ring, ECONNREFUSED },
	{ "mptcp", AF_INET, SOCK_STREAM, IPPROTO_MPTCP, "127.0.0.1", by_connect, ECONNREFUSED },
	{ "smc", AF_SMC, SOCK_STREAM, 0, "127.0.0.1", by_connect, ECONNREFUSED },
	{ "smc that fell back", AF_SMC, SOCK_STREAM, 0, "127.0.0.1", by_falling_back, ECONNREFUSED },
	{ "udp4", AF_INET, SOCK_DGRAM, IPPROTO_UDP, "127.0.0.1", by_connect, 0 },
	{ "udp4 send", AF_INET, SOCK_DGRAM, IPPROTO_UDP, "127.0.0.1", by_sendto, 0 },
	{ "udp4 send many", AF_INET, SOCK_DGRAM, IPPROTO_UDP, "127.0.0.1", by_sendmmsg, 0 },
	{ "udp4 send to no family", AF_INET, SOCK_DGRAM, IPPROTO_UDP, "127.0.0.1", by_no_family, 0 },
	{ "udp4 send by io_uring", AF_INET, SOCK_DGRAM, IPPROTO_UDP, "127.0.0.1", by_ring_send, 0 },
	{ "udp6 send to mapped", AF_INET6, SOCK_DGRAM, IPPROTO_UDP, "::ffff:127.0.0.1", by_sendto, 0 },
	{ "udp6 send to ipv4", AF_INET6, SOCK_DGRAM, IPPROTO_UDP, "127.0.0.1", by_sendto, 0 },
	{ "sctp connect", AF_INET, SOCK_STREAM, IPPROTO_SCTP, "127.0.0.1", by_connect, ECONNREFUSED },
	{ "sctp connectx", AF_INET, SOCK_STREAM, IPPROTO_SCTP, "127.0.0.1", by_connectx, ECONNREFUSED },
	{ "dccp", AF_INET, SOCK_DCCP, IPPROTO_DCCP, "127.0.0.1", by_connect, EPROTO /* it names no service */ },
	{ "udplite send", AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE, "127.0.0.1", by_sendto, 0 },
};

/* The errno of one way; -1 where this kernel does not have it. */
static int try_way(size_t i, uint16_t port)
{
	union address to = address_of(ways[i].to, port);
	int fd = socket(ways[i].family, ways[i].type | SOCK_CLOEXEC, ways[i].protocol), err;

	if (fd < 0)
		return -1;
	err = ways[i].speak(fd, &to);
	close(fd);
	return err == ENOSYS ? -1 : err;
}

FIXTURE(connect)
{
	struct mark mark;
};

FIXTURE_SETUP(connect)
{
}

FIXTURE_TEARDOWN(connect)
{
}

TEST_F(connect, is_allowed_where_it_is_named_and_at_no_other_port_whichever_way)
{
	struct claim denied = {
		.domain = "connect", .reason = "port-not-named", .program = "tester",
		.line = UINT32_MAX, .port = OTHER + 1, .pid = getpid(),
	};
	size_t i;

	ASSERT_LOADED(warden_policy(POLICY "allow tester connect any %u to {127.0.0.0/30, ::/127};\n",
				    warden_self(), PORT));
	self->mark = evidence_mark();
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		int err = try_way(i, OTHER);

		denied.times += err >= 0;
		EXPECT_TRUE(err == EACCES || err < 0)
		{
			TH_LOG("%s: %s", ways[i].name, strerror(err));
		}
	}
	EXPECT_LT(ARRAY_SIZE(ways) / 2, denied.times);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	self->mark = evidence_mark();
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		int err = try_way(i, PORT);

		EXPECT_TRUE(err == ways[i].open || err < 0)
		{
			TH_LOG("%s: %s", ways[i].name, strerror(err));
		}
	}
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* How many ways there are by which this user is not refused. */
static int count_open(const struct user *u, void *unused)
{
	int open = 0, err;
	size_t i;

	(void)unused;
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		err = try_way(i, OTHER);
		if (err == EACCES || err < 0)
			continue;
		printf("# %s by %s: %s\n", ways[i].name, u->name, strerror(err));
		open++;
	}
	return open;
}

/* P1, P4 */
TEST_F(connect, is_denied_to_each_user_whichever_way)
{
	struct claim denied = {
		.domain = "connect", .reason = "port-not-named", .program = "tester",
		.line = UINT32_MAX, .port = OTHER + 1,
	};
	size_t i;

	ASSERT_LOADED(warden_policy(POLICY "allow tester connect any %u to {127.0.0.0/30, ::/127};\n",
				    warden_self(), PORT));
	for (i = 0; i < USERS_COUNT; i++) {
		self->mark = evidence_mark();
		EXPECT_EQ(0, users_run(users_at(i), count_open, NULL));
		EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	}
}

/* One message that brings another address along. */
static int send_along(int fd, const struct sockaddr_in *to, const struct sockaddr_in *other)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(struct in_addr))];
	} along = { .head = { .cmsg_len = CMSG_LEN(sizeof(struct in_addr)),
			      .cmsg_level = IPPROTO_SCTP, .cmsg_type = SCTP_DSTADDRV4 } };
	struct iovec iov = { (void *)"x", 1 };
	struct msghdr msg = { .msg_name = (void *)to, .msg_namelen = sizeof(*to), .msg_iov = &iov,
			      .msg_iovlen = 1, .msg_control = &along,
			      .msg_controllen = sizeof(along) };

	memcpy(CMSG_DATA(&along.head), &other->sin_addr, sizeof(other->sin_addr));
	return sendmsg(fd, &msg, MSG_DONTWAIT) < 0 ? errno : 0;
}

/* The second message is to the address of the first, and brings another one along. */
static int send_along_later(int fd, const struct sockaddr_in *to, const struct sockaddr_in *other)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(struct in_addr))];
	} along = { .head = { .cmsg_len = CMSG_LEN(sizeof(struct in_addr)),
			      .cmsg_level = IPPROTO_SCTP, .cmsg_type = SCTP_DSTADDRV4 } };
	struct iovec iov = { (void *)"x", 1 };
	struct msghdr msg = { .msg_name = (void *)to, .msg_namelen = sizeof(*to), .msg_iov = &iov,
			      .msg_iovlen = 1 };
	struct mmsghdr both[2] = { { .msg_hdr = msg }, { .msg_hdr = msg } };

	memcpy(CMSG_DATA(&along.head), &other->sin_addr, sizeof(other->sin_addr));
	both[1].msg_hdr.msg_control = &along;
	both[1].msg_hdr.msg_controllen = sizeof(along);
	return sendmmsg(fd, both, 2, MSG_DONTWAIT);
}

/* Ends what it tried at once, so that no association is left behind. */
static int try_pair(const char *first, const char *second, bool by_message)
{
	const struct sockaddr_in to[] = { address_of(first, PORT).v4, address_of(second, PORT).v4 };
	int fd = socket(AF_INET, (by_message ? SOCK_SEQPACKET : SOCK_STREAM) | SOCK_CLOEXEC |
			SOCK_NONBLOCK, IPPROTO_SCTP);
	int err = by_message ? send_along(fd, &to[0], &to[1]) : associate(fd, to, 2);

	close(fd);
	return err == EINPROGRESS ? 0 : err;
}

/* All addresses of an association are named at once, and each is asked for. */
TEST_F(connect, takes_no_address_along_that_is_not_named)
{
	struct claim denied = {
		.domain = "connect", .reason = "port-not-named", .program = "tester",
		.object = "127.0.0.66", .port = PORT + 1, .protocol = IPPROTO_SCTP,
		.line = UINT32_MAX, .pid = getpid(), .times = 3,
	};
	const struct sockaddr_in to = address_of("127.0.0.1", PORT).v4, along = address_of("127.0.0.66", PORT).v4;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_SCTP), many;

	if (fd < 0)
		SKIP(return, "this kernel has no SCTP");
	close(fd);
	ASSERT_LOADED(warden_policy(POLICY "allow tester connect sctp %u to 127.0.0.0/30;\n",
				    warden_self(), PORT));
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, try_pair("127.0.0.1", "127.0.0.66", false));
	EXPECT_EQ(EACCES, try_pair("127.0.0.1", "127.0.0.66", true));
	many = socket(AF_INET, SOCK_SEQPACKET | SOCK_CLOEXEC, IPPROTO_SCTP);
	EXPECT_EQ(1, send_along_later(many, &to, &along));
	close(many);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	self->mark = evidence_mark();
	EXPECT_EQ(0, try_pair("127.0.0.1", "127.0.0.2", false));
	EXPECT_EQ(0, try_pair("127.0.0.1", "127.0.0.2", true));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

static int udp(const char *to, uint16_t port)
{
	union address a = address_of(to, port);
	int fd = socket(a.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = by_connect(fd, &a);

	close(fd);
	return err;
}

TEST_F(connect, to_an_address_outside_of_the_net_is_denied_and_told)
{
	struct claim denied = {
		.domain = "connect", .reason = "port-not-named", .program = "tester",
		.object = "127.0.1.0", .line = UINT32_MAX, .port = PORT + 1, .times = 1,
	};

	ASSERT_LOADED(warden_policy(POLICY "allow tester connect udp any to {127.0.0.0/24, ::1};\n",
				    warden_self()));
	self->mark = evidence_mark();
	EXPECT_EQ(0, udp("127.0.0.255", PORT));
	EXPECT_EQ(0, udp("::1", PORT));
	EXPECT_EQ(0, udp("::ffff:127.0.0.9", PORT));
	EXPECT_EQ(EACCES, udp("127.0.1.0", PORT));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	self->mark = evidence_mark();
	denied.object = "fe80::1";
	EXPECT_EQ(EACCES, udp("fe80::1", PORT));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_F(connect, by_a_deny_rule_is_denied_where_the_default_allows)
{
	const char *policy = warden_policy("default protocol allow; default connect allow;\n"
					   "deny any connect any any to 127.9.0.0/16;\n");
	struct claim denied = {
		.domain = "connect", .reason = "rule", .object = "127.9.8.7",
		.line = warden_line(policy, "deny any connect"), .times = 1,
	};

	ASSERT_LOADED(policy);
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, udp("127.9.8.7", PORT));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	self->mark = evidence_mark();
	EXPECT_EQ(0, udp("127.8.8.7", PORT));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* On the wire they are TCP, and a server of TCP answers. */
TEST_F(connect, by_mptcp_or_smc_is_denied_where_tcp_is)
{
	static const struct { const char *name; int family; int protocol; uint32_t seen; } kinds[] = {
		{ "MPTCP", AF_INET, IPPROTO_MPTCP, IPPROTO_MPTCP }, { "SMC", AF_SMC, 0, IPPROTO_SMC },
		{ "SMC of IPv4", AF_INET, IPPROTO_SMC, IPPROTO_SMC },
	};
	const char *policy = warden_policy("program tester { path \"%s\"; }\n"
					   "default connect allow; default listen allow; default bind allow;\n"
					   "deny any connect tcp %u;\ndeny tester listen tcp %u;\n"
					   "deny any bind tcp %u;\n", warden_self(), OTHER, OTHER, PORT);
	union address other = address_of("127.0.0.1", OTHER), port = address_of("127.0.0.1", PORT);
	size_t i;
	int fd;

	ASSERT_LOADED(policy);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct claim denied = { .domain = "listen", .reason = "rule", .port = OTHER + 1,
					.protocol = kinds[i].seen };

		fd = socket(kinds[i].family, SOCK_STREAM | SOCK_CLOEXEC, kinds[i].protocol);
		if (fd < 0) {
			printf("# this kernel has no %s\n", kinds[i].name);
			continue;
		}
		self->mark = evidence_mark();
		EXPECT_EQ(EACCES, by_connect(fd, &other));
		EXPECT_EQ(EACCES, bind(fd, &port.any, sizeof(port.v4)) ? errno : 0);
		EXPECT_EQ(0, bind(fd, &other.any, sizeof(other.v4)) ? errno : 0);
		EXPECT_EQ(EACCES, listen(fd, 1) ? errno : 0);
		close(fd);
		EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
		denied.domain = "bind";
		denied.port = PORT + 1;
		EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
		self->mark = evidence_mark();
		fd = socket(kinds[i].family, SOCK_STREAM | SOCK_CLOEXEC, kinds[i].protocol);
		EXPECT_EQ(ECONNREFUSED, by_connect(fd, &port));
		close(fd);
		EXPECT_FOUND(evidence_of_peace(&self->mark));
	}
}

TEST_F(connect, is_ended_and_made_locally_whatever_the_policy)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	union address loopback = address_of("127.0.0.1", PORT);
	int pair[2], fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ASSERT_LOADED(warden_policy("default protocol allow; default connect allow;\n"));
	ASSERT_EQ(0, by_connect(fd, &loopback));
	ASSERT_LOADED(warden_policy("default protocol allow; default connect deny;\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(0, connect(fd, &none, sizeof(none)));
	EXPECT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	close(pair[0]);
	close(pair[1]);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_EQ(EACCES, by_connect(fd, &loopback));
	close(fd);
}

TEST_F(connect, in_observe_mode_goes_through_and_is_told)
{
	struct claim told = {
		.domain = "connect", .reason = "program-unknown", .object = "127.0.0.1",
		.port = PORT + 1, .observed = true, .line = UINT32_MAX, .times = 1,
	};

	ASSERT_LOADED(warden_policy("default protocol allow; default connect deny observe;\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(0, udp("127.0.0.1", PORT));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &told));
}

static int speak_in_a_new_network(const struct user *u, void *unused)
{
	(void)u;
	(void)unused;
	return unshare(CLONE_NEWNET) ? errno : udp("127.0.0.1", PORT);
}

/* P9: a network of one's own is not one without a policy; a plain user the kernel lets make none. */
TEST_F(connect, in_a_new_network_is_denied)
{
	struct claim denied = { .domain = "connect", .reason = "program-unknown", .times = USERS_COUNT - 1,
				.object = "127.0.0.1", .line = UINT32_MAX };
	size_t i;

	ASSERT_LOADED(warden_policy("default protocol allow; default connect deny;\n"));
	self->mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(i == 1 ? EPERM : EACCES, users_run(users_at(i), speak_in_a_new_network, NULL));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* Real programs: the one that is named reaches its peer, and the same peer is shut to another. */
TEST_F(connect, of_a_real_client_is_allowed_by_its_rule_alone)
{
	struct client server = { 0 }, named = { 0 }, other = { 0 };
	struct claim denied = { .domain = "connect", .reason = "program-unknown",
				.object = "127.0.0.1", .protocol = IPPROTO_TCP, .port = OTHER + 1,
				.program = "/usr/bin/socat", .line = UINT32_MAX };

	if (access("/usr/bin/nc.openbsd", X_OK) || access("/usr/bin/socat", X_OK))
		SKIP(return, "netcat-openbsd or socat is not installed");
	ASSERT_LOADED(warden_policy("program nc { path \"/usr/bin/nc.openbsd\"; }\n"
				    "default listen allow; default protocol allow; "
				    "default connect deny;\n"
				    "allow nc connect tcp 7102 to 127.0.0.0/8;\n"));
	self->mark = evidence_mark();
	ASSERT_EQ(0, client_start(&server, ARGV("nc", "-l", "-k", "-v", "127.0.0.1", "7102")));
	ASSERT_TRUE(client_says(&server, "Listening", 10000));
	EXPECT_EQ(0, client_run(&named, ARGV("sh", "-c", "echo hello | nc -N 127.0.0.1 7102")));
	EXPECT_TRUE(client_says(&server, "hello", 10000));
	EXPECT_NE(0, client_run(&other, ARGV("socat", "-u", "/dev/null", "TCP4:127.0.0.1:7102")));
	EXPECT_NE(NULL, strstr(other.text, "Permission denied"))
	{
		TH_LOG("%s", other.text);
	}
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	client_end(&named);
	client_end(&other);
	client_end(&server);
}

TEST_HARNESS_MAIN
