/* SPDX-License-Identifier: GPL-2.0-only */
/* When the rules were used that lapse unused, in a saved state. */
#ifndef WARDEN_CMD_STATE_USE_H
#define WARDEN_CMD_STATE_USE_H

#include <json-c/json.h>

#include "../nl.h"

int warden_state_save_use(struct json_object *state, struct warden_nl *nl, struct warden_fault *f);

/* Rules of a policy that is not in force any more are left out. */
int warden_state_restore_use(struct json_object *state, struct warden_nl *nl, struct warden_fault *f);

#endif /* WARDEN_CMD_STATE_USE_H */
