// SPDX-License-Identifier: GPL-2.0-only
/*
 * Transactions out of order, past a limit or cut short, messages that are none,
 * and consents that are not right: each is refused with its errno and a
 * sentence, and the policy in force stays whole.
 */
#include <signal.h>
#include <sys/wait.h>

#include "lib/refusal.h"

#define ALLOW WARDEN_ACTION_ALLOW
#define DENY  WARDEN_ACTION_DENY
#define RULES_MAX 100000 /* include/warden/limits.h */
#define LOADERS_MAX 8	 /* kmod/netlink/netlink.c */

/* --- the transaction ---------------------------------------------------------------- */

TEST_F(netlink, entry_before_the_header_is_refused)
{
	ASSERT_EQ(0, blob_begin(&self->g));
	blob_default(&self->m, WARDEN_DOMAIN_LISTEN, ALLOW);
	EXPECT_REFUSED(EINVAL, genl_ask(&self->g, &self->m, NLM_F_ACK));
	EXPECT_UNCHANGED();
}

TEST_F(netlink, header_that_lacks_a_part_is_refused)
{
	int left_out;

	for (left_out = WARDEN_A_HEADER_NAME; left_out <= WARDEN_A_HEADER_SUPPORT_UNTIL; left_out++) {
		size_t nest;

		ASSERT_EQ(0, blob_begin(&self->g));
		msg_init(&self->m, &self->g, WARDEN_CMD_POLICY_ADD);
		nest = msg_nest(&self->m, WARDEN_A_POLICY_HEADER);
		if (left_out != WARDEN_A_HEADER_NAME)
			msg_put_string(&self->m, WARDEN_A_HEADER_NAME, "n");
		if (left_out != WARDEN_A_HEADER_VERSION)
			msg_put_u32(&self->m, WARDEN_A_HEADER_VERSION, 1);
		if (left_out != WARDEN_A_HEADER_CONTACT)
			msg_put_string(&self->m, WARDEN_A_HEADER_CONTACT, "c");
		if (left_out != WARDEN_A_HEADER_SUPPORT_UNTIL)
			msg_put_string(&self->m, WARDEN_A_HEADER_SUPPORT_UNTIL, "2031-12-31");
		msg_end(&self->m, nest);
		EXPECT_REFUSED(EINVAL, genl_ask(&self->g, &self->m, NLM_F_ACK));
	}
	EXPECT_UNCHANGED();
}

TEST_F(netlink, add_and_commit_without_begin_are_refused)
{
	struct genl other;

	ASSERT_EQ(0, genl_open(&other));
	EXPECT_EQ(-ENOENT, blob_add_header(&other));
	EXPECT_NE('\0', other.said[0]);
	EXPECT_EQ(-ENOENT, blob_commit(&other));
	EXPECT_NE('\0', other.said[0]);
	genl_close(&other);
	EXPECT_UNCHANGED();
}

TEST_F(netlink, commit_of_nothing_is_refused)
{
	ASSERT_EQ(0, blob_begin(&self->g));
	EXPECT_REFUSED(EINVAL, blob_commit(&self->g));
	EXPECT_UNCHANGED();
}

TEST_F(netlink, commit_ends_the_transaction)
{
	struct in_force now;

	EXPECT_EQ(0, blob_commit(&self->g));
	EXPECT_REFUSED(ENOENT, blob_commit(&self->g));
	EXPECT_REFUSED(ENOENT, blob_add_header(&self->g));
	EXPECT_EQ(0, blob_in_force(&self->g, &now));
	EXPECT_EQ(self->before.generation + 1, now.generation);
}

TEST_F(netlink, begin_forgets_what_was_begun)
{
	msg_end(&self->m, blob_rule(&self->m, 1, WARDEN_DOMAIN_LISTEN, ALLOW));
	ASSERT_EQ(0, genl_ask(&self->g, &self->m, NLM_F_ACK));
	ASSERT_EQ(0, blob_begin(&self->g));
	ASSERT_EQ(0, blob_add_header(&self->g));
	ASSERT_EQ(0, blob_commit(&self->g));
	ASSERT_EQ(0, genl_do(&self->g, WARDEN_CMD_POLICY_GET));
	EXPECT_EQ(0, *(const uint32_t *)genl_attr(&self->g, WARDEN_A_POLICY_RULES, NULL));
}

