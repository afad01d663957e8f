// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was consented to, and what was switched off, is so again in the next life.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <sys/stat.h>

#include "lib/harness.h"
#include "lib/camera.h"
#include "lib/keys.h"

#define STATE	"/tmp/state"
#define COUNTER "/tmp/state.counter"
#define OLDER	"/tmp/state.older"
#define TPM	"tpm:0x01800057"

#define CUT(name) "/var/tmp/cut-" name

#define STATEMENTS                                                                                 \
	"program tester { path \"%s\"; }\n"                                                        \
	"purpose door \"Show who is at the door\";\n"                                              \
	"default sensor deny;\n"                                                                   \
	"allow tester use camera for door with consent;\n"

#define SAVE()	      warden_ctl(ARGV("state", "save", STATE))
#define SAVE_BY(c)    warden_ctl(ARGV("state", "save", STATE, "--counter", c))
#define RESTORE(...)  warden_ctl(ARGV("state", "restore", STATE, ##__VA_ARGS__))
#define GRANT(...)                                                                                 \
	warden_ctl(ARGV("consent", "grant", "tester", "camera", "--purpose", "door", ##__VA_ARGS__))

/* A new life of the module, with the policy: all else that was in memory is gone. */
static bool live_again(void)
{
	return warden_live_again() && !warden_load(warden_policy(STATEMENTS, warden_self()));
}

FIXTURE(state)
{
	char camera[128];
	struct camera c;
	struct mark mark;
};

FIXTURE_SETUP(state)
{
	unlink(STATE);
	unlink(COUNTER);
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	ASSERT_LOADED(warden_policy(STATEMENTS, warden_self()));
	warden_withdraw_all();
}

FIXTURE_TEARDOWN(state)
{
	warden_ctl(ARGV("sensor", "switch", "all", "on"));
	warden_withdraw_all();
}

/* Of a TPM where there is one. */
static const char *best_counter(void)
{
	return access("/dev/tpmrm0", F_OK) ? COUNTER : TPM;
}

TEST_F(state, is_back_in_the_next_life_and_is_taken_once)
{
	struct claim denied = { .domain = "sensor", .reason = "no-consent", .program = "tester" };
	struct claim back = { .event = "grant", .domain = "consent", .reason = "restored" };
	struct stat st;

	ASSERT_EQ(0, GRANT("--principal", "owner", "--basis", "consent"));
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	camera_close(&self->c);
	ASSERT_EQ(0, GRANT("--for", "1h"));
	ASSERT_EQ(0, GRANT("--session"));
	ASSERT_EQ(0, warden_ctl(ARGV("sensor", "switch", "microphone", "off")));
	ASSERT_EQ(0, SAVE_BY(best_counter()))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_NE(NULL, strstr(warden_said(), "saved: 2 consents; 1 "));
	ASSERT_EQ(0, stat(STATE, &st));
	EXPECT_EQ(0600, st.st_mode & 0777);
	ASSERT_TRUE(live_again());
	self->mark = evidence_mark();
	EXPECT_EQ(-EACCES, camera_open(&self->c, self->camera));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	/* What had an end has ended: nobody knows how long it was dark. */
	ASSERT_EQ(0, RESTORE("--counter", best_counter()))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_NE(NULL, strstr(warden_said(), "restored: 1 consents; 1 ended"));
	EXPECT_FOUND(evidence_of_event(&self->mark, &back));
	EXPECT_EQ(1, warden_uses());
	EXPECT_EQ(0, camera_open(&self->c, self->camera));
	camera_close(&self->c);
	ASSERT_EQ(0, warden_ctl(ARGV("status")));
	EXPECT_NE(NULL, strstr(warden_said(), "microphone; on again"));
	/* A second time would bring back what is withdrawn from now on. */
	ASSERT_EQ(0, warden_withdraw("tester", "camera"));
	EXPECT_EQ(1, RESTORE());
	EXPECT_NE(NULL, strstr(warden_said(), "since Warden was loaded"));
	EXPECT_EQ(-EACCES, camera_open(&self->c, self->camera));
	/* Whoever trusts the clock keeps what has not run out. */
	ASSERT_TRUE(live_again());
	ASSERT_EQ(0, RESTORE("--counter", best_counter(), "--trust-clock"));
	EXPECT_NE(NULL, strstr(warden_said(), "restored: 2 consents; 0 ended"));
}

/* What is cut off by hand and by a list is so in the next life, and no older list lifts it. */
TEST_F(state, has_what_is_in_quarantine)
{
	struct claim denied = { .domain = "exec", .reason = "quarantined", .line = UINT32_MAX, .times = 2 };
	const uint32_t version = now_ns() / 1000000; /* above that of any list before in this boot */
	char said[64];

	snprintf(said, sizeof(said), "version %u of the maker's list, not signed", version);
	ASSERT_TRUE(client_shell("for p in hand list free; do cp /usr/bin/true " CUT("$p") "; echo $p >>"
				 CUT("$p") "; done"));
	ASSERT_EQ(0, warden_ctl(ARGV("quarantine", "add", CUT("hand"))));
	ASSERT_EQ(0, keys_list(CUT("list"), version, NULL));
	ASSERT_EQ(0, keys_cut())
	{
		TH_LOG("%s", warden_said());
	}
	ASSERT_EQ(0, SAVE());
	ASSERT_TRUE(live_again());
	EXPECT_TRUE(client_shell(CUT("hand") " && " CUT("list")));
	ASSERT_EQ(0, RESTORE())
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_FOUND(evidence_of_event(&(struct mark){ 0 }, &(struct claim){ .event = "quarantine-list",
									     .reason = "restored" }));
	self->mark = evidence_mark();
	EXPECT_FALSE(client_shell(CUT("hand") " 2>/dev/null"));
	EXPECT_FALSE(client_shell(CUT("list") " 2>/dev/null"));
	EXPECT_TRUE(client_shell(CUT("free")));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, warden_ctl(ARGV("status")));
	EXPECT_NE(NULL, strstr(warden_said(), said));
	/* The very list is taken again, and an older one is not. */
	EXPECT_EQ(0, keys_cut());
	ASSERT_EQ(0, keys_list(CUT("free"), version - 1, NULL));
	EXPECT_EQ(1, keys_cut());
	EXPECT_NE(NULL, strstr(warden_said(), "a list of this version or of a newer one was loaded"));
	EXPECT_EQ(1, warden_ctl(ARGV("quarantine", "remove", CUT("list"))));
	EXPECT_EQ(0, warden_ctl(ARGV("quarantine", "remove", CUT("hand"))));
	ASSERT_EQ(0, keys_list("", version + 1, NULL));
	EXPECT_EQ(0, keys_cut());
	EXPECT_TRUE(client_shell(CUT("hand") " && " CUT("list")));
}

static bool copy(const char *from, const char *to)
{
	struct client c;
	int status = client_run(&c, ARGV("cp", from, to));

	client_end(&c);
	return !status;
}

TEST_F(state, older_or_altered_is_refused)
{
	FILE *f;

	ASSERT_EQ(0, GRANT());
	ASSERT_EQ(0, SAVE());
	ASSERT_TRUE(copy(STATE, OLDER));
	ASSERT_EQ(0, warden_withdraw("tester", "camera"));
	ASSERT_EQ(0, SAVE());
	ASSERT_TRUE(copy(STATE, STATE ".new"));
	ASSERT_TRUE(copy(OLDER, STATE));
	EXPECT_EQ(1, RESTORE());
	EXPECT_NE(NULL, strstr(warden_said(), "this is state 1, and 2 was saved since"));
	f = fopen(STATE, "r+");
	ASSERT_NE(NULL, f);
	fseek(f, 20, SEEK_SET);
	fputc('X', f);
	fclose(f);
	EXPECT_EQ(1, RESTORE());
	EXPECT_NE(NULL, strstr(warden_said(), "its checksum is wrong"));
	ASSERT_EQ(0, truncate(STATE, 30));
	EXPECT_EQ(1, RESTORE());
	EXPECT_EQ(1, warden_ctl(ARGV("state", "restore", "/tmp/there-is-none")));
}

/* What a TPM counts nobody sets back; the newest was taken above. */
TEST_F(state, older_is_refused_by_the_counter_of_a_tpm)
{
	if (access("/dev/tpmrm0", F_OK))
		SKIP(return, "there is no TPM");
	ASSERT_EQ(0, GRANT());
	ASSERT_EQ(0, SAVE_BY(TPM))
	{
		TH_LOG("%s", warden_said());
	}
	ASSERT_TRUE(copy(STATE, OLDER));
	ASSERT_EQ(0, SAVE_BY(TPM));
	ASSERT_TRUE(copy(OLDER, STATE));
	EXPECT_EQ(1, RESTORE("--counter", TPM));
	EXPECT_NE(NULL, strstr(warden_said(), "was saved since"));
	EXPECT_EQ(1, RESTORE("--counter", "tpm:0x01800058"));
	EXPECT_NE(NULL, strstr(warden_said(), "the TPM has no counter 0x01800058"));
	EXPECT_EQ(1, RESTORE("--counter", "tpm:7"));
	EXPECT_NE(NULL, strstr(warden_said(), "no index"));
	EXPECT_NE(0, access(COUNTER, F_OK));
}

TEST_HARNESS_MAIN
