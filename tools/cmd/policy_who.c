// SPDX-License-Identifier: GPL-2.0-only
/* Who may do something: of a policy in a file, or of all layers in force. */
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/warden.h>

#include "../cmd.h"
#include "../output.h"
#include "../policy/explain.h"
#include "../policy/question.h"
#include "../running.h"
#include "policy_query.h"

struct who_can {
	const struct warden_asked *asked; /* NULL: the policy in force, which has no text */
	const struct warden_running *running; /* that one; else NULL */
	const struct warden_question *question;
	struct warden_table *table;
	struct json_object *json; /* NULL where a table is wanted */
};

/* What decides: a rule of a text, a line of a layer, a default. */
static char *who_rule(const struct who_can *who, const struct warden_view *decides,
		      const struct warden_outcome *o, char where[WARDEN_WHERE_TEXT])
{
	char ground[WARDEN_OUTCOME_TEXT];

	if (who->asked && o->rule)
		return warden_policy_rule_text(who->asked, o->rule, where);
	snprintf(where, WARDEN_WHERE_TEXT, "%s%s%s", who->asked ? "" : decides->title,
		 who->asked ? "" : ", ", warden_outcome_ground(ground, decides, o));
	return NULL;
}

/* Whatever the layers say. */
static bool is_barred(const struct who_can *who, const struct warden_subject *subject, const char *topology,
		      const struct warden_outcome *o)
{
	struct warden_question q = *who->question;
	struct warden_outcome barred = *o;

	q.subject = subject->digest;
	q.topology = topology;
	return who->running && warden_running_bars(who->running, &q, &barred);
}

static void take_who(void *ctx, const struct warden_subject *subject, const char *topology,
		     const struct warden_view *decides, const struct warden_outcome *o)
{
	char text[WARDEN_OUTCOME_TEXT], where[WARDEN_WHERE_TEXT];
	struct who_can *who = ctx;
	const char *label = warden_domain_has_object(who->question->domain) ? "anybody" : subject->label;
	struct json_object *json;
	char *rule;

	if (is_barred(who, subject, topology, o))
		return;
	rule = who_rule(who, decides, o, where);
	if (who->json) {
		json = warden_outcome_json(decides, o);
		warden_json_text(json, "program", label);
		if (topology)
			warden_json_text(json, "device", topology);
		if (rule)
			warden_json_text(json, "rule", rule);
		if (!who->asked)
			warden_json_text(json, "layer", decides->title);
		json_object_array_add(who->json, json);
	} else {
		warden_table_cell(who->table, label);
		warden_table_cell(who->table, topology ? topology : "-");
		warden_table_cell(who->table, warden_outcome_text(text, o));
		warden_table_cell(who->table, where);
		if (who->asked)
			warden_table_cell(who->table, rule ? rule : "-");
	}
	free(rule);
}

/* `listen PROTOCOL PORT` or `bind PROTOCOL PORT`, and `on INTERFACE` and the like behind it. */
static bool read_receive(struct warden_query *query, uint32_t domain, int n, char **words)
{
	const char *on = NULL, *at = NULL, *from = NULL;
	int i;

	for (i = 3; i < n; i += 2) {
		const char **to = !strcmp(words[i], "on")   ? &on :
				  !strcmp(words[i], "at")   ? &at :
				  !strcmp(words[i], "from") ? &from : NULL;

		if (!to || *to) {
			snprintf(query->wrong, sizeof(query->wrong),
				 "`%.64s` does not belong there; write `%s PROTOCOL PORT [on "
				 "INTERFACE] [at ADDRESS] [from ADDRESS]`",
				 words[i], words[0]);
			return false;
		}
		*to = words[i + 1];
	}
	return warden_query_receive(query, domain, words[1], words[2], on, at, from);
}

/* `connect PROTOCOL PORT` or `egress CLASS`, and an address and `on INTERFACE` behind it. */
static bool read_send(struct warden_query *query, int n, char **words)
{
	bool on = n > 3 && !strcmp(words[n - 2], "on");
	const char *interface = on ? words[n - 1] : NULL;

	n -= on ? 2 : 0;
	if ((n == 2 || n == 3) && !strcmp(words[0], "egress"))
		return warden_query_egress(query, words[1], n == 3 ? words[2] : NULL, interface);
	if ((n == 3 || n == 4) && !strcmp(words[0], "connect"))
		return warden_query_connect(query, words[1], words[2], n == 4 ? words[3] : NULL, interface);
	snprintf(query->wrong, sizeof(query->wrong),
		 "what is asked for is not clear; write `connect PROTOCOL PORT [ADDRESS] [on INTERFACE]` "
		 "or `egress CLASS [ADDRESS] [on INTERFACE]`");
	return false;
}

