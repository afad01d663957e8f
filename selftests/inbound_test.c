// SPDX-License-Identifier: GPL-2.0-only
/*
 * From outside nothing reaches a port that the policy lets nobody receive at,
 * whoever listens there, in whatever network, and whatever tables say.
 */
#include <json-c/json.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "lib/harness.h"
#include "lib/networks.h"
#include "lib/users.h"

/* Listeners from before the policy: of these the policy closes the first. */
#define CLOSED 7301
#define OPEN   7302
#define SERVER 7303 /* on the far side, open */
#define KERNEL 7305 /* of a VXLAN interface */

#define POLICY                                                                                     \
	"program tester { path \"%s\"; }\ndefault protocol allow; default listen deny;\n"          \
	"allow tester listen tcp {7302, 7303};\nallow tester listen udp {7302, 7303};\n"

static const char *const near_addresses[] = { NEAR4, NEAR6 };
static const char *const far_addresses[] = { FAR4, FAR6 };

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

	if (warden_load(warden_policy("default protocol allow; default listen allow;\n")))
		return warden_said();
	if (!networks_make(&s->net, plain))
		return "no networks with a wire between them";
	for (i = 0; i < 2; i++) {
		s->tcp[i] = networks_serve(s->net.near, SOCK_STREAM, CLOSED + i);
		s->udp[i] = networks_serve(s->net.near, SOCK_DGRAM, CLOSED + i);
		if (s->tcp[i] < 0 || s->udp[i] < 0)
			return "no listeners";
	}
	s->server_tcp = networks_serve(s->net.far, SOCK_STREAM, SERVER);
	s->server_udp = networks_serve(s->net.far, SOCK_DGRAM, SERVER);
	if (s->server_tcp < 0 || s->server_udp < 0)
		return "no servers";
	if (networks_reach(s->net.far, NEAR4, CLOSED, 5000) || networks_reach(s->net.far, NEAR6, CLOSED, 5000))
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
	networks_end(&self->scene.net);
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
	networks_end(&self->scene.net);
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
		EXPECT_EQ(0, networks_reach(self->scene.net.far, near_addresses[i], OPEN, 5000));
		EXPECT_EQ(ETIMEDOUT, networks_reach(self->scene.net.far, near_addresses[i], CLOSED, 300));
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
	EXPECT_EQ(0, networks_reach(self->scene.net.near, NEAR4, CLOSED, 5000));
}

TEST_F(inbound, udp_reaches_no_socket_older_than_the_policy)
{
	int i, stranger;

	for (i = 0; i < 2; i++) {
		stranger = networks_socket(self->scene.net.far, i ? AF_INET6 : AF_INET, SOCK_DGRAM);
		EXPECT_TRUE(networks_send(stranger, near_addresses[i], CLOSED));
		EXPECT_TRUE(networks_send(stranger, near_addresses[i], OPEN));
		EXPECT_TRUE(networks_receive(self->scene.udp[1], 5000));
		EXPECT_FALSE(networks_receive(self->scene.udp[0], 0));
		close(stranger);
	}
	EXPECT_DROPPED(2, CLOSED, IPPROTO_UDP);
}

/* What a fragment keeps back is not let in; what was put into fragments by the way is. */
TEST_F(inbound, fragments_that_hide_the_port_reach_no_socket)
{
	const union address open = address_of(NEAR6, OPEN);
	int stranger = networks_socket(self->scene.net.far, AF_INET6, SOCK_DGRAM);
	static const char large[4000];

	EXPECT_TRUE(networks_send_cut(self->scene.net.far, CLOSED));
	EXPECT_EQ(sizeof(large), sendto(stranger, large, sizeof(large), 0, &open.any, sizeof(open.v6)));
	EXPECT_TRUE(networks_receive(self->scene.udp[1], 5000));
	EXPECT_FALSE(networks_receive(self->scene.udp[0], 0));
	EXPECT_EQ(self->scene.dropped + 1, warden_status("inbound-dropped"));
	/* They are as they must be: without a policy they come in. */
	ASSERT_LOADED(warden_policy("default protocol allow; default listen allow;\n"));
	EXPECT_TRUE(networks_send_cut(self->scene.net.far, CLOSED));
	EXPECT_TRUE(networks_receive(self->scene.udp[0], 5000));
	close(stranger);
}

