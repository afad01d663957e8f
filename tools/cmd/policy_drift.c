// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is otherwise than the maker's policy says: what was added to it, opened or closed by hand since,
 * and what is open that it does not name. A device as it was delivered has none of it.
 */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/warden.h>
#include <warden/limits.h>

#include "../cmd.h"
#include "../nl.h"
#include "../output.h"
#include "service_list.h"

struct drift {
	struct json_object *list;
	bool has_policy;
};

__attribute__((format(printf, 3, 4)))
static void add(struct drift *d, const char *kind, const char *format, ...)
{
	struct json_object *one = json_object_new_object();
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	json_object_object_add(one, "kind", json_object_new_string(kind));
	json_object_object_add(one, "what", json_object_new_string(text));
	json_object_array_add(d->list, one);
}

static const char *text_of(struct json_object *json, const char *field)
{
	const char *text = json_object_get_string(json_object_object_get(json, field));

	return text ? text : "";
}

/* --- what was said by hand -------------------------------------------------------------- */

static void look_at_policy(struct drift *d, const struct warden_object *o)
{
	struct warden_object l;
	size_t n;

	d->has_policy = warden_object_number(o, WARDEN_A_STATUS_POLICY_VERSION);
	if (!d->has_policy)
		add(d, "policy", "none is loaded, and the boot profile applies (%s)",
		    warden_object_string(o, WARDEN_A_STATUS_POLICY_NAME));
	if (warden_object_number(o, WARDEN_A_STATUS_TIER) != WARDEN_TIER_ENFORCE)
		add(d, "tier", "not enforced: %s", warden_object_word(o, WARDEN_A_STATUS_TIER));
	for (n = 0; !warden_object_nth(o, WARDEN_A_STATUS_LAYER, n, &l); n++)
		if (warden_object_number(&l, WARDEN_A_LAYER_LAYER) != WARDEN_ROLE_MAKER)
			add(d, "layer", "%s: %s version %" PRIu64,
			    warden_object_word(&l, WARDEN_A_LAYER_LAYER),
			    warden_object_string(&l, WARDEN_A_LAYER_NAME),
			    warden_object_number(&l, WARDEN_A_LAYER_VERSION));
	if (warden_object_has(o, WARDEN_A_STATUS_CONFIRM_LAYER))
		add(d, "trial", "the %s layer waits to be confirmed",
		    warden_object_word(o, WARDEN_A_STATUS_CONFIRM_LAYER));
	if (warden_object_has(o, WARDEN_A_STATUS_SHADOW_NAME))
		add(d, "shadow", "%s version %" PRIu64,
		    warden_object_string(o, WARDEN_A_STATUS_SHADOW_NAME),
		    warden_object_number(o, WARDEN_A_STATUS_SHADOW_VERSION));
}

static void look_at_debug(struct drift *d, const struct warden_object *o)
{
	struct warden_object s;
	size_t n;

	for (n = 0; !warden_object_nth(o, WARDEN_A_STATUS_SURFACE, n, &s); n++) {
		const char *word = warden_object_word(&s, WARDEN_A_SURFACE_SURFACE);

		if (warden_object_number(&s, WARDEN_A_SURFACE_SECONDS))
			add(d, "debug", "%s is open for %" PRIu64 " s", word,
			    warden_object_number(&s, WARDEN_A_SURFACE_SECONDS));
		else if (warden_object_number(&s, WARDEN_A_SURFACE_OLDER))
			add(d, "debug", "%s is closed, and %" PRIu64 " have it open from before", word,
			    warden_object_number(&s, WARDEN_A_SURFACE_OLDER));
	}
}

static int look_at_status(void *ctx, const struct warden_object *o)
{
	struct drift *d = ctx;
	struct warden_object s;
	size_t n;

	look_at_policy(d, o);
	look_at_debug(d, o);
	for (n = 0; !warden_object_nth(o, WARDEN_A_STATUS_SWITCHED_OFF, n, &s); n++)
		add(d, "switch", "%s is switched off", warden_object_word(&s, WARDEN_A_SWITCHED_CLASS));
	if (warden_object_number(o, WARDEN_A_STATUS_CONTEXT) == WARDEN_CONSENT_CONTEXT_ARMED)
		add(d, "context", "armed");
	for (n = 0; !warden_object_nth(o, WARDEN_A_STATUS_USB_ADMITTED, n, &s); n++)
		add(d, "admitted", "usb %s was let in by a command", warden_object_string(&s, WARDEN_A_ADMITTED_PORT));
	if (warden_object_number(o, WARDEN_A_STATUS_CONSENTS))
		add(d, "consent", "%" PRIu64 " were given", warden_object_number(o, WARDEN_A_STATUS_CONSENTS));
	return 0;
}

