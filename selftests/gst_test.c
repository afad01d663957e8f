// SPDX-License-Identifier: GPL-2.0-only
/*
 * A camera read by a pipeline of GStreamer, unmodified: it asks for memory it can hand on
 * (VIDIOC_EXPBUF), in threads of its own, where v4l2-ctl maps and reads in one.
 */
#include <glob.h>
#include <sys/stat.h>

#include "lib/harness.h"

#define LAUNCH	"/usr/bin/gst-launch-1.0"
#define PLUGINS "/tmp/gst-plugins"
#define REGISTRY "/tmp/gst-registry"
#define FRAME	"chain   *******" /* what fakesink says of a buffer */

#define RULE "allow pipeline use camera for door with consent export;"
#define NARROW "allow pipeline use camera for door with consent;"

/* Where it looks for plugins: of those that are installed it would load each one once. */
#define ENVIRONMENT                                                                                \
	"GST_PLUGIN_SYSTEM_PATH_1_0=" PLUGINS " GST_PLUGIN_PATH_1_0= GST_REGISTRY_1_0=" REGISTRY " "  \
	"GST_REGISTRY_FORK=no "

#define POLICY(rule)                                                                               \
	warden_policy("program pipeline { path \"" LAUNCH "\"; }\n"                               \
		      "purpose door \"Show who is at the door\";\n"                               \
		      "default sensor deny;\n" rule "\n")

static const char *policy(void)
{
	return POLICY(RULE);
}

FIXTURE(gst)
{
	char camera[64];
	struct mark mark;
};

/* A folder of the two plugins it needs; false where they are not installed. */
static bool link_plugins(void)
{
	static const char *const names[] = { "coreelements", "video4linux2" };
	char pattern[96], link[96];
	size_t i;

	mkdir(PLUGINS, 0755);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		glob_t found;

		snprintf(pattern, sizeof(pattern), "/usr/lib/*/gstreamer-1.0/libgst%s.so", names[i]);
		snprintf(link, sizeof(link), PLUGINS "/libgst%s.so", names[i]);
		if (glob(pattern, 0, NULL, &found))
			return false;
		unlink(link);
		if (symlink(found.gl_pathv[0], link))
			return false;
		globfree(&found);
	}
	return true;
}

FIXTURE_SETUP(gst)
{
	if (access(LAUNCH, X_OK) || !link_plugins())
		SKIP(return, "gst-launch-1.0, or the plugin for cameras, is not installed");
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	ASSERT_LOADED(policy());
	warden_withdraw_all();
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(gst)
{
	warden_withdraw_all();
	client_shell("rm -rf " PLUGINS " " REGISTRY);
}

/* Small frames, and few: drawing them is all an emulated processor can do. */
static int start(struct client *c, const char *camera, const char *options)
{
	char line[512];

	snprintf(line, sizeof(line),
		 ENVIRONMENT "exec " LAUNCH " -v v4l2src device=%s %s ! "
		 "video/x-raw,format=YUY2,width=320,height=180,framerate=10/1 ! fakesink silent=false sync=false",
		 camera, options);
	return client_start(c, ARGV("sh", "-c", line));
}

TEST_F_TIMEOUT(gst, is_refused_without_consent_and_says_why, 300)
{
	struct claim denied = { .domain = "sensor", .reason = "no-consent", .program = "pipeline",
				.object = CAMERA_TOPOLOGY, .line = warden_line(policy(), RULE) };
	struct client c;

	ASSERT_EQ(0, start(&c, self->camera, "num-buffers=1"));
	EXPECT_LT(0, client_wait(&c, 120000));
	EXPECT_NE(NULL, strstr(c.text, "Permission denied"))
	{
		TH_LOG("%s", c.text);
	}
	EXPECT_EQ(NULL, strstr(c.text, FRAME));
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_F_TIMEOUT(gst, streams_with_consent, 300)
{
	struct client c;

	ASSERT_EQ(0, warden_grant("pipeline", "camera", "door"));
	ASSERT_EQ(0, start(&c, self->camera, "num-buffers=3"));
	EXPECT_EQ(0, client_wait(&c, 120000));
	EXPECT_NE(NULL, strstr(c.text, FRAME))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
	/* No peace: it looks at each node of V4L2 first, and most are none of its own. */
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){
		.event = "session-start", .domain = "sensor", .reason = "consent", .program = "pipeline",
		.object = CAMERA_TOPOLOGY }));
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){
		.event = "session-end", .domain = "sensor", .reason = "closed", .program = "pipeline",
		.object = CAMERA_TOPOLOGY }));
}

/* It hands its frames on as files, and says that it may not. */
TEST_F_TIMEOUT(gst, is_refused_its_buffers_by_a_rule_that_lets_nobody_export, 300)
{
	struct claim denied = { .domain = "sensor", .reason = "export", .program = "pipeline",
				.object = CAMERA_TOPOLOGY, .line = warden_line(POLICY(NARROW), NARROW) };
	struct client c;

	ASSERT_LOADED(POLICY(NARROW));
	ASSERT_EQ(0, warden_grant("pipeline", "camera", "door"));
	self->mark = evidence_mark();
	ASSERT_EQ(0, start(&c, self->camera, "num-buffers=3"));
	EXPECT_LT(0, client_wait(&c, 120000));
	EXPECT_EQ(NULL, strstr(c.text, FRAME))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(policy());
}

TEST_F_TIMEOUT(gst, loses_its_stream_when_consent_is_withdrawn, 300)
{
	struct claim withdrawn = { .event = "session-end", .domain = "sensor", .reason = "withdrawn",
				   .program = "pipeline", .object = CAMERA_TOPOLOGY };
	struct client c;

	ASSERT_EQ(0, warden_grant("pipeline", "camera", "door"));
	ASSERT_EQ(0, start(&c, self->camera, ""));
	ASSERT_TRUE(client_says(&c, FRAME, 120000))
	{
		TH_LOG("%s", c.text);
	}
	ASSERT_TRUE(client_runs(&c));
	ASSERT_EQ(0, warden_withdraw("pipeline", "camera"));
	EXPECT_FOUND(evidence_of_event(&self->mark, &withdrawn));
	/* It says that its device failed, and ends. */
	EXPECT_LT(0, client_wait(&c, 60000));
	EXPECT_NE(NULL, strstr(c.text, "ERROR: from element"))
	{
		TH_LOG("status %d: %s", c.status, c.text);
	}
	client_end(&c);
}

TEST_HARNESS_MAIN