TEST_F(inbound, noise_to_all_is_counted_and_not_told)
{
	int one = 1, fd = networks_socket(self->scene.net.far, AF_INET, SOCK_DGRAM), tries = 100;
	struct claim told = { .event = "inbound", .port = CLOSED + 1 };
	struct json_object *record;

	ASSERT_EQ(0, setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &one, sizeof(one)));
	EXPECT_TRUE(networks_send(fd, "192.0.2.255", CLOSED));
	EXPECT_TRUE(networks_send(fd, "192.0.2.255", OPEN));
	EXPECT_TRUE(networks_receive(self->scene.udp[1], 5000));
	EXPECT_FALSE(networks_receive(self->scene.udp[0], 0));
	while (warden_status("inbound-dropped") == self->scene.dropped && tries--)
		usleep(20000);
	/* The sender's own network has a copy, too. */
	EXPECT_LE(self->scene.dropped + 1, warden_status("inbound-dropped"));
	record = evidence_find(&self->scene.mark, &told, 0);
	EXPECT_EQ(NULL, record);
	json_object_put(record);
	close(fd);
}

TEST_F(inbound, answers_pass_and_nothing_else_with_them)
{
	union address server;
	int i, asker, caller, stranger;

	for (i = 0; i < 2; i++) {
		asker = networks_socket(self->scene.net.near, i ? AF_INET6 : AF_INET, SOCK_DGRAM);
		stranger = networks_socket(self->scene.net.far, i ? AF_INET6 : AF_INET, SOCK_DGRAM);
		/* Bound by sending, and connected without having sent. */
		ASSERT_TRUE(networks_send(asker, far_addresses[i], SERVER));
		EXPECT_TRUE(networks_receive(self->scene.server_udp, 5000));
		self->scene.mark = evidence_mark();
		EXPECT_TRUE(networks_send(stranger, near_addresses[i], networks_port(asker)));
		EXPECT_TRUE(networks_send(self->scene.server_udp, i ? NEAR6 : "::ffff:" NEAR4, networks_port(asker)));
		EXPECT_TRUE(networks_receive(asker, 5000));
		EXPECT_FALSE(networks_receive(asker, 0));
		EXPECT_DROPPED(1, networks_port(asker), IPPROTO_UDP);
		caller = networks_socket(self->scene.net.near, i ? AF_INET6 : AF_INET, SOCK_DGRAM);
		server = address_of(far_addresses[i], SERVER);
		ASSERT_EQ(0, connect(caller, &server.any, size_of(&server)));
		EXPECT_TRUE(networks_send(self->scene.server_udp, i ? NEAR6 : "::ffff:" NEAR4, networks_port(caller)));
		EXPECT_TRUE(networks_receive(caller, 5000));
		EXPECT_EQ(0, networks_reach(self->scene.net.near, far_addresses[i], SERVER, 5000));
		close(asker);
		close(caller);
		close(stranger);
	}
}

/* Does the hook on the way out come to stand, or to be gone? It goes seconds after it was needed last. */
static bool comes_to_note(uint64_t noting)
{
	int tries = 250;

	while (warden_status("inbound-noting") != noting && tries--)
		usleep(20000);
	return tries >= 0;
}

/* A command in the near network; false where it failed. */
static bool run_near(const struct scene *s, const char *command)
{
	char line[512];

	snprintf(line, sizeof(line), "nsenter -t %d -n %s", s->net.near, command);
	return client_shell(line);
}

#define ASKING 7399 /* nobody sits there, until the near network picks it */

/* Ask the far server, which answers: does the answer come in? */
static bool is_answered(const struct scene *s, int asker)
{
	return networks_send(asker, FAR6, SERVER) &&
	       networks_receive(s->server_udp, 5000) &&
	       networks_send(s->server_udp, NEAR6, networks_port(asker)) && networks_receive(asker, 300);
}

