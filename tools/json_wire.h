/* SPDX-License-Identifier: GPL-2.0-only */
/* Objects that were printed as JSON, read back into attributes. */
#ifndef WARDEN_JSON_WIRE_H
#define WARDEN_JSON_WIRE_H

#include "blob.h"
#include "fault.h"
#include "wire.h"

struct json_object;

/**
 * warden_json_blob() - the attributes of an object that warden_output_object() printed
 * @b: gets them
 * @json: the object
 * @set: what its members are
 *
 * A member that is not in the set is skipped, as a newer module may print it.
 *
 * Return: 0, or -EBADMSG where a value is not of its kind.
 */
int warden_json_blob(struct warden_blob *b, struct json_object *json,
		     const struct warden_wire_set *set);

/**
 * warden_json_members() - the attributes of some members of an object
 * @b: gets them
 * @json: the object
 * @names: of the members, NULL after the last; one that is not there is left out
 * @set: what they are
 *
 * Return: as warden_json_blob().
 */
int warden_json_members(struct warden_blob *b, struct json_object *json, const char *const *names,
			const struct warden_wire_set *set);

/**
 * warden_json_records() - hand on each record of a file that `audit watch --json` wrote
 * @file: its name
 * @fn: gets each record; not 0 ends it and is returned
 * @ctx: handed to @fn
 * @f: why not
 *
 * Return: 0, what @fn returned, or a negative errno.
 */
int warden_json_records(const char *file, int (*fn)(void *ctx, const struct warden_object *o),
			void *ctx, struct warden_fault *f);

#endif /* WARDEN_JSON_WIRE_H */
