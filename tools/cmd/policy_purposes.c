// SPDX-License-Identifier: GPL-2.0-only
/* Purposes of the policy in force that end: a list, and their part of a saved state. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include <linux/warden.h>

#include "../ask.h"
#include "../cmd.h"
#include "../json_wire.h"
#include "../nl.h"
#include "../output.h"
#include "../wire.h"
#include "state_use.h"

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

/* --- in a saved state --------------------------------------------------------------------- */

static const char *const saved[] = { "layer", "digest", "label", "left", NULL };

static int save_purpose(void *ctx, const struct warden_object *o)
{
	struct json_object *all = warden_output_object(o), *one = json_object_new_object(), *value;
	size_t i;

	for (i = 0; saved[i]; i++)
		if (json_object_object_get_ex(all, saved[i], &value))
			json_object_object_add(one, saved[i], json_object_get(value));
	json_object_array_add(ctx, one);
	json_object_put(all);
	return 0;
}

int warden_state_save_purposes(struct json_object *state, struct warden_nl *nl, struct warden_fault *f)
{
	struct json_object *purposes = json_object_new_array();

	json_object_object_add(state, "purposes", purposes);
	return warden_nl_dump(nl, WARDEN_CMD_PURPOSE_GET, NULL, save_purpose, purposes, f);
}

/* The time away counts where a clock tells it. */
static void subtract(struct json_object *purpose, uint64_t away)
{
	struct json_object *left;
	uint64_t seconds;

	if (!json_object_object_get_ex(purpose, "left", &left))
		return;
	seconds = json_object_get_uint64(left);
	json_object_object_add(purpose, "left", json_object_new_uint64(seconds > away ? seconds - away : 0));
}

static int restore_purpose(struct json_object *purpose, uint64_t away, struct warden_nl *nl,
			   struct warden_fault *f)
{
	struct warden_blob b = { NULL, 0, 0 };
	int err = json_object_is_type(purpose, json_type_object) ? 0 : -EBADMSG;

	if (!err) {
		subtract(purpose, away);
		err = warden_json_members(&b, purpose, saved, warden_set_purpose_state());
	}
	if (err)
		err = warden_fault_set(f, -EBADMSG, "name a file that state save wrote",
				       "this is no state that this wardenctl can read");
	else
		err = warden_nl_do(nl, WARDEN_CMD_PURPOSE_RESTORE, &b, NULL, NULL, f);
	warden_blob_free(&b);
	return err == -ESTALE ? 0 : err;
}

int warden_state_restore_purposes(struct json_object *state, uint64_t away, struct warden_nl *nl,
				  struct warden_fault *f)
{
	struct json_object *purposes;
	size_t i;
	int err = 0;

	/* a state of before there was such a list has none */
	if (!json_object_object_get_ex(state, "purposes", &purposes) ||
	    !json_object_is_type(purposes, json_type_array))
		return 0;
	for (i = 0; !err && i < json_object_array_length(purposes); i++)
		err = restore_purpose(json_object_array_get_idx(purposes, i), away, nl, f);
	return err;
}
