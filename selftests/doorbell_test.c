// SPDX-License-Identifier: GPL-2.0-only
/*
 * The doorbell's policy does what its comments say: it is loaded as it is
 * shipped, and each of its rules is used.
 */
#include <netinet/in.h>

#include "lib/harness.h"

#define POLICIES "/usr/share/warden/policy/"

static int load_file(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), POLICIES "%s", name);
	return warden_ctl(ARGV("policy", "load", "--force", path));
}

/* The line of a rule in a shipped policy. */
static uint32_t line_in(const char *name, const char *rule)
{
	char path[256], text[16384] = "";
	FILE *f;

	snprintf(path, sizeof(path), POLICIES "%s", name);
	f = fopen(path, "r");
	if (!f)
		return 0;
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	return warden_line(text, rule);
}

FIXTURE(doorbell)
{
	struct mark mark;
};

FIXTURE_SETUP(doorbell)
{
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_EQ(0, device_load("snd-aloop", "pcm_substreams=1"));
	warden_withdraw_all();
	ASSERT_EQ(0, load_file("examples/doorbell.policy"))
	{
		TH_LOG("%s", warden_said());
	}
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(doorbell)
{
	warden_withdraw_all();
}

TEST_F(doorbell, shows_the_visitor_with_consent_only)
{
	const char *const watch[] = { "v4l2-ctl", "-d", device_node(CAMERA_TOPOLOGY),
				      "--stream-mmap", "--stream-count=2", NULL };
	struct client c;

	EXPECT_NE(0, client_run(&c, watch));
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &(struct claim){
		.domain = "sensor", .reason = "no-consent", .program = "camera-app",
		.object = CAMERA_TOPOLOGY,
		.line = line_in("examples/doorbell.policy", "allow camera-app") }));
	ASSERT_EQ(0, warden_grant("camera-app", "camera", "visitor-video"));
	EXPECT_EQ(0, client_run(&c, watch));
	client_end(&c);
}

TEST_F(doorbell, hears_the_visitor_with_consent_only)
{
	const char *const hear[] = { "arecord", "-q", "-D", CAPTURE, "-f", "S16_LE", "-r", "8000",
				     "-c", "2", "-s", "100", "/dev/null", NULL };
	struct client c;

	EXPECT_NE(0, client_run(&c, hear));
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &(struct claim){
		.domain = "sensor", .reason = "no-consent", .program = "voice-app",
		.object = MICROPHONE_TOPOLOGY,
		.line = line_in("examples/doorbell.policy", "allow voice-app") }));
	ASSERT_EQ(0, warden_grant("voice-app", "microphone", "visitor-voice"));
	EXPECT_EQ(0, client_run(&c, hear));
	client_end(&c);
}

TEST_F(doorbell, serves_the_picture_on_its_port_and_on_no_other)
{
	struct client c;

	ASSERT_EQ(0, client_start(&c, ARGV("socat", "-d", "-d", "TCP4-LISTEN:8554",
					   "OPEN:/dev/null")));
	EXPECT_TRUE(client_says(&c, "listening on", 20000));
	client_end(&c);
	EXPECT_NE(0, client_run(&c, ARGV("socat", "-d", "-d", "TCP4-LISTEN:8555",
					 "OPEN:/dev/null")));
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &(struct claim){
		.domain = "listen", .reason = "port-not-named", .program = "stream",
		.protocol = IPPROTO_TCP, .port = 1 + 8555, .line = UINT32_MAX, .times = 1 }));
}

TEST_HARNESS_MAIN
