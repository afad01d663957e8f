// SPDX-License-Identifier: GPL-2.0-only
/*
 * Under which conditions a consent holds: how often, when, in which context, whose
 * it is, and to which notice.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <linux/netlink.h>
#include <linux/thermal.h>
#include <time.h>

#include "lib/harness.h"
#include "lib/camera.h"
#include "lib/genl.h"

#define NOTICE "/tmp/notice.txt"

#define STATEMENTS                                                                                 \
	"program tester { path \"%s\"; }\n"                                                        \
	"purpose door \"Show who is at the door\" notice \"" NOTICE "\";\n"                        \
	"purpose guard \"Watch the garden\";\n"                                                    \
	"default sensor deny;\n"                                                                   \
	"allow tester use camera for door with consent;\n"

#define OF_TWO                                                                                     \
	"program tester { path \"%s\"; }\n"                                                        \
	"purpose guard \"Watch the garden\";\n"                                                    \
	"default sensor deny;\n"                                                                   \
	"allow tester use camera for guard with consent of 2 of {owner, partner, guest};\n"

#define UNUSED                                                                                     \
	"consent unused 2 seconds;\n"                                                              \
	"program tester { path \"%s\"; }\n"                                                        \
	"purpose guard \"Watch the garden\";\n"                                                    \
	"default sensor deny;\n"                                                                   \
	"allow tester use camera for guard with consent;\n"

#define GRANT(purpose, ...)                                                                        \
	warden_ctl(ARGV("consent", "grant", "tester", "camera", "--purpose", purpose, ##__VA_ARGS__))

FIXTURE(receipt)
{
	char camera[128];
	struct camera c;
	struct mark mark;
};

static void write_notice(const char *text)
{
	FILE *f = fopen(NOTICE, "w");

	fputs(text, f);
	fclose(f);
}

FIXTURE_SETUP(receipt)
{
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	write_notice("Pictures are shown in the hall and kept by nobody.\n");
	ASSERT_LOADED(warden_policy(STATEMENTS, warden_self()));
	warden_withdraw_all();
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(receipt)
{
	warden_ctl(ARGV("consent", "context", "disarmed"));
	warden_withdraw_all();
}

static struct claim refused(void)
{
	return (struct claim){
		.domain = "sensor", .reason = "no-consent", .program = "tester",
		.object = CAMERA_TOPOLOGY,
	};
}

static struct claim told(const char *event, const char *reason)
{
	return (struct claim){
		.event = event, .domain = "consent", .reason = reason, .program = "tester",
	};
}

/* The newest record, by `consent list`; to be put by the caller. */
static struct json_object *last_record(void)
{
	struct json_object *list = warden_json(ARGV("consent", "list"));
	struct json_object *last = NULL;
	size_t n = list ? json_object_array_length(list) : 0;

	if (n)
		last = json_object_get(json_object_array_get_idx(list, n - 1));
	json_object_put(list);
	return last;
}

static const char *last_word(const char *field)
{
	static char word[64];
	struct json_object *r = last_record();

	snprintf(word, sizeof(word), "%s", r ? evidence_string(r, field) : "");
	json_object_put(r);
	return word;
}

#define EXPECT_STATE(state) EXPECT_STREQ(state, last_word("state"))

/* A consent of somebody else to the same, which nothing rests on. */
static const char *third_receipt(void)
{
	static char receipt[64];

	GRANT("guard", "--principal", "guest");
	snprintf(receipt, sizeof(receipt), "%s", last_word("receipt"));
	return receipt;
}

/* Another process of this program opens the camera; gives 0 or -errno. */
static int open_in_child(const char *node)
{
	struct camera c;
	int status;
	pid_t pid = sight_fork();

	if (!pid)
		_exit(-camera_open(&c, node));
	waitpid(pid, &status, 0);
	return -WEXITSTATUS(status);
}

