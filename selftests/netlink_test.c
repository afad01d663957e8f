// SPDX-License-Identifier: GPL-2.0-only
/*
 * What comes by netlink and is not right: each message is refused with its
 * errno and a sentence, and the policy in force stays whole.
 */
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <signal.h>
#include <sys/wait.h>

#include "lib/blob.h"
#include "lib/harness.h"

#define ALLOW WARDEN_ACTION_ALLOW
#define DENY  WARDEN_ACTION_DENY
#define RULES_MAX 100000 /* include/warden/limits.h */
#define LOADERS_MAX 8	 /* kmod/netlink.c */

FIXTURE(netlink)
{
	struct genl g;
	struct in_force before;
	struct msg m;
};

/* A good policy is in force, and a transaction with a good header has begun. */
FIXTURE_SETUP(netlink)
{
	ASSERT_EQ(0, genl_open(&self->g));
	ASSERT_EQ(0, blob_load(&self->g));
	ASSERT_EQ(0, blob_in_force(&self->g, &self->before));
	ASSERT_EQ(7, self->before.version);
	ASSERT_EQ(0, blob_begin(&self->g));
	ASSERT_EQ(0, blob_add_header(&self->g));
	msg_init(&self->m, &self->g, WARDEN_CMD_POLICY_ADD);
}

/* Whatever a test did, no other policy may be in force unless it committed one. */
FIXTURE_TEARDOWN(netlink)
{
	genl_close(&self->g);
}

#define EXPECT_UNCHANGED()                                                                         \
	do {                                                                                       \
		struct in_force found;                                                               \
                                                                                                   \
		EXPECT_EQ(0, blob_in_force(&self->g, &found));                                       \
		EXPECT_EQ(0, memcmp(&found, &self->before, sizeof(found)))                             \
		{                                                                                  \
			TH_LOG("the policy in force is another: generation %llu, was %llu",        \
			       (unsigned long long)found.generation,                                 \
			       (unsigned long long)self->before.generation);                       \
		}                                                                                  \
	} while (0)

#define EXPECT_REFUSED(err, answer)                                                                \
	do {                                                                                       \
		EXPECT_EQ(-(err), (answer))                                                        \
		{                                                                                  \
			TH_LOG("it said: %s", self->g.said);                                       \
		}                                                                                  \
		EXPECT_NE('\0', self->g.said[0])                                                   \
		{                                                                                  \
			TH_LOG("refused without a sentence");                                      \
		}                                                                                  \
	} while (0)

/* --- entries: one mistake each ---------------------------------------------------- */

static void unknown_entry(struct msg *m) { msg_put_u32(m, 60, 1); }
static void entry_of_a_reply(struct msg *m) { msg_put_u32(m, WARDEN_A_POLICY_RULES, 1); }

static void unknown_field(struct msg *m)
{
	size_t nest = blob_rule(m, 1, WARDEN_DOMAIN_LISTEN, ALLOW);

	msg_put_u32(m, 40, 1);
	msg_end(m, nest);
}

static void nest_without_its_flag(struct msg *m)
{
	size_t nest = m->len;

	msg_put(m, WARDEN_A_POLICY_DEFAULT, NULL, 0);
	msg_put_u32(m, WARDEN_A_DEFAULT_DOMAIN, WARDEN_DOMAIN_LISTEN);
	msg_put_u32(m, WARDEN_A_DEFAULT_ACTION, ALLOW);
	msg_end(m, nest);
}

static void number_with_the_flag_of_a_nest(struct msg *m)
{
	size_t nest = msg_nest(m, WARDEN_A_POLICY_DEFAULT);

	msg_put_u32(m, WARDEN_A_DEFAULT_DOMAIN | NLA_F_NESTED, WARDEN_DOMAIN_LISTEN);
	msg_end(m, nest);
}

static void nest_in_the_wrong_nest(struct msg *m)
{
	size_t outer = msg_nest(m, WARDEN_A_POLICY_HEADER);

	msg_end(m, blob_rule(m, 1, WARDEN_DOMAIN_LISTEN, ALLOW));
	msg_end(m, outer);
}

