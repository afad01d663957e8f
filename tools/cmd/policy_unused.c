// SPDX-License-Identifier: GPL-2.0-only
/* Rules that nobody uses: which they are, which have lapsed, and to let one stand again. */
#include <getopt.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/warden.h>

#include "../ask.h"
#include "../cmd.h"
#include "../nl.h"
#include "../output.h"
#include "../policy/kept.h"
#include "../running.h"
#include "policy_query.h"

#define NS_PER_S UINT64_C(1000000000)
#define WHAT_TEXT 256

struct listing {
	const struct warden_running *running;
	bool all;
	struct warden_table *rules;
	struct warden_table *sensors;
	struct json_object *json; /* NULL where tables are wanted */
};

/* --- what a rule says --------------------------------------------------------------------- */

static bool is_named(const struct warden_view *v, const struct warden_rule_view *r, const char *program)
{
	return !strcmp(r->program ? v->programs.v[r->program - 1].label : "", program);
}

/* A class is told of these alone; the policy as it was sent has that of USB interfaces there, too. */
static bool has_class(const struct warden_rule_view *r)
{
	return r->domain == WARDEN_DOMAIN_SENSOR || r->domain == WARDEN_DOMAIN_EGRESS;
}

static bool is_it(const struct warden_view *v, const struct warden_rule_view *r, const struct warden_object *o)
{
	return r->line == warden_object_number(o, WARDEN_A_RULE_USE_LINE) &&
	       r->domain == warden_object_number(o, WARDEN_A_RULE_USE_DOMAIN) &&
	       r->action == warden_object_number(o, WARDEN_A_RULE_USE_ACTION) &&
	       (!has_class(r) || r->class == warden_object_number(o, WARDEN_A_RULE_USE_CLASS)) &&
	       (!warden_object_has(o, WARDEN_A_RULE_USE_PORT_HIGH) ||
		(r->protocol == warden_object_number(o, WARDEN_A_RULE_USE_PROTOCOL) &&
		 r->low == warden_object_number(o, WARDEN_A_RULE_USE_PORT_LOW) &&
		 r->high == warden_object_number(o, WARDEN_A_RULE_USE_PORT_HIGH))) &&
	       is_named(v, r, warden_object_string(o, WARDEN_A_RULE_USE_PROGRAM));
}

/*
 * What the rule says in the policy as it was sent; NULL where it is another by now, or where others of its
 * line fit as well and say something else: the module does not tell which device, file or name one is about.
 */
static char *text_of(const struct warden_view *v, const struct warden_object *o)
{
	char *text = NULL, *other;
	size_t i;

	for (i = 0; v && i < v->rules.n; i++) {
		if (!is_it(v, &v->rules.v[i], o))
			continue;
		other = warden_kept_text(v, &v->rules.v[i]);
		if (text && (!other || strcmp(text, other) != 0)) {
			free(other);
			free(text);
			return NULL;
		}
		free(text);
		text = other;
	}
	return text;
}

static const char *what_of(char to[WHAT_TEXT], const struct listing *l, const struct warden_object *o)
{
	const struct warden_view *v = warden_running_layer(
		l->running, (uint32_t)warden_object_number(o, WARDEN_A_RULE_USE_LAYER));
	char *text = text_of(v, o);

	snprintf(to, WHAT_TEXT, "%s %s", warden_object_word(o, WARDEN_A_RULE_USE_ACTION),
		 text ? text : warden_object_word(o, WARDEN_A_RULE_USE_DOMAIN));
	free(text);
	return to;
}

/* --- the list ----------------------------------------------------------------------------- */

static void put_lapse(struct warden_table *t, const struct warden_object *o)
{
	uint64_t after = warden_object_number(o, WARDEN_A_RULE_USE_AFTER), idle = warden_object_number(o, WARDEN_A_RULE_USE_IDLE);
	char span[WARDEN_TIME_TEXT], text[WARDEN_TIME_TEXT + 8];

	if (warden_object_number(o, WARDEN_A_RULE_USE_LAPSED))
		snprintf(text, sizeof(text), "lapsed");
	else if (!after)
		snprintf(text, sizeof(text), "never");
	else
		snprintf(text, sizeof(text), "in %s",
			 warden_output_span(span, (after > idle ? after - idle : 0) * NS_PER_S));
	warden_table_cell(t, text);
}

static int take_rule(void *ctx, const struct warden_object *o)
{
	char what[WHAT_TEXT], span[WARDEN_TIME_TEXT];
	bool used = warden_object_number(o, WARDEN_A_RULE_USE_USED);
	struct listing *l = ctx;
	struct json_object *one;

	if (!l->all && used && !warden_object_number(o, WARDEN_A_RULE_USE_LAPSED))
		return 0;
	what_of(what, l, o);
	if (l->json) {
		one = warden_output_object(o);
		json_object_object_del(one, "digest");
		warden_json_text(one, "rule", what);
		json_object_array_add(json_object_object_get(l->json, "rules"), one);
		return 0;
	}
	warden_table_cell(l->rules, warden_object_word(o, WARDEN_A_RULE_USE_LAYER));
	warden_table_number(l->rules, warden_object_number(o, WARDEN_A_RULE_USE_LINE));
	warden_table_cell(l->rules, what);
	warden_table_cell(l->rules, warden_output_span(span, warden_object_number(o, WARDEN_A_RULE_USE_IDLE) * NS_PER_S));
	warden_table_cell(l->rules, used ? "yes" : "never");
	put_lapse(l->rules, o);
	return 0;
}

