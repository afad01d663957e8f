// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a part of the week is written.
 */
#include <stddef.h>
#define TH_LOG_STREAM stdout
#include "kselftest_harness.h"

#include "window.h"

TEST(window_is_read_as_it_is_written)
{
	static const struct {
		const char *text;
		struct warden_week_window w;
		const char *again; /* NULL is the same */
	} good[] = {
		{ "mon-fri 08:00-18:00", { 0x1f, 480, 1080 }, NULL },
		{ "sat-sun 22:00-06:00", { 0x60, 1320, 360 }, NULL },
		{ "sat,sun 22:00-06:00", { 0x60, 1320, 360 }, "sat-sun 22:00-06:00" },
		{ "daily 00:00-24:00", { 0x7f, 0, 1440 }, NULL },
		{ "mon-sun 07:30-07:30", { 0x7f, 450, 450 }, "daily 07:30-07:30" },
		{ "fri-mon 01:05-02:10", { 0x71, 65, 130 }, "mon,fri-sun 01:05-02:10" },
		{ "tue 23:59-00:00", { 0x02, 1439, 0 }, NULL },
	};
	char text[WARDEN_WINDOW_TEXT];
	struct warden_week_window w;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		EXPECT_TRUE(warden_window_read(&w, good[i].text))
		{
			TH_LOG("%s", good[i].text);
		}
		EXPECT_EQ(good[i].w.days, w.days);
		EXPECT_EQ(good[i].w.from, w.from);
		EXPECT_EQ(good[i].w.to, w.to);
		EXPECT_STREQ(good[i].again ? good[i].again : good[i].text,
			     warden_window_write(text, &w));
	}
}

TEST(what_is_no_window_is_refused)
{
	static const char *const bad[] = {
		"", "mon", "mon ", "mon 8:00-18:00", "mon 08:00", "mon 08:00-", "mon 08:00-18:00 ",
		"mon 24:00-01:00", "mon 08:00-24:01", "mon 08:60-09:00", "mon- 08:00-09:00",
		"mon, 08:00-09:00", "moon 08:00-09:00", "08:00-09:00", "mon  08:00-09:00",
		"mon,xyz 08:00-09:00", "daily,mon 08:00-09:00",
	};
	struct warden_week_window w;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT_FALSE(warden_window_read(&w, bad[i]))
		{
			TH_LOG("`%s`", bad[i]);
		}
}

TEST(now_is_a_second_of_the_week)
{
	EXPECT_GT(7 * 86400, warden_window_now());
}

TEST_HARNESS_MAIN
