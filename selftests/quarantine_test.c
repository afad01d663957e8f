// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program in quarantine stops within a second, is not started again, and runs
 * as before once it is let out.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/explained.h"
#include "lib/harness.h"
#include "lib/keys.h"
#include "lib/stay.h"
#include "lib/users.h"

#define PROGRAM "/var/tmp/test-quarantined"
#define BOUND	1000000000u /* ns */

FIXTURE(quarantine)
{
	struct mark mark;
};

FIXTURE_SETUP(quarantine)
{
	ASSERT_LOADED(warden_policy("\n"));
	ASSERT_TRUE(client_shell("cp /usr/bin/sleep " PROGRAM " && echo own >>" PROGRAM));
}

FIXTURE_TEARDOWN(quarantine)
{
	warden_ctl(ARGV("quarantine", "remove", PROGRAM));
	unlink(PROGRAM);
}

static int run(void)
{
	struct client c;
	int status = client_run(&c, ARGV(PROGRAM, "0"));

	client_end(&c);
	return status;
}

TEST_F(quarantine, stops_what_runs_and_starts_no_more)
{
	struct claim added = { .event = "quarantine-add", .object = PROGRAM };
	struct claim removed = { .event = "quarantine-remove", .object = PROGRAM };
	struct claim denied = { .domain = "exec", .reason = "quarantined", .object = PROGRAM,
				.line = UINT32_MAX, .times = 1 };
	struct json_object *cut;
	struct client c;

	ASSERT_EQ(0, run());
	ASSERT_EQ(0, client_start(&c, ARGV(PROGRAM, "600")));
	usleep(200000);
	ASSERT_TRUE(client_runs(&c));
	self->mark = evidence_mark();
	cut = warden_json(ARGV("quarantine", "add", PROGRAM));
	ASSERT_NE(NULL, cut)
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_LE(1, evidence_number(cut, "killed")); /* others may run it, too */
	EXPECT_GT(BOUND, evidence_number(cut, "took"));
	printf("# took %.1f ms\n", (double)evidence_number(cut, "took") / 1e6);
	json_object_put(cut);
	EXPECT_EQ(128 + SIGKILL, client_wait(&c, 1000));
	client_end(&c);
	EXPECT_FOUND(evidence_of_event(&self->mark, &added));
	self->mark = evidence_mark();
	EXPECT_EQ(127, run());
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_STREQ("quarantined", explained(ARGV("--exec", PROGRAM)));
	EXPECT_EQ(0, warden_ctl(ARGV("quarantine", "list")));
	EXPECT_NE(NULL, strstr(warden_said(), PROGRAM));
	self->mark = evidence_mark();
	EXPECT_EQ(0, warden_ctl(ARGV("quarantine", "remove", PROGRAM)));
	EXPECT_FOUND(evidence_of_event(&self->mark, &removed));
	EXPECT_EQ(0, run());
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* Starts it and becomes it: whoever does not get that far tells why by its exit status. */
static int become(const struct user *u, void *seconds)
{
	(void)u;
	execl(PROGRAM, PROGRAM, seconds, NULL);
	return errno;
}

/* The same by a descriptor, which needs no name. */
static int become_by_descriptor(const struct user *u, void *seconds)
{
	char *argv[] = { PROGRAM, seconds, NULL };
	const int fd = open(PROGRAM, O_RDONLY);

	(void)u;
	syscall(SYS_execveat, fd, "", argv, environ, AT_EMPTY_PATH);
	return errno;
}

/* Does it run, and not what started it? */
static bool runs(pid_t pid)
{
	char path[32], name[64];
	int i;

	snprintf(path, sizeof(path), "/proc/%d/exe", pid);
	for (i = 0; i < 1000; i++, usleep(20000)) {
		ssize_t n = readlink(path, name, sizeof(name) - 1);

		if (n > 0 && (size_t)n == strlen(PROGRAM) && !memcmp(name, PROGRAM, (size_t)n))
			return true;
	}
	return false;
}

TEST_F(quarantine, stops_and_starts_it_for_nobody)
{
	struct claim denied = { .domain = "exec", .reason = "quarantined", .object = PROGRAM,
				.line = UINT32_MAX, .times = 2 * USERS_COUNT };
	pid_t pids[USERS_COUNT];
	int status;
	size_t i;

	for (i = 0; i < USERS_COUNT; i++) {
		EXPECT_EQ(0, users_run(users_at(i), become, "0"));
		EXPECT_EQ(0, users_run(users_at(i), become_by_descriptor, "0"));
		pids[i] = users_start(users_at(i), become, "600");
		ASSERT_TRUE(runs(pids[i]));
	}
	ASSERT_EQ(0, warden_ctl(ARGV("quarantine", "add", PROGRAM)));
	for (i = 0; i < USERS_COUNT; i++) {
		EXPECT_EQ(pids[i], waitpid(pids[i], &status, 0));
		EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		{
			TH_LOG("of %s", users_at(i)->name);
		}
	}
	self->mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++) {
		EXPECT_EQ(EACCES, users_run(users_at(i), become, "0"));
		EXPECT_EQ(EACCES, users_run(users_at(i), become_by_descriptor, "0"));
	}
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* Quarantine stands above any policy: the one in shadow would not have let it run either. */
TEST_F(quarantine, is_no_difference_to_a_policy_in_shadow)
{
	static const char file[] = "/var/tmp/test-shadow.policy";
	struct claim denied = { .domain = "exec", .reason = "quarantined", .object = PROGRAM,
				.line = UINT32_MAX, .times = 1 };

	ASSERT_TRUE(warden_write(file, warden_policy("\n")));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "load", "--shadow", file)))
	{
		TH_LOG("%s", warden_said());
	}
	unlink(file);
	ASSERT_EQ(0, warden_ctl(ARGV("quarantine", "add", PROGRAM)));
	self->mark = evidence_mark();
	EXPECT_EQ(127, run());
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(NULL, evidence_find(&self->mark, &(struct claim){ .event = "shadow" }, 0));
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "drop", "shadow")));
}

