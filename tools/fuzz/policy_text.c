// SPDX-License-Identifier: GPL-2.0-only
/*
 * libFuzzer target: any bytes as a policy text, parsed, compiled with made-up
 * files, printed, and read again. What was accepted must come out of its own
 * canonical text with the same bytes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/compile.h"
#include "policy/lint.h"
#include "policy/parse.h"
#include "policy/print.h"

/* Part of the names leads to nothing, so that the errors are reached too. */
static int is_missing(const char *path)
{
	return strstr(path, "missing") ? -ENOENT : 0;
}

static int digest(void *ctx, const char *path, struct warden_file_digests *d)
{
	(void)ctx;
	warden_sha256(d->sha256, path, strlen(path));
	warden_sha256(d->fsverity, d->sha256, sizeof(d->sha256));
	return is_missing(path);
}

/* The name is the list: what the fuzzer writes there is what is read. */
static int list(void *ctx, const char *path, char **text, size_t *len)
{
	char *at;

	(void)ctx;
	if (is_missing(path))
		return -ENOENT;
	*text = strdup(path);
	if (!*text)
		return -ENOMEM;
	*len = strlen(*text);
	for (at = *text; *at; at++)
		if (*at == '|')
			*at = '\n';
	return 0;
}

static int user(void *ctx, const char *name, uint32_t *uid)
{
	(void)ctx;
	*uid = (uint32_t)strlen(name);
	return is_missing(name);
}

struct outcome {
	struct warden_model model;
	struct warden_diags diags;
	struct warden_blob blob;
	char *printed;
	int err;
};

static void run(struct outcome *o, const char *text, size_t len)
{
	static const struct warden_files files = { digest, list, user, NULL };
	size_t printed_len;
	FILE *f;

	memset(o, 0, sizeof(*o));
	warden_model_init(&o->model);
	o->err = warden_parse_text(text, len, &o->model, &o->diags);
	if (o->err)
		return;
	f = open_memstream(&o->printed, &printed_len);
	if (!f)
		abort();
	warden_print_model(&o->model, f);
	fclose(f);
	warden_lint_model(&o->model, &o->diags);
	o->err = warden_compile_model(&o->model, &files, &o->blob, &o->diags);
}

static void drop(struct outcome *o)
{
	static FILE *f;

	if (!f)
		f = fopen("/dev/null", "w");
	if (f)
		warden_diags_print(&o->diags, "text", f);
	free(o->printed);
	warden_blob_free(&o->blob);
	warden_diags_free(&o->diags);
	warden_model_free(&o->model);
}

/* The lines of the rules are all that may differ between a text and its canonical form. */
static void check_same(const struct outcome *a, const struct outcome *b)
{
	if (!b->printed || strcmp(a->printed, b->printed))
		abort();
	if (a->err != b->err || (!a->err && a->blob.len != b->blob.len))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome first, second;

	run(&first, (const char *)data, size);
	if (first.printed) {
		run(&second, first.printed, strlen(first.printed));
		check_same(&first, &second);
		drop(&second);
	}
	/* An error without a sentence, or a sentence without an error. */
	if (!first.err != !warden_diags_count(&first.diags))
		abort();
	drop(&first);
	return 0;
}
