// SPDX-License-Identifier: GPL-2.0-only
#include <json-c/json.h>
#include <stdio.h>

#include "../cmd.h"
#include "../doctor.h"
#include "../output.h"

static struct json_object *finding_json(const struct warden_finding *f)
{
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "check", json_object_new_string(f->check));
	json_object_object_add(json, "health",
			       json_object_new_string(warden_health_word(f->health)));
	json_object_object_add(json, "text", json_object_new_string(f->text));
	if (f->remedy[0])
		json_object_object_add(json, "remedy", json_object_new_string(f->remedy));
	return json;
}

static void print_finding(const struct warden_finding *f)
{
	printf("%-5s  %s: %s%s%s\n", warden_health_word(f->health), f->check, f->text,
	       f->remedy[0] ? "; " : "", f->remedy);
}

static int run_doctor(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct json_object *array;
	struct warden_finding f;
	int status = WARDEN_EXIT_OK;
	size_t n;

	if (warden_usage_none(argc, argv))
		return WARDEN_EXIT_USAGE;
	array = json_object_new_array();
	for (n = 0; warden_doctor_check(n, &f); n++) {
		if (f.health == WARDEN_HEALTH_LACKS)
			status = WARDEN_EXIT_FAILED;
		if (ctl->json)
			json_object_array_add(array, finding_json(&f));
		else
			print_finding(&f);
	}
	if (ctl->json)
		warden_output_print(array);
	else
		json_object_put(array);
	return status;
}

const struct warden_noun *warden_noun_doctor(void)
{
	static const struct warden_verb verbs[] = { { "", "", run_doctor }, { NULL, NULL, NULL } };
	static const struct warden_noun noun = { "doctor",
						 "what this kernel lacks, and how to get it",
						 verbs };

	return &noun;
}
