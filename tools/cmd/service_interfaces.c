// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interfaces of the device as a conformance statement lists them: ETSI EN 303 645,
 * provision 5.6, in the fields of IXIT 15-Intf of ETSI TS 103 701. What only its maker can
 * say is an empty text.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include <linux/warden.h>

#include "../cmd.h"
#include "../nl.h"
#include "../output.h"
#include "../wire.h"
#include "service_list.h"

#define TEXT_SIZE 512

struct statement {
	struct json_object *interfaces;
	unsigned int n;
};

static const char *text_of(struct json_object *json, const char *field)
{
	const char *text = json_object_get_string(json_object_object_get(json, field));

	return text ? text : "";
}

static void put(struct json_object *json, const char *field, const char *text)
{
	json_object_object_add(json, field, json_object_new_string(text));
}

/* Differences are what an assessor looks for first; what a command opened for a time is one. */
static bool is_difference(const char *state)
{
	return strstr(state, "not-") == state || strstr(state, "not-declared") ||
	       !strcmp(state, "for-a-time") || !strcmp(state, "excepted");
}

static struct json_object *add(struct statement *s, const char *type, const char *state, bool enabled,
			       bool debug, const char *description)
{
	struct json_object *json = json_object_new_object();
	char id[32];

	snprintf(id, sizeof(id), "Intf-%u", ++s->n);
	put(json, "id", id);
	put(json, "description", description);
	put(json, "type", type);
	put(json, "status", enabled ? "enabled" : "disabled");
	json_object_object_add(json, "debug-interface", json_object_new_boolean(debug));
	put(json, "disclosed-information", "");
	put(json, "purpose", "");
	put(json, "state", state);
	json_object_object_add(json, "difference", json_object_new_boolean(is_difference(state)));
	json_object_array_add(s->interfaces, json);
	return json;
}

/* Which rule declares it; nothing where it is a default. */
static void add_protection(struct json_object *json, struct json_object *of, const char *otherwise)
{
	char text[TEXT_SIZE];

	if (!json_object_object_get(of, "line")) {
		put(json, "protection", otherwise);
		return;
	}
	snprintf(text, sizeof(text), "policy %s, line %s", text_of(of, "layer"), text_of(of, "line"));
	put(json, "protection", text);
}

static void add_socket(struct statement *s, struct json_object *of)
{
	const char *state = text_of(of, "state"), *otherwise = "policy, default";
	char text[TEXT_SIZE];

	if (json_object_object_get(of, "quarantined"))
		otherwise = "quarantine";
	else if (!strcmp(state, "for-a-time"))
		otherwise = "none, a command opened it for a time";
	snprintf(text, sizeof(text), "%s %s, %s", text_of(of, "protocol"), text_of(of, "where"),
		 text_of(of, "program"));
	add_protection(add(s, "network", state, strcmp(state, "not-open"), false, text), of, otherwise);
}

static void add_usb(struct statement *s, struct json_object *of)
{
	const char *state = text_of(of, "state");
	char text[TEXT_SIZE];

	snprintf(text, sizeof(text), "USB port %s, %s %s, class %s", text_of(of, "port"),
		 text_of(of, "ids"), text_of(of, "interface"), text_of(of, "class"));
	add_protection(add(s, "physical", state,
			   !strcmp(state, "declared") || !strcmp(state, "not-declared"), false, text),
		       of, "policy, default");
}

static void add_device(struct statement *s, struct json_object *of)
{
	const char *state = text_of(of, "state");
	char text[TEXT_SIZE];

	snprintf(text, sizeof(text), "%s, %s %s", text_of(of, "class"),
		 json_object_object_get(of, "node") ? text_of(of, "node") : "no node",
		 text_of(of, "topology"));
	add_protection(add(s, "physical", state,
			   !strcmp(state, "declared") || !strcmp(state, "not-declared"), false, text),
		       of, "policy and consent");
}

static int add_surfaces(void *ctx, const struct warden_object *status)
{
	struct warden_object surface;
	char text[TEXT_SIZE];
	size_t n;

	for (n = 0; !warden_object_nth(status, WARDEN_A_STATUS_SURFACE, n, &surface); n++) {
		const char *state = warden_object_word(&surface, WARDEN_A_SURFACE_STATE);

		snprintf(text, sizeof(text), "debug surface %s",
			 warden_object_word(&surface, WARDEN_A_SURFACE_SURFACE));
		put(add(ctx, "logical", state, strcmp(state, "closed"), true, text), "protection",
		    "policy, debug closed");
	}
	return 0;
}

/* Each object of a list, and the list is freed. */
static void add_all(struct statement *s, struct json_object *list,
		    void (*fn)(struct statement *s, struct json_object *of))
{
	size_t i, n = json_object_array_length(list);

	for (i = 0; i < n; i++)
		fn(s, json_object_array_get_idx(list, i));
	json_object_put(list);
}

static int find_all(struct statement *s, struct warden_fault *f)
{
	struct json_object *sockets = json_object_new_array(), *usb = json_object_new_array(),
			   *devices = json_object_new_array();
	struct warden_nl *nl = NULL;
	int err = warden_service_find_sockets(sockets, f);

	if (!err)
		err = warden_service_find_usb(usb, f);
	if (!err)
		err = warden_service_find_devices(devices, f);
	add_all(s, sockets, add_socket);
	add_all(s, usb, add_usb);
	add_all(s, devices, add_device);
	if (!err)
		err = warden_nl_open(&nl, f);
	if (!err)
		err = warden_nl_do(nl, WARDEN_CMD_STATUS_GET, NULL, add_surfaces, s, f);
	warden_nl_close(nl);
	return err;
}

int warden_service_list_interfaces(void)
{
	struct statement s = { .interfaces = json_object_new_array() };
	struct json_object *json;
	struct warden_fault f;

	if (find_all(&s, &f)) {
		json_object_put(s.interfaces);
		warden_fault_print(&f, "service list");
		return WARDEN_EXIT_FAILED;
	}
	json = json_object_new_object();
	put(json, "provision", "ETSI EN 303 645, 5.6");
	put(json, "form", "ETSI TS 103 701, IXIT 15-Intf");
	json_object_object_add(json, "interfaces", s.interfaces);
	warden_output_print(json);
	return WARDEN_EXIT_OK;
}
