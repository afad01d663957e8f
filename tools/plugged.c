// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <warden/text.h>

#include "plugged.h"
#include "policy/digest.h"

/* Types of descriptors (USB 2.0, table 9-5), and where fields lie in them. */
#define TYPE_CONFIGURATION 2
#define TYPE_INTERFACE	   4
#define CONFIGURATION_VALUE 5
#define INTERFACE_NUMBER    2
#define INTERFACE_SETTING   3
#define INTERFACE_CLASS	    5
#define INTERFACE_SIZE	    9

/* Bytes sysfs gives of them at most. */
#define DESCRIPTORS_MAX (18 + 65535)

/* One line of a file of a device; "" where there is none. */
static void read_line(char *to, size_t size, const char *device, const char *file)
{
	char path[PATH_MAX];
	FILE *f;

	to[0] = '\0';
	snprintf(path, sizeof(path), WARDEN_PLUGGED_DIR "/%.64s/%s", device, file);
	f = fopen(path, "re");
	if (!f)
		return;
	if (!fgets(to, (int)size, f))
		to[0] = '\0';
	to[strcspn(to, "\n")] = '\0';
	fclose(f);
}

void warden_plugged_read(struct warden_plugged *p, const char *name)
{
	bool interface = strchr(name, ':') != NULL;
	char vendor[8], product[8], class[8], authorized[8];

	read_line(authorized, sizeof(authorized), name, "authorized");
	read_line(class, sizeof(class), name, interface ? "bInterfaceClass" : "bDeviceClass");
	read_line(vendor, sizeof(vendor), name, "idVendor");
	read_line(product, sizeof(product), name, "idProduct");
	read_line(p->name, sizeof(p->name), name, "product");
	warden_text_repair(p->name); /* which may have been cut within a character */
	snprintf(p->ids, sizeof(p->ids), "%s%s%s", vendor, vendor[0] ? ":" : "", product);
	p->class = (uint32_t)strtoul(class, NULL, 16);
	p->authorized = strcmp(authorized, "0") != 0;
	p->there = class[0] != '\0';
}

/* The interfaces among descriptors that stand one behind the other, the length of each first. */
static void find_interfaces(struct warden_plugged_descriptors *d, const uint8_t *at, size_t left)
{
	uint8_t configuration = 0;

	for (d->n = 0; left >= INTERFACE_SIZE && at[0] && at[0] <= left; left -= at[0], at += at[0]) {
		if (at[1] == TYPE_CONFIGURATION)
			configuration = at[CONFIGURATION_VALUE];
		if (at[1] != TYPE_INTERFACE || at[0] < INTERFACE_SIZE || at[INTERFACE_SETTING] ||
		    d->n == sizeof(d->v) / sizeof(*d->v))
			continue;
		d->v[d->n++] = (struct warden_plugged_interface){ configuration, at[INTERFACE_NUMBER],
								  at[INTERFACE_CLASS] };
	}
}

int warden_plugged_descriptors(struct warden_plugged_descriptors *d, const char *name)
{
	char path[PATH_MAX];
	char *bytes = NULL;
	size_t len = 0;
	int err;

	snprintf(path, sizeof(path), WARDEN_PLUGGED_DIR "/%.64s/descriptors", name);
	err = warden_read_file(path, DESCRIPTORS_MAX, &bytes, &len);
	if (err)
		return err;
	warden_sha256(d->digest, bytes, len);
	find_interfaces(d, (const uint8_t *)bytes, len);
	free(bytes);
	return 0;
}

static int is_entry(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

int warden_plugged_names(char ***names)
{
	struct dirent **entries = NULL;
	int n = scandir(WARDEN_PLUGGED_DIR, &entries, is_entry, versionsort), i;

	*names = n > 0 ? calloc((size_t)n, sizeof(**names)) : NULL;
	for (i = 0; i < n; i++) {
		if (*names)
			(*names)[i] = strdup(entries[i]->d_name);
		if (!*names || !(*names)[i])
			abort();
		free(entries[i]);
	}
	free(entries);
	return n < 0 ? 0 : n;
}
