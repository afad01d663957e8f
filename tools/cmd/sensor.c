// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <time.h>

#include <linux/warden.h>

#include "../cmd.h"
#include "../nl.h"
#include "../output.h"

struct listing {
	struct json_object *json; /* NULL where a table is wanted */
	struct warden_table *table;
};

static int list_sensor(void *ctx, const struct warden_object *o)
{
	struct listing *l = ctx;
	uint64_t sessions = warden_object_number(o, WARDEN_A_SENSOR_SESSIONS);
	char text[64];

	if (l->json) {
		warden_output_append(l->json, o);
		return 0;
	}
	warden_table_cell(l->table, warden_object_word(o, WARDEN_A_SENSOR_CLASS));
	snprintf(text, sizeof(text), sessions ? "%" PRIu64 " open" : "idle", sessions);
	warden_table_cell(l->table, text);
	warden_table_cell(l->table, warden_object_string(o, WARDEN_A_SENSOR_NODE));
	snprintf(text, sizeof(text), "%" PRIu64 ":%" PRIu64,
		 warden_object_number(o, WARDEN_A_SENSOR_MAJOR),
		 warden_object_number(o, WARDEN_A_SENSOR_MINOR));
	warden_table_cell(l->table, text);
	warden_table_cell(l->table, warden_object_string(o, WARDEN_A_SENSOR_DRIVER));
	warden_table_cell(l->table, warden_object_string(o, WARDEN_A_SENSOR_TOPOLOGY));
	return 0;
}

static uint64_t boot_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static int list_session(void *ctx, const struct warden_object *o)
{
	struct listing *l = ctx;
	char text[WARDEN_TIME_TEXT];
	char line[32];

	if (l->json) {
		warden_output_append(l->json, o);
		return 0;
	}
	warden_table_number(l->table, warden_object_number(o, WARDEN_A_SESSION_ID));
	warden_table_cell(l->table, warden_object_word(o, WARDEN_A_SESSION_CLASS));
	warden_table_cell(l->table, warden_object_string(o, WARDEN_A_SESSION_NODE));
	warden_table_cell(l->table, warden_object_string(o, WARDEN_A_SESSION_PROGRAM));
	warden_table_number(l->table, warden_object_number(o, WARDEN_A_SESSION_PID));
	warden_table_cell(l->table,
			  warden_output_span(text, boot_ns() - warden_object_number(
								       o, WARDEN_A_SESSION_SINCE)));
	warden_table_cell(l->table,
			  warden_object_number(o, WARDEN_A_SESSION_MAPPED) ? "mapped" : "-");
	snprintf(line, sizeof(line), "line %" PRIu64,
		 warden_object_number(o, WARDEN_A_SESSION_LINE));
	warden_table_cell(l->table, line);
	warden_table_cell(l->table,
			  warden_object_has(o, WARDEN_A_SESSION_RECEIPT) ? "consent" : "rule");
	return 0;
}

static int run_dump(const struct warden_ctl *ctl, int cmd, warden_object_fn fn,
		    const char *const *columns, const char *empty, const char *what)
{
	struct listing l = { NULL, NULL };
	struct warden_fault f;
	struct warden_nl *nl;
	int err = warden_nl_open(&nl, &f);

	if (err)
		return warden_fault_print(&f, "%s", what);
	if (ctl->json)
		l.json = json_object_new_array();
	else
		l.table = warden_table_new(columns);
	err = warden_nl_dump(nl, cmd, NULL, fn, &l, &f);
	warden_nl_close(nl);
	if (err)
		return warden_fault_print(&f, "%s", what);
	if (ctl->json) {
		warden_output_print(l.json);
		return WARDEN_EXIT_OK;
	}
	warden_table_sort(l.table);
	warden_table_print(l.table, empty);
	return WARDEN_EXIT_OK;
}

static int run_list(const struct warden_ctl *ctl, int argc, char **argv)
{
	static const char *const columns[] = { "CLASS",	 "STATE",    "NODE", "NUMBER",
					       "DRIVER", "TOPOLOGY", NULL };

	if (warden_usage_none(argc, argv))
		return WARDEN_EXIT_USAGE;
	return run_dump(ctl, WARDEN_CMD_SENSOR_GET, list_sensor, columns, "no sensor is there",
			"sensor list");
}

static int run_sessions(const struct warden_ctl *ctl, int argc, char **argv)
{
	static const char *const columns[] = { "ID",  "CLASS",	"NODE", "PROGRAM", "PID",
					       "FOR", "MEMORY", "RULE", "GROUND",  NULL };

	if (warden_usage_none(argc, argv))
		return WARDEN_EXIT_USAGE;
	return run_dump(ctl, WARDEN_CMD_SESSION_GET, list_session, columns, "no sensor is in use",
			"sensor sessions");
}

const struct warden_noun *warden_noun_sensor(void)
{
	static const struct warden_verb verbs[] = {
		{ "list", "", run_list },
		{ "sessions", "", run_sessions },
		{ NULL, NULL, NULL },
	};
	static const struct warden_noun noun = { "sensor", "what there is, and who uses it",
						 verbs };

	return &noun;
}
