/* SPDX-License-Identifier: GPL-2.0-only */
/* What is in quarantine, in a saved state. */
#ifndef WARDEN_CMD_STATE_CUT_H
#define WARDEN_CMD_STATE_CUT_H

#include <json-c/json.h>

#include "../nl.h"

/**
 * warden_state_save_cut() - put what is in quarantine, and which lists are in force, into a state
 * @state: gets the members "quarantine" and "cut-lists"
 * @nl: the connection
 * @f: why not
 *
 * Return: 0, or a negative errno.
 */
int warden_state_save_cut(struct json_object *state, struct warden_nl *nl, struct warden_fault *f);

/**
 * warden_state_restore_cut() - put it in quarantine again
 * @state: the state; one that an older wardenctl saved has neither member
 * @nl: the connection
 * @f: why not
 *
 * Return: 0, or a negative errno.
 */
int warden_state_restore_cut(struct json_object *state, struct warden_nl *nl, struct warden_fault *f);

#endif /* WARDEN_CMD_STATE_CUT_H */
