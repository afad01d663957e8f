/* SPDX-License-Identifier: GPL-2.0-only */
/* The owner of the device, and which device it is, in a saved state. */
#ifndef WARDEN_CMD_STATE_OWNER_H
#define WARDEN_CMD_STATE_OWNER_H

#include <json-c/json.h>

#include "../nl.h"

/**
 * warden_state_save_device() - say in a state which device it is of
 * @state: gets the member "device"; where the device cannot be told from others, and the state
 *	   has an owner, stderr says what to do
 */
void warden_state_save_device(struct json_object *state);

/**
 * warden_state_check_device() - is a state with an owner of this device?
 * @state: the state
 * @f: why not
 *
 * Return: 0; -EXDEV where it is of another, whose owner and consents are not those of this one, or
 * nobody can tell; -ENOENT where this one has no id.
 */
int warden_state_check_device(struct json_object *state, struct warden_fault *f);

/**
 * warden_state_restore_owner() - give the device its owner again
 * @state: the state; nothing is done where it names none
 * @nl: the connection
 * @f: why not
 *
 * Return: 0, or a negative errno.
 */
int warden_state_restore_owner(struct json_object *state, struct warden_nl *nl, struct warden_fault *f);

#endif /* WARDEN_CMD_STATE_OWNER_H */
