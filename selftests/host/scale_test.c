// SPDX-License-Identifier: GPL-2.0-only
/* Large policies: the time is printed, the result is asserted. */
#include <sys/resource.h>
#include <time.h>

#include "kselftest_harness.h"

/* Beside guests, with sanitizers. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT 300
#include "policy/diff.h"
#include "policy/enforce.h"
#include "policy/explain.h"
#include "policy/facts.h"
#include "policy/lint.h"
#include "policy_util.h"

#define PROGRAMS 1000

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static char *large_policy(unsigned int rules, size_t *len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, len);
	unsigned int i;

	fputs(HEADER, f);
	for (i = 0; i < PROGRAMS; i++)
		fprintf(f, "program p%u { sha256 \"%064x\"; }\n", i, i);
	fputs("purpose why \"Because\";\n", f);
	for (i = 0; i < rules; i += 2)
		fprintf(f,
			"allow p%u listen tcp %u;\n"
			"allow p%u use camera for why with consent withdraw within 200ms kill;\n",
			i % PROGRAMS, i % 65536, i % PROGRAMS);
	fclose(f);
	return text;
}

static int no_digest(void *ctx, const char *path, struct warden_file_digests *d)
{
	(void)ctx;
	(void)path;
	(void)d;
	return -ENOENT;
}

static double user_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6;
}

/* All that policy check does with a text; gives the processor time it took. */
static double compile_rules(struct __test_metadata *_metadata, unsigned int rules)
{
	struct warden_files files = { .digest = no_digest };
	double start, parsed, enforced, warned, compiled, used = user_seconds();
	struct subject s;
	size_t len;
	char *text = large_policy(rules, &len);

	start = seconds();
	subject_parse(&s, text, len);
	parsed = seconds();
	EXPECT_EQ(0, s.err);
	warden_enforce_model(&s.model, &s.diags, true);
	enforced = seconds();
	warden_lint_model(&s.model, &s.diags);
	warned = seconds();
	EXPECT_EQ(0, warden_compile_checked(&s.model, &files, &s.blob, &s.diags));
	compiled = seconds();
	EXPECT_EQ(rules, s.model.wire_rules);
	EXPECT_LE(s.blob.len, WARDEN_POLICY_MAX);
	ksft_print_msg("%u rules, %zu bytes of text: parsed in %.3f s, enforceable in %.3f s, held "
		       "against each other in %.3f s, compiled in %.3f s to %zu bytes\n",
		       rules, len, parsed - start, enforced - parsed, warned - enforced,
		       compiled - warned, s.blob.len);
	subject_free(&s);
	free(text);
	return user_seconds() - used;
}

#ifdef __SANITIZE_ADDRESS__
#define MEMORY_MAX (800 << 10) /* KiB; what was freed is kept, and all is fenced */
#define ASKED	   20000       /* rules of a policy that is asked everything */
#else
#define MEMORY_MAX (200 << 10)
#define ASKED	   (WARDEN_RULES_MAX - PROGRAMS)
#endif

TEST(a_policy_of_100000_rules_compiles_in_200_MB)
{
	struct rusage usage;

	compile_rules(_metadata, WARDEN_RULES_MAX);
	getrusage(RUSAGE_SELF, &usage);
	ksft_print_msg("%ld KiB of memory at most\n", usage.ru_maxrss);
	EXPECT_LE(usage.ru_maxrss, MEMORY_MAX);
}

/* Ten times the rules take ten times as long, give and take caches and a busy machine. */
TEST(a_rule_costs_no_more_among_many)
{
	double few, many;

	compile_rules(_metadata, WARDEN_RULES_MAX / 10);
	few = compile_rules(_metadata, WARDEN_RULES_MAX / 10);
	many = compile_rules(_metadata, WARDEN_RULES_MAX);
	ksft_print_msg("%.3f s of processor for a tenth, %.3f s for all\n", few, many);
	EXPECT_LE(many, 40 * (few + 0.005));
}

/* Each rule inside the one before, under one key: what would be 5 thousand million pairs. */
TEST(rules_that_lie_inside_each_other_are_held_against_each_other_once)
{
	char *text = NULL;
	size_t len, i;
	struct subject s;
	double start;
	FILE *f = open_memstream(&text, &len);

	fputs(HEADER "program p { sha256 \"", f);
	for (i = 0; i < 64; i++)
		putc('0', f);
	fputs("\"; }\n", f);
	for (i = 0; i < 30000; i++)
		fprintf(f, "allow p listen tcp %zu-%zu;\n", i, 65535 - i);
	fclose(f);
	subject_parse(&s, text, len);
	start = user_seconds();
	warden_lint_model(&s.model, &s.diags);
	ksft_print_msg("%.3f s of processor\n", user_seconds() - start);
	EXPECT_EQ(29999, s.diags.count[WARDEN_SEVERITY_WARNING]);
	subject_free(&s);
	free(text);
}

