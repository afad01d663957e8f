/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_CMD_POLICY_QUERY_H
#define WARDEN_CMD_POLICY_QUERY_H

#include <json-c/json.h>

#include "../policy/ask.h"

/* What comes of a question, in JSON. */
struct json_object *warden_outcome_json(const struct warden_view *v,
					const struct warden_outcome *o);
void warden_json_text(struct json_object *json, const char *name, const char *text);

/* The layer of a word; 0 where it is none, which is told. */
uint32_t warden_policy_layer(const char *word);

#endif /* WARDEN_CMD_POLICY_QUERY_H */
