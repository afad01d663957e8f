// SPDX-License-Identifier: GPL-2.0-only
/*
 * Consents go elsewhere in a signed file, and come back as they were, or not at all.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <unistd.h>

#include "lib/camera.h"
#include "lib/harness.h"
#include "lib/keys.h"

#define EXPORT "/tmp/consents.json"
#define COPY   "/tmp/copy.json"

#define STATEMENTS                                                                                 \
	"program tester { path \"%s\"; }\n"                                                        \
	"purpose door \"Show who is at the door\";\n"                                              \
	"default sensor deny;\n"                                                                   \
	"allow tester use camera for door with consent;\n"

#define EXPORT_TO(file, ...)                                                                       \
	warden_ctl(ARGV("consent", "export", "--key", keys_key("owner"), "--cert",                 \
			keys_cert("owner"), ##__VA_ARGS__, file))
#define IMPORT(file, who, ...)                                                                     \
	warden_ctl(ARGV("consent", "import", "--cert", keys_cert(who), ##__VA_ARGS__, file))

FIXTURE(export)
{
	char camera[128];
	struct json_object *document;
};

static void put_machine_id(void)
{
	FILE *f = fopen("/etc/machine-id", "w");

	if (!f)
		return;
	fputs("0123456789abcdef0123456789abcdef\n", f);
	fclose(f);
}

FIXTURE_SETUP(export)
{
	if (!keys_make("owner", "prime256v1", 3650) || !keys_make("stranger", "prime256v1", 3650))
		SKIP(return, "this guest has no openssl");
	put_machine_id();
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	ASSERT_LOADED(warden_policy(STATEMENTS, warden_self()));
	warden_ctl(ARGV("consent", "withdraw", "camera"));
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "grant", "tester", "camera", "--purpose", "door",
				     "--principal", "owner", "--basis", "consent", "--jurisdiction",
				     "DE", "--for", "2h", "--window", "daily 00:00-24:00")));
	ASSERT_EQ(0, EXPORT_TO(EXPORT))
	{
		TH_LOG("%s", warden_said());
	}
	self->document = json_object_from_file(EXPORT);
	ASSERT_NE(NULL, self->document);
}

FIXTURE_TEARDOWN(export)
{
	json_object_put(self->document);
}

static struct json_object *member(struct json_object *json, const char *name)
{
	struct json_object *value = NULL;

	json_object_object_get_ex(json, name, &value);
	return value;
}

/* The last record, which is the one this test gave. */
static struct json_object *last_of(struct json_object *document)
{
	struct json_object *records = member(document, "records");

	return json_object_array_get_idx(records, json_object_array_length(records) - 1);
}

/* As if another had made it: changed, and signed anew with a key that is trusted. */
static bool sign_anew(struct json_object *document)
{
	char command[512];

	if (json_object_to_file_ext(COPY, document, JSON_C_TO_STRING_PRETTY))
		return false;
	snprintf(command, sizeof(command),
		 "openssl cms -sign -binary -noattr -nocerts -outform DER -md sha256 -in " COPY
		 " -out " COPY ".p7s -signer %s -inkey %s", keys_cert("owner"), keys_key("owner"));
	return client_shell(command);
}

static void set(struct json_object *json, const char *name, const char *value)
{
	json_object_object_add(json, name, json_object_new_string(value));
}

TEST_F(export, has_the_fields_of_a_consent_record)
{
	struct json_object *record = last_of(self->document);
	struct json_object *purpose = json_object_array_get_idx(member(record, "purposes"), 0);
	struct json_object *event = json_object_array_get_idx(member(record, "events"), 0);

	EXPECT_EQ(36, strlen(evidence_string(record, "record_id")));
	EXPECT_STREQ("owner", evidence_string(record, "pii_principal_id"));
	EXPECT_STREQ("door", evidence_string(purpose, "purpose"));
	EXPECT_STREQ("camera", evidence_string(purpose, "pii_type"));
	EXPECT_STREQ("consent", evidence_string(purpose, "lawful_basis"));
	EXPECT_STREQ("DE", evidence_string(purpose, "jurisdiction"));
	EXPECT_STREQ("given", evidence_string(event, "event_state"));
	EXPECT_LE(7100, evidence_number(record, "validity_duration"));
	EXPECT_STREQ("tester", evidence_string(member(record, "warden"), "program"));
	EXPECT_EQ(64, strlen(evidence_string(self->document, "device")));
}

/* The record of a receipt, as a new export has it. */
static struct json_object *exported_again(const char *receipt)
{
	struct json_object *document, *records, *found = NULL;
	size_t i;

	if (EXPORT_TO(EXPORT))
		return NULL;
	document = json_object_from_file(EXPORT);
	records = member(document, "records");
	for (i = 0; !found && i < json_object_array_length(records); i++)
		if (!strcmp(receipt, evidence_string(json_object_array_get_idx(records, i), "record_id")))
			found = json_object_get(json_object_array_get_idx(records, i));
	json_object_put(document);
	return found;
}

