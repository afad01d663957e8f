// SPDX-License-Identifier: GPL-2.0-only
/* Canonical text: reading it and writing it again changes nothing, and compiles to the same. */
#include "kselftest_harness.h"
#include "policy_util.h"

#define GOOD WARDEN_TOP "/selftests/policy/good"
#define ROOT WARDEN_TOP "/selftests/policy/root"

/* Files are named as the policy they stand in would name them, so the text moves nowhere. */
static void check_stable(struct __test_metadata *_metadata, const char *dir, const char *name)
{
	char path[4096];
	struct warden_source first;
	struct subject second;
	char *once, *twice;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	ASSERT_EQ(0, warden_source_read(&first, path, ROOT));
	once = print_model(&first.model);
	subject_parse(&second, once, strlen(once));
	ASSERT_EQ(0, second.err)
	{
		warden_diags_print(&second.diags, name, stderr);
		TH_LOG("%s: its canonical text is refused:\n%s", name, once);
	}
	twice = subject_print(&second);
	EXPECT_STREQ(once, twice);
	EXPECT_EQ(first.model.wire_rules, second.model.wire_rules);
	EXPECT_EQ(first.model.measure, second.model.measure);
	free(once);
	free(twice);
	warden_source_free(&first);
	subject_free(&second);
}

static void check_folder(struct __test_metadata *_metadata, const char *dir, int least)
{
	struct dirent **entries;
	int n = scandir(dir, &entries, is_policy, alphasort);

	ASSERT_GE(n, least);
	while (n--) {
		check_stable(_metadata, dir, entries[n]->d_name);
		free(entries[n]);
	}
	free(entries);
}

TEST(canonical_text_of_every_good_policy_is_stable)
{
	check_folder(_metadata, GOOD, 9);
}

TEST(canonical_text_of_every_shipped_policy_is_stable)
{
	check_folder(_metadata, WARDEN_TOP "/policy", 1);
	check_folder(_metadata, WARDEN_TOP "/policy/examples", 1);
}

TEST(canonical_text_looks_like_this)
{
	static const char text[] =
		"support until 2031-12-31; contact \"a \\\"b\\\" \\\\\"; policy \"t\" version 7;\n"
		"allow p listen tcp { 80 , 90 - 91 } optional; measure module; measure exec;\n"
		"deny any use device \"platform/x\"; purpose w \"why\";\n"
		"allow p use camera kill withdraw within 2s with consent for w;\n"
		"allow p use motion term; allow p use location freeze;\n"
		"program p { path \"/bin/p\"; uid 5; } default sensor deny observe;\n"
		"allow any module \"/m.ko\"; appraise exec from \"list\";\n";
	struct subject s;
	char *printed;

	subject_parse(&s, text, sizeof(text) - 1);
	ASSERT_EQ(0, s.err);
	printed = subject_print(&s);
	EXPECT_STREQ("policy \"t\" version 7;\n"
		     "contact \"a \\\"b\\\" \\\\\";\n"
		     "support until 2031-12-31;\n"
		     "mode enforce;\n"
		     "default sensor deny observe;\n"
		     "program p { path \"/bin/p\"; uid 5; }\n"
		     "purpose w \"why\";\n"
		     "allow p listen tcp {80, 90-91} optional;\n"
		     "deny any use device \"platform/x\";\n"
		     "allow p use camera for w with consent withdraw within 2000ms kill;\n"
		     "allow p use motion term;\n"
		     "allow p use location freeze;\n"
		     "allow module \"/m.ko\";\n"
		     "measure exec, module;\n"
		     "appraise exec from \"list\";\n",
		     printed);
	free(printed);
	subject_free(&s);
}

TEST_HARNESS_MAIN
