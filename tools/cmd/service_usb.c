// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the policy declares beside what is really plugged in: each interface a
 * device says it has, asked of the policy in force as the module would be, and
 * each rule that none of them stands for. With the digest, so that who makes a
 * device can copy it into a policy.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/warden.h>

#include "../cmd.h"
#include "../output.h"
#include "../plugged.h"
#include "../policy/ask.h"
#include "../policy/model.h"
#include "../running.h"
#include "../wire.h"
#include "service_list.h"

enum state {
	DECLARED,     /* admitted, and a rule or a default allows it */
	NOT_DECLARED, /* admitted, and it would be refused now */
	QUARANTINED,  /* shut, as the policy wants it */
	NOT_ADMITTED, /* shut, and it would be admitted now */
	NOT_THERE     /* a rule allows it, and nothing of the kind is plugged in */
};

static const char *const state_words[] = { "declared", "NOT DECLARED", "quarantined", "not admitted",
					   "not there" };
static const char *const state_names[] = { "declared", "not-declared", "quarantined", "not-admitted",
					   "not-there" };

/* One line of the list: an interface, or a rule. */
struct entry {
	enum state state;
	char port[WARDEN_TOPOLOGY_MAX + 1];
	char interface[16]; /* configuration and number; "" for a rule */
	char ids[WARDEN_PATTERN_MAX + 1];
	char class[16];
	char name[128];
	char digest[2 * WARDEN_DIGEST_SIZE + 1];
	bool allowed;
	const char *layer;
	uint32_t line; /* 0 is the default */
};

struct listing {
	struct warden_running policy;
	WARDEN_ARRAY(struct entry) entries;
};

/* --- what is plugged in ------------------------------------------------------- */

static void ask(const struct listing *l, struct entry *e, const struct warden_question *q)
{
	const struct warden_view *v = &l->policy.views[warden_running_ask(&l->policy, q)];
	const struct warden_rule_view *rule;
	struct warden_outcome o;

	warden_ask(v, q, &o);
	rule = warden_view_rule(v, o.rule);
	e->allowed = o.what == WARDEN_OUTCOME_ALLOWED;
	e->layer = v->title;
	e->line = rule ? rule->line : 0;
}

/* One that no driver can have yet is as its device is. */
static bool is_admitted(const char *port, const struct warden_plugged *device,
			const struct warden_plugged_interface *i)
{
	struct warden_plugged interface;
	char name[96];

	snprintf(name, sizeof(name), "%.64s:%u.%u", port, i->configuration, i->number);
	warden_plugged_read(&interface, name);
	return device->authorized && (!interface.there || interface.authorized);
}

static void add_interface(struct listing *l, const char *port, const struct warden_plugged *device,
			  const struct warden_plugged_descriptors *d,
			  const struct warden_plugged_interface *i)
{
	struct warden_question q = { .domain = WARDEN_DOMAIN_USB, .uid = WARDEN_UID_OTHER,
				     .class = i->class, .topology = port, .name = device->ids };
	struct entry e = { .layer = "-" };
	char class[16];

	q.object.alg = WARDEN_DIGEST_ALG_SHA256;
	memcpy(q.object.bytes, d->digest, sizeof(q.object.bytes));
	ask(l, &e, &q);
	if (is_admitted(port, device, i))
		e.state = e.allowed ? DECLARED : NOT_DECLARED;
	else
		e.state = e.allowed ? NOT_ADMITTED : QUARANTINED;
	snprintf(e.port, sizeof(e.port), "%s", port);
	snprintf(e.interface, sizeof(e.interface), "%u.%u", i->configuration, i->number);
	snprintf(e.ids, sizeof(e.ids), "%s", device->ids);
	snprintf(e.class, sizeof(e.class), "%s", warden_usb_class_word(class, i->class));
	snprintf(e.name, sizeof(e.name), "%s", device->name);
	warden_hex_put(e.digest, d->digest, sizeof(d->digest));
	*warden_array_add(&l->entries) = e;
}

/* Root hubs are their controllers' own, and interfaces are told with their devices. */
static void add_device(struct listing *l, const char *port)
{
	struct warden_plugged_descriptors d;
	struct warden_plugged device;
	unsigned int i;

	if (strchr(port, ':') || !strncmp(port, "usb", 3) || warden_plugged_descriptors(&d, port))
		return;
	warden_plugged_read(&device, port);
	for (i = 0; i < d.n; i++)
		add_interface(l, port, &device, &d, &d.v[i]);
}

static void add_devices(struct listing *l)
{
	char **names;
	int n = warden_plugged_names(&names), i;

	for (i = 0; i < n; i++) {
		add_device(l, names[i]);
		free(names[i]);
	}
	free(names);
}

/* --- what is declared ------------------------------------------------------------ */

