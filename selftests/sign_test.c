// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose policies count: signatures, roles, layers and versions, with keys that
 * are made when the test runs.
 */
#include <json-c/json.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <time.h>

#include "lib/harness.h"
#include "lib/keys.h"
#include "lib/layers.h"
#include "lib/told.h"

#define SEALED 7001 /* a port both layers allow, 7002 only the maker's */

/* What a refusal must leave as it was. */
static uint64_t generation(void)
{
	return warden_status("generation");
}

/* Refused with this sentence, which the record has too; and nothing changed. */
#define EXPECT_SENTENCE(sentence, command)                                                         \
	do {                                                                                       \
		uint64_t before = generation();                                                    \
		struct mark mark = evidence_mark();                                                \
                                                                                                   \
		EXPECT_EQ(1, (command));                                                           \
		EXPECT_SAID(sentence);                                                             \
		EXPECT_EQ(before, generation());                                                   \
		EXPECT_FOUND(evidence_of_event(&mark, &(struct claim){ .event = "policy-refuse",   \
								       .object = (sentence) }));   \
	} while (0)

/* --- before there is a root ---------------------------------------------------------------- */

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

/* --- signatures, roles and versions --------------------------------------------------------- */

FIXTURE(sign)
{
	struct mark mark;
};

FIXTURE_SETUP(sign)
{
	if (!make_keys())
		SKIP(return, "there is no openssl to make keys with");
	if (!has_root()) {
		ASSERT_EQ(0, keys_reload_module());
		ASSERT_EQ(0, keys_enroll("maker"));
	}
	/* The operator's layer of the test before goes with the certificate. */
	if (has_layer("operator"))
		ASSERT_EQ(0, sign_maker(MAKER, NULL) ?: keys_load("base", "base"));
	self->mark = evidence_mark();
}

/* The root and the maker's policy serve the next one too; the last test ends them. */
FIXTURE_TEARDOWN(sign)
{
}

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

/* One byte of a file becomes another. */
static int alter(const char *path, long at)
{
	FILE *f = fopen(path, "r+b");
	int c;

	if (!f || fseek(f, at, SEEK_SET) || (c = getc(f)) == EOF || fseek(f, at, SEEK_SET))
		return -1;
	putc(c ^ 1, f);
	return fclose(f);
}

TEST_F(sign, an_altered_policy_and_an_altered_signature_are_refused)
{
	ASSERT_EQ(0, sign_maker(MAKER, NULL));
	ASSERT_EQ(0, alter(keys_blob("base"), 9)); /* a letter of its name */
	EXPECT_SENTENCE("the signature is not of this policy: one of them was altered",
			keys_load("base", "base"));
	ASSERT_EQ(0, alter(keys_blob("base"), 9));
	ASSERT_EQ(0, alter(keys_signature("base"), 0));
	EXPECT_SENTENCE("this is no detached CMS signature", keys_load("base", "base"));
	ASSERT_EQ(0, alter(keys_signature("base"), 0));
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
	if (!has_root()) {
		ASSERT_EQ(0, keys_reload_module());
		ASSERT_EQ(0, keys_enroll("maker"));
	}
}

FIXTURE_TEARDOWN(kind)
{
}

TEST_F(kind, of_key_is_verified)
{
	ASSERT_EQ(0, load_maker_for(MAKER, self->name));
	ASSERT_EQ(0, sign_operator(HEAD("n"), self->name));
	ASSERT_EQ(0, alter(keys_blob("narrow"), 9));
	EXPECT_EQ(1, keys_load("narrow", "narrow"));
	ASSERT_EQ(0, alter(keys_blob("narrow"), 9));
	EXPECT_EQ(0, keys_load("narrow", "narrow"))
	{
		TH_LOG("%s", warden_said());
	}
}

/* --- layers --------------------------------------------------------------------------------- */

static int listen_errno(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int err = bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 1) ? errno : 0;

	close(fd);
	return err;
}

/* It is there to be tried before somebody signs it. */
TEST_F(sign, under_a_root_a_policy_in_shadow_needs_no_signature_and_decides_nothing)
{
	const char *file = "/tmp/sign-shadow.policy";
	FILE *f = fopen(file, "w");

	ASSERT_NE(NULL, f);
	fputs(text_of(HEAD("next") "default listen deny;\n"), f);
	fclose(f);
	ASSERT_EQ(0, load_maker(MAKER));
	EXPECT_SENTENCE("a root of trust is set, and the policy is not signed",
			warden_ctl(ARGV("policy", "load", file)));
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "load", "--shadow", file)))
	{
		TH_LOG("%s", warden_said());
	}
	self->mark = evidence_mark();
	EXPECT_EQ(0, listen_errno(SEALED));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){ .event = "shadow",
								     .domain = "listen",
								     .port = SEALED + 1,
								     .observed = true }));
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "drop", "shadow")));
}

