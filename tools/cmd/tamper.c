// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#include <linux/warden.h>

#include "../ask.h"
#include "../cmd.h"
#include "../json_wire.h"
#include "../nl.h"
#include "../output.h"
#include "../policy/model.h"
#include "../reason.h"

static void cell_number(struct warden_table *t, const struct warden_object *o, int attr)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, warden_object_number(o, attr));
	warden_table_cell(t, text);
}

static void cell_input(struct warden_table *t, const struct warden_object *o)
{
	uint32_t code = (uint32_t)warden_object_number(o, WARDEN_A_TAMPER_WATCH_CODE);
	const char *name = warden_object_number(o, WARDEN_A_TAMPER_WATCH_KIND) == WARDEN_TAMPER_KIND_SWITCH ?
				   warden_tamper_switch(code) : NULL;
	char text[64], at[16] = "";

	if (warden_object_has(o, WARDEN_A_TAMPER_WATCH_STATE))
		snprintf(at, sizeof(at), " at %" PRIu64, warden_object_number(o, WARDEN_A_TAMPER_WATCH_STATE));
	if (name)
		snprintf(text, sizeof(text), "switch %s%s", name, at);
	else
		snprintf(text, sizeof(text), "key %u%s", code, at);
	warden_table_cell(t, text);
}

/* A device that another has for itself tells nobody else. */
static const char *seen(const struct warden_object *o)
{
	uint64_t watched = warden_object_number(o, WARDEN_A_TAMPER_WATCH_WATCHED);
	uint64_t taken = warden_object_number(o, WARDEN_A_TAMPER_WATCH_TAKEN);

	if (!watched)
		return "not there";
	if (taken == watched)
		return "NOT SEEN, a program has it for itself";
	return taken ? "in part, a program has one for itself" : "yes";
}

static void list_one(struct warden_table *t, const struct warden_object *o)
{
	const char *device = warden_object_string(o, WARDEN_A_TAMPER_WATCH_DEVICE);
	char safe[512];

	cell_number(t, o, WARDEN_A_TAMPER_WATCH_LINE);
	cell_input(t, o);
	warden_table_cell(t, device[0] ? warden_output_escape(safe, sizeof(safe), device) : "any");
	cell_number(t, o, WARDEN_A_TAMPER_WATCH_WATCHED);
	warden_table_cell(t, seen(o));
}

static int run_list(const struct warden_ctl *ctl, int argc, char **argv)
{
	static const char *const columns[] = { "LINE", "INPUT", "ON", "DEVICES", "WATCHED", NULL };
	static const struct warden_ask_list ask = {
		.what = "tamper list",
		.cmd = WARDEN_CMD_TAMPER_GET,
		.columns = columns,
		.row = list_one,
		.empty = "the policy in force names no tamper input",
	};

	return warden_usage_none(argc, argv) ? WARDEN_EXIT_USAGE : warden_ask_all(ctl, &ask);
}

static int run_clear(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_fault f;
	struct warden_nl *nl;
	int err;

	if (warden_usage_none(argc, argv))
		return WARDEN_EXIT_USAGE;
	err = warden_nl_open(&nl, &f);
	if (!err)
		err = warden_nl_do(nl, WARDEN_CMD_TAMPER_CLEAR, NULL, NULL, NULL, &f);
	warden_nl_close(nl);
	if (err)
		return warden_fault_print(&f, "tamper clear");
	puts(ctl->json ? "{}" : "the lock is lifted; the policy applies again");
	return WARDEN_EXIT_OK;
}

/* --- history ----------------------------------------------------------------------------------- */

/* What was opened and cleared, and between which starts of the machine and of Warden. */
static bool is_history(uint64_t event)
{
	switch (event) {
	case WARDEN_EVENT_START:
	case WARDEN_EVENT_STOP:
	case WARDEN_EVENT_STATE_RESTORE:
	case WARDEN_EVENT_TAMPER:
	case WARDEN_EVENT_TAMPER_CLEAR:
		return true;
	}
	return false;
}

struct history {
	const struct warden_ctl *ctl;
	size_t nr;
};

static void print_one(const struct warden_object *o)
{
	uint64_t reason = warden_object_number(o, WARDEN_A_RECORD_REASON);
	uint64_t count = warden_object_number(o, WARDEN_A_RECORD_COUNT);
	char when[WARDEN_TIME_TEXT], safe[1024];

	printf("%s %s", warden_output_time(when, warden_object_number(o, WARDEN_A_RECORD_TIME)),
	       warden_object_word(o, WARDEN_A_RECORD_EVENT));
	if (warden_object_has(o, WARDEN_A_RECORD_OBJECT))
		printf(" %s", warden_output_escape(safe, sizeof(safe),
						   warden_object_string(o, WARDEN_A_RECORD_OBJECT)));
	if (reason != WARDEN_REASON_NONE)
		printf(": %s", warden_reason_sentence(reason));
	if (count > 1)
		printf(" %" PRIu64 " times", count);
	putchar('\n');
}

static int take(void *ctx, const struct warden_object *o)
{
	struct history *h = ctx;

	if (!is_history(warden_object_number(o, WARDEN_A_RECORD_EVENT)))
		return 0;
	h->nr++;
	if (h->ctl->json)
		warden_output_line(warden_output_object(o));
	else
		print_one(o);
	return 0;
}

static int read_ring(struct history *h, struct warden_fault *f)
{
	struct warden_nl *nl;
	int err = warden_nl_open(&nl, f);

	if (!err)
		err = warden_nl_dump(nl, WARDEN_CMD_AUDIT_GET, NULL, take, h, f);
	warden_nl_close(nl);
	return err;
}

/* Whose file it is; NULL is the ring. */
static int read_options(const char **from, int argc, char **argv)
{
	static const struct option options[] = {
		{ "from", required_argument, NULL, 'f' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	*from = NULL;
	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 'f')
			return WARDEN_EXIT_USAGE;
		*from = optarg;
	}
	return optind < argc ? warden_usage_wrong("tamper history takes no `%s`", argv[optind]) : 0;
}

static int run_history(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct history h = { .ctl = ctl };
	struct warden_fault f;
	const char *from;
	int err = read_options(&from, argc, argv);

	if (err)
		return err;
	err = from ? warden_json_records(from, take, &h, &f) : read_ring(&h, &f);
	if (err)
		return warden_fault_print(&f, "tamper history");
	if (!h.nr && !ctl->json)
		puts("these records tell nothing of it; those that were kept by `audit watch` may: --from");
	return WARDEN_EXIT_OK;
}

const struct warden_noun *warden_noun_tamper(void)
{
	static const struct warden_verb verbs[] = {
		{ "list", "", run_list },
		{ "history", "[--from FILE]", run_history },
		{ "clear", "", run_clear },
		{ NULL, NULL, NULL },
	};
	static const struct warden_noun noun = { "tamper", "a device that was opened, and its lock", verbs };

	return &noun;
}
