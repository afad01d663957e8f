// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/warden.h>

#include "blob.h"
#include "compiled.h"
#include "output.h"
#include "policy/kept.h"
#include "setup_offer.h"

/* More lines than anybody reads; programs get all of them. */
#define LINES 40

/* What people are told of: what waits for the owner. */
static bool is_told(const struct warden_rule_view *r)
{
	return r->action == WARDEN_ACTION_ALLOW && !(r->flags & WARDEN_RULE_FLAG_SAFETY) &&
	       (r->domain == WARDEN_DOMAIN_SENSOR || r->domain == WARDEN_DOMAIN_LISTEN ||
		r->domain == WARDEN_DOMAIN_CONNECT || r->domain == WARDEN_DOMAIN_BIND ||
		r->domain == WARDEN_DOMAIN_USB);
}

/* A rule for several devices or addresses is several of the wire, which may read alike. */
static void add_once(struct json_object *list, struct json_object *one)
{
	size_t i, n = json_object_array_length(list);

	for (i = n > LINES ? n - LINES : 0; i < n; i++) {
		if (json_object_equal(json_object_array_get_idx(list, i), one)) {
			json_object_put(one);
			return;
		}
	}
	json_object_array_add(list, one);
}

static struct json_object *consent_of(const struct warden_view *v, const struct warden_rule_view *r)
{
	const struct warden_blob policy = { v->bytes, v->len, v->len };
	struct json_object *one = json_object_new_object();
	char text[WARDEN_TEXT_MAX + 1];
	const char *purpose = r->purpose && r->purpose <= v->purposes.n ? v->purposes.v[r->purpose - 1] : "";

	json_object_object_add(one, "program", json_object_new_string(
		r->program && r->program <= v->programs.n ? v->programs.v[r->program - 1].label : "any"));
	json_object_object_add(one, "sensor", json_object_new_string(
		r->topology ? r->topology :
		r->class ? warden_enum_word(warden_enum_sensor_class(), r->class) : "any"));
	json_object_object_add(one, "purpose", json_object_new_string(purpose));
	if (warden_compiled_purpose(text, &policy, purpose))
		json_object_object_add(one, "text", json_object_new_string(text));
	return one;
}

static void add_rule(struct json_object *offer, const struct warden_view *v, const struct warden_rule_view *r)
{
	const char *member = r->flags & WARDEN_RULE_FLAG_SETUP ? "until-setup" : "allows";
	char *text;

	if (r->flags & WARDEN_RULE_FLAG_CONSENT) {
		add_once(json_object_object_get(offer, "consents"), consent_of(v, r));
		return;
	}
	text = warden_kept_text(v, r);
	if (text)
		add_once(json_object_object_get(offer, member), json_object_new_string(text));
	free(text);
}

static struct json_object *defaults_of(const struct warden_object *status)
{
	uint64_t open = warden_object_number(status, WARDEN_A_STATUS_OPEN_DEFAULTS);
	struct json_object *list = json_object_new_array();
	uint32_t i;

	for (i = 0; i < 64; i++)
		if (open & UINT64_C(1) << i)
			json_object_array_add(list, json_object_new_string(
				warden_enum_word(warden_enum_domain(), i)));
	return list;
}

static void add_text(struct json_object *offer, const char *name, const struct warden_object *status, int attr)
{
	json_object_object_add(offer, name, json_object_new_string(warden_object_string(status, attr)));
}

struct json_object *warden_setup_offer(const struct warden_object *status, const struct warden_view *maker)
{
	struct json_object *offer = json_object_new_object();
	size_t i;

	add_text(offer, "policy", status, WARDEN_A_STATUS_POLICY_NAME);
	json_object_object_add(offer, "version", json_object_new_uint64(
		warden_object_number(status, WARDEN_A_STATUS_POLICY_VERSION)));
	add_text(offer, "contact", status, WARDEN_A_STATUS_CONTACT);
	add_text(offer, "support-until", status, WARDEN_A_STATUS_SUPPORT_UNTIL);
	json_object_object_add(offer, "consents", json_object_new_array());
	json_object_object_add(offer, "allows", json_object_new_array());
	json_object_object_add(offer, "until-setup", json_object_new_array());
	json_object_object_add(offer, "open-defaults", defaults_of(status));
	for (i = 0; i < maker->rules.n; i++)
		if (is_told(&maker->rules.v[i]))
			add_rule(offer, maker, &maker->rules.v[i]);
	return offer;
}

static const char *string_of(struct json_object *o, const char *name)
{
	const char *text = json_object_get_string(json_object_object_get(o, name));

	return text ? text : "";
}

static void print_consent(struct json_object *one)
{
	char program[256], sensor[512], purpose[512];
	const char *text = string_of(one, "text");

	printf("  %s uses %s: %s\n", warden_output_escape(program, sizeof(program), string_of(one, "program")),
	       warden_output_escape(sensor, sizeof(sensor), string_of(one, "sensor")),
	       warden_output_escape(purpose, sizeof(purpose), text[0] ? text : string_of(one, "purpose")));
}

static void print_list(struct json_object *offer, const char *member, const char *title, const char *none)
{
	struct json_object *list = json_object_object_get(offer, member);
	size_t i, n = json_object_array_length(list);
	char safe[512];

	if (!n && !none)
		return;
	puts(title);
	for (i = 0; i < n && i < LINES; i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		if (json_object_is_type(one, json_type_object))
			print_consent(one);
		else
			printf("  %s\n", warden_output_escape(safe, sizeof(safe), json_object_get_string(one)));
	}
	if (n > LINES)
		printf("  and %zu more; see wardenctl setup --show --json\n", n - LINES);
	if (!n)
		printf("  %s\n", none);
}

void warden_setup_offer_print(struct json_object *offer)
{
	char safe[256];

	printf("The policy of this device is \"%s\", version %s.\n",
	       warden_output_escape(safe, sizeof(safe), string_of(offer, "policy")),
	       string_of(offer, "version"));
	printf("Security problems go to %s; ",
	       warden_output_escape(safe, sizeof(safe), string_of(offer, "contact")));
	printf("it is supported until %s.\n\n", string_of(offer, "support-until"));
	print_list(offer, "consents", "You will be asked for your consent before:", "nothing asks for any");
	print_list(offer, "allows", "Without asking it will be allowed:", "nothing");
	print_list(offer, "open-defaults", "Open to any program, where no rule says otherwise:", NULL);
	print_list(offer, "until-setup", "Open now, and no more once the device is set up:", NULL);
}
