// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the records show of the use of sensors, and of no use.
 */
#include <fcntl.h>
#include <json-c/json.h>

#include "lib/harness.h"
#include "lib/button.h"
#include "lib/camera.h"

#define STATEMENTS                                                                                 \
	"program tester { path \"%s\"; }\n"                                                        \
	"default sensor deny;\n"                                                                   \
	"allow tester use camera;\n"

#define RECORDS	  "/tmp/records"
#define STATEMENT "/tmp/statement"

/* Keep what the last wardenctl said. */
static bool keep(const char *file)
{
	FILE *f = fopen(file, "w");

	return f && fputs(warden_said(), f) >= 0 && !fclose(f);
}

/* So many that the ring keeps all of them while a test runs. */
#define CHAIN_NEW 2000

/* What repeated before, by other tests, is told a second later. */
#define SETTLED_US 1200000

/* A chain from its first record, in which the camera is used for a while; gives when that had ended. */
FIXTURE(absence)
{
	char used[32];
	char after[32];
};

/* Between what was before and what comes, also when it is rounded to a millisecond. */
static void moment(char text[32])
{
	usleep(2000);
	snprintf(text, 32, "@%.3f", (double)now_ns() / 1e9);
	usleep(2000);
}

FIXTURE_SETUP(absence)
{
	struct camera c;

	if (warden_status("records") > CHAIN_NEW)
		ASSERT_TRUE(warden_live_again());
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_LOADED(warden_policy(STATEMENTS, warden_self()));
	usleep(SETTLED_US);
	moment(self->used);
	ASSERT_EQ(0, camera_open(&c, device_node(CAMERA_TOPOLOGY)));
	usleep(100000);
	camera_close(&c);
	usleep(100000);
	moment(self->after);
}

FIXTURE_TEARDOWN(absence)
{
}

TEST_F(absence, is_proven_for_the_time_after_and_refused_for_the_time_of_use)
{
	char then[32];

	EXPECT_EQ(1, warden_ctl(ARGV("sensor", "prove-off", "camera", self->used, "now")));
	EXPECT_NE(NULL, strstr(warden_said(), "of a session that began in that time"));
	ASSERT_EQ(0, warden_ctl(ARGV("sensor", "prove-off", "microphone", self->used, "now")))
	{
		TH_LOG("%s", warden_said());
	}
	moment(then);
	ASSERT_EQ(0, warden_ctl(ARGV("sensor", "prove-off", "camera", self->after, "now")))
	{
		TH_LOG("%s", warden_said());
	}
	ASSERT_TRUE(keep(STATEMENT));
	ASSERT_EQ(0, warden_ctl(ARGV("--json", "audit", "show")));
	ASSERT_TRUE(keep(RECORDS));
	EXPECT_EQ(0, warden_ctl(ARGV("sensor", "verify-off", STATEMENT, RECORDS)))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_NE(NULL, strstr(warden_said(), "camera was not in use"));
	/* From a file as from the ring, wherever that is named. */
	EXPECT_EQ(0, warden_ctl(ARGV("sensor", "prove-off", "camera", self->after, then, "--records", RECORDS)));
	EXPECT_EQ(0, warden_ctl(ARGV("sensor", "prove-off", "--records=" RECORDS, "camera", self->after, then)));
	EXPECT_EQ(2, warden_ctl(ARGV("sensor", "prove-off", "camera", self->after, "now", "--record", RECORDS)));
	/* Records that were touched, or begin later, verify nothing. */
	ASSERT_EQ(0, warden_ctl(ARGV("--json", "audit", "show", "--since", "2")));
	ASSERT_TRUE(keep(RECORDS));
	EXPECT_EQ(1, warden_ctl(ARGV("sensor", "verify-off", STATEMENT, RECORDS)));
	EXPECT_NE(NULL, strstr(warden_said(), "begin with number 2"));
}

