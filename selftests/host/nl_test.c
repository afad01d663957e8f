// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netlink side without a module: how a policy is cut into messages, and how
 * the kernel's pointer into a request becomes the name of an attribute. The files
 * under test are included, because none of this is seen from outside of it.
 */
#include "kselftest_harness.h"

#include "../../tools/nl.c"
#include "../../tools/nl_policy.c"

FIXTURE(request)
{
	struct warden_blob blob;
	struct exchange x;
	struct warden_fault fault;
	uint32_t port_low; /* offset of rule 2's port-low from the start of the message */
	uint32_t rule;	   /* offset of rule 2 */
};

static void put_rule(struct warden_blob *b, uint32_t line, size_t *port_low)
{
	size_t nest = warden_blob_nest_begin(b, WARDEN_A_POLICY_RULE);

	warden_blob_put_u32(b, WARDEN_A_RULE_LINE, line);
	warden_blob_put_u32(b, WARDEN_A_RULE_DOMAIN, WARDEN_DOMAIN_LISTEN);
	*port_low = b->len;
	warden_blob_put_u32(b, WARDEN_A_RULE_PORT_LOW, 80);
	warden_blob_nest_end(b, nest);
}

FIXTURE_SETUP(request)
{
	const uint32_t head = NLMSG_HDRLEN + GENL_HDRLEN;
	size_t port_low;

	memset(self, 0, sizeof(*self));
	put_rule(&self->blob, 17, &port_low);
	self->rule = head + (uint32_t)self->blob.len;
	put_rule(&self->blob, 23, &port_low);
	self->port_low = head + (uint32_t)port_low;
	self->x.op = warden_wire_op(WARDEN_CMD_POLICY_ADD);
	self->x.attrs = self->blob.data;
	self->x.len = self->blob.len;
	self->x.fault = &self->fault;
}

FIXTURE_TEARDOWN(request)
{
	warden_blob_free(&self->blob);
}

TEST_F(request, the_attribute_and_its_rule_are_named)
{
	struct refusal r = { "the first port is above the last", self->port_low, 0, 0 };

	explain_refusal(&self->x, -EINVAL, &r);
	EXPECT_STREQ("the first port is above the last (attribute rule.port-low of the rule on "
		     "line 23)",
		     self->fault.why);
	EXPECT_STREQ("", self->fault.advice);
}

TEST_F(request, a_missing_attribute_is_named)
{
	struct refusal r = { NULL, 0, WARDEN_A_RULE_ACTION, self->rule };

	explain_refusal(&self->x, -EINVAL, &r);
	EXPECT_STREQ("Invalid argument (attribute action is missing in the rule on line 23)",
		     self->fault.why);
	r = (struct refusal){ NULL, 0, WARDEN_A_POLICY_HEADER, 0 };
	explain_refusal(&self->x, -EINVAL, &r);
	EXPECT_STREQ("Invalid argument (attribute header is missing)", self->fault.why);
}

TEST_F(request, an_offset_past_the_request_names_nothing)
{
	struct refusal r = { "no", 1u << 30, 0, 0 };

	explain_refusal(&self->x, -EINVAL, &r);
	EXPECT_STREQ("no", self->fault.why);
}

TEST_F(request, a_missing_right_is_named)
{
	struct refusal r = { NULL, 0, 0, 0 };

	explain_refusal(&self->x, -EPERM, &r);
	EXPECT_STREQ("run it as root, or with CAP_MAC_ADMIN in the initial user namespace",
		     self->fault.advice);
	self->x.op = warden_wire_op(WARDEN_CMD_AUDIT_GET);
	explain_refusal(&self->x, -EPERM, &r);
	EXPECT_STREQ("run it as root, or with CAP_AUDIT_READ in the initial user namespace",
		     self->fault.advice);
}

TEST(chunks_end_where_entries_end_and_lose_nothing)
{
	struct warden_blob b = { NULL, 0, 0 };
	uint8_t data[3000] = { 0 };
	size_t at = 0, chunks = 0, i;

	for (i = 0; i < 500; i++)
		warden_blob_put(&b, WARDEN_A_POLICY_RULE, data, (i * 37) % sizeof(data));
	while (at < b.len) {
		size_t len = chunk_at(&b, at);
		struct nlattr a;

		ASSERT_GT(len, 0);
		EXPECT_LE(len, WARDEN_CHUNK_MAX);
		memcpy(&a, b.data + at, sizeof(a));
		EXPECT_EQ(WARDEN_A_POLICY_RULE, a.nla_type);
		at += len;
		chunks++;
	}
	EXPECT_EQ(b.len, at);
	EXPECT_LE(chunks, 2 * b.len / WARDEN_CHUNK_MAX);
	warden_blob_free(&b);
}

TEST_HARNESS_MAIN
