// SPDX-License-Identifier: GPL-2.0-only
/* What a policy means: what another would change, why, and who. */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/warden.h>

#include "../cmd.h"
#include "../nl.h"
#include "../output.h"
#include "../policy/diff.h"
#include "../policy/explain.h"
#include "../policy/kept.h"
#include "../policy/print.h"
#include "../policy/question.h"
#include "../reason.h"

/* --- in JSON ---------------------------------------------------------------------- */

static struct json_object *outcome_json(const struct warden_view *v,
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

static void add_text(struct json_object *json, const char *name, const char *text)
{
	json_object_object_add(json, name, json_object_new_string(text));
}

/* --- diff ---------------------------------------------------------------------------- */

enum direction { WIDER, NARROWER, OTHER, DIRECTIONS };

struct diff_lines {
	const struct warden_view *before;
	const struct warden_view *after;
	FILE *text[DIRECTIONS];
	char *buffer[DIRECTIONS];
	size_t length[DIRECTIONS];
	size_t count;
	struct json_object *json; /* NULL where lines are wanted */
};

static const char *const direction_words[] = { "wider", "narrower", "other" };

static enum direction direction_of(const struct warden_change *c)
{
	int before = warden_outcome_rank(c->before), after = warden_outcome_rank(c->after);

	return after > before ? WIDER : after < before ? NARROWER : OTHER;
}

static void take_change(void *ctx, const struct warden_change *c)
{
	char was[WARDEN_OUTCOME_TEXT], is[WARDEN_OUTCOME_TEXT], was_by[WARDEN_OUTCOME_TEXT],
		is_by[WARDEN_OUTCOME_TEXT];
	enum direction direction = direction_of(c);
	struct diff_lines *lines = ctx;
	struct json_object *json;

	lines->count++;
	if (!lines->json) {
		fprintf(lines->text[direction], "  %s: %s: %s (%s) -> %s (%s)\n", c->program,
			c->what, warden_outcome_text(was, c->before),
			warden_outcome_ground(was_by, lines->before, c->before),
			warden_outcome_text(is, c->after),
			warden_outcome_ground(is_by, lines->after, c->after));
		return;
	}
	json = json_object_new_object();
	add_text(json, "direction", direction_words[direction]);
	add_text(json, "program", c->program);
	add_text(json, "what", c->what);
	json_object_object_add(json, "before", outcome_json(lines->before, c->before));
	json_object_object_add(json, "after", outcome_json(lines->after, c->after));
	json_object_array_add(lines->json, json);
}

static void print_diff(struct diff_lines *lines)
{
	static const char *const titles[] = { "would now be allowed:", "would now be denied:",
					      "would be otherwise:" };
	int i;

	for (i = 0; i < DIRECTIONS; i++) {
		fclose(lines->text[i]);
		if (lines->length[i])
			printf("%s\n%s", titles[i], lines->buffer[i]);
		free(lines->buffer[i]);
	}
}

/* What is measured is no verdict, and told for itself. */
static void tell_measured(struct diff_lines *lines)
{
	uint32_t changed = lines->before->measure ^ lines->after->measure;
	uint32_t domain;

	for (domain = WARDEN_DOMAIN_EXEC; domain <= WARDEN_DOMAIN_POLICY; domain++) {
		const char *how = lines->after->measure & 1u << domain ? "now measured" :
									 "no longer measured";
		struct json_object *json;

		if (!(changed & 1u << domain))
			continue;
		lines->count++;
		if (!lines->json) {
			fprintf(lines->text[OTHER], "  %s: %s\n",
				warden_enum_word(warden_enum_domain(), domain), how);
			continue;
		}
		json = json_object_new_object();
		add_text(json, "direction", direction_words[OTHER]);
		add_text(json, "what", how);
		add_text(json, "domain", warden_enum_word(warden_enum_domain(), domain));
		json_object_array_add(lines->json, json);
	}
}

static void take_kept(void *ctx, const char *entry, bool now)
{
	const char *how = now ? "now on the safety list" : "no longer on the safety list";
	struct diff_lines *lines = ctx;
	struct json_object *json;

	lines->count++;
	if (!lines->json) {
		fprintf(lines->text[OTHER], "  %s: %s\n", entry, how);
		return;
	}
	json = json_object_new_object();
	add_text(json, "direction", direction_words[OTHER]);
	add_text(json, "what", how);
	add_text(json, "entry", entry);
	json_object_array_add(lines->json, json);
}

static int show_diff(const struct warden_ctl *ctl, const struct warden_view *before,
		     const struct warden_view *after)
{
	struct diff_lines lines = { .before = before, .after = after };
	int i;

	if (ctl->json)
		lines.json = json_object_new_array();
	for (i = 0; i < DIRECTIONS && !lines.json; i++) {
		lines.text[i] = open_memstream(&lines.buffer[i], &lines.length[i]);
		if (!lines.text[i])
			return WARDEN_EXIT_FAILED;
	}
	warden_diff(before, after, take_change, &lines);
	tell_measured(&lines);
	warden_kept_compare(before, after, take_kept, &lines);
	if (lines.json)
		warden_output_print(lines.json);
	else
		print_diff(&lines);
	if (!lines.count && !ctl->json)
		printf("%s and %s mean the same\n", before->title, after->title);
	return WARDEN_EXIT_OK;
}

/* The policy in force as the bytes that were loaded; of several layers the maker's. */
static int read_running_policy(struct warden_blob *blob)
{
	struct warden_fault f;
	struct warden_nl *nl;
	int err = warden_nl_open(&nl, &f);

	if (!err) {
		err = warden_nl_policy_read(nl, 0, blob, &f);
		warden_nl_close(nl);
	}
	if (err)
		warden_fault_print(&f, "policy diff");
	return err;
}

static int open_running(struct warden_view *v)
{
	struct warden_blob blob = { NULL, 0, 0 };
	char why[WARDEN_ORACLE_WHY];
	int err = read_running_policy(&blob);

	memset(v, 0, sizeof(*v));
	if (err)
		return err;
	err = warden_view_open(v, "the policy in force", blob.data, blob.len, why);
	if (err)
		fprintf(stderr, "wardenctl: policy diff: the policy in force: %s; load it again\n",
			why);
	warden_blob_free(&blob);
	return err;
}

/* Takes --root; what is left begins at optind. */
static int root_option(const char **root, int argc, char **argv)
{
	static const struct option options[] = {
		{ "root", required_argument, NULL, 'r' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	*root = "/";
	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 'r')
			return WARDEN_EXIT_USAGE;
		*root = optarg;
	}
	return 0;
}

int warden_policy_diff(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_asked before, after;
	struct warden_view running;
	int status = WARDEN_EXIT_FAILED;
	const char *root;

	if (root_option(&root, argc, argv))
		return WARDEN_EXIT_USAGE;
	if (argc - optind != 1 && argc - optind != 2)
		return warden_usage_wrong("policy diff wants two files, or one to hold against the "
					  "policy in force");
	if (argc - optind == 2) {
		/* Both are read, so that what is wrong with either is told. */
		int err = warden_asked_open(&before, argv[optind], root);

		if (!warden_asked_open(&after, argv[optind + 1], root) && !err)
			status = show_diff(ctl, &before.view, &after.view);
		warden_asked_close(&before);
		warden_asked_close(&after);
		return status;
	}
	if (!warden_asked_open(&after, argv[optind], root) && !open_running(&running)) {
		status = show_diff(ctl, &running, &after.view);
		warden_view_close(&running);
	}
	warden_asked_close(&after);
	return status;
}

/* --- explain ---------------------------------------------------------------------------- */

/* A rule as its author wrote it, without the line end. */
static char *rule_text(const struct warden_asked *a, uint32_t number, char where[WARDEN_WHERE_TEXT])
{
	const struct warden_rule *r = warden_model_rule(&a->source.model, number);
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
	if (query->q.domain >= WARDEN_DOMAIN_EXEC)
		return "anybody";
	return query->who ? query->who : "any other program";
}

static void print_explanation(const struct warden_asked *a, const struct warden_query *query,
			      const struct warden_explanation *e)
{
	char verdict[WARDEN_OUTCOME_TEXT], where[WARDEN_WHERE_TEXT];
	const struct warden_rule *last = NULL;
	size_t i;

	printf("%s %s: %s\n", who_asks(query), query->what,
	       warden_outcome_text(verdict, &e->outcome));
	printf("because: %s\n", warden_reason_sentence(e->outcome.reason));
	for (i = 0; i < e->matching.n; i++) {
		const struct warden_rule *r =
			warden_model_rule(&a->source.model, e->matching.v[i]);
		char *text = rule_text(a, e->matching.v[i], where);

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
	struct json_object *json = outcome_json(&a->view, &e->outcome);
	struct json_object *rules = json_object_new_array();
	struct json_object *advice = json_object_new_array();
	size_t i;

	if (query->who)
		add_text(json, "program", query->who);
	add_text(json, "what", query->what);
	for (i = 0; i < e->matching.n; i++) {
		const struct warden_rule *r =
			warden_model_rule(&a->source.model, e->matching.v[i]);
		struct json_object *rule = json_object_new_object();
		char where[WARDEN_WHERE_TEXT];
		char *text = rule_text(a, e->matching.v[i], where);

		json_object_object_add(rule, "line", json_object_new_int64(r->at.line));
		add_text(rule, "where", where);
		add_text(rule, "rule", text ? text : "");
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
	const char *path;
	uint32_t domain; /* of the path */
	bool consent;
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
	case 's':
		o->sensor = optarg;
		break;
	case 'l':
		o->listen = optarg;
		break;
	case WARDEN_DOMAIN_EXEC:
	case WARDEN_DOMAIN_MODULE:
	case WARDEN_DOMAIN_FIRMWARE:
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
		{ "sensor", required_argument, NULL, 's' },
		{ "device", required_argument, NULL, 'd' },
		{ "listen", required_argument, NULL, 'l' },
		{ "exec", required_argument, NULL, WARDEN_DOMAIN_EXEC },
		{ "module", required_argument, NULL, WARDEN_DOMAIN_MODULE },
		{ "firmware", required_argument, NULL, WARDEN_DOMAIN_FIRMWARE },
		{ NULL, 0, NULL, 0 },
	};
	int c, status = 0;

	*o = (struct explain_options){ .root = "/" };
	optind = 1;
	while (!status && (c = getopt_long(argc, argv, "", options, NULL)) != -1)
		status = take_explain_option(o, c);
	if (status)
		return status;
	if (argc - optind != 1)
		return warden_usage_wrong("policy explain wants one file");
	if (o->objects != 1)
		return warden_usage_wrong("policy explain wants one of --sensor, --listen, --exec, "
					  "--module and --firmware");
	if (o->device && !o->sensor)
		return warden_usage_wrong("--device goes with --sensor, which says what it is");
	return 0;
}

static bool build_query(struct warden_query *query, const struct warden_asked *a,
			const struct explain_options *o)
{
	char *slash = o->listen ? strchr(o->listen, '/') : NULL;
	bool right;

	query->q.uid = WARDEN_UID_OTHER;
	if (o->program && !warden_query_program(query, a, o->program))
		return false;
	if (o->has_user)
		query->q.uid = (uint32_t)o->user;
	if (o->sensor) {
		right = warden_query_sensor(query, o->sensor, o->device);
	} else if (o->listen) {
		if (slash)
			*slash = '\0';
		right = warden_query_listen(query, o->listen, slash ? slash + 1 : "");
	} else {
		right = warden_query_file(query, a, o->domain, o->path);
	}
	if (o->consent)
		warden_query_consent(query, a);
	return right;
}

static int wrong_query(const char *verb, const struct warden_query *query)
{
	fprintf(stderr, "wardenctl: policy %s: %s\n", verb, query->wrong);
	return WARDEN_EXIT_FAILED;
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
	status = WARDEN_EXIT_FAILED;
	if (warden_asked_open(&a, argv[optind], o.root))
		goto out;
	if (!build_query(&query, &a, &o)) {
		status = wrong_query("explain", &query);
		goto out;
	}
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

/* --- who-can -------------------------------------------------------------------------------- */

struct who_can {
	const struct warden_asked *asked;
	uint32_t domain;
	struct warden_table *table;
	struct json_object *json; /* NULL where a table is wanted */
};

static void take_who(void *ctx, const struct warden_subject *subject, const char *topology,
		     const struct warden_outcome *o)
{
	char text[WARDEN_OUTCOME_TEXT], by[WARDEN_OUTCOME_TEXT], where[WARDEN_WHERE_TEXT];
	struct who_can *who = ctx;
	const char *label = who->domain < WARDEN_DOMAIN_EXEC ? subject->label : "anybody";
	struct json_object *json;
	char *rule = NULL;

	if (o->rule)
		rule = rule_text(who->asked, o->rule, where);
	else
		snprintf(where, sizeof(where), "%s",
			 warden_outcome_ground(by, &who->asked->view, o));
	if (who->json) {
		json = outcome_json(&who->asked->view, o);
		add_text(json, "program", label);
		if (topology)
			add_text(json, "device", topology);
		if (rule)
			add_text(json, "rule", rule);
		json_object_array_add(who->json, json);
	} else {
		warden_table_cell(who->table, label);
		warden_table_cell(who->table, topology ? topology : "-");
		warden_table_cell(who->table, warden_outcome_text(text, o));
		warden_table_cell(who->table, where);
		warden_table_cell(who->table, rule ? rule : "-");
	}
	free(rule);
}

/* `use CLASS [TOPOLOGY]`, `listen PROTOCOL PORT`, `exec PATH` and the like. */
static bool read_words(struct warden_query *query, const struct warden_asked *a, int n,
		       char **words)
{
	int domain = n > 1 ? warden_enum_value(warden_enum_domain(), words[0]) : -1;

	if ((n == 2 || n == 3) && !strcmp(words[0], "use"))
		return warden_query_sensor(query, words[1], n == 3 ? words[2] : NULL);
	if (n == 3 && !strcmp(words[0], "listen"))
		return warden_query_listen(query, words[1], words[2]);
	if (n == 2 && domain >= WARDEN_DOMAIN_EXEC && domain <= WARDEN_DOMAIN_FIRMWARE)
		return warden_query_file(query, a, (uint32_t)domain, words[1]);
	snprintf(query->wrong, sizeof(query->wrong),
		 "what is asked for is not clear; write `use CLASS [TOPOLOGY]`, `listen PROTOCOL "
		 "PORT` or `exec|module|firmware PATH`");
	return false;
}

int warden_policy_who_can(const struct warden_ctl *ctl, int argc, char **argv)
{
	static const char *const columns[] = { "PROGRAM", "DEVICE", "VERDICT", "BY", "RULE", NULL };
	struct warden_query query = { .who = NULL };
	struct warden_asked a;
	struct who_can who = { .asked = &a };
	int status = WARDEN_EXIT_FAILED;
	const char *root;

	if (root_option(&root, argc, argv))
		return WARDEN_EXIT_USAGE;
	if (argc - optind < 2)
		return warden_usage_wrong("policy who-can wants a file and what is to be done");
	if (warden_asked_open(&a, argv[optind], root))
		goto out;
	if (!read_words(&query, &a, argc - optind - 1, argv + optind + 1)) {
		status = wrong_query("who-can", &query);
		goto out;
	}
	if (ctl->json)
		who.json = json_object_new_array();
	else
		who.table = warden_table_new(columns);
	who.domain = query.q.domain;
	warden_who_can(&a.view, &query.q, take_who, &who);
	if (who.json)
		warden_output_print(who.json);
	else
		warden_table_print(who.table, "nobody");
	status = WARDEN_EXIT_OK;
out:
	warden_asked_close(&a);
	return status;
}
