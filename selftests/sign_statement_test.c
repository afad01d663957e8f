// SPDX-License-Identifier: GPL-2.0-only
/*
 * What else is signed, and by whom it counts: consents that were exported, the word that a program
 * was updated, and lists of what is cut off.
 */
#include "lib/signing.h"

/* Of consents, which need no root, but one to go by without being told. */
TEST_F(sign, an_export_is_taken_from_those_the_maker_names)
{
	ASSERT_EQ(0, load_maker(MAKER));
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "export", "--any-device", "--key", keys_key("operator"),
				     "--cert", keys_cert("operator"), "/tmp/of-operator")));
	EXPECT_EQ(0, warden_ctl(ARGV("consent", "import", "/tmp/of-operator")));
	EXPECT_SAID("imported: 0 consents");
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "export", "--any-device", "--key", keys_key("stranger"),
				     "--cert", keys_cert("stranger"), "/tmp/of-stranger")));
	EXPECT_EQ(1, warden_ctl(ARGV("consent", "import", "/tmp/of-stranger")));
	EXPECT_SAID("nothing here vouches for");
}

/* --- consents to a program that was updated -------------------------------------------------- */

#define APP(n)		"/tmp/app-" n
#define POLICY_OF(n)                                                                               \
	HEAD("base") "default sensor deny; program app { path \"" APP(n) "\"; }\n"                 \
		     "purpose door \"Door\"; allow app use camera for door with consent;\n"

static int load_app(const char *format)
{
	char operator[160], user[160];

	snprintf(operator, sizeof(operator), "operator=%s", keys_cert("operator"));
	snprintf(user, sizeof(user), "user=%s", keys_cert("user"));
	return sign_maker(format, ARGV(operator, user)) ?: keys_load("base", "base");
}

static int use_camera(const char *app)
{
	struct client c;
	int status = client_run(&c, ARGV(app, "open", device_node(CAMERA_TOPOLOGY)));

	client_end(&c);
	return status;
}

TEST_F(sign, consent_holds_for_an_update_on_the_word_of_maker_or_operator_alone)
{
	struct claim denied = { .domain = "sensor", .reason = "no-consent", .program = "app", .times = 1 };
	char copies[512];

	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	snprintf(copies, sizeof(copies), "cd /tmp; cp %s app-1; for i in 1 2; do cp app-$i app-$((i + 1)); "
		 "echo >>app-$((i + 1)); done", warden_beside("stranger"));
	ASSERT_TRUE(client_shell(copies));
	ASSERT_EQ(0, load_app(POLICY_OF("1")));
	ASSERT_EQ(0, warden_grant("app", "camera", "door"));
	EXPECT_EQ(0, use_camera(APP("1")));
	ASSERT_EQ(0, load_app(POLICY_OF("2")));
	self->mark = evidence_mark();
	EXPECT_EQ(1, use_camera(APP("2")));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, keys_vouch(APP("1"), APP("2"), "stranger"));
	EXPECT_EQ(1, keys_carry());
	EXPECT_SAID("nothing here vouches for");
	ASSERT_EQ(0, keys_vouch(APP("1"), APP("2"), "user"));
	EXPECT_EQ(1, keys_carry());
	EXPECT_SAID("this is the key of the user");
	ASSERT_EQ(0, keys_vouch(APP("1"), APP("2"), "operator"));
	ASSERT_EQ(0, keys_alter(KEYS_STATEMENT, 30));
	EXPECT_EQ(1, keys_carry());
	EXPECT_SAID("one of them was altered");
	/* Good for other digests, and so for this program no more than none. */
	ASSERT_EQ(0, keys_vouch(APP("1"), APP("3"), "operator"));
	EXPECT_EQ(0, keys_carry());
	EXPECT_EQ(1, use_camera(APP("2")));
	ASSERT_EQ(0, keys_vouch(APP("1"), APP("2"), "operator"));
	self->mark = evidence_mark();
	ASSERT_EQ(0, keys_carry())
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){ .event = "carry", .program = "app" }));
	EXPECT_EQ(0, use_camera(APP("2")));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_EQ(1, keys_carry());
	EXPECT_SAID("not to the new one");
	warden_ctl(ARGV("consent", "withdraw", "app", "camera"));
}

