// SPDX-License-Identifier: GPL-2.0-only
/* The walks along the audit chain and the measurement log: every change is found. */
#include "kselftest_harness.h"

#include <linux/warden.h>

#include "blob.h"
#include "chains.h"
#include "policy/digest.h"

#define ENTRIES 4

/* What a chain or a PCR becomes: SHA-256 of itself and some bytes. */
static void extend(uint8_t chain[WARDEN_DIGEST_SIZE], const void *data, size_t len)
{
	uint8_t buf[1024];

	memcpy(buf, chain, WARDEN_DIGEST_SIZE);
	memcpy(buf + WARDEN_DIGEST_SIZE, data, len);
	warden_sha256(chain, buf, WARDEN_DIGEST_SIZE + len);
}

/* One entry as the module would send it. */
struct entry {
	struct warden_blob blob;
	struct warden_object object;
};

FIXTURE(log)
{
	struct entry records[ENTRIES];
	struct entry measurements[ENTRIES];
	uint8_t pcr[WARDEN_DIGEST_SIZE];
};

static void put_record(struct entry *e, const struct warden_record *r)
{
	struct warden_blob *b = &e->blob;

	warden_blob_put_u64(b, WARDEN_A_RECORD_SEQ, r->seq);
	warden_blob_put_u64(b, WARDEN_A_RECORD_TIME, r->time);
	warden_blob_put_u32(b, WARDEN_A_RECORD_EVENT, r->event);
	warden_blob_put_u32(b, WARDEN_A_RECORD_DOMAIN, r->domain);
	warden_blob_put_u32(b, WARDEN_A_RECORD_REASON, r->reason);
	warden_blob_put_u32(b, WARDEN_A_RECORD_COUNT, r->count);
	warden_blob_put_u32(b, WARDEN_A_RECORD_PORT, r->port);
	warden_blob_put_string(b, WARDEN_A_RECORD_PROGRAM, r->program);
	warden_blob_put_u32(b, WARDEN_A_RECORD_PROGRAM_ALG, r->program_digest.alg);
	warden_blob_put(b, WARDEN_A_RECORD_PROGRAM_DIGEST, r->program_digest.bytes,
			WARDEN_DIGEST_SIZE);
	warden_blob_put_u32(b, WARDEN_A_RECORD_OBJECT_ALG, r->object_digest.alg);
	warden_blob_put(b, WARDEN_A_RECORD_OBJECT_DIGEST, r->object_digest.bytes,
			WARDEN_DIGEST_SIZE);
	warden_blob_put(b, WARDEN_A_RECORD_RECEIPT, r->receipt, WARDEN_RECEIPT_SIZE);
	if (r->purpose[0])
		warden_blob_put_string(b, WARDEN_A_RECORD_PURPOSE, r->purpose);
	warden_blob_put(b, WARDEN_A_RECORD_CHAIN, r->chain, WARDEN_DIGEST_SIZE);
	warden_object_parse(&e->object, warden_set_record(), b->data, b->len);
}

static void make_record(struct entry *e, uint64_t seq, uint8_t chain[WARDEN_DIGEST_SIZE])
{
	uint8_t packed[WARDEN_RECORD_PACKED_MAX];
	struct warden_record r = {
		.seq = seq,
		.time = seq * 1000,
		.event = WARDEN_EVENT_VERDICT,
		.domain = WARDEN_DOMAIN_LISTEN,
		.reason = WARDEN_REASON_DEFAULT,
		.count = 1,
		.port = 80,
		.has_receipt = 1,
		.program_digest.alg = WARDEN_DIGEST_ALG_SHA256,
		.object_digest.alg = WARDEN_DIGEST_ALG_FSVERITY_SHA256,
		.program = "server",
	};

	if (seq % 2 == 0) /* most records have none, and hash as if there were no such field */
		strcpy(r.purpose, "visitor-video");

	memset(r.program_digest.bytes, (int)seq, WARDEN_DIGEST_SIZE);
	memset(r.object_digest.bytes, 0x55, WARDEN_DIGEST_SIZE);
	extend(chain, packed, warden_record_pack(&r, packed));
	memcpy(r.chain, chain, WARDEN_DIGEST_SIZE);
	put_record(e, &r);
}

