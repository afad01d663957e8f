// SPDX-License-Identifier: GPL-2.0-only
/*
 * The quarantine in a saved state: what was put in by hand, and the list of each role as the
 * digests it named. A list's signature was verified when it was loaded and is not kept: who
 * could write another state could also leave the list out.
 */
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/warden.h>
#include <warden/cut.h>

#include "../json_wire.h"
#include "../output.h"
#include "../policy/digest.h"
#include "../wire.h"
#include "state_cut.h"

/* --- save ------------------------------------------------------------------------------- */

static int save_lists(void *ctx, const struct warden_object *o)
{
	struct json_object *state = ctx, *all = warden_output_object(o), *lists;

	if (json_object_object_get_ex(all, "cut-list", &lists))
		json_object_object_add(state, "cut-lists", json_object_get(lists));
	json_object_put(all);
	return 0;
}

static int save_entry(void *ctx, const struct warden_object *o)
{
	warden_output_append(ctx, o);
	return 0;
}

int warden_state_save_cut(struct json_object *state, struct warden_nl *nl, struct warden_fault *f)
{
	struct json_object *entries = json_object_new_array();
	int err;

	json_object_object_add(state, "quarantine", entries);
	err = warden_nl_do(nl, WARDEN_CMD_STATUS_GET, NULL, save_lists, state, f);
	return err ? err : warden_nl_dump(nl, WARDEN_CMD_QUARANTINE_GET, NULL, save_entry, entries, f);
}

/* --- restore ---------------------------------------------------------------------------- */

static int bad_state(struct warden_fault *f)
{
	return warden_fault_set(f, -EBADMSG, "name a file that state save wrote",
				"this is no state that this wardenctl can read");
}

static const char *word_of(struct json_object *o, const char *name)
{
	struct json_object *value;

	return json_object_object_get_ex(o, name, &value) ? json_object_get_string(value) : "";
}

static uint64_t number_of(struct json_object *o, const char *name)
{
	struct json_object *value;

	return json_object_object_get_ex(o, name, &value) ? json_object_get_uint64(value) : 0;
}

/* Is a digest on the list of a role? */
static bool is_on(struct json_object *entry, const char *layer)
{
	struct json_object *lists;
	size_t i;

	if (!json_object_object_get_ex(entry, "lists", &lists) ||
	    !json_object_is_type(lists, json_type_array))
		return false;
	for (i = 0; i < json_object_array_length(lists); i++)
		if (!strcmp(word_of(json_object_array_get_idx(lists, i), "layer"), layer))
			return true;
	return false;
}

static bool put_entry(struct warden_cut_entry *e, struct json_object *entry)
{
	const char *label = word_of(entry, "label"), *hex = word_of(entry, "digest");
	int alg = warden_enum_value(warden_enum_digest_alg(), word_of(entry, "alg"));

	if (alg < 0 || strlen(hex) != 2 * WARDEN_DIGEST_SIZE ||
	    !warden_hex_get(e->digest.bytes, WARDEN_DIGEST_SIZE, hex))
		return false;
	e->digest.alg = (uint8_t)alg;
	/* the end of a path says more than its beginning */
	if (strlen(label) > WARDEN_LABEL_MAX)
		label += strlen(label) - WARDEN_LABEL_MAX;
	memcpy(e->label, label, strlen(label));
	return true;
}

static int by_digest(const void *a, const void *b)
{
	const struct warden_cut_entry *x = a, *y = b;

	return memcmp(&x->digest, &y->digest, sizeof(x->digest));
}

/* The list of a role, of the entries that were on it. */
static bool fill_list(struct warden_cut_list *l, struct json_object *list, struct json_object *entries)
{
	size_t i, nr = 0;

	for (i = 0; i < json_object_array_length(entries); i++) {
		struct json_object *entry = json_object_array_get_idx(entries, i);

		if (!is_on(entry, word_of(list, "layer")))
			continue;
		if (nr == WARDEN_QUARANTINE_MAX || !put_entry(&l->entries[nr++], entry))
			return false;
	}
	qsort(l->entries, nr, sizeof(*l->entries), by_digest);
	memcpy(l->magic, WARDEN_CUT_MAGIC, sizeof(WARDEN_CUT_MAGIC));
	l->version = htole32((uint32_t)number_of(list, "version"));
	l->nr = htole32((uint32_t)nr);
	return true;
}

static int restore_list(struct json_object *list, struct json_object *entries, struct warden_nl *nl,
			struct warden_fault *f)
{
	static const char *const names[] = { "layer", "digest", "certificate", "signer", NULL };
	struct warden_cut_list *l = calloc(1, WARDEN_CUT_MAX);
	struct warden_blob b = { NULL, 0, 0 };
	int err;

	if (!l)
		abort();
	if (!fill_list(l, list, entries) || warden_json_members(&b, list, names, warden_set_quarantine())) {
		err = bad_state(f);
	} else {
		warden_blob_put(&b, WARDEN_A_QUARANTINE_LIST, l,
				sizeof(*l) + le32toh(l->nr) * sizeof(*l->entries));
		err = warden_nl_do(nl, WARDEN_CMD_QUARANTINE_RESTORE, &b, NULL, NULL, f);
	}
	warden_blob_free(&b);
	free(l);
	return err;
}

/* What was put in by hand since stays so. */
static int restore_entry(struct json_object *entry, struct warden_nl *nl, struct warden_fault *f)
{
	static const char *const names[] = { "alg", "digest", "label", NULL };
	struct warden_blob b = { NULL, 0, 0 };
	int err = 0;

	if (warden_json_members(&b, entry, names, warden_set_quarantine()))
		err = bad_state(f);
	else if (number_of(entry, "by-hand"))
		err = warden_nl_do(nl, WARDEN_CMD_QUARANTINE_ADD, &b, NULL, NULL, f);
	warden_blob_free(&b);
	return err == -EEXIST ? 0 : err;
}

static bool read_array(struct json_object *state, const char *name, struct json_object **array)
{
	*array = NULL;
	return !json_object_object_get_ex(state, name, array) ||
	       json_object_is_type(*array, json_type_array);
}

int warden_state_restore_cut(struct json_object *state, struct warden_nl *nl, struct warden_fault *f)
{
	struct json_object *entries, *lists;
	size_t i;
	int err = 0;

	if (!read_array(state, "quarantine", &entries) || !read_array(state, "cut-lists", &lists))
		return bad_state(f);
	for (i = 0; !err && entries && i < json_object_array_length(entries); i++)
		err = restore_entry(json_object_array_get_idx(entries, i), nl, f);
	for (i = 0; !err && entries && lists && i < json_object_array_length(lists); i++)
		err = restore_list(json_object_array_get_idx(lists, i), entries, nl, f);
	return err;
}
