// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unused rules in a saved state: for how long each that can lapse was not used, and whether it has
 * lapsed. A rule is known by its policy's digest and its place in it. The time in which Warden was
 * not there does not count.
 */
#include <errno.h>

#include <linux/warden.h>

#include "../json_wire.h"
#include "../output.h"
#include "../wire.h"
#include "state_use.h"

static const char *const saved[] = { "layer", "digest", "at", "idle", "used", "lapsed", NULL };

static int save_rule(void *ctx, const struct warden_object *o)
{
	struct json_object *rules = ctx, *all, *one, *value;
	size_t i;

	/* one that has lapsed stays so where an update lets nothing lapse any more */
	if (!warden_object_has(o, WARDEN_A_RULE_USE_AFTER) && !warden_object_number(o, WARDEN_A_RULE_USE_LAPSED))
		return 0;
	all = warden_output_object(o);
	one = json_object_new_object();
	for (i = 0; saved[i]; i++)
		if (json_object_object_get_ex(all, saved[i], &value))
			json_object_object_add(one, saved[i], json_object_get(value));
	json_object_array_add(rules, one);
	json_object_put(all);
	return 0;
}

int warden_state_save_use(struct json_object *state, struct warden_nl *nl, struct warden_fault *f)
{
	struct json_object *rules = json_object_new_array();

	json_object_object_add(state, "rules", rules);
	return warden_nl_dump(nl, WARDEN_CMD_RULE_USE_GET, NULL, save_rule, rules, f);
}

static int restore_rule(struct json_object *rule, struct warden_nl *nl, struct warden_fault *f)
{
	struct warden_blob b = { NULL, 0, 0 };
	int err;

	if (warden_json_members(&b, rule, saved, warden_set_rule_use()))
		err = warden_fault_set(f, -EBADMSG, "name a file that state save wrote",
				       "this is no state that this wardenctl can read");
	else
		err = warden_nl_do(nl, WARDEN_CMD_RULE_USE_RESTORE, &b, NULL, NULL, f);
	warden_blob_free(&b);
	return err == -ESTALE ? 0 : err;
}

int warden_state_restore_use(struct json_object *state, struct warden_nl *nl, struct warden_fault *f)
{
	struct json_object *rules;
	size_t i;
	int err = 0;

	/* a state of before there was such a list has none */
	if (!json_object_object_get_ex(state, "rules", &rules) ||
	    !json_object_is_type(rules, json_type_array))
		return 0;
	for (i = 0; !err && i < json_object_array_length(rules); i++)
		err = restore_rule(json_object_array_get_idx(rules, i), nl, f);
	return err;
}