static void number_of_two_bytes(struct msg *m)
{
	size_t nest = msg_nest(m, WARDEN_A_POLICY_DEFAULT);

	msg_put(m, WARDEN_A_DEFAULT_DOMAIN, NULL, 2);
	msg_end(m, nest);
}

static void number_of_eight_bytes(struct msg *m)
{
	size_t nest = msg_nest(m, WARDEN_A_POLICY_DEFAULT);

	msg_put_u64(m, WARDEN_A_DEFAULT_DOMAIN, 1);
	msg_end(m, nest);
}

static void put_program(struct msg *m, const void *label, size_t len)
{
	size_t nest = msg_nest(m, WARDEN_A_POLICY_PROGRAM);

	msg_put_u32(m, WARDEN_A_PROGRAM_ID, 1);
	msg_put(m, WARDEN_A_PROGRAM_LABEL, label, len);
	blob_digest(m, WARDEN_A_PROGRAM_DIGEST, WARDEN_DIGEST_ALG_SHA256, 32);
	msg_end(m, nest);
}

static void string_without_nul(struct msg *m) { put_program(m, "four", 4); }
static void string_of_no_bytes(struct msg *m) { put_program(m, NULL, 0); }
static void empty_name(struct msg *m) { put_program(m, "", 1); }
static void name_with_escape(struct msg *m) { put_program(m, "a\033[2Jb", 7); }

static void name_of_64_characters(struct msg *m)
{
	char label[65];

	memset(label, 'x', 64);
	label[64] = '\0';
	put_program(m, label, sizeof(label));
}

static void default_of_domain_0(struct msg *m) { blob_default(m, 0, ALLOW); }
static void default_of_domain_7(struct msg *m) { blob_default(m, 7, ALLOW); }
static void default_of_action_2(struct msg *m) { blob_default(m, WARDEN_DOMAIN_LISTEN, 2); }

static void default_given_twice(struct msg *m)
{
	blob_default(m, WARDEN_DOMAIN_LISTEN, DENY);
	blob_default(m, WARDEN_DOMAIN_LISTEN, ALLOW);
}

static void default_without_action(struct msg *m)
{
	size_t nest = msg_nest(m, WARDEN_A_POLICY_DEFAULT);

	msg_put_u32(m, WARDEN_A_DEFAULT_DOMAIN, WARDEN_DOMAIN_LISTEN);
	msg_end(m, nest);
}

static void put_rule(struct msg *m, uint32_t domain, int type, uint32_t value)
{
	size_t nest = blob_rule(m, 1, domain, ALLOW);

	msg_put_u32(m, type, value);
	msg_end(m, nest);
}

