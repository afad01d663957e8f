// SPDX-License-Identifier: GPL-2.0-only
/* What a policy means: why something is allowed or refused. */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/warden.h>

#include "../cmd.h"
#include "../output.h"
#include "../policy/explain.h"
#include "../policy/print.h"
#include "../policy/question.h"
#include "../reason.h"
#include "../running.h"
#include "policy_query.h"

/* --- in JSON ---------------------------------------------------------------------- */

struct json_object *warden_outcome_json(const struct warden_view *v,
					const struct warden_outcome *o)
{
	static const char *const words[] = { "denied", "consent", "allowed" };
	const struct warden_rule_view *rule = warden_view_rule(v, o->rule);
	struct json_object *json = json_object_new_object();
	struct json_object *purposes = json_object_new_array();
	unsigned int i;

	json_object_object_add(json, "verdict", json_object_new_string(words[o->what]));
	json_object_object_add(json, "observed", json_object_new_boolean(o->observed));
	json_object_object_add(json, "reason",
			       json_object_new_string(
				       warden_enum_word(warden_enum_reason(), o->reason)));
	if (rule)
		json_object_object_add(json, "line", json_object_new_int64(rule->line));
	for (i = 0; i < o->n; i++)
		json_object_array_add(purposes, json_object_new_string(o->purposes[i]));
	json_object_object_add(json, "purposes", purposes);
	return json;
}

void warden_json_text(struct json_object *json, const char *name, const char *text)
{
	json_object_object_add(json, name, json_object_new_string(text));
}

/* --- explain ---------------------------------------------------------------------------- */

char *warden_policy_rule_text(const struct warden_asked *a, uint32_t number,
			      char where[WARDEN_WHERE_TEXT])
{
	const struct warden_rule *r = warden_asked_rule(a, number);
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	warden_print_rule(&a->source.model, r, f);
	fclose(f);
	text[strcspn(text, "\n")] = '\0';
	warden_diags_where(&a->source.diags, r->at, where);
	return text;
}

static const char *who_asks(const struct warden_query *query)
{
	if (warden_domain_has_object(query->q.domain))
		return "anybody";
	return query->who ? query->who : "any other program";
}

static void print_explanation(const struct warden_asked *a, const struct warden_query *query,
			      const struct warden_explanation *e)
{
	char verdict[WARDEN_OUTCOME_TEXT], where[WARDEN_WHERE_TEXT];
	const struct warden_rule *last = NULL;
	size_t i;

	if (query->by[0])
		printf("%s\n", query->by);
	printf("%s %s: %s\n", who_asks(query), query->what,
	       warden_outcome_text(verdict, &e->outcome));
	printf("because: %s\n", warden_reason_sentence(e->outcome.reason));
	for (i = 0; i < e->matching.n; i++) {
		const struct warden_rule *r = warden_asked_rule(a, e->matching.v[i]);
		char *text = warden_policy_rule_text(a, e->matching.v[i], where);

		if (r != last)
			printf("%s %s: %s\n",
			       e->matching.v[i] == e->outcome.rule ? "decided by" : "matches too:",
			       where, text);
		last = r;
		free(text);
	}
	for (i = 0; i < e->advice.n; i++)
		printf("%s\n", e->advice.v[i]);
}

static void print_explanation_json(const struct warden_asked *a, const struct warden_query *query,
				   const struct warden_explanation *e)
{
	struct json_object *json = warden_outcome_json(&a->view, &e->outcome);
	struct json_object *rules = json_object_new_array();
	struct json_object *advice = json_object_new_array();
	size_t i;

	if (query->who)
		warden_json_text(json, "program", query->who);
	warden_json_text(json, "what", query->what);
	for (i = 0; i < e->matching.n; i++) {
		const struct warden_rule *r = warden_asked_rule(a, e->matching.v[i]);
		struct json_object *rule = json_object_new_object();
		char where[WARDEN_WHERE_TEXT];
		char *text = warden_policy_rule_text(a, e->matching.v[i], where);

		json_object_object_add(rule, "line", json_object_new_int64(r->at.line));
		warden_json_text(rule, "where", where);
		warden_json_text(rule, "rule", text ? text : "");
		json_object_array_add(rules, rule);
		free(text);
	}
	for (i = 0; i < e->advice.n; i++)
		json_object_array_add(advice, json_object_new_string(e->advice.v[i]));
	json_object_object_add(json, "rules", rules);
	json_object_object_add(json, "advice", advice);
	warden_output_print(json);
}

