// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whatever an entry of a policy can hold is told where two policies differ in it,
 * or is one of the few that verdicts are made of: each attribute of the wire, by
 * the tables generated from the netlink spec.
 */
#include "kselftest_harness.h"
#include "policy/facts.h"
#include "policy_util.h"

struct told {
	unsigned int n;
	bool was;
	bool is;
};

static void count_fact(void *ctx, const char *of, const char *was, const char *is)
{
	struct told *told = ctx;

	told->n++;
	told->was |= was != NULL;
	told->is |= is != NULL;
	(void)of;
}

/* Some value of the attribute; @n makes two that differ. */
static void put_some(struct warden_blob *b, const struct warden_wire_attr *attr, uint32_t type,
		     uint32_t n)
{
	size_t nest, i;

	switch (attr->kind) {
	case WARDEN_WIRE_U32:
		warden_blob_put_u32(b, (uint16_t)type, n);
		break;
	case WARDEN_WIRE_U64:
		warden_blob_put_u64(b, (uint16_t)type, n);
		break;
	case WARDEN_WIRE_STRING:
		warden_blob_put_string(b, (uint16_t)type, n == 1 ? "one" : "two");
		break;
	case WARDEN_WIRE_BINARY:
		warden_blob_put(b, (uint16_t)type, &n, sizeof(n));
		break;
	case WARDEN_WIRE_NEST:
		nest = warden_blob_nest_begin(b, (uint16_t)type);
		for (i = 1; i <= attr->nest->max; i++)
			if (attr->nest->attrs[i].name && attr->nest->attrs[i].kind != WARDEN_WIRE_NEST)
				put_some(b, &attr->nest->attrs[i], (uint32_t)i, n);
		warden_blob_nest_end(b, nest);
		break;
	}
}

/* An entry with one attribute, or with none. */
static void put_entry(struct warden_blob *b, uint32_t entry, const struct warden_wire_set *set,
		      uint32_t type, uint32_t n)
{
	size_t nest = warden_blob_nest_begin(b, (uint16_t)entry);

	if (n)
		put_some(b, &set->attrs[type], type, n);
	warden_blob_nest_end(b, nest);
}

static struct told compare(uint32_t entry, const struct warden_wire_set *set, uint32_t type,
			   uint32_t before, uint32_t after)
{
	struct warden_blob a = { NULL, 0, 0 }, b = { NULL, 0, 0 };
	struct warden_view x = { .title = "a" }, y = { .title = "b" };
	struct told told = { 0, false, false };

	put_entry(&a, entry, set, type, before);
	put_entry(&b, entry, set, type, after);
	x.bytes = a.data;
	x.len = a.len;
	y.bytes = b.data;
	y.len = b.len;
	warden_facts_compare(&x, &y, count_fact, &told);
	warden_blob_free(&a);
	warden_blob_free(&b);
	return told;
}

static void check_attr(struct __test_metadata *_metadata, uint32_t entry,
		       const struct warden_wire_set *set, uint32_t type)
{
	const unsigned int told = !warden_facts_judged(set, type);
	struct told other = compare(entry, set, type, 1, 2), more = compare(entry, set, type, 0, 1),
		    less = compare(entry, set, type, 1, 0), same = compare(entry, set, type, 1, 1);

	EXPECT_EQ(told, other.n)
	{
		TH_LOG("%s %s", set->name, set->attrs[type].name);
	}
	EXPECT_EQ(told, more.n);
	EXPECT_EQ(told, less.n);
	EXPECT_EQ(0, same.n);
	EXPECT_EQ(told, other.was && other.is);
	EXPECT_FALSE(more.was);
	EXPECT_EQ(told, more.is);
	EXPECT_FALSE(less.is);
	EXPECT_EQ(told, less.was);
}

TEST(each_attribute_of_each_entry_is_told_or_judged)
{
	const struct warden_wire_set *policy = warden_set_policy();
	const uint32_t entries[] = {
		WARDEN_A_POLICY_HEADER, WARDEN_A_POLICY_DEFAULT, WARDEN_A_POLICY_PROGRAM,
		WARDEN_A_POLICY_PURPOSE, WARDEN_A_POLICY_SIGNER, WARDEN_A_POLICY_RULE,
		WARDEN_A_POLICY_MEASURE, WARDEN_A_POLICY_APPRAISE };
	unsigned int told = 0;
	uint32_t type;
	size_t i;

	for (i = 0; i < sizeof(entries) / sizeof(*entries); i++) {
		const struct warden_wire_set *set = policy->attrs[entries[i]].nest;

		for (type = 1; type <= set->max; type++) {
			if (!set->attrs[type].name)
				continue;
			check_attr(_metadata, entries[i], set, type);
			told += !warden_facts_judged(set, type);
		}
	}
	EXPECT_LT(10, told);
}

/* A rule with more of a list than there was, and with less, beside one that stays. */
TEST(what_several_attributes_hold_is_told_as_one)
{
	const struct warden_wire_set *set = warden_set_rule();
	struct warden_blob a = { NULL, 0, 0 }, b = { NULL, 0, 0 };
	struct warden_view x = { .title = "a" }, y = { .title = "b" };
	struct told told = { 0, false, false };
	size_t nest;

	put_entry(&a, WARDEN_A_POLICY_RULE, set, WARDEN_A_RULE_PRINCIPAL, 1);
	nest = warden_blob_nest_begin(&b, WARDEN_A_POLICY_RULE);
	put_some(&b, &set->attrs[WARDEN_A_RULE_PRINCIPAL], WARDEN_A_RULE_PRINCIPAL, 1);
	put_some(&b, &set->attrs[WARDEN_A_RULE_PRINCIPAL], WARDEN_A_RULE_PRINCIPAL, 2);
	warden_blob_nest_end(&b, nest);
	x.bytes = a.data;
	x.len = a.len;
	y.bytes = b.data;
	y.len = b.len;
	warden_facts_compare(&x, &y, count_fact, &told);
	EXPECT_EQ(1, told.n);
	EXPECT_TRUE(told.was && told.is);
	warden_blob_free(&a);
	warden_blob_free(&b);
}

TEST_HARNESS_MAIN
