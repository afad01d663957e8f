// SPDX-License-Identifier: GPL-2.0-only
/*
 * A microphone needs consent, and playback on the same card needs none.
 */
#include <fcntl.h>
#include <poll.h>

#include "lib/harness.h"
#include "lib/sound.h"
#include "lib/times.h"

#define RULE "allow recorder use microphone for call with consent;"

#define FORMAT "-f", "S16_LE", "-r", "8000", "-c", "2", "-t", "raw"

static const char *policy(void)
{
	return warden_policy("program recorder { path \"/usr/bin/arecord\"; }\n"
			     "program tester { path \"%s\"; }\n"
			     "purpose call \"Talk to who is at the door\";\n"
			     "default sensor deny;\n"
			     "allow tester use microphone for call with consent;\n" RULE "\n",
			     warden_self());
}

static struct claim ended(const char *reason, const char *program)
{
	return (struct claim){
		.event = "session-end", .domain = "sensor", .reason = reason,
		.program = program, .object = MICROPHONE_TOPOLOGY,
	};
}

/* Frames the card has played. */
static uint64_t played(void)
{
	FILE *f = fopen("/proc/asound/Loopback/pcm0p/sub0/status", "r");
	unsigned long long n = 0;
	char line[128];

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "hw_ptr : %llu", &n) == 1)
			break;
	if (f)
		fclose(f);
	return n;
}

FIXTURE(arecord)
{
	struct client player;
	struct mark mark;
};

FIXTURE_VARIANT(arecord)
{
	const char *option;
};

FIXTURE_VARIANT_ADD(arecord, reading) { "--nonblock=0" };
FIXTURE_VARIANT_ADD(arecord, mapping) { "-M" };

