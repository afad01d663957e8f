// SPDX-License-Identifier: GPL-2.0-only
/*
 * When the windows of a consent hold, and until when.
 */
#define TH_LOG_STREAM stdout
#include "kselftest_harness.h"

#include "hosted.h"
#include "consent/consent-time.h"

#define DAY    86400
#define AT(day, hour, minute) ((day)*DAY + (hour)*3600 + (minute)*60)
#define WORKDAYS 0x1f
#define SUNDAY	 0x40

/* Windows @w hold at second AT, or not, and that changes after CHANGE seconds. */
#define EXPECT_WINDOWS(w, AT, HOLDS, CHANGE)                                                       \
	do {                                                                                       \
		u32 change = 0;                                                                    \
		bool holds = warden_windows_hold(w, ARRAY_SIZE(w), AT, &change);                   \
                                                                                                   \
		EXPECT_EQ(HOLDS, holds);                                                           \
		EXPECT_EQ((u32)(CHANGE), change);                                                  \
	} while (0)

TEST(window_holds_from_its_first_second_to_before_its_last)
{
	static const struct warden_window w[] = { { WORKDAYS, 8 * 60, 18 * 60 } };

	EXPECT_WINDOWS(w, AT(0, 8, 0) - 1, false, 1);
	EXPECT_WINDOWS(w, AT(0, 8, 0), true, 10 * 3600);
	EXPECT_WINDOWS(w, AT(0, 18, 0) - 1, true, 1);
	EXPECT_WINDOWS(w, AT(0, 18, 0), false, 14 * 3600);
}

TEST(window_of_friday_is_followed_by_that_of_monday)
{
	static const struct warden_window w[] = { { WORKDAYS, 8 * 60, 18 * 60 } };

	EXPECT_WINDOWS(w, AT(4, 18, 0), false, 6 * 3600 + 2 * DAY + 8 * 3600);
	EXPECT_WINDOWS(w, AT(6, 23, 59), false, 60 + 8 * 3600);
}

TEST(window_over_midnight_goes_on_the_day_after_and_into_the_next_week)
{
	static const struct warden_window w[] = { { SUNDAY, 22 * 60, 6 * 60 } };

	EXPECT_WINDOWS(w, AT(6, 21, 59), false, 60);
	EXPECT_WINDOWS(w, AT(6, 23, 0), true, 7 * 3600);
	EXPECT_WINDOWS(w, AT(0, 5, 0), true, 3600);
	EXPECT_WINDOWS(w, AT(0, 6, 0), false, 6 * DAY + 16 * 3600);
}

TEST(windows_that_meet_or_overlap_are_one)
{
	static const struct warden_window w[] = {
		{ 1, 8 * 60, 12 * 60 }, { 1, 12 * 60, 13 * 60 }, { 1, 12 * 60 + 30, 14 * 60 },
	};

	EXPECT_WINDOWS(w, AT(0, 9, 0), true, 5 * 3600);
}

TEST(window_of_every_hour_never_ends)
{
	static const struct warden_window w[] = { { 0x7f, 0, 1440 } };
	u32 change;

	EXPECT_TRUE(warden_windows_hold(w, 1, AT(3, 12, 0), &change));
	EXPECT_LE((u32)WARDEN_WEEK_SECONDS, change);
}

/* Against a reference that walks the minutes. */
TEST(windows_agree_with_a_walk_through_the_week)
{
	static const struct warden_window w[] = {
		{ WORKDAYS, 8 * 60, 18 * 60 }, { 0x60, 23 * 60, 1 * 60 }, { 0x04, 0, 24 * 60 },
	};
	static bool inside[WARDEN_WEEK_SECONDS / 60];
	u32 i, day, minute, change;

	for (i = 0; i < ARRAY_SIZE(w); i++)
		for (day = 0; day < 7; day++) {
			u32 to = w[i].to > w[i].from ? w[i].to : w[i].to + 1440;

			for (minute = w[i].from; w[i].days & 1 << day && minute < to; minute++)
				inside[(day * 1440 + minute) % ARRAY_SIZE(inside)] = true;
		}
	for (minute = 0; minute < ARRAY_SIZE(inside); minute++) {
		u32 until = 1;

		while (inside[(minute + until) % ARRAY_SIZE(inside)] == inside[minute])
			until++;
		ASSERT_EQ(inside[minute], warden_windows_hold(w, ARRAY_SIZE(w), minute * 60, &change))
		{
			TH_LOG("minute %u", minute);
		}
		ASSERT_EQ(until * 60, change)
		{
			TH_LOG("minute %u", minute);
		}
	}
}

TEST(window_without_days_or_past_a_day_is_none)
{
	EXPECT_TRUE(warden_window_valid(&(struct warden_window){ 1, 0, 1440 }));
	EXPECT_TRUE(warden_window_valid(&(struct warden_window){ 0x7f, 1439, 0 }));
	EXPECT_FALSE(warden_window_valid(&(struct warden_window){ 0, 0, 60 }));
	EXPECT_FALSE(warden_window_valid(&(struct warden_window){ 0x80, 0, 60 }));
	EXPECT_FALSE(warden_window_valid(&(struct warden_window){ 1, 1440, 60 }));
	EXPECT_FALSE(warden_window_valid(&(struct warden_window){ 1, 0, 1441 }));
}

TEST_HARNESS_MAIN
