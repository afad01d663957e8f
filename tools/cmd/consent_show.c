// SPDX-License-Identifier: GPL-2.0-only
/* One consent record, with all that is known of it and what became of it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <linux/warden.h>
#include <warden/limits.h>

#include "../cmd.h"
#include "../nl.h"
#include "../output.h"
#include "../reason.h"
#include "../window.h"
#include "consent_words.h"

struct wanted {
	const struct warden_ctl *ctl;
	uint8_t receipt[WARDEN_RECEIPT_SIZE];
	bool found;
};

static void print_text(const char *what, const struct warden_object *o, int attr)
{
	char safe[256];

	if (warden_object_has(o, attr))
		printf("%-13s%s\n", what,
		       warden_output_escape(safe, sizeof(safe), warden_object_string(o, attr)));
}

static void print_digest(const char *what, const struct warden_object *o, int attr)
{
	const struct warden_value *v = &o->v[attr];
	char hex[2 * WARDEN_DIGEST_SIZE + 1];

	if (v->len == WARDEN_DIGEST_SIZE)
		printf("%-13s%s\n", what, warden_hex_put(hex, v->data, v->len));
}

static void print_moment(const char *what, const struct warden_object *o, int attr)
{
	char when[WARDEN_TIME_TEXT];

	if (warden_object_has(o, attr))
		printf("%-13s%s\n", what, warden_output_time(when, warden_object_number(o, attr)));
}

static void print_issued(const struct warden_object *o)
{
	time_t at = (time_t)warden_object_number(o, WARDEN_A_CONSENT_ISSUED);
	char text[40] = "?";
	struct tm tm;

	if (gmtime_r(&at, &tm))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	printf("%-13s%s\n", "issued", text);
}

static void print_windows(const struct warden_object *o)
{
	struct warden_object w;
	char text[WARDEN_WINDOW_TEXT];
	size_t n;

	for (n = 0; !warden_object_nth(o, WARDEN_A_CONSENT_WINDOW, n, &w); n++) {
		struct warden_week_window week = {
			.days = (uint32_t)warden_object_number(&w, WARDEN_A_WINDOW_DAYS),
			.from = (uint32_t)warden_object_number(&w, WARDEN_A_WINDOW_FROM),
			.to = (uint32_t)warden_object_number(&w, WARDEN_A_WINDOW_TO),
		};

		printf("%-13s%s\n", n ? "" : "window", warden_window_write(text, &week));
	}
}

static void print_steps(const struct warden_object *o)
{
	struct warden_object step;
	char when[WARDEN_TIME_TEXT];
	size_t n;

	printf("%-13s%s given\n", "history",
	       warden_output_time(when, warden_object_number(o, WARDEN_A_CONSENT_GIVEN)));
	for (n = 0; !warden_object_nth(o, WARDEN_A_CONSENT_STEP, n, &step); n++)
		printf("%-13s%s %s: %s\n", "",
		       warden_output_time(when, warden_object_number(&step, WARDEN_A_CONSENT_STEP_TIME)),
		       warden_object_word(&step, WARDEN_A_CONSENT_STEP_STATE),
		       warden_reason_sentence(
			       warden_object_number(&step, WARDEN_A_CONSENT_STEP_REASON)));
}

static void print_consent(const struct warden_object *o)
{
	char uuid[WARDEN_UUID_TEXT];

	printf("%-13s%s\n", "receipt",
	       warden_uuid_put(uuid, o->v[WARDEN_A_CONSENT_RECEIPT].data));
	printf("%-13s%s\n", "state", warden_object_word(o, WARDEN_A_CONSENT_STATE));
	print_text("program", o, WARDEN_A_CONSENT_PROGRAM);
	print_digest("digest", o, WARDEN_A_CONSENT_DIGEST);
	printf("%-13s%s\n", "sensor", warden_object_word(o, WARDEN_A_CONSENT_CLASS));
	print_text("purpose", o, WARDEN_A_CONSENT_PURPOSE);
	print_text("principal", o, WARDEN_A_CONSENT_PRINCIPAL);
	print_text("basis", o, WARDEN_A_CONSENT_BASIS);
	print_text("jurisdiction", o, WARDEN_A_CONSENT_JURISDICTION);
	print_digest("notice", o, WARDEN_A_CONSENT_NOTICE);
	print_issued(o);
	printf("%-13s%s\n", "validity", warden_object_word(o, WARDEN_A_CONSENT_VALIDITY));
	print_moment("expires", o, WARDEN_A_CONSENT_EXPIRES);
	print_windows(o);
	if (warden_object_has(o, WARDEN_A_CONSENT_CONTEXT))
		printf("%-13s%s\n", "while", warden_object_word(o, WARDEN_A_CONSENT_CONTEXT));
	printf("%-13s%" PRIu64 " opens\n", "uses", warden_object_number(o, WARDEN_A_CONSENT_USES));
	print_moment("last use", o, WARDEN_A_CONSENT_USED);
	print_steps(o);
}

static int take(void *ctx, const struct warden_object *o)
{
	struct wanted *w = ctx;
	const struct warden_value *receipt = &o->v[WARDEN_A_CONSENT_RECEIPT];

	if (receipt->len != sizeof(w->receipt) || memcmp(receipt->data, w->receipt, receipt->len))
		return 0;
	w->found = true;
	if (w->ctl->json)
		warden_output_print(warden_output_object(o));
	else
		print_consent(o);
	return 0;
}

int warden_consent_show(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct wanted w = { .ctl = ctl };
	struct warden_fault f;
	struct warden_nl *nl;
	int err;

	if (argc != 2 || !warden_uuid_get(w.receipt, argv[1]))
		return warden_usage_wrong("consent show wants a receipt as consent list prints it");
	err = warden_nl_open(&nl, &f);
	if (err)
		return warden_fault_print(&f, "consent show");
	err = warden_nl_dump(nl, WARDEN_CMD_CONSENT_GET, NULL, take, &w, &f);
	warden_nl_close(nl);
	if (!err && w.found)
		return WARDEN_EXIT_OK;
	if (!err)
		warden_fault_set(&f, -ENOENT, "see wardenctl consent list",
				 "no record has this receipt");
	return warden_fault_print(&f, "consent show");
}