FIXTURE_SETUP(arecord)
{
	ASSERT_EQ(0, device_load("snd-aloop", "pcm_substreams=1"));
	ASSERT_NE(NULL, device_node(MICROPHONE_TOPOLOGY));
	ASSERT_LOADED(policy());
	warden_withdraw_all();
	ASSERT_EQ(0, client_start(&self->player, ARGV("aplay", "-D", "hw:Loopback,0", FORMAT,
						      "--buffer-time=500000", "/dev/zero")));
	EXPECT_FALSE(client_says(&self->player, "rror", 500));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(arecord)
{
	client_end(&self->player);
	warden_withdraw_all();
}

/* What it says goes elsewhere, so that what it writes is sound. */
static int record(struct client *c, const char *option, const char *seconds)
{
	char command[256];

	if (strcmp(option, "-M"))
		option = "";
	snprintf(command, sizeof(command),
		 "exec arecord -q -D hw:Loopback,1 -f S16_LE -r 8000 -c 2 -t raw %s "
		 "--period-time=50000 --buffer-time=400000 %s 2>/var/tmp/arecord.log",
		 option, seconds);
	return client_start(c, ARGV("sh", "-c", command));
}

static const char *recorder_said(void)
{
	static char text[512];
	FILE *f = fopen("/var/tmp/arecord.log", "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	text[n] = '\0';
	if (f)
		fclose(f);
	return text;
}

TEST_F(arecord, is_refused_without_consent)
{
	struct claim denied = {
		.domain = "sensor", .reason = "no-consent", .program = "recorder",
		.object = MICROPHONE_TOPOLOGY, .line = warden_line(policy(), RULE),
	};
	struct client c;

	ASSERT_EQ(0, record(&c, variant->option, "-d 1"));
	EXPECT_EQ(1, client_wait(&c, 20000));
	EXPECT_EQ(0, c.len);
	EXPECT_NE(NULL, strstr(recorder_said(), "Permission denied"));
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_F(arecord, records_with_consent)
{
	struct client c;

	ASSERT_EQ(0, warden_grant("recorder", "microphone", "call"));
	ASSERT_EQ(0, record(&c, variant->option, "-d 1"));
	EXPECT_EQ(0, client_wait(&c, 20000))
	{
		TH_LOG("%s", recorder_said());
	}
	EXPECT_EQ(8000 * 4, c.len);
	client_end(&c);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

TEST_F(arecord, loses_its_stream_while_aplay_plays_on)
{
	struct claim withdrawn = ended("withdrawn", "recorder");
	struct times times = { .rounds = 0 };
	size_t i;

	for (i = 0; i < times_rounds(); i++) {
		struct mark m = evidence_mark();
		uint64_t command, before;
		struct client c;
		int ms;

		ASSERT_EQ(0, warden_grant("recorder", "microphone", "call"));
		ASSERT_EQ(0, record(&c, variant->option, ""));
		for (ms = 0; !c.len && ms < 5000; ms += 50)
			client_says(&c, NULL, 50);
		ASSERT_TRUE(client_runs(&c));
		ASSERT_LT(0, c.len);
		client_watch(&c, NULL);
		command = now_ns();
		ASSERT_EQ(0, warden_withdraw("recorder", "microphone"));
		EXPECT_LT(0, client_wait(&c, 5000));
		times_add(&times, &m, command, c.last);
		client_end(&c);
		EXPECT_FOUND(evidence_of_event(&m, &withdrawn));
		before = played();
		for (ms = 0; played() == before && ms < 2000; ms += 20)
			usleep(20000);
		EXPECT_LT(before, played());
	}
	EXPECT_TRUE(client_runs(&self->player));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_IN_TIME(&times, "arecord's last sound");
}

/* The same sound by the interface of OSS. */
TEST(nodes_of_oss_are_the_microphone)
{
	if (device_load("snd-aloop", "pcm_substreams=1") || device_load("snd-pcm-oss", "") ||
	    access("/dev/dsp", F_OK))
		SKIP(return, "this kernel has no OSS");
	ASSERT_LOADED(warden_policy("default sensor allow;\ndeny any use microphone;\n"));
	EXPECT_EQ(EACCES, device_try("/dev/dsp", O_RDONLY));
	EXPECT_EQ(EACCES, device_try("/dev/audio", O_RDONLY));
	EXPECT_EQ(0, device_try("/dev/mixer", O_RDONLY));
	ASSERT_LOADED(warden_policy("default sensor allow;\n"));
	EXPECT_EQ(0, device_try("/dev/dsp", O_RDONLY));
}

FIXTURE(ring)
{
	char node[128];
};

FIXTURE_SETUP(ring)
{
	ASSERT_EQ(0, device_load("snd-aloop", "pcm_substreams=1"));
	ASSERT_NE(NULL, device_node(MICROPHONE_TOPOLOGY));
	snprintf(self->node, sizeof(self->node), "%s", device_node(MICROPHONE_TOPOLOGY));
	ASSERT_LOADED(policy());
	warden_withdraw_all();
}

FIXTURE_TEARDOWN(ring)
{
	warden_withdraw_all();
}

TEST_F(ring, is_taken_when_consent_is_withdrawn)
{
	struct claim withdrawn = ended("withdrawn", "tester");
	struct times position = { .rounds = 0 }, memory = { .rounds = 0 };
	struct sight *watcher = sight_new(), *toucher = sight_new();
	size_t i;

	for (i = 0; i < times_rounds(); i++) {
		struct mark m = evidence_mark();
		struct sound s;
		uint64_t command;

		memset(watcher, 0, sizeof(*watcher));
		memset(toucher, 0, sizeof(*toucher));
		ASSERT_EQ(0, warden_grant("tester", "microphone", "call"));
		ASSERT_EQ(0, sound_open(&s, self->node));
		ASSERT_EQ(0, sound_start(&s));
		sound_watch(&s, watcher);
		sight_touch(s.ring, toucher);
		ASSERT_TRUE(sight_flows(watcher, 1000, 10000));
		command = now_ns();
		ASSERT_EQ(0, warden_withdraw("tester", "microphone"));
		wait(NULL);
		wait(NULL);
		EXPECT_EQ(EACCES, watcher->ioctl_errno);
		EXPECT_EQ(EACCES, watcher->read_errno);
		EXPECT_EQ(EACCES, watcher->mmap_errno);
		EXPECT_TRUE(watcher->events & POLLHUP);
		EXPECT_NE(0, watcher->fault);
		EXPECT_NE(0, toucher->fault);
		EXPECT_FOUND(evidence_of_event(&m, &withdrawn));
		times_add(&position, &m, command, watcher->frame);
		times_add(&memory, &m, command, toucher->touched);
		sound_close(&s);
	}
	EXPECT_IN_TIME(&position, "a program's last new sound");
	EXPECT_IN_TIME(&memory, "its last read of the ring");
}

TEST_HARNESS_MAIN