struct explain_options {
	const char *root;
	const char *program;
	const char *sensor;
	const char *device;
	char *listen;
	char *connect;
	const char *to;
	const char *on;
	const char *at;
	const char *from;
	const char *egress;
	const char *protocol;
	const char *path;
	uint32_t domain; /* of the path */
	bool consent;
	bool exports;
	bool running;
	bool has_user;
	unsigned long long user;
	int objects;
};

static int take_explain_option(struct explain_options *o, int c)
{
	switch (c) {
	case 'r':
		o->root = optarg;
		return 0;
	case 'p':
		o->program = optarg;
		return 0;
	case 'u':
		o->has_user = true;
		return warden_usage_number(optarg, "--user", UINT32_MAX, &o->user);
	case 'c':
		o->consent = true;
		return 0;
	case 'd':
		o->device = optarg;
		return 0;
	case 'x':
		o->exports = true;
		return 0;
	case 'R':
		o->running = true;
		return 0;
	case 's':
		o->sensor = optarg;
		break;
	case 'l':
	case 'b':
		o->listen = optarg;
		o->domain = c == 'l' ? WARDEN_DOMAIN_LISTEN : WARDEN_DOMAIN_BIND;
		break;
	case 'C':
		o->connect = optarg;
		break;
	case 't':
		o->to = optarg;
		return 0;
	case 'o':
		o->on = optarg;
		return 0;
	case 'a':
		o->at = optarg;
		return 0;
	case 'f':
		o->from = optarg;
		return 0;
	case 'e':
		o->egress = optarg;
		break;
	case 'P':
		o->protocol = optarg;
		break;
	case WARDEN_DOMAIN_EXEC:
	case WARDEN_DOMAIN_MODULE:
	case WARDEN_DOMAIN_FIRMWARE:
	case WARDEN_DOMAIN_BPF:
	case WARDEN_DOMAIN_DEBUG:
	case WARDEN_DOMAIN_AUTOLOAD:
		o->path = optarg;
		o->domain = (uint32_t)c;
		break;
	default:
		return WARDEN_EXIT_USAGE;
	}
	o->objects++;
	return 0;
}

static int explain_options(struct explain_options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{ "root", required_argument, NULL, 'r' },
		{ "program", required_argument, NULL, 'p' },
		{ "user", required_argument, NULL, 'u' },
		{ "consent", no_argument, NULL, 'c' },
		{ "running", no_argument, NULL, 'R' },
		{ "sensor", required_argument, NULL, 's' },
		{ "device", required_argument, NULL, 'd' },
		{ "export", no_argument, NULL, 'x' },
		{ "listen", required_argument, NULL, 'l' },
		{ "bind", required_argument, NULL, 'b' },
		{ "connect", required_argument, NULL, 'C' },
		{ "to", required_argument, NULL, 't' },
		{ "on", required_argument, NULL, 'o' },
		{ "at", required_argument, NULL, 'a' },
		{ "from", required_argument, NULL, 'f' },
		{ "egress", required_argument, NULL, 'e' },
		{ "protocol", required_argument, NULL, 'P' },
		{ "exec", required_argument, NULL, WARDEN_DOMAIN_EXEC },
		{ "module", required_argument, NULL, WARDEN_DOMAIN_MODULE },
		{ "firmware", required_argument, NULL, WARDEN_DOMAIN_FIRMWARE },
		{ "bpf", required_argument, NULL, WARDEN_DOMAIN_BPF },
		{ "debug", required_argument, NULL, WARDEN_DOMAIN_DEBUG },
		{ "autoload", required_argument, NULL, WARDEN_DOMAIN_AUTOLOAD },
		{ NULL, 0, NULL, 0 },
	};
	int c, status = 0;

	*o = (struct explain_options){ .root = "/" };
	optind = 1;
	while (!status && (c = getopt_long(argc, argv, "", options, NULL)) != -1)
		status = take_explain_option(o, c);
	if (status)
		return status;
	if (argc - optind != !o->running)
		return warden_usage_wrong("policy explain wants one file, or --running and none");
	if (o->objects != 1)
		return warden_usage_wrong("policy explain wants one of --sensor, --listen, --bind, --connect, "
					  "--egress, --protocol, --exec, --module, --firmware, --bpf, --debug and "
					  "--autoload");
	if (o->to && !o->connect && !o->egress)
		return warden_usage_wrong("--to goes with --connect, which says by what protocol, or "
					  "with --egress");
	if ((o->from || o->at) && !o->listen)
		return warden_usage_wrong("--at and --from go with --listen or --bind, which say at which port");
	if (o->on && !o->listen && !o->connect && !o->egress)
		return warden_usage_wrong("--on goes with --listen, --bind, --connect or --egress");
	if ((o->device || o->exports) && !o->sensor)
		return warden_usage_wrong("--device and --export go with --sensor, which says what it is");
	return 0;
}

