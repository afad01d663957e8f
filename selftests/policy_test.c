// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policies that are shipped do in a guest what their comments say: each is
 * loaded as it is, and each of its rules is used.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>

#include "lib/harness.h"

#define POLICIES "/usr/share/warden/policy/"

static int load_file(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), POLICIES "%s", name);
	return warden_ctl(ARGV("policy", "load", path));
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

static int listen_errno(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), err = 0;

	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) || listen(fd, 1))
		err = errno;
	close(fd);
	return err;
}

FIXTURE(baseline)
{
	char camera[128];
};

FIXTURE_SETUP(baseline)
{
	const char *node;

	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	node = device_node(CAMERA_TOPOLOGY);
	ASSERT_NE(NULL, node);
	snprintf(self->camera, sizeof(self->camera), "%s", node);
	ASSERT_EQ(0, load_file("baseline.policy"))
	{
		TH_LOG("%s", warden_said());
	}
}

FIXTURE_TEARDOWN(baseline)
{
}

TEST_F(baseline, closes_sensors)
{
	struct mark m = evidence_mark();

	EXPECT_EQ(-1, open(self->camera, O_RDONLY));
	EXPECT_EQ(EACCES, errno);
	EXPECT_FOUND(evidence_of_denial(&m, &(struct claim){ .domain = "sensor",
							     .reason = "program-unknown",
							     .object = CAMERA_TOPOLOGY }));
}

TEST_F(baseline, closes_ports)
{
	struct mark m = evidence_mark();

	EXPECT_EQ(EACCES, listen_errno(8554));
	EXPECT_FOUND(evidence_of_denial(&m, &(struct claim){ .domain = "listen",
							     .reason = "program-unknown",
							     .port = 1 + 8554 }));
}

TEST_F(baseline, lets_programs_run)
{
	struct client c;

	EXPECT_EQ(0, client_run(&c, ARGV("/bin/true")));
	client_end(&c);
}

TEST_F(baseline, is_measured_itself)
{
	ASSERT_EQ(0, warden_ctl(ARGV("measure", "list")));
	EXPECT_NE(NULL, strstr(warden_said(), "baseline"));
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
		.port = 1 + 8555 }));
}

TEST_HARNESS_MAIN
