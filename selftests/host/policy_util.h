/* SPDX-License-Identifier: GPL-2.0-only */
/* What the host tests of the policy road share: texts in, models and bytes out. */
#ifndef WARDEN_POLICY_UTIL_H
#define WARDEN_POLICY_UTIL_H

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/compile.h"
#include "policy/parse.h"
#include "policy/print.h"
#include "policy/source.h"
#include "wire.h"

#define HEADER                                                                                     \
	"policy \"test\" version 1; contact \"security@example.com\"; support until 2031-12-31;\n"

/* A policy on its way, with all that went wrong. */
struct subject {
	struct warden_model model;
	struct warden_diags diags;
	struct warden_blob blob;
	int err;
};

static inline void subject_free(struct subject *s)
{
	warden_blob_free(&s->blob);
	warden_diags_free(&s->diags);
	warden_model_free(&s->model);
}

static inline void subject_parse(struct subject *s, const char *text, size_t len)
{
	memset(s, 0, sizeof(*s));
	warden_model_init(&s->model);
	s->err = warden_parse_text(text, len, &s->model, &s->diags);
}

/* @base is the folder relative names start from. */
static inline void subject_compile(struct subject *s, const char *root, const char *base)
{
	struct warden_files files;
	struct warden_root r;

	if (s->err)
		return;
	s->err = warden_root_open(&r, root, base);
	if (s->err)
		return;
	files = warden_root_files(&r);
	s->err = warden_compile_model(&s->model, &files, &s->blob, &s->diags);
	warden_root_close(&r);
}

/*
 * The errors as the user sees them; freed by the caller. Not inlined: gcc 12
 * takes what open_memstream() wrote for the address of a variable that is gone.
 */
static __attribute__((noinline, unused)) char *subject_errors(struct subject *s, const char *file)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	warden_diags_print(&s->diags, file, f);
	fclose(f);
	return text;
}

static inline char *print_model(const struct warden_model *m)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	warden_print_model(m, f);
	fclose(f);
	return text;
}

static inline char *subject_print(const struct subject *s)
{
	return print_model(&s->model);
}

/* The first error of a text that is only parsed, or NULL. Freed by the caller. */
static inline char *first_error(const char *text)
{
	struct subject s;
	char *all, *end;

	subject_parse(&s, text, strlen(text));
	all = subject_errors(&s, "t");
	subject_free(&s);
	if (!*all) {
		free(all);
		return NULL;
	}
	end = strchr(all, '\n');
	if (end)
		*end = '\0';
	return all;
}

static inline char *read_text(const char *dir, const char *name, size_t *len)
{
	char path[4096], *text = NULL;
	size_t ignored;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (warden_read_file(path, 32u << 20, &text, len ? len : &ignored))
		return NULL;
	return text;
}

/* A policy of a folder, read and compiled for the root the lists are made for. */
static inline int read_policy(struct warden_source *s, const char *dir, const char *name,
			      const char *root, bool loads)
{
	static char path[4096]; /* outlives the source, which keeps the name */
	int err;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	err = warden_source_read(s, path, root);
	return err ? err : warden_source_build(s, loads);
}

/* What was told of it, as the user sees it; freed by the caller. */
static __attribute__((noinline, unused)) char *told_of(struct warden_source *s, const char *file)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	warden_diags_print(&s->diags, file, f);
	fclose(f);
	return text;
}

static inline int is_policy(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && !strcmp(dot, ".policy");
}

/* The name with another ending; freed by the caller. */
static inline char *with_ending(const char *name, const char *ending)
{
	char *text = NULL;

	if (asprintf(&text, "%.*s%s", (int)(strlen(name) - strlen(".policy")), name, ending) < 0)
		return NULL;
	return text;
}

#endif /* WARDEN_POLICY_UTIL_H */
