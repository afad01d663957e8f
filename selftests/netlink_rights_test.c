// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who may send what: every command and the audit group, by every kind of
 * sender, to the exact errno.
 */
#include <linux/capability.h>
#include <linux/netlink.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/blob.h"
#include "lib/harness.h"
#include "lib/users.h"

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
	{ "policy-confirm", WARDEN_CMD_POLICY_CONFIRM, false, ADMIN, -ENOENT },
	{ "policy-drop", WARDEN_CMD_POLICY_DROP, false, ADMIN, -EINVAL },
	{ "policy-read", WARDEN_CMD_POLICY_READ, true, READ, 0 },
	{ "trust-enroll", WARDEN_CMD_TRUST_ENROLL, false, ADMIN, -EINVAL },
	{ "trust-get", WARDEN_CMD_TRUST_GET, true, READ, 0 },
	{ "consent-grant", WARDEN_CMD_CONSENT_GRANT, false, ADMIN, -EINVAL },
	{ "consent-withdraw", WARDEN_CMD_CONSENT_WITHDRAW, false, ADMIN, -EINVAL },
	{ "switch-set", WARDEN_CMD_SWITCH_SET, false, ADMIN, -EINVAL },
	{ "consent-restore", WARDEN_CMD_CONSENT_RESTORE, false, ADMIN, -EINVAL },
	{ "policy-floor", WARDEN_CMD_POLICY_FLOOR, false, ADMIN, -EINVAL },
	{ "state-seal", WARDEN_CMD_STATE_SEAL, false, ADMIN, 0 },
	{ "consent-carry", WARDEN_CMD_CONSENT_CARRY, false, ADMIN, -EINVAL },
	{ "owner-transfer", WARDEN_CMD_OWNER_TRANSFER, false, ADMIN, 0 },
	{ "quarantine-load", WARDEN_CMD_QUARANTINE_LOAD, false, ADMIN, -EINVAL },
	{ "quarantine-restore", WARDEN_CMD_QUARANTINE_RESTORE, false, ADMIN, -EINVAL },
	{ "tamper-get", WARDEN_CMD_TAMPER_GET, true, READ, 0 },
	{ "tamper-clear", WARDEN_CMD_TAMPER_CLEAR, false, ADMIN, -ENOENT },
	{ "tamper-restore", WARDEN_CMD_TAMPER_RESTORE, false, ADMIN, -EINVAL },
	{ "rule-use-get", WARDEN_CMD_RULE_USE_GET, true, READ, 0 },
	{ "rule-renew", WARDEN_CMD_RULE_RENEW, false, ADMIN, 0 },
	{ "rule-use-restore", WARDEN_CMD_RULE_USE_RESTORE, false, ADMIN, -EINVAL },
	{ "owner-enroll", WARDEN_CMD_OWNER_ENROLL, false, ADMIN, -EINVAL },
	{ "audit-mark", WARDEN_CMD_AUDIT_MARK, false, ADMIN, 0 },
	{ "context-set", WARDEN_CMD_CONTEXT_SET, false, ADMIN, -EINVAL },
	{ "sensor-get", WARDEN_CMD_SENSOR_GET, true, READ, 0 },
	{ "consent-get", WARDEN_CMD_CONSENT_GET, true, READ, 0 },
	{ "session-get", WARDEN_CMD_SESSION_GET, true, READ, 0 },
	{ "audit-get", WARDEN_CMD_AUDIT_GET, true, READ, 0 },
	{ "measure-get", WARDEN_CMD_MEASURE_GET, true, READ, 0 },
	{ "service-open", WARDEN_CMD_SERVICE_OPEN, false, ADMIN, -EINVAL },
	{ "service-close", WARDEN_CMD_SERVICE_CLOSE, false, ADMIN, -EINVAL },
	{ "service-get", WARDEN_CMD_SERVICE_GET, true, READ, 0 },
	{ "probe-begin", WARDEN_CMD_PROBE_BEGIN, false, ADMIN, 0 },
	{ "probe-step", WARDEN_CMD_PROBE_STEP, false, ADMIN, 0 },
	{ "probe-end", WARDEN_CMD_PROBE_END, false, ADMIN, 0 },
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

