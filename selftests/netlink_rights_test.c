// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may send what: every command and the audit group, by every kind of
 * sender, to the exact errno.
 */
#include <linux/capability.h>
#include <linux/netlink.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/blob.h"
#include "lib/harness.h"

#define PLAIN_USER 1000
#define ALL_CAPS (~0ULL)
#define CAP(name) (1ULL << (name))

/* What a command is allowed by; its errno for one who may, sent without attributes. */
enum right { ANYONE, ADMIN, READ };

static const struct command {
	const char *name;
	uint8_t cmd;
	bool dump;
	enum right right;
	int err;
} commands[] = {
	{ "status-get", WARDEN_CMD_STATUS_GET, false, ANYONE, 0 },
	{ "policy-add", WARDEN_CMD_POLICY_ADD, false, ADMIN, -ENOENT },
	{ "policy-commit", WARDEN_CMD_POLICY_COMMIT, false, ADMIN, -ENOENT },
	{ "policy-begin", WARDEN_CMD_POLICY_BEGIN, false, ADMIN, 0 },
	{ "policy-get", WARDEN_CMD_POLICY_GET, false, READ, 0 },
	{ "consent-grant", WARDEN_CMD_CONSENT_GRANT, false, ADMIN, -EINVAL },
	{ "consent-withdraw", WARDEN_CMD_CONSENT_WITHDRAW, false, ADMIN, -EINVAL },
	{ "sensor-get", WARDEN_CMD_SENSOR_GET, true, READ, 0 },
	{ "consent-get", WARDEN_CMD_CONSENT_GET, true, READ, 0 },
	{ "session-get", WARDEN_CMD_SESSION_GET, true, READ, 0 },
	{ "audit-get", WARDEN_CMD_AUDIT_GET, true, READ, 0 },
	{ "measure-get", WARDEN_CMD_MEASURE_GET, true, READ, 0 },
	/* Last, and only by those who may not: it would end the test. */
	{ "stop", WARDEN_CMD_STOP, false, ADMIN, 0 },
};

static int set_caps(uint64_t caps)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = caps, .permitted = caps },
		{ .effective = caps >> 32, .permitted = caps >> 32 },
	};

	return syscall(SYS_capset, &head, data) ? -errno : 0;
}

static uint64_t get_caps(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {};

	syscall(SYS_capget, &head, data);
	return data[0].permitted | (uint64_t)data[1].permitted << 32;
}

static int become_user(void)
{
	return setresgid(PLAIN_USER, PLAIN_USER, PLAIN_USER) ||
	       setresuid(PLAIN_USER, PLAIN_USER, PLAIN_USER) ? -errno : 0;
}

/* A plain user who is root in a user namespace of his own. */
static int become_namespace_root(void)
{
	int err = become_user();

	return err ? err : unshare(CLONE_NEWUSER) ? -errno : 0;
}

/* FIXTURE_VARIANT: a sender, and what it may. */
FIXTURE(sender)
{
	struct genl g;
};

FIXTURE_VARIANT(sender)
{
	int (*become)(void);
	uint64_t keep;	  /* capabilities it keeps */
	bool admin, read; /* what it may then */
};

/* clang-format off */
FIXTURE_VARIANT_ADD(sender, root) { .keep = ALL_CAPS, .admin = true, .read = true };
FIXTURE_VARIANT_ADD(sender, root_without_mac_admin) { .keep = ~CAP(CAP_MAC_ADMIN), .read = true };
FIXTURE_VARIANT_ADD(sender, root_without_audit_read) { .keep = ~CAP(CAP_AUDIT_READ), .admin = true };
FIXTURE_VARIANT_ADD(sender, root_without_capabilities) { .keep = 0 };
FIXTURE_VARIANT_ADD(sender, root_with_only_mac_admin) { .keep = CAP(CAP_MAC_ADMIN), .admin = true };
FIXTURE_VARIANT_ADD(sender, root_with_only_audit_read) { .keep = CAP(CAP_AUDIT_READ), .read = true };
FIXTURE_VARIANT_ADD(sender, root_with_only_sys_admin) { .keep = CAP(CAP_SYS_ADMIN) };
FIXTURE_VARIANT_ADD(sender, root_with_only_net_admin) { .keep = CAP(CAP_NET_ADMIN) };
FIXTURE_VARIANT_ADD(sender, root_with_only_audit_control) { .keep = CAP(CAP_AUDIT_CONTROL) | CAP(CAP_AUDIT_WRITE) };
FIXTURE_VARIANT_ADD(sender, plain_user) { .become = become_user, .keep = ALL_CAPS };
FIXTURE_VARIANT_ADD(sender, root_of_a_user_namespace) { .become = become_namespace_root, .keep = ALL_CAPS };
/* clang-format on */

