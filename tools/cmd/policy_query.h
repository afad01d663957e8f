/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_CMD_POLICY_QUERY_H
#define WARDEN_CMD_POLICY_QUERY_H

#include <json-c/json.h>

#include "../policy/ask.h"
#include "../policy/question.h"

/* What comes of a question, in JSON. */
struct json_object *warden_outcome_json(const struct warden_view *v,
					const struct warden_outcome *o);
void warden_json_text(struct json_object *json, const char *name, const char *text);

/* A rule as its author wrote it, without the line end; to be freed. @where is where it stands. */
char *warden_policy_rule_text(const struct warden_asked *a, uint32_t number,
			      char where[WARDEN_WHERE_TEXT]);

struct warden_running;

/* Until when a port is open for a time that is denied else, on the boot-time clock in ns; 0 where it is not. */
uint64_t warden_policy_opened(const struct warden_running *r, const struct warden_question *q);

/* Tell what is wrong with a question; gives the exit status. */
int warden_policy_wrong_query(const char *verb, const struct warden_query *query);

/* The layer of a word; 0 where it is none, which is told. */
uint32_t warden_policy_layer(const char *word);

#endif /* WARDEN_CMD_POLICY_QUERY_H */
