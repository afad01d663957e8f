// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/warden.h>
#include <warden/limits.h>

#include "json_wire.h"

#define BINARY_MAX 4096 /* bytes of the longest value read back, a certificate */

static int put_number(struct warden_blob *b, uint16_t type, const struct warden_wire_attr *a,
		      struct json_object *value)
{
	uint64_t number;
	int word;

	if (a->values && !a->values->flags) {
		word = json_object_is_type(value, json_type_string) ?
			       warden_enum_value(a->values, json_object_get_string(value)) : -1;
		if (word < 0)
			return -EBADMSG;
		number = (uint64_t)word;
	} else {
		if (!json_object_is_type(value, json_type_int))
			return -EBADMSG;
		number = json_object_get_uint64(value);
	}
	if (a->kind == WARDEN_WIRE_U64)
		warden_blob_put_u64(b, type, number);
	else if (number <= UINT32_MAX)
		warden_blob_put_u32(b, type, (uint32_t)number);
	else
		return -EBADMSG;
	return 0;
}

static int put_binary(struct warden_blob *b, uint16_t type, struct json_object *value)
{
	const char *text = json_object_is_type(value, json_type_string) ?
				   json_object_get_string(value) : "";
	size_t len = strlen(text) / 2;
	uint8_t bytes[BINARY_MAX];

	if (warden_uuid_get(bytes, text))
		len = WARDEN_RECEIPT_SIZE;
	else if (!len || len > sizeof(bytes) || strlen(text) % 2 || !warden_hex_get(bytes, len, text))
		return -EBADMSG;
	warden_blob_put(b, type, bytes, len);
	return 0;
}

static int put_nest(struct warden_blob *b, uint16_t type, const struct warden_wire_attr *a,
		    struct json_object *value)
{
	size_t nest;
	int err;

	if (!json_object_is_type(value, json_type_object))
		return -EBADMSG;
	nest = warden_blob_nest_begin(b, type);
	err = warden_json_blob(b, value, a->nest);
	warden_blob_nest_end(b, nest);
	return err;
}

static int put_value(struct warden_blob *b, uint16_t type, const struct warden_wire_attr *a,
		     struct json_object *value)
{
	switch (a->kind) {
	case WARDEN_WIRE_U32:
	case WARDEN_WIRE_U64:
		return put_number(b, type, a, value);
	case WARDEN_WIRE_STRING:
		if (!json_object_is_type(value, json_type_string) ||
		    strlen(json_object_get_string(value)) > WARDEN_PATH_MAX)
			return -EBADMSG;
		warden_blob_put_string(b, type, json_object_get_string(value));
		return 0;
	case WARDEN_WIRE_BINARY:
		return put_binary(b, type, value);
	case WARDEN_WIRE_NEST:
		return put_nest(b, type, a, value);
	}
	return -EBADMSG;
}

static int put_many(struct warden_blob *b, uint16_t type, const struct warden_wire_attr *a,
		    struct json_object *array)
{
	size_t i;
	int err = 0;

	if (!json_object_is_type(array, json_type_array) || json_object_array_length(array) > 64)
		return -EBADMSG;
	for (i = 0; !err && i < json_object_array_length(array); i++)
		err = put_value(b, type, a, json_object_array_get_idx(array, i));
	return err;
}

int warden_json_blob(struct warden_blob *b, struct json_object *json,
		     const struct warden_wire_set *set)
{
	uint32_t i;
	int err = 0;

	for (i = 1; !err && i <= set->max; i++) {
		const struct warden_wire_attr *a = &set->attrs[i];
		struct json_object *value;

		if (!json_object_object_get_ex(json, a->name, &value))
			continue;
		err = a->many ? put_many(b, (uint16_t)i, a, value) :
				put_value(b, (uint16_t)i, a, value);
	}
	return err;
}

int warden_json_members(struct warden_blob *b, struct json_object *json, const char *const *names,
			const struct warden_wire_set *set)
{
	struct json_object *some = json_object_new_object(), *value;
	size_t i;
	int err;

	for (i = 0; names[i]; i++)
		if (json_object_object_get_ex(json, names[i], &value))
			json_object_object_add(some, names[i], json_object_get(value));
	err = warden_json_blob(b, some, set);
	json_object_put(some);
	return err;
}

static int take_line(const char *line, int (*fn)(void *ctx, const struct warden_object *o),
		     void *ctx)
{
	struct json_object *json = json_tokener_parse(line);
	struct warden_blob b = { NULL, 0, 0 };
	struct warden_object o;
	int err = -EBADMSG;

	if (json_object_is_type(json, json_type_object))
		err = warden_json_blob(&b, json, warden_set_record());
	if (!err)
		err = warden_object_parse(&o, warden_set_record(), b.data, b.len);
	if (!err)
		err = fn(ctx, &o);
	warden_blob_free(&b);
	json_object_put(json);
	return err;
}

int warden_json_records(const char *file, int (*fn)(void *ctx, const struct warden_object *o),
			void *ctx, struct warden_fault *f)
{
	FILE *in = fopen(file, "r");
	uint64_t number = 0;
	char *line = NULL;
	size_t room = 0;
	int err = 0;

	if (!in)
		return warden_fault_set(f, -errno, "name a file that `audit watch --json` wrote",
					"%s: %s", file, strerror(errno));
	while (!err && getline(&line, &room, in) > 0) {
		number++;
		err = take_line(line, fn, ctx);
	}
	if (err == -EBADMSG)
		warden_fault_set(f, err, "keep records as `audit watch --json` prints them",
				 "%s: line %" PRIu64 " is no record", file, number);
	free(line);
	fclose(in);
	return err;
}
