// SPDX-License-Identifier: GPL-2.0-only
/* Reading what the module sends: right values, and no byte past the end of anything. */
#include "kselftest_harness.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/warden.h>

#include "blob.h"
#include "wire.h"

TEST(values_are_read_by_their_kind)
{
	struct warden_blob b = { NULL, 0, 0 };
	struct warden_object o;

	warden_blob_put_u32(&b, WARDEN_A_SENSOR_CLASS, WARDEN_SENSOR_CLASS_CAMERA);
	warden_blob_put_string(&b, WARDEN_A_SENSOR_NODE, "video0");
	warden_blob_put_u32(&b, 999, 7); /* of a newer module */
	ASSERT_EQ(0, warden_object_parse(&o, warden_set_sensor(), b.data, b.len));
	EXPECT_STREQ("camera", warden_object_word(&o, WARDEN_A_SENSOR_CLASS));
	EXPECT_STREQ("video0", warden_object_string(&o, WARDEN_A_SENSOR_NODE));
	EXPECT_FALSE(warden_object_has(&o, WARDEN_A_SENSOR_DRIVER));
	EXPECT_STREQ("", warden_object_string(&o, WARDEN_A_SENSOR_DRIVER));
	EXPECT_EQ(0, warden_object_number(&o, WARDEN_A_SENSOR_SESSIONS));
	warden_blob_free(&b);
}

TEST(a_value_of_the_wrong_size_is_refused)
{
	struct warden_blob b = { NULL, 0, 0 };
	struct warden_object o;

	warden_blob_put(&b, WARDEN_A_SENSOR_CLASS, "\1\0", 2);
	EXPECT_EQ(-EBADMSG, warden_object_parse(&o, warden_set_sensor(), b.data, b.len));
	warden_blob_free(&b);
	warden_blob_put(&b, WARDEN_A_SENSOR_NODE, "video0", 6); /* without its NUL */
	EXPECT_EQ(-EBADMSG, warden_object_parse(&o, warden_set_sensor(), b.data, b.len));
	warden_blob_free(&b);
}

/* Each prefix of a message is copied to the end of its own memory: ASan sees a step past it. */
TEST(a_cut_message_is_read_to_its_end_and_no_further)
{
	struct warden_blob b = { NULL, 0, 0 };
	struct warden_object o;
	size_t len;

	warden_blob_put_u32(&b, WARDEN_A_SENSOR_CLASS, 1);
	warden_blob_put_string(&b, WARDEN_A_SENSOR_NODE, "video");
	for (len = 0; len < b.len; len++) {
		uint8_t *cut = malloc(len ? len : 1);

		memcpy(cut, b.data, len);
		EXPECT_EQ(len && len != 8 && len < 18 ? -EBADMSG : 0,
			  warden_object_parse(&o, warden_set_sensor(), cut, len));
		free(cut);
	}
	warden_blob_free(&b);
}

TEST(a_length_that_lies_is_refused)
{
	const struct nlattr lies[] = { { .nla_len = 3, .nla_type = 1 },
				       { .nla_len = 0, .nla_type = 1 },
				       { .nla_len = 0xffff, .nla_type = 1 } };
	struct warden_object o;
	size_t i;

	for (i = 0; i < sizeof(lies) / sizeof(*lies); i++)
		EXPECT_EQ(-EBADMSG,
			  warden_object_parse(&o, warden_set_sensor(), &lies[i], sizeof(lies[i])));
}

TEST(a_uuid_is_read_as_it_is_written)
{
	static const char text[] = "ea224987-76fe-4f94-b42c-a3d6bdc3017a";
	char again[WARDEN_UUID_TEXT];
	uint8_t bytes[16];

	ASSERT_TRUE(warden_uuid_get(bytes, text));
	EXPECT_STREQ(text, warden_uuid_put(again, bytes));
	EXPECT_FALSE(warden_uuid_get(bytes, "ea224987-76fe-4f94-b42c-a3d6bdc3017"));
	EXPECT_FALSE(warden_uuid_get(bytes, "ea224987-76fe-4f94-b42c-a3d6bdc3017a0"));
	EXPECT_FALSE(warden_uuid_get(bytes, "ea22498776fe4f94b42ca3d6bdc3017a"));
	EXPECT_FALSE(warden_uuid_get(bytes, ""));
}

/* The tables come from the spec, the numbers from the kernel's generator: both must agree. */
TEST(names_and_numbers_agree)
{
	EXPECT_EQ(WARDEN_A_STATUS_MAX, warden_set_status()->max);
	EXPECT_EQ(WARDEN_A_RECORD_MAX, warden_set_record()->max);
	EXPECT_EQ(WARDEN_A_RULE_MAX, warden_set_rule()->max);
	EXPECT_EQ(WARDEN_A_POLICY_MAX, warden_set_policy()->max);
	EXPECT_LT(WARDEN_A_RECORD_MAX, WARDEN_WIRE_ATTRS_MAX);
	EXPECT_LT(WARDEN_A_STATUS_MAX, WARDEN_WIRE_ATTRS_MAX);
	EXPECT_STREQ("chain", warden_set_record()->attrs[WARDEN_A_RECORD_CHAIN].name);
	EXPECT_STREQ("unplugged", warden_enum_word(warden_enum_reason(), WARDEN_REASON_UNPLUGGED));
	EXPECT_STREQ("measure-get", warden_wire_op(WARDEN_CMD_MEASURE_GET)->name);
	EXPECT_EQ(NULL, warden_wire_op(WARDEN_CMD_MAX + 1));
	EXPECT_EQ(NULL, warden_wire_op(0));
}

TEST_HARNESS_MAIN
