// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <warden/limits.h>

#include "policy/arena.h"
#include "output.h"

#define NS_PER_S 1000000000u

static struct json_object *flags_json(const struct warden_wire_enum *e, uint64_t value)
{
	struct json_object *array = json_object_new_array();
	uint32_t i;

	for (i = 0; i < e->count; i++)
		if (value & 1u << i)
			json_object_array_add(array, json_object_new_string(e->words[i]));
	return array;
}

static struct json_object *binary_json(const struct warden_value *v)
{
	char text[2 * 64 + 1];
	char *hex;
	struct json_object *json;

	if (v->len == WARDEN_RECEIPT_SIZE)
		return json_object_new_string(warden_uuid_put(text, v->data));
	if (v->len <= 64)
		return json_object_new_string(warden_hex_put(text, v->data, v->len));
	hex = warden_array_zeroed(2 * (size_t)v->len + 1, 1);
	json = json_object_new_string(warden_hex_put(hex, v->data, v->len));
	free(hex);
	return json;
}

static struct json_object *value_json(const struct warden_wire_attr *a,
				      const struct warden_value *v)
{
	struct warden_object nested;

	switch (a->kind) {
	case WARDEN_WIRE_U32:
	case WARDEN_WIRE_U64:
		if (a->values && a->values->flags)
			return flags_json(a->values, v->number);
		if (a->values && v->number < a->values->count)
			return json_object_new_string(a->values->words[v->number]);
		return json_object_new_uint64(v->number);
	case WARDEN_WIRE_STRING:
		return json_object_new_string((const char *)v->data);
	case WARDEN_WIRE_BINARY:
		return binary_json(v);
	case WARDEN_WIRE_NEST:
		if (warden_object_parse(&nested, a->nest, v->data, v->len))
			return NULL;
		return warden_output_object(&nested);
	}
	return NULL;
}

static struct json_object *nests_json(const struct warden_object *o, uint32_t attr)
{
	struct json_object *array = json_object_new_array();
	struct warden_object nested;
	size_t n;

	for (n = 0; !warden_object_nth(o, (int)attr, n, &nested); n++)
		json_object_array_add(array, warden_output_object(&nested));
	return array;
}

struct json_object *warden_output_object(const struct warden_object *o)
{
	struct json_object *json = json_object_new_object();
	uint32_t i;

	for (i = 1; i <= o->set->max; i++) {
		const struct warden_wire_attr *a = &o->set->attrs[i];

		if (!o->v[i].data)
			continue;
		json_object_object_add(json, a->name,
				       a->many && a->nest ? nests_json(o, i) :
							    value_json(a, &o->v[i]));
	}
	return json;
}

void warden_output_append(struct json_object *array, const struct warden_object *o)
{
	json_object_array_add(array, warden_output_object(o));
}

void warden_output_line(struct json_object *json)
{
	puts(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN |
							  JSON_C_TO_STRING_NOSLASHESCAPE));
	fflush(stdout);
	json_object_put(json);
}

void warden_output_print(struct json_object *json)
{
	puts(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY |
							  JSON_C_TO_STRING_SPACED |
							  JSON_C_TO_STRING_NOSLASHESCAPE));
	fflush(stdout);
	json_object_put(json);
}

struct warden_table {
	const char *const *columns;
	size_t width;
	WARDEN_ARRAY(const char *) cells;
	struct warden_arena arena;
};

struct warden_table *warden_table_new(const char *const *columns)
{
	struct warden_table *t = warden_array_zeroed(1, sizeof(*t));

	t->columns = columns;
	while (columns[t->width])
		t->width++;
	return t;
}

const char *warden_output_escape(char *to, size_t size, const char *text)
{
	size_t n = 0;

	for (; *text && n + 5 < size; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == 0x7f)
			n += (size_t)snprintf(to + n, size - n, "\\x%02x", c);
		else
			to[n++] = *text;
	}
	to[n] = '\0';
	return to;
}

void warden_table_cell(struct warden_table *t, const char *text)
{
	char safe[1024];

	warden_output_escape(safe, sizeof(safe), text);
	*warden_array_add(&t->cells) = warden_arena_dup(&t->arena, safe, strlen(safe));
}

void warden_table_number(struct warden_table *t, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	warden_table_cell(t, text);
}

static void print_row(const struct warden_table *t, const char *const *cells, const int *widths)
{
	size_t i;

	for (i = 0; i < t->width; i++) {
		bool last = i + 1 == t->width;

		printf("%-*s%s", last ? 0 : widths[i], cells[i], last ? "\n" : "  ");
	}
}

static void measure_columns(const struct warden_table *t, int *widths)
{
	size_t i;

	for (i = 0; i < t->width; i++)
		widths[i] = (int)strlen(t->columns[i]);
	for (i = 0; i < t->cells.n; i++) {
		int len = (int)strlen(t->cells.v[i]);

		if (len > widths[i % t->width])
			widths[i % t->width] = len;
	}
}

static int compare_rows(const void *a, const void *b, void *ctx)
{
	const struct warden_table *t = ctx;
	const char *const *x = a;
	const char *const *y = b;
	size_t i;
	int c = 0;

	for (i = 0; i < t->width && !c; i++)
		c = strcmp(x[i], y[i]);
	return c;
}

void warden_table_sort(struct warden_table *t)
{
	if (t->cells.n)
		qsort_r(t->cells.v, t->cells.n / t->width, t->width * sizeof(*t->cells.v),
			compare_rows, t);
}

void warden_table_print(struct warden_table *t, const char *empty)
{
	int *widths = warden_array_zeroed(t->width, sizeof(*widths));
	size_t i;

	measure_columns(t, widths);
	if (!t->cells.n)
		puts(empty);
	else
		print_row(t, t->columns, widths);
	for (i = 0; i + t->width <= t->cells.n; i += t->width)
		print_row(t, &t->cells.v[i], widths);
	free(widths);
	free(t->cells.v);
	warden_arena_free(&t->arena);
	free(t);
}

static int64_t clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

const char *warden_output_time(char to[WARDEN_TIME_TEXT], uint64_t boot_ns)
{
	int64_t wall = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_BOOTTIME) + (int64_t)boot_ns;
	time_t seconds = wall / NS_PER_S;
	struct tm tm;
	size_t n;

	localtime_r(&seconds, &tm);
	n = strftime(to, WARDEN_TIME_TEXT, "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(to + n, WARDEN_TIME_TEXT - n, ".%03d", (int)(wall % NS_PER_S / 1000000));
	return to;
}

const char *warden_output_span(char to[WARDEN_TIME_TEXT], uint64_t ns)
{
	uint64_t s = ns / NS_PER_S;

	if (s < 120)
		snprintf(to, WARDEN_TIME_TEXT, "%" PRIu64 " s", s);
	else if (s < 120 * 60)
		snprintf(to, WARDEN_TIME_TEXT, "%" PRIu64 " min", s / 60);
	else if (s < 48 * 3600)
		snprintf(to, WARDEN_TIME_TEXT, "%" PRIu64 " h", s / 3600);
	else
		snprintf(to, WARDEN_TIME_TEXT, "%" PRIu64 " d", s / 86400);
	return to;
}

const char *warden_output_ms(char to[WARDEN_TIME_TEXT], uint64_t ns)
{
	snprintf(to, WARDEN_TIME_TEXT, "%" PRIu64 ".%" PRIu64, ns / 1000000, ns / 100000 % 10);
	return to;
}