TEST_F(quarantine, refuses_what_nobody_could_undo)
{
	EXPECT_EQ(1, warden_ctl(ARGV("quarantine", "add", "/usr/sbin/wardenctl")));
	EXPECT_NE(NULL, strstr(warden_said(), "nobody could undo"));
	EXPECT_EQ(0, warden_ctl(ARGV("quarantine", "add", PROGRAM)));
	EXPECT_EQ(1, warden_ctl(ARGV("quarantine", "add", PROGRAM)));
	EXPECT_EQ(2, warden_ctl(ARGV("quarantine", "add", "abc")));
}

/* A command with the digits of the program behind it. */
static bool by_digits(const char *verb)
{
	char line[256];

	snprintf(line, sizeof(line), "/usr/sbin/wardenctl quarantine %s $(sha256sum <" PROGRAM " | cut -c 1-64)", verb);
	return client_shell(line);
}

/* The digits are one of the two digests that a path stands for: whichever of them is in, or out, is no fault. */
TEST_F(quarantine, by_its_digits_goes_with_the_one_by_its_path)
{
	ASSERT_TRUE(by_digits("add"));
	EXPECT_EQ(127, run());
	EXPECT_EQ(0, warden_ctl(ARGV("quarantine", "add", PROGRAM)));
	EXPECT_EQ(1, warden_ctl(ARGV("quarantine", "add", PROGRAM)));
	EXPECT_SAID("already");
	EXPECT_TRUE(by_digits("remove"));
	EXPECT_EQ(0, warden_ctl(ARGV("quarantine", "remove", PROGRAM)));
	EXPECT_EQ(1, warden_ctl(ARGV("quarantine", "remove", PROGRAM)));
	EXPECT_SAID("it is not in quarantine");
	ASSERT_TRUE(by_digits("add"));
	EXPECT_EQ(0, warden_ctl(ARGV("quarantine", "remove", PROGRAM)));
	EXPECT_EQ(0, run());
	EXPECT_EQ(0, warden_ctl(ARGV("quarantine", "list")));
	EXPECT_EQ(NULL, strstr(warden_said(), PROGRAM));
}

