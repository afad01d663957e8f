// SPDX-License-Identifier: GPL-2.0-only
/*
 * The policies of policy/examples/ do what their comments say: each is loaded as
 * it is shipped, and what it opens and closes is tried with real programs.
 */
#include "lib/harness.h"

#define POLICIES "/usr/share/warden/policy/examples/"

static char policy_text[16384];

static int load_example(const char *name)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), POLICIES "%s", name);
	f = fopen(path, "r");
	if (!f)
		return -1;
	policy_text[fread(policy_text, 1, sizeof(policy_text) - 1, f)] = '\0';
	fclose(f);
	return warden_ctl(ARGV("policy", "load", "--force", path));
}

static const char *const hear[] = { "arecord", "-q",   "-D", CAPTURE, "-f",  "S16_LE",	  "-r",
				    "8000",    "-c",   "2",  "-s",    "100", "/dev/null", NULL };

FIXTURE(device)
{
	struct mark mark;
};

FIXTURE_VARIANT(device)
{
	const char *policy;
};

FIXTURE_VARIANT_ADD(device, speaker){
	.policy = "speaker.policy",
};

FIXTURE_VARIANT_ADD(device, gateway){
	.policy = "gateway.policy",
};

FIXTURE_VARIANT_ADD(device, wearable){
	.policy = "wearable.policy",
};

FIXTURE_VARIANT_ADD(device, telematics){
	.policy = "telematics.policy",
};

FIXTURE_SETUP(device)
{
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_EQ(0, device_load("snd-aloop", "pcm_substreams=1"));
	warden_withdraw_all();
	ASSERT_EQ(0, load_example(variant->policy))
	{
		TH_LOG("%s", warden_said());
	}
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(device)
{
	warden_withdraw_all();
}

/* None of these devices shows its picture to anybody. */
TEST_F(device, nobody_reads_the_camera)
{
	struct client c;

	EXPECT_NE(0, client_run(&c, ARGV("v4l2-ctl", "-d", device_node(CAMERA_TOPOLOGY),
					 "--stream-mmap", "--stream-count=1")));
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &(struct claim){
		.domain = "sensor", .object = CAMERA_TOPOLOGY }));
}

/* The speaker asks; the emergency call does not; the others have no microphone. */
TEST_F(device, the_microphone_is_for_whom_the_policy_says)
{
	bool asks = !strcmp(variant->policy, "speaker.policy");
	bool calls = !strcmp(variant->policy, "telematics.policy");
	struct client c;

	if (calls) {
		EXPECT_EQ(0, client_run(&c, hear));
		client_end(&c);
		EXPECT_FOUND(evidence_of_peace(&self->mark));
		return;
	}
	EXPECT_NE(0, client_run(&c, hear));
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &(struct claim){
		.domain = "sensor", .reason = asks ? "no-consent" : "rule" }));
	if (!asks)
		return;
	ASSERT_EQ(0, warden_grant("voice", "microphone", "voice-command"));
	EXPECT_EQ(0, client_run(&c, hear));
	client_end(&c);
}

/* Port 502 is open on the gateway, 8008 on the speaker, and nothing on the others. */
TEST_F(device, ports_are_those_the_policy_names)
{
	static const struct {
		const char *port;
		const char *policy;
	} ports[] = { { "TCP4-LISTEN:502", "gateway.policy" },
		      { "TCP4-LISTEN:8008", "speaker.policy" },
		      { "TCP4-LISTEN:22", NULL },
		      { "TCP4-LISTEN:1883", NULL } };
	/* A wearable lets nothing be bound, which comes before it listens. */
	const char *domain = strcmp(variant->policy, "wearable.policy") ? "listen" : "bind";
	size_t i;

	for (i = 0; i < sizeof(ports) / sizeof(*ports); i++) {
		bool open = ports[i].policy && !strcmp(ports[i].policy, variant->policy);
		struct mark mark = evidence_mark();
		struct client c;

		ASSERT_EQ(0, client_start(&c, ARGV("socat", "-d", "-d", ports[i].port,
						   "OPEN:/dev/null")));
		if (open) {
			EXPECT_TRUE(client_says(&c, "listening on", 20000))
			{
				TH_LOG("%s: %s", ports[i].port, c.text);
			}
			EXPECT_FOUND(evidence_of_peace(&mark));
		} else {
			EXPECT_NE(0, client_wait(&c, 20000))
			{
				TH_LOG("%s is open", ports[i].port);
			}
			EXPECT_FOUND(evidence_of_denial(&mark, &(struct claim){ .domain = domain }));
		}
		client_end(&c);
	}
}

FIXTURE(gateway)
{
	struct mark mark;
};

FIXTURE_SETUP(gateway)
{
	ASSERT_EQ(0, load_example("gateway.policy"))
	{
		TH_LOG("%s", warden_said());
	}
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(gateway)
{
}

/* The broker of Debian, as it is: by its own port it is refused, by the planned one not. */
TEST_F(gateway, the_broker_listens_on_its_tls_port_only)
{
	struct client c;
	FILE *f = fopen("/run/mosquitto.conf", "w");

	ASSERT_NE(NULL, f);
	fputs("user root\nlistener 8883\nallow_anonymous true\n", f);
	fclose(f);
	EXPECT_NE(0, client_run(&c, ARGV("mosquitto", "-p", "1883")));
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &(struct claim){
		.domain = "listen", .reason = "rule", .program = "broker", .port = 1 + 1883,
		.line = warden_line(policy_text, "deny services") }));
	self->mark = evidence_mark();
	ASSERT_EQ(0, client_start(&c, ARGV("mosquitto", "-c", "/run/mosquitto.conf")));
	EXPECT_TRUE(client_says(&c, "running", 20000))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

TEST_HARNESS_MAIN
