// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program binds to no port, address or interface that the policy does not name for it,
 * whoever runs it and whichever way it asks.
 */
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <linux/sctp.h> /* wants those above */

#include "lib/address.h"
#include "lib/harness.h"
#include "lib/users.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#define PORT  7201 /* named for the loopback's addresses */
#define HELD  7202 /* named where the socket is bound to `lo` */
#define OTHER 7203

#define POLICY                                                                                     \
	"program tester { path \"%s\"; }\n"                                                        \
	"default bind deny; default protocol allow; default listen allow;\n"                       \
	"allow tester bind any 7201 from { 127.0.0.0/8, ::1 };\n"                                  \
	"allow tester bind any 7202 on lo;\n"                                                      \
	"deny any bind any 7201 from 127.0.0.66/32;\n"

/* What is bound, and how; the policy names it where @allowed. */
struct attempt {
	int type, protocol;
	const char *to;
	uint16_t port;
	bool held; /* the socket is bound to `lo` first */
	bool allowed;
};

static const struct attempt attempts[] = {
	{ SOCK_STREAM, 0, "127.0.0.1", PORT, false, true },
	{ SOCK_DGRAM, 0, "127.0.0.1", PORT, false, true },
	{ SOCK_STREAM, 0, "::1", PORT, false, true },
	{ SOCK_STREAM, 0, "::ffff:127.0.0.1", PORT, false, true },
	{ SOCK_STREAM, IPPROTO_MPTCP, "127.0.0.1", PORT, false, true },
	{ SOCK_DGRAM, 0, "0.0.0.0", HELD, true, true },
	{ SOCK_STREAM, 0, "127.0.0.1", HELD, false, true },
	{ SOCK_STREAM, 0, "127.0.0.1", OTHER, false, false },
	{ SOCK_DGRAM, 0, "127.0.0.1", OTHER, false, false },
	{ SOCK_STREAM, IPPROTO_MPTCP, "127.0.0.1", OTHER, false, false },
	{ SOCK_DGRAM, IPPROTO_UDPLITE, "127.0.0.1", OTHER, false, false },
	{ SOCK_STREAM, 0, "::1", OTHER, false, false },
	{ SOCK_STREAM, 0, "127.0.0.66", PORT, false, false },
	{ SOCK_STREAM, 0, "::ffff:127.0.0.66", PORT, false, false },
	{ SOCK_STREAM, 0, "0.0.0.0", PORT, false, false },
	{ SOCK_STREAM, 0, "::", PORT, false, false },
	{ SOCK_DGRAM, 0, "0.0.0.0", HELD, false, false },
	{ SOCK_STREAM, 0, "127.0.0.1", 0, false, false },
};

static int attempt(const struct attempt *a)
{
	union address to = address_of(a->to, a->port);
	int fd = socket(to.any.sa_family, a->type | SOCK_CLOEXEC, a->protocol), one = 1, err;

	if (fd < 0)
		return errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	err = a->held && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", sizeof("lo")) ? errno : 0;
	if (!err && bind(fd, &to.any, size_of(&to)))
		err = errno;
	close(fd);
	return err;
}

/* In a network of its own the loopback is down at first, and still nobody's but this network's. */
static bool raise_loopback(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool up = fd >= 0 && !ioctl(fd, SIOCSIFFLAGS, &lo);

	close(fd);
	return up;
}

/* How many did not come out as the policy says; the root of a name space has a network of its own. */
static int count_wrong(const struct user *u, void *unused)
{
	int wrong = 0, err;
	size_t i;

	(void)unused;
	if (u->spaces && (unshare(CLONE_NEWNET) || !raise_loopback()))
		return USERS_NOBODY;
	for (i = 0; i < ARRAY_SIZE(attempts); i++) {
		err = attempt(&attempts[i]);
		if (err == (attempts[i].allowed ? 0 : EACCES))
			continue;
		printf("# %s port %u, type %d protocol %d%s: %s\n", attempts[i].to, attempts[i].port,
		       attempts[i].type, attempts[i].protocol, attempts[i].held ? " on lo" : "",
		       strerror(err));
		wrong++;
	}
	return wrong;
}

static uint64_t refused_attempts(void)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(attempts); i++)
		n += !attempts[i].allowed;
	return n;
}

FIXTURE(bound)
{
	struct mark mark;
};

