// SPDX-License-Identifier: GPL-2.0-only
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "evidence.h"
#include "explained.h"
#include "warden.h"

#define WORDS 16

const char *explained(const char *const question[])
{
	const char *words[WORDS + 1] = { "policy", "explain", "--running" };
	static char said[64];
	struct json_object *json;
	unsigned int i, n = 3;

	for (i = 0; question[i] && n < WORDS; i++)
		words[n++] = question[i];
	json = warden_json(words);
	if (json && strcmp(evidence_string(json, "verdict"), "denied") == 0)
		snprintf(said, sizeof(said), "%s", evidence_string(json, "reason"));
	else
		snprintf(said, sizeof(said), "%s", json ? evidence_string(json, "verdict") : "");
	json_object_put(json);
	return said;
}
