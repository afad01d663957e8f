// SPDX-License-Identifier: GPL-2.0-only
/* What is plugged in, as sysfs has it; the kernel decides, and is asked nothing. */
#include <dirent.h>
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
#include "../policy/model.h"

#define DEVICES "/sys/bus/usb/devices"

/* One line of a file of a device; "" where there is none. */
static void read_line(char *to, size_t size, const char *device, const char *file)
{
	char path[PATH_MAX];
	FILE *f;

	to[0] = '\0';
	snprintf(path, sizeof(path), DEVICES "/%.64s/%s", device, file);
	f = fopen(path, "re");
	if (!f)
		return;
	if (!fgets(to, (int)size, f))
		to[0] = '\0';
	to[strcspn(to, "\n")] = '\0';
	fclose(f);
}

static bool is_interface(const char *name)
{
	return strchr(name, ':') != NULL;
}

/* What the kernel keeps of a device, or of an interface. */
struct plugged {
	char ids[16];
	char name[128];
	char class[16];
	bool authorized;
};

static void read_plugged(struct plugged *p, const char *name)
{
	char vendor[8], product[8], class[8], authorized[8], number[16];

	read_line(authorized, sizeof(authorized), name, "authorized");
	read_line(class, sizeof(class), name,
		  is_interface(name) ? "bInterfaceClass" : "bDeviceClass");
	read_line(vendor, sizeof(vendor), name, "idVendor");
	read_line(product, sizeof(product), name, "idProduct");
	read_line(p->name, sizeof(p->name), name, "product");
	snprintf(p->ids, sizeof(p->ids), "%s%s%s", vendor, vendor[0] ? ":" : "", product);
	snprintf(p->class, sizeof(p->class), "%s",
		 warden_usb_class_word(number, (uint32_t)strtoul(class, NULL, 16)));
	p->authorized = strcmp(authorized, "0") != 0;
}

static int is_entry(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static void add_json(struct json_object *list, const char *name, const struct plugged *p)
{
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "port", json_object_new_string(name));
	if (p->ids[0])
		json_object_object_add(json, "ids", json_object_new_string(p->ids));
	json_object_object_add(json, "class", json_object_new_string(p->class));
	json_object_object_add(json, "quarantined", json_object_new_boolean(!p->authorized));
	json_object_array_add(list, json);
}

static void add_row(struct warden_table *t, const char *name, const struct plugged *p)
{
	char safe[256];

	warden_table_cell(t, name);
	warden_table_cell(t, p->ids[0] ? p->ids : "-");
	warden_table_cell(t, p->class);
	warden_table_cell(t, p->authorized ? "admitted" : "quarantined");
	warden_table_cell(t, p->name[0] ? warden_output_escape(safe, sizeof(safe), p->name) : "-");
}

static int run_list(const struct warden_ctl *ctl, int argc, char **argv)
{
	static const char *const columns[] = { "PORT", "IDS", "CLASS", "STATE", "NAME", NULL };
	struct json_object *list = NULL;
	struct warden_table *table = NULL;
	struct dirent **entries = NULL;
	struct plugged p;
	int n, i;

	if (warden_usage_none(argc, argv))
		return WARDEN_EXIT_USAGE;
	n = scandir(DEVICES, &entries, is_entry, versionsort);
	if (ctl->json)
		list = json_object_new_array();
	else
		table = warden_table_new(columns);
	for (i = 0; i < n; i++) {
		read_plugged(&p, entries[i]->d_name);
		if (list)
			add_json(list, entries[i]->d_name, &p);
		else
			add_row(table, entries[i]->d_name, &p);
		free(entries[i]);
	}
	free(entries);
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
	snprintf(path, sizeof(path), DEVICES "/%.64s/authorized", argv[1]);
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