TEST_F(receipt, for_one_open_is_used_up_by_it)
{
	struct claim denied = refused(), used = told("expire", "used-up");
	struct camera second;

	ASSERT_EQ(0, GRANT("door", "--once"));
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	EXPECT_EQ(0, camera_start(&self->c));
	EXPECT_EQ(0, camera_frame(&self->c, 10000));
	EXPECT_EQ(-EACCES, camera_open(&second, self->camera));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(0, camera_frame(&self->c, 10000)); /* the first goes on */
	EXPECT_STATE("given");
	camera_close(&self->c);
	EXPECT_FOUND(evidence_of_event(&self->mark, &used));
	EXPECT_STATE("used");
	EXPECT_EQ(-EACCES, camera_open(&self->c, self->camera));
}

TEST_F(receipt, for_this_run_is_the_first_process_alone)
{
	struct claim denied = refused();
	pid_t pid;

	ASSERT_EQ(0, GRANT("door", "--run"));
	pid = sight_fork();
	if (!pid) {
		struct camera c;
		int err = camera_open(&c, self->camera);

		camera_close(&c);
		_exit(-(err ? err : camera_open(&c, self->camera)));
	}
	waitpid(pid, &self->c.fd, 0);
	EXPECT_EQ(0, WEXITSTATUS(self->c.fd)); /* as often as it likes */
	EXPECT_EQ(-EACCES, camera_open(&self->c, self->camera));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_STATE("used"); /* that process has ended */
	ASSERT_EQ(0, GRANT("door", "--run"));
	EXPECT_EQ(0, camera_open(&self->c, self->camera));
	EXPECT_EQ(-EACCES, open_in_child(self->camera));
	camera_close(&self->c);
}

/* Who has one of his own leaves the second to somebody else. */
TEST_F(receipt, for_a_run_is_left_to_another_by_who_has_one)
{
	ASSERT_EQ(0, GRANT("door", "--run"));
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	camera_close(&self->c);
	ASSERT_EQ(0, GRANT("door", "--run"));
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	EXPECT_EQ(0, open_in_child(self->camera));
	camera_close(&self->c);
}

/* Nor does his session go on by it when his own is withdrawn: the other may come for it. */
TEST_F(receipt, for_a_run_that_nobody_holds_keeps_no_session)
{
	struct claim ended = { .event = "session-end", .reason = "withdrawn", .program = "tester" };
	char own[64];

	ASSERT_EQ(0, GRANT("door", "--run"));
	snprintf(own, sizeof(own), "%s", last_word("receipt"));
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	ASSERT_EQ(0, camera_start(&self->c));
	ASSERT_EQ(0, GRANT("door", "--run"));
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "withdraw", "--receipt", own)));
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
	EXPECT_NE(0, camera_frame(&self->c, 10000));
	EXPECT_EQ(0, open_in_child(self->camera));
	camera_close(&self->c);
}

/* Hours from @from to @to from now, as a window of every day; stands until the call after the next. */
static const char *window(int from, int to)
{
	static char texts[2][32];
	static int next;
	char *text = texts[next++ % 2];
	time_t now = time(NULL), a = now + from * 3600, b = now + to * 3600;
	struct tm x, y;

	localtime_r(&a, &x);
	localtime_r(&b, &y);
	snprintf(text, sizeof(texts[0]), "daily %02d:%02d-%02d:%02d", x.tm_hour, x.tm_min, y.tm_hour,
		 y.tm_min);
	return text;
}

TEST_F(receipt, sleeps_outside_its_window_whatever_the_wall_clock_says)
{
	struct claim denied = refused();
	struct timespec now, moved;

	ASSERT_EQ(0, GRANT("door", "--window", window(2, 3)));
	EXPECT_STATE("dormant");
	clock_gettime(CLOCK_REALTIME, &now);
	moved = (struct timespec){ .tv_sec = now.tv_sec + 9000 };
	ASSERT_EQ(0, clock_settime(CLOCK_REALTIME, &moved));
	EXPECT_EQ(-EACCES, camera_open(&self->c, self->camera));
	clock_settime(CLOCK_REALTIME, &now);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, GRANT("door", "--window", window(-1, 1), "--window", window(4, 5)));
	EXPECT_STATE("given");
	EXPECT_EQ(0, camera_open(&self->c, self->camera));
	camera_close(&self->c);
}

