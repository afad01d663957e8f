// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random messages of Warden's commands and attributes: each is answered, the
 * module lives on, and a kernel that looks for memory errors sees none.
 *
 *   WARDEN_FUZZ_MESSAGES  how many (10000)
 *   WARDEN_FUZZ_SEED      the same messages again
 */
#include <linux/netlink.h>

#include "lib/blob.h"
#include "lib/harness.h"

static uint64_t state;

static uint32_t below(uint32_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 33) % n;
}

static uint64_t number_from(const char *name, uint64_t otherwise)
{
	const char *value = getenv(name);

	return value ? strtoull(value, NULL, 0) : otherwise;
}

/* Values on both sides of every limit there is. */
static uint32_t interesting(void)
{
	static const uint32_t values[] = { 0, 1, 2, 3, 4, 6, 7, 8, 11, 12, 17, 32, 64, 255, 256, 1024,
					   10000, 10001, 65535, 65536, 100000, 0x7fffffff, 0xffffffff };

	return values[below(ARRAY_SIZE(values))];
}

static void put_bytes(struct msg *m, int type)
{
	static const uint16_t lengths[] = { 0, 1, 2, 3, 4, 8, 10, 15, 16, 31, 32, 33, 63, 64, 66, 127,
					    128, 255, 256, 330, 1000 };
	uint8_t bytes[1000];
	size_t len = lengths[below(ARRAY_SIZE(lengths))], i;
	uint8_t fill = below(2) ? below(256) : 'a';

	for (i = 0; i < len; i++)
		bytes[i] = below(16) ? fill : below(256);
	if (len && below(4))
		bytes[len - 1] = '\0';
	msg_put(m, type, bytes, len);
}

static void put_random(struct msg *m, int depth);

static void put_attribute(struct msg *m, int depth)
{
	int type = 1 + (int)below(below(16) ? 24 : 1 << 16);
	size_t nest;

	switch (below(depth < 3 ? 6 : 4)) {
	case 0:
		put_bytes(m, type);
		break;
	case 1:
		msg_put_u64(m, type, interesting());
		break;
	case 2:
	case 3:
		msg_put_u32(m, type, interesting());
		break;
	default:
		nest = msg_nest(m, type);
		put_random(m, depth + 1);
		msg_end(m, nest);
	}
}

static void put_random(struct msg *m, int depth)
{
	uint32_t nr = below(7);

	while (nr-- && m->len < 24 * 1024)
		put_attribute(m, depth);
}

/* Entries that are right, so that what stands beside them is reached. */
static void put_good(struct msg *m)
{
	size_t nest;

	switch (below(6)) {
	case 0:
		blob_header(m, "fuzz", 1 + below(3));
		break;
	case 1:
		blob_default(m, 1 + below(6), WARDEN_ACTION_ALLOW);
		break;
	case 2:
		blob_program(m, 1 + below(3), "program");
		break;
	case 3:
		blob_purpose(m, 1 + below(3), "purpose");
		break;
	default:
		nest = blob_rule(m, 1 + below(9), 1 + below(6), below(2));
		if (below(2))
			msg_put_u32(m, 4 + below(9), interesting());
		msg_end(m, nest);
	}
}

/* Damage: a bit, a length, or the end of the message. */
static void damage(struct msg *m, size_t head)
{
	size_t body = m->len - head;

	if (!body)
		return;
	switch (below(8)) {
	case 0:
		m->bytes[head + below(body)] ^= 1 << below(8);
		break;
	case 1:
		m->len -= below(body);
		break;
	case 2:
		((struct nlattr *)(m->bytes + head))->nla_len = below(1 << 16);
		break;
	}
}

static int random_command(void)
{
	int cmd;

	do
		cmd = below(32) ? 1 + (int)below(WARDEN_CMD_MAX) : (int)below(256);
	while (cmd == WARDEN_CMD_STOP);
	return below(3) ? cmd : WARDEN_CMD_POLICY_ADD;
}

static int send_random(struct genl *g, struct msg *m)
{
	size_t head;

	msg_init(m, g, random_command());
	head = m->len;
	if (below(2))
		put_good(m);
	if (below(2))
		put_random(m, 0);
	else if (below(2))
		put_good(m);
	damage(m, head);
	return genl_ask(g, m, below(4) ? NLM_F_ACK : NLM_F_ACK | NLM_F_DUMP);
}

TEST(random_messages_are_answered_and_harm_nothing)
{
	uint64_t nr = number_from("WARDEN_FUZZ_MESSAGES", 10000), i, answered = 0, taken = 0;
	uint64_t seed = number_from("WARDEN_FUZZ_SEED", now_ns() | 1);
	static struct msg m;
	struct genl g;

	TH_LOG("WARDEN_FUZZ_SEED=%llu WARDEN_FUZZ_MESSAGES=%llu", (unsigned long long)seed,
	       (unsigned long long)nr);
	state = seed;
	ASSERT_EQ(0, genl_open(&g));
	for (i = 0; i < nr; i++) {
		int err;

		/* a transaction that can be added to, most of the time */
		if (!below(6) && !blob_begin(&g) && below(2))
			blob_add_header(&g);
		err = send_random(&g, &m);
		ASSERT_NE(-ETIMEDOUT, err)
		{
			TH_LOG("message %llu was not answered", (unsigned long long)i);
		}
		answered++;
		taken += err == 0;
		if (i % 500 == 0)
			ASSERT_EQ(0, genl_do(&g, WARDEN_CMD_STATUS_GET));
	}
	TH_LOG("%llu answered, %llu of them taken", (unsigned long long)answered,
	       (unsigned long long)taken);
	EXPECT_LT(nr / 50, taken); /* else the messages reach nothing */
	genl_do(&g, WARDEN_CMD_POLICY_CONFIRM); /* one of them may wait to be confirmed */
	EXPECT_EQ(0, blob_load(&g));
	genl_close(&g);
}

TEST_HARNESS_MAIN