static bool build_query(struct warden_query *query, const struct warden_asked *a,
			const struct explain_options *o)
{
	char *protocol = o->listen ? o->listen : o->connect;
	char *slash = protocol ? strchr(protocol, '/') : NULL;
	bool right;

	query->q.uid = WARDEN_UID_OTHER;
	if (o->program && !warden_query_program(query, a, o->program))
		return false;
	if (o->has_user)
		query->q.uid = (uint32_t)o->user;
	if (slash)
		*slash++ = '\0';
	if (o->sensor)
		right = warden_query_sensor(query, o->sensor, o->device, o->exports);
	else if (o->listen)
		right = warden_query_receive(query, o->domain, protocol, slash ? slash : "", o->on,
					     o->at, o->from);
	else if (o->connect)
		right = warden_query_connect(query, protocol, slash ? slash : "", o->to, o->on);
	else if (o->egress)
		right = warden_query_egress(query, o->egress, o->to, o->on);
	else if (o->protocol)
		right = warden_query_protocol(query, o->protocol);
	else
		right = warden_query_object(query, a, o->domain, o->path);
	if (o->consent)
		warden_query_consent(query, a);
	return right;
}

int warden_policy_wrong_query(const char *verb, const struct warden_query *query)
{
	fprintf(stderr, "wardenctl: policy %s: %s\n", verb, query->wrong);
	return WARDEN_EXIT_FAILED;
}

/* --- of the policy in force --- */

static void print_layer(const struct warden_running *r, unsigned int n,
			const struct warden_outcome *o)
{
	char verdict[WARDEN_OUTCOME_TEXT], ground[WARDEN_OUTCOME_TEXT], name[256];
	const struct warden_view *v = &r->views[n];

	printf("%s layer, \"%s\" version %u: %s (%s)\n", v->title,
	       warden_output_escape(name, sizeof(name), v->name), v->version,
	       warden_outcome_text(verdict, o), warden_outcome_ground(ground, v, o));
}

/* What decides: a layer, what stands above them all, or an opening, which their defaults give way to. */
static void print_verdict(const struct warden_query *query, const struct warden_view *decides,
			  const struct warden_outcome *o, uint64_t opened)
{
	char verdict[WARDEN_OUTCOME_TEXT], when[WARDEN_TIME_TEXT];

	if (opened) {
		printf("%s %s: allowed\n", who_asks(query), query->what);
		printf("because: a command opened the port until %s, and no rule denies it\n",
		       warden_output_time(when, opened));
		return;
	}
	printf("%s %s: %s\n", who_asks(query), query->what, warden_outcome_text(verdict, o));
	printf("because: %s (%s)\n", warden_reason_sentence(o->reason),
	       warden_enum_word(warden_enum_reason(), o->reason));
	if (decides)
		printf("decided by the %s layer\n", decides->title);
	else
		puts("whatever the layers say");
}

uint64_t warden_policy_opened(const struct warden_running *r, const struct warden_question *q)
{
	struct warden_outcome o;

	warden_running_judge(r, q, &o);
	return o.what == WARDEN_OUTCOME_DENIED && !o.observed ? warden_running_opens(r, q) : 0;
}