FIXTURE_SETUP(sender)
{
	if (variant->become)
		ASSERT_EQ(0, variant->become());
	ASSERT_EQ(0, set_caps(get_caps() & variant->keep));
	ASSERT_EQ(0, genl_open(&self->g));
}

FIXTURE_TEARDOWN(sender)
{
	genl_close(&self->g);
}

static bool may(enum right right, bool admin, bool read)
{
	return right == ANYONE || (right == ADMIN && admin) || (right == READ && read);
}

TEST_F(sender, gets_the_exact_errno_of_each_command)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		const struct command *c = &commands[i];
		bool allowed = may(c->right, variant->admin, variant->read);

		if (allowed && c->cmd == WARDEN_CMD_STOP)
			continue;
		EXPECT_EQ(allowed ? c->err : -EPERM,
			  c->dump ? genl_dump(&self->g, c->cmd) : genl_do(&self->g, c->cmd))
		{
			TH_LOG("%s", c->name);
		}
		EXPECT_TRUE(allowed || strstr(self->g.said, "CAP_"))
		{
			TH_LOG("%s: refused without naming the capability: '%s'", c->name, self->g.said);
		}
	}
}

TEST_F(sender, joins_the_audit_group_only_with_the_right_to_read_it)
{
	int err = setsockopt(self->g.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &self->g.group,
			     sizeof(self->g.group)) ? errno : 0;

	EXPECT_EQ(variant->read ? 0 : EPERM, err);
}

/* bind() is the other way into a group; it takes the first 32 only. */
TEST_F(sender, binds_to_the_audit_group_only_with_the_right_to_read_it)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	int err;

	if (self->g.group > 32)
		SKIP(return, "the group has a number above 32");
	address.nl_groups = 1u << (self->g.group - 1);
	err = bind(self->g.fd, (void *)&address, sizeof(address)) ? errno : 0;
	EXPECT_EQ(variant->read ? 0 : EPERM, err);
}

/* --- what only looks like a right ------------------------------------------------------ */

TEST(socket_that_root_opened_gives_a_plain_user_nothing)
{
	struct genl g;

	ASSERT_EQ(0, genl_open(&g));
	ASSERT_EQ(0, genl_do(&g, WARDEN_CMD_POLICY_GET));
	ASSERT_EQ(0, become_user());
	EXPECT_EQ(-EPERM, genl_do(&g, WARDEN_CMD_POLICY_BEGIN));
	EXPECT_EQ(-EPERM, genl_do(&g, WARDEN_CMD_POLICY_GET));
	EXPECT_EQ(-EPERM, genl_dump(&g, WARDEN_CMD_AUDIT_GET));
	EXPECT_EQ(EPERM, setsockopt(g.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &g.group,
				    sizeof(g.group)) ? errno : 0);
}

/* A root program must not be used as a deputy: what it writes to a stranger's socket has no right. */
TEST(socket_that_a_plain_user_opened_gives_root_nothing)
{
	struct genl g;

	ASSERT_EQ(0, seteuid(PLAIN_USER));
	ASSERT_EQ(0, genl_open(&g));
	ASSERT_EQ(0, seteuid(0));
	EXPECT_EQ(-EPERM, genl_do(&g, WARDEN_CMD_POLICY_BEGIN));
	EXPECT_EQ(-EPERM, genl_do(&g, WARDEN_CMD_STOP));
	EXPECT_EQ(-EPERM, genl_dump(&g, WARDEN_CMD_AUDIT_GET));
}

TEST(transaction_that_root_began_cannot_be_committed_without_the_right)
{
	struct in_force before, now;
	struct genl g;

	ASSERT_EQ(0, genl_open(&g));
	ASSERT_EQ(0, blob_load(&g));
	ASSERT_EQ(0, blob_in_force(&g, &before));
	ASSERT_EQ(0, blob_begin(&g));
	ASSERT_EQ(0, blob_add_header(&g));
	ASSERT_EQ(0, set_caps(get_caps() & ~CAP(CAP_MAC_ADMIN)));
	EXPECT_EQ(-EPERM, blob_commit(&g));
	ASSERT_EQ(0, blob_in_force(&g, &now));
	EXPECT_EQ(0, memcmp(&before, &now, sizeof(now)));
}

TEST(family_is_not_in_another_network_namespace)
{
	struct genl here, there = {};
	struct msg m;
	uint16_t family;

	ASSERT_EQ(0, genl_open(&here));
	family = here.family;
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	EXPECT_EQ(-ENOENT, genl_open(&there));
	/* by number, too */
	there.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	there.family = family;
	msg_init(&m, &there, WARDEN_CMD_STATUS_GET);
	EXPECT_EQ(-ENOENT, genl_ask(&there, &m, NLM_F_ACK));
	/* the twin: a socket from the first namespace still reaches it */
	EXPECT_EQ(0, genl_do(&here, WARDEN_CMD_STATUS_GET));
}

TEST_HARNESS_MAIN
