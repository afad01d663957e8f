// SPDX-License-Identifier: GPL-2.0-only
/* How much of their time purposes have left, in a saved state. */
#include <errno.h>

#include <linux/warden.h>

#include "../json_wire.h"
#include "../output.h"
#include "../wire.h"
#include "state_purpose.h"

static const char *const saved[] = { "layer", "digest", "label", "left", NULL };

static int save_purpose(void *ctx, const struct warden_object *o)
{
	struct json_object *all = warden_output_object(o), *one = json_object_new_object(), *value;
	size_t i;

	for (i = 0; saved[i]; i++)
		if (json_object_object_get_ex(all, saved[i], &value))
			json_object_object_add(one, saved[i], json_object_get(value));
	json_object_array_add(ctx, one);
	json_object_put(all);
	return 0;
}

int warden_state_save_purposes(struct json_object *state, struct warden_nl *nl, struct warden_fault *f)
{
	struct json_object *purposes = json_object_new_array();

	json_object_object_add(state, "purposes", purposes);
	return warden_nl_dump(nl, WARDEN_CMD_PURPOSE_GET, NULL, save_purpose, purposes, f);
}

/* The time away counts where a clock tells it. */
static void subtract(struct json_object *purpose, uint64_t away)
{
	struct json_object *left;
	uint64_t seconds;

	if (!json_object_object_get_ex(purpose, "left", &left))
		return;
	seconds = json_object_get_uint64(left);
	json_object_object_add(purpose, "left", json_object_new_uint64(seconds > away ? seconds - away : 0));
}

static int restore_purpose(struct json_object *purpose, uint64_t away, struct warden_nl *nl,
			   struct warden_fault *f)
{
	struct warden_blob b = { NULL, 0, 0 };
	int err = json_object_is_type(purpose, json_type_object) ? 0 : -EBADMSG;

	if (!err) {
		subtract(purpose, away);
		err = warden_json_members(&b, purpose, saved, warden_set_purpose_state());
	}
	if (err)
		err = warden_fault_set(f, -EBADMSG, "name a file that state save wrote",
				       "this is no state that this wardenctl can read");
	else
		err = warden_nl_do(nl, WARDEN_CMD_PURPOSE_RESTORE, &b, NULL, NULL, f);
	warden_blob_free(&b);
	return err == -ESTALE ? 0 : err;
}

int warden_state_restore_purposes(struct json_object *state, uint64_t away, struct warden_nl *nl,
				  struct warden_fault *f)
{
	struct json_object *purposes;
	size_t i;
	int err = 0;

	/* a state of before there was such a list has none */
	if (!json_object_object_get_ex(state, "purposes", &purposes) ||
	    !json_object_is_type(purposes, json_type_array))
		return 0;
	for (i = 0; !err && i < json_object_array_length(purposes); i++)
		err = restore_purpose(json_object_array_get_idx(purposes, i), away, nl, f);
	return err;
}
