// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "diag.h"

bool warden_diags_full(const struct warden_diags *d)
{
	return d->list.n >= WARDEN_DIAGS_MAX;
}

size_t warden_diags_count(const struct warden_diags *d)
{
	return d->list.n + d->more;
}

static void add(struct warden_diags *d, const char *file, struct warden_place at,
		const char *format, va_list args)
{
	struct warden_diag *diag;
	char text[1024];

	if (warden_diags_full(d)) {
		d->more++;
		return;
	}
	vsnprintf(text, sizeof(text), format, args);
	diag = warden_array_add(&d->list);
	diag->file = file ? warden_arena_dup(&d->arena, file, strlen(file)) : NULL;
	diag->at = at;
	diag->order = d->list.n;
	diag->text = warden_arena_dup(&d->arena, text, strlen(text));
}

void warden_diags_add(struct warden_diags *d, struct warden_place at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(d, NULL, at, format, args);
	va_end(args);
}

void warden_diags_add_file(struct warden_diags *d, const char *file, struct warden_place at,
			   const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(d, file, at, format, args);
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
	size_t i;

	if (d->list.n)
		qsort(d->list.v, d->list.n, sizeof(*d->list.v), order);
	for (i = 0; i < d->list.n; i++) {
		const struct warden_diag *diag = &d->list.v[i];

		fprintf(to, "%s:", diag->file ? diag->file : file);
		if (diag->at.line)
			fprintf(to, "%u:%u:", diag->at.line, diag->at.column);
		fprintf(to, " %s\n", diag->text);
	}
	if (d->more)
		fprintf(to, "%s: %zu more errors are not shown; mend these first\n", file, d->more);
}

void warden_diags_free(struct warden_diags *d)
{
	free(d->list.v);
	warden_arena_free(&d->arena);
	memset(d, 0, sizeof(*d));
}
