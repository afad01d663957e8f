// SPDX-License-Identifier: GPL-2.0-only
/*
 * The reference of a user interface for consent: waits until a program lacks one,
 * asks a person on the terminal or by an LED, and grants what a word or a key says.
 * It decides nothing, and nobody waits for it.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <linux/warden.h>
#include <warden/limits.h>

#include "../audit_stream.h"
#include "../button.h"
#include "../cmd.h"
#include "../compiled.h"
#include "../lamp.h"
#include "../nl.h"
#include "../nl_policy.h"
#include "../output.h"
#include "../questions.h"
#include "consent_answer.h"
#include "consent_words.h"

#define BACK_MAX 86400 /* seconds; the module keeps records for no certain time */

#define DONE 1 /* not a value any function here fails with */

static volatile sig_atomic_t interrupted;

/**
 * struct asking - all there is to a run
 * @ctl: text or JSON
 * @nl: for what is asked of the module
 * @stream: records as they come
 * @questions: who waits
 * @common: attributes of each grant: whose consent it is, and on what basis
 * @pressed: what the key says
 * @button: the key
 * @lamp: lit while a question waits or a sensor is open
 * @in_use: a sensor was open when that was looked at last, by another than this program
 * @is_stale: sessions came or went since then
 * @shown_at: CLOCK_MONOTONIC in ns when the front was shown; 0 is not yet
 * @line: what was typed of a line so far
 * @typed: characters of it; one past the room is a line too long
 * @reads: somebody may type
 * @left: answers still wanted; 0 is no bound
 * @end: CLOCK_MONOTONIC in ns when it is over; 0 is never
 * @since: boot-time clock in ns; uses that were refused from then on are asked about, 0 is from now
 * @fault: why it failed
 */
