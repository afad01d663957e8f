// SPDX-License-Identifier: GPL-2.0-only
/*
 * Entries of a policy with one mistake each, but for its rules, and messages that
 * are none, as a hostile or broken loader would send them: every one is refused
 * with its errno and a sentence, and the policy in force stays whole.
 */
#include "lib/refusal.h"

#define ALLOW WARDEN_ACTION_ALLOW
#define DENY  WARDEN_ACTION_DENY

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
static void default_past_the_last_domain(struct msg *m) { blob_default(m, WARDEN_DOMAIN_BPF + 1, ALLOW); }
static void default_of_egress(struct msg *m) { blob_default(m, WARDEN_DOMAIN_EGRESS, ALLOW); }
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

static void put_signer(struct msg *m, uint32_t role, size_t len)
{
	size_t nest = msg_nest(m, WARDEN_A_POLICY_SIGNER);

	msg_put_u32(m, WARDEN_A_SIGNER_ROLE, role);
	msg_put(m, WARDEN_A_SIGNER_CERTIFICATE, NULL, len);
	msg_put_u64(m, WARDEN_A_SIGNER_NOT_AFTER, UINT32_MAX);
	msg_end(m, nest);
}

static void signer_of_role_0(struct msg *m) { put_signer(m, WARDEN_ROLE_NONE, 100); }
static void signer_of_role_5(struct msg *m) { put_signer(m, WARDEN_ROLE_AUDITOR + 1, 100); }
static void certificate_of_no_bytes(struct msg *m) { put_signer(m, WARDEN_ROLE_OPERATOR, 0); }
static void certificate_of_4097_bytes(struct msg *m) { put_signer(m, WARDEN_ROLE_OPERATOR, 4097); }

static void signer_without_end(struct msg *m)
{
	size_t nest = msg_nest(m, WARDEN_A_POLICY_SIGNER);

	msg_put_u32(m, WARDEN_A_SIGNER_ROLE, WARDEN_ROLE_OPERATOR);
	msg_put(m, WARDEN_A_SIGNER_CERTIFICATE, NULL, 100);
	msg_end(m, nest);
}

static void seventeen_signers(struct msg *m)
{
	int i;

	for (i = 0; i < 17; i++)
		put_signer(m, WARDEN_ROLE_OPERATOR, 8);
}

static void program_of_no_user(struct msg *m)
{
	size_t nest = msg_nest(m, WARDEN_A_POLICY_PROGRAM);

	msg_put_u32(m, WARDEN_A_PROGRAM_ID, 1);
	msg_put_string(m, WARDEN_A_PROGRAM_LABEL, "p");
	blob_digest(m, WARDEN_A_PROGRAM_DIGEST, WARDEN_DIGEST_ALG_SHA256, 32);
	msg_put_u32(m, WARDEN_A_PROGRAM_UID, UINT32_MAX);
	msg_end(m, nest);
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
static void appraise_of_usb(struct msg *m) { put_appraise(m, WARDEN_DOMAIN_USB, NULL, 0); }
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

static const struct mistake mistakes[] = {
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
	MISTAKE(name_of_64_characters, EINVAL),
	MISTAKE(default_of_domain_0, ERANGE),
	MISTAKE(default_of_domain_7, EINVAL),
	MISTAKE(default_past_the_last_domain, ERANGE),
	MISTAKE(default_of_egress, EINVAL),
	MISTAKE(default_of_action_2, ERANGE),
	MISTAKE(default_given_twice, EINVAL),
	MISTAKE(default_without_action, EINVAL),
	MISTAKE(program_without_digest, EINVAL),
	MISTAKE(program_with_5_digests, EINVAL),
	MISTAKE(program_of_id_0, ERANGE),
	MISTAKE(program_of_id_2_first, EINVAL),
	MISTAKE(program_id_twice, EINVAL),
	MISTAKE(purpose_id_twice, EINVAL),
	MISTAKE(purpose_id_left_out, EINVAL),
	MISTAKE(header_twice, EINVAL),
	MISTAKE(signer_of_role_0, ERANGE),
	MISTAKE(signer_of_role_5, ERANGE),
	MISTAKE(certificate_of_no_bytes, EINVAL),
	MISTAKE(certificate_of_4097_bytes, EINVAL),
	MISTAKE(signer_without_end, EINVAL),
	MISTAKE(seventeen_signers, ENOSPC),
	MISTAKE(program_of_no_user, EINVAL),
	MISTAKE(measure_of_sensors, EINVAL),
	MISTAKE(appraise_of_connect, ERANGE),
	MISTAKE(appraise_of_usb, EINVAL),
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
	EXPECT_ENTRIES_REFUSED(mistakes);
}

/* Its twin: the same fields, each right. */
TEST_F(netlink, entries_without_a_mistake_are_taken)
{
	blob_default(&self->m, WARDEN_DOMAIN_LISTEN, DENY);
	blob_program(&self->m, 1, "p");
	blob_program(&self->m, 2, "q");
	blob_purpose(&self->m, 1, "r");
	EXPECT_EQ(0, genl_ask(&self->g, &self->m, NLM_F_ACK));
	EXPECT_EQ(0, blob_commit(&self->g));
	EXPECT_EQ(0, genl_do(&self->g, WARDEN_CMD_STATUS_GET));
}

TEST_HARNESS_MAIN
