// SPDX-License-Identifier: GPL-2.0-only
/*
 * What policies mean, asked of wardenctl: each selftests/policy/query/NAME.cmd is a command line
 * for `wardenctl`, NAME.out all it prints and, on its last line, its exit status. WRITE_EXPECTED=1
 * in the environment writes them, for a person to read before they are committed.
 */
#include <sys/wait.h>
#include <unistd.h>

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
		{ "factory.policy", "--sensor camera", "camera: denied" },
		{ "factory.policy", "--connect udp/53", "udp 53: denied" },
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
		{ "examples/telematics.policy",
		  "--program tracker --egress location --to 198.51.100.9", ": allowed" },
		{ "examples/telematics.policy",
		  "--program tracker --egress location --to 192.0.2.1", ": denied" },
	};
	size_t i;

	for (i = 0; i < sizeof(shipped) / sizeof(*shipped); i++)
		check_shipped(_metadata, shipped[i].name, shipped[i].question, shipped[i].wanted);
}

/* What is in both policies that differ in one statement. */
static const char around[] =
	HEADER "program p { sha256 \"1111111111111111111111111111111111111111111111111111111111111111\"; }\n"
	       "purpose why \"Because\"; default sensor deny; default listen deny;\n";

static char *diff_of(const char *before, const char *after)
{
	static const char *const names[] = { "before", "after", "list" };
	const char *texts[] = { before, after, NULL };
	char folder[] = "/tmp/warden-diff-XXXXXX", *words = NULL, *said, path[64];
	FILE *f;
	int i;

	if (!mkdtemp(folder))
		return NULL;
	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		f = fopen(path, "w");
		/* a header of the statement's own comes instead of ours */
		if (texts[i])
			fputs(strstr(texts[i], "contact") ? strstr(around, "program") : around, f);
		fputs(texts[i] ? texts[i] : "2222222222222222222222222222222222222222222222222222222222222222  x\n", f);
		fclose(f);
	}
	if (asprintf(&words, "policy diff --root " QUERY "/../root %s/before %s/after", folder, folder) < 0)
		return NULL;
	said = run_command(words);
	for (i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
	free(words);
	return said;
}

#define CONSENTED "allow p use camera for why with consent"
#define POLICY "policy \"test\" version 1; support until 2031-12-31; contact "

/* Each kind of statement the grammar has, and each part of a rule. */
TEST(each_statement_shows_in_a_diff)
{
	static const struct {
		const char *before;
		const char *after;
		const char *told;
	} cases[] = {
		{ POLICY "\"a@example.com\";", POLICY "\"b@example.com\";",
		  "policy: contact \"a@example.com\" -> \"b@example.com\"" },
		{ "policy \"test\" version 1; contact \"a\"; support until 2031-12-31;",
		  "policy \"test\" version 1; contact \"a\"; support until 2032-12-31;",
		  "policy: support-until \"2031-12-31\" -> \"2032-12-31\"" },
		{ "", "mode observe;", "recorded only" },
		{ "", "sweep abort;", "policy: sweep now" },
		{ "", "sweep usb;", "policy: sweep-usb now" },
		{ "", "until setup closed;", "policy: setup now" },
		{ "until setup closed;", "until setup closed; allow p listen tcp 80 until setup;",
		  "p listen tcp 80: now allowed until setup" },
		{ "consent unused 30 days;", "", "policy: unused no longer 2592000" },
		{ "", "default usb deny;", "usb" },
		{ "default connect allow;", "default connect allow observe;", "" },
		{ "default connect deny;", "default connect deny observe;", "recorded only" },
		{ "", "debug closed;", "debug" },
		{ "", "measure exec;", "exec: now measured" },
		{ "", "appraise exec from \"list\";", "exec any other file: " },
		{ "", "allow p use camera;", "p: use camera" },
		{ "", "allow p listen tcp 80;", "p: listen tcp 80" },
		{ "default connect deny;", "default connect deny; allow p connect tcp 80;",
		  "p: connect tcp 80" },
		{ "default connect deny; allow p connect tcp 80 to 10.0.0.0/8;",
		  "default connect deny; allow p connect tcp 80;", "p: connect tcp 80" },
		{ "default bind deny;", "default bind deny; allow p bind tcp 80;", "p: bind tcp 80" },
		{ "default bind deny; allow p bind tcp 80 from 10.0.0.0/8;",
		  "default bind deny; allow p bind tcp 80;", "p: bind tcp 80" },
		{ "default protocol deny;", "default protocol deny; allow p use protocol packet;", "packet" },
		{ "default autoload deny;", "default autoload deny; allow autoload \"usbhid\";", "usbhid" },
		{ "default usb deny;", "default usb deny; allow usb \"046d:c31c\";", "046d:c31c" },
		{ CONSENTED ";", "allow p use camera for why;", "p: use camera" },
		{ CONSENTED ";", CONSENTED " of anna;", "principal now name \"anna\"" },
		{ CONSENTED " of { anna, bert };", CONSENTED " of 1 of { anna, bert };", "quorum" },
		{ CONSENTED ";", CONSENTED " withdraw within 100ms;", "p: use camera" },
		{ CONSENTED ";", CONSENTED " kill;", "p: use camera" },
		{ CONSENTED ";", CONSENTED " control \"Control-25\";", "control now \"Control-25\"" },
		{ CONSENTED " control \"Control-25\";", CONSENTED " control \"Control-26\";",
		  "control \"Control-25\" -> \"Control-26\"" },
		{ "", "allow p use camera export;", "and to export" },
		{ "default connect deny; purpose o \"O\" until 2098-01-01; allow p connect tcp 80;",
		  "default connect deny; purpose o \"O\" until 2098-01-01; allow p connect tcp 80 for o;",
		  "until o ends" },
		{ "purpose o \"O\" until 2098-01-01;", "purpose o \"O\" until 2099-01-01;",
		  "purpose \"o\": until" },
		{ "", "purpose other \"Else\";", "purpose \"other\": text now \"Else\"" },
		{ "allow p listen tcp 22;", "allow p listen tcp 22; safety { p listen tcp 22; }",
		  "p listen tcp 22: now on the safety list" },
		{ "allow usb class \"hub\";", "allow usb class \"hub\"; safety { usb class \"hub\"; }",
		  "\n  usb class \"hub\": now on the safety list" },
		{ "", "program q { path \"/usr/bin/voice\"; } allow q use camera;", "q: use camera" },
		{ "program q { path \"/usr/bin/voice\"; arguments \"-a\"; } allow q use camera;",
		  "program q { path \"/usr/bin/voice\"; arguments \"-b\"; } allow q use camera;", "q" },
		{ "group g { p }", "group g { p } allow g use camera;", "p: use camera" },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *said = diff_of(cases[i].before, cases[i].after);

		EXPECT_NE(NULL, strstr(said, cases[i].told))
		{
			TH_LOG("`%s` -> `%s`: %s", cases[i].before, cases[i].after, said);
		}
		EXPECT_EQ(NULL, *cases[i].told ? strstr(said, "mean the same") : NULL)
		{
			TH_LOG("`%s` -> `%s`: %s", cases[i].before, cases[i].after, said);
		}
		EXPECT_NE(NULL, strstr(said, "exit status 0"))
		{
			TH_LOG("%s", said);
		}
		free(said);
	}
}

TEST_HARNESS_MAIN
