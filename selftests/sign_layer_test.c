// SPDX-License-Identifier: GPL-2.0-only
/*
 * Signed layers: what one takes away, gives not, and goes with.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "lib/signing.h"

#define SEALED 7001 /* a port both layers allow, 7002 only the maker's */

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

#define OF_TWO(persons)                                                                            \
	"program self { path \"%s\"; }\npurpose door \"Show who is at the door\";\n"                 \
	"allow self use camera for door with consent of 2 of {" persons "};\n"

static int give(const char *who, const char *how)
{
	return warden_ctl(ARGV("consent", "grant", "self", "camera", "--purpose", "door", "--principal",
			       who, how));
}

/* Its rule is asked of nobody, and what the other layer counted is held all the same. */
TEST_F(sign, a_layer_that_observes_and_lacks_its_consents_lets_go_on_by_those_of_another)
{
	struct claim observed = { .domain = "sensor", .reason = "no-consent", .observed = true };
	int camera;

	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_EQ(0, load_maker(HEAD("base") "default sensor deny;\n" OF_TWO("owner, partner")));
	ASSERT_EQ(0, load_operator(HEAD("strict") "default sensor deny observe;\n" OF_TWO("guest, friend")))
	{
		TH_LOG("%s", warden_said());
	}
	ASSERT_EQ(0, give("owner", "--once"));
	ASSERT_EQ(0, give("partner", "--once"));
	self->mark = evidence_mark();
	camera = open("/dev/video0", O_RDWR | O_CLOEXEC);
	EXPECT_LE(0, camera);
	EXPECT_FOUND(evidence_of_event(&self->mark, &observed));
	EXPECT_EQ(EACCES, device_try("/dev/video0", O_RDWR));
	EXPECT_EQ(2, warden_status("consents"));
	close(camera);
	EXPECT_EQ(0, warden_status("consents"));
	EXPECT_EQ(EACCES, device_try("/dev/video0", O_RDWR));
	warden_withdraw_all();
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

TEST_NO_ROOT_IS_LEFT()

TEST_HARNESS_MAIN
