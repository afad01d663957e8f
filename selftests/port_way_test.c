// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every way to receive at a port that no rule names, gone by root, by a plain user and by the root
 * of a user name space.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>

#include "lib/address.h"
#include "lib/groups.h"
#include "lib/harness.h"
#include "lib/uring.h"
#include "lib/users.h"

#define PORT 7451

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/* --- which way --------------------------------------------------------------------- */

/* Ask for it: 0 or the errno. ENOSYS is that this kernel has none of it. */
static int serve(int family, int type, int protocol, const char *at)
{
	union address to = address_of(at, PORT);
	int fd = socket(family, type | SOCK_CLOEXEC, protocol), one = 1, err = 0;

	if (fd < 0)
		return errno == EPROTONOSUPPORT || errno == ESOCKTNOSUPPORT ? ENOSYS : errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, &to.any, size_of(&to)) || (type != SOCK_DGRAM && listen(fd, 1)))
		err = errno;
	close(fd);
	return err;
}

static int at_a_mapped_address(void)
{
	return serve(AF_INET6, SOCK_STREAM, 0, "::ffff:127.0.0.1");
}

static int at_both_versions(void)
{
	return serve(AF_INET6, SOCK_STREAM, 0, "::");
}

static int datagrams_at_a_mapped_address(void)
{
	return serve(AF_INET6, SOCK_DGRAM, 0, "::ffff:127.0.0.1");
}

static int listen_by(int (*call)(int fd))
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), err = -call(fd);

	close(fd);
	return err;
}

static int listen_plainly(int fd)
{
	return listen(fd, 1) ? -errno : 0;
}

static int without_bind(void)
{
	return listen_by(listen_plainly);
}

static int without_bind_by_a_ring(void)
{
	return listen_by(uring_listen);
}

static int bind_by(int (*call)(int fd, const struct sockaddr *to, unsigned int len), uint16_t port)
{
	union address to = address_of("127.0.0.1", port);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = -call(fd, &to.any, size_of(&to));

	close(fd);
	return err;
}

static int bind_plainly(int fd, const struct sockaddr *to, unsigned int len)
{
	return bind(fd, to, len) ? -errno : 0;
}

static int datagrams_at_no_port(void)
{
	return bind_by(bind_plainly, 0);
}

static int datagrams_by_a_ring(void)
{
	return bind_by(uring_bind, PORT);
}

static int by_mptcp(void)
{
	return serve(AF_INET, SOCK_STREAM, IPPROTO_MPTCP, "0.0.0.0");
}

static int by_sctp(void)
{
	return serve(AF_INET, SOCK_SEQPACKET, IPPROTO_SCTP, "0.0.0.0");
}

static int by_dccp(void)
{
	return serve(AF_INET, SOCK_DCCP, IPPROTO_DCCP, "0.0.0.0");
}

static int by_udplite(void)
{
	return serve(AF_INET, SOCK_DGRAM, IPPROTO_UDPLITE, "0.0.0.0");
}

static int in_a_new_network(void)
{
	return unshare(CLONE_NEWNET) ? errno : serve(AF_INET, SOCK_STREAM, 0, "0.0.0.0");
}

/**
 * struct way - one of them
 * @row: the row of the threat model
 * @name: for people
 * @go: 0, or the errno
 * @protocol: what is recorded of it
 * @privileged: the kernel lets only who is root of some name space
 */
static const struct way {
	char row[4];
	char name[32];
	int (*go)(void);
	uint32_t protocol;
	bool privileged;
} ways[] = {
	{ "P1", "at a mapped address", at_a_mapped_address, IPPROTO_TCP, false },
	{ "P1", "at both versions", at_both_versions, IPPROTO_TCP, false },
	{ "P1", "datagrams at a mapped address", datagrams_at_a_mapped_address, IPPROTO_UDP, false },
	{ "P3", "without bind", without_bind, IPPROTO_TCP, false },
	{ "P3", "without bind, by a ring", without_bind_by_a_ring, IPPROTO_TCP, false },
	{ "P3", "datagrams at no port", datagrams_at_no_port, IPPROTO_UDP, false },
	{ "P3", "datagrams by a ring", datagrams_by_a_ring, IPPROTO_UDP, false },
	{ "P4", "by MPTCP", by_mptcp, IPPROTO_MPTCP, false },
	{ "P4", "by SCTP", by_sctp, IPPROTO_SCTP, false },
	{ "P4", "by DCCP", by_dccp, IPPROTO_DCCP, false },
	{ "P4", "by UDP-Lite", by_udplite, IPPROTO_UDPLITE, false },
	{ "P9", "in a new network", in_a_new_network, IPPROTO_TCP, true },
};

static int go(const struct user *u, void *way)
{
	const struct way *w = way;

	(void)u;
	return w->go();
}

/* May this user go this way as far as the kernel is asked? */
static bool may_go(const struct user *u, const struct way *w)
{
	return !w->privileged || !u->uid || u->spaces;
}

/* --- the tests --------------------------------------------------------------------- */

FIXTURE(port_way)
{
	bool there[ARRAY_SIZE(ways)];
	struct mark mark;
};