static void rule_of_domain_7(struct msg *m) { msg_end(m, blob_rule(m, 1, 7, ALLOW)); }
static void rule_of_action_2(struct msg *m) { msg_end(m, blob_rule(m, 1, WARDEN_DOMAIN_LISTEN, 2)); }
static void rule_of_line_0(struct msg *m) { msg_end(m, blob_rule(m, 0, WARDEN_DOMAIN_LISTEN, ALLOW)); }
static void rule_of_connect(struct msg *m) { msg_end(m, blob_rule(m, 1, WARDEN_DOMAIN_CONNECT, DENY)); }
static void rule_of_program_0(struct msg *m) { put_rule(m, WARDEN_DOMAIN_LISTEN, WARDEN_A_RULE_PROGRAM, 0); }
static void rule_of_class_12(struct msg *m) { put_rule(m, WARDEN_DOMAIN_SENSOR, WARDEN_A_RULE_CLASS, 12); }
static void rule_of_class_0(struct msg *m) { put_rule(m, WARDEN_DOMAIN_SENSOR, WARDEN_A_RULE_CLASS, 0); }
static void rule_with_unknown_flag(struct msg *m) { put_rule(m, WARDEN_DOMAIN_SENSOR, WARDEN_A_RULE_FLAGS, 8); }
static void rule_of_port_65536(struct msg *m) { put_rule(m, WARDEN_DOMAIN_LISTEN, WARDEN_A_RULE_PORT_LOW, 65536); }
static void rule_of_protocol_65536(struct msg *m) { put_rule(m, WARDEN_DOMAIN_LISTEN, WARDEN_A_RULE_PROTOCOL, 65536); }
static void rule_ending_in_11_s(struct msg *m) { put_rule(m, WARDEN_DOMAIN_SENSOR, WARDEN_A_RULE_WITHDRAW_MS, 10001); }
static void port_in_a_sensor_rule(struct msg *m) { put_rule(m, WARDEN_DOMAIN_SENSOR, WARDEN_A_RULE_PORT_LOW, 80); }
static void class_in_a_listen_rule(struct msg *m) { put_rule(m, WARDEN_DOMAIN_LISTEN, WARDEN_A_RULE_CLASS, 1); }
static void kill_in_a_listen_rule(struct msg *m) { put_rule(m, WARDEN_DOMAIN_LISTEN, WARDEN_A_RULE_FLAGS, WARDEN_RULE_FLAG_KILL); }
static void consent_without_purpose(struct msg *m) { put_rule(m, WARDEN_DOMAIN_SENSOR, WARDEN_A_RULE_FLAGS, WARDEN_RULE_FLAG_CONSENT); }

static void consent_to_a_denial(struct msg *m)
{
	size_t nest = blob_rule(m, 1, WARDEN_DOMAIN_SENSOR, DENY);

	msg_put_u32(m, WARDEN_A_RULE_PROGRAM, 1);
	msg_put_u32(m, WARDEN_A_RULE_PURPOSE, 1);
	msg_put_u32(m, WARDEN_A_RULE_FLAGS, WARDEN_RULE_FLAG_CONSENT);
	msg_end(m, nest);
}

static void ports_turned_round(struct msg *m)
{
	size_t nest = blob_rule(m, 1, WARDEN_DOMAIN_LISTEN, ALLOW);

	msg_put_u32(m, WARDEN_A_RULE_PORT_LOW, 90);
	msg_put_u32(m, WARDEN_A_RULE_PORT_HIGH, 80);
	msg_end(m, nest);
}

static void put_rule_with_digest(struct msg *m, uint32_t domain, uint32_t alg, size_t len)
{
	size_t nest = blob_rule(m, 1, domain, ALLOW);

	blob_digest(m, WARDEN_A_RULE_DIGEST, alg, len);
	msg_end(m, nest);
}

static void digest_of_31_bytes(struct msg *m) { put_rule_with_digest(m, WARDEN_DOMAIN_MODULE, 1, 31); }
static void digest_of_33_bytes(struct msg *m) { put_rule_with_digest(m, WARDEN_DOMAIN_MODULE, 1, 33); }
static void digest_of_alg_0(struct msg *m) { put_rule_with_digest(m, WARDEN_DOMAIN_MODULE, 0, 32); }
static void digest_of_alg_3(struct msg *m) { put_rule_with_digest(m, WARDEN_DOMAIN_MODULE, 3, 32); }
static void digest_in_a_sensor_rule(struct msg *m) { put_rule_with_digest(m, WARDEN_DOMAIN_SENSOR, 1, 32); }

static void digest_without_bytes(struct msg *m)
{
	size_t nest = blob_rule(m, 1, WARDEN_DOMAIN_MODULE, ALLOW);
	size_t digest = msg_nest(m, WARDEN_A_RULE_DIGEST);

	msg_put_u32(m, WARDEN_A_DIGEST_ALG, 1);
	msg_end(m, digest);
	msg_end(m, nest);
}

static void program_without_digest(struct msg *m)
{
	size_t nest = msg_nest(m, WARDEN_A_POLICY_PROGRAM);

	msg_put_u32(m, WARDEN_A_PROGRAM_ID, 1);
	msg_put_string(m, WARDEN_A_PROGRAM_LABEL, "p");
	msg_end(m, nest);
}

