// SPDX-License-Identifier: GPL-2.0-only
/* Who used which sensor, how often and for how long. */
#include <getopt.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>

#include <linux/warden.h>

#include "../cmd.h"
#include "../json_wire.h"
#include "../moment.h"
#include "../nl.h"
#include "../output.h"
#include "../usage.h"
#include "sensor_usage.h"

static int take(void *ctx, const struct warden_object *o)
{
	warden_usage_take(ctx, o);
	return 0;
}

static int read_ring(struct warden_usage *u, struct warden_fault *f)
{
	struct warden_nl *nl;
	int err = warden_nl_open(&nl, f);

	if (err)
		return err;
	err = warden_nl_dump(nl, WARDEN_CMD_AUDIT_GET, NULL, take, u, f);
	warden_nl_close(nl);
	return err;
}

/* What was not used in that time is not told. */
static bool is_used(const struct warden_use *use)
{
	return use->opens || use->open || use->time > 0;
}

static void print_table(const struct warden_usage *u)
{
	static const char *const columns[] = { "PROGRAM", "CLASS", "OPENS", "TIME", "NOW", "LAST",
					       "TOPOLOGY", NULL };
	struct warden_table *t = warden_table_new(columns);
	char text[WARDEN_TIME_TEXT];
	size_t i;

	for (i = 0; i < u->uses.n; i++) {
		const struct warden_use *use = &u->uses.v[i];

		if (!is_used(use))
			continue;
		warden_table_cell(t, use->program);
		warden_table_cell(t, warden_enum_word(warden_enum_sensor_class(), use->class));
		warden_table_number(t, use->opens);
		warden_table_cell(t, warden_output_span(text, (uint64_t)use->time));
		warden_table_cell(t, use->open ? "open" : "-");
		warden_table_cell(t, warden_output_time(text, use->last));
		warden_table_cell(t, use->object);
	}
	warden_table_sort(t);
	warden_table_print(t, "no sensor was in use");
}

static void print_json(const struct warden_usage *u)
{
	struct json_object *all = json_object_new_array(), *one;
	size_t i;

	for (i = 0; i < u->uses.n; i++) {
		const struct warden_use *use = &u->uses.v[i];

		if (!is_used(use))
			continue;
		one = json_object_new_object();
		json_object_object_add(one, "program", json_object_new_string(use->program));
		json_object_object_add(one, "class", json_object_new_string(
			warden_enum_word(warden_enum_sensor_class(), use->class)));
		json_object_object_add(one, "object", json_object_new_string(use->object));
		json_object_object_add(one, "opens", json_object_new_uint64(use->opens));
		json_object_object_add(one, "open", json_object_new_uint64(use->open));
		json_object_object_add(one, "time", json_object_new_int64(use->time));
		json_object_object_add(one, "last", json_object_new_uint64(use->last));
		json_object_array_add(all, one);
	}
	warden_output_print(all);
}

static int read_options(struct warden_usage *u, const char **records, int argc, char **argv)
{
	static const struct option options[] = {
		{ "since", required_argument, NULL, 's' },
		{ "records", required_argument, NULL, 'r' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'r')
			*records = optarg;
		else if (c != 's')
			return WARDEN_EXIT_USAGE;
		else if (!warden_moment_read(&u->since, optarg))
			return warden_usage_wrong("--since wants local time like 2030-01-31T12:00 or "
						  "12:00, a time before now like -15m, or `@` and "
						  "seconds since the boot, not `%s`", optarg);
	}
	if (optind < argc)
		return warden_usage_wrong("sensor usage takes no `%s`", argv[optind]);
	return 0;
}

int warden_sensor_usage(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_usage u = { .since = 0 };
	const char *records = NULL;
	struct warden_fault f;
	uint64_t now;
	int err, status = read_options(&u, &records, argc, argv);

	if (status)
		return status;
	err = records ? warden_json_records(records, take, &u, &f) : read_ring(&u, &f);
	if (err) {
		warden_usage_free(&u);
		return warden_fault_print(&f, "sensor usage");
	}
	warden_moment_read(&now, "now");
	/* records in a file may be of another boot, whose clock is not that of now */
	warden_usage_end(&u, records ? u.newest : now);
	if (ctl->json)
		print_json(&u);
	else
		print_table(&u);
	if (u.first > 1 || u.lost)
		fprintf(stderr, "wardenctl: sensor usage: the records begin with number %" PRIu64
			", and %" PRIu64 " were lost: what they told is not counted\n", u.first, u.lost);
	warden_usage_free(&u);
	return WARDEN_EXIT_OK;
}