/* Its file is gone: what the list shows of it is what lets it out, of either digest. */
TEST_F(quarantine, of_a_file_that_is_gone_goes_by_the_digits_that_are_listed)
{
	struct json_object *list;
	size_t i, own = 0;

	ASSERT_EQ(0, warden_ctl(ARGV("quarantine", "add", PROGRAM)));
	ASSERT_EQ(0, unlink(PROGRAM));
	EXPECT_EQ(1, warden_ctl(ARGV("quarantine", "remove", PROGRAM)));
	EXPECT_SAID("the digits that wardenctl quarantine list shows");
	list = warden_json(ARGV("quarantine", "list"));
	for (i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *e = json_object_array_get_idx(list, i);

		if (strcmp(evidence_string(e, "label"), PROGRAM))
			continue;
		own++;
		EXPECT_EQ(0, warden_ctl(ARGV("quarantine", "remove", evidence_string(e, "digest"))));
		EXPECT_EQ(1, warden_ctl(ARGV("quarantine", "remove", evidence_string(e, "digest"))));
		EXPECT_SAID("it is not in quarantine");
	}
	EXPECT_EQ(2, own);
	json_object_put(list);
	EXPECT_EQ(0, warden_ctl(ARGV("quarantine", "list")));
	EXPECT_EQ(NULL, strstr(warden_said(), PROGRAM));
}

/* Higher than any before in this life of the kernel. */
static uint32_t next_version(void)
{
	return now_ns() / 1000000;
}

/* A number of the answer to the list that was loaded last. */
static uint64_t answer(const char *field)
{
	struct json_object *json = json_tokener_parse(warden_said());
	uint64_t number = json ? evidence_number(json, field) : UINT64_MAX;

	json_object_put(json);
	return number;
}

TEST_F(quarantine, list_stops_what_it_names_and_the_next_one_lets_it_out)
{
	struct claim denied = { .domain = "exec", .reason = "quarantined", .object = PROGRAM,
				.line = UINT32_MAX, .times = 1 };
	const uint32_t version = next_version();
	struct client c;

	ASSERT_EQ(0, client_start(&c, ARGV(PROGRAM, "600")));
	usleep(200000);
	ASSERT_EQ(0, keys_list(PROGRAM, version, NULL));
	self->mark = evidence_mark();
	ASSERT_EQ(0, keys_cut())
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_EQ(1, answer("killed"));
	EXPECT_EQ(1, answer("added"));
	EXPECT_GT(BOUND, answer("took"));
	EXPECT_EQ(128 + SIGKILL, client_wait(&c, 1000));
	client_end(&c);
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){ .event = "quarantine-list" }));
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){ .event = "quarantine-add",
								     .object = PROGRAM }));
	self->mark = evidence_mark();
	EXPECT_EQ(127, run());
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	/* The same once more changes nothing, and a command does not undo it. */
	EXPECT_EQ(0, keys_cut());
	EXPECT_EQ(0, answer("added") + answer("removed"));
	EXPECT_EQ(1, warden_ctl(ARGV("quarantine", "remove", PROGRAM)));
	EXPECT_SAID("load one of a higher version");

	/* An older one, one that names who asks, and one that is cut short: all stays as it was. */
	self->mark = evidence_mark();
	ASSERT_EQ(0, keys_list("", version - 1, NULL));
	EXPECT_EQ(1, keys_cut());
	EXPECT_SAID("a list of this version or of a newer one was loaded");
	ASSERT_EQ(0, keys_list("/usr/sbin/wardenctl", version + 1, NULL));
	EXPECT_EQ(1, keys_cut());
	EXPECT_SAID("which nobody could undo");
	ASSERT_TRUE(client_shell("truncate -s -1 " KEYS_LIST));
	EXPECT_EQ(1, keys_cut());
	EXPECT_SAID("this is no list");
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){ .event = "quarantine-refuse" }));
	EXPECT_EQ(127, run());

	ASSERT_EQ(0, keys_list("", version + 1, NULL));
	EXPECT_EQ(0, keys_cut());
	EXPECT_EQ(1, answer("removed"));
	self->mark = evidence_mark();
	EXPECT_EQ(0, run());
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

