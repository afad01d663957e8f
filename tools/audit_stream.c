// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <linux/warden.h>

#include "audit_stream.h"

static int hand_on(struct warden_audit_stream *s, const struct warden_object *o)
{
	s->next = warden_object_number(o, WARDEN_A_RECORD_SEQ) + 1;
	return s->fn(s->ctx, o);
}

/* A record of the ring: what should have stood before it is gone. */
static int take_kept(void *ctx, const struct warden_object *o)
{
	struct warden_audit_stream *s = ctx;
	uint64_t seq = warden_object_number(o, WARDEN_A_RECORD_SEQ);

	if (seq < s->next)
		return 0;
	s->lost += seq - s->next;
	return hand_on(s, o);
}

static int fetch(struct warden_audit_stream *s)
{
	struct warden_blob request = { NULL, 0, 0 };
	int err;

	warden_blob_put_u64(&request, WARDEN_A_RECORD_SEQ, s->next);
	err = warden_nl_dump(s->nl, WARDEN_CMD_AUDIT_GET, &request, take_kept, s, s->fault);
	warden_blob_free(&request);
	return err;
}

/* Fetches what is missing and says how that went. */
static int catch_up(struct warden_audit_stream *s, const char *why)
{
	uint64_t next = s->next, lost = s->lost;
	int err = fetch(s);

	lost = s->lost - lost;
	if (s->next != next)
		fprintf(stderr,
			"wardenctl: audit: %s: %" PRIu64 " records missed, %" PRIu64
			" read from the ring, %" PRIu64 " lost\n",
			why, s->next - next, s->next - next - lost, lost);
	return err;
}

static int take_event(void *ctx, const struct warden_object *o)
{
	struct warden_audit_stream *s = ctx;
	uint64_t seq = warden_object_number(o, WARDEN_A_RECORD_SEQ);

	if (seq < s->next)
		return 0;
	if (seq > s->next) /* this one is in the ring, too */
		return catch_up(s, "a gap");
	return hand_on(s, o);
}

static int take_count(void *ctx, const struct warden_object *o)
{
	struct warden_audit_stream *s = ctx;

	s->next = warden_object_number(o, WARDEN_A_STATUS_RECORDS) + 1;
	return 0;
}

int warden_audit_stream_start(struct warden_audit_stream *s, uint64_t since)
{
	int err = warden_nl_audit_join(s->nl, s->fault);

	if (err)
		return err;
	s->next = since;
	if (!since)
		err = warden_nl_do(s->nl, WARDEN_CMD_STATUS_GET, NULL, take_count, s, s->fault);
	/* Joining tells nobody that he may not read; asking for what is there does. */
	return err ? err : fetch(s);
}

int warden_audit_stream_wait(struct warden_audit_stream *s, int timeout_ms)
{
	int err = warden_nl_audit_wait(s->nl, timeout_ms, take_event, s, s->fault);

	return err == -ENOBUFS ? catch_up(s, "the socket overran") : err;
}
