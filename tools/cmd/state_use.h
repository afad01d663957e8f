/* SPDX-License-Identifier: GPL-2.0-only */
/* When the rules were used that lapse unused, in a saved state. */
#ifndef WARDEN_CMD_STATE_USE_H
#define WARDEN_CMD_STATE_USE_H

#include <json-c/json.h>
#include <stdint.h>

#include "../nl.h"

int warden_state_save_use(struct json_object *state, struct warden_nl *nl, struct warden_fault *f);

/* Rules of a policy that is not in force any more are left out. */
int warden_state_restore_use(struct json_object *state, struct warden_nl *nl, struct warden_fault *f);

/* policy_purposes.c: how much of their time purposes have left. @away: seconds that are known to have passed since. */
int warden_state_save_purposes(struct json_object *state, struct warden_nl *nl, struct warden_fault *f);
int warden_state_restore_purposes(struct json_object *state, uint64_t away, struct warden_nl *nl,
				  struct warden_fault *f);

#endif /* WARDEN_CMD_STATE_USE_H */
