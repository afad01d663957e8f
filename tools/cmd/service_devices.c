// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the policy declares beside the device nodes that are really there: each device that
 * has a class, who may use it and how many do, and each rule that none of them stands for.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/warden.h>

#include "../cmd.h"
#include "../nl.h"
#include "../output.h"
#include "../policy/explain.h"
#include "../policy/model.h"
#include "../running.h"
#include "../wire.h"
#include "service_list.h"

enum state {
	DECLARED,     /* a rule lets somebody use it */
	NOT_DECLARED, /* a default lets anybody use it, or it is in use and nobody may */
	CLOSED,	      /* nobody may use it, and nobody does */
	NOT_THERE     /* a rule is for it, and nothing of the kind is there */
};

static const char *const state_words[] = { "declared", "NOT DECLARED", "closed", "not there" };
static const char *const state_names[] = { "declared", "not-declared", "closed", "not-there" };

/* The rules that some device stands for, as a layer and a line. */
struct met {
	const struct warden_view *layer;
	uint32_t line;
};

struct listing {
	struct warden_running policy;
	const struct warden_view *layers[WARDEN_RUNNING_STACK];
	struct json_object *list;
	WARDEN_ARRAY(struct met) met;
};

/* One device while it is asked about. */
struct asked {
	struct listing *l;
	struct json_object *programs;
	bool by_rule;
};

static void put(struct json_object *json, const char *field, const char *text)
{
	if (text && text[0])
		json_object_object_add(json, field, json_object_new_string(text));
}

/* --- what is there ---------------------------------------------------------------- */

static void take_user(void *ctx, const struct warden_subject *subject, const char *topology,
		      const struct warden_view *decides, const struct warden_outcome *o)
{
	const struct warden_rule_view *rule = warden_view_rule(decides, o->rule);
	struct asked *asked = ctx;

	(void)topology;
	if (warden_running_cuts(&asked->l->policy, &subject->digest))
		return;
	json_object_array_add(asked->programs, json_object_new_string(subject->label));
	if (!rule)
		return;
	asked->by_rule = true;
	*warden_array_add(&asked->l->met) = (struct met){ decides, rule->line };
}

static enum state state_of(const struct asked *asked, uint64_t sessions)
{
	if (asked->by_rule)
		return DECLARED;
	return json_object_array_length(asked->programs) || sessions ? NOT_DECLARED : CLOSED;
}

static int take_device(void *ctx, const struct warden_object *o)
{
	struct listing *l = ctx;
	struct asked asked = { .l = l, .programs = json_object_new_array() };
	uint64_t sessions = warden_object_number(o, WARDEN_A_SENSOR_SESSIONS);
	struct json_object *json = json_object_new_object();
	const struct warden_question q = {
		.domain = WARDEN_DOMAIN_SENSOR,
		.class = (uint32_t)warden_object_number(o, WARDEN_A_SENSOR_CLASS),
		.topology = warden_object_string(o, WARDEN_A_SENSOR_TOPOLOGY),
		.names = { warden_object_string(o, WARDEN_A_SENSOR_DRIVER),
			   warden_object_string(o, WARDEN_A_SENSOR_NODE) },
	};

	warden_who_can(l->layers, l->policy.n, &q, take_user, &asked);
	put(json, "state", state_names[state_of(&asked, sessions)]);
	put(json, "class", warden_object_word(o, WARDEN_A_SENSOR_CLASS));
	put(json, "node", warden_object_string(o, WARDEN_A_SENSOR_NODE));
	put(json, "driver", warden_object_string(o, WARDEN_A_SENSOR_DRIVER));
	put(json, "topology", q.topology);
	json_object_object_add(json, "programs", asked.programs);
	json_object_object_add(json, "sessions", json_object_new_int64((int64_t)sessions));
	json_object_object_add(json, "off", json_object_new_boolean(
						    !!warden_object_number(o, WARDEN_A_SENSOR_OFF)));
	json_object_array_add(l->list, json);
	return 0;
}

/* --- what is declared -------------------------------------------------------------- */

