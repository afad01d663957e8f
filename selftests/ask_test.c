// SPDX-License-Identifier: GPL-2.0-only
/*
 * A use that lacks only consent asks for it, and a person can answer: in words, or
 * by a key under an LED.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <linux/input-event-codes.h>
#include <sys/stat.h>

#include "lib/camera.h"
#include "lib/harness.h"
#include "lib/keypad.h"

#define RULE "allow tester use camera for door with consent;"
#define FIFO "/run/warden-answers"

#define STATEMENTS                                                                                 \
	"program tester { path \"%s\"; }\n"                                                        \
	"program asker { path \"/usr/sbin/wardenctl\"; }\n"                                        \
	"purpose door \"Show who is at the door\";\n"                                              \
	"default sensor deny;\n" RULE "\n"

#define READY	 "waiting for programs that lack consent\n"
#define ASKED	 "asks to use the camera, for: Show who is at the door\n"
#define ANSWER_MS 20000

static const char *policy(bool may_ask)
{
	return warden_policy(STATEMENTS "%s", warden_self(), may_ask ? "allow asker use input;\n" : "");
}

FIXTURE(ask)
{
	char camera[128];
	struct mark mark;
	struct client ui;
	int answers;
};

FIXTURE_SETUP(ask)
{
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	ASSERT_LOADED(policy(true));
	warden_ctl(ARGV("consent", "withdraw", "camera"));
	unlink(FIFO);
	ASSERT_EQ(0, mkfifo(FIFO, 0600));
	self->answers = open(FIFO, O_RDWR | O_CLOEXEC);
	memset(&self->ui, 0, sizeof(self->ui));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(ask)
{
	if (self->ui.pid)
		client_end(&self->ui);
	close(self->answers);
}

static struct claim request(void)
{
	return (struct claim){
		.event = "consent-request", .domain = "sensor", .reason = "no-consent",
		.program = "tester", .object = CAMERA_TOPOLOGY, .pid = getpid(),
		.line = warden_line(policy(true), RULE),
	};
}

static struct claim refusal(void)
{
	struct claim c = request();

	c.event = NULL;
	return c;
}

/* 0, or what the open was refused with; closed at once. */
static int use(const char *node)
{
	struct camera c;
	int err = camera_open(&c, node);

	if (!err)
		camera_close(&c);
	return err;
}

TEST_F(ask, use_that_lacks_only_consent_tells_who_what_and_what_for)
{
	struct claim asked = request(), denied = refusal();
	struct json_object *r;

	denied.times = 1;
	EXPECT_EQ(-EACCES, use(self->camera));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	r = evidence_find(&self->mark, &asked, 2000);
	ASSERT_NE(NULL, r);
	EXPECT_STREQ("camera", evidence_string(r, "class"));
	EXPECT_STREQ("door", evidence_string(r, "purpose"));
	EXPECT_EQ(64, strlen(evidence_string(r, "program-digest")));
	EXPECT_EQ(0, evidence_number(r, "uid"));
	EXPECT_EQ(1, evidence_number(r, "count"));
	json_object_put(r);
	EXPECT_EQ(0, warden_ctl(ARGV("audit", "verify")));
	/* The twin: with consent nothing is refused, and nobody is asked. */
	ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
	self->mark = evidence_mark();
	EXPECT_EQ(0, use(self->camera));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_EQ(NULL, evidence_find(&self->mark, &asked, 0));
}

/* What consent would not open asks nobody for it. */
TEST_F(ask, use_that_lacks_more_than_consent_asks_nobody)
{
	struct claim asked = request(), denied = refusal();

	ASSERT_EQ(0, warden_ctl(ARGV("sensor", "switch", "camera", "off")));
	self->mark = evidence_mark();
	EXPECT_EQ(-EACCES, use(self->camera));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(NULL, evidence_find(&self->mark, &asked, 0));
	ASSERT_EQ(0, warden_ctl(ARGV("sensor", "switch", "camera", "on")));
	EXPECT_EQ(-EACCES, use(self->camera));
	EXPECT_FOUND(evidence_of_event(&self->mark, &asked));
}

static size_t count_requests(const struct mark *m, struct claim *c, uint64_t *uses)
{
	size_t records = 0;
	struct mark at = *m;
	struct json_object *r;

	*uses = 0;
	while ((r = evidence_find(&at, c, 0)) != NULL) {
		records++;
		*uses += evidence_number(r, "count");
		at.seq = evidence_number(r, "seq");
		json_object_put(r);
	}
	return records;
}

TEST_F(ask, program_that_retries_is_told_of_at_intervals_and_counted)
{
	uint64_t tries = 0, uses = 0, begun = now_ns(), took;
	struct claim asked = request();
	size_t records;

	/* Until the second record, which counts what came after the first. */
	while ((records = count_requests(&self->mark, &asked, &uses)) < 2 &&
	       now_ns() - begun < 20000000000u) {
		EXPECT_EQ(-EACCES, use(self->camera));
		tries++;
	}
	took = now_ns() - begun;
	EXPECT_EQ(2, records);
	EXPECT_EQ(tries, uses);
	EXPECT_LT(2, tries);
	EXPECT_LE(1900, took / 1000000);
	printf("# %llu uses in %llu ms made %zu records\n", (unsigned long long)tries,
	       (unsigned long long)(took / 1000000), records);
}

