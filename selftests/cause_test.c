// SPDX-License-Identifier: GPL-2.0-only
/*
 * What takes the ground from a session, withdrawal apart (consent_test): each ends a stream in time.
 */
#include <sys/wait.h>

#include "lib/harness.h"
#include "lib/camera.h"
#include "lib/times.h"

#define STATEMENTS                                                                                 \
	"program tester { path \"%s\"; }\n"                                                        \
	"purpose door \"Show who is at the door\";\n"                                              \
	"default sensor deny;\n"                                                                   \
	"allow tester use camera for door with consent;\n"

static int load_another(void)
{
	return warden_load(warden_policy("default sensor deny;\n"));
}

static int hand_over(void)
{
	return warden_ctl(ARGV("consent", "withdraw", "--all", "--owner-transfer"));
}

static int arm(void)
{
	return warden_ctl(ARGV("consent", "context", "armed"));
}

static int switch_off(void)
{
	return warden_ctl(ARGV("sensor", "switch", "camera", "off"));
}

#define EXPIRY_S 3

/* Commands come at another moment between two frames each time. */
#define FRAME_US 100000
#define APART_US 7919

/**
 * struct cause - one of them
 * @what: for people
 * @event: record of the command, or of what came by itself
 * @reason: why the session ends
 * @option: of the grant before, and @value
 * @command: NULL is to wait
 */
static const struct cause {
	const char *what, *event, *reason, *option, *value;
	int (*command)(void);
} causes[] = {
	{ "another policy", "policy-load", "policy-changed", "--basis", "consent", load_another },
	{ "a hand-over", "owner-transfer", "owner-changed", "--basis", "consent", hand_over },
	{ "arming", "context", "outside", "--while", "disarmed", arm },
	{ "a switch", "switch", "switched-off", "--basis", "consent", switch_off },
	{ "its end", "expire", "expired", "--for", "3s", NULL },
};

/* One round of one of them; NULL where the stream ended as it has to. */
static const char *end_once(const struct cause *cause, const char *node, struct sight *s, struct times *t)
{
	struct claim over = { .event = "session-end", .domain = "sensor", .reason = cause->reason,
			      .program = "tester", .object = CAMERA_TOPOLOGY };
	struct mark m;
	struct camera c;
	uint64_t command;

	memset(s, 0, sizeof(*s));
	if (warden_load(warden_policy(STATEMENTS, warden_self())))
		return "the policy was refused";
	m = evidence_mark();
	if (warden_ctl(ARGV("consent", "grant", "tester", "camera", "--purpose", "door", cause->option,
			    cause->value)))
		return "the grant was refused";
	command = now_ns() + (cause->command ? 0 : EXPIRY_S * 1000000000ull);
	if (camera_open(&c, node) || camera_start(&c) || camera_watch(&c, s) < 0 || !sight_flows(s, 3, 20000))
		return "no frames came";
	if (cause->command) {
		usleep(t->rounds * APART_US % FRAME_US);
		command = now_ns();
		if (cause->command())
			return "the command was refused";
	}
	wait(NULL);
	times_add(t, &m, command, s->frame);
	camera_close(&c);
	/* as it was; what still stands would be the ground of the next */
	warden_withdraw_all();
	warden_ctl(ARGV("consent", "context", "disarmed"));
	warden_ctl(ARGV("sensor", "switch", "camera", "on"));
	return s->ioctl_errno == EACCES && s->fault ? evidence_of_event(&m, &over) : "the stream stayed";
}

FIXTURE(cause)
{
	char camera[128];
	struct sight *sight;
};

FIXTURE_SETUP(cause)
{
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	ASSERT_LOADED(warden_policy(STATEMENTS, warden_self()));
	warden_withdraw_all();
	self->sight = sight_new();
	ASSERT_NE(NULL, self->sight);
}

FIXTURE_TEARDOWN(cause)
{
	warden_ctl(ARGV("consent", "context", "disarmed"));
	warden_ctl(ARGV("sensor", "switch", "camera", "on"));
	warden_withdraw_all();
}

/* Of what comes by itself no record says how long it took: the moment was known before. */
static uint64_t longest(const struct times *t)
{
	uint64_t ns = 0;
	size_t i;

	for (i = 0; i < t->rounds; i++)
		ns = t->command[i] > ns ? t->command[i] : ns;
	printf("# a program's last frame after its end: max %.1f ms, %zu rounds\n", (double)ns / 1e6, t->rounds);
	return ns / 1000000;
}

TEST_F_TIMEOUT(cause, ends_a_stream_in_time, 900)
{
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(causes); i++) {
		struct times frame = { .cause = causes[i].event, .reason = causes[i].reason };
		char what[64];

		for (k = 0; k < times_rounds(); k++)
			EXPECT_FOUND(end_once(&causes[i], self->camera, self->sight, &frame));
		snprintf(what, sizeof(what), "a program's last frame by %s", causes[i].what);
		if (causes[i].command)
			EXPECT_IN_TIME(&frame, what);
		else if (times_are_counted())
			EXPECT_GE(BOUND_MS, longest(&frame));
	}
}

TEST_HARNESS_MAIN