TEST_F(receipt, holds_in_its_context_only)
{
	struct claim denied = refused(), armed = { .event = "context", .object = "armed" };
	struct claim ended = { .event = "session-end", .reason = "outside", .program = "tester" };

	ASSERT_EQ(0, GRANT("door", "--while", "armed"));
	EXPECT_STATE("dormant");
	EXPECT_EQ(-EACCES, camera_open(&self->c, self->camera));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "context", "armed")));
	EXPECT_FOUND(evidence_of_event(&self->mark, &armed));
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "context", "disarmed")));
	EXPECT_EQ(-EACCES, camera_start(&self->c));
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
	camera_close(&self->c);
}

/* That it never expires does not say that it lasts. */
TEST_F(receipt, is_listed_with_all_that_bounds_it)
{
	ASSERT_EQ(0, GRANT("door", "--run", "--while", "armed", "--window", "daily 00:00-24:00"));
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "list")));
	EXPECT_NE(NULL, strstr(warden_said(), "  run, window, armed  "))
	{
		TH_LOG("%s", warden_said());
	}
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "context", "armed")));
	EXPECT_NE(NULL, strstr(warden_said(), "the device is armed: 0 sessions ended"));
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "context", "disarmed")));
	EXPECT_NE(NULL, strstr(warden_said(), "the device is disarmed: "));
}

TEST_F(receipt, of_one_of_two_persons_is_not_enough)
{
	struct claim denied = refused();
	struct claim ended = { .event = "session-end", .reason = "withdrawn", .program = "tester" };
	char receipt[64];

	ASSERT_LOADED(warden_policy(OF_TWO, warden_self()));
	EXPECT_EQ(1, GRANT("guard", "--principal", "stranger"));
	EXPECT_NE(NULL, strstr(warden_said(), "the consent of others"));
	ASSERT_EQ(0, GRANT("guard", "--principal", "partner"));
	ASSERT_EQ(0, GRANT("guard", "--principal", "partner"));
	EXPECT_EQ(-EACCES, camera_open(&self->c, self->camera));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, GRANT("guard", "--principal", "owner"));
	snprintf(receipt, sizeof(receipt), "%s", last_word("receipt"));
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "withdraw", "--receipt", receipt)));
	EXPECT_EQ(-EACCES, camera_start(&self->c));
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
	camera_close(&self->c);
}

/* Each answer of each person counts once, whoever else said for how long. */
TEST_F(receipt, of_two_persons_for_once_is_one_open)
{
	struct claim used = told("expire", "used-up"), denied = refused();

	ASSERT_LOADED(warden_policy(OF_TWO, warden_self()));
	ASSERT_EQ(0, GRANT("guard", "--principal", "owner"));
	ASSERT_EQ(0, GRANT("guard", "--principal", "partner", "--once"));
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	/* The review that a withdrawal brings finds it in use, and nobody else has it meanwhile. */
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "withdraw", "--receipt", third_receipt())));
	EXPECT_EQ(0, camera_start(&self->c));
	EXPECT_EQ(-EACCES, open_in_child(self->camera));
	camera_close(&self->c);
	EXPECT_FOUND(evidence_of_event(&self->mark, &used));
	EXPECT_EQ(-EACCES, camera_open(&self->c, self->camera));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));

	ASSERT_EQ(0, warden_ctl(ARGV("consent", "withdraw", "--all")));
	ASSERT_EQ(0, GRANT("guard", "--principal", "owner", "--once"));
	ASSERT_EQ(0, GRANT("guard", "--principal", "partner", "--once"));
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	camera_close(&self->c);
	ASSERT_EQ(0, GRANT("guard", "--principal", "owner", "--once"));
	EXPECT_EQ(-EACCES, camera_open(&self->c, self->camera));
	EXPECT_EQ(1, warden_status("consents"));
}