static bool is_met(const struct listing *l, const struct warden_view *v,
		   const struct warden_rule_view *r)
{
	size_t i;

	for (i = 0; i < l->entries.n; i++) {
		const struct entry *e = &l->entries.v[i];

		if (e->allowed && e->interface[0] && e->line == r->line && e->layer == v->title &&
		    (!r->topology || !strcmp(r->topology, e->port)))
			return true;
	}
	return false;
}

static void add_rule(struct listing *l, const struct warden_view *v, const struct warden_rule_view *r)
{
	struct entry e = { .state = NOT_THERE, .layer = v->title, .line = r->line };
	char class[16];

	snprintf(e.port, sizeof(e.port), "%s", r->topology ? r->topology : "any");
	snprintf(e.ids, sizeof(e.ids), "%s", r->pattern ? r->pattern : "any");
	snprintf(e.class, sizeof(e.class), "%s",
		 r->class ? warden_usb_class_word(class, r->class) : "any");
	if (r->digest.alg)
		warden_hex_put(e.digest, r->digest.bytes, sizeof(r->digest.bytes));
	*warden_array_add(&l->entries) = e;
}

static void add_rules(struct listing *l, unsigned int layer)
{
	const struct warden_view *v = &l->policy.views[layer];
	size_t i;

	for (i = 0; i < v->rules.n; i++)
		if (warden_running_declares(&l->policy, layer, i, WARDEN_DOMAIN_USB) &&
		    !is_met(l, v, &v->rules.v[i]))
			add_rule(l, v, &v->rules.v[i]);
}

/* --- the list --------------------------------------------------------------------- */

static void print_entry(struct warden_table *t, const struct entry *e)
{
	char text[64];

	warden_table_cell(t, state_words[e->state]);
	warden_table_cell(t, e->port);
	warden_table_cell(t, e->interface[0] ? e->interface : "-");
	warden_table_cell(t, e->ids);
	warden_table_cell(t, e->class);
	snprintf(text, sizeof(text), "%s line %u", e->layer, e->line);
	warden_table_cell(t, e->line ? text : "default");
	warden_table_cell(t, e->name[0] ? e->name : "-");
	warden_table_cell(t, e->digest[0] ? e->digest : "any");
}

static void put(struct json_object *json, const char *field, const char *text)
{
	if (text[0] && strcmp(text, "any"))
		json_object_object_add(json, field, json_object_new_string(text));
}

/* What a rule leaves open is absent. */
static struct json_object *entry_json(const struct entry *e)
{
	struct json_object *json = json_object_new_object();
	char safe[512];

	put(json, "state", state_names[e->state]);
	put(json, "port", e->port);
	put(json, "interface", e->interface);
	put(json, "ids", e->ids);
	put(json, "class", e->class);
	put(json, "sha256", e->digest);
	put(json, "name", warden_output_escape(safe, sizeof(safe), e->name));
	if (e->line) {
		put(json, "layer", e->layer);
		json_object_object_add(json, "line", json_object_new_int64(e->line));
	}
	return json;
}

static void print_list(const struct listing *l)
{
	static const char *const columns[] = { "STATE", "PORT", "INTERFACE", "IDS",  "CLASS",
					       "BY",	"NAME", "SHA256",    NULL };
	struct warden_table *t = warden_table_new(columns);
	size_t i;

	for (i = 0; i < l->entries.n; i++)
		print_entry(t, &l->entries.v[i]);
	warden_table_print(t, "nothing is plugged in, and nothing is declared");
}

static int fill(struct listing *l, struct warden_fault *f)
{
	int err = warden_running_open_now(&l->policy, f);
	unsigned int layer;

	if (err)
		return err;
	add_devices(l);
	for (layer = 0; layer < l->policy.n; layer++)
		add_rules(l, layer);
	return 0;
}

static void forget(struct listing *l)
{
	free(l->entries.v);
	warden_running_close(&l->policy);
}

int warden_service_find_usb(struct json_object *list, struct warden_fault *f)
{
	struct listing l = { .entries = { NULL, 0, 0 } };
	int err = fill(&l, f);
	size_t i;

	for (i = 0; i < l.entries.n; i++)
		json_object_array_add(list, entry_json(&l.entries.v[i]));
	forget(&l);
	return err;
}

int warden_service_list_usb(const struct warden_ctl *ctl)
{
	struct json_object *list = ctl->json ? json_object_new_array() : NULL;
	struct listing l = { .entries = { NULL, 0, 0 } };
	struct warden_fault f;
	int err = list ? warden_service_find_usb(list, &f) : fill(&l, &f);

	if (err)
		warden_fault_print(&f, "service list");
	else if (list)
		warden_output_print(json_object_get(list));
	else
		print_list(&l);
	json_object_put(list);
	forget(&l);
	return err ? WARDEN_EXIT_FAILED : WARDEN_EXIT_OK;
}