FIXTURE_SETUP(port_way)
{
	size_t i;

	device_load("sctp", "");
	device_load("dccp_ipv4", "");
	client_shell("ip link set lo up");
	ASSERT_LOADED(warden_policy("default protocol allow; default listen allow;\n"));
	self->mark = evidence_mark();
	for (i = 0; i < ARRAY_SIZE(ways); i++)
		self->there[i] = users_run(users_at(0), go, (void *)&ways[i]) != ENOSYS;
}

FIXTURE_TEARDOWN(port_way)
{
}

/* It is open to each of them in the fixture's policy: the twin of the test below. */
TEST_F(port_way, is_open_to_each_user_by_a_policy_that_lets_listen)
{
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		if (!self->there[i])
			TH_LOG("this kernel receives nothing %s", ways[i].name);
		for (k = 0; self->there[i] && k < USERS_COUNT; k++) {
			int err = users_run(users_at(k), go, (void *)&ways[i]);

			EXPECT_EQ(may_go(users_at(k), &ways[i]) ? 0 : EPERM, err)
			{
				TH_LOG("%s %s by %s", ways[i].row, ways[i].name, users_at(k)->name);
			}
		}
	}
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

TEST_F(port_way, is_closed_to_each_user)
{
	struct claim denied = { .domain = "listen", .reason = "program-unknown", .program = warden_self(),
				.line = UINT32_MAX };
	uint64_t refusals = 0;
	size_t i, k;

	ASSERT_LOADED(warden_policy("default protocol allow; default listen deny;\n"));
	self->mark = evidence_mark();
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		for (k = 0; self->there[i] && k < USERS_COUNT; k++) {
			const bool may = may_go(users_at(k), &ways[i]);
			int err = users_run(users_at(k), go, (void *)&ways[i]);

			refusals += may;
			EXPECT_EQ(may ? EACCES : EPERM, err)
			{
				TH_LOG("%s %s by %s", ways[i].row, ways[i].name, users_at(k)->name);
			}
		}
		denied.protocol = ways[i].protocol;
		if (self->there[i])
			EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	}
	EXPECT_EQ(refusals, warden_status("denials") - self->mark.denials);
}

/* --- whose socket it is ------------------------------------------------------------- */

/* A server that a user may have, in the hands of a program of its own that may not. */
static int hand_down(const struct user *u, void *answer)
{
	union address to = address_of("127.0.0.1", PORT);
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1, wrong;
	struct client c;
	char number[16];

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, &to.any, size_of(&to)) || listen(fd, 1))
		return USERS_NOBODY;
	snprintf(number, sizeof(number), "%d", fd);
	client_run(&c, ARGV(warden_beside("stranger"), "accept", number));
	wrong = strcmp(c.text, answer);
	if (wrong)
		fprintf(comments(), "%s: %s\n", u->name, c.text);
	client_end(&c);
	close(fd);
	return !!wrong;
}

/* P12 */
TEST_F(port_way, of_a_socket_that_was_handed_down_is_closed_to_who_has_it)
{
	struct claim denied = { .domain = "listen", .reason = "program-unknown", .object = "accept",
				.port = PORT + 1, .program = warden_beside("stranger"), .line = UINT32_MAX,
				.times = USERS_COUNT };
	size_t i;

	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\ndefault protocol allow; "
				    "default listen deny;\nallow tester listen tcp 7451;\n", warden_self()));
	self->mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(0, users_run(users_at(i), hand_down, "EACCES\n"));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy("default protocol allow; default listen deny;\n"
				    "allow any listen tcp 7451;\n"));
	self->mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(0, users_run(users_at(i), hand_down, "EAGAIN\n"));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

#define UNITS                                                                                      \
	"program tester { path \"%s\"; }\nprogram door { path \"%s\"; unit \"door.service\"; }\n"   \
	"default protocol allow; default listen deny;\n"                                          \
	"allow tester listen tcp 7451; allow door listen tcp 7451;\n"

/* P12: a service manager binds for anybody; who has the socket then is asked as the unit that it runs in. */
TEST_F(port_way, of_a_socket_that_was_handed_down_is_open_in_the_unit_that_is_named_alone)
{
	static const char *const groups[] = { GROUPS "/system.slice", GROUPS_UNIT, GROUPS_ELSE };
	struct claim denied = { .domain = "listen", .reason = "program-elsewhere", .object = "accept",
				.port = PORT + 1, .program = warden_beside("stranger"), .line = UINT32_MAX,
				.times = USERS_COUNT };
	size_t i;

	if (!groups_make(groups, ARRAY_SIZE(groups)))
		SKIP(return, "this kernel has no control groups");
	ASSERT_LOADED(warden_policy(UNITS, warden_self(), warden_beside("stranger")));
	self->mark = evidence_mark();
	ASSERT_EQ(0, groups_enter(GROUPS_UNIT));
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(0, users_run(users_at(i), hand_down, "EAGAIN\n"));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	ASSERT_EQ(0, groups_enter(GROUPS_ELSE));
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(0, users_run(users_at(i), hand_down, "EACCES\n"));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	groups_end(groups, ARRAY_SIZE(groups));
}

TEST_HARNESS_MAIN