static void put_rule(struct msg *m, uint32_t domain, int type, uint32_t value)
{
	size_t nest = blob_rule(m, 1, domain, ALLOW);

	msg_put_u32(m, type, value);
	msg_end(m, nest);
}

TEST_F(netlink, one_refused_entry_spoils_the_policy)
{
	put_rule(&self->m, WARDEN_DOMAIN_SENSOR, WARDEN_A_RULE_PORT_LOW, 80);
	EXPECT_REFUSED(EINVAL, genl_ask(&self->g, &self->m, NLM_F_ACK));
	msg_init(&self->m, &self->g, WARDEN_CMD_POLICY_ADD);
	blob_program(&self->m, 1, "p");
	EXPECT_REFUSED(EINVAL, genl_ask(&self->g, &self->m, NLM_F_ACK));
	EXPECT_REFUSED(EINVAL, blob_commit(&self->g));
	EXPECT_UNCHANGED();
}

TEST_F(netlink, commit_with_another_digest_is_refused_and_recorded)
{
	struct mark mark = evidence_mark();

	msg_init(&self->m, &self->g, WARDEN_CMD_POLICY_COMMIT);
	msg_put(&self->m, WARDEN_A_POLICY_DIGEST, NULL, 32);
	EXPECT_REFUSED(EBADMSG, genl_ask(&self->g, &self->m, NLM_F_ACK));
	EXPECT_UNCHANGED();
	EXPECT_FOUND(evidence_of_event(&mark, &(struct claim){ .event = "policy-refuse" }));
}

TEST_F(netlink, rule_of_a_program_or_purpose_that_is_not_there_is_refused)
{
	put_rule(&self->m, WARDEN_DOMAIN_LISTEN, WARDEN_A_RULE_PROGRAM, 1);
	ASSERT_EQ(0, genl_ask(&self->g, &self->m, NLM_F_ACK));
	EXPECT_REFUSED(EINVAL, blob_commit(&self->g));
	ASSERT_EQ(0, blob_begin(&self->g));
	ASSERT_EQ(0, blob_add_header(&self->g));
	msg_init(&self->m, &self->g, WARDEN_CMD_POLICY_ADD);
	put_rule(&self->m, WARDEN_DOMAIN_SENSOR, WARDEN_A_RULE_PURPOSE, 1);
	ASSERT_EQ(0, genl_ask(&self->g, &self->m, NLM_F_ACK));
	EXPECT_REFUSED(EINVAL, blob_commit(&self->g));
	EXPECT_UNCHANGED();
}

/* Rules from line @from to @to; those of one message are at most 200. */
static int add_rules(struct genl *g, struct msg *m, uint32_t from, uint32_t to, const char *topology)
{
	while (from <= to) {
		uint32_t end = to - from < 160 ? to : from + 159;
		int err;

		msg_init(m, g, WARDEN_CMD_POLICY_ADD);
		for (; from <= end; from++) {
			size_t nest = blob_rule(m, from, WARDEN_DOMAIN_SENSOR, DENY);

			if (topology) {
				msg_put_u32(m, WARDEN_A_RULE_CLASS, WARDEN_SENSOR_CLASS_CAMERA);
				msg_put_string(m, WARDEN_A_RULE_TOPOLOGY, topology);
				msg_put_u32(m, WARDEN_A_RULE_WITHDRAW_MS, 100);
			}
			msg_end(m, nest);
		}
		err = genl_ask(g, m, NLM_F_ACK);
		if (err)
			return err;
	}
	return 0;
}

TEST_F(netlink, rules_100000_are_taken_and_one_more_is_refused)
{
	struct in_force now;

	ASSERT_EQ(0, add_rules(&self->g, &self->m, 1, RULES_MAX, NULL));
	EXPECT_REFUSED(ENOSPC, add_rules(&self->g, &self->m, RULES_MAX + 1, RULES_MAX + 1, NULL));
	EXPECT_REFUSED(EINVAL, blob_commit(&self->g));
	EXPECT_UNCHANGED();
	ASSERT_EQ(0, blob_begin(&self->g));
	ASSERT_EQ(0, blob_add_header(&self->g));
	ASSERT_EQ(0, add_rules(&self->g, &self->m, 1, RULES_MAX, NULL));
	EXPECT_EQ(0, blob_commit(&self->g));
	EXPECT_EQ(0, blob_in_force(&self->g, &now));
	EXPECT_EQ(self->before.generation + 1, now.generation);
	EXPECT_EQ(0, blob_load(&self->g));
}