/* Gives 0 where this program may ask by netlink, which has no answer without a thermal zone, or -errno. */
static int ask_temperature(void)
{
	struct genl g;
	int err = genl_open(&g);

	if (!err)
		err = genl_turn(&g, THERMAL_GENL_FAMILY_NAME) ? -ENOENT : genl_do(&g, THERMAL_GENL_CMD_TZ_GET_TEMP);
	genl_close(&g);
	return err == -EINVAL ? 0 : err;
}

static int ask_in_child(void)
{
	int status;
	pid_t pid = sight_fork();

	if (!pid)
		_exit(-ask_temperature());
	waitpid(pid, &status, 0);
	return -WEXITSTATUS(status);
}

#define GRANT_ENVIRONMENT(...)                                                                     \
	warden_ctl(ARGV("consent", "grant", "tester", "environment", "--purpose", "guard",         \
			"--principal", ##__VA_ARGS__))

/* What a process has of one person stands, where another person answers anew; and no other answer is taken for it. */
TEST_F(receipt, of_two_persons_for_once_is_one_of_its_own_and_one_that_is_new)
{
	char receipt[64];

	ASSERT_LOADED(warden_policy("default protocol allow;\nprogram tester { path \"%s\"; }\n"
				    "purpose guard \"Watch the garden\";\ndefault sensor deny;\n"
				    "allow tester use environment for guard with consent of 2 of {owner, partner};\n",
				    warden_self()));
	if (ask_temperature() == -ENOENT)
		SKIP(return, "this kernel tells no temperatures by netlink");
	ASSERT_EQ(-EACCES, ask_temperature());
	ASSERT_EQ(0, GRANT_ENVIRONMENT("owner", "--once"));
	ASSERT_EQ(0, GRANT_ENVIRONMENT("partner"));
	snprintf(receipt, sizeof(receipt), "%s", last_word("receipt"));
	EXPECT_EQ(0, ask_temperature());
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "withdraw", "--receipt", receipt)));
	EXPECT_EQ(-EACCES, ask_temperature());
	ASSERT_EQ(0, GRANT_ENVIRONMENT("partner", "--once"));
	ASSERT_EQ(0, GRANT_ENVIRONMENT("owner", "--once"));
	EXPECT_EQ(0, ask_temperature());
	EXPECT_EQ(-EACCES, ask_in_child());
	ASSERT_EQ(0, GRANT_ENVIRONMENT("partner", "--once"));
	EXPECT_EQ(0, ask_in_child()); /* the owner's second one is there for it */
	EXPECT_EQ(0, ask_temperature());
}

/* "For this run" binds the answer of the second person as that of the first. */
TEST_F(receipt, of_two_persons_for_a_run_is_that_of_one_process)
{
	ASSERT_LOADED(warden_policy(OF_TWO, warden_self()));
	ASSERT_EQ(0, GRANT("guard", "--principal", "owner"));
	ASSERT_EQ(0, GRANT("guard", "--principal", "partner", "--run"));
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	EXPECT_EQ(-EACCES, open_in_child(self->camera));
	camera_close(&self->c);
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	camera_close(&self->c);
}

/* What a second person said ages by its last use, and not while that lasts. */
TEST_F(receipt, of_two_persons_is_in_use_as_long_as_the_camera)
{
	ASSERT_LOADED(warden_policy(OF_TWO, warden_self()));
	ASSERT_EQ(0, GRANT("guard", "--principal", "owner"));
	ASSERT_EQ(0, GRANT("guard", "--principal", "partner"));
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	/* from here on, so that they do not age while they are given */
	ASSERT_LOADED(warden_policy("consent unused 2 seconds;\n" OF_TWO, warden_self()));
	sleep(5);
	EXPECT_EQ(2, warden_status("consents"));
	EXPECT_EQ(0, camera_start(&self->c));
	camera_close(&self->c);
}

