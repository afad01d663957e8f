// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nobody makes a socket of a kind the policy does not name for it; and there is
 * no kind that nobody thought of.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "lib/harness.h"
#include "lib/devices.h"
#include "lib/uring.h"
#include "lib/users.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#define FAMILIES 46 /* AF_MAX of Linux 6.12; more do not exist */
#define FAMILY_QIPCRTR 42

/* This process was refused a socket, by no rule. */
static struct claim refused(const char *object, uint64_t times)
{
	return (struct claim){
		.domain = "protocol", .reason = "program-unknown", .object = object,
		.program = warden_self(), .line = UINT32_MAX, .pid = getpid(), .times = times,
	};
}

static int make(int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

FIXTURE(protocol)
{
	struct mark mark;
};

FIXTURE_SETUP(protocol)
{
	ASSERT_LOADED(warden_policy("default protocol deny;\ndefault listen allow;\n"));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(protocol)
{
}

/* --- every kind there is ------------------------------------------------------ */

/* What a system cannot do without, as the policy language lists it. */
static bool is_common(int family, int type, int protocol)
{
	static const int netlinks[] = { NETLINK_ROUTE, NETLINK_SOCK_DIAG, NETLINK_AUDIT,
					NETLINK_KOBJECT_UEVENT, NETLINK_GENERIC };
	size_t i;

	if (family == AF_UNIX)
		return true;
	for (i = 0; i < ARRAY_SIZE(netlinks) && family == AF_NETLINK; i++)
		if (netlinks[i] == protocol)
			return true;
	/* SOCK_PACKET of the internet is a packet socket by an old name. */
	if ((family != AF_INET && family != AF_INET6) || (family == AF_INET && type == SOCK_PACKET))
		return false;
	switch (protocol) {
	case 0:
		return type == SOCK_STREAM || type == SOCK_DGRAM;
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_MPTCP:
		return type != SOCK_RAW;
	default:
		return false;
	}
}

static const int *protocols_of(int family, size_t *n)
{
	static const int internet[] = { 0, 1, 2, 6, 17, 33, 58, 115, 132, 136, 255, 256, 262 };
	static const int netlink[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
				       18, 19, 20, 21, 22, 23, 31 };
	static const int other[] = { 0, 1, 3 };

	if (family == AF_INET || family == AF_INET6) {
		*n = ARRAY_SIZE(internet);
		return internet;
	}
	*n = family == AF_NETLINK ? ARRAY_SIZE(netlink) : ARRAY_SIZE(other);
	return family == AF_NETLINK ? netlink : other;
}

/* How many kinds are neither common nor refused by Warden; @common counts the others that open. */
static int count_leaks(int *common)
{
	static const int types[] = { SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_RDM, SOCK_SEQPACKET,
				     SOCK_DCCP, SOCK_PACKET };
	int family, leaks = 0;
	size_t t, p, n;

	*common = 0;
	for (family = 0; family < FAMILIES; family++)
		for (t = 0; t < ARRAY_SIZE(types); t++) {
			const int *protocols = protocols_of(family, &n);

			for (p = 0; p < n; p++) {
				bool open = is_common(family, types[t], protocols[p]);
				int err = make(family, types[t], protocols[p]);

				*common += open && !err;
				if ((err == EACCES) != open)
					continue;
				printf("# family %d type %d protocol %d: %s\n", family, types[t],
				       protocols[p], strerror(err));
				leaks++;
			}
		}
	return leaks;
}

/* The number of leaks in this network or in one of its own, or 255 where nothing at all opened. */
static int leaks_in(const struct user *u, void *spaces)
{
	int common, leaks;

	(void)u;
	if (unshare(*(int *)spaces))
		return USERS_NOBODY;
	leaks = count_leaks(&common);
	return leaks > 200 ? 200 : common < 5 ? 255 : leaks;
}

static int leaks_as(size_t user, int spaces)
{
	return users_run(users_at(user), leaks_in, &spaces);
}

TEST_F(protocol, none_but_the_common_ones_opens_to_root_nor_to_anybody)
{
	EXPECT_EQ(0, leaks_as(0, 0));
	EXPECT_EQ(0, leaks_as(0, CLONE_NEWNET));
	EXPECT_EQ(0, leaks_as(2, CLONE_NEWNET));
	EXPECT_EQ(0, leaks_as(1, 0));
}

/* --- one by one ------------------------------------------------------------------- */

/* Kinds this kernel has without a module that a guest may lack. */
static const struct {
	const char *name;
	int family;
	int type;
	int protocol;
} kinds[] = {
	{ "raw", AF_INET, SOCK_RAW, IPPROTO_ICMP },
	{ "packet", AF_PACKET, SOCK_RAW, 0 },
	{ "netlink-admin", AF_NETLINK, SOCK_RAW, NETLINK_XFRM },
	{ "udplite", AF_INET6, SOCK_DGRAM, IPPROTO_UDPLITE },
};

TEST_F(protocol, that_is_named_opens_to_its_program)
{
	const char *policy = warden_policy("program tester { path \"%s\"; }\ndefault protocol deny;\n"
					   "allow tester use protocol raw;\n"
					   "allow tester use protocol packet;\n"
					   "allow tester use protocol netlink-admin;\n"
					   "allow any use protocol udplite;\n"
					   "deny tester use protocol mptcp;\n", warden_self());
	struct claim denied = refused("mptcp", 1);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct claim shut = refused(kinds[i].name, 0);

		EXPECT_EQ(EACCES, make(kinds[i].family, kinds[i].type, kinds[i].protocol));
		EXPECT_FOUND(evidence_of_denial(&self->mark, &shut));
	}
	ASSERT_LOADED(policy);
	self->mark = evidence_mark();
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		EXPECT_NE(EACCES, make(kinds[i].family, kinds[i].type, kinds[i].protocol));
	EXPECT_EQ(0, make(AF_PACKET, SOCK_RAW, 0));
	EXPECT_EQ(0, make(AF_INET, SOCK_RAW, IPPROTO_ICMP));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	denied.reason = "rule";
	denied.program = "tester";
	denied.line = warden_line(policy, "deny tester");
	EXPECT_EQ(EACCES, make(AF_INET, SOCK_STREAM, IPPROTO_MPTCP));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_F(protocol, is_closed_by_a_policy_that_says_nothing_of_it)
{
	struct claim denied = refused("packet", 1);

	ASSERT_LOADED(warden_policy("default listen allow;\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, make(AF_PACKET, SOCK_RAW, 0));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	self->mark = evidence_mark();
	EXPECT_EQ(0, make(AF_INET, SOCK_STREAM, 0));
	EXPECT_EQ(0, make(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
	ASSERT_LOADED(warden_policy("default protocol allow;\n"));
	EXPECT_EQ(0, make(AF_PACKET, SOCK_RAW, 0));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

TEST_F(protocol, by_io_uring_or_as_a_pair_is_denied_alike)
{
	struct claim denied = refused("packet", 1);
	int fd = uring_socket(AF_PACKET, SOCK_RAW, 0), pair[2];

	if (fd == -ENOSYS || fd == -EINVAL)
		SKIP(return, "this kernel makes no socket by io_uring (%d)", fd);
	EXPECT_EQ(-EACCES, fd);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	self->mark = evidence_mark();
	denied.object = "tipc";
	EXPECT_EQ(-1, socketpair(AF_TIPC, SOCK_STREAM, 0, pair));
	EXPECT_EQ(EACCES, errno);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy("default protocol allow;\n"));
	fd = uring_socket(AF_PACKET, SOCK_RAW, 0);
	EXPECT_LE(0, fd);
	close(fd);
}

/* --- the other end of a network device ---------------------------------------------- */

/* The errno of taking part in a tunnel that is made for it. */
static int attach(void)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC), err;

	if (fd < 0)
		return errno;
	err = ioctl(fd, TUNSETIFF, &request) ? errno : 0;
	close(fd);
	return err;
}

static int attach_in(const struct user *u, void *spaces)
{
	(void)u;
	return unshare(*(int *)spaces) ? USERS_NOBODY : attach();
}

static int attach_as(size_t user, int spaces)
{
	return users_run(users_at(user), attach_in, &spaces);
}

TEST_F(protocol, tunnel_has_no_other_end_that_is_not_named)
{
	struct claim denied = refused("tun", 2);

	if (device_load("tun", ""))
		SKIP(return, "this kernel has no tun");
	ASSERT_EQ(0, chmod("/dev/net/tun", 0666));
	denied.pid = 0;
	EXPECT_EQ(EACCES, attach_as(0, 0));
	EXPECT_EQ(EACCES, attach_as(2, CLONE_NEWNET));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(EPERM, attach_as(1, 0)); /* the kernel's own answer, before anybody is asked */
	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\ndefault protocol deny;\n"
				    "allow tester use protocol tun;\n", warden_self()));
	self->mark = evidence_mark();
	EXPECT_EQ(0, attach_as(0, CLONE_NEWNET));
	EXPECT_EQ(0, attach_as(2, CLONE_NEWNET));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* A tap of a macvlan, which the kernel has a node for, and the way PPP comes to its programs. */
#define MAKE_TAP                                                                                   \
	"ip link add name tapped type dummy && ip link add link tapped name tapping type macvtap " \
	"mode bridge && n=/dev/tap$(cat /sys/class/net/tapping/ifindex) && chmod 666 $n && "        \
	"ln -sf $n /tmp/tapping"

static int open_node(const struct user *u, void *node)
{
	int fd = open(node, O_RDWR | O_CLOEXEC), err = fd < 0 ? errno : 0;

	(void)u;
	if (!err)
		close(fd);
	return err;
}

TEST_F(protocol, node_of_a_network_device_is_its_other_end)
{
	struct claim denied = refused("tun", 3);
	size_t i;

	if (device_load("macvtap", "") || device_load("ppp_generic", ""))
		SKIP(return, "this kernel has no macvtap, or no PPP");
	ASSERT_TRUE(client_shell(MAKE_TAP));
	denied.pid = 0;
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(EACCES, users_run(users_at(i), open_node, "/tmp/tapping"));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(EACCES, open_node(NULL, "/dev/ppp"));
	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\ndefault protocol deny;\n"
				    "allow tester use protocol tun;\n", warden_self()));
	self->mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(0, users_run(users_at(i), open_node, "/tmp/tapping"));
	EXPECT_EQ(0, open_node(NULL, "/dev/ppp"));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_TRUE(client_shell("ip link del tapping; ip link del tapped"));
}

static int make_qipcrtr(const struct user *u, void *unused)
{
	(void)u;
	(void)unused;
	return make(FAMILY_QIPCRTR, SOCK_DGRAM, 0);
}

/* P18: the kernel would load a module for it: it is asked before, whoever asks. */
TEST_F(protocol, that_is_denied_loads_no_module)
{
	struct claim denied = refused("qipcrtr", USERS_COUNT);
	struct client c = { 0 };
	size_t i;

	if (!client_run(&c, ARGV("grep", "-q", "^qrtr ", "/proc/modules")))
		SKIP(return, "the module is there already");
	denied.pid = 0;
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(EACCES, users_run(users_at(i), make_qipcrtr, NULL));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	client_end(&c);
	EXPECT_EQ(1, client_run(&c, ARGV("grep", "-q", "^qrtr ", "/proc/modules")));
	client_end(&c);
}

TEST_F(protocol, of_a_real_program_is_open_by_its_rule_alone)
{
	struct client ping = { 0 };
	struct claim denied = { .domain = "protocol", .object = "raw", .reason = "program-unknown" };

	if (access("/bin/busybox", X_OK))
		SKIP(return, "busybox is not installed");
	ASSERT_NE(0, client_run(&ping, ARGV("busybox", "ping", "-c", "1", "127.0.0.1")));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	client_end(&ping);
	ASSERT_LOADED(warden_policy("program box { path \"/bin/busybox\"; }\n"
				    "default protocol deny;\nallow box use protocol raw;\n"));
	EXPECT_EQ(0, client_run(&ping, ARGV("busybox", "ping", "-c", "1", "127.0.0.1")))
	{
		TH_LOG("%s", ping.text);
	}
	client_end(&ping);
}

/* The list names each kind, and says of it what the policy does. */
TEST_F(protocol, list_tells_what_is_open_and_to_whom)
{
	struct json_object *list;
	size_t i, n, open = 0, named = 0, tunnels = 0;

	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\ndefault protocol deny;\n"
				    "allow tester use protocol packet;\n"
				    "deny any use protocol mptcp;\n", warden_self()));
	list = warden_json(ARGV("service", "protocols"));
	ASSERT_NE(NULL, list);
	n = json_object_array_length(list);
	EXPECT_LT(40, n);
	for (i = 0; i < n; i++) {
		struct json_object *one = json_object_array_get_idx(list, i), *but = NULL;

		open += json_object_get_boolean(json_object_object_get(one, "open"));
		tunnels += !strcmp(evidence_string(one, "protocol"), "tun");
		if (json_object_object_get_ex(one, "but-to", &but) &&
		    json_object_array_length(but)) {
			EXPECT_STREQ("packet", evidence_string(one, "protocol"));
			named++;
		}
	}
	EXPECT_EQ(5, open); /* unix, tcp, udp, netlink, netlink-audit */
	EXPECT_EQ(1, named);
	EXPECT_EQ(1, tunnels);
	json_object_put(list);
}

TEST_HARNESS_MAIN
