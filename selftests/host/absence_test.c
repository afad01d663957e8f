// SPDX-License-Identifier: GPL-2.0-only
/* What stands against the statement that a class of sensors was not in use. */
#include <stddef.h>
#define TH_LOG_STREAM stdout
#include "kselftest_harness.h"

#include <linux/warden.h>

#include "absence.h"
#include "blob.h"
#include "policy/digest.h"

#define S 1000000000ull
#define CAM WARDEN_SENSOR_CLASS_CAMERA
#define MIC WARDEN_SENSOR_CLASS_MICROPHONE
#define BUS WARDEN_SENSOR_CLASS_BUS
#define START { 1 * S, WARDEN_EVENT_START, 0, 1 }
#define MARK(at) { (at) * S, WARDEN_EVENT_MARK, 0, 1 }
#define OPEN(at, class, n) { (at) * S, WARDEN_EVENT_SESSION_START, class, n }
#define USE(at, class, n) { (at) * S, WARDEN_EVENT_USE, class, n }
#define CLOSE(at, class, n) { (at) * S, WARDEN_EVENT_SESSION_END, class, n }

struct told {
	uint64_t time;
	uint32_t event;
	uint32_t class;
	uint32_t count;
};

/* What all of them are about. */
static const char *about = "";

static int take(struct warden_absence *a, const struct told *t, uint64_t seq,
		uint8_t chain[WARDEN_DIGEST_SIZE])
{
	struct warden_record r = { .seq = seq, .time = t->time, .event = t->event,
				   .class = t->class, .count = t->count };
	uint8_t buf[WARDEN_DIGEST_SIZE + WARDEN_RECORD_PACKED_MAX];
	struct warden_blob b = { NULL, 0, 0 };
	struct warden_object o;
	int more;

	snprintf(r.object, sizeof(r.object), "%s", about);
	memcpy(buf, chain, WARDEN_DIGEST_SIZE);
	warden_sha256(chain, buf, WARDEN_DIGEST_SIZE + warden_record_pack(&r, buf + WARDEN_DIGEST_SIZE));
	warden_blob_put_u64(&b, WARDEN_A_RECORD_SEQ, seq);
	warden_blob_put_u64(&b, WARDEN_A_RECORD_TIME, t->time);
	warden_blob_put_u32(&b, WARDEN_A_RECORD_EVENT, t->event);
	warden_blob_put_u32(&b, WARDEN_A_RECORD_COUNT, t->count);
	warden_blob_put_u32(&b, WARDEN_A_RECORD_CLASS, t->class);
	warden_blob_put_string(&b, WARDEN_A_RECORD_OBJECT, r.object);
	warden_blob_put(&b, WARDEN_A_RECORD_CHAIN, chain, WARDEN_DIGEST_SIZE);
	warden_object_parse(&o, warden_set_record(), b.data, b.len);
	more = warden_absence_take(a, &o);
	warden_blob_free(&b);
	return more;
}

/* Was a class off from second 10 to second 20, by these records from number @first on? */
static const char *ask_of(uint32_t class, const struct told *t, size_t n, uint64_t first)
{
	static struct warden_absence a;
	uint8_t chain[WARDEN_DIGEST_SIZE] = { 0 };
	size_t i;

	a = (struct warden_absence){ .class = class, .from = 10 * S, .to = 20 * S };
	for (i = 0; i < n; i++)
		if (take(&a, &t[i], first + i, chain))
			break;
	return warden_absence_end(&a) ? "" : a.why;
}

static const char *ask(const struct told *t, size_t n, uint64_t first)
{
	return ask_of(CAM, t, n, first);
}

#define ASK(...)                                                                                   \
	ask((const struct told[]){ __VA_ARGS__ },                                                  \
	    sizeof((const struct told[]){ __VA_ARGS__ }) / sizeof(struct told), 1)

#define EXPECT_PROVEN(...) EXPECT_STREQ("", ASK(__VA_ARGS__))
#define EXPECT_REFUSED(part, ...)                                                                  \
	do {                                                                                       \
		const char *why = ASK(__VA_ARGS__);                                                \
                                                                                                   \
		EXPECT_NE(NULL, strstr(why, part))                                                 \
		{                                                                                  \
			TH_LOG("`%s`", why);                                                       \
		}                                                                                  \
	} while (0)

TEST(no_session_and_a_mark_at_the_end_prove_it)
{
	EXPECT_PROVEN(START, MARK(20));
	EXPECT_PROVEN(START, { 23 * S, WARDEN_EVENT_GRANT, 0, 1 });
	EXPECT_PROVEN(START, OPEN(2, CAM, 1), CLOSE(3, CAM, 1), MARK(21), OPEN(22, CAM, 1));
	EXPECT_PROVEN(START, OPEN(2, CAM, 1), OPEN(3, CAM, 4), CLOSE(3, CAM, 1), CLOSE(4, CAM, 4), MARK(20));
	EXPECT_PROVEN(START, OPEN(12, MIC, 1), MARK(20));
}

TEST(session_in_that_time_stands_against_it)
{
	EXPECT_REFUSED("record 2 is of a session that began", START, OPEN(10, CAM, 1), MARK(20));
	EXPECT_REFUSED("record 2 is of a session that began", START, OPEN(20, CAM, 1), MARK(21));
	EXPECT_REFUSED("record 3 is of a session that ended", START, OPEN(2, CAM, 1), CLOSE(12, CAM, 1), MARK(20));
	EXPECT_REFUSED("a session was open", START, OPEN(2, CAM, 1), MARK(20));
	EXPECT_REFUSED("another class, behind which it may be, that began", START, OPEN(10, BUS, 1), MARK(20));
	EXPECT_REFUSED("a session was open", START, OPEN(2, BUS, 1), MARK(20));
	EXPECT_REFUSED("a session was open", START, OPEN(2, CAM, 3), CLOSE(3, CAM, 2), MARK(20));
}