TEST_F(netlink, policy_above_16_mib_is_refused)
{
	char topology[128];

	memset(topology, 't', 127);
	topology[127] = '\0';
	EXPECT_REFUSED(E2BIG, add_rules(&self->g, &self->m, 1, RULES_MAX, topology));
	EXPECT_REFUSED(EINVAL, blob_commit(&self->g));
	EXPECT_UNCHANGED();
}

TEST_F(netlink, loader_that_is_killed_leaves_nothing)
{
	struct genl g[LOADERS_MAX];
	int i, ready[2], status;
	char byte;
	pid_t pid;

	genl_close(&self->g); /* the fixture's transaction ends */
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, pipe(ready));
	pid = fork();
	if (!pid) {
		for (i = 0; i < LOADERS_MAX; i++)
			if (genl_open(&g[i]) || blob_begin(&g[i]) || blob_add_header(&g[i]))
				_exit(1);
		if (write(ready[1], "r", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(ready[1]);
	ASSERT_EQ(1, read(ready[0], &byte, 1));
	EXPECT_REFUSED(EBUSY, blob_begin(&self->g));
	ASSERT_EQ(0, kill(pid, SIGKILL));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, blob_begin(&self->g));
	EXPECT_UNCHANGED();
	close(ready[0]);
}

/* --- messages that are not even entries ------------------------------------------------ */

TEST_F(netlink, unknown_command_is_refused)
{
	EXPECT_EQ(-EOPNOTSUPP, genl_do(&self->g, 200));
	EXPECT_EQ(-EOPNOTSUPP, genl_do(&self->g, 0));
	EXPECT_EQ(-EOPNOTSUPP, genl_do(&self->g, WARDEN_CMD_AUDIT_NTF));
	EXPECT_UNCHANGED();
}

TEST_F(netlink, command_in_the_wrong_form_is_refused)
{
	EXPECT_EQ(-EOPNOTSUPP, genl_dump(&self->g, WARDEN_CMD_POLICY_COMMIT));
	EXPECT_EQ(-EOPNOTSUPP, genl_do(&self->g, WARDEN_CMD_SENSOR_GET));
	EXPECT_UNCHANGED();
}

TEST_F(netlink, reserved_field_of_the_header_is_refused)
{
	blob_default(&self->m, WARDEN_DOMAIN_LISTEN, ALLOW);
	((struct genlmsghdr *)(self->m.bytes + NLMSG_HDRLEN))->reserved = 1;
	EXPECT_REFUSED(EINVAL, genl_ask(&self->g, &self->m, NLM_F_ACK));
	EXPECT_UNCHANGED();
}

/* Netlink drops these unanswered; a status that is answered afterwards shows that they were read. */
TEST_F(netlink, truncated_messages_do_nothing)
{
	struct nlmsghdr *h = (void *)self->m.bytes;
	size_t len;

	blob_program(&self->m, 1, "p");
	h->nlmsg_flags = NLM_F_REQUEST;
	for (len = 1; len < self->m.len; len++) {
		h->nlmsg_len = self->m.len; /* it claims all of itself */
		EXPECT_EQ(0, genl_send(&self->g, self->m.bytes, len));
		EXPECT_UNCHANGED();
		h->nlmsg_len = len; /* it is cut short and says so */
		EXPECT_EQ(0, genl_send(&self->g, self->m.bytes, len));
		EXPECT_UNCHANGED();
	}
}

/* --- consent ------------------------------------------------------------------------------ */

static void put_consent(struct msg *m, const char *program, uint32_t class, const char *purpose)
{
	msg_put_string(m, WARDEN_A_CONSENT_PROGRAM, program);
	msg_put_u32(m, WARDEN_A_CONSENT_CLASS, class);
	msg_put_string(m, WARDEN_A_CONSENT_PURPOSE, purpose);
}

static void consent_to_nothing(struct msg *m) { (void)m; }
static void consent_to_a_stranger(struct msg *m) { put_consent(m, "nobody", 1, "test"); }
static void consent_for_no_purpose(struct msg *m) { put_consent(m, "tester", 1, "no such"); }
static void consent_no_rule_asks_for(struct msg *m) { put_consent(m, "tester", 2, "test"); }
static void consent_to_class_0(struct msg *m) { put_consent(m, "tester", 0, "test"); }
static void consent_to_class_12(struct msg *m) { put_consent(m, "tester", 12, "test"); }
static void consent_to_a_reply(struct msg *m) { msg_put_u64(m, WARDEN_A_CONSENT_GIVEN, 1); }

static void consent_of_no_time(struct msg *m)
{
	put_consent(m, "tester", 1, "test");
	msg_put_u64(m, WARDEN_A_CONSENT_SECONDS, 0);
}

static void consent_past_a_century(struct msg *m)
{
	put_consent(m, "tester", 1, "test");
	msg_put_u64(m, WARDEN_A_CONSENT_SECONDS, 3153600001ULL);
}

static void consent_with_half_a_notice(struct msg *m)
{
	put_consent(m, "tester", 1, "test");
	msg_put(m, WARDEN_A_CONSENT_NOTICE, NULL, 16);
}

static const struct mistake consent_mistakes[] = {
	MISTAKE(consent_to_nothing, EINVAL),
	MISTAKE(consent_to_a_stranger, ENOENT),
	MISTAKE(consent_for_no_purpose, ENOENT),
	MISTAKE(consent_no_rule_asks_for, ENOENT),
	MISTAKE(consent_to_class_0, ERANGE),
	MISTAKE(consent_to_class_12, ERANGE),
	MISTAKE(consent_to_a_reply, EINVAL),
	MISTAKE(consent_of_no_time, ERANGE),
	MISTAKE(consent_past_a_century, ERANGE),
	MISTAKE(consent_with_half_a_notice, ERANGE),
};

TEST_F(netlink, each_mistake_in_a_consent_is_refused_with_its_errno_and_a_sentence)
{
	uint64_t consents = warden_status("consents");
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(consent_mistakes); i++) {
		msg_init(&self->m, &self->g, WARDEN_CMD_CONSENT_GRANT);
		consent_mistakes[i].make(&self->m);
		EXPECT_MISTAKE(&consent_mistakes[i]);
	}
	EXPECT_EQ(consents, warden_status("consents"));
}

