// SPDX-License-Identifier: GPL-2.0-only
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/warden.h>
#include <warden/limits.h>

#include "../ask.h"
#include "../cmd.h"
#include "../output.h"
#include "consent_words.h"

/* One word alone is a class where there is one of that name, else a program. */
static int withdraw_words(struct warden_blob *b, int count, char **words)
{
	const char *program = count ? words[0] : NULL;
	const char *class = count == 2 ? words[1] : NULL;

	if (count == 1 && warden_consent_class(words[0]) > 0) {
		program = NULL;
		class = words[0];
	}
	if (class && strcmp(class, "any")) {
		if (warden_consent_class(class) < 0)
			return warden_consent_no_class(class);
		warden_blob_put_u32(b, WARDEN_A_CONSENT_CLASS, (uint32_t)warden_consent_class(class));
	}
	if (program && strcmp(program, "any"))
		return warden_consent_put_label(b, WARDEN_A_CONSENT_PROGRAM, "the program", program);
	return 0;
}

static int withdraw_request(struct warden_blob *b, bool *transfer, int argc, char **argv)
{
	static const struct option options[] = {
		{ "receipt", required_argument, NULL, 'r' },
		{ "all", no_argument, NULL, 'a' },
		{ "owner-transfer", no_argument, NULL, 'o' },
		{ NULL, 0, NULL, 0 },
	};
	uint8_t receipt[WARDEN_RECEIPT_SIZE];
	bool all = false;
	int c, status;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?')
			return WARDEN_EXIT_USAGE;
		all |= c == 'a';
		*transfer |= c == 'o';
		if (c != 'r')
			continue;
		if (!warden_uuid_get(receipt, optarg))
			return warden_usage_wrong("--receipt wants a UUID as consent grant prints "
						  "it, not `%s`",
						  optarg);
		if (b->len)
			return warden_usage_wrong("--receipt stands twice");
		warden_blob_put(b, WARDEN_A_CONSENT_RECEIPT, receipt, sizeof(receipt));
	}
	if ((all && (b->len || argc > optind)) || (*transfer && !all))
		return warden_usage_wrong("--all names no other, and --owner-transfer goes with it");
	if (all && !*transfer)
		warden_blob_put_u32(b, WARDEN_A_CONSENT_ALL, 1);
	if (all)
		return 0;
	if (argc - optind > 2)
		return warden_usage_wrong("consent withdraw takes a program and a sensor class");
	status = withdraw_words(b, argc - optind, argv + optind);
	if (!status && !b->len)
		return warden_usage_wrong("consent withdraw wants --receipt, a program or a sensor "
					  "class");
	return status;
}

static void print_ended(const struct warden_object *o)
{
	uint64_t ended = warden_object_number(o, WARDEN_A_CONSENT_ENDED);
	char took[WARDEN_TIME_TEXT];

	printf("%" PRIu64 " session%s ended in %s ms\n", ended, ended == 1 ? "" : "s",
	       warden_output_ms(took, warden_object_number(o, WARDEN_A_CONSENT_TOOK)));
}

static void print_withdrawn(const struct warden_object *o)
{
	printf("withdrawn: ");
	print_ended(o);
}

static void print_transferred(const struct warden_object *o)
{
	printf("withdrawn: %" PRIu64 " consents; switches are on, the device is disarmed, ",
	       warden_object_number(o, WARDEN_A_CONSENT_WITHDRAWN));
	print_ended(o);
	puts("save the state now, if one is saved: an older one would bring them back at the next start");
}

static int run_withdraw(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_blob b = { NULL, 0, 0 };
	struct warden_ask ask = {
		.what = "consent withdraw",
		.cmd = WARDEN_CMD_CONSENT_WITHDRAW,
		.request = &b,
		.print = print_withdrawn,
		.advice = "see wardenctl consent list",
	};
	bool transfer = false;
	int status = withdraw_request(&b, &transfer, argc, argv);

	if (transfer) {
		ask.cmd = WARDEN_CMD_OWNER_TRANSFER;
		ask.request = NULL;
		ask.print = print_transferred;
	}
	if (!status)
		status = warden_ask_one(ctl, &ask);
	warden_blob_free(&b);
	return status;
}

