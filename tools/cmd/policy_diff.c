// SPDX-License-Identifier: GPL-2.0-only
/* What another policy would change. */
#include <getopt.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/warden.h>

#include "../cmd.h"
#include "../compiled.h"
#include "../output.h"
#include "../policy/diff.h"
#include "../policy/facts.h"
#include "../policy/kept.h"
#include "../policy/question.h"
#include "../running.h"
#include "policy_query.h"

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
	warden_json_text(json, "direction", direction_words[direction]);
	warden_json_text(json, "program", c->program);
	warden_json_text(json, "what", c->what);
	json_object_object_add(json, "before", warden_outcome_json(lines->before, c->before));
	json_object_object_add(json, "after", warden_outcome_json(lines->after, c->after));
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
		warden_json_text(json, "direction", direction_words[OTHER]);
		warden_json_text(json, "what", how);
		warden_json_text(json, "domain", warden_enum_word(warden_enum_domain(), domain));
		json_object_array_add(lines->json, json);
	}
}

static void take_entry(struct diff_lines *lines, const char *entry, const char *how)
{
	struct json_object *json;

	lines->count++;
	if (!lines->json) {
		fprintf(lines->text[OTHER], "  %s: %s\n", entry, how);
		return;
	}
	json = json_object_new_object();
	warden_json_text(json, "direction", direction_words[OTHER]);
	warden_json_text(json, "what", how);
	warden_json_text(json, "entry", entry);
	json_object_array_add(lines->json, json);
}

static void take_kept(void *ctx, const char *entry, bool now)
{
	take_entry(ctx, entry, now ? "now on the safety list" : "no longer on the safety list");
}

/* Verdicts are those of a device that is set up. */
static void take_setup(void *ctx, const char *entry, bool now)
{
	take_entry(ctx, entry, now ? "now allowed until setup" : "no longer allowed until setup");
}

static void take_fact(void *ctx, const char *of, const char *was, const char *is)
{
	struct diff_lines *lines = ctx;
	struct json_object *json;

	lines->count++;
	if (!lines->json) {
		if (was && is)
			fprintf(lines->text[OTHER], "  %s %s -> %s\n", of, was, is);
		else
			fprintf(lines->text[OTHER], "  %s %s %s\n", of, is ? "now" : "no longer",
				is ? is : was);
		return;
	}
	json = json_object_new_object();
	warden_json_text(json, "direction", direction_words[OTHER]);
	warden_json_text(json, "what", of);
	if (was)
		warden_json_text(json, "was", was);
	if (is)
		warden_json_text(json, "is", is);
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
	warden_kept_compare(before, after, WARDEN_RULE_FLAG_SAFETY, take_kept, &lines);
	warden_kept_compare(before, after, WARDEN_RULE_FLAG_SETUP, take_setup, &lines);
	warden_facts_compare(before, after, take_fact, &lines);
	if (lines.json)
		warden_output_print(lines.json);
	else
		print_diff(&lines);
	if (!lines.count && !ctl->json)
		printf("%s and %s mean the same\n", before->title, after->title);
	return WARDEN_EXIT_OK;
}

struct diff_options {
	const char *root;
	uint32_t layer; /* of the policy in force; 0 is not said */
};

static int diff_options(struct diff_options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{ "root", required_argument, NULL, 'r' },
		{ "layer", required_argument, NULL, 'l' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	*o = (struct diff_options){ .root = "/" };
	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'r')
			o->root = optarg;
		else if (c == 'l')
			o->layer = warden_policy_layer(optarg);
		if ((c != 'r' && c != 'l') || (c == 'l' && !o->layer))
			return WARDEN_EXIT_USAGE;
	}
	if (argc - optind != 1 && argc - optind != 2)
		return warden_usage_wrong("policy diff wants two files, or one to hold against the "
					  "policy in force");
	if (o->layer && argc - optind == 2)
		return warden_usage_wrong("--layer goes with one file, which is held against the "
					  "policy in force");
	return 0;
}

static int diff_files(const struct warden_ctl *ctl, const char *root, char **files)
{
	struct warden_asked before, after;
	int status = WARDEN_EXIT_FAILED;
	/* Both are read, so that what is wrong with either is told. */
	int err = warden_asked_open(&before, files[0], root);

	warden_asked_forget(&before); /* two large texts at once take much */
	if (!warden_asked_open(&after, files[1], root) && !err)
		status = show_diff(ctl, &before.view, &after.view);
	warden_asked_close(&before);
	warden_asked_close(&after);
	return status;
}

/* Where there are several layers, somebody should say which of them the file is to replace. */
static const struct warden_view *choose_layer(const struct warden_running *r, uint32_t layer)
{
	const struct warden_view *v = warden_running_layer(r, layer ? layer : WARDEN_ROLE_MAKER);
	unsigned int i;

	if (!v)
		fprintf(stderr, "wardenctl: policy diff: there is no %s layer in force; see "
				"wardenctl status\n",
			warden_enum_word(warden_enum_role(), layer));
	for (i = 1; v && !layer && i < r->n; i++)
		fprintf(stderr, "wardenctl: policy diff: this is the maker layer; a layer of the %s "
				"is in force, too, say --layer %s for that\n",
			r->views[i].title, r->views[i].title);
	return v;
}

/* A layer below leaves to those above what it does not speak of: the file is to be one, too. */
static int take_for_layer(struct warden_asked *a, uint32_t layer)
{
	char why[WARDEN_ORACLE_WHY];
	int err;

	if (!layer || layer == WARDEN_ROLE_MAKER)
		return 0;
	err = warden_compiled_set_layer(&a->source.blob, layer);
	if (err)
		return err;
	warden_view_close(&a->view);
	return warden_view_open(&a->view, a->source.file, a->source.blob.data, a->source.blob.len,
				why);
}

static int diff_running(const struct warden_ctl *ctl, const struct diff_options *o,
			const char *file)
{
	const struct warden_view *running;
	struct warden_view before;
	struct warden_asked after;
	struct warden_running r;
	struct warden_fault f;
	int status = WARDEN_EXIT_FAILED;

	if (warden_asked_open(&after, file, o->root) || take_for_layer(&after, o->layer))
		goto out;
	if (warden_running_open(&r, &f)) {
		warden_fault_print(&f, "policy diff");
	} else {
		running = choose_layer(&r, o->layer);
		if (running) {
			before = *running;
			before.title = "the policy in force";
			status = show_diff(ctl, &before, &after.view);
		}
	}
	warden_running_close(&r);
out:
	warden_asked_close(&after);
	return status;
}

int warden_policy_diff(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct diff_options o;
	int status;

	if (argc == 2 && !strcmp(argv[1], "--observed"))
		return warden_policy_observed(ctl);
	status = diff_options(&o, argc, argv);
	if (status)
		return status;
	if (argc - optind == 2)
		return diff_files(ctl, o.root, argv + optind);
	return diff_running(ctl, &o, argv[optind]);
}
