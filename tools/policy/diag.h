/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef WARDEN_DIAG_H
#define WARDEN_DIAG_H

#include <stdbool.h>
#include <stdio.h>

#include "arena.h"

#define WARDEN_DIAGS_MAX 50 /* kept of each severity; the rest are counted */

/* A place in a text; line and column from 1, columns in characters. 0 is no place. */
struct warden_place {
	uint32_t line;
	uint32_t column;
	uint8_t file; /* from warden_diags_file(); 0 is the policy text itself */
};

enum warden_severity {
	WARDEN_SEVERITY_ERROR,
	WARDEN_SEVERITY_WARNING,
	WARDEN_SEVERITY_NOTE,
	WARDEN_SEVERITIES,
};

struct warden_diag {
	const char *file; /* NULL is the policy text itself */
	enum warden_severity severity;
	struct warden_place at;
	size_t order; /* in which it was noted */
	const char *text;
};

/* What is wrong with a policy, in the order of the text once sorted. Zeroed at first. */
struct warden_diags {
	struct warden_arena arena;
	WARDEN_ARRAY(struct warden_diag) list;
	WARDEN_ARRAY(const char *) files; /* those the text includes */
	size_t count[WARDEN_SEVERITIES];  /* those not kept included */
	bool warnings_fail;		  /* a warning is as bad as an error */
};

/**
 * warden_diags_file() - make an included file known
 * @d: where
 * @name: the file, as it is to be called
 *
 * Return: its number, for struct warden_place; at most 255.
 */
uint32_t warden_diags_file(struct warden_diags *d, const char *name);

#define WARDEN_WHERE_TEXT 300

/**
 * warden_diags_where() - a place as a sentence names it
 * @d: where the files are known
 * @at: the place
 * @to: `line 3`, or `line 3 of FILE` where the file is an included one
 *
 * Return: @to.
 */
const char *warden_diags_where(const struct warden_diags *d, struct warden_place at,
			       char to[WARDEN_WHERE_TEXT]);

/**
 * warden_diags_add() - note an error
 * @d: where
 * @at: place in the policy text
 * @format: what is wrong, and what would be right
 */
void warden_diags_add(struct warden_diags *d, struct warden_place at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* What is probably not meant, and what is good to know. */
void warden_diags_warn(struct warden_diags *d, struct warden_place at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void warden_diags_note(struct warden_diags *d, struct warden_place at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * warden_diags_add_file() - note an error in a file the policy text names
 * @d: where
 * @file: the file
 * @at: place in it
 * @format: what is wrong, and what would be right
 */
void warden_diags_add_file(struct warden_diags *d, const char *file, struct warden_place at,
			   const char *format, ...) __attribute__((format(printf, 4, 5)));

/**
 * warden_diags_full() - is it not worth the work to find out what to advise
 * @d: where
 *
 * Return: true where another error would only be counted.
 */
bool warden_diags_full(const struct warden_diags *d);

/**
 * warden_diags_count() - how many errors there are
 * @d: where
 *
 * Return: the number, those that were not kept included; warnings too where they fail.
 */
size_t warden_diags_count(const struct warden_diags *d);

/**
 * warden_diags_print() - sort and print as file:line:column: text
 * @d: where
 * @file: name of the policy text
 * @to: stream
 */
void warden_diags_print(struct warden_diags *d, const char *file, FILE *to);
void warden_diags_free(struct warden_diags *d);

#endif /* WARDEN_DIAG_H */