/* The clock of records begins with the boot. */
TEST_F(absence, is_refused_for_a_time_before_the_boot)
{
	EXPECT_EQ(1, warden_ctl(ARGV("sensor", "prove-off", "microphone", "-3650d", "now")));
	EXPECT_NE(NULL, strstr(warden_said(), "Warden began after that time did"))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_EQ(2, warden_ctl(ARGV("sensor", "prove-off", "microphone", "-3651d", "-3650d")));
	EXPECT_NE(NULL, strstr(warden_said(), "TO is before this boot"));
}

/* Is this in what was used since then, once, and for how long? -1 where it is not. */
static int64_t time_of(const char *since, const char *object)
{
	struct json_object *used = warden_json(ARGV("sensor", "usage", "--since", since)), *one;
	int64_t time = -1;
	size_t i;

	for (i = 0; i < json_object_array_length(used); i++) {
		one = json_object_array_get_idx(used, i);
		if (!strcmp(object, evidence_string(one, "object")) &&
		    evidence_number(one, "opens") == 1)
			time = (int64_t)evidence_number(one, "time");
	}
	json_object_put(used);
	return time;
}

/* It shows whatever the device measures, of any kind. */
TEST_F(absence, is_refused_for_the_time_of_a_raw_node)
{
	char node[32], before[32], after[32];
	int plug, fd;

	if (device_load("uhid", "") || device_load("hid-generic", ""))
		SKIP(return, "this kernel has no uhid");
	ASSERT_LOADED(warden_policy("default sensor deny;\nallow any use input;\n"));
	plug = button_plug(node);
	ASSERT_LE(0, plug);
	moment(before);
	fd = open(node, O_RDWR | O_NONBLOCK);
	ASSERT_LE(0, fd);
	close(fd);
	moment(after);
	close(plug);
	EXPECT_EQ(1, warden_ctl(ARGV("sensor", "prove-off", "motion", before, after)));
	EXPECT_NE(NULL, strstr(warden_said(), "of another class, behind which it may be,"))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_EQ(0, warden_ctl(ARGV("sensor", "prove-off", "motion", after, "now")));
}

/* No file is open meanwhile, and none was. */
TEST_F(absence, is_refused_for_the_time_of_a_scan)
{
	char before[32], after[32];
	struct client c;

	if (device_load("mac80211_hwsim", "radios=1"))
		SKIP(return, "this kernel has no mac80211_hwsim");
	ASSERT_TRUE(client_shell("ip link set wlan0 up"));
	ASSERT_LOADED(warden_policy("default sensor deny;\nallow any use location;\n"));
	moment(before);
	ASSERT_EQ(0, client_run(&c, ARGV("iw", "dev", "wlan0", "scan", "dump")));
	client_end(&c);
	moment(after);
	EXPECT_EQ(1, warden_ctl(ARGV("sensor", "prove-off", "location", before, "now")));
	EXPECT_NE(NULL, strstr(warden_said(), "it was in use: record"))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_EQ(0, warden_ctl(ARGV("sensor", "prove-off", "camera", before, "now")));
	EXPECT_EQ(0, warden_ctl(ARGV("sensor", "prove-off", "location", after, "now")))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_EQ(0, time_of(before, "nl80211"));
}

TEST_F(absence, usage_adds_up_what_was_used)
{
	struct json_object *used = warden_json(ARGV("sensor", "usage", "--since", self->used));
	struct json_object *first;

	ASSERT_EQ(1, json_object_array_length(used));
	first = json_object_array_get_idx(used, 0);
	EXPECT_STREQ("tester", evidence_string(first, "program"));
	EXPECT_STREQ("camera", evidence_string(first, "class"));
	EXPECT_STREQ(CAMERA_TOPOLOGY, evidence_string(first, "object"));
	EXPECT_EQ(1, evidence_number(first, "opens"));
	EXPECT_LE(90000000, evidence_number(first, "time"));
	json_object_put(used);
	used = warden_json(ARGV("sensor", "usage", "--since", "-3650d")); /* longer than it runs */
	EXPECT_LE(1, json_object_array_length(used));
	json_object_put(used);
	used = warden_json(ARGV("sensor", "usage", "--since", self->after));
	EXPECT_EQ(0, json_object_array_length(used));
	json_object_put(used);
}

TEST_HARNESS_MAIN
