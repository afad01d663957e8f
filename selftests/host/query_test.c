// SPDX-License-Identifier: GPL-2.0-only
/*
 * What policies mean, asked of wardenctl: each selftests/policy/query/NAME.cmd is a command line
 * for `wardenctl`, NAME.out all it prints and, on its last line, its exit status. WRITE_EXPECTED=1
 * in the environment writes them, for a person to read before they are committed.
 */
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "policy_util.h"

#define QUERY WARDEN_TOP "/selftests/policy/query"

/* All that a command prints, and its status; freed by the caller. */
static char *run_command(const char *words)
{
	char *command = NULL, *text = NULL;
	size_t len;
	int c, status;
	FILE *to, *from;

	if (asprintf(&command, "cd " QUERY " && " WARDENCTL " %.*s 2>&1", (int)strcspn(words, "\n"),
		     words) < 0)
		return NULL;
	to = open_memstream(&text, &len);
	from = popen(command, "r");
	while ((c = getc(from)) != EOF)
		putc(c, to);
	status = pclose(from);
	fprintf(to, "exit status %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	fclose(to);
	free(command);
	return text;
}

static int is_command(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && !strcmp(dot, ".cmd");
}

static void write_expected(const char *name, const char *text)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), QUERY "/%s", name);
	f = fopen(path, "w");
	fputs(text, f);
	fclose(f);
}

static void check_command(struct __test_metadata *_metadata, const char *name)
{
	char *words = read_text(QUERY, name, NULL);
	char *out = NULL, *expected, *got;

	ASSERT_GT(asprintf(&out, "%.*s.out", (int)(strlen(name) - strlen(".cmd")), name), 0);
	got = run_command(words);
	if (getenv("WRITE_EXPECTED"))
		write_expected(out, got);
	expected = read_text(QUERY, out, NULL);
	ASSERT_NE(NULL, expected)
	{
		TH_LOG("%s has no %s", name, out);
	}
	EXPECT_STREQ(expected, got)
	{
		TH_LOG("%s: wardenctl %s", name, words);
	}
	free(expected);
	free(got);
	free(out);
	free(words);
}

TEST(every_question_gets_its_answer)
{
	struct dirent **entries;
	int n = scandir(QUERY, &entries, is_command, alphasort);

	ASSERT_GT(n, 20);
	while (n--) {
		check_command(_metadata, entries[n]->d_name);
		free(entries[n]);
	}
	free(entries);
}

/* A draft is a policy: what learn prints is what check accepts. */
TEST(what_was_learned_is_a_policy)
{
	char *answer = run_command("policy learn --from records.json | " WARDENCTL
				   " policy check --root ../root -");

	EXPECT_NE(NULL, strstr(answer, "policy \"learned\" version 1 is right"))
	{
		TH_LOG("%s", answer);
	}
	free(answer);
}

/* A policy a device comes with is right for it, whatever machine it is read on. */
static void check_shipped(struct __test_metadata *_metadata, const char *name, const char *question,
			  const char *wanted)
{
	char *words = NULL, *answer;

	ASSERT_GT(asprintf(&words, "policy check --werror --root ../root --output /dev/null "
				   "../../../policy/%s",
			   name),
		  0);
	answer = run_command(words);
	EXPECT_NE(NULL, strstr(answer, "is right"))
	{
		TH_LOG("%s: %s", name, answer);
	}
	free(words);
	free(answer);
	ASSERT_GT(asprintf(&words, "policy explain --root ../root ../../../policy/%s %s", name,
			   question),
		  0);
	answer = run_command(words);
	EXPECT_NE(NULL, strstr(answer, wanted))
	{
		TH_LOG("%s %s: %s", name, question, answer);
	}
	free(words);
	free(answer);
}

TEST(shipped_policies_compile_and_say_what_they_are_for)
{
	static const struct {
		const char *name;
		const char *question;
		const char *wanted;
	} shipped[] = {
		{ "baseline.policy", "--sensor camera", "camera: denied" },
		{ "baseline.policy", "--listen tcp/22", "tcp 22: denied" },
		{ "examples/doorbell.policy", "--program camera-app --sensor camera",
		  "allowed with consent for visitor-video" },
		{ "examples/doorbell.policy", "--program stream --listen tcp/8554", "allowed" },
		{ "examples/speaker.policy", "--program voice --sensor microphone",
		  "allowed with consent for voice-command" },
		{ "examples/speaker.policy", "--program voice --sensor camera", "camera: denied" },
		{ "examples/speaker.policy", "--program music --listen udp/5353", "5353: allowed" },
		{ "examples/gateway.policy", "--program broker --listen tcp/8883", "8883: allowed" },
		{ "examples/gateway.policy", "--program broker --listen tcp/1883", "1883: denied" },
		{ "examples/gateway.policy", "--program field --listen tcp/502", "502: allowed" },
		{ "examples/wearable.policy", "--program health --sensor biometric",
		  "allowed with consent for heart-rate" },
		{ "examples/wearable.policy", "--program health --sensor microphone",
		  "microphone: denied" },
		{ "examples/wearable.policy", "--listen tcp/80", "tcp 80: denied" },
		{ "examples/telematics.policy", "--program emergency-call --sensor location",
		  "location: allowed" },
		{ "examples/telematics.policy", "--program tracker --sensor location",
		  "allowed with consent for trip-log" },
		{ "examples/telematics.policy", "--program tracker --sensor microphone",
		  "microphone: denied" },
	};
	size_t i;

	for (i = 0; i < sizeof(shipped) / sizeof(*shipped); i++)
		check_shipped(_metadata, shipped[i].name, shipped[i].question, shipped[i].wanted);
}

TEST_HARNESS_MAIN
