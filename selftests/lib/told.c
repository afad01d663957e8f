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

/* All that @cmd lists, as an array; NULL where there is no module. */
static struct json_object *dump(int cmd, struct warden_blob *request)
{
	struct json_object *all = json_object_new_array();
	struct warden_fault f;
	struct warden_nl *nl;
	int err = warden_nl_open(&nl, &f);

	if (!err) {
		err = warden_nl_dump(nl, cmd, request, append, all, &f);
		warden_nl_close(nl);
	}
	if (err < 0) {
		json_object_put(all);
		all = NULL;
	}
	return all;
}

struct json_object *told_records(uint64_t since)
{
	struct warden_blob request = { NULL, 0, 0 };
	struct json_object *records;

	warden_blob_put_u64(&request, WARDEN_A_RECORD_SEQ, since);
	records = dump(WARDEN_CMD_AUDIT_GET, &request);
	warden_blob_free(&request);
	return records;
}

struct json_object *told_sensors(void)
{
	return dump(WARDEN_CMD_SENSOR_GET, NULL);
}