static void make_measurement(struct entry *e, uint64_t seq, uint8_t chain[WARDEN_DIGEST_SIZE],
			     uint8_t pcr[WARDEN_DIGEST_SIZE])
{
	uint8_t packed[WARDEN_MEASUREMENT_PACKED_MAX];
	struct warden_measurement m = {
		.seq = seq,
		.domain = seq == 1 ? WARDEN_DOMAIN_SYSTEM : WARDEN_DOMAIN_EXEC,
		.digest.alg = WARDEN_DIGEST_ALG_SHA256,
		.label = "/usr/bin/true",
	};
	struct warden_blob *b = &e->blob;

	memset(m.digest.bytes, (int)seq, WARDEN_DIGEST_SIZE);
	warden_sha256(m.template, packed, warden_measurement_pack(&m, packed));
	extend(chain, m.template, sizeof(m.template));
	if (seq == 1)
		memcpy(pcr, m.digest.bytes, WARDEN_DIGEST_SIZE);
	else
		extend(pcr, m.template, sizeof(m.template));
	warden_blob_put_u64(b, WARDEN_A_MEASUREMENT_SEQ, m.seq);
	warden_blob_put_u32(b, WARDEN_A_MEASUREMENT_DOMAIN, m.domain);
	warden_blob_put_u32(b, WARDEN_A_MEASUREMENT_ALG, m.digest.alg);
	warden_blob_put(b, WARDEN_A_MEASUREMENT_DIGEST, m.digest.bytes, WARDEN_DIGEST_SIZE);
	warden_blob_put_string(b, WARDEN_A_MEASUREMENT_LABEL, m.label);
	warden_blob_put(b, WARDEN_A_MEASUREMENT_TEMPLATE, m.template, WARDEN_DIGEST_SIZE);
	warden_blob_put(b, WARDEN_A_MEASUREMENT_CHAIN, chain, WARDEN_DIGEST_SIZE);
	warden_object_parse(&e->object, warden_set_measurement(), b->data, b->len);
}

FIXTURE_SETUP(log)
{
	uint8_t records[WARDEN_DIGEST_SIZE] = { 0 }, measurements[WARDEN_DIGEST_SIZE] = { 0 };
	uint64_t i;

	memset(self, 0, sizeof(*self));
	for (i = 0; i < ENTRIES; i++) {
		make_record(&self->records[i], i + 1, records);
		make_measurement(&self->measurements[i], i + 1, measurements, self->pcr);
	}
}

FIXTURE_TEARDOWN(log)
{
	int i;

	for (i = 0; i < ENTRIES; i++) {
		warden_blob_free(&self->records[i].blob);
		warden_blob_free(&self->measurements[i].blob);
	}
}

static void walk(struct warden_walk *w, const struct entry *entries, int from, bool records)
{
	int i;

	memset(w, 0, sizeof(*w));
	for (i = from; i < ENTRIES; i++)
		if (!(records ? warden_walk_record : warden_walk_measurement)(w,
									      &entries[i].object))
			return;
}

TEST_F(log, an_untouched_log_holds)
{
	struct warden_walk w;

	walk(&w, self->records, 0, true);
	EXPECT_STREQ("", w.what);
	EXPECT_EQ(ENTRIES, w.entries);
	walk(&w, self->measurements, 0, false);
	EXPECT_STREQ("", w.what);
	EXPECT_EQ(0, memcmp(self->pcr, w.pcr, sizeof(w.pcr)));
}

/* The ring keeps the newest: the chain value of the first one left stands for the rest. */
TEST_F(log, a_ring_that_has_turned_over_holds)
{
	struct warden_walk w;

	walk(&w, self->records, 2, true);
	EXPECT_STREQ("", w.what);
	EXPECT_EQ(3, w.first);
	EXPECT_EQ(ENTRIES, w.last);
}

/* One changed bit in any attribute but the first one's chain value is found at its entry. */
static void check_changes(struct __test_metadata *_metadata, struct entry *entries, bool records)
{
	struct entry *e = &entries[1];
	uint32_t attr;

	for (attr = 1; attr <= e->object.set->max; attr++) {
		const struct warden_value *v = &e->object.v[attr];
		struct warden_walk w;
		struct warden_object kept = e->object;

		if (!v->data)
			continue;
		e->blob.data[v->data - e->blob.data] ^= 1;
		warden_object_parse(&e->object, kept.set, e->blob.data, e->blob.len);
		walk(&w, entries, 0, records);
		EXPECT_STRNE("", w.what)
		{
			TH_LOG("a change of %s is not found", kept.set->attrs[attr].name);
		}
		EXPECT_TRUE(w.wrong == 2 || attr == 1);
		e->blob.data[kept.v[attr].data - e->blob.data] ^= 1;
		e->object = kept;
	}
}

TEST_F(log, any_change_of_a_record_is_found)
{
	check_changes(_metadata, self->records, true);
}

TEST_F(log, any_change_of_a_measurement_is_found)
{
	check_changes(_metadata, self->measurements, false);
}

TEST_F(log, an_entry_taken_out_is_found)
{
	struct warden_walk w = { .entries = 0 };

	EXPECT_TRUE(warden_walk_record(&w, &self->records[0].object));
	EXPECT_FALSE(warden_walk_record(&w, &self->records[2].object));
	EXPECT_STREQ("number 3 follows number 1", w.what);
	EXPECT_EQ(3, w.wrong);
	memset(&w, 0, sizeof(w));
	EXPECT_FALSE(warden_walk_measurement(&w, &self->measurements[1].object));
	EXPECT_STREQ("the log does not begin with number 1", w.what);
}

TEST_HARNESS_MAIN