TEST_F(receipt, is_suspended_by_another_notice_and_stands_again_under_its_own)
{
	struct claim suspended = told("suspend", "notice-changed"), resumed = told("resume", "none");
	struct claim denied = refused();
	struct json_object *shown, *steps;

	ASSERT_EQ(0, GRANT("door", "--principal", "owner", "--jurisdiction", "DE"));
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	write_notice("Pictures go to whoever pays.\n");
	ASSERT_LOADED(warden_policy(STATEMENTS, warden_self()));
	EXPECT_EQ(-EACCES, camera_start(&self->c));
	camera_close(&self->c);
	EXPECT_EQ(-EACCES, camera_open(&self->c, self->camera));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_FOUND(evidence_of_event(&self->mark, &suspended));
	EXPECT_STATE("suspended");
	write_notice("Pictures are shown in the hall and kept by nobody.\n");
	ASSERT_LOADED(warden_policy(STATEMENTS, warden_self()));
	EXPECT_FOUND(evidence_of_event(&self->mark, &resumed));
	EXPECT_EQ(0, camera_open(&self->c, self->camera));
	camera_close(&self->c);
	shown = warden_json(ARGV("consent", "show", last_word("receipt")));
	ASSERT_NE(NULL, shown);
	EXPECT_STREQ("DE", evidence_string(shown, "jurisdiction"));
	EXPECT_EQ(2, evidence_number(shown, "uses"));
	ASSERT_TRUE(json_object_object_get_ex(shown, "step", &steps));
	EXPECT_EQ(2, json_object_array_length(steps));
	json_object_put(shown);
}

TEST_F(receipt, lasts_until_no_day_that_there_is_not)
{
	EXPECT_EQ(2, GRANT("door", "--until", "2099-02-31T12:00"));
	EXPECT_EQ(2, warden_ctl(ARGV("sensor", "usage", "--since", "2099-02-31T12:00")));
	EXPECT_EQ(0, warden_status("consents"));
}

/* Under its own notice again it would be given, and open nothing. */
TEST_F(receipt, that_is_suspended_is_used_up_and_expires_as_any)
{
	struct claim used = told("expire", "used-up"), expired = told("expire", "expired");
	struct json_object *r;

	ASSERT_EQ(0, GRANT("door", "--once"));
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	write_notice("Pictures go to whoever pays.\n");
	ASSERT_LOADED(warden_policy(STATEMENTS, warden_self()));
	EXPECT_STATE("suspended");
	camera_close(&self->c);
	EXPECT_STATE("used");
	EXPECT_FOUND(evidence_of_event(&self->mark, &used));
	ASSERT_EQ(0, GRANT("door", "--for", "10s"));
	write_notice("Pictures are shown in the hall and kept by nobody.\n");
	ASSERT_LOADED(warden_policy(STATEMENTS, warden_self()));
	EXPECT_STATE("suspended");
	r = evidence_find(&self->mark, &expired, 60000);
	EXPECT_NE(NULL, r);
	json_object_put(r);
	EXPECT_STATE("expired");
}

TEST_F(receipt, that_nobody_uses_ends_and_one_in_use_does_not)
{
	struct claim unused = told("expire", "unused"), denied = refused();

	ASSERT_LOADED(warden_policy(UNUSED, warden_self()));
	ASSERT_EQ(0, GRANT("guard"));
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	sleep(3);
	EXPECT_STATE("given");
	camera_close(&self->c);
	ASSERT_EQ(0, GRANT("guard"));
	EXPECT_FOUND(evidence_of_event(&self->mark, &unused));
	EXPECT_STATE("expired");
	warden_withdraw_all();
	EXPECT_EQ(-EACCES, camera_open(&self->c, self->camera));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_HARNESS_MAIN