static void print_armed(const struct warden_object *o)
{
	printf("the device is armed: ");
	print_ended(o);
}

static void print_disarmed(const struct warden_object *o)
{
	printf("the device is disarmed: ");
	print_ended(o);
}

static int run_context(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_blob b = { NULL, 0, 0 };
	struct warden_ask ask = {
		.what = "consent context",
		.cmd = WARDEN_CMD_CONTEXT_SET,
		.request = &b,
	};
	int context = argc == 2 ? warden_enum_value(warden_enum_consent_context(), argv[1]) : -1;
	int status;

	if (context <= WARDEN_CONSENT_CONTEXT_ANY)
		return warden_usage_wrong("consent context wants `armed` or `disarmed`");
	ask.print = context == WARDEN_CONSENT_CONTEXT_ARMED ? print_armed : print_disarmed;
	warden_blob_put_u32(&b, WARDEN_A_CONSENT_CONTEXT, (uint32_t)context);
	status = warden_ask_one(ctl, &ask);
	warden_blob_free(&b);
	return status;
}

/* What bounds it besides its end: that it never expires does not say that it lasts. */
static const char *put_bounds(char to[WARDEN_TIME_TEXT], const struct warden_object *o)
{
	const char *validity = NULL, *context = NULL;
	struct warden_object window;
	bool has_window = !warden_object_nth(o, WARDEN_A_CONSENT_WINDOW, 0, &window);

	if (warden_object_number(o, WARDEN_A_CONSENT_VALIDITY) != WARDEN_CONSENT_VALIDITY_LASTING)
		validity = warden_object_word(o, WARDEN_A_CONSENT_VALIDITY);
	if (warden_object_has(o, WARDEN_A_CONSENT_CONTEXT))
		context = warden_object_word(o, WARDEN_A_CONSENT_CONTEXT);
	snprintf(to, WARDEN_TIME_TEXT, "%s%s%s%s%s", validity ? ", " : "", validity ?: "",
		 has_window ? ", window" : "", context ? ", " : "", context ?: "");
	return *to ? to + strlen(", ") : "-";
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
	warden_table_cell(t, put_bounds(text, o));
	text[0] = '\0';
	if (receipt->len == WARDEN_RECEIPT_SIZE)
		warden_uuid_put(text, receipt->data);
	warden_table_cell(t, text);
}

static int run_list(const struct warden_ctl *ctl, int argc, char **argv)
{
	static const char *const columns[] = { "STATE",	    "PROGRAM", "CLASS",	  "PURPOSE",
					       "PRINCIPAL", "EXPIRES", "BOUNDS",  "RECEIPT", NULL };
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
		  "PROGRAM CLASS --purpose PURPOSE [--for 10m | --until TIME] "
		  "[--once | --run | --session] [--window \"mon-fri 08:00-18:00\"]... "
		  "[--while armed|disarmed] [--principal WHO] [--basis BASIS] [--notice FILE] "
		  "[--jurisdiction LAW]",
		  warden_consent_grant },
		{ "withdraw", "[--receipt UUID] [PROGRAM] [CLASS] | --all [--owner-transfer]", run_withdraw },
		{ "list", "", run_list },
		{ "show", "RECEIPT", warden_consent_show },
		{ "context", "armed|disarmed", run_context },
		{ "ask",
		  "[--button NODE[:YES[:NO]]] [--yes y|s|\"t 10m\"] [--led NAME] [--principal WHO] "
		  "[--basis BASIS] [--back SPAN] [--count N] [--timeout SECONDS]",
		  warden_consent_ask },
		{ "export", "--key KEY.pem --cert CERT.pem [--any-device] FILE", warden_consent_export },
		{ "import", "[--signature FILE.p7s] [--cert CERT.pem] [--trust-clock] FILE",
		  warden_consent_import },
		{ "vouch", "--key KEY.pem --cert CERT.pem OLD-FILE NEW-FILE STATEMENT",
		  warden_consent_vouch },
		{ "carry", "[--signature FILE.p7s] STATEMENT", warden_consent_carry },
		{ NULL, NULL, NULL },
	};
	static const struct warden_noun noun = { "consent", "who may read a sensor, and for what",
						 verbs };

	return &noun;
}
