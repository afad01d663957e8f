// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose policies count: signatures, roles and versions, with keys that are made
 * when the test runs.
 */
#include <time.h>

#include "lib/signing.h"

TEST_F(sign, an_unsigned_policy_is_refused_once_there_is_a_root)
{
	ASSERT_EQ(0, sign_maker(MAKER, NULL));
	EXPECT_SENTENCE("a root of trust is set, and the policy is not signed",
			warden_ctl(ARGV("policy", "load", keys_blob("base"))));
	/* Nor by force. */
	EXPECT_SENTENCE("a root of trust is set, and the policy is not signed",
			warden_ctl(ARGV("policy", "load", "--force", keys_blob("base"))));
	EXPECT_EQ(0, keys_load("base", "base"));
}

TEST_F(sign, an_altered_policy_and_an_altered_signature_are_refused)
{
	ASSERT_EQ(0, sign_maker(MAKER, NULL));
	ASSERT_EQ(0, keys_alter(keys_blob("base"), 9)); /* a letter of its name */
	EXPECT_SENTENCE("the signature is not of this policy: one of them was altered",
			keys_load("base", "base"));
	ASSERT_EQ(0, keys_alter(keys_blob("base"), 9));
	ASSERT_EQ(0, keys_alter(keys_signature("base"), 0));
	EXPECT_SENTENCE("this is no detached CMS signature", keys_load("base", "base"));
	ASSERT_EQ(0, keys_alter(keys_signature("base"), 0));
	EXPECT_EQ(0, keys_load("base", "base"));
}

TEST_F(sign, a_key_nobody_vouches_for_is_refused)
{
	ASSERT_EQ(0, keys_sign("base", text_of(MAKER), "maker", "stranger", NULL));
	EXPECT_SENTENCE("the policy is signed with a key that nothing here vouches for",
			keys_load("base", "base"));
}

TEST_F(sign, a_signature_with_signed_attributes_is_refused_with_what_to_do)
{
	struct client c;

	ASSERT_EQ(0, sign_maker(MAKER, NULL));
	ASSERT_EQ(0, client_run(&c, ARGV("openssl", "cms", "-sign", "-binary", "-in",
					 keys_blob("base"), "-signer", keys_cert("maker"), "-inkey",
					 keys_key("maker"), "-md", "sha256", "-outform", "DER", "-out",
					 "/tmp/warden-keys/attributes.p7s")));
	client_end(&c);
	EXPECT_SENTENCE("the signature has signed attributes; make it without any",
			keys_load("base", "attributes"));
}

TEST_F(sign, a_key_of_the_wrong_role_is_refused)
{
	ASSERT_EQ(0, load_maker(MAKER));
	ASSERT_EQ(0, sign_operator(HEAD("n"), "auditor"));
	EXPECT_SENTENCE("this is the key of the auditor, which does not sign the operator layer",
			keys_load("narrow", "narrow"));
	ASSERT_EQ(0, keys_sign("narrow", text_of(HEAD("n")), "maker", "operator", NULL));
	EXPECT_SENTENCE("this is the key of the operator, which does not sign the maker layer",
			keys_load("narrow", "narrow"));
	ASSERT_EQ(0, keys_sign("narrow", text_of(HEAD("n")), "user", "maker", NULL));
	EXPECT_SENTENCE("this is the key of the maker, which does not sign the user layer",
			keys_load("narrow", "narrow"));
}

static int turn_clock(int days)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec += days * 24 * 3600;
	return clock_settime(CLOCK_REALTIME, &now);
}

TEST_F(sign, an_expired_certificate_is_refused)
{
	ASSERT_EQ(0, load_maker(MAKER));
	ASSERT_EQ(0, sign_operator(HEAD("n"), "operator"));
	ASSERT_EQ(0, turn_clock(2));
	EXPECT_SENTENCE("the certificate the policy is signed with has expired",
			keys_load("narrow", "narrow"));
	ASSERT_EQ(0, turn_clock(-2));
	EXPECT_EQ(0, keys_load("narrow", "narrow"));
}

TEST_F(sign, an_older_or_equal_version_is_refused_also_by_force)
{
	uint32_t old = next_version();
	char sentence[80];

	snprintf(sentence, sizeof(sentence), "version %u is not newer than version %u of the maker layer",
		 old, old + 1);
	ASSERT_EQ(0, keys_sign("base", text_in(MAKER, old + 1), "maker", "maker", NULL));
	ASSERT_EQ(0, keys_load("base", "base"));
	EXPECT_SENTENCE("this very policy is in force already", keys_load("base", "base"));
	ASSERT_EQ(0, keys_sign("old", text_in(MAKER, old), "maker", "maker", NULL));
	EXPECT_SENTENCE(sentence, keys_load("old", "old"));
	EXPECT_SENTENCE(sentence, warden_ctl(ARGV("policy", "load", "--force", "--signature",
						  keys_signature("old"), keys_blob("old"))));
	EXPECT_EQ(0, load_maker(MAKER));
}

TEST_F(sign, the_root_is_set_once)
{
	EXPECT_EQ(1, keys_enroll("stranger"));
	EXPECT_SAID("a root of trust is set already");
	ASSERT_EQ(0, warden_ctl(ARGV("trust", "list")));
	EXPECT_EQ(NULL, strstr(warden_said(), "stranger"));
	EXPECT_EQ(1, warden_ctl(ARGV("policy", "drop", "user")));
	EXPECT_SAID("is replaced by a newer one, not dropped");
}

/* Rings live as long as a verification: there is nothing to add to, link or change. */
TEST_F(sign, no_key_ring_is_left_in_reach)
{
	char line[512];
	bool found = false;
	FILE *f;
	int i;

	ASSERT_EQ(0, load_maker(MAKER));
	for (i = 0; i < 5; i++)
		EXPECT_EQ(1, keys_load("base", "base"));
	sleep(1); /* keys are freed by a work item */
	f = fopen("/proc/keys", "r");
	ASSERT_NE(NULL, f);
	while (fgets(line, sizeof(line), f))
		found |= strstr(line, ".warden") != NULL;
	fclose(f);
	EXPECT_FALSE(found);
}

/* --- kinds of keys ------------------------------------------------------------------------ */

FIXTURE(kind)
{
	char name[32];
};

FIXTURE_VARIANT(kind)
{
	const char *word;
};

FIXTURE_VARIANT_ADD(kind, rsa_2048) { "rsa" };
FIXTURE_VARIANT_ADD(kind, ecdsa_p384) { "secp384r1" };

FIXTURE_SETUP(kind)
{
	snprintf(self->name, sizeof(self->name), "%s", variant->word);
	if (!make_keys() || !keys_make(self->name, variant->word, 3650))
		SKIP(return, "there is no openssl to make keys with");
	ASSERT_TRUE(want_root());
}

FIXTURE_TEARDOWN(kind)
{
}

TEST_F(kind, of_key_is_verified)
{
	ASSERT_EQ(0, load_maker_for(MAKER, self->name));
	ASSERT_EQ(0, sign_operator(HEAD("n"), self->name));
	ASSERT_EQ(0, keys_alter(keys_blob("narrow"), 9));
	EXPECT_EQ(1, keys_load("narrow", "narrow"));
	ASSERT_EQ(0, keys_alter(keys_blob("narrow"), 9));
	EXPECT_EQ(0, keys_load("narrow", "narrow"))
	{
		TH_LOG("%s", warden_said());
	}
}

TEST_NO_ROOT_IS_LEFT()

TEST_HARNESS_MAIN
