// SPDX-License-Identifier: GPL-2.0-only
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/warden.h>

#include "../cmd.h"
#include "../output.h"
#include "../policy/ask.h"
#include "../running.h"
#include "../wire.h"

/* --- protocols ------------------------------------------------------------ */

static bool is_allowed(const struct warden_running *r, const struct warden_question *q)
{
	struct warden_outcome o;

	warden_running_judge(r, q, &o);
	return o.what == WARDEN_OUTCOME_ALLOWED || o.observed;
}

/* The program itself: as the first of its files, the user it must be, where and how it must be started. */
static bool is_allowed_to(const struct warden_running *r, const struct warden_program_view *p,
			  struct warden_question q)
{
	q.subject = p->digests[0];
	q.uid = p->has_uid ? p->uid : WARDEN_UID_OTHER;
	q.unit = p->unit;
	q.arguments = p->arguments;
	return is_allowed(r, &q);
}

/* Is it a program of this name that a layer above has told of already? */
static bool is_told(const struct warden_running *r, unsigned int layer, const char *label)
{
	unsigned int i;
	size_t k;

	for (i = 0; i < layer; i++)
		for (k = 0; k < r->views[i].programs.n; k++)
			if (!strcmp(r->views[i].programs.v[k].label, label))
				return true;
	return false;
}

/* The programs for which another answer holds than for those no layer names. */
static struct json_object *find_others(const struct warden_running *r,
				       const struct warden_question *q, bool allowed)
{
	struct json_object *others = json_object_new_array();
	unsigned int i;
	size_t k;

	for (i = 0; i < r->n; i++)
		for (k = 0; k < r->views[i].programs.n; k++) {
			const struct warden_program_view *p = &r->views[i].programs.v[k];

			if (!is_told(r, i, p->label) && is_allowed_to(r, p, *q) != allowed)
				json_object_array_add(others, json_object_new_string(p->label));
		}
	return others;
}

static void list_protocol(struct warden_table *t, const char *name, bool allowed,
			  struct json_object *others)
{
	char text[1024];
	size_t used = 0, i, n = json_object_array_length(others);

	text[0] = '\0';
	for (i = 0; i < n && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? ", " : "",
					 json_object_get_string(json_object_array_get_idx(others, i)));
	warden_table_cell(t, name);
	warden_table_cell(t, allowed ? "open" : n ? "named" : "closed");
	warden_table_cell(t, n ? text : "-");
}

static struct json_object *protocol_json(const char *name, bool allowed, struct json_object *others)
{
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "protocol", json_object_new_string(name));
	json_object_object_add(json, "open", json_object_new_boolean(allowed));
	json_object_object_add(json, allowed ? "but-not-to" : "but-to", json_object_get(others));
	return json;
}

static void list_protocols(const struct warden_ctl *ctl, const struct warden_running *r)
{
	static const char *const columns[] = { "PROTOCOL", "STATE", "OTHERWISE FOR", NULL };
	struct warden_question q = { .domain = WARDEN_DOMAIN_PROTOCOL, .uid = WARDEN_UID_OTHER };
	struct json_object *list = ctl->json ? json_object_new_array() : NULL;
	struct warden_table *t = ctl->json ? NULL : warden_table_new(columns);

	for (q.socket = WARDEN_SOCKET_CLASS_UNKNOWN; q.socket <= WARDEN_SOCKET_CLASS_TUN;
	     q.socket++) {
		const char *name = warden_enum_word(warden_enum_socket_class(), q.socket);
		bool allowed = q.socket == WARDEN_SOCKET_CLASS_UNIX || is_allowed(r, &q);
		struct json_object *others = q.socket == WARDEN_SOCKET_CLASS_UNIX ?
						     json_object_new_array() :
						     find_others(r, &q, allowed);

		if (ctl->json)
			json_object_array_add(list, protocol_json(name, allowed, others));
		else
			list_protocol(t, name, allowed, others);
		json_object_put(others);
	}
	if (ctl->json)
		warden_output_print(list);
	else
		warden_table_print(t, "");
}

static int run_protocols(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_running r;
	struct warden_fault f;
	int err;

	if (warden_usage_none(argc, argv))
		return WARDEN_EXIT_USAGE;
	err = warden_running_open_now(&r, &f);
	if (err)
		warden_fault_print(&f, "service protocols");
	else
		list_protocols(ctl, &r);
	warden_running_close(&r);
	return err ? WARDEN_EXIT_FAILED : WARDEN_EXIT_OK;
}

const struct warden_noun *warden_noun_service(void)
{
	static const struct warden_verb verbs[] = {
		{ "list", "[--usb|--devices|--interfaces]", warden_service_list },
		{ "open", "PROTOCOL PORT for DURATION", warden_service_open },
		{ "close", "PROTOCOL PORT", warden_service_close },
		{ "protocols", "", run_protocols },
		{ NULL, NULL, NULL },
	};
	static const struct warden_noun noun = { "service", "what may speak to the outside", verbs };

	return &noun;
}
