// SPDX-License-Identifier: GPL-2.0-only
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "told.h"
#include "life.h"
#include "warden.h"

#define WORDS_MAX 20

static struct client last;

static int run(const char *first, const char *const words[])
{
	const char *argv[WORDS_MAX] = { "wardenctl" };
	size_t n = 1, i;

	if (first)
		argv[n++] = first;
	for (i = 0; words[i] && n < WORDS_MAX - 1; i++)
		argv[n++] = words[i];
	client_end(&last);
	return client_run(&last, argv);
}

int warden_ctl(const char *const words[])
{
	return run(NULL, words);
}

const char *warden_said(void)
{
	return last.text ? last.text : "";
}

struct json_object *warden_json(const char *const words[])
{
	if (run("--json", words))
		return NULL;
	return json_tokener_parse(warden_said());
}

uint64_t warden_status(const char *field)
{
	struct json_object *status = told_status();
	struct json_object *value;
	uint64_t number = UINT64_MAX;

	if (json_object_object_get_ex(status, field, &value))
		number = json_object_get_uint64(value);
	json_object_put(status);
	return number;
}

const char *warden_policy(const char *statements, ...)
{
	static char text[8192];
	int head = snprintf(text, sizeof(text), "policy \"test\" version 1;\n"
						"contact \"tests@example.org\";\n"
						"support until 2040-01-01;\n");
	va_list args;

	va_start(args, statements);
	vsnprintf(text + head, sizeof(text) - (size_t)head, statements, args);
	va_end(args);
	return text;
}

bool warden_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");
	bool written = f && fputs(text, f) >= 0;

	return f && !fclose(f) && written;
}

int warden_load(const char *text)
{
	char path[] = "/tmp/test-XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	int status;

	if (!f)
		return -1;
	fputs(text, f);
	fclose(f);
	status = warden_ctl(ARGV("policy", "load", "--force", path)); /* whatever was loaded before */
	unlink(path);
	return status;
}

bool warden_live_again(void)
{
	return !life_end() && !life_begin(NULL);
}

static bool stands_in(const char *path, const char *word)
{
	FILE *f = fopen(path, "r");
	char line[512];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = strstr(line, word);
	if (f)
		fclose(f);
	return found;
}

bool warden_packs(void)
{
	return stands_in("/proc/kallsyms", " zlib_deflate\n") ||
	       stands_in("/proc/modules", "zlib_deflate ");
}

bool warden_keeps_freed(void)
{
	return stands_in("/proc/kallsyms", " kasan_quarantine_put\n");
}

uint32_t warden_line(const char *text, const char *part)
{
	const char *at = strstr(text, part);
	uint32_t line = 1;

	if (!at)
		return 0;
	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

const char *warden_self(void)
{
	static char path[256];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 1);

	path[len > 0 ? len : 0] = '\0';
	return path;
}

const char *warden_beside(const char *name)
{
	static char path[320];
	const char *self = warden_self();

	snprintf(path, sizeof(path), "%.*s/%s", (int)(strrchr(self, '/') - self), self, name);
	return path;
}

int warden_grant(const char *program, const char *class, const char *purpose)
{
	return warden_ctl(ARGV("consent", "grant", program, class, "--purpose", purpose));
}

int warden_withdraw(const char *program, const char *class)
{
	return warden_ctl(ARGV("consent", "withdraw", program, class));
}

void warden_withdraw_all(void)
{
	/* Refused where there is nothing to withdraw, which is what is wanted. */
	warden_ctl(ARGV("consent", "withdraw", "--all"));
}

uint64_t warden_uses(void)
{
	struct json_object *list = warden_json(ARGV("consent", "list")), *uses;
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < json_object_array_length(list); i++)
		if (json_object_object_get_ex(json_object_array_get_idx(list, i), "uses", &uses))
			sum += json_object_get_uint64(uses);
	json_object_put(list);
	return sum;
}
