// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "enforce.h"
#include "lint.h"
#include "parse.h"
#include "safety.h"
#include "source.h"

static int open_root(struct warden_source *s, const char *root)
{
	char *copy = strdup(s->file);
	int err;

	if (!copy)
		return -ENOMEM;
	err = warden_root_open(&s->root, root, dirname(copy));
	free(copy);
	if (err)
		fprintf(stderr, "wardenctl: root %s: %s; name a folder\n", root, strerror(-err));
	s->files = warden_root_files(&s->root);
	return err;
}

int warden_source_read(struct warden_source *s, const char *file, const char *root)
{
	char *text;
	size_t len;
	int err;

	memset(s, 0, sizeof(*s));
	s->root.fd = s->root.base_fd = -1;
	s->file = file;
	warden_model_init(&s->model);
	err = warden_read_file(strcmp(file, "-") ? file : "/dev/stdin", WARDEN_TEXT_BYTES_MAX,
			       &text, &len);
	if (err) {
		fprintf(stderr, "wardenctl: policy %s: %s; name a readable file%s\n", file,
			strerror(-err), err == -EFBIG ? " of at most 16 MiB" : "");
		return err;
	}
	err = open_root(s, root);
	if (!err)
		err = warden_parse_policy(text, len, &s->files, &s->model, &s->diags);
	free(text);
	if (err)
		warden_diags_print(&s->diags, s->file, stderr);
	return err;
}

int warden_source_build(struct warden_source *s, bool loads)
{
	int err;

	warden_enforce_model(&s->model, &s->diags, loads);
	warden_lint_model(&s->model, &s->diags);
	err = warden_compile_checked(&s->model, &s->files, &s->blob, &s->diags);
	if (!err)
		err = warden_safety_check(s);
	return err ? err : warden_compile_safety(&s->model, &s->files, &s->blob, &s->diags);
}

static int build_and_tell(struct warden_source *s, bool loads)
{
	int err = warden_source_build(s, loads);

	warden_diags_print(&s->diags, s->file, stderr);
	return err;
}

int warden_source_compile(struct warden_source *s)
{
	return build_and_tell(s, true);
}

int warden_source_check(struct warden_source *s)
{
	return build_and_tell(s, false);
}

void warden_source_free(struct warden_source *s)
{
	warden_root_close(&s->root);
	warden_blob_free(&s->blob);
	warden_diags_free(&s->diags);
	warden_model_free(&s->model);
}