struct asking {
	const struct warden_ctl *ctl;
	struct warden_nl *nl;
	struct warden_audit_stream stream;
	struct warden_questions questions;
	struct warden_blob common;
	struct warden_consent_answer pressed;
	struct warden_button button;
	struct warden_lamp lamp;
	bool in_use;
	bool is_stale;
	uint64_t shown_at;
	char line[64];
	size_t typed;
	bool reads;
	unsigned long long left;
	uint64_t end;
	uint64_t since;
	struct warden_fault fault;
};

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static uint64_t monotonic(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

static int take_record(void *ctx, const struct warden_object *o)
{
	struct asking *a = ctx;

	switch (warden_object_number(o, WARDEN_A_RECORD_EVENT)) {
	case WARDEN_EVENT_CONSENT_REQUEST:
		if (warden_object_number(o, WARDEN_A_RECORD_TIME) >= a->since)
			warden_questions_add(&a->questions, o, monotonic());
		return 0;
	case WARDEN_EVENT_GRANT:
		if (warden_questions_settle(&a->questions, o))
			a->shown_at = 0;
		return 0;
	case WARDEN_EVENT_POLICY_LOAD:
	case WARDEN_EVENT_POLICY_REVERT:
	case WARDEN_EVENT_POLICY_DROP:
		a->shown_at = 0; /* the program and the purpose may be others by the same name */
		return 0;
	case WARDEN_EVENT_SESSION_START:
	case WARDEN_EVENT_SESSION_END:
		a->is_stale = true;
		return 0;
	case WARDEN_EVENT_STOP:
		return warden_fault_set(&a->fault, -ESHUTDOWN, "load it again, then ask again",
					"Warden was stopped");
	default:
		return 0;
	}
}

static void put(struct json_object *json, const char *key, struct json_object *value)
{
	json_object_object_add(json, key, value);
}

static void print_json(const struct warden_question *q, const char *text)
{
	struct json_object *json = json_object_new_object();

	put(json, "program", json_object_new_string(q->program));
	put(json, "class", json_object_new_string(warden_enum_word(warden_enum_sensor_class(), q->class)));
	put(json, "object", json_object_new_string(q->object));
	put(json, "purpose", json_object_new_string(q->purpose));
	put(json, "text", json_object_new_string(text));
	put(json, "line", json_object_new_int64(q->line));
	put(json, "pid", json_object_new_int64(q->pid));
	put(json, "uid", json_object_new_int64(q->uid));
	put(json, "uses", json_object_new_int64((int64_t)q->uses));
	warden_output_line(json);
}

/* Asks the front, unless it stands on the screen already. */
static void show(struct asking *a)
{
	const struct warden_question *q = warden_questions_front(&a->questions);
	char text[WARDEN_TEXT_MAX + 1] = "";
	struct warden_blob policy = { NULL, 0, 0 };
	struct warden_fault f;

	if (!q || a->shown_at)
		return;
	if (!warden_nl_policy_read(a->nl, q->layer, &policy, &f))
		warden_compiled_purpose(text, &policy, q->purpose);
	warden_blob_free(&policy);
	a->shown_at = monotonic(); /* before anybody can have read it */
	if (a->ctl->json)
		print_json(q, text);
	else
		warden_consent_question_print(q, text);
}

static void say(const struct asking *a, const char *answer, const char *rest)
{
	struct json_object *json;

	if (!a->ctl->json) {
		printf("%s%s\n", answer, rest);
		fflush(stdout);
		return;
	}
	json = json_object_new_object();
	put(json, "answer", json_object_new_string(answer));
	warden_output_line(json);
}

static int take_granted(void *ctx, const struct warden_object *o)
{
	const struct warden_value *receipt = &o->v[WARDEN_A_CONSENT_RECEIPT];
	char uuid[WARDEN_UUID_TEXT] = "?", rest[80];

	if (receipt->len == WARDEN_RECEIPT_SIZE)
		warden_uuid_put(uuid, receipt->data);
	snprintf(rest, sizeof(rest), ": consent %s stands", uuid);
	say(ctx, "granted", rest);
	return 0;
}

/* By the same road as `consent grant`; what is refused there was no answer. */
static void grant(struct asking *a, const struct warden_consent_answer *answer)
{
	struct warden_blob b = { NULL, 0, 0 };
	struct warden_fault f;

	warden_consent_answer_put(&b, warden_questions_front(&a->questions), answer);
	if (a->common.len)
		warden_blob_append(&b, a->common.data, a->common.len);
	if (warden_nl_do(a->nl, WARDEN_CMD_CONSENT_GRANT, &b, take_granted, a, &f))
		warden_fault_print(&f, "consent ask");
	warden_blob_free(&b);
	warden_questions_pop(&a->questions);
}

static void refuse(struct asking *a, uint64_t seconds)
{
	char rest[WARDEN_TIME_TEXT + 40], span[WARDEN_TIME_TEXT];
	uint64_t ns = seconds * 1000000000u;

	if (seconds)
		snprintf(rest, sizeof(rest), "; not asked again for %s", warden_output_span(span, ns));
	else
		snprintf(rest, sizeof(rest), "; not asked again while this runs");
	say(a, "refused", rest);
	warden_questions_refuse(&a->questions, seconds ? monotonic() + ns : UINT64_MAX);
}

/* Answers the front; gives DONE where no more is wanted. */
static int answer(struct asking *a, const struct warden_consent_answer *answer)
{
	if (answer->kind == WARDEN_ANSWER_DISMISS) {
		say(a, "dismissed", "; its next use asks again");
		warden_questions_pop(&a->questions);
	} else if (answer->kind == WARDEN_ANSWER_NO) {
		refuse(a, answer->seconds);
	} else {
		grant(a, answer);
	}
	a->shown_at = 0;
	return a->left && !--a->left ? DONE : 0;
}

/* What was typed before the question stood there was no answer to it. */
static int take_line(struct asking *a, const char *line)
{
	struct warden_consent_answer said;

	if (!a->shown_at) {
		fputs("wardenctl: nobody asks for anything now\n", stderr);
		return 0;
	}
	said = warden_consent_answer_read(line);
	if (said.kind != WARDEN_ANSWER_NONE)
		return answer(a, &said);
	fputs("wardenctl: the answers are y, s, t 10m, n, n 1h and d\n", stderr);
	return 0;
}

static int take_character(struct asking *a, char c)
{
	int err;

	if (c != '\n') {
		if (a->typed < sizeof(a->line) - 1)
			a->line[a->typed++] = c;
		return 0;
	}
	a->line[a->typed] = '\0';
	err = a->typed ? take_line(a, a->line) : 0;
	a->typed = 0;
	return err;
}

/* With nobody who types any more, a key may still be pressed. */
static int take_input(struct asking *a)
{
	char text[64];
	ssize_t n = read(STDIN_FILENO, text, sizeof(text)), i;
	int err = 0;

	if (n <= 0) {
		a->reads = false;
		return a->button.fd < 0 ? DONE : 0;
	}
	for (i = 0; i < n && !err; i++)
		err = take_character(a, text[i]);
	return err;
}

static int take_press(struct asking *a)
{
	const struct warden_consent_answer no = { WARDEN_ANSWER_NO, 0 };
	enum warden_press press;
	int err = warden_button_read(&a->button, a->shown_at ?: UINT64_MAX, &press);

	if (err)
		return warden_fault_set(&a->fault, err, "look whether it is plugged in, and whether "
					"the policy still lets wardenctl use it",
					"the button cannot be read any more");
	if (press == WARDEN_PRESS_NONE)
		return 0;
	return answer(a, press == WARDEN_PRESS_YES ? &a->pressed : &no);
}

/* The key and the LED of this program may be sessions, too. */
static int find_session(void *ctx, const struct warden_object *o)
{
	struct asking *a = ctx;

	a->in_use |= warden_object_number(o, WARDEN_A_SESSION_PID) != (uint64_t)getpid();
	return 0;
}

static void light(struct asking *a)
{
	struct warden_fault f;

	if (a->lamp.fd < 0)
		return;
	if (a->is_stale) {
		a->in_use = false;
		(void)warden_nl_dump(a->nl, WARDEN_CMD_SESSION_GET, NULL, find_session, a, &f);
	}
	a->is_stale = false;
	warden_lamp_set(&a->lamp, a->in_use || warden_questions_front(&a->questions));
}

static int take_records(struct asking *a)
{
	int err;

	do
		err = warden_audit_stream_wait(&a->stream, 0);
	while (!err);
	return err == -ETIMEDOUT || err == -EINTR ? 0 : err;
}

static int wait_ms(const struct asking *a)
{
	uint64_t now = monotonic();

	if (!a->end)
		return -1;
	return now < a->end ? (int)((a->end - now) / 1000000u + 1) : 0;
}

/* One round: -ETIMEDOUT where the time is over. */
static int turn(struct asking *a)
{
	struct pollfd fds[] = {
		{ .fd = warden_nl_audit_fd(a->nl), .events = POLLIN },
		{ .fd = a->reads ? STDIN_FILENO : -1, .events = POLLIN },
		{ .fd = a->button.fd, .events = POLLIN },
	};
	int n = poll(fds, 3, wait_ms(a)), err = 0;

	if (n < 0)
		return errno == EINTR ? 0 : warden_fault_set(&a->fault, -errno, "", "poll: %s",
							     strerror(errno));
	if (!n)
		return -ETIMEDOUT;
	if (fds[0].revents)
		err = take_records(a);
	if (!err && fds[1].revents)
		err = take_input(a);
	if (!err && fds[2].revents)
		err = take_press(a);
	return err;
}

static int follow(struct asking *a)
{
	int err = warden_audit_stream_start(&a->stream, a->since ? 1 : 0);

	a->is_stale = true;
	if (!err && !a->ctl->json)
		puts("waiting for programs that lack consent");
	fflush(stdout);
	while (!err && !interrupted) {
		show(a);
		light(a);
		err = turn(a);
	}
	return err;
}

struct options {
	const char *button;
	const char *led;
	unsigned long long count;
	unsigned long long timeout;
	uint64_t back;
};

static int read_press(struct asking *a, const char *text)
{
	a->pressed = warden_consent_answer_read(text);
	if (a->pressed.kind == WARDEN_ANSWER_NONE || a->pressed.kind >= WARDEN_ANSWER_NO)
		return warden_usage_wrong("--yes wants y, s or \"t 10m\", not `%s`", text);
	return 0;
}

static int take_option(struct asking *a, struct options *o, int option)
{
	switch (option) {
	case 'b':
		o->button = optarg;
		return 0;
	case 'l':
		o->led = optarg;
		return 0;
	case 'y':
		return read_press(a, optarg);
	case 'P':
		return warden_consent_put_label(&a->common, WARDEN_A_CONSENT_PRINCIPAL, "--principal",
						optarg);
	case 'B':
		return warden_consent_put_label(&a->common, WARDEN_A_CONSENT_BASIS, "--basis", optarg);
	case 'c':
		return warden_usage_number(optarg, "--count", UINT32_MAX, &o->count);
	case 't':
		return warden_usage_number(optarg, "--timeout", 1000000, &o->timeout);
	case 'k':
		return warden_usage_span(optarg, "--back", BACK_MAX, &o->back);
	}
	return WARDEN_EXIT_USAGE;
}

static int take_options(struct asking *a, struct options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{ "button", required_argument, NULL, 'b' },
		{ "led", required_argument, NULL, 'l' },
		{ "yes", required_argument, NULL, 'y' },
		{ "principal", required_argument, NULL, 'P' },
		{ "basis", required_argument, NULL, 'B' },
		{ "count", required_argument, NULL, 'c' },
		{ "timeout", required_argument, NULL, 't' },
		{ "back", required_argument, NULL, 'k' },
		{ NULL, 0, NULL, 0 },
	};
	int c, status = 0;

	optind = 1;
	while (!status && (c = getopt_long(argc, argv, "", options, NULL)) != -1)
		status = take_option(a, o, c);
	if (!status && optind < argc)
		status = warden_usage_wrong("consent ask takes no `%s`", argv[optind]);
	return status;
}