/* What is only counted must not be worked out first: 1000 candidates for each name. */
TEST(a_policy_of_100000_errors_comes_to_an_end)
{
	char *text = NULL, *errors;
	size_t len, i;
	struct subject s;
	double start;
	FILE *f = open_memstream(&text, &len);

	fputs(HEADER, f);
	for (i = 0; i < 1000; i++)
		fprintf(f, "program p%zu { sha256 \"%064zx\"; }\n", i, i);
	for (i = 0; i < 100000; i++)
		fprintf(f, "allow q%zu use camera;\n", i);
	fclose(f);
	start = seconds();
	subject_parse(&s, text, len);
	ksft_print_msg("100000 undefined names: %.3f s\n", seconds() - start);
	EXPECT_EQ(-EINVAL, s.err);
	EXPECT_EQ(100000, warden_diags_count(&s.diags));
	errors = subject_errors(&s, "t");
	EXPECT_NE(NULL, strstr(errors, "99950 more errors are not shown"));
	free(errors);
	subject_free(&s);
	free(text);
}

/* Half are ports, half devices, each with consent; @shift makes policies that differ. */
static void open_view(struct __test_metadata *_metadata, struct warden_view *v, unsigned int rules,
		      unsigned int shift)
{
	struct warden_files files = { .digest = no_digest };
	char why[WARDEN_ORACLE_WHY] = "", *text = NULL;
	struct subject s;
	unsigned int i;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	fputs(HEADER "default sensor deny; default listen deny; purpose why \"Because\";\n", f);
	for (i = 0; i < PROGRAMS; i++)
		fprintf(f, "program p%u { sha256 \"%064x\"; }\n", i, i + 1);
	for (i = 0; i < rules; i += 2)
		fprintf(f, "allow p%u listen tcp %u;\n"
			   "allow p%u use device \"platform/d.%u/video4linux/0\" for why with consent;\n",
			(i + shift) % PROGRAMS, i % 65536, (i * 7 + shift) % PROGRAMS, i);
	fclose(f);
	subject_parse(&s, text, len);
	ASSERT_EQ(0, s.err);
	ASSERT_EQ(0, warden_compile_model(&s.model, &files, &s.blob, &s.diags));
	ASSERT_EQ(0, warden_view_open(v, "t", s.blob.data, s.blob.len, why))
	{
		TH_LOG("%s", why);
	}
	subject_free(&s);
	free(text);
}

static void count_change(void *ctx, const struct warden_change *change)
{
	(void)change;
	++*(size_t *)ctx;
}

static void count_who(void *ctx, const struct warden_subject *subject, const char *topology,
		      const struct warden_view *decides, const struct warden_outcome *o)
{
	(void)subject;
	(void)topology;
	(void)decides;
	(void)o;
	++*(size_t *)ctx;
}

static void count_fact(void *ctx, const char *of, const char *was, const char *is)
{
	(void)of;
	(void)was;
	(void)is;
	++*(size_t *)ctx;
}

/* All that can be asked of a policy; gives the processor time it took. */
static double ask_all(struct __test_metadata *_metadata, unsigned int rules)
{
	struct warden_question q = { .domain = WARDEN_DOMAIN_LISTEN, .uid = WARDEN_UID_OTHER,
				     .protocol = 6, .port = 80 };
	struct warden_view before, after;
	const struct warden_view *layer = &after;
	struct warden_explanation e;
	size_t changes = 0, can = 0, facts = 0;
	double used, explained, asked, differed;

	open_view(_metadata, &before, rules, 0);
	open_view(_metadata, &after, rules, 2);
	used = user_seconds();
	warden_explain(&e, &after, &q, NULL, "listen tcp 80");
	EXPECT_EQ(WARDEN_OUTCOME_DENIED, e.outcome.what);
	warden_explanation_free(&e);
	explained = user_seconds();
	q = (struct warden_question){ .domain = WARDEN_DOMAIN_SENSOR, .uid = WARDEN_UID_OTHER,
				      .class = WARDEN_SENSOR_CLASS_CAMERA };
	warden_who_can(&layer, 1, &q, count_who, &can);
	EXPECT_EQ(rules / 2, can);
	asked = user_seconds();
	warden_diff(&before, &after, count_change, &changes);
	warden_facts_compare(&before, &after, count_fact, &facts);
	EXPECT_LE(rules / 2, changes);
	EXPECT_EQ(0, facts);
	differed = user_seconds();
	ksft_print_msg("%u rules: explain %.3f s, who-can %.3f s, diff %.3f s of processor\n", rules,
		       explained - used, asked - explained, differed - asked);
	warden_view_close(&before);
	warden_view_close(&after);
	return differed - used;
}

TEST(a_question_costs_no_more_a_rule_among_many)
{
	double few = ask_all(_metadata, ASKED / 20 * 2); /* whole pairs of rules */
	double many = ask_all(_metadata, ASKED);

	EXPECT_LE(many, 40 * (few + 0.005));
}

TEST_HARNESS_MAIN
