// SPDX-License-Identifier: GPL-2.0-only
/* Policy text to model: what is accepted, and every sentence of what is not. */
#include "kselftest_harness.h"
#include "policy_util.h"

#define BAD  WARDEN_TOP "/selftests/policy/bad"
#define GOOD WARDEN_TOP "/selftests/policy/good"
#define WARNED WARDEN_TOP "/selftests/policy/warned"
#define ROOT WARDEN_TOP "/selftests/policy/root"

/* DIR/NAME.policy gives exactly the text of NAME.err, and no bytes where it is refused. */
static void check_told(struct __test_metadata *_metadata, const char *dir, const char *name,
		       int wanted)
{
	char *err_name = with_ending(name, ".err");
	char *expected = read_text(dir, err_name, NULL);
	struct warden_source s;
	char *told;

	ASSERT_NE(NULL, expected)
	{
		TH_LOG("%s has no %s", name, err_name);
	}
	EXPECT_EQ(wanted, read_policy(&s, dir, name, ROOT, wanted != 0))
	{
		TH_LOG("%s was %s", name, wanted ? "accepted" : "refused");
	}
	told = told_of(&s, name);
	EXPECT_STREQ(expected, told);
	free(told);
	warden_source_free(&s);
	free(expected);
	free(err_name);
}

TEST(every_bad_policy_gets_all_its_sentences)
{
	struct dirent **entries;
	int n = scandir(BAD, &entries, is_policy, alphasort);

	ASSERT_GT(n, 15);
	while (n--) {
		check_told(_metadata, BAD, entries[n]->d_name, -EINVAL);
		free(entries[n]);
	}
	free(entries);
}

TEST(every_policy_that_is_probably_not_meant_gets_its_warnings)
{
	struct dirent **entries;
	int n = scandir(WARNED, &entries, is_policy, alphasort);

	ASSERT_GT(n, 1);
	while (n--) {
		check_told(_metadata, WARNED, entries[n]->d_name, 0);
		free(entries[n]);
	}
	free(entries);
}

TEST(warnings_fail_where_that_is_asked_for)
{
	struct warden_source s;

	ASSERT_EQ(0, read_policy(&s, WARNED, "rules.policy", ROOT, false));
	EXPECT_EQ(0, warden_diags_count(&s.diags));
	s.diags.warnings_fail = true;
	EXPECT_NE(0, warden_diags_count(&s.diags));
	warden_source_free(&s);
}

TEST(every_good_policy_is_accepted)
{
	struct dirent **entries;
	int n = scandir(GOOD, &entries, is_policy, alphasort);

	ASSERT_GT(n, 8);
	while (n--) {
		struct warden_source s;

		EXPECT_EQ(0, read_policy(&s, GOOD, entries[n]->d_name, ROOT, true))
		{
			warden_diags_print(&s.diags, entries[n]->d_name, stderr);
		}
		warden_source_free(&s);
		free(entries[n]);
	}
	free(entries);
}

TEST(fields_land_in_the_model)
{
	static const char text[] = HEADER
		"program app { path \"/a\"; uid 7; }\npurpose see \"Why\";\n"
		"allow app use camera for see with consent withdraw within 2s kill;\n"
		"deny any listen udp {1, 5-9};\ndefault listen allow observe;\nmeasure exec;\n";
	const struct warden_rule *r;
	struct subject s;

	subject_parse(&s, text, sizeof(text) - 1);
	ASSERT_EQ(0, s.err);
	ASSERT_EQ(2, s.model.rules.n);
	r = &s.model.rules.v[0];
	EXPECT_EQ(4, r->at.line);
	EXPECT_EQ(1, r->at.column);
	EXPECT_EQ(WARDEN_DOMAIN_SENSOR, r->domain);
	EXPECT_EQ(WARDEN_ACTION_ALLOW, r->action);
	ASSERT_EQ(1, r->programs.n);
	EXPECT_EQ(1, s.model.members.v[r->programs.first]);
	EXPECT_EQ(1, r->purpose_id);
	EXPECT_EQ(WARDEN_SENSOR_CLASS_CAMERA, r->sensor.class);
	EXPECT_EQ(WARDEN_RULE_FLAG_CONSENT | WARDEN_RULE_FLAG_KILL, r->flags);
	EXPECT_EQ(2000, r->withdraw_ms);
	r = &s.model.rules.v[1];
	EXPECT_EQ(WARDEN_DOMAIN_LISTEN, r->domain);
	EXPECT_EQ(WARDEN_ACTION_DENY, r->action);
	EXPECT_EQ(0, r->programs.n);
	EXPECT_EQ(17, r->protocol);
	ASSERT_EQ(2, r->ranges.n);
	EXPECT_EQ(5, s.model.ranges.v[r->ranges.first + 1].low);
	EXPECT_EQ(9, s.model.ranges.v[r->ranges.first + 1].high);
	EXPECT_EQ(3, s.model.wire_rules);
	EXPECT_EQ(WARDEN_ACTION_ALLOW, s.model.defaults[WARDEN_DOMAIN_LISTEN].action);
	EXPECT_EQ(WARDEN_MODE_OBSERVE, s.model.defaults[WARDEN_DOMAIN_LISTEN].mode);
	EXPECT_EQ(0, s.model.defaults[WARDEN_DOMAIN_SENSOR].at.line);
	EXPECT_EQ(1u << WARDEN_DOMAIN_EXEC, s.model.measure);
	subject_free(&s);
}

