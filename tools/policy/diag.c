// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"

bool warden_diags_full(const struct warden_diags *d)
{
	return d->count[WARDEN_SEVERITY_ERROR] >= WARDEN_DIAGS_MAX;
}

size_t warden_diags_count(const struct warden_diags *d)
{
	return d->count[WARDEN_SEVERITY_ERROR] +
	       (d->warnings_fail ? d->count[WARDEN_SEVERITY_WARNING] : 0);
}

uint32_t warden_diags_file(struct warden_diags *d, const char *name)
{
	if (d->files.n < UINT8_MAX)
		*warden_array_add(&d->files) = warden_arena_dup(&d->arena, name, strlen(name));
	return (uint32_t)d->files.n;
}

static const char *file_of(const struct warden_diags *d, struct warden_place at)
{
	return at.file && at.file <= d->files.n ? d->files.v[at.file - 1] : NULL;
}

const char *warden_diags_where(const struct warden_diags *d, struct warden_place at,
			       char to[WARDEN_WHERE_TEXT])
{
	const char *file = file_of(d, at);

	snprintf(to, WARDEN_WHERE_TEXT, file ? "line %u of %.255s" : "line %u", at.line, file);
	return to;
}

static void add(struct warden_diags *d, enum warden_severity severity, const char *file,
		struct warden_place at, const char *format, va_list args)
{
	struct warden_diag *diag;
	char text[1024];

	if (d->count[severity]++ >= WARDEN_DIAGS_MAX)
		return;
	vsnprintf(text, sizeof(text), format, args);
	if (!file)
		file = file_of(d, at);
	diag = warden_array_add(&d->list);
	diag->file = file ? warden_arena_dup(&d->arena, file, strlen(file)) : NULL;
	diag->severity = severity;
	diag->at = at;
	diag->order = d->list.n;
	diag->text = warden_arena_dup(&d->arena, text, strlen(text));
}

void warden_diags_add(struct warden_diags *d, struct warden_place at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(d, WARDEN_SEVERITY_ERROR, NULL, at, format, args);
	va_end(args);
}

void warden_diags_warn(struct warden_diags *d, struct warden_place at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(d, WARDEN_SEVERITY_WARNING, NULL, at, format, args);
	va_end(args);
}

void warden_diags_note(struct warden_diags *d, struct warden_place at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(d, WARDEN_SEVERITY_NOTE, NULL, at, format, args);
	va_end(args);
}

void warden_diags_add_file(struct warden_diags *d, const char *file, struct warden_place at,
			   const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(d, WARDEN_SEVERITY_ERROR, file, at, format, args);
	va_end(args);
}

static int order(const void *a, const void *b)
{
	const struct warden_diag *x = a, *y = b;
	int c = strcmp(x->file ? x->file : "", y->file ? y->file : "");

	if (c)
		return c;
	if (x->at.line != y->at.line)
		return x->at.line < y->at.line ? -1 : 1;
	if (x->at.column != y->at.column)
		return x->at.column < y->at.column ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

void warden_diags_print(struct warden_diags *d, const char *file, FILE *to)
{
	static const char *const prefix[] = { "", "warning: ", "note: " };
	static const char *const plural[] = { "errors", "warnings", "notes" };
	size_t i;

	if (d->list.n)
		qsort(d->list.v, d->list.n, sizeof(*d->list.v), order);
	for (i = 0; i < d->list.n; i++) {
		const struct warden_diag *diag = &d->list.v[i];

		fprintf(to, "%s:", diag->file ? diag->file : file);
		if (diag->at.line)
			fprintf(to, "%u:%u:", diag->at.line, diag->at.column);
		fprintf(to, " %s%s\n", prefix[diag->severity], diag->text);
	}
	for (i = 0; i < WARDEN_SEVERITIES; i++)
		if (d->count[i] > WARDEN_DIAGS_MAX)
			fprintf(to, "%s: %zu more %s are not shown; mend these first\n", file,
				d->count[i] - WARDEN_DIAGS_MAX, plural[i]);
}

void warden_diags_free(struct warden_diags *d)
{
	free(d->list.v);
	free(d->files.v);
	warden_arena_free(&d->arena);
	memset(d, 0, sizeof(*d));
}
