// SPDX-License-Identifier: GPL-2.0-only
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
#include "../policy/digest.h"
#include "../policy/learn.h"
#include "../policy/model.h"

#define RECORDS_BYTES_MAX (256u << 20) /* of a file of records */

/* --- a record as `audit show --json` prints it ----------------------------------------- */

static const char *text_of(struct json_object *record, const char *name)
{
	struct json_object *value;
	const char *text = NULL;

	if (json_object_object_get_ex(record, name, &value))
		text = json_object_get_string(value);
	return text ? text : "";
}

static uint64_t number_of(struct json_object *record, const char *name, uint64_t absent)
{
	struct json_object *value;

	if (!json_object_object_get_ex(record, name, &value))
		return absent;
	return json_object_get_uint64(value);
}

/* 0, which every enum has for "none", where it is absent or not known. */
static uint32_t word_of(struct json_object *record, const char *name,
			const struct warden_wire_enum *words)
{
	int value = warden_enum_value(words, text_of(record, name));

	return value > 0 ? (uint32_t)value : 0;
}

static void take_json(struct warden_lesson *l, struct json_object *record)
{
	uint32_t event = word_of(record, "event", warden_enum_event());
	struct warden_sighting s = {
		.seq = number_of(record, "seq", 0),
		.time = number_of(record, "time", 0),
		.count = (uint32_t)number_of(record, "count", 1),
		.domain = word_of(record, "domain", warden_enum_domain()),
		.observed = number_of(record, "observed", 0),
		.program = text_of(record, "program"),
		.class = word_of(record, "class", warden_enum_sensor_class()),
		.object = text_of(record, "object"),
		.protocol = (uint32_t)number_of(record, "protocol", 0),
		.port = (uint32_t)number_of(record, "port", UINT32_MAX),
	};
	const char *hex = text_of(record, "program-digest");

	if (strlen(hex) == 2 * (size_t)WARDEN_DIGEST_SIZE &&
	    warden_hex_get(s.digest.bytes, WARDEN_DIGEST_SIZE, hex))
		s.digest.alg = (uint8_t)word_of(record, "program-alg", warden_enum_digest_alg());
	s.exports = word_of(record, "reason", warden_enum_reason()) == WARDEN_REASON_EXPORT;
	s.refused = (event == WARDEN_EVENT_VERDICT || event == WARDEN_EVENT_INBOUND) &&
		    word_of(record, "action", warden_enum_action()) == WARDEN_ACTION_DENY;
	/*
	 * A session that began, a use and a verdict tell of a use, and so does a packet for the kernel, which
	 * is asked by nothing else; the rest tell what became of it.
	 */
	if (event != WARDEN_EVENT_VERDICT && event != WARDEN_EVENT_SESSION_START &&
	    event != WARDEN_EVENT_USE &&
	    (event != WARDEN_EVENT_INBOUND || s.digest.alg != WARDEN_DIGEST_ALG_KERNEL))
		s.domain = WARDEN_DOMAIN_NONE;
	warden_learn_take(l, &s);
}

/* --- where records come from ------------------------------------------------------------- */

/* Objects one after the other, or arrays of them. */
static int take_value(struct warden_lesson *l, struct json_object *value)
{
	size_t i;

	if (json_object_is_type(value, json_type_object)) {
		take_json(l, value);
		return 0;
	}
	if (!json_object_is_type(value, json_type_array))
		return -EBADMSG;
	for (i = 0; i < json_object_array_length(value); i++) {
		struct json_object *one = json_object_array_get_idx(value, i);

		if (!json_object_is_type(one, json_type_object))
			return -EBADMSG;
		take_json(l, one);
	}
	return 0;
}

static int read_json(struct warden_lesson *l, const char *text, size_t len)
{
	struct json_tokener *tokener = json_tokener_new();
	size_t at = 0;
	int err = 0;

	while (!err) {
		struct json_object *value;

		at += strspn(text + at, " \t\r\n");
		if (at >= len)
			break;
		json_tokener_reset(tokener);
		value = json_tokener_parse_ex(tokener, text + at, (int)(len - at));
		if (json_tokener_get_error(tokener) != json_tokener_success) {
			err = -EBADMSG;
			break;
		}
		at += json_tokener_get_parse_end(tokener);
		err = take_value(l, value);
		json_object_put(value);
	}
	json_tokener_free(tokener);
	return err;
}

