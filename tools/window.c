// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "window.h"

#define DAYS 7

static const char names[DAYS][4] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };

static int read_day(const char **at)
{
	int day;

	for (day = 0; day < DAYS; day++)
		if (!strncmp(*at, names[day], 3)) {
			*at += 3;
			return day;
		}
	return -1;
}

/* mon, or mon-fri; sat-mon goes over the end of the week. */
static bool read_days(uint32_t *days, const char **at)
{
	int first = read_day(at), last = first;

	if (first < 0)
		return false;
	if (**at == '-') {
		++*at;
		last = read_day(at);
	}
	if (last < 0)
		return false;
	for (; first != last; first = (first + 1) % DAYS)
		*days |= 1u << first;
	*days |= 1u << last;
	return true;
}

static bool read_all_days(uint32_t *days, const char **at)
{
	*days = 0;
	if (!strncmp(*at, "daily", 5)) {
		*days = (1u << DAYS) - 1;
		*at += 5;
		return true;
	}
	while (read_days(days, at)) {
		if (**at != ',')
			return true;
		++*at;
	}
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool read_time(uint32_t *minute, const char **at)
{
	const char *c = *at;

	if (!is_digit(c[0]) || !is_digit(c[1]) || c[2] != ':' || !is_digit(c[3]) || !is_digit(c[4]))
		return false;
	*minute = (uint32_t)((c[0] - '0') * 10 + c[1] - '0') * 60 + (uint32_t)(c[3] - '0') * 10 +
		  (uint32_t)(c[4] - '0');
	*at += 5;
	return c[3] < '6' && *minute <= 24 * 60;
}

bool warden_window_read(struct warden_week_window *w, const char *text)
{
	return read_all_days(&w->days, &text) && *text++ == ' ' && read_time(&w->from, &text) &&
	       w->from < 24 * 60 && *text++ == '-' && read_time(&w->to, &text) && !*text;
}

static size_t write_days(char *to, size_t size, uint32_t days)
{
	size_t len = 0;
	int day, last;

	if (days == (1u << DAYS) - 1)
		return (size_t)snprintf(to, size, "daily");
	for (day = 0; day < DAYS; day = last + 1) {
		last = day;
		if (!(days & 1u << day))
			continue;
		while (last + 1 < DAYS && days & 1u << (last + 1))
			last++;
		len += (size_t)snprintf(to + len, size - len, "%s%s", len ? "," : "", names[day]);
		if (last > day)
			len += (size_t)snprintf(to + len, size - len, "-%s", names[last]);
	}
	return len;
}

const char *warden_window_write(char to[WARDEN_WINDOW_TEXT], const struct warden_week_window *w)
{
	size_t len = write_days(to, WARDEN_WINDOW_TEXT, w->days);

	snprintf(to + len, WARDEN_WINDOW_TEXT - len, " %02u:%02u-%02u:%02u", w->from / 60, w->from % 60,
		 w->to / 60, w->to % 60);
	return to;
}

uint32_t warden_window_now(void)
{
	time_t now = time(NULL);
	struct tm tm;

	localtime_r(&now, &tm);
	return (uint32_t)((tm.tm_wday + 6) % DAYS * 86400 + tm.tm_hour * 3600 + tm.tm_min * 60 +
			  (tm.tm_sec < 60 ? tm.tm_sec : 59));
}
