// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <time.h>

#include <linux/warden.h>

#include "../cmd.h"
#include "../nl.h"
#include "../output.h"
#include "../sign.h"

static int append_json(void *ctx, const struct warden_object *o)
{
	warden_output_append(ctx, o);
	return 0;
}

static int append_row(void *ctx, const struct warden_object *o)
{
	time_t end = (time_t)warden_object_number(o, WARDEN_A_TRUST_NOT_AFTER);
	struct warden_table *t = ctx;
	char date[32] = "-", safe[512];
	struct tm tm;

	if (gmtime_r(&end, &tm))
		strftime(date, sizeof(date), "%Y-%m-%d", &tm);
	warden_table_cell(t, warden_object_word(o, WARDEN_A_TRUST_ROLE));
	warden_table_cell(t, warden_object_word(o, WARDEN_A_TRUST_SOURCE));
	warden_table_cell(t, date);
	warden_table_cell(t, warden_output_escape(safe, sizeof(safe),
						  warden_object_string(o, WARDEN_A_TRUST_NAME)));
	return 0;
}

static int run_list(const struct warden_ctl *ctl, int argc, char **argv)
{
	static const char *const columns[] = { "ROLE", "FROM", "UNTIL", "CERTIFICATE", NULL };
	struct json_object *array;
	struct warden_table *table;
	struct warden_fault f;
	struct warden_nl *nl;
	int err;

	if (warden_usage_none(argc, argv))
		return WARDEN_EXIT_USAGE;
	err = warden_nl_open(&nl, &f);
	if (err)
		return warden_fault_print(&f, "trust list");
	array = json_object_new_array();
	table = warden_table_new(columns);
	err = ctl->json ? warden_nl_dump(nl, WARDEN_CMD_TRUST_GET, NULL, append_json, array, &f) :
			  warden_nl_dump(nl, WARDEN_CMD_TRUST_GET, NULL, append_row, table, &f);
	warden_nl_close(nl);
	if (!err && ctl->json)
		warden_output_print(json_object_get(array));
	else if (!err)
		warden_table_print(table, "no root of trust is set; unsigned policies are accepted");
	json_object_put(array);
	return err ? warden_fault_print(&f, "trust list") : WARDEN_EXIT_OK;
}

static int print_enrolled(void *ctx, const struct warden_object *o)
{
	const struct warden_ctl *ctl = ctx;
	char safe[512];

	if (ctl->json)
		warden_output_print(warden_output_object(o));
	else
		printf("enrolled: %s; from now on a policy must be signed\n",
		       warden_output_escape(safe, sizeof(safe),
					    warden_object_string(o, WARDEN_A_TRUST_NAME)));
	return 0;
}

static int enroll(const struct warden_ctl *ctl, const struct warden_blob *request,
		  struct warden_fault *f)
{
	struct warden_ctl copy = *ctl;
	struct warden_nl *nl;
	int err = warden_nl_open(&nl, f);

	if (err)
		return err;
	err = warden_nl_do(nl, WARDEN_CMD_TRUST_ENROLL, request, print_enrolled, &copy, f);
	warden_nl_close(nl);
	return err;
}

static int run_enroll(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_blob request = { NULL, 0, 0 }, der;
	struct warden_fault f;
	uint64_t not_after;
	int err;

	if (argc != 2)
		return warden_usage_wrong("trust enroll wants the file of one certificate");
	err = warden_sign_certificate(&der, &not_after, argv[1], &f);
	if (!err) {
		warden_blob_put(&request, WARDEN_A_TRUST_CERTIFICATE, der.data, der.len);
		warden_blob_put_u64(&request, WARDEN_A_TRUST_NOT_AFTER, not_after);
		err = enroll(ctl, &request, &f);
	}
	warden_blob_free(&request);
	warden_blob_free(&der);
	if (!err)
		return WARDEN_EXIT_OK;
	warden_fault_advise(&f, "wardenctl trust list shows what is set");
	return warden_fault_print(&f, "trust enroll %s", argv[1]);
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