static void program_with_5_digests(struct msg *m)
{
	size_t nest = msg_nest(m, WARDEN_A_POLICY_PROGRAM);
	int i;

	msg_put_u32(m, WARDEN_A_PROGRAM_ID, 1);
	msg_put_string(m, WARDEN_A_PROGRAM_LABEL, "p");
	for (i = 0; i < 5; i++)
		blob_digest(m, WARDEN_A_PROGRAM_DIGEST, WARDEN_DIGEST_ALG_SHA256, 32);
	msg_end(m, nest);
}

static void program_of_id_0(struct msg *m) { blob_program(m, 0, "p"); }
static void program_of_id_2_first(struct msg *m) { blob_program(m, 2, "p"); }

static void program_id_twice(struct msg *m)
{
	blob_program(m, 1, "p");
	blob_program(m, 1, "q");
}

static void purpose_id_twice(struct msg *m)
{
	blob_purpose(m, 1, "p");
	blob_purpose(m, 1, "q");
}

static void purpose_id_left_out(struct msg *m)
{
	blob_purpose(m, 1, "p");
	blob_purpose(m, 3, "q");
}

static void header_twice(struct msg *m) { blob_header(m, "again", 8); }

static void measure_of_sensors(struct msg *m)
{
	size_t nest = msg_nest(m, WARDEN_A_POLICY_MEASURE);

	msg_put_u32(m, WARDEN_A_MEASURE_DOMAINS, 1 << WARDEN_DOMAIN_SENSOR);
	msg_end(m, nest);
}

static void put_appraise(struct msg *m, uint32_t domain, const uint8_t *digests, size_t len)
{
	size_t nest = msg_nest(m, WARDEN_A_POLICY_APPRAISE);

	msg_put_u32(m, WARDEN_A_APPRAISE_DOMAIN, domain);
	msg_put(m, WARDEN_A_APPRAISE_DIGESTS, digests, len);
	msg_end(m, nest);
}

static void appraise_of_connect(struct msg *m) { put_appraise(m, WARDEN_DOMAIN_CONNECT, NULL, 0); }
static void appraise_with_half_a_digest(struct msg *m) { put_appraise(m, WARDEN_DOMAIN_EXEC, (const uint8_t[34]){ 1 }, 34); }
static void appraise_with_one_digest_twice(struct msg *m) { put_appraise(m, WARDEN_DOMAIN_EXEC, (const uint8_t[66]){ [0] = 1, [33] = 1 }, 66); }
static void appraise_in_falling_order(struct msg *m) { put_appraise(m, WARDEN_DOMAIN_EXEC, (const uint8_t[66]){ [0] = 1, [1] = 9, [33] = 1 }, 66); }
static void appraise_of_alg_0(struct msg *m) { put_appraise(m, WARDEN_DOMAIN_EXEC, NULL, 33); }
static void appraise_of_alg_3(struct msg *m) { put_appraise(m, WARDEN_DOMAIN_EXEC, (const uint8_t[33]){ 3 }, 33); }

static void appraise_falling_across_entries(struct msg *m)
{
	put_appraise(m, WARDEN_DOMAIN_EXEC, (const uint8_t[33]){ 1, 9 }, 33);
	put_appraise(m, WARDEN_DOMAIN_EXEC, (const uint8_t[33]){ 1, 8 }, 33);
}

/* The last attribute claims one byte more than the message has. */
static void attribute_past_the_end(struct msg *m)
{
	struct nlattr *a = (void *)(m->bytes + m->len);

	blob_default(m, WARDEN_DOMAIN_LISTEN, ALLOW);
	a->nla_len += 1;
}

static void attribute_shorter_than_its_header(struct msg *m)
{
	struct nlattr *a = (void *)(m->bytes + m->len);

	blob_default(m, WARDEN_DOMAIN_LISTEN, ALLOW);
	a->nla_len = 3;
}

static void three_stray_bytes(struct msg *m)
{
	blob_default(m, WARDEN_DOMAIN_LISTEN, ALLOW);
	memset(m->bytes + m->len, 0xff, 3);
	m->len += 3;
}

