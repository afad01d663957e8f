// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is plugged in: a device no rule allows is quarantined before a driver has
 * it, and of one that is let in each interface is judged for itself. The host
 * controller and the device are real drivers on both ends of a wire in memory.
 */
#include <json-c/json.h>

#include "lib/gadget.h"
#include "lib/harness.h"

/* The digest `wardenctl service list --usb` has for an interface in this state; "" without one. */
static const char *digest_in_state(const char *state)
{
	static char digest[65];
	struct json_object *list, *entry, *value;
	size_t i;

	digest[0] = '\0';
	list = warden_json(ARGV("service", "list", "--usb"));
	for (i = 0; list && i < json_object_array_length(list); i++) {
		entry = json_object_array_get_idx(list, i);
		if (json_object_object_get_ex(entry, "state", &value) &&
		    !strcmp(json_object_get_string(value), state) &&
		    json_object_object_get_ex(entry, "sha256", &value))
			snprintf(digest, sizeof(digest), "%s", json_object_get_string(value));
	}
	json_object_put(list);
	return digest;
}

FIXTURE(usb)
{
	struct mark mark;
	struct gadget modem;
};

/* A modem of two interfaces, communications and its data. */
FIXTURE_SETUP(usb)
{
	ASSERT_LOADED(warden_policy("\n"));
	device_load("cdc-acm", ""); /* takes the second interface with the first where it may */
	if (!gadget_make(&self->modem, 0, "acm.0"))
		SKIP(return, "this kernel has no dummy_hcd or no gadgets");
}

FIXTURE_TEARDOWN(usb)
{
	gadget_unplug(&self->modem);
	warden_load(warden_policy("\n"));
	gadget_break(&self->modem);
}

