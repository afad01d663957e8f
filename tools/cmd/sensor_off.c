// SPDX-License-Identifier: GPL-2.0-only
/* A statement that a class of sensors was not in use, and its verification elsewhere. */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include <linux/warden.h>

#include "../absence.h"
#include "../cmd.h"
#include "../json_wire.h"
#include "../moment.h"
#include "../nl.h"
#include "../output.h"
#include "sensor_off.h"

#define STATEMENT "not in use"
#define RECORDS	  "--records"

static int take(void *ctx, const struct warden_object *o)
{
	return warden_absence_take(ctx, o);
}

static int read_ring(struct warden_absence *a, struct warden_fault *f)
{
	struct warden_nl *nl;
	int err = warden_nl_open(&nl, f);

	if (err)
		return err;
	/* So that nothing of that time waits to be told. */
	err = warden_nl_do(nl, WARDEN_CMD_AUDIT_MARK, NULL, NULL, NULL, f);
	if (!err)
		err = warden_nl_dump(nl, WARDEN_CMD_AUDIT_GET, NULL, take, a, f);
	warden_nl_close(nl);
	return err;
}

/* 0 where the class was not in use; else what stands against it is in @f. */
static int prove(struct warden_absence *a, const char *records, struct warden_fault *f)
{
	int err = records ? warden_json_records(records, take, a, f) : read_ring(a, f);

	if (err < 0)
		return err;
	if (warden_absence_end(a))
		return 0;
	return warden_fault_set(f, -EBADMSG,
				records ? "choose another time, or find the whole of the records" :
					  "choose another time, or give --records the file that "
					  "`audit watch --since 1 --json` wrote",
				"%s", a->why);
}

static struct json_object *statement_of(const struct warden_absence *a)
{
	struct json_object *json = json_object_new_object();
	char hex[2 * WARDEN_DIGEST_SIZE + 1], when[WARDEN_TIME_TEXT];

	json_object_object_add(json, "statement", json_object_new_string(STATEMENT));
	json_object_object_add(json, "class", json_object_new_string(
		warden_enum_word(warden_enum_sensor_class(), a->class)));
	json_object_object_add(json, "from", json_object_new_uint64(a->from));
	json_object_object_add(json, "to", json_object_new_uint64(a->to));
	json_object_object_add(json, "from-wall-clock",
			       json_object_new_string(warden_output_time(when, a->from)));
	json_object_object_add(json, "to-wall-clock",
			       json_object_new_string(warden_output_time(when, a->to)));
	json_object_object_add(json, "last", json_object_new_uint64(a->walk.last));
	json_object_object_add(json, "chain", json_object_new_string(
		warden_hex_put(hex, a->walk.chain, sizeof(a->walk.chain))));
	return json;
}

static int read_moments(struct warden_absence *a, const char *from, const char *to)
{
	if (!warden_moment_read(&a->from, from) || !warden_moment_read(&a->to, to))
		return warden_usage_wrong("a moment is `now`, local time like 2030-01-31T12:00 or "
					  "12:00, a time before now like -15m, or `@` and seconds "
					  "since the boot");
	if (!a->to)
		return warden_usage_wrong("TO is before this boot, of whose time alone records tell");
	if (a->from >= a->to)
		return warden_usage_wrong("FROM is not before TO");
	return 0;
}

struct words {
	const char *class;
	const char *from;
	const char *to;
	const char *records; /* NULL is the ring */
};

/* Not getopt(), to which a time before now (-15m) is an option. */
static int read_words(struct words *w, int argc, char **argv)
{
	const char **next[] = { &w->class, &w->from, &w->to };
	size_t n = 0;
	int i;

	for (i = 1; i < argc; i++) {
		if (!strncmp(argv[i], RECORDS "=", strlen(RECORDS "=")))
			w->records = argv[i] + strlen(RECORDS "=");
		else if (!strcmp(argv[i], RECORDS) && i + 1 < argc)
			w->records = argv[++i];
		else if (!strncmp(argv[i], "--", 2) || n == sizeof(next) / sizeof(*next))
			break;
		else
			*next[n++] = argv[i];
	}
	if (i == argc && n == sizeof(next) / sizeof(*next))
		return 0;
	return warden_usage_wrong("sensor prove-off wants a sensor class, FROM and TO, and may have "
				  RECORDS " FILE");
}