TEST(use_that_was_over_at_once_stands_against_it)
{
	EXPECT_REFUSED("in use: record 2 is of a use in that time", START, USE(12, CAM, 1), MARK(20));
	EXPECT_REFUSED("another class, behind which it may be,", START, USE(10, BUS, 3), MARK(20));
	EXPECT_PROVEN(START, USE(9, CAM, 4), USE(12, MIC, 1), MARK(20), USE(20, CAM, 1));
}

/* Was a class off while this was used, of that class? */
static bool is_proven(uint32_t class, uint32_t used, const char *object)
{
	const struct told t[] = { START, USE(12, used, 1), MARK(20) };
	bool proven;

	about = object;
	proven = !ask_of(class, t, 3, 1)[0];
	about = "";
	return proven;
}

#define CHIP "i2c-1/1-0057/iio:device0"
#define HUB  "virtual/misc/uhid/0003:1209:0002.0001/HID-SENSOR-2000e1.1.auto"

/* It is one class as a whole, and may measure more. */
TEST(chip_stands_against_what_it_may_tell_besides)
{
	EXPECT_FALSE(is_proven(WARDEN_SENSOR_CLASS_ENVIRONMENT, WARDEN_SENSOR_CLASS_MOTION, CHIP));
	EXPECT_FALSE(is_proven(WARDEN_SENSOR_CLASS_ENVIRONMENT, WARDEN_SENSOR_CLASS_BIOMETRIC, CHIP));
	EXPECT_FALSE(is_proven(WARDEN_SENSOR_CLASS_UNKNOWN, WARDEN_SENSOR_CLASS_ENVIRONMENT, CHIP));
	EXPECT_TRUE(is_proven(WARDEN_SENSOR_CLASS_MOTION, WARDEN_SENSOR_CLASS_ENVIRONMENT, CHIP));
	EXPECT_TRUE(is_proven(WARDEN_SENSOR_CLASS_ENVIRONMENT, WARDEN_SENSOR_CLASS_MOTION, "virtual/input/input5/event3"));
	EXPECT_FALSE(is_proven(WARDEN_SENSOR_CLASS_BIOMETRIC, WARDEN_SENSOR_CLASS_MOTION, HUB));
	EXPECT_FALSE(is_proven(CAM, WARDEN_SENSOR_CLASS_MOTION, HUB));
}

TEST(records_that_do_not_cover_that_time_prove_nothing)
{
	static const struct told late[] = { { 2 * S, WARDEN_EVENT_GRANT, 0, 1 }, MARK(20) };

	EXPECT_REFUSED("end too early", START);
	EXPECT_REFUSED("end too early", START, MARK(19));
	EXPECT_REFUSED("end too early", START, { 22 * S, WARDEN_EVENT_GRANT, 0, 1 });
	EXPECT_REFUSED("Warden began after", { 11 * S, WARDEN_EVENT_START, 0, 1 }, MARK(20));
	EXPECT_REFUSED("Warden began after", { 1 * S, WARDEN_EVENT_GRANT, 0, 1 }, MARK(20));
	EXPECT_PROVEN({ 1 * S, WARDEN_EVENT_DEVICE_ADD, MIC, 1 }, START, MARK(20));
	EXPECT_NE(NULL, strstr(ask(late, 2, 7), "begin with number 7"));
	EXPECT_NE(NULL, strstr(ask(late, 0, 1), "there is no record"));
}

TEST(loss_and_stop_stand_against_it)
{
	EXPECT_REFUSED("records were lost", START, { 5 * S, WARDEN_EVENT_LOSS, 0, 3 }, MARK(20));
	EXPECT_REFUSED("Warden was stopped", START, { 15 * S, WARDEN_EVENT_STOP, 0, 1 }, MARK(20));
	EXPECT_PROVEN(START, MARK(20), { 25 * S, WARDEN_EVENT_STOP, 0, 1 });
}

TEST(gap_and_alteration_stand_against_it)
{
	static const struct told t[] = { START, OPEN(12, CAM, 1), MARK(20) };
	struct warden_absence a = { .class = CAM, .from = 10 * S, .to = 20 * S };
	uint8_t chain[WARDEN_DIGEST_SIZE] = { 0 };

	EXPECT_EQ(0, take(&a, &t[0], 1, chain));
	EXPECT_EQ(1, take(&a, &t[2], 3, chain)); /* the session left out */
	EXPECT_FALSE(warden_absence_end(&a));
	EXPECT_NE(NULL, strstr(a.why, "number 3 follows number 1"));

	a = (struct warden_absence){ .class = CAM, .from = 10 * S, .to = 20 * S };
	memset(chain, 0, sizeof(chain));
	EXPECT_EQ(0, take(&a, &t[0], 1, chain));
	chain[0] ^= 1;
	EXPECT_EQ(1, take(&a, &t[2], 2, chain));
	EXPECT_FALSE(warden_absence_end(&a));
	EXPECT_NE(NULL, strstr(a.why, "not that of this record"));
}

TEST_HARNESS_MAIN