TEST(a_rule_takes_nothing_from_the_rule_before)
{
	static const char text[] = HEADER "purpose see \"x\"; program app { path \"/a\"; }\n"
					  "allow app use camera for see with consent kill;\n"
					  "allow any listen tcp 1;\nallow any use motion;\n";
	struct subject s;

	subject_parse(&s, text, sizeof(text) - 1);
	ASSERT_EQ(0, s.err);
	EXPECT_EQ(0, s.model.rules.v[1].flags);
	EXPECT_EQ(NULL, s.model.rules.v[1].purpose.text);
	EXPECT_EQ(0, s.model.rules.v[2].ranges.n);
	EXPECT_EQ(0, s.model.rules.v[2].protocol);
	subject_free(&s);
}

TEST(columns_count_characters)
{
	char *error = first_error(HEADER "purpose a \"äöü€\"; allow any use camra;");

	ASSERT_NE(NULL, error);
	EXPECT_STREQ("t:2:33: there is no sensor class `camra`; did you mean `camera`?", error);
	free(error);
}

TEST(a_text_past_the_limit_is_not_read)
{
	size_t len = WARDEN_TEXT_BYTES_MAX + 1;
	char *text = malloc(len);
	struct subject s;
	char *errors;

	ASSERT_NE(NULL, text);
	memset(text, '\n', len);
	subject_parse(&s, text, len);
	EXPECT_EQ(-EINVAL, s.err);
	errors = subject_errors(&s, "t");
	EXPECT_STREQ("t: the text has 16777217 bytes; at most 16777216 are read\n", errors);
	free(errors);
	subject_free(&s);
	free(text);
}

/* Each brace is a level of the parser's stack, which ends somewhere. */
TEST(deep_nesting_is_an_error_and_nothing_else)
{
	size_t len = 200000;
	char *text = malloc(len);
	struct subject s;

	ASSERT_NE(NULL, text);
	memset(text, '{', len);
	memcpy(text, "group ", 6);
	subject_parse(&s, text, len);
	EXPECT_EQ(-EINVAL, s.err);
	subject_free(&s);
	free(text);
}

/* Recovery must end for every order of words; a `;` was once handed out for ever. */
TEST(every_pair_of_words_comes_to_an_end)
{
	static const char *const words[] = {
		"policy",  "contact", "support", "until", "mode",     "program", "p",	 "{",
		"}",	   ";",	      "path",	 "\"x\"", "purpose",  "default", "deny", "allow",
		"measure", "user",    ",",	 "-",	  "appraise", "from",	 "usb",	 "listen",
		"tcp",	   "80",      "use",	 "any",	  "with",     "consent", "on",	 "1ms",
	};
	const size_t n = sizeof(words) / sizeof(*words);
	size_t i, j, k;

	alarm(60);
	for (i = 0; i < n; i++) {
		for (j = 0; j < n; j++) {
			for (k = 0; k < n; k++) {
				struct subject s;
				char text[128];

				snprintf(text, sizeof(text), "%s %s %s", words[i], words[j],
					 words[k]);
				subject_parse(&s, text, strlen(text));
				EXPECT_EQ(-EINVAL, s.err);
				subject_free(&s);
			}
		}
	}
}

/* Sets of ports are read in runs, past the grammar; what is wrong is told where it stands. */
TEST(a_mistake_inside_a_long_set_of_ports_is_told_at_its_place)
{
	static const struct {
		const char *set;
		const char *said;
	} sets[] = {
		{ "1, 2, 3, 70000, 5", "t:3:31: port 70000 does not exist; ports go up to 65535" },
		{ "1, 2,\n 3 ,\n123456, 5",
		  "t:5:1: port 123456 does not exist; ports go up to 65535" },
		{ "1, 2, 3, 9-7, 5",
		  "t:3:31: the range 9-7 runs backwards; the lower port comes first" },
		{ "1, 2, 3, 5ms, 6",
		  "t:3:31: a duration like 200ms does not belong here; expected a name or a number" },
		{ "1, 2, 3, , 6", "t:3:31: `,` does not belong here; expected a name or a number" },
		{ "1, 2, 3, ", "t:3:32: `}` does not belong here; expected a name or a number" },
	};
	char text[512], *said;
	size_t i;

	for (i = 0; i < sizeof(sets) / sizeof(*sets); i++) {
		snprintf(text, sizeof(text),
			 HEADER "program p { path \"/p\"; }\nallow p listen tcp { %s };\n",
			 sets[i].set);
		said = first_error(text);
		ASSERT_NE(NULL, said);
		EXPECT_STREQ(sets[i].said, said);
		free(said);
	}
}

/* A range, a comment and a group between runs. */
TEST(a_set_of_ports_is_what_it_says)
{
	static const char text[] = HEADER "program p { path \"/p\"; } group port g { 5, 6, 7 }\n"
		"allow p listen tcp { 1, 2, 3-4, /* 9, */ 10, 0011, # 12,\n 13, g, 14,\n15 };\n";
	struct subject s;
	char *printed;

	subject_parse(&s, text, sizeof(text) - 1);
	ASSERT_EQ(0, s.err);
	printed = subject_print(&s);
	EXPECT_NE(NULL, strstr(printed, "tcp {1, 2, 3-4, 10, 11, 13, g, 14, 15};"));
	EXPECT_NE(NULL, strstr(printed, "group port g { 5, 6, 7 }"));
	free(printed);
	subject_free(&s);
}

TEST_HARNESS_MAIN
