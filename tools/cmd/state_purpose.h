/* SPDX-License-Identifier: GPL-2.0-only */
/* How much of their time purposes have left, in a saved state. */
#ifndef WARDEN_CMD_STATE_PURPOSE_H
#define WARDEN_CMD_STATE_PURPOSE_H

#include <json-c/json.h>
#include <stdint.h>

#include "../nl.h"

/* Take it from the policy in force. */
int warden_state_save_purposes(struct json_object *state, struct warden_nl *nl, struct warden_fault *f);

/*
 * Say how much is left, less what is known to have passed since: @away seconds. Purposes of a
 * policy that is not in force any more are left out.
 */
int warden_state_restore_purposes(struct json_object *state, uint64_t away, struct warden_nl *nl,
				  struct warden_fault *f);

#endif /* WARDEN_CMD_STATE_PURPOSE_H */