TEST_F(export, is_recorded_as_it_was_and_holds_where_its_copy_was_not_known)
{
	struct claim back = { .event = "grant", .domain = "consent", .reason = "imported",
			      .program = "tester", .object = "door" };
	const char *other = "0a4f7a1e-55a3-4a0c-8e0c-d1d2d8f3f7b6";
	struct json_object *again, *record = last_of(self->document);
	struct mark mark;
	struct camera c;

	ASSERT_EQ(0, warden_ctl(ARGV("consent", "withdraw", "camera")));
	mark = evidence_mark();
	/* What was withdrawn does not come again with its copy. */
	EXPECT_EQ(1, IMPORT(EXPORT, "owner", "--trust-clock"));
	EXPECT_SAID("gives it no new life");
	EXPECT_EQ(-EACCES, camera_open(&c, self->camera));
	/* One that is not known here comes as it was, where the clock may say how long it was away. */
	set(record, "record_id", other);
	ASSERT_TRUE(sign_anew(self->document));
	EXPECT_EQ(0, IMPORT(COPY, "owner"));
	EXPECT_SAID("imported: 0 consents");
	EXPECT_EQ(-EACCES, camera_open(&c, self->camera));
	EXPECT_EQ(0, IMPORT(COPY, "owner", "--trust-clock"));
	EXPECT_SAID("imported: 1 consents");
	EXPECT_FOUND(evidence_of_event(&mark, &back));
	again = exported_again(other);
	ASSERT_NE(NULL, again);
	EXPECT_STREQ("owner", evidence_string(again, "pii_principal_id"));
	EXPECT_TRUE(json_object_equal(member(record, "purposes"), member(again, "purposes")));
	json_object_object_del(member(record, "warden"), "week"); /* goes on with the clock */
	json_object_object_del(member(again, "warden"), "week");
	EXPECT_TRUE(json_object_equal(member(record, "warden"), member(again, "warden")))
	{
		TH_LOG("%s", json_object_to_json_string(again));
	}
	json_object_put(again);
	mark = evidence_mark();
	EXPECT_EQ(0, camera_open(&c, self->camera));
	EXPECT_FOUND(evidence_of_peace(&mark));
	camera_close(&c);
}

static bool spoil(const char *file, bool cut)
{
	FILE *f = fopen(file, "r+");
	int c;

	if (!f)
		return false;
	fseek(f, 0, SEEK_END);
	if (cut && ftruncate(fileno(f), ftell(f) - 2))
		return false;
	fseek(f, 60, SEEK_SET);
	c = fgetc(f);
	fseek(f, 60, SEEK_SET);
	if (!cut)
		fputc(c ^ 1, f);
	return !fclose(f);
}

TEST_F(export, is_refused_where_it_was_altered_cut_short_or_signed_by_a_stranger)
{
	uint64_t before = warden_status("consents");

	EXPECT_EQ(1, IMPORT(EXPORT, "stranger"));
	EXPECT_SAID("nothing here vouches for");
	EXPECT_EQ(1, warden_ctl(ARGV("consent", "import", EXPORT)));
	EXPECT_SAID("no root of trust is set");
	ASSERT_TRUE(spoil(EXPORT, false));
	EXPECT_EQ(1, IMPORT(EXPORT, "owner"));
	EXPECT_SAID("altered or cut short");
	ASSERT_EQ(0, EXPORT_TO(EXPORT));
	ASSERT_TRUE(spoil(EXPORT, true));
	EXPECT_EQ(1, IMPORT(EXPORT, "owner"));
	EXPECT_SAID("altered or cut short");
	EXPECT_EQ(1, IMPORT("/tmp/there-is-none", "owner"));
	EXPECT_EQ(before, warden_status("consents"));
}

TEST_F(export, is_refused_with_fields_nobody_knows_and_on_another_device)
{
	struct json_object *record = last_of(self->document);

	set(record, "nonsense", "x");
	ASSERT_TRUE(sign_anew(self->document));
	EXPECT_EQ(1, IMPORT(COPY, "owner"));
	EXPECT_SAID("no record has a field `nonsense`");
	json_object_object_del(record, "nonsense");
	set(json_object_array_get_idx(member(member(record, "warden"), "program_digests"), 0), "more", "x");
	ASSERT_TRUE(sign_anew(self->document));
	EXPECT_EQ(1, IMPORT(COPY, "owner"));
	EXPECT_SAID("a field is not as it is written");
	set(self->document, "device", "another");
	ASSERT_TRUE(sign_anew(self->document));
	EXPECT_EQ(1, IMPORT(COPY, "owner"));
	EXPECT_SAID("bound to another device");
	ASSERT_EQ(0, EXPORT_TO(EXPORT, "--any-device"));
	json_object_put(self->document);
	self->document = json_object_from_file(EXPORT);
	EXPECT_EQ(NULL, member(self->document, "device"));
	set(last_of(self->document), "record_id", "1a4f7a1e-55a3-4a0c-8e0c-d1d2d8f3f7b6");
	ASSERT_TRUE(sign_anew(self->document));
	EXPECT_EQ(0, IMPORT(COPY, "owner", "--trust-clock"));
	EXPECT_SAID("imported: 1 consents");
}

TEST_HARNESS_MAIN
