// SPDX-License-Identifier: GPL-2.0-only
#include <json-c/json.h>

#include <linux/warden.h>

#include "../../tools/nl.h"
#include "../../tools/output.h"
#include "told.h"

static int keep(void *ctx, const struct warden_object *o)
{
	*(struct json_object **)ctx = warden_output_object(o);
	return 0;
}

static int append(void *ctx, const struct warden_object *o)
{
	warden_output_append(ctx, o);
	return 0;
}

struct json_object *told_status(void)
{
	struct json_object *status = NULL;
	struct warden_fault f;
	struct warden_nl *nl;

	if (warden_nl_open(&nl, &f))
		return NULL;
	warden_nl_do(nl, WARDEN_CMD_STATUS_GET, NULL, keep, &status, &f);
	warden_nl_close(nl);
	return status;
}

struct json_object *told_records(uint64_t since)
{
	struct json_object *records = json_object_new_array();
	struct warden_blob request = { NULL, 0, 0 };
	struct warden_fault f;
	struct warden_nl *nl;
	int err = warden_nl_open(&nl, &f);

	if (!err) {
		warden_blob_put_u64(&request, WARDEN_A_RECORD_SEQ, since);
		err = warden_nl_dump(nl, WARDEN_CMD_AUDIT_GET, &request, append, records, &f);
		warden_blob_free(&request);
		warden_nl_close(nl);
	}
	if (err < 0) {
		json_object_put(records);
		records = NULL;
	}
	return records;
}