FIXTURE_VARIANT(bound)
{
	size_t user;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(bound, by_root) { .user = 0 };
FIXTURE_VARIANT_ADD(bound, by_a_plain_user) { .user = 1 };
FIXTURE_VARIANT_ADD(bound, by_the_root_of_a_name_space) { .user = 2 };
/* clang-format on */

FIXTURE_SETUP(bound)
{
	ASSERT_LOADED(warden_policy(POLICY, warden_self()));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(bound)
{
}

/* The loopback is `lo` in every network, so that what is named holds there, too. */
TEST_F(bound, is_what_the_policy_names_and_nothing_else)
{
	struct claim denied = { .event = "verdict", .domain = "bind", .reason = "port-not-named", .program = "tester",
				.port = OTHER + 1, .object = "127.0.0.1", .line = UINT32_MAX };
	struct claim ruled = { .event = "verdict", .domain = "bind", .reason = "rule", .program = "tester",
			       .port = PORT + 1, .object = "127.0.0.66" };

	EXPECT_EQ(0, users_run(users_at(variant->user), count_wrong, NULL));
	EXPECT_FOUND(evidence_of_event(&self->mark, &denied));
	EXPECT_FOUND(evidence_of_event(&self->mark, &ruled));
	EXPECT_EQ(refused_attempts(), warden_status("denials") - self->mark.denials);
}

/* SCTP, by an option that adds addresses, to a socket that has one of its own or has none. */
static const struct {
	const char *own;
	const char *first, *second;
	uint16_t port;
	bool allowed;
} added[] = {
	{ NULL, "127.0.0.1", NULL, PORT, true },
	{ NULL, "127.0.0.1", "127.0.0.2", PORT, true },
	{ "127.0.0.1", "127.0.0.2", NULL, PORT, true },
	{ "127.0.0.1", "127.0.0.2", NULL, 0, true }, /* the port that it has */
	{ NULL, "127.0.0.1", NULL, OTHER, false },
	{ NULL, "127.0.0.1", NULL, 0, false },
	{ NULL, "127.0.0.66", NULL, PORT, false },
	{ NULL, "127.0.0.1", "127.0.0.66", PORT, false },
	{ "127.0.0.1", "127.0.0.66", NULL, PORT, false },
};

static int add(size_t i)
{
	struct sockaddr_in at[] = { address_of(added[i].first, added[i].port).v4,
				    address_of(added[i].second ?: "0.0.0.0", added[i].port).v4 };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_SCTP), err = 0;
	union address own = address_of(added[i].own ?: "0.0.0.0", PORT);

	if (added[i].own && bind(fd, &own.any, size_of(&own)))
		err = errno;
	if (!err && setsockopt(fd, IPPROTO_SCTP, SCTP_SOCKOPT_BINDX_ADD, at,
			       added[i].second ? sizeof(at) : sizeof(*at)))
		err = errno;
	close(fd);
	return err;
}

static int count_wrongly_added(const struct user *u, void *unused)
{
	int wrong = 0, err;
	size_t i;

	(void)unused;
	if (u->spaces && (unshare(CLONE_NEWNET) || !raise_loopback()))
		return USERS_NOBODY;
	if (attempt(&attempts[0])) /* which has the program read, as the option cannot */
		return USERS_NOBODY;
	for (i = 0; i < ARRAY_SIZE(added); i++) {
		err = add(i);
		if (err == (added[i].allowed ? 0 : EACCES))
			continue;
		printf("# %s to %s, port %u: %s\n", added[i].first, added[i].own ?: "none", added[i].port,
		       strerror(err));
		wrong++;
	}
	return wrong;
}

/* P4 */
TEST_F(bound, is_no_address_that_is_added_and_not_named)
{
	struct claim denied = { .event = "verdict", .domain = "bind", .reason = "port-not-named", .program = "tester",
				.protocol = IPPROTO_SCTP, .port = OTHER + 1, .line = UINT32_MAX };
	struct claim ruled = { .event = "verdict", .domain = "bind", .reason = "rule", .program = "tester",
			       .protocol = IPPROTO_SCTP, .port = PORT + 1, .object = "127.0.0.66" };
	uint64_t refused = 0;
	size_t i;
	int fd;

	device_load("sctp", "");
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_SCTP);
	if (fd < 0)
		SKIP(return, "this kernel has no SCTP");
	close(fd);
	for (i = 0; i < ARRAY_SIZE(added); i++)
		refused += !added[i].allowed;
	EXPECT_EQ(0, users_run(users_at(variant->user), count_wrongly_added, NULL));
	EXPECT_FOUND(evidence_of_event(&self->mark, &denied));
	EXPECT_FOUND(evidence_of_event(&self->mark, &ruled));
	EXPECT_EQ(refused, warden_status("denials") - self->mark.denials);
}

TEST_HARNESS_MAIN