/* A field inside the nest claims more than the nest has. */
static void field_past_the_nest(struct msg *m)
{
	size_t nest = msg_nest(m, WARDEN_A_POLICY_DEFAULT);

	msg_put_u32(m, WARDEN_A_DEFAULT_DOMAIN, WARDEN_DOMAIN_LISTEN);
	((struct nlattr *)(m->bytes + nest + NLA_HDRLEN))->nla_len = 200;
	msg_end(m, nest);
}

static void more_than_a_message_may_hold(struct msg *m)
{
	uint32_t line;

	for (line = 1; line < 1200; line++)
		msg_end(m, blob_rule(m, line, WARDEN_DOMAIN_LISTEN, ALLOW));
}

static const struct mistake {
	const char *name;
	void (*make)(struct msg *m);
	int err;
} mistakes[] = {
#define MISTAKE(make, err) { #make, make, err }
	MISTAKE(unknown_entry, EINVAL),
	MISTAKE(entry_of_a_reply, EINVAL),
	MISTAKE(unknown_field, EINVAL),
	MISTAKE(nest_without_its_flag, EINVAL),
	MISTAKE(number_with_the_flag_of_a_nest, EINVAL),
	MISTAKE(nest_in_the_wrong_nest, EINVAL),
	MISTAKE(number_of_two_bytes, EINVAL),
	MISTAKE(number_of_eight_bytes, EINVAL),
	MISTAKE(string_without_nul, EINVAL),
	MISTAKE(string_of_no_bytes, EINVAL),
	MISTAKE(empty_name, EINVAL),
	MISTAKE(name_with_escape, EINVAL),
	MISTAKE(name_of_64_characters, ERANGE),
	MISTAKE(default_of_domain_0, ERANGE),
	MISTAKE(default_of_domain_7, ERANGE),
	MISTAKE(default_of_action_2, ERANGE),
	MISTAKE(default_given_twice, EINVAL),
	MISTAKE(default_without_action, EINVAL),
	MISTAKE(rule_of_domain_7, ERANGE),
	MISTAKE(rule_of_action_2, ERANGE),
	MISTAKE(rule_of_line_0, ERANGE),
	MISTAKE(rule_of_connect, EINVAL),
	MISTAKE(rule_of_program_0, ERANGE),
	MISTAKE(rule_of_class_0, ERANGE),
	MISTAKE(rule_of_class_12, ERANGE),
	MISTAKE(rule_with_unknown_flag, EINVAL),
	MISTAKE(rule_of_port_65536, ERANGE),
	MISTAKE(rule_of_protocol_65536, ERANGE),
	MISTAKE(rule_ending_in_11_s, ERANGE),
	MISTAKE(port_in_a_sensor_rule, EINVAL),
	MISTAKE(class_in_a_listen_rule, EINVAL),
	MISTAKE(kill_in_a_listen_rule, EINVAL),
	MISTAKE(consent_without_purpose, EINVAL),
	MISTAKE(consent_to_a_denial, EINVAL),
	MISTAKE(ports_turned_round, EINVAL),
	MISTAKE(digest_of_31_bytes, ERANGE),
	MISTAKE(digest_of_33_bytes, ERANGE),
	MISTAKE(digest_of_alg_0, ERANGE),
	MISTAKE(digest_of_alg_3, ERANGE),
	MISTAKE(digest_in_a_sensor_rule, EINVAL),
	MISTAKE(digest_without_bytes, EINVAL),
	MISTAKE(program_without_digest, EINVAL),
	MISTAKE(program_with_5_digests, EINVAL),
	MISTAKE(program_of_id_0, ERANGE),
	MISTAKE(program_of_id_2_first, EINVAL),
	MISTAKE(program_id_twice, EINVAL),
	MISTAKE(purpose_id_twice, EINVAL),
	MISTAKE(purpose_id_left_out, EINVAL),
	MISTAKE(header_twice, EINVAL),
	MISTAKE(measure_of_sensors, EINVAL),
	MISTAKE(appraise_of_connect, ERANGE),
	MISTAKE(appraise_with_half_a_digest, EINVAL),
	MISTAKE(appraise_with_one_digest_twice, EINVAL),
	MISTAKE(appraise_in_falling_order, EINVAL),
	MISTAKE(appraise_falling_across_entries, EINVAL),
	MISTAKE(appraise_of_alg_0, EINVAL),
	MISTAKE(appraise_of_alg_3, EINVAL),
	MISTAKE(attribute_past_the_end, EINVAL),
	MISTAKE(attribute_shorter_than_its_header, EINVAL),
	MISTAKE(three_stray_bytes, EINVAL),
	MISTAKE(field_past_the_nest, EINVAL),
	MISTAKE(more_than_a_message_may_hold, E2BIG),
};

