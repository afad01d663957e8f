// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a camera delivers, as files that can be handed on: whose rule does not say so has none, and
 * who is handed one is asked.
 */
#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/camera.h"
#include "lib/handing.h"
#include "lib/harness.h"
#include "lib/users.h"

#define HEAD                                                                                       \
	"program tester { path \"%s\"; }\n"                                                        \
	"program other { path \"%s\"; }\n"                                                         \
	"purpose door \"Show who is at the door\";\n"                                              \
	"default sensor deny;\n"
#define RULE	"allow tester use camera;\n"
#define EXPORT	"allow tester use camera export;\n"
#define WRITTEN "/tmp/operator.policy"
#define OTHER	"allow other use camera for door with consent"

FIXTURE(frames)
{
	char camera[64];
	struct mark mark;
};

static const char *policy(const char *rules)
{
	static char text[2048];

	snprintf(text, sizeof(text), "%s%s", HEAD, rules);
	return warden_policy(text, warden_self(), warden_beside("stranger"));
}

FIXTURE_SETUP(frames)
{
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	ASSERT_EQ(0, chmod(self->camera, 0666));
	warden_withdraw_all();
	ASSERT_LOADED(policy(RULE));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(frames)
{
	chmod(self->camera, 0600);
	warden_withdraw_all();
}

/* --- who exports ------------------------------------------------------------------------- */

#ifdef __x86_64__
/* As a program of 32 bits asks; its argument is where such a program has memory. */
static int export_narrowly(int fd)
{
	struct v4l2_exportbuffer *e = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					   MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long got = 54; /* ioctl, in asm/unistd_32.h */
	int made;

	if (e == MAP_FAILED)
		return -errno;
	e->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	__asm__ volatile("int $0x80" : "+a"(got) : "b"(fd), "c"(VIDIOC_EXPBUF), "d"(e)
			 : "memory", "r8", "r9", "r10", "r11");
	made = got ? (int)got : e->fd;
	munmap(e, 4096);
	return made;
}
#else
/* Nobody can here, but programs of 32 bits. */
static int export_narrowly(int fd)
{
	struct camera c = { .fd = fd };

	return camera_export(&c, 0);
}
#endif

struct trial {
	const char *camera;
	int wanted; /* the errno, or 0 */
};

static bool is_as_wanted(const struct user *u, const char *way, int got, int wanted)
{
	bool right = wanted ? got == -wanted : got >= 0;

	if (!right)
		printf("# %s, %s: %d\n", u->name, way, got);
	if (got >= 0)
		close(got);
	return right;
}

static int export_each_way(const struct user *u, void *trial)
{
	const struct trial *t = trial;
	struct camera c;
	bool right;

	if (camera_open(&c, t->camera) || camera_start(&c))
		return USERS_NOBODY;
	right = is_as_wanted(u, "of 64 bits", camera_export(&c, 0), t->wanted);
	right &= is_as_wanted(u, "of 32 bits", export_narrowly(c.fd), t->wanted);
	right &= !camera_frame(&c, 20000); /* the session goes on */
	camera_close(&c);
	return right ? 0 : 1;
}

TEST_F_TIMEOUT(frames, are_exported_by_whose_rule_says_so_alone, 300)
{
	struct claim denied = { .domain = "sensor", .reason = "export", .program = "tester",
				.object = CAMERA_TOPOLOGY, .line = warden_line(policy(RULE), RULE),
				.times = 2 * USERS_COUNT };
	struct trial t = { self->camera, EACCES };
	size_t i;

	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(0, users_run(users_at(i), export_each_way, &t));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(policy(EXPORT));
	self->mark = evidence_mark();
	t.wanted = 0;
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(0, users_run(users_at(i), export_each_way, &t));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

TEST_F_TIMEOUT(frames, are_exported_where_it_is_only_observed_and_told_of, 120)
{
	struct claim observed = { .domain = "sensor", .reason = "export", .program = "tester",
				  .object = CAMERA_TOPOLOGY, .observed = true };
	struct camera c;
	int buffer;

	ASSERT_LOADED(policy("mode observe;\n" RULE));
	self->mark = evidence_mark();
	ASSERT_EQ(0, camera_open(&c, self->camera));
	ASSERT_EQ(0, camera_start(&c));
	buffer = camera_export(&c, 0);
	EXPECT_LE(0, buffer);
	EXPECT_FOUND(evidence_of_event(&self->mark, &observed));
	/* What was seen is what a draft says. */
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "learn")));
	EXPECT_NE(NULL, strstr(warden_said(), " with consent export;"))
	{
		TH_LOG("%s", warden_said());
	}
	close(buffer);
	camera_close(&c);
}

static bool write_policy(const char *text)
{
	FILE *f = fopen(WRITTEN, "w");

	return f && fputs(text, f) >= 0 && !fclose(f);
}

