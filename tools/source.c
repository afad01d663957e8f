// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "parse.h"
#include "source.h"

void warden_source_free(struct warden_source *s)
{
	warden_blob_free(&s->blob);
	warden_diags_free(&s->diags);
	warden_model_free(&s->model);
}

int warden_source_read(struct warden_source *s, const char *file, const char *root)
{
	char *text;
	size_t len;
	int err;

	memset(s, 0, sizeof(*s));
	s->file = file;
	s->root = root;
	warden_model_init(&s->model);
	err = warden_read_file(strcmp(file, "-") ? file : "/dev/stdin", WARDEN_TEXT_BYTES_MAX,
			       &text, &len);
	if (err) {
		fprintf(stderr, "wardenctl: policy %s: %s; name a readable file%s\n", file,
			strerror(-err), err == -EFBIG ? " of at most 16 MiB" : "");
		return err;
	}
	err = warden_parse_text(text, len, &s->model, &s->diags);
	free(text);
	if (err)
		warden_diags_print(&s->diags, file, stderr);
	return err;
}

int warden_source_compile(struct warden_source *s)
{
	char *copy = strdup(s->file);
	struct warden_files files;
	struct warden_root r;
	int err;

	if (!copy)
		return -ENOMEM;
	err = warden_root_open(&r, s->root, dirname(copy));
	free(copy);
	if (err) {
		fprintf(stderr, "wardenctl: root %s: %s; name a folder\n", s->root, strerror(-err));
		return err;
	}
	files = warden_root_files(&r);
	err = warden_compile_model(&s->model, &files, &s->blob, &s->diags);
	warden_root_close(&r);
	if (err)
		warden_diags_print(&s->diags, s->file, stderr);
	return err;
}