/* FIXTURE_VARIANT: a sender, and what it may. */
FIXTURE(sender)
{
	struct genl g;
	int to_root;
};

FIXTURE_VARIANT(sender)
{
	size_t user;
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
FIXTURE_VARIANT_ADD(sender, plain_user) { .user = 1, .keep = ALL_CAPS };
FIXTURE_VARIANT_ADD(sender, root_of_a_user_namespace) { .user = 2, .keep = ALL_CAPS };
/* clang-format on */

/* What root does for the sender: for each byte a record, of a refused policy; it answers when it heard. */
static void serve(int end)
{
	struct genl g, ear;
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (genl_open(&g) || genl_open(&ear) || genl_join(&ear))
		_exit(1);
	while (read(end, &byte, 1) == 1) {
		while (!genl_event(&ear, 0))
			; /* what is older */
		blob_begin(&g);
		blob_commit(&g);
		if (genl_event(&ear, 10000) || write(end, &byte, 1) != 1)
			_exit(1);
	}
	_exit(0);
}

static int start_root(void)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return -1;
	if (fork())
		return close(ends[0]), ends[1];
	close(ends[1]);
	serve(ends[0]);
	return -1;
}

FIXTURE_SETUP(sender)
{
	self->to_root = start_root();
	ASSERT_LE(0, self->to_root);
	ASSERT_TRUE(users_become(users_at(variant->user)));
	ASSERT_EQ(0, set_caps(get_caps() & variant->keep));
	ASSERT_EQ(0, genl_open(&self->g));
}

FIXTURE_TEARDOWN(sender)
{
	genl_close(&self->g);
	close(self->to_root);
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

/* A record is made, by the root that was forked before the sender lost its rights, and told to it. */
static bool make_record(int to_root)
{
	char byte = 'r';

	return write(to_root, &byte, 1) == 1 && read(to_root, &byte, 1) == 1;
}

/* Whether it is told of a record, too; all who are told are told together. */
#define TOLD_MS 100

/*
 * Anybody may join: the kernel drops what a family says of it. What counts is
 * who is told.
 */
TEST_F(sender, hears_the_audit_group_only_with_the_right_to_read_it)
{
	ASSERT_EQ(0, genl_join(&self->g));
	ASSERT_TRUE(make_record(self->to_root));
	EXPECT_EQ(variant->read, !genl_event(&self->g, TOLD_MS));
}

/* bind() is the other way into a group. */
TEST_F(sender, hears_a_bound_audit_group_only_with_the_right_to_read_it)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	uint32_t group = self->g.group;

	if (group > 32)
		SKIP(return, "bind() reaches groups up to 32, this one has number %u", group);
	address.nl_groups = 1u << (group - 1);
	close(self->g.fd);
	self->g.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	ASSERT_EQ(0, bind(self->g.fd, (void *)&address, sizeof(address)));
	ASSERT_TRUE(make_record(self->to_root));
	EXPECT_EQ(variant->read, !genl_event(&self->g, TOLD_MS));
}

/* --- what only looks like a right ------------------------------------------------------ */

TEST(socket_that_root_opened_gives_a_plain_user_nothing)
{
	struct genl g;

	ASSERT_EQ(0, genl_open(&g));
	ASSERT_EQ(0, genl_do(&g, WARDEN_CMD_POLICY_GET));
	ASSERT_TRUE(users_become(users_at(1)));
	EXPECT_EQ(-EPERM, genl_do(&g, WARDEN_CMD_POLICY_BEGIN));
	EXPECT_EQ(-EPERM, genl_do(&g, WARDEN_CMD_POLICY_GET));
	EXPECT_EQ(-EPERM, genl_dump(&g, WARDEN_CMD_AUDIT_GET));
}

/* A root program must not be used as a deputy: what it writes to a stranger's socket has no right. */
TEST(socket_that_a_plain_user_opened_gives_root_nothing)
{
	struct genl g;

	ASSERT_EQ(0, seteuid(users_at(1)->uid));
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
