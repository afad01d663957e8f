// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/warden.h>

#include "../ask.h"
#include "../cmd.h"
#include "../nl.h"
#include "../output.h"
#include "../policy/index.h"

#define SECONDS_MAX 86400

static const char *nth_surface(const void *ctx, size_t n)
{
	(void)ctx;
	return warden_enum_nth(warden_enum_debug_surface(), n + 1);
}

static int read_surface(const char *word, uint32_t *surface)
{
	int value = warden_enum_value(warden_enum_debug_surface(), word);
	const char *near;

	if (value > WARDEN_DEBUG_SURFACE_NONE) {
		*surface = (uint32_t)value;
		return 0;
	}
	near = warden_word_nearest(word, nth_surface, NULL);
	if (near)
		return warden_usage_wrong("there is no debug surface `%s`; did you mean `%s`?", word,
					  near);
	return warden_usage_wrong("there is no debug surface `%s`; see wardenctl debug list", word);
}

static int send(const struct warden_ctl *ctl, const char *what, int cmd,
		const struct warden_blob *request, const char *done)
{
	struct warden_nl *nl = NULL;
	struct warden_fault f;
	int err = warden_nl_open(&nl, &f);

	if (!err)
		err = warden_nl_do(nl, cmd, request, NULL, NULL, &f);
	warden_nl_close(nl);
	if (err)
		return warden_fault_print(&f, "%s", what);
	if (ctl->json)
		puts("{}");
	else
		puts(done);
	return WARDEN_EXIT_OK;
}

static int run_open(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_blob request = { 0 };
	uint64_t seconds = 0;
	uint32_t surface = 0;
	char done[128];
	int status;

	if (argc != 4 || strcmp(argv[2], "for"))
		return warden_usage_wrong("debug open wants a surface and a time: debug open "
					  "tracefs for 10m");
	status = read_surface(argv[1], &surface);
	if (!status)
		status = warden_usage_span(argv[3], "debug open", SECONDS_MAX, &seconds);
	if (status)
		return status;
	warden_blob_put_u32(&request, WARDEN_A_DEBUG_SURFACE, surface);
	warden_blob_put_u32(&request, WARDEN_A_DEBUG_SECONDS, (uint32_t)seconds);
	snprintf(done, sizeof(done), "%s is open for %" PRIu64 " s; to close it before: wardenctl debug close %s",
		 argv[1], seconds, argv[1]);
	status = send(ctl, "debug open", WARDEN_CMD_DEBUG_OPEN, &request, done);
	warden_blob_free(&request);
	return status;
}

static int run_close(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_blob request = { 0 };
	uint32_t surface;
	char done[128];
	int status;

	if (argc != 2)
		return warden_usage_wrong("debug close wants one surface");
	status = read_surface(argv[1], &surface);
	if (status)
		return status;
	warden_blob_put_u32(&request, WARDEN_A_DEBUG_SURFACE, surface);
	snprintf(done, sizeof(done), "%s is closed", argv[1]);
	status = send(ctl, "debug close", WARDEN_CMD_DEBUG_CLOSE, &request, done);
	warden_blob_free(&request);
	return status;
}

static const char *left(char *to, size_t size, const struct warden_object *surface)
{
	uint64_t seconds = warden_object_number(surface, WARDEN_A_SURFACE_SECONDS);

	if (!seconds)
		return "-";
	snprintf(to, size, "%" PRIu64 " s", seconds);
	return to;
}

/* Who had it by the time it was closed, and goes on. */
static const char *older(char *to, size_t size, const struct warden_object *surface)
{
	uint64_t count = warden_object_number(surface, WARDEN_A_SURFACE_OLDER);

	if (!count)
		return "-";
	snprintf(to, size, "%" PRIu64, count);
	return to;
}

static void print_surfaces(const struct warden_object *status)
{
	static const char *const columns[] = { "SURFACE", "STATE", "OPEN FOR", "FROM BEFORE", NULL };
	struct warden_table *table = warden_table_new(columns);
	struct warden_object surface;
	char text[32];
	size_t n;

	for (n = 0; !warden_object_nth(status, WARDEN_A_STATUS_SURFACE, n, &surface); n++) {
		warden_table_cell(table, warden_object_word(&surface, WARDEN_A_SURFACE_SURFACE));
		warden_table_cell(table, warden_object_word(&surface, WARDEN_A_SURFACE_STATE));
		warden_table_cell(table, left(text, sizeof(text), &surface));
		warden_table_cell(table, older(text, sizeof(text), &surface));
	}
	warden_table_print(table, "this module knows no debug surface");
}

static int run_list(const struct warden_ctl *ctl, int argc, char **argv)
{
	static const struct warden_ask ask = {
		.what = "debug list",
		.cmd = WARDEN_CMD_STATUS_GET,
		.print = print_surfaces,
	};

	return warden_usage_none(argc, argv) ? WARDEN_EXIT_USAGE : warden_ask_one(ctl, &ask);
}

const struct warden_noun *warden_noun_debug(void)
{
	static const struct warden_verb verbs[] = {
		{ "list", "", run_list },
		{ "open", "SURFACE for TIME", run_open },
		{ "close", "SURFACE", run_close },
		{ NULL, NULL, NULL },
	};
	static const struct warden_noun noun = { "debug", "ways in for developers, and which are closed",
						 verbs };

	return &noun;
}
