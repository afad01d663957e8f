// SPDX-License-Identifier: GPL-2.0-only
/* Consent is given: to what, for how long, and under which conditions. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/warden.h>
#include <warden/limits.h>

#include "../ask.h"
#include "../cmd.h"
#include "../policy/digest.h"
#include "../output.h"
#include "../window.h"
#include "consent_words.h"

#define SECONDS_MAX 3153600000u /* a hundred years, the most the wire takes */

/* Local time: 2030-01-31T12:00, with or without seconds; or 12:00 of this day. */
static int read_until(const char *text, uint64_t *seconds)
{
	static const char *const forms[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%H:%M" };
	time_t now = time(NULL), then = -1;
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(*forms) && then < 0; i++) {
		struct tm tm;
		const char *end;
		int day;

		localtime_r(&now, &tm);
		tm.tm_sec = 0;
		end = strptime(text, forms[i], &tm);
		tm.tm_isdst = -1;
		day = tm.tm_mday;
		if (end && !*end)
			then = mktime(&tm);
		if (tm.tm_mday != day) /* the 31st of February is another day */
			then = -1;
	}
	if (then < 0)
		return warden_usage_wrong("--until wants a time like 2030-01-31T12:00, not `%s`",
					  text);
	if (then <= now || (uint64_t)(then - now) > SECONDS_MAX)
		return warden_usage_wrong("--until %s is not ahead of us, within a hundred years",
					  text);
	*seconds = (uint64_t)(then - now);
	return 0;
}

static int put_seconds(struct warden_blob *b, const char *text, bool until)
{
	uint64_t seconds = 0;
	int err = until ? read_until(text, &seconds) : warden_usage_span(text, "--for", SECONDS_MAX, &seconds);

	if (!err)
		warden_blob_put_u64(b, WARDEN_A_CONSENT_SECONDS, seconds);
	return err;
}

static int put_notice(struct warden_blob *b, const char *file)
{
	uint8_t digest[WARDEN_DIGEST_SIZE];
	int err = warden_sha256_file(digest, file);

	if (err) {
		fprintf(stderr, "wardenctl: consent grant: notice %s: %s; name a readable file\n",
			file, strerror(-err));
		return WARDEN_EXIT_FAILED;
	}
	warden_blob_put(b, WARDEN_A_CONSENT_NOTICE, digest, sizeof(digest));
	return 0;
}

static int put_window(struct warden_blob *b, const char *text)
{
	struct warden_week_window w;
	size_t nest;

	if (!warden_window_read(&w, text))
		return warden_usage_wrong("--window wants days and times like \"mon-fri 08:00-18:00\" "
					  "or \"sat,sun 22:00-06:00\", not `%s`", text);
	nest = warden_blob_nest_begin(b, WARDEN_A_CONSENT_WINDOW);
	warden_blob_put_u32(b, WARDEN_A_WINDOW_DAYS, w.days);
	warden_blob_put_u32(b, WARDEN_A_WINDOW_FROM, w.from);
	warden_blob_put_u32(b, WARDEN_A_WINDOW_TO, w.to);
	warden_blob_nest_end(b, nest);
	return 0;
}

static int put_context(struct warden_blob *b, const char *word)
{
	int context = warden_enum_value(warden_enum_consent_context(), word);

	if (context <= WARDEN_CONSENT_CONTEXT_ANY)
		return warden_usage_wrong("--while wants `armed` or `disarmed`, not `%s`", word);
	warden_blob_put_u32(b, WARDEN_A_CONSENT_CONTEXT, (uint32_t)context);
	return 0;
}

static int grant_option(struct warden_blob *b, int option, const char *value)
{
	switch (option) {
	case 'p':
		return warden_consent_put_label(b, WARDEN_A_CONSENT_PURPOSE, "--purpose", value);
	case 'P':
		return warden_consent_put_label(b, WARDEN_A_CONSENT_PRINCIPAL, "--principal", value);
	case 'b':
		return warden_consent_put_label(b, WARDEN_A_CONSENT_BASIS, "--basis", value);
	case 'j':
		return warden_consent_put_label(b, WARDEN_A_CONSENT_JURISDICTION, "--jurisdiction",
						value);
	case 'n':
		return put_notice(b, value);
	case 'f':
	case 'u':
		return put_seconds(b, value, option == 'u');
	case 'c':
		return put_context(b, value);
	case 'w':
		return put_window(b, value);
	case 'v':
		warden_blob_put_u32(b, WARDEN_A_CONSENT_VALIDITY, WARDEN_CONSENT_VALIDITY_ONCE);
		return 0;
	case 'r':
		warden_blob_put_u32(b, WARDEN_A_CONSENT_VALIDITY, WARDEN_CONSENT_VALIDITY_RUN);
		return 0;
	case 's':
		warden_blob_put_u32(b, WARDEN_A_CONSENT_VALIDITY, WARDEN_CONSENT_VALIDITY_SESSION);
		return 0;
	}
	return WARDEN_EXIT_USAGE;
}