TEST_F(quarantine, list_lets_out_nothing_that_was_put_in_by_hand)
{
	const uint32_t version = next_version();

	ASSERT_EQ(0, warden_ctl(ARGV("quarantine", "add", PROGRAM)));
	ASSERT_EQ(0, keys_list(PROGRAM, version, NULL));
	EXPECT_EQ(0, keys_cut());
	EXPECT_EQ(0, answer("added"));
	ASSERT_EQ(0, keys_list("", version + 1, NULL));
	EXPECT_EQ(0, keys_cut());
	EXPECT_EQ(0, answer("removed"));
	EXPECT_EQ(127, run());
}

/* --- who makes it take long -------------------------------------------------------------- */

#define LARGE	"/dev/shm/test-large"
#define SOON_MS 20000 /* emulated; to read it once takes longer */

static uint64_t took_ms(const char *const argv[])
{
	uint64_t since = now_ns();

	return warden_ctl(argv) ? UINT64_MAX : (now_ns() - since) / 1000000;
}

/* Any user can have a program of gigabytes, which are holes, and hold what is no sensor. */
TEST_F(quarantine, of_a_program_that_takes_long_to_read_keeps_nobody_waiting)
{
	uint64_t until = now_ns() + SOON_MS * UINT64_C(1000000);
	struct client large, add;

	/* a hook that is still attached would read it at its start */
	while (warden_status("attached") != warden_status("wanted") && now_ns() < until)
		usleep(50000);
	ASSERT_TRUE(client_shell("cp /usr/bin/sleep " LARGE " && truncate -s 8G " LARGE));
	ASSERT_EQ(0, client_start(&large, ARGV("sh", "-c", "exec " LARGE " 600 3</sys/kernel/uevent_seqnum")));
	usleep(200000);
	ASSERT_TRUE(client_runs(&large));
	until = now_ns();
	ASSERT_LOADED(warden_policy("classify name \"ttyS*\" as location;\n"));
	EXPECT_GT(SOON_MS, (now_ns() - until) / 1000000);
	self->mark = evidence_mark();
	ASSERT_EQ(0, client_start(&add, ARGV("wardenctl", "quarantine", "add", PROGRAM)));
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){ .event = "quarantine-add" }));
	EXPECT_GT(SOON_MS, took_ms(ARGV("sensor", "switch", "camera", "off")));
	EXPECT_GT(SOON_MS, took_ms(ARGV("sensor", "switch", "camera", "on")));
	EXPECT_TRUE(client_runs(&add));
	client_end(&add);
	client_end(&large);
	unlink(LARGE);
}

static int become_large(const struct user *u, void *unused)
{
	(void)u;
	(void)unused;
	execl(LARGE, LARGE, "600", NULL);
	return errno;
}

/* What starts is read by its hook; the hook is let go meanwhile, which waits for what runs in the kernel. */
TEST_F(quarantine, start_of_a_program_that_takes_long_to_read_keeps_no_policy_waiting)
{
	uint64_t since;
	pid_t pid;

	ASSERT_TRUE(client_shell("cp /usr/bin/sleep " LARGE " && truncate -s 8G " LARGE));
	ASSERT_EQ(0, warden_ctl(ARGV("quarantine", "add", PROGRAM)));
	pid = users_start(users_at(1), become_large, NULL);
	usleep(200000);
	stay_slow(pid);
	ASSERT_EQ(0, warden_ctl(ARGV("quarantine", "remove", PROGRAM)));
	sleep(2);
	since = now_ns();
	ASSERT_LOADED(warden_policy("default connect deny;\n"));
	EXPECT_GT(SOON_MS, (now_ns() - since) / 1000000);
	EXPECT_GT(SOON_MS, took_ms(ARGV("sensor", "switch", "camera", "off")));
	EXPECT_GT(SOON_MS, took_ms(ARGV("sensor", "switch", "camera", "on")));
	EXPECT_EQ(0, waitpid(pid, NULL, WNOHANG));
	stay_end(pid);
	unlink(LARGE);
}

TEST_HARNESS_MAIN
