// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <linux/warden.h>
#include <warden/limits.h>

#include "../ask.h"
#include "../cmd.h"
#include "../policy/digest.h"
#include "../policy/index.h"
#include "../output.h"

#define SECONDS_MAX 3153600000u /* a hundred years, the most the wire takes */

static const char *nth_class(const void *ctx, size_t n)
{
	(void)ctx;
	return warden_enum_nth(warden_enum_sensor_class(), n + 1);
}

static int class_of(const char *word)
{
	int class = warden_enum_value(warden_enum_sensor_class(), word);

	return class > WARDEN_SENSOR_CLASS_FREE ? class : -1;
}

static int wrong_class(const char *word)
{
	const char *near = warden_word_nearest(word, nth_class, NULL);

	if (near)
		return warden_usage_wrong("there is no sensor class `%s`; did you mean `%s`?", word,
					  near);
	return warden_usage_wrong("there is no sensor class `%s`", word);
}

static int put_label(struct warden_blob *b, uint16_t type, const char *what, const char *text)
{
	if (!text[0] || strlen(text) > WARDEN_LABEL_MAX)
		return warden_usage_wrong("%s wants 1 to %u bytes", what, WARDEN_LABEL_MAX);
	warden_blob_put_string(b, type, text);
	return 0;
}

