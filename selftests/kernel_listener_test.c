// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sockets that the kernel itself has: no hook judges them, so what comes in for one is let in where
 * the policy names the kernel, or any program, and not where it names programs alone.
 */
#include <json-c/json.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>

#include "lib/harness.h"
#include "lib/networks.h"
#include "lib/users.h"

#define OPEN   7311 /* a program's */
#define TUNNEL 7312 /* of a VXLAN interface, or of WireGuard's */
#define NFS    7313
#define MPTCP  7314 /* a program's, with a socket of the kernel's beneath */
#define SMC    7315

/* The addresses behind the tunnel. */
#define NEAR_INSIDE "10.77.0.1"
#define FAR_INSIDE  "10.77.0.2"

/*
 * The far side has 7316, and later 7317. For each other port a program is named, and so for none of
 * the kernel's sockets.
 */
#define POLICY                                                                                     \
	"program tester { path \"%s\"; }\ndefault protocol allow; default listen deny;\n"          \
	"allow tester listen udp {7311, 7312};\nallow tester listen tcp 7313;\n"                   \
	"allow tester listen mptcp 7314;\nallow tester listen any 7315;\n"                         \
	"allow any listen udp {7316, 7317};\n"
#define NAMED                                                                                      \
	"program servers { kernel; }\nallow servers listen udp 7312;\nallow servers listen tcp 7313;\n"

FIXTURE(kernel)
{
	struct networks net;
	struct mark mark;
	int udp; /* OPEN, on the near side */
	int stranger;
	bool nfs;
};

/* In the network of the near side, or of the far one. */
static bool run_in(pid_t net, const char *command)
{
	char line[600];

	snprintf(line, sizeof(line), "nsenter -t %d -n sh -ec '%s'", net, command);
	return client_shell(line);
}

FIXTURE_SETUP(kernel)
{
	if (access("/usr/sbin/ip", X_OK) && access("/bin/ip", X_OK))
		SKIP(return, "iproute2 is not installed");
	memset(self, 0, sizeof(*self));
	ASSERT_LOADED(warden_policy("default protocol allow; default listen allow;\n"));
	ASSERT_TRUE(networks_make(&self->net, false));
	self->udp = networks_serve(self->net.near, SOCK_DGRAM, OPEN);
	self->stranger = networks_socket(self->net.far, AF_INET, SOCK_DGRAM);
	ASSERT_LE(0, self->udp);
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(kernel)
{
	if (self->nfs)
		client_shell("umount /proc/fs/nfsd"); /* which ends the server */
	networks_end(&self->net);
}

/* What `wardenctl service list` says of a socket: its state and its program. */
static const char *listed(const char *where)
{
	static char text[64];
	struct json_object *list = warden_json(ARGV("service", "list")), *entry;
	size_t i;

	text[0] = '\0';
	for (i = 0; list && i < json_object_array_length(list); i++) {
		entry = json_object_array_get_idx(list, i);
		if (!strcmp(evidence_string(entry, "where"), where))
			snprintf(text, sizeof(text), "%s %s", evidence_string(entry, "state"),
				 evidence_string(entry, "program"));
	}
	json_object_put(list);
	return text;
}

/* What is sent behind a packet has come: so has the packet, if it was let in. */
static bool fence(const FIXTURE_DATA(kernel) * self)
{
	return networks_send(self->stranger, NEAR4, OPEN) && networks_receive(self->udp, 5000);
}

#define EXPECT_DROPPED(port_, protocol_)                                                           \
	do {                                                                                       \
		struct claim drop = { .event = "inbound", .domain = "listen", .program = "kernel", \
				      .reason = "kernel-not-named", .port = (port_) + 1,           \
				      .protocol = protocol_, .object = "from " FAR4 " on wv0" };   \
                                                                                                   \
		EXPECT_FOUND(evidence_of_event(&self->mark, &drop));                               \
	} while (0)

TEST_F(kernel, is_reached_where_it_is_named_and_not_where_a_program_is)
{
	struct claim told = { .event = "sweep", .reason = "kernel-not-named", .port = TUNNEL + 1,
			      .object = "the kernel's server goes on" };
	uint64_t dropped;
	int fd;

	if (!run_in(self->net.near, "ip link add vx0 up type vxlan id 1 dstport 7312 dev wv0"))
		SKIP(return, "this kernel has no vxlan");
	device_load("nfsd", "");
	self->nfs = run_in(self->net.near, "mount -t nfsd nfsd /proc/fs/nfsd; echo tcp 7313 >/proc/fs/nfsd/portlist");
	ASSERT_LOADED(warden_policy(POLICY, warden_self()));
	EXPECT_FOUND(evidence_of_event(&self->mark, &told));
	EXPECT_TRUE(networks_send(self->stranger, NEAR4, TUNNEL));
	EXPECT_DROPPED(TUNNEL, IPPROTO_UDP);
	EXPECT_STREQ("kernel-not-declared -", listed("0.0.0.0:7312"));
	if (self->nfs) {
		EXPECT_EQ(ETIMEDOUT, networks_reach(self->net.far, NEAR4, NFS, 300));
		EXPECT_DROPPED(NFS, IPPROTO_TCP);
		/* What programs of one machine do to each other is not judged here. */
		EXPECT_EQ(0, networks_reach(self->net.near, NEAR4, NFS, 5000));
	}
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "learn")));
	EXPECT_NE(NULL, strstr(warden_said(), "program kernel { kernel; }"));
	EXPECT_NE(NULL, strstr(warden_said(), "allow kernel listen udp 7312;"));

	ASSERT_LOADED(warden_policy(POLICY NAMED, warden_self()));
	dropped = warden_status("inbound-dropped");
	EXPECT_TRUE(networks_send(self->stranger, NEAR4, TUNNEL));
	EXPECT_TRUE(fence(self));
	fd = self->nfs ? networks_connect(self->net.far, NEAR4, NFS, 5000) : -1;
	EXPECT_TRUE(fd >= 0 || !self->nfs);
	EXPECT_EQ(dropped, warden_status("inbound-dropped"));
	EXPECT_STREQ("kernel servers", listed("0.0.0.0:7312"));
	if (!self->nfs)
		return;
	/* What came in by its rule ends with it. */
	ASSERT_LOADED(warden_policy(POLICY, warden_self()));
	EXPECT_FALSE(networks_receive(fd, 5000));
	EXPECT_EQ(ECONNRESET, errno);
	close(fd);
}

