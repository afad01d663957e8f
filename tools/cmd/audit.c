// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <linux/warden.h>

#include "../audit_stream.h"
#include "../chains.h"
#include "../cmd.h"
#include "../policy/model.h"
#include "../nl.h"
#include "../output.h"
#include "../reason.h"

#define DONE 1 /* as many records as were asked for */

struct watch {
	const struct warden_ctl *ctl;
	uint64_t left; /* records still wanted; 0 is no bound */
};

static void print_object(const struct warden_object *o)
{
	const char *protocol =
		warden_protocol_name((uint32_t)warden_object_number(o, WARDEN_A_RECORD_PROTOCOL));
	const struct warden_value *digest = &o->v[WARDEN_A_RECORD_OBJECT_DIGEST];
	uint64_t domain = warden_object_number(o, WARDEN_A_RECORD_DOMAIN);
	char safe[1024], hex[2 * WARDEN_DIGEST_SIZE + 1];

	if (warden_object_has(o, WARDEN_A_RECORD_CLASS))
		printf(" %s", warden_object_word(o, WARDEN_A_RECORD_CLASS));
	if (warden_object_has(o, WARDEN_A_RECORD_OBJECT))
		printf(" %s",
		       warden_output_escape(safe, sizeof(safe),
					    warden_object_string(o, WARDEN_A_RECORD_OBJECT)));
	if (domain == WARDEN_DOMAIN_BPF && digest->len == WARDEN_DIGEST_SIZE)
		printf(" sha256 %s", warden_hex_put(hex, digest->data, digest->len));
	if (domain == WARDEN_DOMAIN_LISTEN || domain == WARDEN_DOMAIN_CONNECT ||
	    domain == WARDEN_DOMAIN_BIND)
		printf(" %s port %" PRIu64, protocol ? protocol : "?",
		       warden_object_number(o, WARDEN_A_RECORD_PORT));
}

static void print_ground(const struct warden_object *o)
{
	uint64_t event = warden_object_number(o, WARDEN_A_RECORD_EVENT);
	uint64_t reason = warden_object_number(o, WARDEN_A_RECORD_REASON);
	uint64_t line = warden_object_number(o, WARDEN_A_RECORD_LINE);
	uint64_t count = warden_object_number(o, WARDEN_A_RECORD_COUNT);
	const char *advice = warden_reason_advice(reason);
	char took[WARDEN_TIME_TEXT];

	if (reason != WARDEN_REASON_NONE)
		printf(": %s", warden_reason_sentence(reason));
	if (line)
		printf(" (line %" PRIu64 ")", line);
	if (count > 1)
		printf(" %" PRIu64 " times", count);
	if (warden_object_has(o, WARDEN_A_RECORD_TOOK))
		printf(" after %s ms",
		       warden_output_ms(took, warden_object_number(o, WARDEN_A_RECORD_TOOK)));
	if ((event == WARDEN_EVENT_VERDICT || event == WARDEN_EVENT_INBOUND) && *advice)
		printf("; %s", advice);
}

static void print_record(const struct warden_object *o)
{
	uint64_t event = warden_object_number(o, WARDEN_A_RECORD_EVENT);
	uint64_t domain = warden_object_number(o, WARDEN_A_RECORD_DOMAIN);
	char when[WARDEN_TIME_TEXT], safe[1024];

	printf("%" PRIu64 " %s %s %s", warden_object_number(o, WARDEN_A_RECORD_SEQ),
	       warden_output_time(when, warden_object_number(o, WARDEN_A_RECORD_TIME)),
	       warden_object_word(o, WARDEN_A_RECORD_EVENT),
	       warden_object_word(o, WARDEN_A_RECORD_DOMAIN));
	if (event == WARDEN_EVENT_VERDICT)
		printf(" %s", warden_object_word(o, WARDEN_A_RECORD_ACTION));
	if (event == WARDEN_EVENT_SHADOW)
		printf(" would %s", warden_object_word(o, WARDEN_A_RECORD_ACTION));
	else if (warden_object_number(o, WARDEN_A_RECORD_OBSERVED))
		printf(" (observed only)");
	if (warden_object_number(o, WARDEN_A_RECORD_LAYER) > WARDEN_ROLE_MAKER)
		printf(" (%s layer)", warden_object_word(o, WARDEN_A_RECORD_LAYER));
	if (warden_object_has(o, WARDEN_A_RECORD_PROGRAM))
		printf(" %s",
		       warden_output_escape(safe, sizeof(safe),
					    warden_object_string(o, WARDEN_A_RECORD_PROGRAM)));
	/* A consent is about the program, and made by another process; the kernel is none. */
	if (warden_object_has(o, WARDEN_A_RECORD_PROGRAM) && domain != WARDEN_DOMAIN_CONSENT &&
	    event != WARDEN_EVENT_INBOUND)
		printf("[%" PRIu64 "]", warden_object_number(o, WARDEN_A_RECORD_PID));
	print_object(o);
	print_ground(o);
	putchar('\n');
	fflush(stdout);
}

static int take_record(void *ctx, const struct warden_object *o)
{
	struct watch *w = ctx;

	if (w->ctl->json)
		warden_output_line(warden_output_object(o));
	else
		print_record(o);
	if (w->left && !--w->left)
		return DONE;
	return ferror(stdout) ? -EPIPE : 0;
}

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct watch_options {
	unsigned long long count;
	unsigned long long timeout; /* seconds; 0 is for ever */
	unsigned long long since;
};

