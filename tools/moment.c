// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "moment.h"

#define NS_PER_S 1000000000

static int64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/* -15m: how long before now. */
static bool read_ago(int64_t *ns, const char *text)
{
	static const char units[] = "smhd";
	static const int64_t seconds[] = { 1, 60, 3600, 86400 };
	const char *unit;
	char *end;
	long long n;

	if (*text < '0' || *text > '9')
		return false;
	n = strtoll(text, &end, 10);
	unit = *end ? strchr(units, *end) : NULL;
	if (!unit || end[1] || n > 36500 * 86400LL)
		return false;
	*ns = clock_ns(CLOCK_BOOTTIME) - n * seconds[unit - units] * NS_PER_S;
	return true;
}

/* @12.5: the boot-time clock itself. */
static bool read_boot(int64_t *ns, const char *text)
{
	char *end;
	double s;

	if (*text < '0' || *text > '9')
		return false;
	s = strtod(text, &end);
	if (*end || s > 4e9)
		return false;
	*ns = (int64_t)(s * NS_PER_S);
	return true;
}

static bool read_local(int64_t *ns, const char *text)
{
	static const char *const forms[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%H:%M:%S",
					     "%H:%M" };
	time_t now = time(NULL), then;
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct tm tm;
		const char *end;
		int day;

		localtime_r(&now, &tm);
		tm.tm_sec = 0;
		end = strptime(text, forms[i], &tm);
		if (!end || *end)
			continue;
		tm.tm_isdst = -1;
		day = tm.tm_mday;
		then = mktime(&tm);
		*ns = (int64_t)then * NS_PER_S - clock_ns(CLOCK_REALTIME) + clock_ns(CLOCK_BOOTTIME);
		return then != -1 && tm.tm_mday == day; /* the 31st of February is another day */
	}
	return false;
}

bool warden_moment_read(uint64_t *ns, const char *text)
{
	int64_t at = clock_ns(CLOCK_BOOTTIME);
	bool read;

	if (!strcmp(text, "now"))
		read = true;
	else if (*text == '-')
		read = read_ago(&at, text + 1);
	else if (*text == '@')
		read = read_boot(&at, text + 1);
	else
		read = read_local(&at, text);
	*ns = at > 0 ? (uint64_t)at : 0;
	return read;
}
