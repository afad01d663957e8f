// SPDX-License-Identifier: GPL-2.0-only
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "evidence.h"
#include "keys.h"
#include "layers.h"
#include "told.h"
#include "warden.h"

/* 10 ms of the boot. */
uint32_t next_version(void)
{
	static uint32_t last;
	uint32_t now = (uint32_t)(now_ns() / 10000000);

	last = now > last ? now : last + 1;
	return last;
}

const char *text_in(const char *format, uint32_t version)
{
	static char text[2048];

	snprintf(text, sizeof(text), format, version, warden_self());
	return text;
}

const char *text_of(const char *format)
{
	return text_in(format, next_version());
}

bool has_root(void)
{
	return !warden_status("unsigned-policies");
}

bool want_root(void)
{
	return has_root() || (!keys_reload_module() && !keys_enroll("maker"));
}

bool has_layer(const char *layer)
{
	struct json_object *status = told_status(), *layers;
	bool found = false;
	size_t i;

	if (!json_object_object_get_ex(status, "layers", &layers))
		layers = NULL;
	for (i = 0; layers && i < json_object_array_length(layers); i++)
		found |= !strcmp(evidence_string(json_object_array_get_idx(layers, i), "layer"),
				 layer);
	json_object_put(status);
	return found;
}

bool make_keys(void)
{
	return keys_make("maker", "prime256v1", 3650) && keys_make("operator", "prime256v1", 1) &&
	       keys_make("auditor", "prime256v1", 3650) && keys_make("stranger", "prime256v1", 3650) &&
	       keys_make("user", "prime256v1", 3650);
}

int sign_maker(const char *format, const char *const named[])
{
	return keys_sign("base", text_of(format), "maker", "maker", named);
}

int load_maker_for(const char *format, const char *key)
{
	char operator[160], auditor[160];
	int status;

	snprintf(operator, sizeof(operator), "operator=%s", keys_cert(key));
	snprintf(auditor, sizeof(auditor), "auditor=%s", keys_cert("auditor"));
	status = sign_maker(format, ARGV(operator, auditor));
	return status ? status : keys_load("base", "base");
}

int load_maker(const char *format)
{
	return load_maker_for(format, "operator");
}

int sign_operator(const char *format, const char *signer)
{
	return keys_sign("narrow", text_of(format), "operator", signer, NULL);
}

int load_operator(const char *format)
{
	int status = sign_operator(format, "operator");

	return status ? status : keys_load("narrow", "narrow");
}