static bool is_met(const struct listing *l, const struct warden_view *v, uint32_t line)
{
	size_t i;

	for (i = 0; i < l->met.n; i++)
		if (l->met.v[i].layer == v && l->met.v[i].line == line)
			return true;
	return false;
}

static void add_rule(struct listing *l, const struct warden_view *v, const struct warden_rule_view *r)
{
	struct json_object *json = json_object_new_object(), *programs = json_object_new_array();

	put(json, "state", state_names[NOT_THERE]);
	put(json, "class", r->class ? warden_enum_word(warden_enum_sensor_class(), r->class) : "any");
	put(json, "topology", r->topology);
	put(json, "layer", v->title);
	json_object_object_add(json, "line", json_object_new_int64(r->line));
	json_object_array_add(programs, json_object_new_string(
						r->program ? v->programs.v[r->program - 1].label : "any"));
	json_object_object_add(json, "programs", programs);
	json_object_array_add(l->list, json);
}

static void add_rules(struct listing *l, unsigned int layer)
{
	const struct warden_view *v = l->layers[layer];
	size_t i;

	for (i = 0; i < v->rules.n; i++)
		if (warden_running_declares(&l->policy, layer, i, WARDEN_DOMAIN_SENSOR) &&
		    !is_met(l, v, v->rules.v[i].line))
			add_rule(l, v, &v->rules.v[i]);
}

/* --- the list ------------------------------------------------------------------------ */

int warden_service_find_devices(struct json_object *list, struct warden_fault *f)
{
	struct listing l = { .list = list };
	struct warden_nl *nl = NULL;
	int err = warden_running_open_now(&l.policy, f);
	unsigned int layer;

	for (layer = 0; layer < l.policy.n; layer++)
		l.layers[layer] = &l.policy.views[layer];
	if (!err)
		err = warden_nl_open(&nl, f);
	if (!err)
		err = warden_nl_dump(nl, WARDEN_CMD_SENSOR_GET, NULL, take_device, &l, f);
	for (layer = 0; !err && layer < l.policy.n; layer++)
		add_rules(&l, layer);
	warden_nl_close(nl);
	free(l.met.v);
	warden_running_close(&l.policy);
	return err;
}

static const char *text_of(struct json_object *json, const char *field)
{
	const char *text = json_object_get_string(json_object_object_get(json, field));

	return text ? text : "-";
}

static void print_programs(struct warden_table *t, struct json_object *programs)
{
	size_t i, used = 0, n = json_object_array_length(programs);
	char text[1024] = "-";

	for (i = 0; i < n && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? ", " : "",
					 json_object_get_string(json_object_array_get_idx(programs, i)));
	warden_table_cell(t, text);
}

static void print_device(struct warden_table *t, struct json_object *device)
{
	const char *state = text_of(device, "state");
	size_t i;

	for (i = 0; strcmp(state_names[i], state); i++)
		;
	warden_table_cell(t, state_words[i]);
	warden_table_cell(t, text_of(device, "class"));
	warden_table_cell(t, text_of(device, "node"));
	warden_table_cell(t, json_object_get_boolean(json_object_object_get(device, "off")) ?
				     "off" : text_of(device, "sessions"));
	print_programs(t, json_object_object_get(device, "programs"));
	warden_table_cell(t, text_of(device, "topology"));
}

static void print_devices(struct json_object *list)
{
	static const char *const columns[] = { "STATE",	   "CLASS",    "NODE", "IN USE",
					       "PROGRAMS", "TOPOLOGY", NULL };
	struct warden_table *t = warden_table_new(columns);
	size_t i, n = json_object_array_length(list);

	for (i = 0; i < n; i++)
		print_device(t, json_object_array_get_idx(list, i));
	warden_table_sort(t);
	warden_table_print(t, "no device that has a class is there, and none is declared");
	json_object_put(list);
}

int warden_service_list_devices(const struct warden_ctl *ctl)
{
	struct json_object *list = json_object_new_array();
	struct warden_fault f;

	if (warden_service_find_devices(list, &f)) {
		json_object_put(list);
		warden_fault_print(&f, "service list");
		return WARDEN_EXIT_FAILED;
	}
	if (ctl->json)
		warden_output_print(list);
	else
		print_devices(list);
	return WARDEN_EXIT_OK;
}
