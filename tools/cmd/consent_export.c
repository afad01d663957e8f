// SPDX-License-Identifier: GPL-2.0-only
/* Consent records go into a signed file, with the fields of ISO/IEC TS 27560. */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/warden.h>

#include "../cmd.h"
#include "../machine.h"
#include "../nl.h"
#include "../receipts.h"
#include "../sign.h"
#include "../state_file.h"
#include "consent_words.h"

struct exporting {
	const char *file;
	const char *key;
	const char *cert;
	bool any_device;
	struct json_object *document;
	struct json_object *records;
	uint64_t boot; /* boot-time clock, in ns */
	time_t wall;
};

static int take_options(struct exporting *x, int argc, char **argv)
{
	static const struct option options[] = {
		{ "key", required_argument, NULL, 'k' },
		{ "cert", required_argument, NULL, 'c' },
		{ "any-device", no_argument, NULL, 'a' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'k')
			x->key = optarg;
		else if (c == 'c')
			x->cert = optarg;
		else if (c == 'a')
			x->any_device = true;
		else
			return WARDEN_EXIT_USAGE;
	}
	if (argc - optind != 1 || !x->key || !x->cert)
		return warden_usage_wrong("consent export wants --key, --cert and one file");
	x->file = argv[optind];
	return 0;
}

static int take_now(void *ctx, const struct warden_object *o)
{
	struct exporting *x = ctx;

	x->boot = warden_object_number(o, WARDEN_A_STATUS_NOW);
	x->wall = time(NULL);
	return 0;
}

static int take_record(void *ctx, const struct warden_object *o)
{
	struct exporting *x = ctx;

	json_object_array_add(x->records, warden_receipts_write(o, x->boot, x->wall));
	return 0;
}

static int gather(struct exporting *x, struct warden_fault *f)
{
	struct warden_nl *nl;
	int err = warden_nl_open(&nl, f);

	if (err)
		return err;
	err = warden_nl_do(nl, WARDEN_CMD_STATUS_GET, NULL, take_now, x, f);
	if (!err)
		err = warden_nl_dump(nl, WARDEN_CMD_CONSENT_GET, NULL, take_record, x, f);
	warden_nl_close(nl);
	return err;
}

static int fill(struct exporting *x, struct warden_fault *f)
{
	char device[2 * WARDEN_DIGEST_SIZE + 1], when[WARDEN_RECEIPT_TIME];
	int err = x->any_device ? 0 : warden_machine_id(device, f);

	if (err)
		return err;
	err = gather(x, f);
	json_object_object_add(x->document, "schema_version",
			       json_object_new_string(WARDEN_RECEIPTS_SCHEMA));
	json_object_object_add(x->document, "exported",
			       json_object_new_string(warden_receipts_time(when, x->wall)));
	if (!x->any_device)
		json_object_object_add(x->document, "device", json_object_new_string(device));
	json_object_object_add(x->document, "records", json_object_get(x->records));
	return err;
}

/* The signature first: a file without one is never there. */
static int write_signed(struct exporting *x, const char *signature_file, struct warden_fault *f)
{
	const char *text = json_object_to_json_string_ext(
		x->document, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
	struct warden_blob bytes = { (uint8_t *)text, strlen(text), 0 }, signature;
	int err = warden_sign_bytes(&signature, &bytes, x->key, x->cert, f);

	if (!err)
		err = warden_file_replace(signature_file, signature.data, signature.len, f);
	if (!err)
		err = warden_file_replace(x->file, text, bytes.len, f);
	warden_blob_free(&signature);
	return err;
}

static int export(struct exporting *x, char *signature_file, const struct warden_ctl *ctl)
{
	struct warden_fault f;
	int err = fill(x, &f);

	if (!err)
		err = write_signed(x, signature_file, &f);
	if (err)
		return warden_fault_print(&f, "consent export");
	if (ctl->json)
		printf("{\"records\":%zu}\n", json_object_array_length(x->records));
	else
		printf("exported: %zu records, signed by %s\n", json_object_array_length(x->records),
		       signature_file);
	return WARDEN_EXIT_OK;
}

int warden_consent_export(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct exporting x = { .file = NULL };
	int status = take_options(&x, argc, argv);
	char signature_file[4096];

	if (status)
		return status;
	if (snprintf(signature_file, sizeof(signature_file), "%s.p7s", x.file) >=
	    (int)sizeof(signature_file))
		return warden_usage_wrong("the name of the file is too long");
	x.document = json_object_new_object();
	x.records = json_object_new_array();
	status = export(&x, signature_file, ctl);
	json_object_put(x.records);
	json_object_put(x.document);
	return status;
}
