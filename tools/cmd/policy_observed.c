// SPDX-License-Identifier: GPL-2.0-only
/* Where the policy in shadow would have decided otherwise, summed up from the records. */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/warden.h>

#include "../cmd.h"
#include "../nl.h"
#include "../output.h"
#include "../policy/arena.h"
#include "../policy/index.h"
#include "../policy/model.h"
#include "../reason.h"

/* The same thing tried by the same program, and how often. */
struct difference {
	char *key; /* action, domain, program and object, for the index */
	uint32_t action;
	uint32_t domain;
	uint32_t reason;
	uint32_t line;
	char *program;
	char *what;
	uint64_t count;
	uint64_t first;
	uint64_t last;
};

struct sum {
	WARDEN_ARRAY(struct difference) list;
	struct warden_index known;
};

/* What it was about: a class and a device, a port, a file. */
static char *object_of(const struct warden_object *o)
{
	const char *protocol =
		warden_protocol_name((uint32_t)warden_object_number(o, WARDEN_A_RECORD_PROTOCOL));
	uint64_t domain = warden_object_number(o, WARDEN_A_RECORD_DOMAIN);
	char safe[1024], *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		abort();
	if (warden_object_has(o, WARDEN_A_RECORD_CLASS))
		fprintf(f, "%s ", warden_object_word(o, WARDEN_A_RECORD_CLASS));
	if (domain == WARDEN_DOMAIN_LISTEN || domain == WARDEN_DOMAIN_CONNECT ||
	    domain == WARDEN_DOMAIN_BIND)
		fprintf(f, "%s port %" PRIu64, protocol ? protocol : "?",
			warden_object_number(o, WARDEN_A_RECORD_PORT));
	if ((domain == WARDEN_DOMAIN_CONNECT || domain == WARDEN_DOMAIN_BIND) &&
	    warden_object_has(o, WARDEN_A_RECORD_OBJECT))
		fputs(" at ", f);
	if (domain != WARDEN_DOMAIN_LISTEN)
		fputs(warden_output_escape(safe, sizeof(safe),
					   warden_object_string(o, WARDEN_A_RECORD_OBJECT)), f);
	fclose(f);
	return text;
}

static struct difference *add_difference(struct sum *s, const struct warden_object *o, char *key,
					 char *what)
{
	struct difference *d = warden_array_add(&s->list);
	char safe[1024];

	*d = (struct difference){
		.key = key,
		.action = (uint32_t)warden_object_number(o, WARDEN_A_RECORD_ACTION),
		.domain = (uint32_t)warden_object_number(o, WARDEN_A_RECORD_DOMAIN),
		.program = strdup(warden_output_escape(
			safe, sizeof(safe), warden_object_string(o, WARDEN_A_RECORD_PROGRAM))),
		.what = what,
		.first = warden_object_number(o, WARDEN_A_RECORD_TIME),
	};
	if (!d->program)
		abort();
	warden_index_add(&s->known, key, (uint32_t)s->list.n - 1);
	return d;
}

static void forget(struct sum *s)
{
	size_t i;

	for (i = 0; i < s->list.n; i++) {
		free(s->list.v[i].key);
		free(s->list.v[i].program);
		free(s->list.v[i].what);
	}
	free(s->list.v);
	warden_index_free(&s->known);
	memset(s, 0, sizeof(*s));
}

static int take_record(void *ctx, const struct warden_object *o)
{
	struct difference *d;
	struct sum *s = ctx;
	char *key, *what;
	uint32_t n;

	if (warden_object_number(o, WARDEN_A_RECORD_EVENT) == WARDEN_EVENT_SHADOW_LOAD) {
		/* What another one would have decided is of no interest any more. */
		forget(s);
	}
	if (warden_object_number(o, WARDEN_A_RECORD_EVENT) != WARDEN_EVENT_SHADOW)
		return 0;
	what = object_of(o);
	if (asprintf(&key, "%s %s %s %s", warden_object_word(o, WARDEN_A_RECORD_ACTION),
		     warden_object_word(o, WARDEN_A_RECORD_DOMAIN),
		     warden_object_string(o, WARDEN_A_RECORD_PROGRAM), what) < 0)
		abort();
	n = warden_index_get(&s->known, key);
	if (n == WARDEN_INDEX_NONE) {
		d = add_difference(s, o, key, what);
	} else {
		d = &s->list.v[n];
		free(key);
		free(what);
	}
	d->count += warden_object_number(o, WARDEN_A_RECORD_COUNT);
	d->last = warden_object_number(o, WARDEN_A_RECORD_TIME);
	d->reason = (uint32_t)warden_object_number(o, WARDEN_A_RECORD_REASON);
	d->line = (uint32_t)warden_object_number(o, WARDEN_A_RECORD_LINE);
	return 0;
}

static void print_action(const struct sum *s, uint32_t action, const char *title)
{
	char when[WARDEN_TIME_TEXT];
	bool titled = false;
	size_t i;

	for (i = 0; i < s->list.n; i++) {
		const struct difference *d = &s->list.v[i];

		if (d->action != action)
			continue;
		if (!titled)
			puts(title);
		titled = true;
		printf("  %s %s %s: %s", d->program,
		       warden_enum_word(warden_enum_domain(), d->domain), d->what,
		       warden_reason_sentence(d->reason));
		if (d->line)
			printf(" (line %u)", d->line);
		printf("; %" PRIu64 " time%s, last %s\n", d->count, d->count == 1 ? "" : "s",
		       warden_output_time(when, d->last));
	}
}

static struct json_object *difference_json(const struct difference *d)
{
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "would", json_object_new_string(
		warden_enum_word(warden_enum_action(), d->action)));
	json_object_object_add(json, "domain", json_object_new_string(
		warden_enum_word(warden_enum_domain(), d->domain)));
	json_object_object_add(json, "program", json_object_new_string(d->program));
	json_object_object_add(json, "what", json_object_new_string(d->what));
	json_object_object_add(json, "reason", json_object_new_string(
		warden_enum_word(warden_enum_reason(), d->reason)));
	json_object_object_add(json, "line", json_object_new_int64(d->line));
	json_object_object_add(json, "count", json_object_new_uint64(d->count));
	json_object_object_add(json, "first", json_object_new_uint64(d->first));
	json_object_object_add(json, "last", json_object_new_uint64(d->last));
	return json;
}

static void print_sum(const struct warden_ctl *ctl, const struct sum *s)
{
	struct json_object *array;
	size_t i;

	if (!ctl->json) {
		print_action(s, WARDEN_ACTION_ALLOW, "would have been allowed:");
		print_action(s, WARDEN_ACTION_DENY, "would have been denied:");
		if (!s->list.n)
			puts("no record tells of a difference");
		return;
	}
	array = json_object_new_array();
	for (i = 0; i < s->list.n; i++)
		json_object_array_add(array, difference_json(&s->list.v[i]));
	warden_output_print(array);
}

int warden_policy_observed(const struct warden_ctl *ctl)
{
	struct sum s = { .known = { NULL, 0, 0 } };
	struct warden_fault f;
	struct warden_nl *nl;
	int err = warden_nl_open(&nl, &f);

	if (!err) {
		err = warden_nl_dump(nl, WARDEN_CMD_AUDIT_GET, NULL, take_record, &s, &f);
		warden_nl_close(nl);
	}
	if (err)
		warden_fault_print(&f, "policy diff --observed");
	else
		print_sum(ctl, &s);
	forget(&s);
	return err ? WARDEN_EXIT_FAILED : WARDEN_EXIT_OK;
}