TEST_F(inbound, answers_are_noted_where_a_socket_sits_on_a_closed_port_and_found_missing_elsewhere)
{
	const char *text = warden_policy("default protocol allow; "
					 "default listen allow;\ndeny any listen udp {0, 7399};\n");
	struct claim drop = { .event = "inbound", .reason = "port-closed", .port = ASKING + 1,
			      .line = warden_line(text, "deny any") };
	int asker, stranger = networks_socket(self->scene.net.far, AF_INET6, SOCK_DGRAM);

	ASSERT_LOADED(text);
	EXPECT_TRUE(comes_to_note(0));
	EXPECT_EQ(1, warden_status("inbound"));
	/* One older than the policy is seen when that comes. */
	ASSERT_LOADED(warden_policy("default protocol allow; "
				    "default listen allow;\ndeny any listen udp {0, 7301, 7399};\n"));
	EXPECT_EQ(1, warden_status("inbound-noting"));
	EXPECT_TRUE(is_answered(&self->scene, self->scene.udp[0]));
	ASSERT_LOADED(warden_policy("default protocol allow; "
				    "default listen allow;\ndeny any listen udp {0, 7399};\n"));
	EXPECT_TRUE(comes_to_note(0));
	/* What a network picks from now on is not told of: the first answer is lost, and none after it. */
	asker = networks_socket(self->scene.net.near, AF_INET6, SOCK_DGRAM);
	EXPECT_TRUE(is_answered(&self->scene, asker));
	close(asker);
	ASSERT_TRUE(run_near(&self->scene, "sh -c 'echo 7399 7399 >/proc/sys/net/ipv4/ip_local_port_range'"));
	asker = networks_socket(self->scene.net.near, AF_INET6, SOCK_DGRAM);
	self->scene.mark = evidence_mark();
	self->scene.dropped = warden_status("inbound-dropped");
	EXPECT_FALSE(is_answered(&self->scene, asker));
	EXPECT_EQ(ASKING, networks_port(asker));
	EXPECT_FOUND(evidence_of_event(&self->scene.mark, &drop));
	EXPECT_EQ(self->scene.dropped + 1, warden_status("inbound-dropped"));
	EXPECT_TRUE(comes_to_note(1));
	EXPECT_TRUE(is_answered(&self->scene, asker));
	EXPECT_TRUE(networks_send(stranger, NEAR6, ASKING));
	EXPECT_FALSE(networks_receive(asker, 100));
	EXPECT_EQ(self->scene.dropped + 2, warden_status("inbound-dropped"));
	close(asker);
	close(stranger);
}

/* What was to lead the open port to the closed one is in place, and leads nowhere. */
#define EXPECT_LED_NOWHERE()                                                                       \
	do {                                                                                       \
		self->scene.mark = evidence_mark();                                                \
		self->scene.dropped = warden_status("inbound-dropped");                            \
		EXPECT_EQ(ETIMEDOUT, networks_reach(self->scene.net.far, NEAR4, OPEN, 300));       \
		EXPECT_DROPPED(1, CLOSED, IPPROTO_TCP);                                            \
	} while (0)

TEST_F(inbound, tables_do_not_undo_it)
{
	if (access("/usr/sbin/nft", X_OK))
		SKIP(return, "nftables is not installed");
	if (!run_near(&self->scene, "nft list ruleset"))
		SKIP(return, "this kernel has no nf_tables");
	/* Who asks only is not told of. */
	EXPECT_EQ(NULL, evidence_find(&self->scene.mark, &(struct claim){ .event = "tables" }, 0));
	ASSERT_TRUE(run_near(&self->scene,
			     "nft 'table inet t {"
			     " chain first { type filter hook input priority -2147483648; accept; };"
			     " chain last { type filter hook input priority 2147483647; accept; };"
			     " chain turn { type nat hook prerouting priority -100;"
			     "  tcp dport 7302 redirect to :7301; }; }'"));
	EXPECT_FOUND(evidence_of_event(&self->scene.mark, &(struct claim){ .event = "tables",
									   .program = "/usr/sbin/nft" }));
	EXPECT_EQ(ETIMEDOUT, networks_reach(self->scene.net.far, NEAR4, CLOSED, 300));
	EXPECT_LED_NOWHERE();
	ASSERT_TRUE(run_near(&self->scene, "nft flush ruleset"));
	EXPECT_EQ(0, networks_reach(self->scene.net.far, NEAR4, OPEN, 5000));
	EXPECT_EQ(ETIMEDOUT, networks_reach(self->scene.net.far, NEAR4, CLOSED, 300));
}