/* A file has a digest of each kind, which stand behind each other; what was cut off by its digest has no name. */
static int look_at_cut(void *ctx, const struct warden_object *o)
{
	const char *label = warden_object_string(o, WARDEN_A_QUARANTINE_LABEL);
	const struct warden_value *digest = &o->v[WARDEN_A_QUARANTINE_DIGEST];
	struct drift *d = ctx;
	size_t n = json_object_array_length(d->list);
	struct json_object *last = n ? json_object_array_get_idx(d->list, n - 1) : NULL;
	char hex[2 * WARDEN_DIGEST_SIZE + 1] = "";

	if (!label[0] && digest->data && digest->len == WARDEN_DIGEST_SIZE)
		label = warden_hex_put(hex, digest->data, digest->len);
	if (!last || strcmp(text_of(last, "kind"), "quarantine") || strcmp(text_of(last, "what"), label))
		add(d, "quarantine", "%s", label);
	return 0;
}

static int look_at_rule(void *ctx, const struct warden_object *o)
{
	if (warden_object_number(o, WARDEN_A_RULE_USE_LAPSED))
		add(ctx, "rule", "line %" PRIu64 " of the %s layer has lapsed",
		    warden_object_number(o, WARDEN_A_RULE_USE_LINE),
		    warden_object_word(o, WARDEN_A_RULE_USE_LAYER));
	return 0;
}

/* --- what is open --------------------------------------------------------------------------- */

static void look_at_open(struct drift *d, const char *kind, struct json_object *list, const char *a,
			 const char *b, const char *c)
{
	size_t i;

	for (i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		const char *state = text_of(one, "state");

		if (strstr(state, "not-declared"))
			add(d, kind, "%s %s %s is not declared", text_of(one, a), text_of(one, b),
			    text_of(one, c));
		else if (!strcmp(state, "for-a-time") && json_object_object_get(one, "pid"))
			add(d, kind, "%s %s %s is open for a time", text_of(one, a), text_of(one, b),
			    text_of(one, c));
	}
	json_object_put(list);
}

/* Without a policy there is nothing that could be declared. */
static int find_open(struct drift *d, struct warden_fault *f)
{
	struct json_object *sockets = json_object_new_array(), *usb = json_object_new_array();
	struct json_object *devices = json_object_new_array();
	int err = d->has_policy ? warden_service_find_sockets(sockets, f) : 0;

	if (!err && d->has_policy)
		err = warden_service_find_usb(usb, f);
	if (!err && d->has_policy)
		err = warden_service_find_devices(devices, f);
	look_at_open(d, "listener", sockets, "protocol", "where", "program");
	look_at_open(d, "usb", usb, "port", "ids", "interface");
	look_at_open(d, "node", devices, "class", "node", "topology");
	return err;
}

/* A port may be open for a time with nobody there. */
static int look_at_opening(void *ctx, const struct warden_object *o)
{
	add(ctx, "opening", "%s %" PRIu64, warden_object_number(o, WARDEN_A_SERVICE_PROTOCOL) == 6 ? "tcp" :
	    warden_object_number(o, WARDEN_A_SERVICE_PROTOCOL) == 17 ? "udp" : "port",
	    warden_object_number(o, WARDEN_A_SERVICE_PORT));
	return 0;
}

static int gather(struct drift *d, struct warden_fault *f)
{
	struct warden_nl *nl;
	int err = warden_nl_open(&nl, f);

	if (err)
		return err;
	err = warden_nl_do(nl, WARDEN_CMD_STATUS_GET, NULL, look_at_status, d, f);
	if (!err)
		err = warden_nl_dump(nl, WARDEN_CMD_QUARANTINE_GET, NULL, look_at_cut, d, f);
	if (!err)
		err = warden_nl_dump(nl, WARDEN_CMD_RULE_USE_GET, NULL, look_at_rule, d, f);
	if (!err)
		err = warden_nl_dump(nl, WARDEN_CMD_SERVICE_GET, NULL, look_at_opening, d, f);
	warden_nl_close(nl);
	return err ? err : find_open(d, f);
}

static void print(const struct drift *d)
{
	static const char *const columns[] = { "KIND", "WHAT", NULL };
	struct warden_table *t = warden_table_new(columns);
	size_t i;

	for (i = 0; i < json_object_array_length(d->list); i++) {
		struct json_object *one = json_object_array_get_idx(d->list, i);

		warden_table_cell(t, text_of(one, "kind"));
		warden_table_cell(t, text_of(one, "what"));
	}
	warden_table_print(t, "all is as the maker's policy says");
}

int warden_policy_drift(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct drift d = { .has_policy = false };
	struct warden_fault f;
	size_t n;
	int err;

	if (argc != 1)
		return warden_usage_wrong("%s takes nothing", argv[0]);
	d.list = json_object_new_array();
	err = gather(&d, &f);
	n = json_object_array_length(d.list);
	if (err) {
		json_object_put(d.list);
		return warden_fault_print(&f, "policy drift");
	}
	if (ctl->json) {
		warden_output_print(d.list);
	} else {
		print(&d);
		json_object_put(d.list);
	}
	return n ? WARDEN_EXIT_FAILED : WARDEN_EXIT_OK;
}