static int follow(struct warden_audit_stream *s, const struct watch_options *o)
{
	int64_t end = now_ms() + (int64_t)o->timeout * 1000;
	int err = warden_audit_stream_start(s, o->since);

	while (!err) {
		int64_t left = o->timeout ? end - now_ms() : -1;

		if (o->timeout && left <= 0)
			return -ETIMEDOUT;
		err = warden_audit_stream_wait(s, (int)left);
	}
	return err;
}

static int watch_options(struct watch_options *o, int argc, char **argv)
{
	static const struct option options[] = {
		{ "count", required_argument, NULL, 'c' },
		{ "timeout", required_argument, NULL, 't' },
		{ "since", required_argument, NULL, 's' },
		{ NULL, 0, NULL, 0 },
	};
	int c, status = 0;

	memset(o, 0, sizeof(*o));
	optind = 1;
	while (!status && (c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'c')
			status = warden_usage_number(optarg, "--count", UINT32_MAX, &o->count);
		else if (c == 't')
			status = warden_usage_number(optarg, "--timeout", 1000000, &o->timeout);
		else if (c == 's')
			status = warden_usage_number(optarg, "--since", INT64_MAX, &o->since);
		else
			status = WARDEN_EXIT_USAGE;
	}
	if (!status && optind < argc)
		status = warden_usage_wrong("audit takes no `%s`", argv[optind]);
	return status;
}

/* Time running out is a failure only where a number of records was asked for. */
static int watch_status(int err, const struct watch *w, struct warden_fault *f)
{
	if (err == DONE || (err == -ETIMEDOUT && !w->left))
		return WARDEN_EXIT_OK;
	if (err == -ETIMEDOUT)
		warden_fault_set(f, err, "wait longer with --timeout",
				 "the time ran out with %" PRIu64 " more records wanted", w->left);
	if (err == -EPIPE || err == -EINTR)
		return WARDEN_EXIT_FAILED;
	return warden_fault_print(f, "audit watch");
}

static int run_watch(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct watch w = { .ctl = ctl };
	struct warden_audit_stream s = { .fn = take_record, .ctx = &w };
	struct watch_options o;
	struct warden_fault f;
	int err;

	if (watch_options(&o, argc, argv))
		return WARDEN_EXIT_USAGE;
	w.left = o.count;
	s.fault = &f;
	err = warden_nl_open(&s.nl, &f);
	if (err)
		return warden_fault_print(&f, "audit watch");
	err = follow(&s, &o);
	warden_nl_close(s.nl);
	return watch_status(err, &w, &f);
}

static int read_ring(uint64_t since, warden_object_fn fn, void *ctx, struct warden_fault *f)
{
	struct warden_blob request = { NULL, 0, 0 };
	struct warden_nl *nl;
	int err = warden_nl_open(&nl, f);

	if (err)
		return err;
	if (since)
		warden_blob_put_u64(&request, WARDEN_A_RECORD_SEQ, since);
	err = warden_nl_dump(nl, WARDEN_CMD_AUDIT_GET, &request, fn, ctx, f);
	warden_blob_free(&request);
	warden_nl_close(nl);
	return err;
}

static int run_show(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct watch w = { .ctl = ctl };
	struct watch_options o;
	struct warden_fault f;
	int err;

	if (watch_options(&o, argc, argv))
		return WARDEN_EXIT_USAGE;
	if (o.timeout)
		return warden_usage_wrong("audit show does not wait; --timeout is for audit watch");
	w.left = o.count;
	err = read_ring(o.since, take_record, &w, &f);
	if (err == -EPIPE)
		return WARDEN_EXIT_FAILED;
	return err < 0 ? warden_fault_print(&f, "audit show") : WARDEN_EXIT_OK;
}

static int walk(void *ctx, const struct warden_object *o)
{
	return warden_walk_record(ctx, o) ? 0 : DONE;
}

static void print_walk(const struct warden_ctl *ctl, const struct warden_walk *w)
{
	char hex[2 * WARDEN_DIGEST_SIZE + 1];

	warden_hex_put(hex, w->chain, sizeof(w->chain));
	if (ctl->json)
		printf("{\"verified\":%s,\"records\":%" PRIu64 ",\"first\":%" PRIu64
		       ",\"last\":%" PRIu64 ",\"wrong\":%" PRIu64 ",\"chain\":\"%s\"}\n",
		       w->what[0] ? "false" : "true", w->entries, w->first, w->last, w->wrong, hex);
	else if (!w->what[0] && w->entries)
		printf("the chain holds: records %" PRIu64 " to %" PRIu64 ", chain %s\n", w->first,
		       w->last, hex);
	else if (!w->what[0])
		puts("there is no record yet");
}

static int run_verify(const struct warden_ctl *ctl, int argc, char **argv)
{
	struct warden_walk w = { .entries = 0 };
	struct warden_fault f;
	int err;

	if (warden_usage_none(argc, argv))
		return WARDEN_EXIT_USAGE;
	err = read_ring(0, walk, &w, &f);
	if (err < 0)
		return warden_fault_print(&f, "audit verify");
	print_walk(ctl, &w);
	if (!w.what[0])
		return WARDEN_EXIT_OK;
	warden_fault_set(&f, -EBADMSG, "keep what audit show prints, and find out who changed it",
			 "%s", w.what);
	return warden_fault_print(&f, "audit verify: record %" PRIu64, w.wrong);
}

const struct warden_noun *warden_noun_audit(void)
{
	static const struct warden_verb verbs[] = {
		{ "watch", "[--count N] [--timeout SECONDS] [--since SEQ]", run_watch },
		{ "show", "[--count N] [--since SEQ]", run_show },
		{ "verify", "", run_verify },
		{ NULL, NULL, NULL },
	};
	static const struct warden_noun noun = { "audit", "what happened, and why", verbs };

	return &noun;
}