TEST_F(inbound, virtual_server_does_not_undo_it)
{
	if (access("/usr/sbin/ipvsadm", X_OK))
		SKIP(return, "ipvsadm is not installed");
	if (device_load("ip_vs", "") || device_load("ip_vs_rr", ""))
		SKIP(return, "this kernel has no virtual servers");
	ASSERT_TRUE(run_near(&self->scene, "ipvsadm -A -t " NEAR4 ":7302 -s rr"));
	ASSERT_TRUE(run_near(&self->scene, "ipvsadm -a -t " NEAR4 ":7302 -r " NEAR4 ":7301 -m"));
	EXPECT_LED_NOWHERE();
	EXPECT_TRUE(run_near(&self->scene, "ipvsadm -C"));
	EXPECT_EQ(0, networks_reach(self->scene.net.far, NEAR4, OPEN, 5000));
}

TEST_F(inbound, rewriting_packets_does_not_undo_it)
{
	if (!run_near(&self->scene, "tc qdisc add dev wv0 clsact") ||
	    !run_near(&self->scene, "tc filter add dev wv0 ingress protocol ip flower ip_proto tcp "
				    "dst_port 7302 action pedit ex munge tcp dport set 7301 "
				    "pipe action csum ip4h tcp"))
		SKIP(return, "this kernel rewrites no packets");
	EXPECT_LED_NOWHERE();
	EXPECT_TRUE(run_near(&self->scene, "tc qdisc del dev wv0 clsact"));
	EXPECT_EQ(0, networks_reach(self->scene.net.far, NEAR4, OPEN, 5000));
}

TEST_F(inbound, opening_lets_in_until_it_is_closed)
{
	ASSERT_EQ(0, warden_ctl(ARGV("service", "open", "tcp", "7301", "for", "1m")));
	EXPECT_EQ(0, networks_reach(self->scene.net.far, NEAR4, CLOSED, 5000));
	EXPECT_EQ(self->scene.dropped, warden_status("inbound-dropped"));
	ASSERT_EQ(0, warden_ctl(ARGV("service", "close", "tcp", "7301")));
	EXPECT_EQ(ETIMEDOUT, networks_reach(self->scene.net.far, NEAR4, CLOSED, 300));
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
	EXPECT_EQ(0, networks_reach(self->scene.net.far, NEAR4, CLOSED, 5000));
	EXPECT_FOUND(evidence_of_event(&self->scene.mark, &told));
	EXPECT_EQ(observed + 1, warden_status("inbound-observed"));
	EXPECT_EQ(self->scene.dropped, warden_status("inbound-dropped"));
	/* A policy that closes nothing has nothing looked at. */
	ASSERT_LOADED(warden_policy("default protocol allow; default listen allow;\n"));
	EXPECT_EQ(0, warden_status("inbound"));
	EXPECT_EQ(0, networks_reach(self->scene.net.far, NEAR4, CLOSED, 5000));
}

/* --- other transports ------------------------------------------------------------------- */

#define OTHERS                                                                                     \
	"program tester { path \"%s\"; }\ndefault protocol allow; "                                \
	"default listen deny;\nallow tester listen tcp 7301;\n"                                    \
	"allow tester listen sctp 7302;\nallow tester listen dccp 7302;\n"                         \
	"allow tester listen udplite {7302, 7303};\n"

static const struct transport {
	const char *module;
	int type;
	int protocol;
} transports[] = {
	{ "sctp", NETWORKS_OF(SOCK_STREAM, IPPROTO_SCTP), IPPROTO_SCTP },
	{ "dccp_ipv6", NETWORKS_OF(SOCK_DCCP, IPPROTO_DCCP), IPPROTO_DCCP },
};

#define TRANSPORTS (sizeof(transports) / sizeof(*transports))

