// SPDX-License-Identifier: GPL-2.0-only
/* That the device was tampered with, in a saved state: it stays locked over a restart; and how many there were. */
#include <errno.h>

#include <linux/warden.h>

#include "../json_wire.h"
#include "state_tamper.h"

void warden_state_save_tamper(struct json_object *state, const struct warden_object *status)
{
	struct json_object *tamper = json_object_new_object();

	json_object_object_add(state, "tamper", tamper);
	json_object_object_add(tamper, "starts", json_object_new_uint64(
		warden_object_number(status, WARDEN_A_STATUS_STARTS)));
	if (!warden_object_number(status, WARDEN_A_STATUS_TAMPER_COUNT))
		return;
	json_object_object_add(tamper, "count", json_object_new_uint64(
		warden_object_number(status, WARDEN_A_STATUS_TAMPER_COUNT)));
	json_object_object_add(tamper, "locked", json_object_new_uint64(
		warden_object_number(status, WARDEN_A_STATUS_TAMPERED)));
	json_object_object_add(tamper, "what", json_object_new_string(
		warden_object_string(status, WARDEN_A_STATUS_TAMPER_WHAT)));
}

int warden_state_restore_tamper(struct json_object *state, struct warden_nl *nl, struct warden_fault *f)
{
	static const char *const names[] = { "starts", "count", "locked", "what", NULL };
	struct warden_blob b = { NULL, 0, 0 };
	struct json_object *tamper;
	int err;

	if (!json_object_object_get_ex(state, "tamper", &tamper))
		return 0;
	if (warden_json_members(&b, tamper, names, warden_set_tamper()))
		err = warden_fault_set(f, -EBADMSG, "name a file that state save wrote",
				       "this is no state that this wardenctl can read");
	else
		err = warden_nl_do(nl, WARDEN_CMD_TAMPER_RESTORE, &b, NULL, NULL, f);
	warden_blob_free(&b);
	return err;
}