static void print_running(const struct warden_running *r, const struct warden_query *query)
{
	struct warden_outcome o;
	const struct warden_view *decides = warden_running_judge(r, &query->q, &o);
	unsigned int i;

	if (query->by[0])
		printf("%s\n", query->by);
	print_verdict(query, decides, &o, warden_policy_opened(r, &query->q));
	for (i = 0; i < r->n; i++) {
		warden_ask(&r->views[i], &query->q, &o);
		print_layer(r, i, &o);
	}
}

static void print_running_json(const struct warden_running *r, const struct warden_query *query)
{
	struct json_object *json, *layers = json_object_new_array();
	struct warden_outcome o;
	const struct warden_view *decides = warden_running_judge(r, &query->q, &o);
	const uint64_t opened = warden_policy_opened(r, &query->q);
	unsigned int i;

	if (opened)
		o = (struct warden_outcome){ .what = WARDEN_OUTCOME_ALLOWED };
	json = warden_outcome_json(decides ? decides : &r->views[0], &o);
	if (query->who)
		warden_json_text(json, "program", query->who);
	warden_json_text(json, "what", query->what);
	if (opened)
		json_object_object_add(json, "expires", json_object_new_uint64(opened));
	else if (decides)
		warden_json_text(json, "layer", decides->title);
	for (i = 0; i < r->n; i++) {
		struct json_object *one;

		warden_ask(&r->views[i], &query->q, &o);
		one = warden_outcome_json(&r->views[i], &o);
		warden_json_text(one, "layer", r->views[i].title);
		warden_json_text(one, "policy", r->views[i].name);
		json_object_object_add(one, "version",
				       json_object_new_int64(r->views[i].version));
		json_object_array_add(layers, one);
	}
	json_object_object_add(json, "layers", layers);
	warden_output_print(json);
}

/* A program may be one that only a layer below names. */
static bool build_running_query(struct warden_query *query, struct warden_asked *a,
				const struct warden_running *r, const struct explain_options *o)
{
	bool right = false;
	unsigned int i;

	for (i = 0; i < r->n && !right; i++) {
		*query = (struct warden_query){ .who = NULL };
		a->view = r->views[i];
		right = build_query(query, a, o);
	}
	query->q.consents = 0;
	for (i = 0; right && o->consent && i < r->n; i++) {
		a->view = r->views[i];
		warden_query_consent(query, a);
	}
	for (i = 0; right && i < r->n; i++)
		if (warden_query_broker(query, &r->views[i], &r->views[warden_running_ask(r, &query->q)]))
			break;
	return right;
}

static int explain_running(const struct warden_ctl *ctl, const struct explain_options *o)
{
	struct warden_asked a = { .source.file = "the policy in force" };
	struct warden_running r;
	struct warden_query query;
	struct warden_fault f;
	int status = WARDEN_EXIT_FAILED;

	if (warden_running_open_now(&r, &f)) {
		warden_fault_print(&f, "policy explain");
		goto out_running;
	}
	if (warden_asked_files(&a, o->root))
		goto out;
	if (!build_running_query(&query, &a, &r, o)) {
		status = warden_policy_wrong_query("explain", &query);
		goto out;
	}
	if (ctl->json)
		print_running_json(&r, &query);
	else
		print_running(&r, &query);
	status = WARDEN_EXIT_OK;
out:
	warden_source_free(&a.source);
out_running:
	warden_running_close(&r);
	return status;
}

int warden_policy_explain(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_query query = { .who = NULL };
	struct explain_options o;
	struct warden_explanation e;
	struct warden_asked a;
	int status = explain_options(&o, argc, argv);

	if (status)
		return status;
	if (o.running)
		return explain_running(ctl, &o);
	status = WARDEN_EXIT_FAILED;
	if (warden_asked_open(&a, argv[optind], o.root))
		goto out;
	if (!build_query(&query, &a, &o)) {
		status = warden_policy_wrong_query("explain", &query);
		goto out;
	}
	warden_query_broker(&query, &a.view, &a.view);
	warden_explain(&e, &a.view, &query.q, query.who, query.what);
	if (ctl->json)
		print_explanation_json(&a, &query, &e);
	else
		print_explanation(&a, &query, &e);
	warden_explanation_free(&e);
	status = WARDEN_EXIT_OK;
out:
	warden_asked_close(&a);
	return status;
}
