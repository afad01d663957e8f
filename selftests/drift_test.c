// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device as it is delivered is as its maker's policy says; whatever is said or opened by hand
 * since is told, and what is open that nobody declared.
 */
#include <json-c/json.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/harness.h"
#include "lib/told.h"

/* The file itself, so that what is tested is what is shipped. */
__asm__(".pushsection .rodata\n"
	"drift_policy:\n"
	".incbin \"policy/baseline.policy\"\n"
	".byte 0\n"
	".popsection\n");
extern const char drift_policy[];

#define OLDER  7311
#define SHADOW "/tmp/drift-shadow.policy"

FIXTURE(drift)
{
	int older;
};

/*
 * How many of a kind are told, of any where that is NULL; -1 where the list could not be had. The tests'
 * own terminal may be a serial line that is open from before: that is asked for by its kind alone.
 */
static int told(const char *kind, const char *part)
{
	struct json_object *list = NULL;
	int n = 0, status = warden_ctl(ARGV("--json", "policy", "drift"));
	size_t i;

	list = json_tokener_parse(warden_said());
	if (!list || status != (json_object_array_length(list) ? 1 : 0)) {
		json_object_put(list);
		return -1;
	}
	for (i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		n += (kind ? !strcmp(evidence_string(one, "kind"), kind) :
			     strcmp(evidence_string(one, "kind"), "debug") != 0) &&
		     strstr(evidence_string(one, "what"), part);
	}
	json_object_put(list);
	return n;
}

/*
 * In force since a life began, with nothing said by hand that is not gone: a test that undoes what it did
 * leaves it so to the next.
 */
static bool is_as_delivered(void)
{
	struct json_object *status = told_status();
	bool is = !strcmp(evidence_string(status, "policy-name"), "baseline");

	json_object_put(status);
	return is && !told(NULL, "");
}

FIXTURE_SETUP(drift)
{
	self->older = -1;
	if (is_as_delivered())
		return;
	ASSERT_TRUE(warden_live_again());
	ASSERT_LOADED(drift_policy);
}

FIXTURE_TEARDOWN(drift)
{
	if (self->older >= 0)
		close(self->older);
	unlink(SHADOW);
}

/* What comes next finds nothing of the baseline in force. */
static void __attribute__((destructor)) leave(void)
{
	warden_load(warden_policy("default protocol allow; default listen allow;\n"));
}

#define EXPECT_TOLD(kind, part)                                                                    \
	EXPECT_EQ(1, told(kind, part))                                                             \
	{                                                                                          \
		TH_LOG("%s", warden_said());                                                       \
	}

TEST_F(drift, is_none_on_a_device_as_it_is_delivered)
{
	EXPECT_EQ(0, told(NULL, ""))
	{
		TH_LOG("%s", warden_said());
	}
	if (told("debug", "from before"))
		return;
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "drift")));
	EXPECT_NE(NULL, strstr(warden_said(), "all is as the maker's policy says"));
}

TEST_F(drift, is_told_of_what_was_said_by_hand_and_is_gone_with_it)
{
	ASSERT_EQ(0, warden_ctl(ARGV("sensor", "switch", "microphone", "off")));
	ASSERT_EQ(0, warden_ctl(ARGV("service", "open", "tcp", "7312", "for", "10m")));
	ASSERT_EQ(0, warden_ctl(ARGV("quarantine", "add", warden_beside("stranger"))));
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "context", "armed")));
	ASSERT_TRUE(client_shell("printf 'policy \"next\" version 9000;\\ncontact \"a@b.c\"; support until "
				 "2040-01-01;\\n' >" SHADOW));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "load", "--shadow", SHADOW)))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_TOLD("switch", "microphone");
	EXPECT_TOLD("opening", "tcp 7312");
	EXPECT_TOLD("quarantine", "stranger");
	EXPECT_TOLD("context", "armed");
	EXPECT_TOLD("shadow", "next version 9000");
	EXPECT_EQ(5, told(NULL, ""));
	EXPECT_EQ(1, warden_ctl(ARGV("policy", "drift")));
	EXPECT_NE(NULL, strstr(warden_said(), "microphone is switched off"));
	ASSERT_EQ(0, warden_ctl(ARGV("sensor", "switch", "microphone", "on")));
	ASSERT_EQ(0, warden_ctl(ARGV("service", "close", "tcp", "7312")));
	ASSERT_EQ(0, warden_ctl(ARGV("quarantine", "remove", warden_beside("stranger"))));
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "context", "disarmed")));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "drop", "shadow")));
	EXPECT_EQ(0, told(NULL, ""))
	{
		TH_LOG("%s", warden_said());
	}
}

/* Of which nothing but the digits is known. */
TEST_F(drift, is_told_of_each_digest_that_is_cut_off)
{
	static const char *const digits[] = {
		"11111111111111111111111111111111111111111111111111111111111111aa",
		"22222222222222222222222222222222222222222222222222222222222222bb",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(digits); i++)
		ASSERT_EQ(0, warden_ctl(ARGV("quarantine", "add", digits[i])));
	for (i = 0; i < ARRAY_SIZE(digits); i++)
		EXPECT_TOLD("quarantine", digits[i]);
	EXPECT_EQ(2, told(NULL, ""));
	for (i = 0; i < ARRAY_SIZE(digits); i++)
		EXPECT_EQ(0, warden_ctl(ARGV("quarantine", "remove", digits[i])));
}

TEST_F(drift, is_told_of_a_listener_that_nobody_declared)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(OLDER),
				  .sin_addr.s_addr = htonl(INADDR_ANY) };

	ASSERT_LOADED(warden_policy("default protocol allow; default listen allow;\n"));
	self->older = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ASSERT_EQ(0, bind(self->older, (struct sockaddr *)&at, sizeof(at)));
	ASSERT_EQ(0, listen(self->older, 1));
	ASSERT_TRUE(warden_live_again());
	ASSERT_LOADED(drift_policy);
	EXPECT_TOLD("listener", "7311");
	EXPECT_EQ(1, told(NULL, ""))
	{
		TH_LOG("%s", warden_said());
	}
}

TEST_F(drift, is_told_of_the_boot_profile)
{
	ASSERT_TRUE(warden_live_again());
	EXPECT_TOLD("policy", "boot profile");
}

TEST_HARNESS_MAIN
