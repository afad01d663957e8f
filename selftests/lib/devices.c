// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "comment.h"
#include "devices.h"
#include "evidence.h"
#include "told.h"

static int modprobe(const char *words)
{
	char command[256];
	struct client c;
	int status;

	snprintf(command, sizeof(command), "modprobe %s", words);
	status = client_run(&c, ARGV("sh", "-c", command));
	if (status)
		fprintf(comments(), "%s: %s\n", command, c.text);
	client_end(&c);
	return status;
}

/* Whether it is there, when modprobe would do nothing but take the time of two programs. */
static bool is_loaded(const char *driver)
{
	char path[128], state[8] = "", *c;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/module/%s/initstate", driver);
	for (c = path; *c; c++) {
		if (*c == '-')
			*c = '_';
	}
	f = fopen(path, "re");
	if (!f)
		return false;
	if (!fgets(state, sizeof(state), f))
		state[0] = '\0';
	fclose(f);
	return !strncmp(state, "live", strlen("live"));
}

int device_load(const char *driver, const char *options)
{
	char words[200];

	if (is_loaded(driver))
		return 0;
	snprintf(words, sizeof(words), "%s %s", driver, options);
	return modprobe(words);
}

bool device_is_known(const char *driver)
{
	struct client c;
	int status = client_run(&c, ARGV("modprobe", "--dry-run", "--quiet", driver));

	client_end(&c);
	return !status;
}

int device_unload(const char *driver)
{
	char words[64];

	snprintf(words, sizeof(words), "-r %s", driver);
	return modprobe(words);
}

static struct json_object *find(const char *field, const char *word)
{
	struct json_object *all = told_sensors();
	struct json_object *found = NULL;
	size_t i;

	for (i = 0; all && i < json_object_array_length(all); i++) {
		struct json_object *one = json_object_array_get_idx(all, i);

		if (!found && !strcmp(evidence_string(one, field), word))
			found = json_object_get(one);
	}
	json_object_put(all);
	return found;
}

struct json_object *device_entry(const char *topology)
{
	return find("topology", topology);
}

const char *device_node(const char *topology)
{
	struct json_object *entry = device_entry(topology);
	static char path[128];

	if (!entry)
		return NULL;
	snprintf(path, sizeof(path), "/dev/%s%s",
		 strstr(topology, "/sound/") ? "snd/" : "", evidence_string(entry, "node"));
	json_object_put(entry);
	return access(path, F_OK) ? NULL : path;
}

const char *device_topology(const char *node)
{
	struct json_object *entry = find("node", node);
	static char topology[128];

	snprintf(topology, sizeof(topology), "%s", entry ? evidence_string(entry, "topology") : "");
	json_object_put(entry);
	return topology;
}

bool device_listed(const char *node)
{
	struct json_object *entry = find("node", node);

	json_object_put(entry);
	return entry;
}

int device_try(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

bool device_comes(const char *path)
{
	int i;

	for (i = 0; i < 1500 && access(path, F_OK); i++)
		usleep(20000);
	return i < 1500;
}