TEST_F(netlink, each_mistake_in_an_entry_is_refused_with_its_errno_and_a_sentence)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(mistakes); i++) {
		ASSERT_EQ(0, blob_begin(&self->g));
		ASSERT_EQ(0, blob_add_header(&self->g));
		msg_init(&self->m, &self->g, WARDEN_CMD_POLICY_ADD);
		mistakes[i].make(&self->m);
		EXPECT_EQ(-mistakes[i].err, genl_ask(&self->g, &self->m, NLM_F_ACK))
		{
			TH_LOG("%s: %s", mistakes[i].name, self->g.said);
		}
		EXPECT_NE('\0', self->g.said[0])
		{
			TH_LOG("%s: refused without a sentence", mistakes[i].name);
		}
	}
	EXPECT_UNCHANGED();
}

/* Its twin: the same fields, each right. */
TEST_F(netlink, entries_without_a_mistake_are_taken)
{
	size_t nest;

	blob_default(&self->m, WARDEN_DOMAIN_LISTEN, DENY);
	blob_program(&self->m, 1, "p");
	blob_program(&self->m, 2, "q");
	blob_purpose(&self->m, 1, "r");
	nest = blob_rule(&self->m, 1, WARDEN_DOMAIN_LISTEN, ALLOW);
	msg_put_u32(&self->m, WARDEN_A_RULE_PROGRAM, 2);
	msg_put_u32(&self->m, WARDEN_A_RULE_PROTOCOL, 6);
	msg_put_u32(&self->m, WARDEN_A_RULE_PORT_LOW, 80);
	msg_put_u32(&self->m, WARDEN_A_RULE_PORT_HIGH, 65535);
	msg_end(&self->m, nest);
	nest = blob_rule(&self->m, 2, WARDEN_DOMAIN_SENSOR, ALLOW);
	msg_put_u32(&self->m, WARDEN_A_RULE_PROGRAM, 1);
	msg_put_u32(&self->m, WARDEN_A_RULE_CLASS, WARDEN_SENSOR_CLASS_CAMERA);
	msg_put_u32(&self->m, WARDEN_A_RULE_PURPOSE, 1);
	msg_put_u32(&self->m, WARDEN_A_RULE_FLAGS, WARDEN_RULE_FLAG_CONSENT);
	msg_end(&self->m, nest);
	EXPECT_EQ(0, genl_ask(&self->g, &self->m, NLM_F_ACK));
	EXPECT_EQ(0, blob_commit(&self->g));
	EXPECT_EQ(0, genl_do(&self->g, WARDEN_CMD_STATUS_GET));
}

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

TEST_F(netlink, one_refused_entry_spoils_the_policy)
{
	rule_of_connect(&self->m);
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

			if (topology)
				msg_put_string(m, WARDEN_A_RULE_TOPOLOGY, topology);
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
	for (len = 0; len < self->m.len; len++) {
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
		EXPECT_EQ(-consent_mistakes[i].err, genl_ask(&self->g, &self->m, NLM_F_ACK))
		{
			TH_LOG("%s: %s", consent_mistakes[i].name, self->g.said);
		}
		EXPECT_NE('\0', self->g.said[0])
		{
			TH_LOG("%s: refused without a sentence", consent_mistakes[i].name);
		}
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