static int learn_from_file(struct warden_lesson *l, const char *file)
{
	char *text;
	size_t len;
	int err = warden_read_file(strcmp(file, "-") ? file : "/dev/stdin", RECORDS_BYTES_MAX, &text,
				   &len);

	if (err) {
		fprintf(stderr, "wardenctl: policy learn: %s: %s; name a readable file\n", file,
			strerror(-err));
		return err;
	}
	err = read_json(l, text, len);
	free(text);
	if (err)
		fprintf(stderr, "wardenctl: policy learn: %s: this is not what `wardenctl --json audit "
				"show` prints; write it anew\n",
			file);
	return err;
}

static int take_record(void *ctx, const struct warden_object *o)
{
	struct json_object *record = warden_output_object(o);

	take_json(ctx, record);
	json_object_put(record);
	return 0;
}

static int learn_from_ring(struct warden_lesson *l)
{
	struct warden_blob request = { NULL, 0, 0 };
	struct warden_fault f;
	struct warden_nl *nl;
	int err = warden_nl_open(&nl, &f);

	if (!err) {
		err = warden_nl_dump(nl, WARDEN_CMD_AUDIT_GET, &request, take_record, l, &f);
		warden_nl_close(nl);
	}
	if (err)
		warden_fault_print(&f, "policy learn");
	return err;
}

/* --- what is made of them -------------------------------------------------------------------- */

static struct json_object *seen_json(const struct warden_lesson *l, const struct warden_learned *s)
{
	struct json_object *json = json_object_new_object();
	char *rule = NULL;
	size_t len;
	FILE *f = open_memstream(&rule, &len);

	if (f) {
		warden_learn_rule(l, s, f);
		fclose(f);
	}
	json_object_object_add(json, "rule", json_object_new_string(rule ? rule : ""));
	free(rule);
	json_object_object_add(json, "count", json_object_new_uint64(s->count));
	json_object_object_add(json, "refused", json_object_new_uint64(s->refused));
	json_object_object_add(json, "first", json_object_new_uint64(s->first));
	json_object_object_add(json, "last", json_object_new_uint64(s->last));
	return json;
}

static void print_json(const struct warden_lesson *l)
{
	struct json_object *json = json_object_new_object();
	struct json_object *seen = json_object_new_array();
	char *text = NULL;
	size_t len, i;
	FILE *f = open_memstream(&text, &len);

	if (f) {
		warden_learn_print(l, f);
		fclose(f);
	}
	for (i = 0; i < l->seen.n; i++)
		json_object_array_add(seen, seen_json(l, &l->seen.v[i]));
	json_object_object_add(json, "records", json_object_new_uint64(l->records));
	json_object_object_add(json, "seen", seen);
	json_object_object_add(json, "policy", json_object_new_string(text ? text : ""));
	free(text);
	warden_output_print(json);
}

int warden_policy_learn(const struct warden_ctl *ctl, int argc, char **argv)
{
	static const struct option options[] = {
		{ "from", required_argument, NULL, 'f' },
		{ NULL, 0, NULL, 0 },
	};
	struct warden_lesson l = { .records = 0 };
	const char *from = NULL;
	int c, err;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c != 'f')
			return WARDEN_EXIT_USAGE;
		from = optarg;
	}
	if (optind < argc)
		return warden_usage_wrong("policy learn takes no `%s`", argv[optind]);
	err = from ? learn_from_file(&l, from) : learn_from_ring(&l);
	if (!err && ctl->json)
		print_json(&l);
	else if (!err)
		warden_learn_print(&l, stdout);
	warden_learn_free(&l);
	return err ? WARDEN_EXIT_FAILED : WARDEN_EXIT_OK;
}
