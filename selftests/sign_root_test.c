// SPDX-License-Identifier: GPL-2.0-only
/*
 * Before there is a root of trust, and how the module is given one.
 */
#include <json-c/json.h>

#include "lib/harness.h"
#include "lib/keys.h"
#include "lib/layers.h"

FIXTURE(rootless)
{
	struct mark mark;
};

FIXTURE_SETUP(rootless)
{
	if (!make_keys())
		SKIP(return, "there is no openssl to make keys with");
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(rootless)
{
}

/* The first of them, as it wants a module without a policy. */
TEST_F(rootless, a_layer_with_none_above_is_refused)
{
	ASSERT_EQ(0, keys_reload_module());
	EXPECT_SENTENCE("no maker layer is loaded that this one could narrow",
			sign_operator(HEAD("n"), "operator") ?:
			warden_ctl(ARGV("policy", "load", keys_blob("narrow"))));
}

TEST_F(rootless, a_signature_that_nothing_could_verify_is_refused)
{
	ASSERT_EQ(0, sign_maker(MAKER, NULL));
	EXPECT_SENTENCE("no root of trust is set that the signature could be verified by",
			keys_load("base", "base"));
	ASSERT_EQ(0, keys_vouch(warden_self(), warden_beside("stranger"), "maker"));
	EXPECT_EQ(1, keys_carry());
	EXPECT_SAID("no root of trust is set that the statement could be verified by");
}

TEST_F(rootless, module_takes_an_unsigned_policy_and_status_says_so)
{
	EXPECT_EQ(1, warden_status("unsigned-policies"));
	EXPECT_EQ(0, warden_load(text_of(MAKER)));
	ASSERT_EQ(0, warden_ctl(ARGV("status")));
	EXPECT_SAID("unsigned policies are accepted");
	EXPECT_SAID("not signed");
}

TEST_F(rootless, module_is_given_one_and_the_signer_stands_in_status_and_record)
{
	struct json_object *r;

	ASSERT_EQ(0, keys_reload_module());
	self->mark = evidence_mark();
	ASSERT_EQ(0, keys_enroll("maker"));
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){ .event = "trust-enroll" }));
	EXPECT_EQ(0, warden_status("unsigned-policies"));
	ASSERT_EQ(0, load_maker(MAKER))
	{
		TH_LOG("%s", warden_said());
	}
	r = evidence_find(&self->mark, &(struct claim){ .event = "policy-load" }, 1000);
	ASSERT_NE(NULL, r);
	EXPECT_EQ(0, strncmp(evidence_string(r, "program"), "Test: maker: ", 13));
	EXPECT_STREQ("maker", evidence_string(r, "layer"));
	json_object_put(r);
	ASSERT_EQ(0, warden_ctl(ARGV("status")));
	EXPECT_SAID("signed by Test: maker: ");
	ASSERT_EQ(0, warden_ctl(ARGV("trust", "list")));
	EXPECT_SAID("Test: auditor: ");
}

TEST_NO_ROOT_IS_LEFT()

TEST_HARNESS_MAIN