/* Listeners from before the policy, at two ports of which the policy then names one. */
TEST_F(inbound, other_transports_reach_no_listener_older_than_the_policy)
{
	int served[TRANSPORTS][2], i;
	size_t t;

	ASSERT_LOADED(warden_policy("default protocol allow; default listen allow;\n"));
	for (t = 0; t < TRANSPORTS; t++) {
		device_load(transports[t].module, "");
		for (i = 0; i < 2; i++)
			served[t][i] = networks_serve(self->scene.net.near, transports[t].type, CLOSED + i);
	}
	ASSERT_LOADED(warden_policy(OTHERS, warden_self()));
	for (t = 0; t < TRANSPORTS; t++) {
		const int type = transports[t].type;

		if (served[t][0] < 0) {
			printf("# this kernel has no %s\n", transports[t].module);
			continue;
		}
		self->scene.mark = evidence_mark();
		self->scene.dropped = warden_status("inbound-dropped");
		for (i = 0; i < 2; i++) {
			EXPECT_EQ(0, networks_reach_by(type, self->scene.net.far, near_addresses[i], OPEN, 5000));
			EXPECT_EQ(ETIMEDOUT,
				  networks_reach_by(type, self->scene.net.far, near_addresses[i], CLOSED, 300));
		}
		EXPECT_DROPPED(2, CLOSED, transports[t].protocol);
		EXPECT_EQ(0, networks_reach_by(type, self->scene.net.near, NEAR4, CLOSED, 5000));
		close(served[t][0]);
		close(served[t][1]);
	}
}

TEST_F(inbound, udplite_reaches_no_socket_older_than_the_policy_but_answers_do)
{
	const int type = NETWORKS_OF(SOCK_DGRAM, IPPROTO_UDPLITE);
	int i, stranger, asker, server, closed, open;

	ASSERT_LOADED(warden_policy("default protocol allow; default listen allow;\n"));
	closed = networks_serve(self->scene.net.near, type, CLOSED);
	if (closed < 0)
		SKIP(return, "this kernel has no UDP-Lite");
	open = networks_serve(self->scene.net.near, type, OPEN);
	server = networks_serve(self->scene.net.far, type, SERVER);
	ASSERT_LOADED(warden_policy(OTHERS, warden_self()));
	for (i = 0; i < 2; i++) {
		self->scene.mark = evidence_mark();
		self->scene.dropped = warden_status("inbound-dropped");
		stranger = networks_socket(self->scene.net.far, i ? AF_INET6 : AF_INET, type);
		asker = networks_socket(self->scene.net.near, i ? AF_INET6 : AF_INET, type);
		EXPECT_TRUE(networks_send(stranger, near_addresses[i], CLOSED));
		EXPECT_TRUE(networks_send(stranger, near_addresses[i], OPEN));
		EXPECT_TRUE(networks_receive(open, 5000));
		EXPECT_FALSE(networks_receive(closed, 0));
		EXPECT_DROPPED(1, CLOSED, IPPROTO_UDPLITE);
		EXPECT_TRUE(networks_send(asker, far_addresses[i], SERVER));
		EXPECT_TRUE(networks_receive(server, 5000));
		EXPECT_TRUE(networks_send(stranger, near_addresses[i], networks_port(asker)));
		EXPECT_TRUE(networks_send(server, i ? NEAR6 : "::ffff:" NEAR4, networks_port(asker)));
		EXPECT_TRUE(networks_receive(asker, 5000));
		EXPECT_FALSE(networks_receive(asker, 0));
		close(stranger);
		close(asker);
	}
	close(server);
	close(closed);
	close(open);
}

/* --- networks that are younger than the policy ---------------------------------------- */

TEST_F(inbound, stands_in_networks_that_come_later)
{
	struct networks later = {};
	int asker, stranger;

	ASSERT_TRUE(networks_make(&later, false));
	asker = networks_socket(later.near, AF_INET, SOCK_DGRAM);
	stranger = networks_socket(later.far, AF_INET, SOCK_DGRAM);
	ASSERT_TRUE(networks_send(asker, FAR4, SERVER));
	ASSERT_TRUE(networks_send(stranger, NEAR4, networks_port(asker)));
	EXPECT_DROPPED(1, networks_port(asker), IPPROTO_UDP);
	EXPECT_FALSE(networks_receive(asker, 0));
	ASSERT_TRUE(networks_send(stranger, NEAR4, networks_port(asker)));
	ASSERT_LOADED(warden_policy("default protocol allow; default listen allow;\n"));
	ASSERT_TRUE(networks_send(stranger, NEAR4, networks_port(asker)));
	EXPECT_TRUE(networks_receive(asker, 5000));
	EXPECT_FALSE(networks_receive(asker, 0));
	networks_end(&later);
}