/* What somebody has open now is used. */
static int take_sensor(void *ctx, const struct warden_object *o)
{
	bool used = warden_object_number(o, WARDEN_A_SENSOR_USED);
	char span[WARDEN_TIME_TEXT];
	struct listing *l = ctx;

	if (!warden_object_has(o, WARDEN_A_SENSOR_IDLE) || (!l->all && used))
		return 0;
	if (l->json) {
		warden_output_append(json_object_object_get(l->json, "sensors"), o);
		return 0;
	}
	warden_table_cell(l->sensors, warden_object_word(o, WARDEN_A_SENSOR_CLASS));
	warden_table_cell(l->sensors, warden_object_string(o, WARDEN_A_SENSOR_NODE));
	warden_table_cell(l->sensors, warden_object_string(o, WARDEN_A_SENSOR_TOPOLOGY));
	warden_table_cell(l->sensors, warden_object_number(o, WARDEN_A_SENSOR_SESSIONS) ? "in use" :
			  warden_output_span(span, warden_object_number(o, WARDEN_A_SENSOR_IDLE) * NS_PER_S));
	warden_table_cell(l->sensors, used ? "yes" : "never");
	return 0;
}

static void begin(struct listing *l, bool json)
{
	static const char *const rules[] = { "LAYER", "LINE", "RULE", "UNUSED", "USED", "LAPSES", NULL };
	static const char *const sensors[] = { "CLASS", "NODE", "SENSOR", "UNUSED", "USED", NULL };

	if (json) {
		l->json = json_object_new_object();
		json_object_object_add(l->json, "rules", json_object_new_array());
		json_object_object_add(l->json, "sensors", json_object_new_array());
		return;
	}
	l->rules = warden_table_new(rules);
	l->sensors = warden_table_new(sensors);
}

static void end(struct listing *l)
{
	if (l->json) {
		warden_output_print(l->json);
		return;
	}
	warden_table_print(l->rules, l->all ? "the policy in force has no rule" :
					      "each rule of the policy in force was used");
	putchar('\n');
	warden_table_sort(l->sensors);
	warden_table_print(l->sensors, l->all ? "there is no sensor with a node" :
						"each sensor with a node was opened");
}

static int gather(struct listing *l, struct warden_nl *nl, struct warden_fault *f)
{
	int err = warden_nl_dump(nl, WARDEN_CMD_RULE_USE_GET, NULL, take_rule, l, f);

	return err ? err : warden_nl_dump(nl, WARDEN_CMD_SENSOR_GET, NULL, take_sensor, l, f);
}

int warden_policy_unused(const struct warden_ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
		{ "all", no_argument, NULL, 'a' },
		{ NULL, 0, NULL, 0 },
	};
	struct warden_running running;
	struct warden_fault f;
	struct listing l = { .running = &running };
	struct warden_nl *nl;
	int c, err;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 'a')
			return WARDEN_EXIT_USAGE;
		l.all = true;
	}
	if (optind != argc)
		return warden_usage_wrong("policy unused takes --all, or nothing");
	err = warden_running_open(&running, &f);
	if (!err)
		err = warden_nl_open(&nl, &f);
	if (err) {
		warden_running_close(&running);
		return warden_fault_print(&f, "policy unused");
	}
	begin(&l, ctl->json);
	err = gather(&l, nl, &f);
	warden_nl_close(nl);
	if (!err)
		end(&l);
	warden_running_close(&running);
	return err ? warden_fault_print(&f, "policy unused") : WARDEN_EXIT_OK;
}

/* --- to let one stand again ---------------------------------------------------------------- */

static void print_renewed(const struct warden_object *o)
{
	uint64_t nr = warden_object_number(o, WARDEN_A_RULE_USE_RENEWED);

	printf("renewed; %" PRIu64 " rule%s had lapsed and stand%s again\n", nr, nr == 1 ? "" : "s",
	       nr == 1 ? "s" : "");
}

int warden_policy_renew(const struct warden_ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
		{ "layer", required_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 },
	};
	struct warden_blob request = { NULL, 0, 0 };
	const struct warden_ask ask = { .what = "policy renew", .cmd = WARDEN_CMD_RULE_RENEW,
					.request = &request, .print = print_renewed,
					.advice = "see wardenctl policy unused --all" };
	unsigned long long line = 0;
	uint32_t layer = 0;
	int c, status;
	bool all;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		layer = c == 'l' ? warden_policy_layer(optarg) : 0;
		if (!layer)
			return WARDEN_EXIT_USAGE;
	}
	all = argc - optind == 1 && !strcmp(argv[optind], "all");
	if (!all && argc - optind == 1 && warden_usage_number(argv[optind], "policy renew", UINT32_MAX, &line))
		return WARDEN_EXIT_USAGE;
	if (!all && !line)
		return warden_usage_wrong("policy renew wants the line of a rule, or `all`");
	if (layer)
		warden_blob_put_u32(&request, WARDEN_A_RULE_USE_LAYER, layer);
	if (line)
		warden_blob_put_u32(&request, WARDEN_A_RULE_USE_LINE, (uint32_t)line);
	status = warden_ask_one(ctl, &ask);
	warden_blob_free(&request);
	return status;
}
