// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target: any bytes as the JSON of a consent, as a saved state holds it,
 * of a record, and of a consent as an export has it. What is read must be attributes
 * the wire knows, and come out of its own JSON with the same bytes.
 */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "json_wire.h"
#include "output.h"
#include "receipts.h"

static void read_as(struct json_object *json, const struct warden_wire_set *set)
{
	struct warden_blob first = { NULL, 0, 0 }, second = { NULL, 0, 0 };
	struct warden_object o;
	struct json_object *again;

	if (!warden_json_blob(&first, json, set)) {
		if (warden_object_parse(&o, set, first.data, first.len))
			abort();
		again = warden_output_object(&o);
		if (warden_json_blob(&second, again, set) || first.len != second.len ||
		    (first.len && memcmp(first.data, second.data, first.len)))
			abort();
		json_object_put(again);
	}
	warden_blob_free(&first);
	warden_blob_free(&second);
}

static void read_export(struct json_object *json)
{
	struct warden_receipt r;
	struct warden_object o;
	struct warden_fault f;

	if (!warden_receipts_read(&r, json, &f) &&
	    warden_object_parse(&o, warden_set_consent(), r.request.data, r.request.len))
		abort();
	warden_blob_free(&r.request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = calloc(size + 1, 1);
	struct json_object *json;

	memcpy(text, data, size);
	json = json_tokener_parse(text);
	if (json_object_is_type(json, json_type_object)) {
		read_as(json, warden_set_consent());
		read_as(json, warden_set_record());
		read_export(json);
	}
	json_object_put(json);
	free(text);
	return 0;
}
