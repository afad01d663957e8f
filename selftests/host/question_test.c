// SPDX-License-Identifier: GPL-2.0-only
/* Who waits for consent, and what a person's words mean. */
#include "kselftest_harness.h"

#include <linux/warden.h>

#include "blob.h"
#include "cmd.h"
#include "cmd/consent_answer.h"
#include "questions.h"

#define MINUTE 60000000000ull

/* As tools/main.c has them, but that nothing is printed. */
int warden_usage_span(const char *text, const char *option, uint64_t max, uint64_t *seconds)
{
	char unit = 's';
	unsigned long long number = 0;
	int n = sscanf(text, "%llu%c", &number, &unit);

	*seconds = number * (unit == 'm' ? 60 : unit == 'h' ? 3600 : 1);
	return n < 1 || !*seconds || *seconds > max ? WARDEN_EXIT_USAGE : 0;
}

FIXTURE(questions)
{
	struct warden_questions q;
};

FIXTURE_SETUP(questions)
{
	memset(&self->q, 0, sizeof(self->q));
}

FIXTURE_TEARDOWN(questions)
{
}

static void ask(struct warden_questions *q, const char *program, uint32_t class, uint32_t count,
		uint64_t now)
{
	struct warden_blob b = { NULL, 0, 0 };
	struct warden_object o;

	warden_blob_put_string(&b, WARDEN_A_RECORD_PROGRAM, program);
	warden_blob_put_string(&b, WARDEN_A_RECORD_PURPOSE, "door");
	warden_blob_put_u32(&b, WARDEN_A_RECORD_CLASS, class);
	warden_blob_put_u32(&b, WARDEN_A_RECORD_COUNT, count);
	warden_object_parse(&o, warden_set_record(), b.data, b.len);
	warden_questions_add(q, &o, now);
	warden_blob_free(&b);
}

static bool grant(struct warden_questions *q, const char *program, uint32_t class)
{
	struct warden_blob b = { NULL, 0, 0 };
	struct warden_object o;
	bool front;

	warden_blob_put_string(&b, WARDEN_A_RECORD_PROGRAM, program);
	warden_blob_put_string(&b, WARDEN_A_RECORD_OBJECT, "door");
	warden_blob_put_u32(&b, WARDEN_A_RECORD_CLASS, class);
	warden_object_parse(&o, warden_set_record(), b.data, b.len);
	front = warden_questions_settle(q, &o);
	warden_blob_free(&b);
	return front;
}

static const char *front(const struct warden_questions *q)
{
	const struct warden_question *one = warden_questions_front(q);

	return one ? one->program : "nobody";
}

TEST_F(questions, are_asked_in_their_order_and_counted_where_they_come_again)
{
	ask(&self->q, "a", 1, 1, 0);
	ask(&self->q, "b", 1, 1, 0);
	ask(&self->q, "a", 1, 41, 0);
	EXPECT_STREQ("a", front(&self->q));
	EXPECT_EQ(42, warden_questions_front(&self->q)->uses);
	warden_questions_pop(&self->q);
	EXPECT_STREQ("b", front(&self->q));
	warden_questions_pop(&self->q);
	EXPECT_STREQ("nobody", front(&self->q));
}

TEST_F(questions, of_another_class_are_others)
{
	ask(&self->q, "a", 1, 1, 0);
	ask(&self->q, "a", 2, 1, 0);
	warden_questions_pop(&self->q);
	EXPECT_STREQ("a", front(&self->q));
}

TEST_F(questions, that_were_dismissed_are_asked_again)
{
	ask(&self->q, "a", 1, 1, 0);
	warden_questions_pop(&self->q);
	ask(&self->q, "a", 1, 1, 0);
	EXPECT_STREQ("a", front(&self->q));
}

TEST_F(questions, that_were_refused_are_asked_again_when_the_time_is_over)
{
	ask(&self->q, "a", 1, 1, 0);
	warden_questions_refuse(&self->q, MINUTE);
	ask(&self->q, "b", 1, 1, 0);
	EXPECT_STREQ("b", front(&self->q));
	warden_questions_pop(&self->q);
	ask(&self->q, "a", 1, 1, MINUTE - 1);
	EXPECT_STREQ("nobody", front(&self->q));
	ask(&self->q, "a", 1, 1, MINUTE);
	EXPECT_STREQ("a", front(&self->q));
}

TEST_F(questions, that_somebody_else_answered_are_none)
{
	ask(&self->q, "a", 1, 1, 0);
	ask(&self->q, "b", 1, 1, 0);
	EXPECT_FALSE(grant(&self->q, "b", 1));
	EXPECT_FALSE(grant(&self->q, "a", 2));
	EXPECT_STREQ("a", front(&self->q));
	EXPECT_TRUE(grant(&self->q, "a", 1));
	EXPECT_STREQ("nobody", front(&self->q));
}

/* A flood of programs fills the list, and takes nothing of what waits. */
TEST_F(questions, past_their_number_wait_for_an_answer)
{
	char name[16];
	int i;

	for (i = 0; i < 2 * WARDEN_QUESTIONS_MAX; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		ask(&self->q, name, 1, 1, 0);
	}
	EXPECT_EQ(WARDEN_QUESTIONS_MAX, self->q.n);
	EXPECT_STREQ("p0", front(&self->q));
}

TEST(words_are_answers)
{
	static const struct {
		const char *text;
		enum warden_answer_kind kind;
		uint64_t seconds;
	} said[] = {
		{ "y", WARDEN_ANSWER_ONCE, 0 },	     { " yes ", WARDEN_ANSWER_ONCE, 0 },
		{ "s", WARDEN_ANSWER_SESSION, 0 },   { "t 10m", WARDEN_ANSWER_FOR, 600 },
		{ "for 2h", WARDEN_ANSWER_FOR, 7200 }, { "n", WARDEN_ANSWER_NO, 0 },
		{ "no 1h", WARDEN_ANSWER_NO, 3600 }, { "d", WARDEN_ANSWER_DISMISS, 0 },
		{ "t", WARDEN_ANSWER_NONE, 0 },	     { "y 10m", WARDEN_ANSWER_NONE, 0 },
		{ "t 10m please", WARDEN_ANSWER_NONE, 0 }, { "yesterday", WARDEN_ANSWER_NONE, 0 },
		{ "t soon", WARDEN_ANSWER_NONE, 0 }, { "", WARDEN_ANSWER_NONE, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(said); i++) {
		struct warden_consent_answer a = warden_consent_answer_read(said[i].text);

		EXPECT_EQ(said[i].kind, a.kind)
		{
			TH_LOG("of `%s`", said[i].text);
		}
		if (said[i].kind != WARDEN_ANSWER_NONE)
			EXPECT_EQ(said[i].seconds, a.seconds);
	}
}

TEST_HARNESS_MAIN
