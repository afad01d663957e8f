// SPDX-License-Identifier: GPL-2.0-only
/* A consent as an export has it: read as it was written, and in no other form. */
#include "kselftest_harness.h"

#include <json-c/json.h>
#include <linux/warden.h>

#include "receipts.h"

#define EXPORT WARDEN_TOP "/selftests/json/export.json"

FIXTURE(receipts)
{
	struct json_object *json;
	struct warden_receipt r;
	struct warden_fault f;
};

FIXTURE_SETUP(receipts)
{
	self->json = json_object_from_file(EXPORT);
	ASSERT_NE(NULL, self->json);
	memset(&self->r, 0, sizeof(self->r));
}

FIXTURE_TEARDOWN(receipts)
{
	warden_blob_free(&self->r.request);
	json_object_put(self->json);
}

static struct json_object *member(struct json_object *json, const char *name)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(json, name, &value);
	return value;
}

TEST_F(receipts, is_read_as_it_was_written)
{
	struct json_object *again;
	struct warden_object o;

	ASSERT_EQ(0, warden_receipts_read(&self->r, self->json, &self->f))
	{
		TH_LOG("%s", self->f.why);
	}
	EXPECT_TRUE(self->r.alive);
	EXPECT_TRUE(self->r.lasting);
	EXPECT_TRUE(self->r.windows);
	EXPECT_EQ(7200, self->r.seconds);
	ASSERT_EQ(0, warden_object_parse(&o, warden_set_consent(), self->r.request.data,
					 self->r.request.len));
	EXPECT_STREQ("camera-app", warden_object_string(&o, WARDEN_A_CONSENT_PROGRAM));
	EXPECT_EQ(WARDEN_CONSENT_CONTEXT_ARMED, warden_object_number(&o, WARDEN_A_CONSENT_CONTEXT));
	/* What no consent-restore takes is not in it. */
	EXPECT_FALSE(warden_object_has(&o, WARDEN_A_CONSENT_STATE));
	EXPECT_FALSE(warden_object_has(&o, WARDEN_A_CONSENT_WEEK));
	again = warden_receipts_write(&o, 0, 0);
	EXPECT_TRUE(json_object_equal(member(self->json, "purposes"), member(again, "purposes")));
	EXPECT_TRUE(json_object_equal(member(member(self->json, "warden"), "windows"),
				      member(member(again, "warden"), "windows")));
	json_object_put(again);
}

/* The clocks are read before the records are. */
TEST(use_while_the_records_are_read_is_of_now)
{
	struct warden_blob b = { NULL, 0, 0 };
	struct json_object *json, *last;
	struct warden_object o;

	warden_blob_put_u64(&b, WARDEN_A_CONSENT_USED, 101000000000u);
	ASSERT_EQ(0, warden_object_parse(&o, warden_set_consent(), b.data, b.len));
	json = warden_receipts_write(&o, 100000000000u, 1795324200);
	last = member(member(json, "warden"), "last_used");
	EXPECT_STREQ("2026-11-22T05:10:00Z", json_object_get_string(last));
	json_object_put(json);
	json = warden_receipts_write(&o, 111000000000u, 1795324200);
	last = member(member(json, "warden"), "last_used");
	EXPECT_STREQ("2026-11-22T05:09:50Z", json_object_get_string(last));
	json_object_put(json);
	warden_blob_free(&b);
}

TEST_F(receipts, that_have_ended_are_history)
{
	json_object_object_add(member(self->json, "warden"), "state", json_object_new_string("withdrawn"));
	EXPECT_EQ(0, warden_receipts_read(&self->r, self->json, &self->f));
	EXPECT_FALSE(self->r.alive);
}

TEST_F(receipts, that_had_run_out_are_history)
{
	json_object_object_add(self->json, "validity_duration", json_object_new_int(0));
	EXPECT_EQ(0, warden_receipts_read(&self->r, self->json, &self->f));
	EXPECT_FALSE(self->r.alive);
}

/* A field more, wherever, or one of another kind, is refused with its name or its record. */
static const struct wrong {
	const char *where; /* NULL is the record itself */
	const char *name;
	const char *value;
	const char *said;
} wrongs[] = {
	{ NULL, "colour", "\"red\"", "no record has a field `colour`" },
	{ "warden", "colour", "\"red\"", "no record has a field `colour`" },
	{ NULL, "purposes", "[]", "one purpose is wanted" },
	{ NULL, "purposes", "{}", "one purpose is wanted" },
	{ NULL, "warden", "7", "there is no field `warden`" },
	{ NULL, "validity_duration", "\"long\"", "seconds are wanted" },
	{ NULL, "record_id", "\"0A4F7A1E-55A3-4A0C-8E0C-D1D2D8F3F7B6\"", "is not as it is written" },
	{ NULL, "privacy_notice", "\"e3b\"", "is not as it is written" },
	{ "warden", "uses", "\"2\"", "is not as it is written" },
	{ "warden", "uses", "4294967296", "is not as it is written" },
	{ "warden", "state", "\"asleep\"", "is not as it is written" },
	{ "warden", "windows", "[{\"days\":127,\"from\":0,\"to\":1440,\"mood\":1}]", "is not as it is written" },
};

TEST_F(receipts, in_another_form_are_refused)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrongs); i++) {
		const struct wrong *w = &wrongs[i];
		struct json_object *json = json_object_from_file(EXPORT);

		json_object_object_add(w->where ? member(json, w->where) : json, w->name,
				       json_tokener_parse(w->value));
		EXPECT_EQ(-EBADMSG, warden_receipts_read(&self->r, json, &self->f))
		{
			TH_LOG("with %s %s", w->name, w->value);
		}
		EXPECT_NE(NULL, strstr(self->f.why, w->said))
		{
			TH_LOG("with %s %s it said: %s", w->name, w->value, self->f.why);
		}
		warden_blob_free(&self->r.request);
		json_object_put(json);
	}
	memset(&self->r, 0, sizeof(self->r));
}

TEST(moments_are_read_as_they_are_written)
{
	char text[WARDEN_RECEIPT_TIME];
	time_t at;

	EXPECT_STREQ("2026-11-22T05:10:00Z", warden_receipts_time(text, 1795324200));
	EXPECT_TRUE(warden_receipts_moment(&at, text));
	EXPECT_EQ(1795324200, at);
	EXPECT_FALSE(warden_receipts_moment(&at, "2026-11-22T05:10:00"));
	EXPECT_FALSE(warden_receipts_moment(&at, "2026-11-22T05:10:00Z "));
}

TEST_HARNESS_MAIN
