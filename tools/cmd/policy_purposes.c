// SPDX-License-Identifier: GPL-2.0-only
/* Purposes of the policy in force that end. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include <linux/warden.h>

#include "../ask.h"
#include "../cmd.h"
#include "../nl.h"
#include "../output.h"
#include "../wire.h"

#define NS_PER_S 1000000000u

/* The last day, which ends where the next begins. */
static const char *day_of(char to[32], uint64_t until)
{
	time_t last = (time_t)(until - 1);
	struct tm tm;

	if (!until || !gmtime_r(&last, &tm) || !strftime(to, 32, "%Y-%m-%d", &tm))
		return "-";
	return to;
}

static void fill_row(struct warden_table *t, const struct warden_object *o)
{
	uint64_t left = warden_object_number(o, WARDEN_A_PURPOSE_STATE_LEFT);
	char span[WARDEN_TIME_TEXT], text[WARDEN_TIME_TEXT + 8] = "ended", day[32], rules[24], safe[256];

	if (left)
		snprintf(text, sizeof(text), "in %s", warden_output_span(span, left * NS_PER_S));
	snprintf(rules, sizeof(rules), "%" PRIu64, warden_object_number(o, WARDEN_A_PURPOSE_STATE_RULES));
	warden_table_cell(t, warden_object_word(o, WARDEN_A_PURPOSE_STATE_LAYER));
	warden_table_cell(t, warden_output_escape(safe, sizeof(safe),
						  warden_object_string(o, WARDEN_A_PURPOSE_STATE_LABEL)));
	warden_table_cell(t, day_of(day, warden_object_number(o, WARDEN_A_PURPOSE_STATE_UNTIL)));
	warden_table_cell(t, text);
	warden_table_cell(t, rules);
}

int warden_policy_purposes(const struct warden_ctl *ctl, int argc, char **argv)
{
	static const char *const columns[] = { "LAYER", "PURPOSE", "UNTIL", "ENDS", "RULES", NULL };
	static const struct warden_ask_list ask = {
		.what = "policy purposes",
		.cmd = WARDEN_CMD_PURPOSE_GET,
		.columns = columns,
		.row = fill_row,
		.empty = "no purpose of the policy in force ends",
	};

	return warden_usage_none(argc, argv) ? WARDEN_EXIT_USAGE : warden_ask_all(ctl, &ask);
}

static int print_line(void *ctx, const struct warden_object *o)
{
	uint64_t left = warden_object_number(o, WARDEN_A_PURPOSE_STATE_LEFT);
	char span[WARDEN_TIME_TEXT], safe[256];

	(void)ctx;
	printf("purpose     %s (%s) %s%s\n",
	       warden_output_escape(safe, sizeof(safe), warden_object_string(o, WARDEN_A_PURPOSE_STATE_LABEL)),
	       warden_object_word(o, WARDEN_A_PURPOSE_STATE_LAYER),
	       left ? "ends in " : "has ended: what its rules allowed is denied",
	       left ? warden_output_span(span, left * NS_PER_S) : "");
	return 0;
}

void warden_policy_print_purposes(void)
{
	struct warden_fault f;
	struct warden_nl *nl;

	if (warden_nl_open(&nl, &f))
		return;
	warden_nl_dump(nl, WARDEN_CMD_PURPOSE_GET, NULL, print_line, NULL, &f);
	warden_nl_close(nl);
}
