// SPDX-License-Identifier: GPL-2.0-only
/* Large policies: the time is printed, the result is asserted. */
#include <sys/resource.h>
#include <time.h>

#include "kselftest_harness.h"
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

TEST(a_policy_of_100000_rules_compiles)
{
	struct warden_files files = { .digest = no_digest };
	struct rusage usage;
	struct subject s;
	double start, parsed, compiled;
	size_t len;
	char *text = large_policy(WARDEN_RULES_MAX, &len);

	start = seconds();
	subject_parse(&s, text, len);
	parsed = seconds();
	ASSERT_EQ(0, s.err);
	ASSERT_EQ(0, warden_compile_model(&s.model, &files, &s.blob, &s.diags));
	compiled = seconds();
	EXPECT_EQ(WARDEN_RULES_MAX, s.model.wire_rules);
	EXPECT_LE(s.blob.len, WARDEN_POLICY_MAX);
	getrusage(RUSAGE_SELF, &usage);
	ksft_print_msg("%zu bytes of text: parsed in %.3f s, compiled in %.3f s to %zu bytes, "
		       "%ld KiB of memory at most\n",
		       len, parsed - start, compiled - parsed, s.blob.len, usage.ru_maxrss);
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
