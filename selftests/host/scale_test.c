// SPDX-License-Identifier: GPL-2.0-only
/* Large policies: the time is printed, the result is asserted. */
#include <sys/resource.h>
#include <time.h>

#include "kselftest_harness.h"
#include "policy/enforce.h"
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
#else
#define MEMORY_MAX (200 << 10)
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

TEST_HARNESS_MAIN