TEST_F(netlink, withdrawal_of_nothing_is_refused)
{
	msg_init(&self->m, &self->g, WARDEN_CMD_CONSENT_WITHDRAW);
	EXPECT_REFUSED(EINVAL, genl_ask(&self->g, &self->m, NLM_F_ACK));
	msg_put(&self->m, WARDEN_A_CONSENT_RECEIPT, NULL, 15);
	EXPECT_REFUSED(ERANGE, genl_ask(&self->g, &self->m, NLM_F_ACK));
	msg_init(&self->m, &self->g, WARDEN_CMD_CONSENT_WITHDRAW);
	msg_put(&self->m, WARDEN_A_CONSENT_RECEIPT, NULL, 16);
	EXPECT_REFUSED(ENOENT, genl_ask(&self->g, &self->m, NLM_F_ACK));
}

/* The twin of both: a consent without a mistake is given and taken back. */
TEST_F(netlink, consent_without_a_mistake_is_given_and_withdrawn)
{
	uint8_t receipt[16];

	msg_init(&self->m, &self->g, WARDEN_CMD_CONSENT_GRANT);
	put_consent(&self->m, "tester", WARDEN_SENSOR_CLASS_CAMERA, "test");
	msg_put_u64(&self->m, WARDEN_A_CONSENT_SECONDS, 60);
	ASSERT_EQ(0, genl_ask(&self->g, &self->m, NLM_F_ACK));
	ASSERT_NE(NULL, genl_attr(&self->g, WARDEN_A_CONSENT_RECEIPT, NULL));
	memcpy(receipt, genl_attr(&self->g, WARDEN_A_CONSENT_RECEIPT, NULL), sizeof(receipt));
	msg_init(&self->m, &self->g, WARDEN_CMD_CONSENT_WITHDRAW);
	msg_put(&self->m, WARDEN_A_CONSENT_RECEIPT, receipt, sizeof(receipt));
	EXPECT_EQ(0, genl_ask(&self->g, &self->m, NLM_F_ACK));
}

TEST_HARNESS_MAIN
