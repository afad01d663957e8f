// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <time.h>

#include <linux/warden.h>

#include "../ask.h"
#include "../cmd.h"
#include "../output.h"
#include "../sign.h"

static void fill_row(struct warden_table *t, const struct warden_object *o)
{
	time_t end = (time_t)warden_object_number(o, WARDEN_A_TRUST_NOT_AFTER);
	char date[32] = "-", safe[512];
	struct tm tm;

	if (gmtime_r(&end, &tm))
		strftime(date, sizeof(date), "%Y-%m-%d", &tm);
	warden_table_cell(t, warden_object_word(o, WARDEN_A_TRUST_ROLE));
	warden_table_cell(t, warden_object_word(o, WARDEN_A_TRUST_SOURCE));
	warden_table_cell(t, date);
	warden_table_cell(t, warden_output_escape(safe, sizeof(safe),
						  warden_object_string(o, WARDEN_A_TRUST_NAME)));
}

static int run_list(const struct warden_ctl *ctl, int argc, char **argv)
{
	static const char *const columns[] = { "ROLE", "FROM", "UNTIL", "CERTIFICATE", NULL };
	static const struct warden_ask_list ask = {
		.what = "trust list",
		.cmd = WARDEN_CMD_TRUST_GET,
		.columns = columns,
		.row = fill_row,
		.empty = "no root of trust is set; unsigned policies are accepted",
	};

	return warden_usage_none(argc, argv) ? WARDEN_EXIT_USAGE : warden_ask_all(ctl, &ask);
}

static void print_enrolled(const struct warden_object *o)
{
	char safe[512];

	printf("enrolled: %s; from now on a policy must be signed\n",
	       warden_output_escape(safe, sizeof(safe),
				    warden_object_string(o, WARDEN_A_TRUST_NAME)));
}

static int run_enroll(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_blob request = { NULL, 0, 0 }, der;
	struct warden_ask ask = { .what = "trust enroll", .cmd = WARDEN_CMD_TRUST_ENROLL,
				  .request = &request, .print = print_enrolled,
				  .advice = "wardenctl trust list shows what is set" };
	struct warden_fault f;
	uint64_t not_after;
	int status;

	if (argc != 2)
		return warden_usage_wrong("trust enroll wants the file of one certificate");
	if (warden_sign_certificate(&der, &not_after, argv[1], &f)) {
		status = warden_fault_print(&f, "trust enroll");
	} else {
		warden_blob_put(&request, WARDEN_A_TRUST_CERTIFICATE, der.data, der.len);
		warden_blob_put_u64(&request, WARDEN_A_TRUST_NOT_AFTER, not_after);
		status = warden_ask_one(ctl, &ask);
	}
	warden_blob_free(&request);
	warden_blob_free(&der);
	return status;
}

const struct warden_noun *warden_noun_trust(void)
{
	static const struct warden_verb verbs[] = {
		{ "list", "", run_list },
		{ "enroll", "CERT.pem", run_enroll },
		{ NULL, NULL, NULL },
	};
	static const struct warden_noun noun = { "trust", "whose signatures count", verbs };

	return &noun;
}