/* --- what is cut off ------------------------------------------------------------------------- */

/* Whose key makes no list that counts, and what is said of it. */
TEST_F(sign, list_of_what_is_cut_off_is_taken_from_maker_or_operator_alone)
{
	static const struct {
		const char *signer, *sentence;
	} refused[] = {
		{ NULL, "the list is not signed" },
		{ "stranger", "nothing here vouches for" },
		{ "user", "this is the key of the user, which puts nothing in quarantine" },
	};
	uint32_t version = next_version();
	size_t i;

	ASSERT_TRUE(client_shell("cp /usr/bin/true " APP("cut") "; echo >>" APP("cut")));
	ASSERT_EQ(0, load_app(POLICY_OF("cut")));
	self->mark = evidence_mark();
	for (i = 0; i < ARRAY_SIZE(refused); i++) {
		ASSERT_EQ(0, keys_list(APP("cut"), version, refused[i].signer));
		EXPECT_EQ(1, keys_cut());
		EXPECT_SAID(refused[i].sentence);
	}
	ASSERT_EQ(0, keys_list(APP("cut"), version, "operator"));
	ASSERT_EQ(0, keys_alter(KEYS_LIST, 40));
	EXPECT_EQ(1, keys_cut());
	EXPECT_SAID("one of them was altered");
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){ .event = "quarantine-refuse" }));
	EXPECT_TRUE(client_shell(APP("cut")));

	ASSERT_EQ(0, keys_list(APP("cut"), version, "operator"));
	EXPECT_EQ(0, keys_cut());
	EXPECT_SAID("Test: operator: ");
	EXPECT_FALSE(client_shell(APP("cut") " 2>/dev/null"));
	ASSERT_EQ(0, keys_list("", version + 1, "operator"));
	EXPECT_EQ(0, keys_cut());
	EXPECT_TRUE(client_shell(APP("cut")));
}

/*
 * Who stole the operator's key lets out nothing that the maker cut off, and is stopped by the
 * maker's next policy.
 */
TEST_F(sign, list_of_one_role_lets_out_nothing_of_the_other)
{
	uint32_t version = next_version();

	ASSERT_TRUE(client_shell("for p in cut other; do cp /usr/bin/true " APP("$p") "; echo $p >>" APP("$p")
				 "; done"));
	ASSERT_EQ(0, load_app(POLICY_OF("cut")));
	ASSERT_EQ(0, keys_list(APP("cut"), 5, "maker"));
	EXPECT_EQ(0, keys_cut())
	{
		TH_LOG("it said: %s", warden_said());
	}
	ASSERT_EQ(0, keys_list(APP("other"), version, "operator"));
	EXPECT_EQ(0, keys_cut());
	EXPECT_FALSE(client_shell(APP("cut") " 2>/dev/null"));
	EXPECT_FALSE(client_shell(APP("other") " 2>/dev/null"));
	/* Neither the version nor the emptiness of the operator's list is one of the maker's. */
	ASSERT_EQ(0, keys_list("", version + 1, "operator"));
	EXPECT_EQ(0, keys_cut());
	EXPECT_FALSE(client_shell(APP("cut") " 2>/dev/null"));
	EXPECT_TRUE(client_shell(APP("other")));
	ASSERT_EQ(0, keys_list(APP("other"), version + 2, "operator"));
	EXPECT_EQ(0, keys_cut());
	ASSERT_EQ(0, keys_list("", 6, "maker"));
	EXPECT_EQ(0, keys_cut());
	EXPECT_TRUE(client_shell(APP("cut")));
	EXPECT_FALSE(client_shell(APP("other") " 2>/dev/null"));
	self->mark = evidence_mark();
	ASSERT_EQ(0, sign_maker(MAKER, NULL));
	ASSERT_EQ(0, keys_load("base", "base"));
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){ .event = "quarantine-list",
								     .reason = "unvouched" }));
	EXPECT_TRUE(client_shell(APP("other")));
}

TEST_NO_ROOT_IS_LEFT()

TEST_HARNESS_MAIN
