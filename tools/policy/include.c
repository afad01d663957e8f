// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy of several files. An include is put aside and read when the text that
 * asks for it has been, as the order of statements means nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parse_priv.h"

/* A relative name starts at the folder of the file it stands in. */
struct warden_name warden_parse_relative(struct warden_parse *p, struct warden_name file)
{
	const struct warden_texts *t = p->texts;
	const char *own = t->current ? t->includes.v[t->current - 1].file : "";
	const char *slash = strrchr(own, '/');
	size_t dir = slash ? (size_t)(slash - own) + 1 : 0;
	char path[2 * WARDEN_PATH_MAX + 2];

	if (!dir || file.text[0] == '/' || dir + strlen(file.text) >= sizeof(path))
		return file;
	memcpy(path, own, dir);
	strcpy(path + dir, file.text);
	file.text = warden_arena_dup(&p->model->arena, path, strlen(path));
	return file;
}

/* Does this file stand on the way from the policy to the one that is read? */
static bool is_open(const struct warden_texts *t, const char *file)
{
	size_t n;

	for (n = t->current; n; n = t->includes.v[n - 1].parent)
		if (!strcmp(t->includes.v[n - 1].file, file))
			return true;
	return false;
}

/*
 * The same by what is in it: the policy itself has no name here, and a file has
 * several.
 */
static bool is_copy(const struct warden_texts *t, const struct warden_include *in)
{
	size_t n;

	for (n = in->parent; n; n = t->includes.v[n - 1].parent)
		if (t->includes.v[n - 1].len == in->len &&
		    !memcmp(t->includes.v[n - 1].text, in->text, in->len))
			return true;
	return t->len == in->len && !memcmp(t->text, in->text, in->len);
}

void warden_parse_include(struct warden_parse *p, struct warden_name file)
{
	struct warden_texts *t = p->texts;
	struct warden_include in = { .at = file.at, .parent = t->current };

	in.file = warden_parse_relative(p, file).text;
	in.depth = t->current ? t->includes.v[t->current - 1].depth + 1 : 1;
	warden_model_check_length(p->diags, (struct warden_name){ in.file, file.at }, "the path",
				  WARDEN_PATH_MAX);
	if (is_open(t, in.file))
		warden_diags_add(p->diags, file.at,
				 "\"%s\" includes itself; take one `include` of the circle out",
				 in.file);
	else if (in.depth > WARDEN_INCLUDE_DEPTH_MAX)
		warden_diags_add(p->diags, file.at,
				 "includes go %u deep at most; include \"%s\" from a file further up",
				 WARDEN_INCLUDE_DEPTH_MAX, in.file);
	else if (t->includes.n >= WARDEN_INCLUDE_FILES_MAX)
		warden_diags_add(p->diags, file.at, "a policy includes %u files at most; join some",
				 WARDEN_INCLUDE_FILES_MAX);
	else
		*warden_array_add(&t->includes) = in;
}

static bool read_include(struct warden_texts *t, const struct warden_files *files,
			 struct warden_model *m, struct warden_diags *d)
{
	struct warden_include *in = &t->includes.v[t->current - 1];
	struct warden_place own = { .file = (uint8_t)warden_diags_file(d, in->file) };
	int err = files ? files->text(files->ctx, in->file, &in->text, &in->len) : -EACCES;

	if (err) {
		warden_diags_add(d, in->at, "\"%s\" cannot be included: %s; mend the path",
				 in->file, !files ? "this text stands alone" :
				 err == -ENOTSUP ? "it is not a regular file" : strerror(-err));
		return false;
	}
	if (is_copy(t, in)) {
		warden_diags_add(d, in->at,
				 "\"%s\" is the file that includes it, or a copy; take one `include` "
				 "of the circle out",
				 in->file);
		return false;
	}
	return warden_parse_one(in->text, in->len, own, t, m, d);
}

int warden_parse_policy(const char *text, size_t len, const struct warden_files *files,
			struct warden_model *m, struct warden_diags *d)
{
	struct warden_texts t = { .text = text, .len = len };
	bool whole = warden_parse_one(text, len, (struct warden_place){ .line = 1 }, &t, m, d);

	while (t.current < t.includes.n) {
		t.current++;
		whole = read_include(&t, files, m, d) && whole;
	}
	for (t.current = 0; t.current < t.includes.n; t.current++)
		free(t.includes.v[t.current].text);
	free(t.includes.v);
	warden_model_check(m, d, whole);
	return warden_diags_count(d) ? -EINVAL : 0;
}

int warden_parse_text(const char *text, size_t len, struct warden_model *m, struct warden_diags *d)
{
	return warden_parse_policy(text, len, NULL, m, d);
}