/* `use CLASS [TOPOLOGY]`, `use protocol NAME`, `listen PROTOCOL PORT`, `exec PATH` and the like. */
static bool read_words(struct warden_query *query, const struct warden_asked *a, int n,
		       char **words)
{
	int domain = n > 1 ? warden_enum_value(warden_enum_domain(), words[0]) : -1;

	if (n >= 3 && n <= 9 && n % 2 && (domain == WARDEN_DOMAIN_LISTEN || domain == WARDEN_DOMAIN_BIND))
		return read_receive(query, (uint32_t)domain, n, words);
	if (n == 3 && !strcmp(words[0], "use") && !strcmp(words[1], "protocol"))
		return warden_query_protocol(query, words[2]);
	if ((n == 2 || n == 3) && !strcmp(words[0], "use"))
		return warden_query_sensor(query, words[1], n == 3 ? words[2] : NULL, false);
	if (n > 1 && (!strcmp(words[0], "egress") || !strcmp(words[0], "connect")))
		return read_send(query, n, words);
	if (n == 2 && domain > 0 &&
	    (warden_domain_has_object((uint32_t)domain) || domain == WARDEN_DOMAIN_DEBUG ||
	     domain == WARDEN_DOMAIN_AUTOLOAD))
		return warden_query_object(query, a, (uint32_t)domain, words[1]);
	snprintf(query->wrong, sizeof(query->wrong),
		 "what is asked for is not clear; write `use CLASS [TOPOLOGY]`, `listen PROTOCOL "
		 "PORT [on INTERFACE] [at ADDRESS] [from ADDRESS]`, `bind ...` alike, `connect PROTOCOL PORT [ADDRESS] [on INTERFACE]`, `egress CLASS [ADDRESS] [on INTERFACE]`, `exec|module|firmware PATH`, `module "
		 "NAME`, `bpf SHA256`, `debug SURFACE` or `autoload ALIAS`");
	return false;
}

/* Takes --root and --running; what is left begins at optind. */
static int who_can_options(const char **root, bool *running, int argc, char **argv)
{
	static const struct option options[] = {
		{ "root", required_argument, NULL, 'r' },
		{ "running", no_argument, NULL, 'R' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	*root = "/";
	*running = false;
	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'R')
			*running = true;
		else if (c == 'r')
			*root = optarg;
		else
			return WARDEN_EXIT_USAGE;
	}
	if (argc - optind < 2 - *running)
		return warden_usage_wrong("policy who-can wants a file, or --running and none, and "
					  "what is to be done");
	return 0;
}

/* A port that the layers' defaults deny, and a command opened for a time. */
static void take_opened(struct who_can *who)
{
	struct warden_question q = *who->question;
	char when[WARDEN_TIME_TEXT], by[WARDEN_TIME_TEXT + 64];
	struct json_object *json;
	struct warden_outcome o;
	uint64_t opened;

	q.uid = WARDEN_UID_OTHER;
	opened = warden_policy_opened(who->running, &q);
	if (!opened)
		return;
	if (who->json) {
		o = (struct warden_outcome){ .what = WARDEN_OUTCOME_ALLOWED };
		json = warden_outcome_json(&who->running->views[0], &o);
		warden_json_text(json, "program", "any program");
		json_object_object_add(json, "expires", json_object_new_uint64(opened));
		json_object_array_add(who->json, json);
	} else {
		snprintf(by, sizeof(by), "opened until %s, where no rule denies it", warden_output_time(when, opened));
		warden_table_cell(who->table, "any program");
		warden_table_cell(who->table, "-");
		warden_table_cell(who->table, "allowed");
		warden_table_cell(who->table, by);
	}
}

static void list_who(const struct warden_ctl *ctl, struct who_can *who,
		     const struct warden_view *const layers[], unsigned int n,
		     const struct warden_query *query)
{
	static const char *const columns[] = { "PROGRAM", "DEVICE", "VERDICT", "BY", "RULE", NULL };
	static const char *const of_layers[] = { "PROGRAM", "DEVICE", "VERDICT", "BY", NULL };

	if (ctl->json)
		who->json = json_object_new_array();
	else
		who->table = warden_table_new(who->asked ? columns : of_layers);
	who->question = &query->q;
	warden_who_can(layers, n, &query->q, take_who, who);
	if (who->running)
		take_opened(who);
	if (who->json)
		warden_output_print(who->json);
	else
		warden_table_print(who->table, "nobody");
}

static int who_can_running(const struct warden_ctl *ctl, const char *root, int argc, char **argv)
{
	struct warden_asked a = { .source.file = "the policy in force" };
	const struct warden_view *layers[WARDEN_RUNNING_STACK];
	struct warden_query query = { .who = NULL };
	struct warden_running r;
	struct who_can who = { .running = &r };
	int status = WARDEN_EXIT_FAILED;
	struct warden_fault f;
	unsigned int i;

	if (warden_running_open_now(&r, &f)) {
		warden_fault_print(&f, "policy who-can");
		goto out_running;
	}
	if (warden_asked_files(&a, root))
		goto out;
	if (!read_words(&query, &a, argc, argv)) {
		status = warden_policy_wrong_query("who-can", &query);
		goto out;
	}
	for (i = 0; i < r.n; i++)
		layers[i] = &r.views[i];
	list_who(ctl, &who, layers, r.n, &query);
	status = WARDEN_EXIT_OK;
out:
	warden_source_free(&a.source);
out_running:
	warden_running_close(&r);
	return status;
}

int warden_policy_who_can(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_query query = { .who = NULL };
	const struct warden_view *layer;
	struct warden_asked a;
	struct who_can who = { .asked = &a };
	int status = WARDEN_EXIT_FAILED;
	const char *root;
	bool running;

	if (who_can_options(&root, &running, argc, argv))
		return WARDEN_EXIT_USAGE;
	if (running)
		return who_can_running(ctl, root, argc - optind, argv + optind);
	if (warden_asked_open(&a, argv[optind], root))
		goto out;
	if (!read_words(&query, &a, argc - optind - 1, argv + optind + 1)) {
		status = warden_policy_wrong_query("who-can", &query);
		goto out;
	}
	layer = &a.view;
	list_who(ctl, &who, &layer, 1, &query);
	status = WARDEN_EXIT_OK;
out:
	warden_asked_close(&a);
	return status;
}