int warden_sensor_prove_off(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_absence a = { .class = 0 };
	struct words w = { .records = NULL };
	struct warden_fault f;
	int class;

	(void)ctl; /* a statement is JSON in any case */
	if (read_words(&w, argc, argv))
		return WARDEN_EXIT_USAGE;
	class = warden_enum_value(warden_enum_sensor_class(), w.class);
	if (class <= WARDEN_SENSOR_CLASS_FREE)
		return warden_usage_wrong("there is no sensor class `%s`", w.class);
	a.class = (uint32_t)class;
	if (read_moments(&a, w.from, w.to))
		return WARDEN_EXIT_USAGE;
	if (prove(&a, w.records, &f))
		return warden_fault_print(&f, "sensor prove-off");
	warden_output_print(statement_of(&a));
	return WARDEN_EXIT_OK;
}

/* What a statement says; false where it is none. */
static bool read_statement(struct warden_absence *a, uint8_t chain[WARDEN_DIGEST_SIZE],
			   struct json_object *json)
{
	struct json_object *what, *class, *from, *to, *last, *hex;
	int value;

	if (!json_object_object_get_ex(json, "statement", &what) ||
	    !json_object_object_get_ex(json, "class", &class) ||
	    !json_object_object_get_ex(json, "from", &from) ||
	    !json_object_object_get_ex(json, "to", &to) ||
	    !json_object_object_get_ex(json, "last", &last) ||
	    !json_object_object_get_ex(json, "chain", &hex) ||
	    strcmp(json_object_get_string(what), STATEMENT) ||
	    strlen(json_object_get_string(hex)) != 2 * (size_t)WARDEN_DIGEST_SIZE ||
	    !warden_hex_get(chain, WARDEN_DIGEST_SIZE, json_object_get_string(hex)))
		return false;
	value = warden_enum_value(warden_enum_sensor_class(), json_object_get_string(class));
	a->class = value > 0 ? (uint32_t)value : 0;
	a->from = json_object_get_uint64(from);
	a->to = json_object_get_uint64(to);
	a->until = json_object_get_uint64(last);
	return a->class && a->from < a->to && a->until;
}

static int verify(struct warden_absence *a, const uint8_t chain[WARDEN_DIGEST_SIZE],
		  const char *records, struct warden_fault *f)
{
	int err = prove(a, records, f);

	if (err)
		return err;
	if (a->walk.last == a->until && !memcmp(chain, a->walk.chain, WARDEN_DIGEST_SIZE))
		return 0;
	return warden_fault_set(f, -EBADMSG, "get the records the statement was made from",
				"these are not the records of this statement: the chain differs");
}

int warden_sensor_verify_off(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_absence a = { .class = 0 };
	uint8_t chain[WARDEN_DIGEST_SIZE];
	struct json_object *json;
	struct warden_fault f;
	bool read;

	if (argc != 3)
		return warden_usage_wrong("sensor verify-off wants the file of a statement, and the "
					  "file of the records");
	json = json_object_from_file(argv[1]);
	read = json && read_statement(&a, chain, json);
	json_object_put(json);
	if (!read)
		warden_fault_set(&f, -EBADMSG, "name a file that sensor prove-off wrote",
				 "%s is no statement", argv[1]);
	if (!read || verify(&a, chain, argv[2], &f))
		return warden_fault_print(&f, "sensor verify-off");
	if (ctl->json)
		puts("{\"verified\":true}");
	else
		printf("the records 1 to %" PRIu64 " show it: %s was not in use\n", a.until,
		       warden_enum_word(warden_enum_sensor_class(), a.class));
	return WARDEN_EXIT_OK;
}
