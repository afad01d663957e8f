// SPDX-License-Identifier: GPL-2.0-only
/* The audit stream over a module that is not there: order, gaps, overruns, losses. */
#include "kselftest_harness.h"

#include <errno.h>
#include <linux/warden.h>

#include "audit_stream.h"

#define EVENTS 16

/* What the module would do: a ring of records, and what waits in the socket. */
struct warden_nl {
	uint64_t oldest; /* in the ring */
	uint64_t newest;
	int64_t events[EVENTS]; /* numbers; a negative errno is what the socket says then */
	size_t at;
	size_t count;
};

static int hand_record(uint64_t seq, warden_object_fn fn, void *ctx)
{
	struct warden_blob b = { NULL, 0, 0 };
	struct warden_object o;
	int err;

	warden_blob_put_u64(&b, WARDEN_A_RECORD_SEQ, seq);
	warden_object_parse(&o, warden_set_record(), b.data, b.len);
	err = fn(ctx, &o);
	warden_blob_free(&b);
	return err;
}

int warden_nl_do(struct warden_nl *nl, int cmd, const struct warden_blob *request,
		 warden_object_fn fn, void *ctx, struct warden_fault *f)
{
	struct warden_blob b = { NULL, 0, 0 };
	struct warden_object o;
	int err;

	warden_blob_put_u64(&b, WARDEN_A_STATUS_RECORDS, nl->newest);
	warden_object_parse(&o, warden_set_status(), b.data, b.len);
	err = fn(ctx, &o);
	warden_blob_free(&b);
	return err;
}

int warden_nl_dump(struct warden_nl *nl, int cmd, const struct warden_blob *request,
		   warden_object_fn fn, void *ctx, struct warden_fault *f)
{
	struct warden_object o;
	uint64_t seq;
	int err = 0;

	warden_object_parse(&o, warden_set_record(), request->data, request->len);
	seq = warden_object_number(&o, WARDEN_A_RECORD_SEQ);
	if (seq < nl->oldest)
		seq = nl->oldest;
	for (; !err && seq <= nl->newest; seq++)
		err = hand_record(seq, fn, ctx);
	return err;
}

int warden_nl_audit_join(struct warden_nl *nl, struct warden_fault *f)
{
	return 0;
}

int warden_nl_audit_wait(struct warden_nl *nl, int timeout_ms, warden_object_fn fn, void *ctx,
			 struct warden_fault *f)
{
	int64_t event = nl->at < nl->count ? nl->events[nl->at++] : -ETIMEDOUT;

	return event < 0 ? (int)event : hand_record((uint64_t)event, fn, ctx);
}

FIXTURE(stream)
{
	struct warden_nl nl;
	struct warden_fault fault;
	struct warden_audit_stream s;
	uint64_t seen[64];
	size_t n;
};

static int take(void *ctx, const struct warden_object *o)
{
	FIXTURE_DATA(stream) *self = ctx;

	self->seen[self->n++] = warden_object_number(o, WARDEN_A_RECORD_SEQ);
	return 0;
}

FIXTURE_SETUP(stream)
{
	memset(self, 0, sizeof(*self));
	self->nl.oldest = 1;
	self->nl.newest = 10;
	self->s = (struct warden_audit_stream){
		.nl = &self->nl, .fn = take, .ctx = self, .fault = &self->fault
	};
}

FIXTURE_TEARDOWN(stream)
{
}

static void follow(FIXTURE_DATA(stream) * self)
{
	while (!warden_audit_stream_wait(&self->s, 0))
		;
}

/* What was seen is exactly @first to @last. */
static void expect_range(struct __test_metadata *_metadata, FIXTURE_DATA(stream) * self,
			 uint64_t first, uint64_t last)
{
	size_t i;

	ASSERT_EQ(last + 1 - first, self->n);
	for (i = 0; i < self->n; i++)
		EXPECT_EQ(first + i, self->seen[i]);
}

static void queue(FIXTURE_DATA(stream) * self, int64_t event)
{
	self->nl.events[self->nl.count++] = event;
	if (event > (int64_t)self->nl.newest)
		self->nl.newest = (uint64_t)event;
}

TEST_F(stream, new_records_come_in_order)
{
	ASSERT_EQ(0, warden_audit_stream_start(&self->s, 0));
	queue(self, 11);
	queue(self, 12);
	follow(self);
	expect_range(_metadata, self, 11, 12);
	EXPECT_EQ(0, self->s.lost);
}

TEST_F(stream, since_begins_with_the_ring)
{
	self->nl.oldest = 4;
	ASSERT_EQ(0, warden_audit_stream_start(&self->s, 2));
	queue(self, 10); /* told while the ring was read */
	queue(self, 11);
	follow(self);
	expect_range(_metadata, self, 4, 11);
	EXPECT_EQ(2, self->s.lost);
}

TEST_F(stream, a_gap_is_filled_from_the_ring)
{
	ASSERT_EQ(0, warden_audit_stream_start(&self->s, 0));
	queue(self, 11);
	queue(self, 15);
	queue(self, 16);
	follow(self);
	expect_range(_metadata, self, 11, 16);
	EXPECT_EQ(0, self->s.lost);
}

/* What still waits in the socket must not be counted as lost because the ring has moved on. */
TEST_F(stream, a_gap_the_ring_lost_costs_the_gap_alone)
{
	ASSERT_EQ(0, warden_audit_stream_start(&self->s, 0));
	queue(self, 11);
	queue(self, 14);
	queue(self, 15);
	queue(self, 16);
	self->nl.oldest = 15;
	follow(self);
	EXPECT_EQ(2, self->s.lost);
	ASSERT_EQ(4, self->n);
	EXPECT_EQ(11, self->seen[0]);
	EXPECT_EQ(14, self->seen[1]);
	EXPECT_EQ(16, self->seen[3]);
}

TEST_F(stream, an_overrun_reads_the_queue_then_the_ring)
{
	ASSERT_EQ(0, warden_audit_stream_start(&self->s, 0));
	queue(self, -ENOBUFS);
	queue(self, 11);
	queue(self, 12);
	self->nl.newest = 20;
	follow(self);
	expect_range(_metadata, self, 11, 20);
	EXPECT_EQ(0, self->s.lost);
	EXPECT_FALSE(self->s.overran);
}

TEST_F(stream, an_overrun_past_the_ring_is_counted)
{
	ASSERT_EQ(0, warden_audit_stream_start(&self->s, 0));
	queue(self, -ENOBUFS);
	queue(self, 11);
	self->nl.newest = 20;
	self->nl.oldest = 18;
	follow(self);
	EXPECT_EQ(6, self->s.lost);
	ASSERT_EQ(4, self->n);
	EXPECT_EQ(18, self->seen[1]);
}

TEST_HARNESS_MAIN