/* Never 0, which would be from now on. */
static uint64_t since(uint64_t seconds)
{
	uint64_t now = clock_ns(CLOCK_BOOTTIME), ns = seconds * 1000000000u;

	return now > ns ? now - ns : 1;
}

static int set_up(struct asking *a, const struct options *o)
{
	int err = warden_nl_open(&a->nl, &a->fault);

	a->stream = (struct warden_audit_stream){ .nl = a->nl, .fn = take_record, .ctx = a,
						  .fault = &a->fault };
	a->reads = true;
	a->left = o->count;
	a->since = o->back ? since(o->back) : 0;
	a->end = o->timeout ? monotonic() + o->timeout * 1000000000u : 0;
	if (!err && o->button)
		err = warden_button_open(&a->button, o->button, &a->fault);
	if (!err && o->led)
		err = warden_lamp_open(&a->lamp, o->led, &a->fault);
	return err;
}

static void interrupt(int sig)
{
	(void)sig;
	interrupted = 1;
}

/* So that the LED is put out; calls that wait end with EINTR. */
static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = interrupt };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static int exit_status(const struct asking *a, int err)
{
	struct warden_fault f = a->fault;

	if (err == DONE && a->left)
		warden_fault_set(&f, -EPIPE, "give it a terminal, or a --button",
				 "nobody can answer any more");
	else if (err == -ETIMEDOUT && a->left)
		warden_fault_set(&f, err, "wait longer with --timeout",
				 "the time ran out with %llu more answers wanted", a->left);
	else if (err >= 0 || err == -ETIMEDOUT)
		return WARDEN_EXIT_OK;
	return warden_fault_print(&f, "consent ask");
}

int warden_consent_ask(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct asking a = {
		.ctl = ctl,
		.button = { .fd = -1 },
		.lamp = { .fd = -1 },
		.pressed = { WARDEN_ANSWER_ONCE, 0 },
	};
	struct options o = { .button = NULL };
	int status = take_options(&a, &o, argc, argv), err;

	if (!status) {
		catch_signals();
		err = set_up(&a, &o);
		if (!err)
			err = follow(&a);
		warden_lamp_close(&a.lamp);
		warden_button_close(&a.button);
		if (a.nl)
			warden_nl_close(a.nl);
		status = exit_status(&a, err);
	}
	warden_blob_free(&a.common);
	return status;
}
