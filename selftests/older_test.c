// SPDX-License-Identifier: GPL-2.0-only
/*
 * What root, a plain user, and the root of a user name space in a network of its own had at a port, or
 * had connected, before a policy that does not let them: the policy ends it.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "lib/harness.h"
#include "lib/networks.h"
#include "lib/users.h"

#define GOES   7461 /* in the first policy */
#define SERVER 7462 /* on the far side */

#define POLICY                                                                                     \
	"program tester { path \"%s\"; }\ndefault protocol allow; default listen deny; "           \
	"default connect deny;\nallow tester connect any any to {127.0.0.0/8, ::1};\n"              \
	"allow tester listen any 7462;\n"
#define LETS "allow tester listen any 7461;\nallow tester connect tcp any;\n"

FIXTURE(older)
{
	struct networks net;
	struct mark mark;
	int server; /* on the far side */
	int talk;
	pid_t pid;
};

FIXTURE_VARIANT(older)
{
	size_t user;
};

/* clang-format off */
FIXTURE_VARIANT_ADD(older, of_root) { .user = 0 };
FIXTURE_VARIANT_ADD(older, of_a_plain_user) { .user = 1 };
FIXTURE_VARIANT_ADD(older, of_the_root_of_a_name_space) { .user = 2 };
/* clang-format on */

/* What a user has, in a process of its own: sockets that were made in its network, and are its to use. */
struct having {
	int space; /* that its network is of; -1 is the first one */
	int tcp, udp, caller;
	int talk;
};

static int serve_on(int fd, bool listens)
{
	union address at = address_of("::", GOES);

	return bind(fd, &at.any, size_of(&at)) || (listens && listen(fd, 4)) ? errno : 0;
}

static int open_all(const struct having *h)
{
	const union address far = address_of(FAR4, SERVER);

	if (h->space >= 0 && setns(h->space, CLONE_NEWUSER))
		return errno;
	return serve_on(h->tcp, true) ?: serve_on(h->udp, false) ?:
	       connect(h->caller, &far.any, size_of(&far)) ? errno : 0;
}

/* Says what it has open at, takes one connection, and tells at the end how many did not end as they should. */
static int have(const struct user *u, void *having)
{
	struct having *h = having;
	int err = open_all(h), accepted, ends[3], again;
	char byte = 0;

	if (err || write(h->talk, &byte, 1) != 1 || (accepted = accept4(h->tcp, NULL, NULL, SOCK_CLOEXEC)) < 0 ||
	    write(h->talk, &byte, 1) != 1 || read(h->talk, &byte, 1) != 1) {
		printf("# %s: %s\n", u->name, strerror(err));
		return USERS_NOBODY;
	}
	ends[0] = networks_end_of(accepted, 20000);
	ends[1] = networks_end_of(h->caller, 20000);
	ends[2] = networks_end_of(h->udp, 20000);
	again = listen(h->tcp, 4) ? errno : 0;
	if (ends[0] != ECONNABORTED || ends[1] != ECONNABORTED || ends[2] != ECONNABORTED || again != EACCES)
		printf("# %s: accepted %d, connected %d, datagrams %d, listen %d\n", u->name, ends[0],
		       ends[1], ends[2], again);
	return (ends[0] != ECONNABORTED) + (ends[1] != ECONNABORTED) + (ends[2] != ECONNABORTED) +
	       (again != EACCES);
}

static int space_of(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/user", pid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

FIXTURE_SETUP(older)
{
	const struct user *u = users_at(variant->user);
	struct having h = { .space = -1 };
	int pair[2];

	memset(self, 0, sizeof(*self));
	ASSERT_LOADED(warden_policy(POLICY LETS, warden_self()));
	ASSERT_TRUE(networks_make(&self->net, u->spaces));
	self->server = networks_serve(self->net.far, SOCK_STREAM, SERVER);
	ASSERT_LE(0, self->server);
	h.tcp = networks_socket(self->net.near, AF_INET6, SOCK_STREAM);
	h.udp = networks_socket(self->net.near, AF_INET6, SOCK_DGRAM);
	h.caller = networks_socket(self->net.near, AF_INET, SOCK_STREAM);
	if (u->spaces) {
		h.space = space_of(self->net.near);
		ASSERT_LE(0, h.space);
		u = users_at(1); /* who becomes its root by entering it: it is of this user */
	}
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	self->talk = pair[0];
	h.talk = pair[1];
	self->mark = evidence_mark();
	self->pid = users_start(u, have, &h);
	/* what this process has of them would keep them */
	close(h.tcp);
	close(h.udp);
	close(h.caller);
	close(h.talk);
	ASSERT_TRUE(users_ready(self->talk));
}

FIXTURE_TEARDOWN(older)
{
	close(self->talk);
	close(self->server);
	networks_end(&self->net);
}

#define EXPECT_TOLD(domain_, reason_, object_, port_, protocol_)                                   \
	do {                                                                                       \
		struct claim told = { .event = "sweep", .domain = domain_, .reason = reason_,      \
				      .object = object_, .port = (port_) + 1,                      \
				      .protocol = protocol_ };                                     \
                                                                                                   \
		EXPECT_FOUND(evidence_of_event(&self->mark, &told));                               \
	} while (0)

/* P11, P14: whoever listens, took a connection, or made one. */
TEST_F(older, is_ended_by_the_policy_that_closes_its_port)
{
	int client = networks_connect(self->net.far, NEAR4, GOES, 20000), status;
	int remote = accept4(self->server, NULL, NULL, SOCK_CLOEXEC);
	char byte = 0;

	ASSERT_LE(0, client);
	ASSERT_LE(0, remote);
	ASSERT_TRUE(users_ready(self->talk));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	/* A policy that lets them ends nothing: the twin. */
	ASSERT_LOADED(warden_policy(POLICY LETS "sweep abort;\n", warden_self()));
	EXPECT_EQ(0, networks_end_of(client, 0));
	EXPECT_EQ(0, networks_end_of(remote, 0));
	ASSERT_LOADED(warden_policy(POLICY "sweep abort;\n", warden_self()));
	EXPECT_EQ(ECONNRESET, networks_end_of(client, 20000));
	EXPECT_EQ(ECONNRESET, networks_end_of(remote, 20000));
	EXPECT_EQ(ECONNREFUSED, networks_reach(self->net.near, "127.0.0.1", GOES, 20000));
	EXPECT_TOLD("listen", "port-closed", "server ended", GOES, IPPROTO_TCP);
	EXPECT_TOLD("listen", "port-closed", "server ended", GOES, IPPROTO_UDP);
	EXPECT_TOLD("listen", "port-closed", "connection of ::ffff:" FAR4 " ended", GOES, IPPROTO_TCP);
	EXPECT_TOLD("connect", "policy-changed", "connection to " FAR4 " ended", SERVER, IPPROTO_TCP);
	ASSERT_EQ(1, write(self->talk, &byte, 1));
	EXPECT_EQ(self->pid, waitpid(self->pid, &status, 0));
	EXPECT_EQ(0, status);
	close(client);
	close(remote);
}

TEST_HARNESS_MAIN
