// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include <linux/warden.h>

#include "../ask.h"
#include "../cmd.h"
#include "../output.h"
#include "sensor_off.h"
#include "sensor_switch.h"
#include "sensor_usage.h"

static void list_sensor(struct warden_table *t, const struct warden_object *o)
{
	uint64_t sessions = warden_object_number(o, WARDEN_A_SENSOR_SESSIONS);
	uint64_t major = warden_object_number(o, WARDEN_A_SENSOR_MAJOR);
	char text[64];

	warden_table_cell(t, warden_object_word(o, WARDEN_A_SENSOR_CLASS));
	snprintf(text, sizeof(text), sessions ? "%" PRIu64 " open" : "idle", sessions);
	warden_table_cell(t, warden_object_number(o, WARDEN_A_SENSOR_OFF) ? "off" : text);
	warden_table_cell(t, warden_object_string(o, WARDEN_A_SENSOR_NODE));
	snprintf(text, sizeof(text), major ? "%" PRIu64 ":%" PRIu64 : "-", major,
		 warden_object_number(o, WARDEN_A_SENSOR_MINOR));
	warden_table_cell(t, text);
	warden_table_cell(t, warden_object_string(o, WARDEN_A_SENSOR_DRIVER));
	warden_table_cell(t, warden_object_string(o, WARDEN_A_SENSOR_TOPOLOGY));
}

static uint64_t boot_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void list_session(struct warden_table *t, const struct warden_object *o)
{
	char text[WARDEN_TIME_TEXT];
	char line[32];

	warden_table_number(t, warden_object_number(o, WARDEN_A_SESSION_ID));
	warden_table_cell(t, warden_object_word(o, WARDEN_A_SESSION_CLASS));
	warden_table_cell(t, warden_object_string(o, WARDEN_A_SESSION_NODE));
	warden_table_cell(t, warden_object_string(o, WARDEN_A_SESSION_PROGRAM));
	warden_table_number(t, warden_object_number(o, WARDEN_A_SESSION_PID));
	warden_table_cell(
		t, warden_output_span(text,
				      boot_ns() - warden_object_number(o, WARDEN_A_SESSION_SINCE)));
	warden_table_cell(t, warden_object_number(o, WARDEN_A_SESSION_MAPPED) ? "mapped" : "-");
	snprintf(line, sizeof(line), "line %" PRIu64,
		 warden_object_number(o, WARDEN_A_SESSION_LINE));
	warden_table_cell(t, line);
	warden_table_cell(t, warden_object_has(o, WARDEN_A_SESSION_RECEIPT) ? "consent" : "rule");
}

static int run_list(const struct warden_ctl *ctl, int argc, char **argv)
{
	static const char *const columns[] = { "CLASS",	 "STATE",    "NODE", "NUMBER",
					       "DRIVER", "TOPOLOGY", NULL };
	static const struct warden_ask_list ask = {
		.what = "sensor list",
		.cmd = WARDEN_CMD_SENSOR_GET,
		.columns = columns,
		.row = list_sensor,
		.sorted = true,
		.empty = "no sensor is there",
	};

	return warden_usage_none(argc, argv) ? WARDEN_EXIT_USAGE : warden_ask_all(ctl, &ask);
}

static int run_sessions(const struct warden_ctl *ctl, int argc, char **argv)
{
	static const char *const columns[] = { "ID",  "CLASS",	"NODE", "PROGRAM", "PID",
					       "FOR", "MEMORY", "RULE", "GROUND",  NULL };
	static const struct warden_ask_list ask = {
		.what = "sensor sessions",
		.cmd = WARDEN_CMD_SESSION_GET,
		.columns = columns,
		.row = list_session,
		.sorted = true,
		.empty = "no sensor is in use",
	};

	return warden_usage_none(argc, argv) ? WARDEN_EXIT_USAGE : warden_ask_all(ctl, &ask);
}

const struct warden_noun *warden_noun_sensor(void)
{
	static const struct warden_verb verbs[] = {
		{ "list", "", run_list },
		{ "sessions", "", run_sessions },
		{ "usage", "[--since MOMENT] [--records FILE]", warden_sensor_usage },
		{ "prove-off", "CLASS FROM TO [--records FILE]", warden_sensor_prove_off },
		{ "verify-off", "STATEMENT RECORDS", warden_sensor_verify_off },
		{ "switch", "CLASS|all off|on|toggle [--button NODE[:KEY] [--led NAME]]",
		  warden_sensor_switch },
		{ NULL, NULL, NULL },
	};
	static const struct warden_noun noun = { "sensor", "what there is, and who uses it",
						 verbs };

	return &noun;
}