/* In a network of its own, where a plain user has none: the errno of that, or what `ip` makes of the command. */
static int add_link(const struct user *u, void *kind)
{
	(void)u;
	if (unshare(CLONE_NEWNET))
		return errno;
	execlp("ip", "ip", "link", "add", "vx0", "type", kind, NULL);
	return USERS_NOBODY;
}

#define FAILED 2 /* of ip(8): the kernel refused it */

/* P15: a module that would bring a listener is asked for by no user that the policy does not let. */
TEST_F(kernel, has_none_brought_by_a_module_that_a_user_asks_for)
{
	struct claim denied = { .domain = "autoload", .reason = "default", .object = "rtnl-link-nosuchlink",
				.line = UINT32_MAX, .times = 2 };
	size_t i;

	ASSERT_LOADED(warden_policy("default protocol allow; default listen allow; default autoload deny;\n"));
	self->mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(i == 1 ? EPERM : FAILED, users_run(users_at(i), add_link, "nosuchlink"));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy("default protocol allow; default listen allow; default autoload deny;\n"
				    "allow autoload \"rtnl-link-*\";\n"));
	self->mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(i == 1 ? EPERM : FAILED, users_run(users_at(i), add_link, "nosuchlink"));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* P15: nor is one reached that the root of a name space has in a network of its own. */
TEST_F(kernel, is_not_reached_in_a_network_of_a_user)
{
	uint64_t dropped;

	close(self->udp);
	close(self->stranger);
	networks_end(&self->net);
	ASSERT_TRUE(networks_make(&self->net, true));
	self->udp = networks_serve(self->net.near, SOCK_DGRAM, OPEN);
	self->stranger = networks_socket(self->net.far, AF_INET, SOCK_DGRAM);
	ASSERT_LE(0, self->udp);
	if (!networks_run(&self->net, "ip link add vx0 up type vxlan id 1 dstport 7312 dev wv0"))
		SKIP(return, "this kernel has no vxlan");
	ASSERT_LOADED(warden_policy(POLICY, warden_self()));
	self->mark = evidence_mark();
	EXPECT_TRUE(networks_send(self->stranger, NEAR4, TUNNEL));
	EXPECT_DROPPED(TUNNEL, IPPROTO_UDP);
	ASSERT_LOADED(warden_policy(POLICY NAMED, warden_self()));
	dropped = warden_status("inbound-dropped");
	EXPECT_TRUE(networks_send(self->stranger, NEAR4, TUNNEL));
	EXPECT_TRUE(fence(self));
	EXPECT_EQ(dropped, warden_status("inbound-dropped"));
}