/* The rule of each layer must say so: here the operator's does not. */
TEST_F_TIMEOUT(frames, are_not_exported_where_one_layer_lacks_the_word, 120)
{
	struct claim denied = { .domain = "sensor", .reason = "export", .program = "tester",
				.object = CAMERA_TOPOLOGY, .times = 1 };
	struct camera c;

	ASSERT_LOADED(policy(EXPORT));
	ASSERT_EQ(0, camera_open(&c, self->camera));
	ASSERT_EQ(0, camera_start(&c));
	close(camera_export(&c, 0));
	ASSERT_TRUE(write_policy(policy(RULE)));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "load", "--layer", "operator", WRITTEN)))
	{
		TH_LOG("%s", warden_said());
	}
	self->mark = evidence_mark();
	camera_close(&c);
	ASSERT_EQ(0, camera_open(&c, self->camera));
	ASSERT_EQ(0, camera_start(&c));
	EXPECT_EQ(-EACCES, camera_export(&c, 0));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	camera_close(&c);
	EXPECT_EQ(0, warden_ctl(ARGV("policy", "drop", "operator")));
}

/* --- when the word goes -------------------------------------------------------------------- */

TEST_F_TIMEOUT(frames, end_with_the_right_to_them_and_not_a_session_without, 300)
{
	struct claim ended = { .event = "session-end", .domain = "sensor", .reason = "policy-changed",
			       .program = "tester", .object = CAMERA_TOPOLOGY };
	struct camera exports, looks;
	int buffer;

	ASSERT_LOADED(policy(EXPORT));
	ASSERT_EQ(0, camera_open(&looks, self->camera));
	ASSERT_EQ(0, camera_open(&exports, self->camera));
	ASSERT_EQ(0, camera_start(&exports));
	buffer = camera_export(&exports, 0);
	ASSERT_LE(0, buffer);
	EXPECT_LT(0, lseek(buffer, 0, SEEK_END));
	self->mark = evidence_mark();
	ASSERT_LOADED(policy(RULE));
	EXPECT_EQ(-EACCES, camera_frame(&exports, 5000));
	EXPECT_EQ(0, lseek(buffer, 0, SEEK_END)); /* it is of no size any more */
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
	camera_close(&exports);
	close(buffer);
	EXPECT_EQ(0, camera_start(&looks));
	EXPECT_EQ(0, camera_frame(&looks, 20000));
	EXPECT_EQ(-EACCES, camera_export(&looks, 0));
	camera_close(&looks);
}

/* --- who is handed what ------------------------------------------------------------------------ */

static int started_with(const char *verb, int fd, struct client *c)
{
	char number[16];
	int status;

	snprintf(number, sizeof(number), "%d", fd);
	fcntl(fd, F_SETFD, 0);
	status = client_run(c, ARGV(warden_beside("stranger"), verb, number));
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return status;
}

/* The camera's file may be handed on; the word goes with the program that asks. */
TEST_F_TIMEOUT(frames, are_exported_by_none_who_was_handed_the_camera_without_the_word, 300)
{
	struct claim denied = { .domain = "sensor", .reason = "export", .program = "other",
				.object = CAMERA_TOPOLOGY, .times = 1 };
	struct camera c;
	struct client other;

	ASSERT_LOADED(policy(EXPORT OTHER ";\n"));
	ASSERT_EQ(0, warden_grant("other", "camera", "door"));
	ASSERT_EQ(0, camera_open(&c, self->camera));
	ASSERT_EQ(0, camera_start(&c));
	self->mark = evidence_mark();
	EXPECT_EQ(1, started_with("export", c.fd, &other));
	EXPECT_STREQ("EACCES\n", other.text);
	client_end(&other);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(policy(EXPORT OTHER " export;\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(0, started_with("export", c.fd, &other));
	EXPECT_STREQ("ok\n", other.text);
	client_end(&other);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	camera_close(&c);
}

/* A program that is started with a buffer uses the camera, and the consent it has for that once. */
TEST_F_TIMEOUT(frames, that_a_program_is_started_with_are_a_use_and_use_up_a_consent, 300)
{
	struct claim used = { .event = "use", .domain = "sensor", .reason = "consent", .program = "other",
			      .object = "dma-buf" };
	struct claim denied = { .domain = "sensor", .reason = "no-consent", .program = "other",
				.object = "dma-buf", .times = 1 };
	struct client other;
	struct camera c;
	int buffer;

	ASSERT_LOADED(policy(EXPORT OTHER ";\n"));
	ASSERT_EQ(0, camera_open(&c, self->camera));
	ASSERT_EQ(0, camera_start(&c));
	buffer = camera_export(&c, 0);
	ASSERT_LE(0, buffer);
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "grant", "other", "camera", "--purpose", "door", "--once")))
	{
		TH_LOG("%s", warden_said());
	}
	self->mark = evidence_mark();
	EXPECT_EQ(0, started_with("held", buffer, &other));
	EXPECT_STREQ("ok\n", other.text);
	client_end(&other);
	EXPECT_FOUND(evidence_of_event(&self->mark, &used));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_EQ(1, started_with("held", buffer, &other));
	EXPECT_STREQ("EBADF\n", other.text);
	client_end(&other);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	close(buffer);
	camera_close(&c);
}

TEST_HARNESS_MAIN