static void say(int answers, const char *line)
{
	if (write(answers, line, strlen(line)) < 0)
		perror("# answer");
}

/* Uses the camera until the question stands there. */
static bool is_asked(struct client *ui, const char *camera)
{
	uint64_t end = now_ns() + ANSWER_MS * 1000000ull;

	client_hush(ui);
	while (now_ns() < end) {
		if (use(camera) != -EACCES)
			return false;
		if (client_says(ui, ASKED, 250))
			return true;
	}
	return false;
}

static bool is_answered(struct client *ui, int answers, const char *line, const char *what)
{
	client_hush(ui);
	say(answers, line);
	return client_says(ui, what, ANSWER_MS);
}

TEST_F(ask, words_grant_once_dismiss_for_a_time_and_refuse)
{
	struct claim asked = request();

	/* Started by the shell, as it is told where its words come from. */
	ASSERT_EQ(0, client_start(&self->ui, ARGV("sh", "-c", "exec wardenctl consent ask <" FIFO)));
	ASSERT_TRUE(client_says(&self->ui, READY, ANSWER_MS));
	ASSERT_TRUE(is_asked(&self->ui, self->camera));
	EXPECT_TRUE(is_answered(&self->ui, self->answers, "perhaps\n", "the answers are"));
	EXPECT_TRUE(is_answered(&self->ui, self->answers, "y\n", "granted: consent "));
	EXPECT_EQ(0, use(self->camera));
	/* Once is over. Dismissed is asked again. */
	ASSERT_TRUE(is_asked(&self->ui, self->camera));
	EXPECT_TRUE(is_answered(&self->ui, self->answers, "d\n", "dismissed"));
	ASSERT_TRUE(is_asked(&self->ui, self->camera));
	EXPECT_TRUE(is_answered(&self->ui, self->answers, "t 1h\n", "granted: consent "));
	EXPECT_EQ(0, use(self->camera));
	EXPECT_EQ(0, use(self->camera));
	/* The withdrawal changes what stands, so the next use is told of at once. */
	ASSERT_EQ(0, warden_withdraw("tester", "camera"));
	ASSERT_TRUE(is_asked(&self->ui, self->camera));
	EXPECT_TRUE(is_answered(&self->ui, self->answers, "n 1h\n", "not asked again for"));
	/* So does another policy; but this one was answered. */
	ASSERT_LOADED(policy(true));
	client_hush(&self->ui);
	self->mark = evidence_mark();
	EXPECT_EQ(-EACCES, use(self->camera));
	EXPECT_FOUND(evidence_of_event(&self->mark, &asked));
	EXPECT_FALSE(client_says(&self->ui, ASKED, 500));
}

/* Else the answer would be to what nobody was told. */
TEST_F(ask, question_stands_there_anew_under_another_policy)
{
	ASSERT_EQ(0, client_start(&self->ui, ARGV("sh", "-c", "exec wardenctl consent ask <" FIFO)));
	ASSERT_TRUE(client_says(&self->ui, READY, ANSWER_MS));
	ASSERT_TRUE(is_asked(&self->ui, self->camera));
	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\n"
				    "purpose door \"Show the world who is at the door\";\n"
				    "default sensor deny;\n" RULE "\n", warden_self()));
	EXPECT_TRUE(client_says(&self->ui, "for: Show the world who is at the door\n", ANSWER_MS));
	EXPECT_TRUE(is_answered(&self->ui, self->answers, "y\n", "granted: consent "));
	EXPECT_EQ(0, use(self->camera));
}

TEST_F(ask, use_of_before_is_asked_about_where_it_looks_back)
{
	EXPECT_EQ(-EACCES, use(self->camera));
	ASSERT_EQ(0, client_start(&self->ui, ARGV("sh", "-c", "exec wardenctl consent ask <" FIFO)));
	EXPECT_TRUE(client_says(&self->ui, READY, ANSWER_MS));
	EXPECT_FALSE(client_says(&self->ui, ASKED, 300));
	client_end(&self->ui);
	ASSERT_EQ(0, client_start(&self->ui, ARGV("sh", "-c", "exec wardenctl consent ask --back 1m "
						  "--count 1 <" FIFO)));
	ASSERT_TRUE(client_says(&self->ui, ASKED, ANSWER_MS));
	EXPECT_TRUE(is_answered(&self->ui, self->answers, "t 1h\n", "granted: consent "));
	EXPECT_EQ(0, use(self->camera));
	/* What was granted since is asked about no more. */
	client_end(&self->ui);
	ASSERT_EQ(0, client_start(&self->ui, ARGV("sh", "-c", "exec wardenctl consent ask --back 1m <" FIFO)));
	EXPECT_TRUE(client_says(&self->ui, READY, ANSWER_MS));
	EXPECT_FALSE(client_says(&self->ui, ASKED, 300));
}