TEST_F(sign, a_layer_takes_away_and_the_denial_names_it)
{
	uint32_t version = next_version();
	struct json_object *r;

	ASSERT_EQ(0, load_maker(MAKER));
	ASSERT_EQ(0, listen_errno(SEALED + 1));
	ASSERT_EQ(0, keys_sign("narrow", text_in(HEAD("narrow") "deny any listen tcp 7002;\n"
						 "program self { path \"%s\"; }\n"
						 "deny self listen tcp 7020;\n", version),
			       "operator", "operator", NULL));
	ASSERT_EQ(0, keys_load("narrow", "narrow"))
	{
		TH_LOG("%s", warden_said());
	}
	self->mark = evidence_mark();
	EXPECT_EQ(0, listen_errno(SEALED));
	EXPECT_EQ(EACCES, listen_errno(SEALED + 1));
	r = evidence_find(&self->mark, &(struct claim){ .event = "verdict", .reason = "rule",
							.line = 3 }, 1000);
	ASSERT_NE(NULL, r);
	EXPECT_STREQ("operator", evidence_string(r, "layer"));
	EXPECT_EQ(version, evidence_number(r, "policy-version"));
	json_object_put(r);
	/* The default of the maker gives way for a time, and this rule below does not. */
	EXPECT_EQ(0, warden_ctl(ARGV("service", "open", "tcp", "7020", "for", "1m")));
	EXPECT_EQ(0, warden_ctl(ARGV("service", "open", "tcp", "7021", "for", "1m")));
	EXPECT_EQ(EACCES, listen_errno(7020));
	EXPECT_EQ(0, listen_errno(7021));
	EXPECT_EQ(0, warden_ctl(ARGV("service", "close", "tcp", "7020")));
	EXPECT_EQ(0, warden_ctl(ARGV("service", "close", "tcp", "7021")));
}

TEST_F(sign, a_layer_that_widens_is_refused_with_its_line)
{
	ASSERT_EQ(0, load_maker(MAKER));
	EXPECT_SENTENCE("line 4 allows more than the maker layer",
			load_operator(HEAD("wide") "program self { path \"%s\"; }\n"
							"allow self listen tcp 7005-7010;\n"));
	EXPECT_SENTENCE("the default for listen allows more than the maker layer",
			load_operator(HEAD("wide") "default listen allow;\n"));
	EXPECT_EQ(0, load_operator(HEAD("wide") "program self { path \"%s\"; }\n"
						     "allow self listen tcp 7005-7009;\n"));
}

TEST_F(sign, an_update_of_the_maker_keeps_the_layer_below_and_tells_what_is_wider)
{
	ASSERT_EQ(0, load_maker(MAKER));
	ASSERT_EQ(0, load_operator(HEAD("narrow") "program self { path \"%s\"; }\n"
						       "default listen deny;\n"
						       "allow self listen tcp 7001;\n"));
	ASSERT_EQ(0, load_maker(HEAD("base") "default listen deny;\n"
						  "program self { path \"%s\"; }\n"
						  "allow self listen tcp 7005;\n"));
	EXPECT_EQ(EACCES, listen_errno(SEALED));
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){ .event = "policy-wider",
								     .line = 5 }));
	ASSERT_EQ(0, warden_ctl(ARGV("status")));
	EXPECT_SAID("line 5 is wider than a layer above");
}

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
	ASSERT_EQ(0, alter(KEYS_STATEMENT, 30));
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
	ASSERT_EQ(0, alter(KEYS_LIST, 40));
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

TEST_F(sign, a_layer_goes_with_the_certificate_the_maker_names_no_more)
{
	ASSERT_EQ(0, load_maker(MAKER));
	ASSERT_EQ(0, load_operator(HEAD("narrow") "deny any listen tcp 7001;\n"));
	ASSERT_EQ(EACCES, listen_errno(SEALED));
	ASSERT_EQ(0, sign_maker(MAKER, NULL));
	ASSERT_EQ(0, keys_load("base", "base"));
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){ .event = "policy-drop",
								     .reason = "unvouched" }));
	EXPECT_EQ(0, listen_errno(SEALED));
	EXPECT_EQ(1, load_operator(HEAD("narrow") "deny any listen tcp 7001;\n"));
	EXPECT_SAID("nothing here vouches for");
}

FIXTURE(afterwards)
{
	int none;
};

FIXTURE_SETUP(afterwards)
{
}

FIXTURE_TEARDOWN(afterwards)
{
}

/* Fixtures run in the order they stand in. */
TEST_F(afterwards, no_root_is_left_behind)
{
	ASSERT_EQ(0, keys_reload_module());
	EXPECT_EQ(0, warden_ctl(ARGV("status")));
	EXPECT_NE(NULL, strstr(warden_said(), "unsigned policies are accepted"));
}

TEST_HARNESS_MAIN
