// SPDX-License-Identifier: GPL-2.0-only
/* wardenctl: a table of nouns, each with a table of verbs; no work is done here. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "output.h"
#include "policy/index.h"

static const struct warden_noun *(*const nouns[])(void) = {
	warden_noun_status, warden_noun_doctor,	 warden_noun_stop,  warden_noun_sensor,
	warden_noun_policy, warden_noun_consent, warden_noun_audit, warden_noun_measure,
	warden_noun_trust,  warden_noun_service, warden_noun_debug, warden_noun_usb,
	warden_noun_quarantine, warden_noun_tamper, warden_noun_state, warden_noun_setup,
};

#define NOUNS (sizeof(nouns) / sizeof(*nouns))

int warden_usage_wrong(const char *format, ...)
{
	va_list args;

	fputs("wardenctl: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs("; see wardenctl help\n", stderr);
	return WARDEN_EXIT_USAGE;
}

int warden_usage_none(int argc, char **argv)
{
	if (argc <= 1)
		return 0;
	return warden_usage_wrong("%s takes no `%s`", argv[0], argv[1]);
}

int warden_usage_number(const char *text, const char *option, unsigned long long max,
			unsigned long long *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end || errno || *number > max)
		return warden_usage_wrong("%s wants a number up to %llu, not `%s`", option, max,
					  text);
	return 0;
}

int warden_usage_span(const char *text, const char *option, uint64_t max, uint64_t *seconds)
{
	static const struct {
		char unit;
		uint64_t seconds;
	} units[] = { { '\0', 1 }, { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	char longest[WARDEN_TIME_TEXT];
	unsigned long long n;
	char *end;
	size_t i;

	errno = 0;
	n = strtoull(text, &end, 10);
	for (i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (*end != units[i].unit || (*end && end[1]))
			continue;
		if (text[0] < '0' || text[0] > '9' || errno || !n || n > max / units[i].seconds)
			break;
		*seconds = n * units[i].seconds;
		return 0;
	}
	return warden_usage_wrong("%s wants a length of time like 90s, 10m%s, up to %s, not `%s`", option,
				  max < 30 * 86400 ? " or 2h" : ", 2h or 30d",
				  warden_output_span(longest, max * 1000000000u), text);
}

static void print_noun(const struct warden_noun *noun, FILE *to)
{
	const struct warden_verb *verb;

	fprintf(to, "%s\n", noun->help);
	for (verb = noun->verbs; verb->name; verb++)
		fprintf(to, "    wardenctl %s%s%s%s%s\n", noun->name, verb->name[0] ? " " : "",
			verb->name, verb->usage[0] ? " " : "", verb->usage);
}

static int print_help(void)
{
	size_t i;

	puts("wardenctl: consent, ports and integrity of this device\n");
	for (i = 0; i < NOUNS; i++)
		print_noun(nouns[i](), stdout);
	puts("\n--json anywhere gives JSON. Exit status: 0 done, 1 refused or failed, 2 usage.");
	return WARDEN_EXIT_OK;
}

static const char *nth_noun(const void *ctx, size_t n)
{
	(void)ctx;
	return n < NOUNS ? nouns[n]()->name : NULL;
}

static const char *nth_verb(const void *ctx, size_t n)
{
	const struct warden_verb *verbs = ctx;

	return verbs[n].name;
}

static const struct warden_noun *find_noun(const char *name)
{
	size_t i;

	for (i = 0; i < NOUNS; i++)
		if (!strcmp(nouns[i]()->name, name))
			return nouns[i]();
	return NULL;
}

static int run_noun(const struct warden_ctl *ctl, const struct warden_noun *noun, int argc,
		    char **argv)
{
	const struct warden_verb *verb;
	const char *near;

	if (!noun->verbs[0].name[0])
		return noun->verbs[0].run(ctl, argc, argv);
	if (argc < 2) {
		print_noun(noun, stderr);
		return WARDEN_EXIT_USAGE;
	}
	for (verb = noun->verbs; verb->name; verb++)
		if (!strcmp(verb->name, argv[1]))
			return verb->run(ctl, argc - 1, argv + 1);
	near = warden_word_nearest(argv[1], nth_verb, noun->verbs);
	if (near)
		return warden_usage_wrong("%s has no `%s`; did you mean `%s`?", noun->name, argv[1],
					  near);
	return warden_usage_wrong("%s has no `%s`", noun->name, argv[1]);
}

/* --json may stand anywhere; what is left keeps its order. */
static int take_json(struct warden_ctl *ctl, int argc, char **argv)
{
	int i, n = 0;

	for (i = 0; i < argc; i++) {
		if (i && !strcmp(argv[i], "--json"))
			ctl->json = true;
		else
			argv[n++] = argv[i];
	}
	argv[n] = NULL;
	return n;
}

int main(int argc, char **argv)
{
	struct warden_ctl ctl = { .json = false };
	const struct warden_noun *noun;
	const char *near;

	argc = take_json(&ctl, argc, argv);
	if (argc < 2)
		return warden_usage_wrong("what is to be done is not said");
	if (!strcmp(argv[1], "help") || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		return print_help();
	if (!strcmp(argv[1], "version") || !strcmp(argv[1], "--version")) {
		puts("wardenctl " WARDEN_VERSION);
		return WARDEN_EXIT_OK;
	}
	noun = find_noun(argv[1]);
	if (noun)
		return run_noun(&ctl, noun, argc - 1, argv + 1);
	near = warden_word_nearest(argv[1], nth_noun, NULL);
	if (near)
		return warden_usage_wrong("there is no `%s`; did you mean `%s`?", argv[1], near);
	return warden_usage_wrong("there is no `%s`", argv[1]);
}
