// SPDX-License-Identifier: GPL-2.0-only
/* How uses of sensors add up. */
#include <stddef.h>
#define TH_LOG_STREAM stdout
#include "kselftest_harness.h"

#include <linux/warden.h>

#include "blob.h"
#include "usage.h"

#define S 1000000000ull
#define BEGIN WARDEN_EVENT_SESSION_START
#define END   WARDEN_EVENT_SESSION_END

static void take(struct warden_usage *u, uint64_t second, uint32_t event, const char *program,
		 uint32_t count)
{
	struct warden_blob b = { NULL, 0, 0 };
	struct warden_object o;

	warden_blob_put_u64(&b, WARDEN_A_RECORD_SEQ, second);
	warden_blob_put_u64(&b, WARDEN_A_RECORD_TIME, second * S);
	warden_blob_put_u32(&b, WARDEN_A_RECORD_EVENT, event);
	warden_blob_put_u32(&b, WARDEN_A_RECORD_COUNT, count);
	warden_blob_put_u32(&b, WARDEN_A_RECORD_CLASS, WARDEN_SENSOR_CLASS_CAMERA);
	warden_blob_put_string(&b, WARDEN_A_RECORD_PROGRAM, program);
	warden_blob_put_string(&b, WARDEN_A_RECORD_OBJECT, "camera");
	warden_object_parse(&o, warden_set_record(), b.data, b.len);
	warden_usage_take(u, &o);
	warden_blob_free(&b);
}

TEST(uses_add_up_per_program)
{
	struct warden_usage u = { .since = 0 };

	take(&u, 10, BEGIN, "a", 1);
	take(&u, 12, BEGIN, "b", 1);
	take(&u, 15, END, "a", 1);
	take(&u, 20, BEGIN, "a", 3);
	take(&u, 21, END, "a", 2);
	warden_usage_end(&u, 30 * S);
	ASSERT_EQ(2, u.uses.n);
	EXPECT_STREQ("a", u.uses.v[0].program);
	EXPECT_EQ(4, u.uses.v[0].opens);
	EXPECT_EQ(1, u.uses.v[0].open);
	EXPECT_EQ((int64_t)((5 + 2 * 1 + 10) * S), u.uses.v[0].time);
	EXPECT_EQ(1, u.uses.v[1].open);
	EXPECT_EQ((int64_t)(18 * S), u.uses.v[1].time);
	warden_usage_free(&u);
}

TEST(use_that_was_over_at_once_took_no_time)
{
	struct warden_usage u = { .since = 12 * S };

	take(&u, 10, BEGIN, "a", 1);
	take(&u, 11, WARDEN_EVENT_USE, "a", 2);
	take(&u, 13, WARDEN_EVENT_USE, "a", 3);
	take(&u, 14, END, "a", 1);
	warden_usage_end(&u, 30 * S);
	EXPECT_EQ(3, u.uses.v[0].opens);
	EXPECT_EQ(0, u.uses.v[0].open);
	EXPECT_EQ((int64_t)(2 * S), u.uses.v[0].time);
	EXPECT_EQ(14 * S, u.uses.v[0].last);
	warden_usage_free(&u);
}

/* A file of records may be of another boot: what is open in them is counted up to the last of them. */
TEST(newest_record_is_known)
{
	struct warden_usage u = { .since = 0 };

	take(&u, 10, BEGIN, "a", 1);
	take(&u, 40, WARDEN_EVENT_MARK, "", 1);
	take(&u, 39, WARDEN_EVENT_USE, "b", 1);
	EXPECT_EQ(40 * S, u.newest);
	warden_usage_end(&u, u.newest);
	EXPECT_EQ((int64_t)(30 * S), u.uses.v[0].time);
	warden_usage_free(&u);
}

TEST(what_was_open_when_the_power_went_is_open_no_more)
{
	struct warden_usage u = { .since = 0 };

	take(&u, 10, BEGIN, "a", 2);
	take(&u, 40, WARDEN_EVENT_MARK, "", 1);
	take(&u, 1, WARDEN_EVENT_START, "", 1);
	take(&u, 5, BEGIN, "b", 1);
	take(&u, 7, WARDEN_EVENT_MARK, "", 1);
	warden_usage_end(&u, u.newest);
	EXPECT_EQ(0, u.uses.v[0].open);
	EXPECT_EQ((int64_t)(60 * S), u.uses.v[0].time);
	EXPECT_EQ((int64_t)(2 * S), u.uses.v[1].time);
	warden_usage_free(&u);
}

TEST(time_before_since_is_left_out)
{
	struct warden_usage u = { .since = 12 * S };

	take(&u, 2, BEGIN, "a", 1);
	take(&u, 3, END, "a", 1);
	take(&u, 10, BEGIN, "a", 1);
	take(&u, 15, END, "a", 1);
	warden_usage_end(&u, 30 * S);
	ASSERT_EQ(1, u.uses.n);
	EXPECT_EQ(0, u.uses.v[0].opens);
	EXPECT_EQ((int64_t)(3 * S), u.uses.v[0].time);
	warden_usage_free(&u);
}

TEST(end_without_a_begin_adds_nothing)
{
	struct warden_usage u = { .since = 0 };

	take(&u, 5, END, "a", 2);
	take(&u, 6, BEGIN, "a", 1);
	take(&u, 8, END, "a", 1);
	take(&u, 9, WARDEN_EVENT_LOSS, "", 7);
	warden_usage_end(&u, 30 * S);
	EXPECT_EQ((int64_t)(2 * S), u.uses.v[0].time);
	EXPECT_EQ(0, u.uses.v[0].open);
	EXPECT_EQ(5, u.first);
	EXPECT_EQ(7, u.lost);
	warden_usage_free(&u);
}

/* Begins that are counted in a second are told when it is over; their ends may begin a second of their own. */
TEST(ends_that_are_told_before_their_begins_are_those_of_these)
{
	struct warden_usage u = { .since = 0 };

	take(&u, 10, BEGIN, "a", 1);
	take(&u, 11, END, "a", 20);
	take(&u, 12, BEGIN, "a", 20);
	take(&u, 13, END, "a", 1);
	warden_usage_end(&u, 30 * S);
	EXPECT_EQ(21, u.uses.v[0].opens);
	EXPECT_EQ(0, u.uses.v[0].open);
	EXPECT_EQ((int64_t)(2 * S), u.uses.v[0].time);
	warden_usage_free(&u);
}

TEST(begin_long_after_an_end_is_one_of_its_own)
{
	struct warden_usage u = { .since = 0 };

	take(&u, 10, BEGIN, "a", 1);
	take(&u, 11, END, "a", 2);
	take(&u, 15, BEGIN, "a", 1);
	take(&u, 20, BEGIN, "b", 1);
	take(&u, 25, END, "b", 3);
	take(&u, 26, BEGIN, "b", 1);
	warden_usage_end(&u, 30 * S);
	EXPECT_EQ(1, u.uses.v[0].open);
	EXPECT_EQ((int64_t)(16 * S), u.uses.v[0].time);
	EXPECT_EQ(1, u.uses.v[1].open);
	warden_usage_free(&u);
}

TEST_HARNESS_MAIN