TEST_F(usb, unnamed_device_is_quarantined_until_a_rule_names_it)
{
	char object[64];
	struct claim denied = { .domain = "usb", .reason = "default", .object = object,
				.line = UINT32_MAX, .times = 1 };

	ASSERT_LOADED(warden_policy("default usb deny;\n"));
	self->mark = evidence_mark();
	ASSERT_TRUE(gadget_plug(&self->modem));
	snprintf(object, sizeof(object), "%s 1d6b:c0de class 02", self->modem.port);
	EXPECT_EQ('0', gadget_authorized(self->modem.port));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(0, warden_ctl(ARGV("usb", "list")));
	EXPECT_NE(NULL, strstr(warden_said(), "quarantined"));
	/* Root's own way to let it in asks the policy, too. */
	self->mark = evidence_mark();
	EXPECT_FALSE(gadget_write(gadget_path(self->modem.port, "authorized"), "1"));
	EXPECT_EQ(EACCES, errno);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(1, warden_ctl(ARGV("usb", "admit", self->modem.port)));
	EXPECT_EQ('0', gadget_authorized(self->modem.port));

	ASSERT_LOADED(warden_policy("default usb deny;\nallow usb \"1d6b:C0DE\" on \"%s\";\n",
				    self->modem.port));
	self->mark = evidence_mark();
	EXPECT_EQ(0, warden_ctl(ARGV("usb", "admit", self->modem.port)));
	EXPECT_EQ('1', gadget_authorized(self->modem.port));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	gadget_unplug(&self->modem);
	ASSERT_TRUE(gadget_plug(&self->modem));
	EXPECT_EQ('1', gadget_authorized(self->modem.port));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* How many lines of `policy drift` say that this was let in by a command. */
static int drifts(const char *port)
{
	char text[64];

	snprintf(text, sizeof(text), "usb %s was let in by a command", port);
	warden_ctl(ARGV("policy", "drift"));
	return strstr(warden_said(), text) != NULL;
}

/* What the kernel keeps out by itself, the policy allows and somebody admits. */
TEST_F(usb, what_a_command_let_in_is_drift)
{
	char root[64];

	ASSERT_LOADED(warden_policy("default usb deny;\nallow usb \"1d6b:c0de\";\n"));
	ASSERT_TRUE(gadget_plug(&self->modem));
	EXPECT_EQ('1', gadget_authorized(self->modem.port));
	EXPECT_EQ(0, drifts(self->modem.port));
	snprintf(root, sizeof(root), "usb%.*s", (int)strcspn(self->modem.port, "-"), self->modem.port);
	gadget_unplug(&self->modem);
	ASSERT_TRUE(gadget_write(gadget_path(root, "authorized_default"), "0"));
	ASSERT_TRUE(gadget_plug(&self->modem));
	EXPECT_EQ('0', gadget_authorized(self->modem.port));
	EXPECT_EQ(0, drifts(self->modem.port));
	EXPECT_EQ(0, warden_ctl(ARGV("usb", "admit", self->modem.port)));
	EXPECT_EQ(1, drifts(self->modem.port))
	{
		TH_LOG("%s", warden_said());
	}
	/* Nor does a second word of the same take it from the list. */
	EXPECT_EQ(0, warden_ctl(ARGV("usb", "admit", self->modem.port)));
	EXPECT_EQ(1, drifts(self->modem.port));
	gadget_unplug(&self->modem);
	EXPECT_EQ(0, drifts(self->modem.port));
	EXPECT_TRUE(gadget_write(gadget_path(root, "authorized_default"), "1"));
}

TEST_F(usb, interface_is_refused_and_its_neighbour_is_not)
{
	const char *first, *second;
	char object[96];
	struct claim denied = { .domain = "usb", .reason = "rule", .object = object, .times = 1 };
	const char *policy = warden_policy("allow usb class \"cdc\";\ndeny usb class \"cdc-data\";\n"
					   "default usb deny;\n");

	denied.line = warden_line(policy, "deny usb");
	ASSERT_LOADED(policy);
	self->mark = evidence_mark();
	ASSERT_TRUE(gadget_plug(&self->modem));
	first = gadget_interface(&self->modem, 0);
	second = gadget_interface(&self->modem, 1);
	EXPECT_EQ('1', gadget_authorized(self->modem.port));
	EXPECT_EQ('1', gadget_authorized(first));
	EXPECT_EQ('0', gadget_authorized(second));
	EXPECT_FALSE(gadget_is_bound(second));
	snprintf(object, sizeof(object), "%s 1d6b:c0de class 0a", second);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_F(usb, device_is_admitted_by_its_descriptors_and_one_that_says_another_thing_is_not)
{
	char digest[65], object[64];
	struct claim denied = { .domain = "usb", .reason = "default", .object = object,
				.line = UINT32_MAX, .times = 1 };

	ASSERT_LOADED(warden_policy("default usb deny;\n"));
	ASSERT_TRUE(gadget_plug(&self->modem));
	EXPECT_EQ('0', gadget_authorized(self->modem.port));
	snprintf(digest, sizeof(digest), "%s", digest_in_state("quarantined"));
	ASSERT_EQ(64, strlen(digest));
	/* The record has it as well. */
	EXPECT_EQ(0, warden_ctl(ARGV("--json", "audit", "show")));
	EXPECT_NE(NULL, strstr(warden_said(), digest));
	gadget_unplug(&self->modem);

	ASSERT_LOADED(warden_policy("default usb deny;\nallow usb sha256 \"%s\";\n", digest));
	EXPECT_STREQ(digest, digest_in_state("not-there"));
	self->mark = evidence_mark();
	ASSERT_TRUE(gadget_plug(&self->modem));
	EXPECT_EQ('1', gadget_authorized(self->modem.port));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_STREQ(digest, digest_in_state("declared"));
	gadget_unplug(&self->modem);

	/* The same numbers and classes, and another release of the device. */
	ASSERT_TRUE(gadget_put(&self->modem, "bcdDevice", "0x4242"));
	self->mark = evidence_mark();
	ASSERT_TRUE(gadget_plug(&self->modem));
	snprintf(object, sizeof(object), "%s 1d6b:c0de class 02", self->modem.port);
	EXPECT_EQ('0', gadget_authorized(self->modem.port));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_STRNE(digest, digest_in_state("quarantined"));
}

TEST_HARNESS_MAIN
