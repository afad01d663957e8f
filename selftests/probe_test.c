// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy is called live once each hook was seen to answer under it.
 */
#include <json-c/json.h>
#include <linux/warden.h>

#include "lib/devices.h"
#include "lib/genl.h"
#include "lib/harness.h"

#define CANARY	 "virtual/warden-canary"
#define HOOKS	 (WARDEN_HOOK_INET_REQUEST + 1)
#define SHUT	 "default sensor deny;\ndefault listen deny;\n"
#define OPEN	 "default sensor allow;\ndefault listen allow;\ndefault protocol allow;\n"
/* A word on each domain, so that every hook is needed. */
#define ALL                                                                                       \
	SHUT "default connect deny;\ndebug closed;\nmeasure exec, module;\n"                      \
	     "deny any autoload \"none\";\negress deny while using radio;\n"                        \
	     "classify broker none at unix \"@none\" as location;\n"                                \
	     "allow any use protocol sctp;\nallow any debug bpf;\n"                                 \
	     "allow any connect tcp 9 on lo;\n"

FIXTURE(probe)
{
	int none;
};

FIXTURE_SETUP(probe)
{
	ASSERT_LOADED(warden_policy(SHUT));
}

FIXTURE_TEARDOWN(probe)
{
}

static bool is_probed(void)
{
	return warden_status("probed") == warden_status("generation");
}

/* How many trials of `policy probe --json` went as @field says, -1 where it did not run. */
static int count(const char *field)
{
	struct json_object *json = warden_json(ARGV("policy", "probe")), *trials;
	int n = 0;
	size_t i;

	if (!json)
		return -1;
	trials = json_object_object_get(json, "trials");
	for (i = 0; i < json_object_array_length(trials); i++)
		n += json_object_get_boolean(json_object_object_get(
			json_object_array_get_idx(trials, i), field));
	json_object_put(json);
	return n;
}

/* Where the kernel has no SCTP, or no tunnels, their hooks are needed and cannot be tried. */
TEST_F(probe, every_hook_is_tried_and_answers)
{
	const int absent = !!device_load("sctp", "") + !!device_load("tun", "");

	/* A kernel without hibernation is asked what lockdown closes by a counter alone. */
	const char *counter = access("/sys/power/state", F_OK) ? "allow any debug perf;\n" : "";
	/* Nor does one without Bluetooth have such sockets looked at. */
	const int hooks = HOOKS - !!device_load("bluetooth", "");
	const int refused = 1; /* the server that a connection would begin at */

	ASSERT_LOADED(warden_policy(ALL "%s", counter));
	EXPECT_EQ(hooks, count("needed"));
	EXPECT_EQ(hooks - absent - refused, count("seen"));
	EXPECT_EQ(HOOKS, count("ok"));
	EXPECT_TRUE(is_probed());
}

TEST_F(probe, what_nothing_needs_is_not_tried)
{
	const int needed = __builtin_popcountll(warden_status("wanted"));
	const int absent = !!device_load("tun", "");

	EXPECT_GT(HOOKS, needed);
	EXPECT_EQ(needed, count("needed"));
	EXPECT_EQ(needed - 1 - absent, count("seen")); /* no connection begins where no server is let be */
	EXPECT_EQ(HOOKS, count("ok"));
	EXPECT_TRUE(is_probed());
}

TEST_F(probe, what_the_policy_denies_is_refused_and_recorded)
{
	const struct claim denied = { .domain = "sensor", .object = CANARY };
	const struct claim passed = { .event = "probe", .object = "passed" };
	const int absent = !!device_load("tun", "");
	struct mark m = evidence_mark();

	/* the device, three ports, who takes a connection, a tunnel, and the forgery that no policy allows */
	EXPECT_EQ(7 - absent, count("denied"));
	EXPECT_FOUND(evidence_of_denial(&m, &denied));
	EXPECT_FOUND(evidence_of_event(&m, &passed));
}

TEST_F(probe, what_the_policy_allows_goes_through)
{
	ASSERT_LOADED(warden_policy(OPEN));
	EXPECT_EQ(1, count("denied"));
	EXPECT_TRUE(is_probed());
}

/* Where nobody may bind, to listen is tried all the same, and what is said of it is its own. */
TEST_F(probe, hook_of_listening_is_reached_where_binding_is_denied)
{
	const struct claim denied = { .domain = "listen", .program = "/usr/sbin/wardenctl", .port = 1 };
	struct mark m;

	ASSERT_LOADED(warden_policy(SHUT "default bind deny;\n"));
	m = evidence_mark();
	EXPECT_EQ(HOOKS, count("ok"));
	EXPECT_TRUE(is_probed());
	EXPECT_FOUND(evidence_of_denial(&m, &denied));
	ASSERT_LOADED(warden_policy(OPEN "default bind deny;\n"));
	EXPECT_EQ(HOOKS, count("ok"));
	EXPECT_TRUE(is_probed());
}

TEST_F(probe, a_policy_loaded_later_is_not_yet_probed)
{
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "probe")));
	ASSERT_TRUE(is_probed());
	ASSERT_LOADED(warden_policy(OPEN));
	EXPECT_FALSE(is_probed());
	EXPECT_EQ(0, warden_ctl(ARGV("status")));
	EXPECT_NE(NULL, strstr(warden_said(), "not run under this policy"));
}

TEST_F(probe, what_cannot_be_tried_keeps_a_policy_from_being_live)
{
	const struct claim failed = { .event = "probe", .object = "failed" };
	struct mark m = evidence_mark();
	struct client c;

	ASSERT_LOADED(warden_policy(SHUT "measure module;\n"));
	EXPECT_EQ(1, client_run(&c, ARGV("setpriv", "--bounding-set=-sys_module", "wardenctl",
					 "policy", "probe")));
	EXPECT_NE(NULL, strstr(c.text, "it could not be tried (Operation not permitted)"))
	{
		TH_LOG("%s", c.text);
	}
	EXPECT_NE(NULL, strstr(c.text, "the policy is not live"));
	client_end(&c);
	EXPECT_FALSE(is_probed());
	EXPECT_FOUND(evidence_of_event(&m, &failed));
}

TEST_F(probe, one_at_a_time_and_only_by_who_began)
{
	struct genl g;

	ASSERT_EQ(0, genl_open(&g));
	EXPECT_EQ(-ESRCH, genl_do(&g, WARDEN_CMD_PROBE_STEP));
	EXPECT_EQ(-ESRCH, genl_do(&g, WARDEN_CMD_PROBE_END));
	ASSERT_EQ(0, genl_do(&g, WARDEN_CMD_PROBE_BEGIN));
	EXPECT_EQ(1, warden_ctl(ARGV("policy", "probe")));
	EXPECT_NE(NULL, strstr(warden_said(), "another probe is running"));
	EXPECT_EQ(0, genl_do(&g, WARDEN_CMD_PROBE_STEP));
	EXPECT_EQ(0, genl_do(&g, WARDEN_CMD_PROBE_END));
	EXPECT_FALSE(is_probed());
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "probe")));
	genl_close(&g);
}

TEST_F(probe, one_that_nobody_ends_ends_by_itself)
{
	struct genl g;

	ASSERT_EQ(0, genl_open(&g));
	ASSERT_EQ(0, genl_do(&g, WARDEN_CMD_PROBE_BEGIN));
	sleep(6);
	EXPECT_EQ(-ESRCH, genl_do(&g, WARDEN_CMD_PROBE_END));
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "probe")));
	genl_close(&g);
}

TEST_HARNESS_MAIN
