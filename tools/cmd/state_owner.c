// SPDX-License-Identifier: GPL-2.0-only
/*
 * The owner in a saved state. It opens what waits for one, so it is not taken on another device, to
 * which the state came with an image: that one asks its own owner.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <linux/warden.h>

#include "../json_wire.h"
#include "../machine.h"
#include "state_owner.h"

#define NO_ID "this device cannot be told from others; make /etc/machine-id by systemd-machine-id-setup"

void warden_state_save_device(struct json_object *state)
{
	char id[2 * WARDEN_DIGEST_SIZE + 1];
	struct warden_fault f;

	if (!warden_machine_id(id, &f))
		json_object_object_add(state, "device", json_object_new_string(id));
	else if (json_object_object_get_ex(state, "owner", NULL))
		fprintf(stderr, "wardenctl: state save: %s; until then no device takes this state, which has an "
			"owner\n", NO_ID);
}

int warden_state_check_device(struct json_object *state, struct warden_fault *f)
{
	const char *of = json_object_get_string(json_object_object_get(state, "device"));
	char id[2 * WARDEN_DIGEST_SIZE + 1];
	struct warden_fault none;

	if (!json_object_object_get_ex(state, "owner", NULL))
		return 0;
	if (warden_machine_id(id, &none))
		return warden_fault_set(f, -ENOENT, "set it up then: wardenctl setup", NO_ID);
	if (of && !strcmp(of, id))
		return 0;
	return warden_fault_set(f, -EXDEV, "set this one up: wardenctl setup",
				"this state is of another device, whose owner is not the owner of this one");
}

int warden_state_restore_owner(struct json_object *state, struct warden_nl *nl, struct warden_fault *f)
{
	static const char *const names[] = { "certificate", "not-after", NULL };
	struct warden_blob b = { NULL, 0, 0 };
	struct json_object *owner;
	int err;

	if (!json_object_object_get_ex(state, "owner", &owner))
		return 0;
	if (!json_object_is_type(owner, json_type_object) ||
	    warden_json_members(&b, owner, names, warden_set_trust())) {
		err = warden_fault_set(f, -EBADMSG, "name a file that state save wrote",
				       "the owner in this state cannot be read");
	} else {
		warden_blob_put_u32(&b, WARDEN_A_TRUST_RESTORED, 1);
		err = warden_nl_do(nl, WARDEN_CMD_OWNER_ENROLL, &b, NULL, NULL, f);
	}
	warden_blob_free(&b);
	return err;
}
