/* SPDX-License-Identifier: GPL-2.0-only */
/* That the device was tampered with, in a saved state. */
#ifndef WARDEN_CMD_STATE_TAMPER_H
#define WARDEN_CMD_STATE_TAMPER_H

#include <json-c/json.h>

#include "../nl.h"
#include "../wire.h"

/* Take it from what `status` says, and how often Warden was started. */
void warden_state_save_tamper(struct json_object *state, const struct warden_object *status);

/* Lock the device again, where it was not cleared, and count on. */
int warden_state_restore_tamper(struct json_object *state, struct warden_nl *nl, struct warden_fault *f);

#endif /* WARDEN_CMD_STATE_TAMPER_H */
