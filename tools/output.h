/* SPDX-License-Identifier: GPL-2.0-only */
/* What commands print: aligned tables for people, JSON named as in the spec for programs. */
#ifndef WARDEN_OUTPUT_H
#define WARDEN_OUTPUT_H

#include "wire.h"

struct json_object;

/**
 * warden_output_object() - an object as JSON
 * @o: the object
 *
 * Attributes keep the names of the netlink spec; enum values are their words,
 * digests hexadecimal digits, receipts UUIDs. An absent attribute is absent.
 *
 * Return: a JSON object; freed by printing it.
 */
struct json_object *warden_output_object(const struct warden_object *o);

/* An object as JSON, to be added to an array, for use as a callback. */
void warden_output_append(struct json_object *array, const struct warden_object *o);

/* Print on one line or indented, end the line, flush, and free. */
void warden_output_line(struct json_object *json);
void warden_output_print(struct json_object *json);

/* A table: every cell is text; columns are as wide as their widest cell. */
struct warden_table;

/**
 * warden_table_new() - start a table
 * @columns: titles, NULL after the last
 */
struct warden_table *warden_table_new(const char *const *columns);

/**
 * warden_table_cell() - add the next cell, rows being filled from left to right
 * @t: the table
 * @text: copied; characters a terminal would obey are written as \xNN
 */
void warden_table_cell(struct warden_table *t, const char *text);
void warden_table_number(struct warden_table *t, uint64_t number);

/* Order the rows by their first cells, then by their second, and so on. */
void warden_table_sort(struct warden_table *t);

/* Print the table, or `empty` where it has no row, and free it. */
void warden_table_print(struct warden_table *t, const char *empty);

/**
 * warden_output_escape() - make text safe for a terminal
 * @to: at least 16 bytes; cut short where it does not fit
 * @size: bytes of it
 * @text: anything
 *
 * Return: @to.
 */
const char *warden_output_escape(char *to, size_t size, const char *text);

#define WARDEN_TIME_TEXT 40

/* Boot-time nanoseconds as local time of day; the boot clock stays the measure. */
const char *warden_output_time(char to[WARDEN_TIME_TEXT], uint64_t boot_ns);

/* A length of time, as people say it: 90 s, 15 min, 3 h, 2 d. */
const char *warden_output_span(char to[WARDEN_TIME_TEXT], uint64_t ns);

/* Nanoseconds as milliseconds with one digit behind the point. */
const char *warden_output_ms(char to[WARDEN_TIME_TEXT], uint64_t ns);

#endif /* WARDEN_OUTPUT_H */
