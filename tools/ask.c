// SPDX-License-Identifier: GPL-2.0-only
#include <json-c/json.h>

#include "ask.h"
#include "nl.h"
#include "output.h"

static int print_text(void *ctx, const struct warden_object *o)
{
	const struct warden_ask *ask = ctx;

	ask->print(o);
	return 0;
}

static int print_json(void *ctx, const struct warden_object *o)
{
	(void)ctx;
	warden_output_print(warden_output_object(o));
	return 0;
}

int warden_ask_one(const struct warden_ctl *ctl, const struct warden_ask *ask)
{
	struct warden_ask copy = *ask;
	struct warden_fault f;
	struct warden_nl *nl;
	int err = warden_nl_open(&nl, &f);

	if (err) {
		warden_fault_print(&f, "%s", ask->what);
		if (ask->unreached)
			ask->unreached();
		return WARDEN_EXIT_FAILED;
	}
	err = warden_nl_do(nl, ask->cmd, ask->request, ctl->json ? print_json : print_text, &copy,
			   &f);
	warden_nl_close(nl);
	if (!err)
		return WARDEN_EXIT_OK;
	if (ask->advice)
		warden_fault_advise(&f, ask->advice);
	return warden_fault_print(&f, "%s", ask->what);
}

struct listing {
	const struct warden_ask_list *ask;
	struct json_object *json; /* NULL where a table is wanted */
	struct warden_table *table;
};

static int add_entry(void *ctx, const struct warden_object *o)
{
	struct listing *l = ctx;

	if (l->json)
		warden_output_append(l->json, o);
	else
		l->ask->row(l->table, o);
	return 0;
}

static void print_listing(struct listing *l)
{
	if (l->json) {
		warden_output_print(l->json);
		return;
	}
	if (l->ask->sorted)
		warden_table_sort(l->table);
	warden_table_print(l->table, l->ask->empty);
}

int warden_ask_all(const struct warden_ctl *ctl, const struct warden_ask_list *ask)
{
	struct listing l = { .ask = ask };
	struct warden_fault f;
	struct warden_nl *nl;
	int err = warden_nl_open(&nl, &f);

	if (err)
		return warden_fault_print(&f, "%s", ask->what);
	if (ctl->json)
		l.json = json_object_new_array();
	else
		l.table = warden_table_new(ask->columns);
	err = warden_nl_dump(nl, ask->cmd, NULL, add_entry, &l, &f);
	warden_nl_close(nl);
	if (err)
		return warden_fault_print(&f, "%s", ask->what);
	print_listing(&l);
	return WARDEN_EXIT_OK;
}