/* In the order of the options' table. */
enum {
	PURPOSE, FOR, UNTIL, PRINCIPAL, BASIS, NOTICE, JURISDICTION, ONCE, RUN, SESSION, WINDOW, WHILE,
};

#define SEEN(option) (seen & 1u << (option))

static int check_options(uint32_t seen)
{
	if (!SEEN(PURPOSE))
		return warden_usage_wrong(
			"consent grant wants --purpose: consent is for a purpose");
	if (SEEN(FOR) && SEEN(UNTIL))
		return warden_usage_wrong("--for and --until say the same thing; give one");
	if (!!SEEN(ONCE) + !!SEEN(RUN) + !!SEEN(SESSION) > 1)
		return warden_usage_wrong("of --once, --run and --session give one");
	return 0;
}

/* Fills the request with what stands in options; gives an exit status. */
static int take_options(struct warden_blob *b, int argc, char **argv)
{
	static const struct option options[] = {
		[PURPOSE] = { "purpose", required_argument, NULL, 'p' },
		[FOR] = { "for", required_argument, NULL, 'f' },
		[UNTIL] = { "until", required_argument, NULL, 'u' },
		[PRINCIPAL] = { "principal", required_argument, NULL, 'P' },
		[BASIS] = { "basis", required_argument, NULL, 'b' },
		[NOTICE] = { "notice", required_argument, NULL, 'n' },
		[JURISDICTION] = { "jurisdiction", required_argument, NULL, 'j' },
		[ONCE] = { "once", no_argument, NULL, 'v' },
		[RUN] = { "run", no_argument, NULL, 'r' },
		[SESSION] = { "session", no_argument, NULL, 's' },
		[WINDOW] = { "window", required_argument, NULL, 'w' },
		[WHILE] = { "while", required_argument, NULL, 'c' },
		{ NULL, 0, NULL, 0 },
	};
	uint32_t seen = 0;
	int c, index, status;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, &index)) != -1) {
		if (c == '?')
			return WARDEN_EXIT_USAGE;
		if (SEEN(index) && index != WINDOW)
			return warden_usage_wrong("--%s stands twice", options[index].name);
		seen |= 1u << index;
		status = grant_option(b, c, optarg);
		if (status)
			return status;
	}
	if (SEEN(WINDOW))
		warden_blob_put_u32(b, WARDEN_A_CONSENT_WEEK, warden_window_now());
	if (argc - optind != 2)
		return warden_usage_wrong("consent grant wants a program and a sensor class");
	return check_options(seen);
}

/* Fills the request; gives an exit status. */
static int grant_request(struct warden_blob *b, int argc, char **argv)
{
	int status = take_options(b, argc, argv), class;

	if (status)
		return status;
	class = warden_consent_class(argv[optind + 1]);
	if (class < 0)
		return warden_consent_no_class(argv[optind + 1]);
	warden_blob_put_u32(b, WARDEN_A_CONSENT_CLASS, (uint32_t)class);
	return warden_consent_put_label(b, WARDEN_A_CONSENT_PROGRAM, "the program", argv[optind]);
}

static void print_granted(const struct warden_object *o)
{
	const struct warden_value *receipt = &o->v[WARDEN_A_CONSENT_RECEIPT];
	char uuid[WARDEN_UUID_TEXT] = "?", when[WARDEN_TIME_TEXT];

	if (receipt->len == WARDEN_RECEIPT_SIZE)
		warden_uuid_put(uuid, receipt->data);
	printf("consent %s stands", uuid);
	if (warden_object_has(o, WARDEN_A_CONSENT_EXPIRES))
		printf(" until %s\n",
		       warden_output_time(when, warden_object_number(o, WARDEN_A_CONSENT_EXPIRES)));
	else
		puts(" until it is withdrawn");
}

int warden_consent_grant(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_blob b = { NULL, 0, 0 };
	const struct warden_ask ask = {
		.what = "consent grant",
		.cmd = WARDEN_CMD_CONSENT_GRANT,
		.request = &b,
		.print = print_granted,
		.advice = "name program, class and purpose of a rule `with consent`",
	};
	int status = grant_request(&b, argc, argv);

	if (!status)
		status = warden_ask_one(ctl, &ask);
	warden_blob_free(&b);
	return status;
}
