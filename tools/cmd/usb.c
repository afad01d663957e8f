// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../cmd.h"
#include "../output.h"
#include "../plugged.h"
#include "../policy/model.h"

static void add_json(struct json_object *list, const char *name, const struct warden_plugged *p)
{
	struct json_object *json = json_object_new_object();
	char class[16];

	json_object_object_add(json, "port", json_object_new_string(name));
	if (p->ids[0])
		json_object_object_add(json, "ids", json_object_new_string(p->ids));
	json_object_object_add(json, "class",
			       json_object_new_string(warden_usb_class_word(class, p->class)));
	json_object_object_add(json, "quarantined", json_object_new_boolean(!p->authorized));
	json_object_array_add(list, json);
}

static void add_row(struct warden_table *t, const char *name, const struct warden_plugged *p)
{
	char safe[256], class[16];

	warden_table_cell(t, name);
	warden_table_cell(t, p->ids[0] ? p->ids : "-");
	warden_table_cell(t, warden_usb_class_word(class, p->class));
	warden_table_cell(t, p->authorized ? "admitted" : "quarantined");
	warden_table_cell(t, p->name[0] ? warden_output_escape(safe, sizeof(safe), p->name) : "-");
}

static int run_list(const struct warden_ctl *ctl, int argc, char **argv)
{
	static const char *const columns[] = { "PORT", "IDS", "CLASS", "STATE", "NAME", NULL };
	struct json_object *list = NULL;
	struct warden_table *table = NULL;
	struct warden_plugged p;
	char **names;
	int n, i;

	if (warden_usage_none(argc, argv))
		return WARDEN_EXIT_USAGE;
	n = warden_plugged_names(&names);
	if (ctl->json)
		list = json_object_new_array();
	else
		table = warden_table_new(columns);
	for (i = 0; i < n; i++) {
		warden_plugged_read(&p, names[i]);
		if (list)
			add_json(list, names[i], &p);
		else
			add_row(table, names[i], &p);
		free(names[i]);
	}
	free(names);
	if (list)
		warden_output_print(list);
	else
		warden_table_print(table, "nothing is plugged in");
	return WARDEN_EXIT_OK;
}

static int run_admit(const struct warden_ctl *ctl, int argc, char **argv)
{
	char path[PATH_MAX];
	int fd, err = 0;

	(void)ctl;
	if (argc != 2 || strchr(argv[1], '/') || argv[1][0] == '.')
		return warden_usage_wrong("usb admit wants one port, as wardenctl usb list has it");
	snprintf(path, sizeof(path), WARDEN_PLUGGED_DIR "/%.64s/authorized", argv[1]);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "1", 1) != 1)
		err = errno;
	if (fd >= 0)
		close(fd);
	if (!err)
		return WARDEN_EXIT_OK;
	fprintf(stderr, "wardenctl: usb admit %s: %s; %s\n", argv[1], strerror(err),
		err == EACCES ? "allow it in the policy first, see wardenctl audit show" :
				"see wardenctl usb list");
	return WARDEN_EXIT_FAILED;
}

const struct warden_noun *warden_noun_usb(void)
{
	static const struct warden_verb verbs[] = {
		{ "list", "", run_list },
		{ "admit", "PORT", run_admit },
		{ NULL, NULL, NULL },
	};
	static const struct warden_noun noun = { "usb", "what is plugged in, and what is quarantined",
						 verbs };

	return &noun;
}