TEST_F(kernel, has_sockets_beneath_those_of_programs_that_are_let_in_by_their_rule)
{
	const union address any = address_of("0.0.0.0", SMC);
	int mptcp, smc;

	device_load("smc", "");
	/* a socket of SMC has no port of its own when it comes to listen */
	ASSERT_LOADED(warden_policy(POLICY "allow tester listen any 0;\n", warden_self()));
	mptcp = networks_serve(self->net.near, NETWORKS_OF(SOCK_STREAM, IPPROTO_MPTCP), MPTCP);
	smc = networks_socket(self->net.near, AF_SMC, SOCK_STREAM);
	if (bind(smc, &any.any, sizeof(any.v4)) || listen(smc, 1)) {
		close(smc);
		smc = -1;
	}
	if (mptcp < 0 && smc < 0)
		SKIP(return, "this kernel has neither MPTCP nor SMC");
	if (smc < 0)
		printf("# this kernel has no SMC that listens\n");
	if (mptcp >= 0)
		EXPECT_EQ(0, networks_reach(self->net.far, NEAR4, MPTCP, 5000));
	if (smc >= 0)
		EXPECT_EQ(0, networks_reach(self->net.far, NEAR4, SMC, 5000));
	close(mptcp);
	close(smc);
}

/* A tunnel between the two, of which the near side is told no more than who the far one is. */
static bool make_wireguard(const struct networks *n)
{
	return client_shell("umask 077; for s in near far; do wg genkey >/run/wg-$s; "
			    "wg pubkey </run/wg-$s >/run/wg-$s.pub; done") &&
	       run_in(n->near, "ip link add wg0 type wireguard; "
			       "wg set wg0 listen-port 7312 private-key /run/wg-near "
			       "peer $(cat /run/wg-far.pub) allowed-ips " FAR_INSIDE "/32; "
			       "ip addr add " NEAR_INSIDE "/24 dev wg0; ip link set wg0 up") &&
	       run_in(n->far, "ip link add wg1 type wireguard; "
			      "wg set wg1 listen-port 7316 private-key /run/wg-far "
			      "peer $(cat /run/wg-near.pub) allowed-ips " NEAR_INSIDE "/32 "
			      "endpoint " NEAR4 ":7312; "
			      "ip addr add " FAR_INSIDE "/24 dev wg1; ip link set wg1 up");
}

TEST_F(kernel, wireguard_gets_answers_only_until_the_kernel_is_named)
{
	int far, asker;

	if (access("/usr/bin/wg", X_OK))
		SKIP(return, "wireguard-tools is not installed");
	if (device_load("wireguard", ""))
		SKIP(return, "this kernel has no wireguard");
	ASSERT_TRUE(make_wireguard(&self->net));
	ASSERT_LOADED(warden_policy(POLICY, warden_self()));
	/* The far side begins, and does not come in. */
	EXPECT_TRUE(networks_send(self->stranger, NEAR_INSIDE, OPEN));
	EXPECT_DROPPED(TUNNEL, IPPROTO_UDP);
	EXPECT_FALSE(networks_receive(self->udp, 0));
	/* The near side begins, is answered, and what waited on the far side comes behind that. */
	far = networks_serve(self->net.far, SOCK_DGRAM, OPEN);
	asker = networks_socket(self->net.near, AF_INET, SOCK_DGRAM);
	ASSERT_TRUE(run_in(self->net.near, "wg set wg0 peer $(cat /run/wg-far.pub) endpoint " FAR4 ":7316"));
	EXPECT_TRUE(networks_send(asker, FAR_INSIDE, OPEN));
	EXPECT_TRUE(networks_receive(far, 10000));
	EXPECT_TRUE(networks_receive(self->udp, 5000));
	close(asker);
	close(far);
	/* From another port the far side is nobody's answer, until the kernel is named. */
	ASSERT_LOADED(warden_policy(POLICY NAMED, warden_self()));
	ASSERT_TRUE(run_in(self->net.far, "ip link set wg1 down; wg set wg1 listen-port 7317; "
					  "ip link set wg1 up"));
	EXPECT_TRUE(networks_send(self->stranger, NEAR_INSIDE, OPEN));
	EXPECT_TRUE(networks_receive(self->udp, 10000));
}

TEST_HARNESS_MAIN