/* 90s, 10m, 2h, 30d; a number alone is seconds. */
static int read_span(const char *text, uint64_t *seconds)
{
	static const struct {
		char unit;
		uint32_t seconds;
	} units[] = { { '\0', 1 }, { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	unsigned long long n;
	char *end;
	size_t i;

	errno = 0;
	n = strtoull(text, &end, 10);
	for (i = 0; i < sizeof(units) / sizeof(*units); i++) {
		if (*end != units[i].unit || (*end && end[1]))
			continue;
		if (text[0] < '0' || text[0] > '9' || errno || !n ||
		    n > SECONDS_MAX / units[i].seconds)
			break;
		*seconds = n * units[i].seconds;
		return 0;
	}
	return warden_usage_wrong("--for wants a length of time like 90s, 10m, 2h or 30d, not `%s`",
				  text);
}

/* Local time: 2030-01-31T12:00, with or without seconds; or 12:00 of this day. */
static int read_until(const char *text, uint64_t *seconds)
{
	static const char *const forms[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%H:%M" };
	time_t now = time(NULL), then = -1;
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(*forms) && then < 0; i++) {
		struct tm tm;
		const char *end;

		localtime_r(&now, &tm);
		tm.tm_sec = 0;
		end = strptime(text, forms[i], &tm);
		tm.tm_isdst = -1;
		if (end && !*end)
			then = mktime(&tm);
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
	int err = until ? read_until(text, &seconds) : read_span(text, &seconds);

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

static int grant_option(struct warden_blob *b, int option, const char *value)
{
	switch (option) {
	case 'p':
		return put_label(b, WARDEN_A_CONSENT_PURPOSE, "--purpose", value);
	case 'P':
		return put_label(b, WARDEN_A_CONSENT_PRINCIPAL, "--principal", value);
	case 'b':
		return put_label(b, WARDEN_A_CONSENT_BASIS, "--basis", value);
	case 'n':
		return put_notice(b, value);
	case 'f':
	case 'u':
		return put_seconds(b, value, option == 'u');
	}
	return WARDEN_EXIT_USAGE;
}

/* Fills the request; gives an exit status. */
static int grant_request(struct warden_blob *b, int argc, char **argv)
{
	static const struct option options[] = {
		{ "purpose", required_argument, NULL, 'p' },
		{ "for", required_argument, NULL, 'f' },
		{ "until", required_argument, NULL, 'u' },
		{ "principal", required_argument, NULL, 'P' },
		{ "basis", required_argument, NULL, 'b' },
		{ "notice", required_argument, NULL, 'n' },
		{ NULL, 0, NULL, 0 },
	};
	uint32_t seen = 0;
	int c, index, status;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, &index)) != -1) {
		if (c == '?')
			return WARDEN_EXIT_USAGE;
		if (seen & 1u << index)
			return warden_usage_wrong("--%s stands twice", options[index].name);
		seen |= 1u << index;
		status = grant_option(b, c, optarg);
		if (status)
			return status;
	}
	if (argc - optind != 2)
		return warden_usage_wrong("consent grant wants a program and a sensor class");
	if (!(seen & 1u))
		return warden_usage_wrong(
			"consent grant wants --purpose: consent is for a purpose");
	if ((seen & 6u) == 6u)
		return warden_usage_wrong("--for and --until say the same thing; give one");
	if (class_of(argv[optind + 1]) < 0)
		return wrong_class(argv[optind + 1]);
	warden_blob_put_u32(b, WARDEN_A_CONSENT_CLASS, (uint32_t)class_of(argv[optind + 1]));
	return put_label(b, WARDEN_A_CONSENT_PROGRAM, "the program", argv[optind]);
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

static int run_grant(const struct warden_ctl *ctl, int argc, char **argv)
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

/* One word alone is a class where there is one of that name, else a program. */
static int withdraw_words(struct warden_blob *b, int count, char **words)
{
	const char *program = count ? words[0] : NULL;
	const char *class = count == 2 ? words[1] : NULL;

	if (count == 1 && class_of(words[0]) > 0) {
		program = NULL;
		class = words[0];
	}
	if (class && strcmp(class, "any")) {
		if (class_of(class) < 0)
			return wrong_class(class);
		warden_blob_put_u32(b, WARDEN_A_CONSENT_CLASS, (uint32_t)class_of(class));
	}
	if (program && strcmp(program, "any"))
		return put_label(b, WARDEN_A_CONSENT_PROGRAM, "the program", program);
	return 0;
}

static int withdraw_request(struct warden_blob *b, int argc, char **argv)
{
	static const struct option options[] = {
		{ "receipt", required_argument, NULL, 'r' },
		{ NULL, 0, NULL, 0 },
	};
	uint8_t receipt[WARDEN_RECEIPT_SIZE];
	int c, status;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?')
			return WARDEN_EXIT_USAGE;
		if (!warden_uuid_get(receipt, optarg))
			return warden_usage_wrong("--receipt wants a UUID as consent grant prints "
						  "it, not `%s`",
						  optarg);
		if (b->len)
			return warden_usage_wrong("--receipt stands twice");
		warden_blob_put(b, WARDEN_A_CONSENT_RECEIPT, receipt, sizeof(receipt));
	}
	if (argc - optind > 2)
		return warden_usage_wrong("consent withdraw takes a program and a sensor class");
	status = withdraw_words(b, argc - optind, argv + optind);
	if (!status && !b->len)
		return warden_usage_wrong("consent withdraw wants --receipt, a program or a sensor "
					  "class");
	return status;
}

static void print_withdrawn(const struct warden_object *o)
{
	uint64_t ended = warden_object_number(o, WARDEN_A_CONSENT_ENDED);
	char took[WARDEN_TIME_TEXT];

	printf("withdrawn: %" PRIu64 " session%s ended in %s ms\n", ended, ended == 1 ? "" : "s",
	       warden_output_ms(took, warden_object_number(o, WARDEN_A_CONSENT_TOOK)));
}

static int run_withdraw(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_blob b = { NULL, 0, 0 };
	const struct warden_ask ask = {
		.what = "consent withdraw",
		.cmd = WARDEN_CMD_CONSENT_WITHDRAW,
		.request = &b,
		.print = print_withdrawn,
		.advice = "see wardenctl consent list",
	};
	int status = withdraw_request(&b, argc, argv);

	if (!status)
		status = warden_ask_one(ctl, &ask);
	warden_blob_free(&b);
	return status;
}

static void list_consent(struct warden_table *t, const struct warden_object *o)
{
	const struct warden_value *receipt = &o->v[WARDEN_A_CONSENT_RECEIPT];
	char text[WARDEN_TIME_TEXT] = "never";

	warden_table_cell(t, warden_object_word(o, WARDEN_A_CONSENT_STATE));
	warden_table_cell(t, warden_object_string(o, WARDEN_A_CONSENT_PROGRAM));
	warden_table_cell(t, warden_object_word(o, WARDEN_A_CONSENT_CLASS));
	warden_table_cell(t, warden_object_string(o, WARDEN_A_CONSENT_PURPOSE));
	warden_table_cell(t, warden_object_string(o, WARDEN_A_CONSENT_PRINCIPAL));
	if (warden_object_has(o, WARDEN_A_CONSENT_EXPIRES))
		warden_output_time(text, warden_object_number(o, WARDEN_A_CONSENT_EXPIRES));
	warden_table_cell(t, text);
	text[0] = '\0';
	if (receipt->len == WARDEN_RECEIPT_SIZE)
		warden_uuid_put(text, receipt->data);
	warden_table_cell(t, text);
}

static int run_list(const struct warden_ctl *ctl, int argc, char **argv)
{
	static const char *const columns[] = { "STATE",	    "PROGRAM", "CLASS",	  "PURPOSE",
					       "PRINCIPAL", "EXPIRES", "RECEIPT", NULL };
	static const struct warden_ask_list ask = {
		.what = "consent list",
		.cmd = WARDEN_CMD_CONSENT_GET,
		.columns = columns,
		.row = list_consent,
		.empty = "nobody has consented to anything",
	};

	return warden_usage_none(argc, argv) ? WARDEN_EXIT_USAGE : warden_ask_all(ctl, &ask);
}

const struct warden_noun *warden_noun_consent(void)
{
	static const struct warden_verb verbs[] = {
		{ "grant",
		  "PROGRAM CLASS --purpose PURPOSE [--for 10m | --until TIME] [--principal WHO] "
		  "[--basis BASIS] [--notice FILE]",
		  run_grant },
		{ "withdraw", "[--receipt UUID] [PROGRAM] [CLASS]", run_withdraw },
		{ "list", "", run_list },
		{ NULL, NULL, NULL },
	};
	static const struct warden_noun noun = { "consent", "who may read a sensor, and for what",
						 verbs };

	return &noun;
}
