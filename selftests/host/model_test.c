// SPDX-License-Identifier: GPL-2.0-only
/* Names and limits of a model. */
#include "kselftest_harness.h"
#include "policy_util.h"

/* A text that is written piece by piece. */
struct writer {
	char *text;
	size_t len;
	FILE *f;
};

static void writer_open(struct writer *w)
{
	w->f = open_memstream(&w->text, &w->len);
	fputs(HEADER, w->f);
}

static void writer_parse(struct writer *w, struct subject *s)
{
	fclose(w->f);
	subject_parse(s, w->text, w->len);
	free(w->text);
}

static void write_programs(struct writer *w, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		fprintf(w->f, "program p%u { path \"/bin/p%u\"; }\n", i, i);
}

TEST(as_many_programs_as_the_limit)
{
	struct subject s;
	struct writer w;

	writer_open(&w);
	write_programs(&w, WARDEN_PROGRAMS_MAX);
	writer_parse(&w, &s);
	EXPECT_EQ(0, s.err);
	subject_free(&s);
}

TEST(one_program_more_than_the_limit)
{
	struct subject s;
	struct writer w;
	char *errors;

	writer_open(&w);
	write_programs(&w, WARDEN_PROGRAMS_MAX + 1);
	writer_parse(&w, &s);
	errors = subject_errors(&s, "t");
	EXPECT_STREQ("t:1026:9: a policy can name 1024 programs; this is one more\n", errors);
	free(errors);
	subject_free(&s);
}

TEST(one_purpose_more_than_the_limit)
{
	struct subject s;
	struct writer w;
	char *errors;
	unsigned int i;

	writer_open(&w);
	for (i = 0; i <= WARDEN_PURPOSES_MAX; i++)
		fprintf(w.f, "purpose p%u \"x\";\n", i);
	writer_parse(&w, &s);
	errors = subject_errors(&s, "t");
	EXPECT_STREQ("t:1026:9: a policy can name 1024 purposes; this is one more\n", errors);
	free(errors);
	subject_free(&s);
}

/* A set of ports counts as often as it has ranges that do not touch. */
TEST(rules_are_counted_as_they_go_on_the_wire)
{
	struct subject s;
	struct writer w;
	char *errors;
	unsigned int i;

	writer_open(&w);
	for (i = 0; i < WARDEN_RULES_MAX - 1; i++)
		fputs("allow any listen tcp 80;\n", w.f);
	fputs("allow any listen tcp 1;\n", w.f);
	writer_parse(&w, &s);
	EXPECT_EQ(0, s.err);
	EXPECT_EQ(WARDEN_RULES_MAX, s.model.wire_rules);
	subject_free(&s);

	writer_open(&w);
	for (i = 0; i < WARDEN_RULES_MAX - 1; i++)
		fputs("allow any listen tcp 80;\n", w.f);
	fputs("allow any listen tcp {1, 3};\nallow any listen tcp 5;\n", w.f);
	writer_parse(&w, &s);
	errors = subject_errors(&s, "t");
	EXPECT_STREQ("t:100001:1: a policy can hold 100000 rules, each port range and each "
		     "member of a group counted; from here on there are more\n",
		     errors);
	free(errors);
	subject_free(&s);
}

TEST(a_name_of_the_longest_length)
{
	char text[256], *error;

	snprintf(text, sizeof(text), HEADER "purpose %063d \"x\";", 0);
	text[strlen(HEADER) + 8] = 'p';
	EXPECT_EQ(NULL, first_error(text));
	snprintf(text, sizeof(text), HEADER "purpose %064d \"x\";", 0);
	text[strlen(HEADER) + 8] = 'p';
	error = first_error(text);
	ASSERT_NE(NULL, error);
	EXPECT_STREQ("t:2:9: the name of the purpose has 64 bytes; at most 63 are allowed", error);
	free(error);
}

TEST(a_leap_day_exists_in_leap_years_only)
{
	static const char form[] = "policy \"t\" version 1; contact \"a\"; support until %s;";
	static const struct {
		const char *date;
		bool exists;
	} cases[] = {
		{ "2032-02-29", true },	 { "2031-02-29", false }, { "2100-02-29", false },
		{ "2400-02-29", true },	 { "2031-04-31", false }, { "2031-12-31", true },
		{ "2031-13-01", false }, { "2031-00-10", false }, { "2031-01-00", false },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[128], *error;

		snprintf(text, sizeof(text), form, cases[i].date);
		error = first_error(text);
		EXPECT_EQ(cases[i].exists, !error)
		{
			TH_LOG("%s", cases[i].date);
		}
		free(error);
	}
}

static const char *nth_word(const void *ctx, size_t n)
{
	const char *const *words = ctx;

	return words[n];
}

TEST(the_nearest_word_is_near)
{
	static const char *const words[] = { "camera", "microphone", "location", NULL };

	EXPECT_STREQ("camera", warden_word_nearest("camra", nth_word, words));
	EXPECT_STREQ("camera", warden_word_nearest("cmaera", nth_word, words));
	EXPECT_STREQ("microphone", warden_word_nearest("microfone", nth_word, words));
	EXPECT_EQ(NULL, warden_word_nearest("thermometer", nth_word, words));
	EXPECT_EQ(NULL, warden_word_nearest("c", nth_word, words));
}

TEST(an_index_finds_what_was_added_and_nothing_else)
{
	struct warden_index x = { NULL, 0, 0 };
	static char names[5000][8];
	uint32_t i;

	EXPECT_EQ(WARDEN_INDEX_NONE, warden_index_get(&x, "n0"));
	for (i = 0; i < 5000; i++) {
		snprintf(names[i], sizeof(names[i]), "n%u", i);
		warden_index_add(&x, names[i], i);
	}
	for (i = 0; i < 5000; i++)
		ASSERT_EQ(i, warden_index_get(&x, names[i]));
	EXPECT_EQ(WARDEN_INDEX_NONE, warden_index_get(&x, "n5000"));
	warden_index_free(&x);
}

TEST_HARNESS_MAIN