TEST_F(ask, key_may_not_be_read_without_a_rule)
{
	struct keypad k;

	ASSERT_EQ(0, keypad_plug(&k));
	ASSERT_LOADED(policy(false));
	EXPECT_EQ(1, warden_ctl(ARGV("consent", "ask", "--timeout", "1", "--button", k.node)));
	EXPECT_NE(NULL, strstr(warden_said(), "keys are sensors, too"));
	ASSERT_LOADED(policy(true));
	EXPECT_EQ(0, warden_ctl(ARGV("consent", "ask", "--timeout", "1", "--button", k.node)));
	keypad_unplug(&k);
}

FIXTURE(press)
{
	char camera[128];
	char button[64];
	struct keypad keypad;
	struct client ui;
};

FIXTURE_VARIANT(press)
{
	int key;
	int ms;
	const char *said;
	int use;
};

FIXTURE_VARIANT_ADD(press, short_of_the_key_for_yes) {
	.key = KEY_Y, .ms = 20, .said = "granted: consent ", .use = 0,
};
FIXTURE_VARIANT_ADD(press, long_of_the_key_for_yes) {
	.key = KEY_Y, .ms = 1100, .said = "refused; ", .use = -EACCES,
};
FIXTURE_VARIANT_ADD(press, of_the_key_for_no) {
	.key = KEY_N, .ms = 20, .said = "refused; ", .use = -EACCES,
};

/* The LED is asked for where this kernel makes one. */
static int start_ui(struct client *ui, const struct keypad *k, const char *button)
{
	char command[256];

	snprintf(command, sizeof(command),
		 "exec wardenctl consent ask --yes 't 10m' --button %s %s%s </dev/null", button,
		 k->led[0] ? "--led " : "", k->led);
	return client_start(ui, ARGV("sh", "-c", command));
}

FIXTURE_SETUP(press)
{
	struct keypad *k = &self->keypad;

	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	ASSERT_LOADED(policy(true));
	warden_ctl(ARGV("consent", "withdraw", "camera"));
	ASSERT_EQ(0, keypad_plug(k));
	snprintf(self->button, sizeof(self->button), "%s:%d:%d", k->node, KEY_Y, KEY_N);
	ASSERT_EQ(0, start_ui(&self->ui, k, self->button));
	ASSERT_TRUE(client_says(&self->ui, READY, ANSWER_MS));
}

FIXTURE_TEARDOWN(press)
{
	client_end(&self->ui);
	keypad_unplug(&self->keypad);
}

#define EXPECT_LED(keypad, lit)                                                                    \
	do {                                                                                       \
		if ((keypad)->led[0])                                                              \
			EXPECT_EQ(lit, keypad_shows(keypad, lit, ANSWER_MS) ? lit : !lit);         \
	} while (0)

TEST_F(press, answers_and_the_led_shows_that_somebody_waits)
{
	struct keypad *k = &self->keypad;
	struct camera c;

	ASSERT_TRUE(is_asked(&self->ui, self->camera));
	EXPECT_LED(k, true);
	client_hush(&self->ui);
	keypad_press(k, variant->key, variant->ms);
	EXPECT_TRUE(client_says(&self->ui, variant->said, ANSWER_MS));
	EXPECT_LED(k, false);
	EXPECT_EQ(variant->use, camera_open(&c, self->camera));
	if (variant->use)
		return;
	/* It shows that a sensor is in use, too. */
	EXPECT_LED(k, true);
	camera_close(&c);
	EXPECT_LED(k, false);
	if (!k->led[0])
		SKIP(return, "this kernel makes no LED of a keyboard's");
}

/* The kernel's own light needs no program that runs. */
TEST_F(ask, led_is_lit_from_before_the_first_frame_to_the_end_of_the_last_session)
{
	struct camera first, second;
	struct keypad k;

	ASSERT_EQ(0, keypad_plug(&k));
	if (!k.led[0])
		SKIP(return, "this kernel makes no LED of a keyboard's");
	ASSERT_LOADED(warden_policy(STATEMENTS "allow tester use input;\n", warden_self()));
	ASSERT_EQ(0, keypad_set(&k, "trigger", "warden-camera"));
	EXPECT_TRUE(keypad_shows(&k, false, ANSWER_MS));
	/* A use that is refused is none. */
	EXPECT_EQ(-EACCES, camera_open(&first, self->camera));
	EXPECT_FALSE(keypad_shows(&k, true, 200));
	ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
	ASSERT_EQ(0, camera_open(&first, self->camera));
	EXPECT_TRUE(keypad_shows(&k, true, 0));
	ASSERT_EQ(0, camera_open(&second, self->camera));
	camera_close(&second);
	EXPECT_FALSE(keypad_shows(&k, false, 200));
	/* Still open, and not in use any more. */
	ASSERT_EQ(0, warden_withdraw("tester", "camera"));
	EXPECT_TRUE(keypad_shows(&k, false, 0));
	camera_close(&first);
	EXPECT_FALSE(keypad_shows(&k, true, 200));
	keypad_unplug(&k);
}

TEST_HARNESS_MAIN
