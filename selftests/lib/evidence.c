// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "evidence.h"
#include "told.h"
#include "warden.h"

/* Equal denials of one second are told together when it is over. */
#define RECORD_MS 4000

struct mark evidence_mark(void)
{
	struct json_object *status = told_status();
	struct mark m = { evidence_number(status, "records"), evidence_number(status, "denials"),
			  evidence_number(status, "generation") };

	json_object_put(status);
	return m;
}

uint64_t evidence_number(const struct json_object *record, const char *field)
{
	struct json_object *value;

	return json_object_object_get_ex(record, field, &value) ? json_object_get_uint64(value) : 0;
}

const char *evidence_string(const struct json_object *record, const char *field)
{
	struct json_object *value;

	return json_object_object_get_ex(record, field, &value) ? json_object_get_string(value) :
								  "";
}

static bool has_word(const struct json_object *r, const char *field, const char *word)
{
	return !word || !strcmp(evidence_string(r, field), word);
}

static bool has_number(const struct json_object *r, const char *field, uint64_t number)
{
	return !number || evidence_number(r, field) == number;
}

static bool fits(const struct json_object *r, const struct claim *c)
{
	uint64_t line = evidence_number(r, "line");

	return has_word(r, "event", c->event ? c->event : "verdict") &&
	       has_word(r, "domain", c->domain) && has_word(r, "reason", c->reason) &&
	       has_word(r, "program", c->program) && has_word(r, "object", c->object) &&
	       (c->line == UINT32_MAX ? !line : has_number(r, "line", c->line)) &&
	       has_number(r, "pid", (uint64_t)c->pid) &&
	       has_number(r, "protocol", c->protocol) &&
	       (!c->port || evidence_number(r, "port") == c->port - 1) &&
	       !!evidence_number(r, "observed") == c->observed;
}

/* What a policy of before denied may be told after the mark, when its second is over. */
static bool is_older(const struct mark *m, const struct json_object *r)
{
	const uint64_t generation = evidence_number(r, "generation");

	return has_word(r, "event", "verdict") && generation && generation < m->generation;
}

static struct json_object *records_since(const struct mark *m)
{
	return told_records(m->seq + 1);
}

static size_t length(const struct json_object *records)
{
	return records ? json_object_array_length(records) : 0;
}

/* The first record that fits; @count is how many events all of them stand for. */
static struct json_object *find_now(const struct mark *m, const struct claim *c, uint64_t *count)
{
	struct json_object *records = records_since(m), *found = NULL;
	size_t i;

	*count = 0;
	for (i = 0; i < length(records); i++) {
		struct json_object *r = json_object_array_get_idx(records, i);

		if (is_older(m, r) || !fits(r, c))
			continue;
		*count += evidence_number(r, "count");
		if (!found)
			found = json_object_get(r);
	}
	json_object_put(records);
	return found;
}

uint64_t evidence_most(const struct mark *m, const struct claim *c, const char *field)
{
	struct json_object *records = records_since(m);
	uint64_t most = 0;
	size_t i;

	for (i = 0; i < length(records); i++) {
		struct json_object *r = json_object_array_get_idx(records, i);

		if (!is_older(m, r) && fits(r, c) && evidence_number(r, field) > most)
			most = evidence_number(r, field);
	}
	json_object_put(records);
	return most;
}

static struct json_object *find_within(const struct mark *m, const struct claim *c, int ms,
				       uint64_t *count)
{
	uint64_t end = now_ns() + (uint64_t)ms * 1000000;
	struct json_object *r;

	for (;;) {
		r = find_now(m, c, count);
		if ((r && *count >= c->times) || now_ns() >= end)
			return r;
		json_object_put(r);
		usleep(50000);
	}
}

struct json_object *evidence_find(const struct mark *m, const struct claim *c, int ms)
{
	uint64_t count;

	return find_within(m, c, ms, &count);
}

uint64_t evidence_times(const struct mark *m, const struct claim *c, int ms)
{
	uint64_t count;

	json_object_put(find_within(m, c, ms, &count));
	return count;
}

static const char *describe(const struct mark *m, const struct claim *c, const char *what)
{
	struct json_object *records = records_since(m);
	static char text[2048];

	snprintf(text, sizeof(text),
		 "%s: event %s domain %s reason %s program %s object %s line %u pid %d port %d; "
		 "since then there was:\n%.1400s",
		 what, c->event ? c->event : "verdict", c->domain ? c->domain : "any",
		 c->reason ? c->reason : "any", c->program ? c->program : "any",
		 c->object ? c->object : "any", c->line, c->pid, (int)c->port - 1,
		 json_object_to_json_string(records));
	json_object_put(records);
	return text;
}

const char *evidence_of_event(const struct mark *m, const struct claim *c)
{
	struct json_object *r = evidence_find(m, c, RECORD_MS);

	json_object_put(r);
	return r ? NULL : describe(m, c, "no such record");
}

const char *evidence_of_denial(const struct mark *m, const struct claim *c)
{
	uint64_t count, denials;
	struct json_object *r = find_within(m, c, RECORD_MS, &count);

	if (!r)
		return describe(m, c, "no such denial");
	if (strcmp(evidence_string(r, "action"), "deny")) {
		json_object_put(r);
		return describe(m, c, "the record is not of a denial");
	}
	json_object_put(r);
	denials = warden_status("denials") - m->denials;
	if (!denials || denials == UINT64_MAX)
		return describe(m, c, "recorded, but not counted");
	if (c->times && (count != c->times || denials != c->times))
		return describe(m, c, "recorded or counted more or less often than it happened");
	return NULL;
}

const char *evidence_of_peace(const struct mark *m)
{
	static const struct claim any = { .reason = NULL };
	uint64_t count;

	if (warden_status("denials") == m->denials)
		return NULL;
	json_object_put(find_now(m, &any, &count));
	return describe(m, &any, "something was denied");
}