/* What `wardenctl service list` says of a port that no process holds. */
static const char *kernel_state(const char *where)
{
	static char state[32];
	struct json_object *list = warden_json(ARGV("service", "list")), *entry;
	size_t i;

	state[0] = '\0';
	for (i = 0; list && i < json_object_array_length(list); i++) {
		entry = json_object_array_get_idx(list, i);
		if (!strcmp(evidence_string(entry, "where"), where) &&
		    !strcmp(evidence_string(entry, "program"), "-"))
			snprintf(state, sizeof(state), "%s", evidence_string(entry, "state"));
	}
	json_object_put(list);
	return state;
}

TEST_F(inbound, listener_of_the_kernel_is_not_reached_and_is_listed)
{
	int stranger = networks_socket(self->scene.net.far, AF_INET, SOCK_DGRAM);
	char command[160];

	snprintf(command, sizeof(command),
		 "nsenter -t %d -n ip link add vx0 up type vxlan id 1 dstport %d dev wv0",
		 self->scene.net.near, KERNEL);
	if (!client_shell(command))
		SKIP(return, "this kernel has no vxlan");
	EXPECT_TRUE(networks_send(stranger, NEAR4, KERNEL));
	EXPECT_DROPPED(1, KERNEL, IPPROTO_UDP);
	EXPECT_STREQ("kernel-not-declared", kernel_state("0.0.0.0:7305"));
	/* Allowed, it is reached: what is sent behind it has come, and it was not dropped. */
	ASSERT_LOADED(warden_policy(POLICY "allow any listen udp 7305;\n", warden_self()));
	self->scene.dropped = warden_status("inbound-dropped");
	EXPECT_TRUE(networks_send(stranger, NEAR4, KERNEL));
	EXPECT_TRUE(networks_send(stranger, NEAR4, OPEN));
	EXPECT_TRUE(networks_receive(self->scene.udp[1], 5000));
	EXPECT_EQ(self->scene.dropped, warden_status("inbound-dropped"));
	EXPECT_STREQ("kernel", kernel_state("0.0.0.0:7305"));
	close(stranger);
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

TEST_F(user_network, tables_of_its_root_do_not_undo_it)
{
	if (access("/usr/sbin/nft", X_OK))
		SKIP(return, "nftables is not installed");
	if (!networks_run(&self->scene.net, "nft list ruleset"))
		SKIP(return, "this kernel has no nf_tables");
	ASSERT_TRUE(networks_run(&self->scene.net, "nft 'table inet t {"
						    " chain turn { type nat hook prerouting priority -100;"
						    "  tcp dport 7302 redirect to :7301; }; }'"));
	EXPECT_LED_NOWHERE();
}

static int make_table(const struct user *u, void *unused)
{
	(void)u;
	(void)unused;
	execlp("nft", "nft", "add table inet t", NULL);
	return USERS_NOBODY;
}

/* P10: a plain user has tables nowhere, by the kernel's own word. */
TEST_F(user_network, tables_are_not_for_a_plain_user)
{
	struct mark mark = evidence_mark();

	if (!client_shell("nft list ruleset"))
		SKIP(return, "this kernel has no nf_tables");
	EXPECT_EQ(1, users_run(users_at(1), make_table, NULL));
	EXPECT_FOUND(evidence_of_peace(&mark));
}

TEST_F(user_network, is_as_closed_as_any)
{
	int i;

	for (i = 0; i < 2; i++) {
		EXPECT_EQ(0, networks_reach(self->scene.net.far, near_addresses[i], OPEN, 5000));
		EXPECT_EQ(ETIMEDOUT, networks_reach(self->scene.net.far, near_addresses[i], CLOSED, 300));
	}
	EXPECT_DROPPED(2, CLOSED, IPPROTO_TCP);
}

TEST_HARNESS_MAIN
