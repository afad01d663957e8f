// SPDX-License-Identifier: GPL-2.0-only
/*
 * A camera needs consent to open, and to go on.
 */
#include <fcntl.h>
#include <linux/input.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <time.h>

#include "lib/harness.h"
#include "lib/camera.h"
#include "lib/compat.h"
#include "lib/keypad.h"
#include "lib/times.h"

#define RULE "allow recorder use camera for door with consent;"

#define STATEMENTS                                                                                 \
	"program recorder { path \"/usr/bin/v4l2-ctl\"; }\n"                                       \
	"program tester { path \"%s\"; }\n"                                                        \
	"purpose door \"Show who is at the door\";\n"                                              \
	"purpose guard \"Watch the garden\";\n"                                                    \
	"default sensor deny;\n"                                                                   \
	"allow tester use camera for door with consent export;\n" RULE "\n"                        \
	"allow tester use microphone for door with consent;\n"                                     \
	"allow tester use device \"platform/vivid.9/video4linux/0\" for guard with consent;\n"

#define STREAM(node, ...)                                                                          \
	ARGV("v4l2-ctl", "-d", node, "--set-fmt-video=width=320,height=180,pixelformat=YUYV",      \
	     "--set-parm=10", "--stream-mmap", "--verbose", ##__VA_ARGS__)

#define FRAME "cap dqbuf"

static const char *policy(void)
{
	return warden_policy(STATEMENTS, warden_self());
}

FIXTURE(consent)
{
	char camera[128];
	struct sight *sight;
	struct mark mark;
};

FIXTURE_SETUP(consent)
{
	const char *node;

	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	node = device_node(CAMERA_TOPOLOGY);
	ASSERT_NE(NULL, node);
	snprintf(self->camera, sizeof(self->camera), "%s", node);
	ASSERT_LOADED(policy());
	warden_withdraw_all();
	self->sight = sight_new();
	ASSERT_NE(NULL, self->sight);
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(consent)
{
	warden_withdraw_all();
}

static struct claim ended(const char *reason, const char *program)
{
	return (struct claim){
		.event = "session-end", .domain = "sensor", .reason = reason,
		.program = program, .object = CAMERA_TOPOLOGY,
	};
}

static struct claim refused(const char *reason, const char *program)
{
	return (struct claim){
		.domain = "sensor", .reason = reason, .program = program, .object = CAMERA_TOPOLOGY,
	};
}

TEST_F(consent, v4l2_ctl_is_refused_without_consent)
{
	struct claim denied = refused("no-consent", "recorder");
	struct client c;

	denied.line = warden_line(policy(), RULE);
	denied.times = 1;
	EXPECT_NE(0, client_run(&c, STREAM(self->camera, "--stream-count=1")));
	EXPECT_NE(NULL, strstr(c.text, "Permission denied"));
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_F(consent, v4l2_ctl_streams_with_consent)
{
	struct claim closed = ended("closed", "recorder");
	struct client c;

	ASSERT_EQ(0, warden_grant("recorder", "camera", "door"));
	EXPECT_EQ(0, client_run(&c, STREAM(self->camera, "--stream-count=3")))
	{
		TH_LOG("%s", c.text);
	}
	EXPECT_NE(NULL, strstr(c.text, FRAME));
	client_end(&c);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_FOUND(evidence_of_event(&self->mark, &closed));
}

static uint64_t after(uint64_t command, uint64_t seen)
{
	return seen > command ? seen - command : 0;
}

TEST_F(consent, v4l2_ctl_loses_its_stream_when_consent_is_withdrawn)
{
	struct claim withdrawn = ended("withdrawn", "recorder");
	struct times times = { .rounds = 0 };
	size_t i;

	for (i = 0; i < times_rounds(); i++) {
		struct mark m = evidence_mark();
		struct client c;
		uint64_t command;

		ASSERT_EQ(0, warden_grant("recorder", "camera", "door"));
		ASSERT_EQ(0, client_start(&c, STREAM(self->camera)));
		client_watch(&c, FRAME);
		ASSERT_TRUE(client_says(&c, FRAME, 20000));
		client_says(&c, NULL, 300);
		ASSERT_TRUE(client_runs(&c));
		command = now_ns();
		ASSERT_EQ(0, warden_withdraw("recorder", "camera"));
		EXPECT_NE(-1, client_wait(&c, 5000));
		/* The next of the two calls it makes, or the one it waits in. */
		EXPECT_TRUE(strstr(c.text, "VIDIOC_DQBUF: failed: ") ||
			    strstr(c.text, "qbuf error"))
		{
			TH_LOG("status %d: %s", c.status, c.text);
		}
		times_add(&times, &m, command, c.last);
		client_end(&c);
		EXPECT_FOUND(evidence_of_event(&m, &withdrawn));
	}
	EXPECT_IN_TIME(&times, "v4l2-ctl's last frame");
}

/* The line of the rule that lets this program ask. */
static uint32_t line_of_tester(void)
{
	return warden_line(policy(), "allow tester use camera");
}

/* One round of a program of ours that reads frames, and one that reads the memory. */
static const char *withdraw_once(const char *node, struct sight *s, struct times *frame,
				 struct times *memory)
{
	struct claim withdrawn = ended("withdrawn", "tester");
	struct sight *toucher = sight_new();
	struct mark m = evidence_mark();
	struct camera c;
	uint64_t command;
	int err;

	memset(s, 0, sizeof(*s));
	if (warden_grant("tester", "camera", "door"))
		return "the grant was refused";
	err = camera_open(&c, node);
	if (!err)
		err = camera_start(&c);
	if (err)
		return strerror(-err);
	camera_watch(&c, s);
	sight_touch(c.buffer[0], toucher);
	if (!sight_flows(s, 3, 20000))
		return "no frames came";
	command = now_ns();
	if (warden_withdraw("tester", "camera"))
		return "the withdrawal was refused";
	wait(NULL);
	wait(NULL);
	times_add(frame, &m, command, s->frame);
	times_add(memory, &m, command, toucher->touched);
	camera_close(&c);
	withdrawn.line = line_of_tester();
	withdrawn.pid = getpid();
	return toucher->fault ? evidence_of_event(&m, &withdrawn) : "the memory stayed";
}

TEST_F(consent, withdrawal_fails_every_call_and_takes_the_memory)
{
	struct times frame = { .rounds = 0 }, memory = { .rounds = 0 };
	size_t i;

	for (i = 0; i < times_rounds(); i++) {
		EXPECT_FOUND(withdraw_once(self->camera, self->sight, &frame, &memory));
		EXPECT_EQ(EACCES, self->sight->ioctl_errno);
		EXPECT_EQ(EACCES, self->sight->read_errno);
		EXPECT_EQ(EACCES, self->sight->mmap_errno);
		EXPECT_TRUE(self->sight->events & POLLHUP);
		EXPECT_NE(0, self->sight->fault);
	}
	EXPECT_IN_TIME(&frame, "a program's last frame");
	EXPECT_IN_TIME(&memory, "its last read of mapped memory");
}

/* S31; by each kind of user users_test does it. */
TEST_F(consent, withdrawal_fails_calls_of_32_bits_alike)
{
	struct claim denied = refused("no-consent", "tester");
	struct v4l2_capability cap = { .version = 0 };
	int fd;

	if (!compat_is_known())
		SKIP(return, "this kernel takes no calls of 32 bits");
	EXPECT_EQ(-EACCES, compat_open(self->camera, O_RDWR));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
	fd = compat_open(self->camera, O_RDWR);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, compat_ioctl(fd, VIDIOC_QUERYCAP, &cap, sizeof(cap)));
	EXPECT_STREQ("vivid", (const char *)cap.driver);
	ASSERT_EQ(0, warden_withdraw("tester", "camera"));
	EXPECT_EQ(-EACCES, compat_ioctl(fd, VIDIOC_QUERYCAP, &cap, sizeof(cap)));
	close(fd);
}

TEST_F(consent, withdrawal_leaves_the_device_to_the_next)
{
	struct times frame = { .rounds = 0 }, memory = { .rounds = 0 };
	struct client c;

	EXPECT_FOUND(withdraw_once(self->camera, self->sight, &frame, &memory));
	ASSERT_EQ(0, warden_grant("recorder", "camera", "door"));
	EXPECT_EQ(0, client_run(&c, STREAM(self->camera, "--stream-count=3")))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
}

/* A session of this process. */
static int start_session(struct camera *c, struct sight *s, const char *node)
{
	int err = camera_open(c, node);

	if (!err)
		err = camera_start(c);
	if (!err && camera_watch(c, s) < 0)
		err = -errno;
	return err;
}

TEST_F(consent, fork_without_exec_lives_and_ends_with_its_parent)
{
	struct claim withdrawn = ended("withdrawn", "tester");
	struct sight *child = sight_new();
	struct camera c;
	uint64_t before;

	ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
	ASSERT_EQ(0, start_session(&c, child, self->camera));
	EXPECT_TRUE(sight_flows(child, 3, 10000));
	EXPECT_EQ(0, camera_frame(&c, 5000));
	before = child->frames;
	ASSERT_EQ(0, warden_withdraw("tester", "camera"));
	wait(NULL);
	EXPECT_EQ(EACCES, child->ioctl_errno);
	EXPECT_GE(before + 10, child->frames);
	EXPECT_EQ(-EACCES, camera_frame(&c, 1000));
	EXPECT_FOUND(evidence_of_event(&self->mark, &withdrawn));
	camera_close(&c);
}

/* A process that keeps what it inherited, and takes no notice. */
static void hold(void)
{
	if (sight_fork())
		return;
	for (;;)
		pause();
}

TEST_F(consent, rule_says_which_signal_the_program_gets)
{
	static const struct {
		const char *word;
		int signal;
	} ways[] = { { "kill", SIGKILL }, { "term", SIGTERM }, { "freeze", SIGSTOP } };
	struct claim withdrawn = ended("withdrawn", "tester");
	struct camera c;
	int status;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\n"
					    "purpose door \"Show who is at the door\";\n"
					    "default sensor deny;\n"
					    "allow tester use camera for door with consent %s;\n",
					    warden_self(), ways[i].word));
		ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
		ASSERT_EQ(0, camera_open(&c, self->camera));
		hold();
		/* The child has it alone now. */
		camera_close(&c);
		self->mark = evidence_mark();
		ASSERT_EQ(0, warden_withdraw("tester", "camera"));
		waitpid(-1, &status, WUNTRACED);
		EXPECT_EQ(ways[i].signal, WIFSTOPPED(status) ? WSTOPSIG(status) : WTERMSIG(status))
		{
			TH_LOG("%s", ways[i].word);
		}
		EXPECT_FOUND(evidence_of_event(&self->mark, &withdrawn));
	}
}

static uint64_t sum_of(const volatile uint8_t *memory, size_t len)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum = sum * 31 + memory[i];
	return sum;
}

/* Does the memory change within a second? */
static bool changes(const volatile uint8_t *memory, size_t len)
{
	uint64_t sum = sum_of(memory, len);
	int i;

	for (i = 0; i < 10; i++) {
		usleep(100000);
		if (sum_of(memory, len) != sum)
			return true;
	}
	return false;
}

/* Is there anything to read? A write of it fails where there is not, and nobody is killed. */
static bool stands(const volatile uint8_t *memory)
{
	int pair[2];
	bool can;

	if (pipe(pair))
		return false;
	can = write(pair[1], (const void *)memory, 1) == 1;
	close(pair[0]);
	close(pair[1]);
	return can;
}

/* A process that has nothing but the mapping: says whether that stands once it is told to look. */
static pid_t keep_mapping(const struct camera *c, int buffer, const volatile uint8_t *memory,
			  int told)
{
	pid_t pid = fork();
	char byte;

	if (pid)
		return pid;
	close(c->fd);
	close(buffer);
	if (read(told, &byte, 1) != 1)
		_exit(255);
	_exit(stands(memory));
}

/* S4: what was exported ends with its source, in whatever process. */
TEST_F(consent, exported_buffer_ends_with_its_session)
{
	volatile uint8_t *memory;
	struct camera c;
	int buffer, pair[2], status;
	pid_t other;

	ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
	ASSERT_EQ(0, camera_open(&c, self->camera));
	ASSERT_EQ(0, camera_start(&c));
	buffer = camera_export(&c, 0);
	if (buffer < 0)
		SKIP(return, "the driver exports nothing: %s", strerror(-buffer));
	memory = mmap(NULL, c.len[0], PROT_READ, MAP_SHARED, buffer, 0);
	ASSERT_NE(MAP_FAILED, (void *)memory);
	camera_watch(&c, self->sight);
	ASSERT_TRUE(sight_flows(self->sight, 3, 10000));
	EXPECT_TRUE(changes(memory, c.len[0]));
	ASSERT_EQ(0, pipe(pair));
	other = keep_mapping(&c, buffer, memory, pair[0]);
	EXPECT_TRUE(stands(memory));
	ASSERT_EQ(0, warden_withdraw("tester", "camera"));
	EXPECT_FALSE(stands(memory));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, c.len[0], PROT_READ, MAP_SHARED, buffer, 0));
	EXPECT_EQ(1, write(pair[1], "x", 1));
	EXPECT_EQ(other, waitpid(other, &status, 0));
	EXPECT_EQ(0, status);
	close(pair[0]);
	close(pair[1]);
	wait(NULL);
	close(buffer);
	camera_close(&c);
}

TEST_F(consent, policy_that_no_longer_allows_ends_the_session)
{
	struct claim changed = ended("policy-changed", "tester");
	struct camera c;

	ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
	ASSERT_EQ(0, start_session(&c, self->sight, self->camera));
	EXPECT_TRUE(sight_flows(self->sight, 3, 10000));
	/* The same policy again takes nothing away. */
	ASSERT_LOADED(policy());
	EXPECT_TRUE(sight_flows(self->sight, 3, 10000));
	ASSERT_LOADED(warden_policy("default sensor deny;\n"));
	wait(NULL);
	EXPECT_EQ(EACCES, self->sight->ioctl_errno);
	EXPECT_FOUND(evidence_of_event(&self->mark, &changed));
	camera_close(&c);
}

TEST_F(consent, consent_ends_by_itself_also_when_the_clock_is_set_back)
{
	struct claim expired = ended("expired", "tester");
	struct claim denied = refused("no-consent", "tester");
	struct timespec now, back;
	struct camera c;
	uint64_t given;

	denied.line = line_of_tester();
	denied.pid = getpid();
	denied.times = 1;
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "grant", "tester", "camera", "--purpose", "door",
				     "--for", "4s")));
	given = now_ns();
	ASSERT_EQ(0, start_session(&c, self->sight, self->camera));
	EXPECT_TRUE(sight_flows(self->sight, 3, 10000));
	clock_gettime(CLOCK_REALTIME, &now);
	back = (struct timespec){ .tv_sec = now.tv_sec - 86400 };
	ASSERT_EQ(0, clock_settime(CLOCK_REALTIME, &back));
	wait(NULL);
	clock_settime(CLOCK_REALTIME, &now);
	EXPECT_EQ(EACCES, self->sight->ioctl_errno);
	EXPECT_LE(3500, after(given, self->sight->frame) / 1000000);
	if (times_are_counted())
		EXPECT_GE(4000 + BOUND_MS, after(given, self->sight->frame) / 1000000);
	printf("# last frame %.1f ms after a grant of 4 s\n",
	       after(given, self->sight->frame) / 1e6);
	camera_close(&c);
	EXPECT_FOUND(evidence_of_event(&self->mark, &expired));
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){
		.event = "expire", .domain = "consent", .program = "tester", .object = "door" }));
	EXPECT_EQ(-EACCES, camera_open(&c, self->camera));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* All the owner of before had said, and one session that nobody's consent was needed for. */
TEST_F(consent, owner_transfer_ends_consents_sessions_and_switches)
{
	struct claim changed = ended("owner-changed", "tester"), denied = refused("no-consent", "tester");
	struct claim transfer = { .event = "owner-transfer", .object = "1 consents, 2 sessions" };
	struct keypad k;
	struct camera c;
	char event[64];
	int keys;

	/* of programs that ran before; refused where there is none */
	warden_ctl(ARGV("consent", "withdraw", "--all"));
	ASSERT_EQ(0, keypad_plug(&k));
	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\n"
				    "purpose door \"Show who is at the door\";\n"
				    "default sensor deny;\n"
				    "allow tester use camera for door with consent;\n"
				    "allow tester use input;\n", warden_self()));
	ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "context", "armed")));
	ASSERT_EQ(0, warden_ctl(ARGV("sensor", "switch", "microphone", "off")));
	ASSERT_EQ(0, camera_open(&c, self->camera));
	keys = open(k.node, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ASSERT_LE(0, keys);
	EXPECT_EQ(2, warden_ctl(ARGV("consent", "withdraw", "--owner-transfer")));
	EXPECT_LE(0, ioctl(keys, EVIOCGNAME(sizeof(event)), event));
	ASSERT_EQ(0, warden_ctl(ARGV("consent", "withdraw", "--all", "--owner-transfer")));
	EXPECT_NE(NULL, strstr(warden_said(), "withdrawn: 1 consents"));
	EXPECT_EQ(-1, ioctl(keys, EVIOCGNAME(sizeof(event)), event));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-EACCES, camera_start(&c));
	EXPECT_FOUND(evidence_of_event(&self->mark, &changed));
	EXPECT_FOUND(evidence_of_event(&self->mark, &transfer));
	camera_close(&c);
	close(keys);
	EXPECT_EQ(-EACCES, camera_open(&c, self->camera));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, warden_ctl(ARGV("status")));
	EXPECT_EQ(NULL, strstr(warden_said(), "on again"));
	EXPECT_EQ(NULL, strstr(warden_said(), "  armed"));
	/* The next owner's word counts as the first one's did. */
	ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
	EXPECT_EQ(0, camera_open(&c, self->camera));
	camera_close(&c);
	EXPECT_EQ(0, warden_ctl(ARGV("consent", "withdraw", "--all")));
	EXPECT_EQ(1, warden_ctl(ARGV("consent", "withdraw", "--all")));
	keypad_unplug(&k);
}

FIXTURE(other_consent)
{
	char camera[128];
	struct mark mark;
};

FIXTURE_VARIANT(other_consent)
{
	const char *program;
	const char *class;
	const char *purpose;
};

FIXTURE_VARIANT_ADD(other_consent, of_another_program) { "recorder", "camera", "door" };
FIXTURE_VARIANT_ADD(other_consent, of_another_class) { "tester", "microphone", "door" };
FIXTURE_VARIANT_ADD(other_consent, for_another_purpose) { "tester", "camera", "guard" };

FIXTURE_SETUP(other_consent)
{
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	ASSERT_LOADED(policy());
	warden_withdraw_all();
	ASSERT_EQ(0, warden_grant(variant->program, variant->class, variant->purpose))
	{
		TH_LOG("%s", warden_said());
	}
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(other_consent)
{
	warden_withdraw_all();
}

TEST_F(other_consent, does_not_open_the_camera)
{
	struct claim denied = refused("no-consent", "tester");
	struct camera c;

	denied.line = line_of_tester();
	denied.pid = getpid();
	denied.times = 1;
	EXPECT_EQ(-EACCES, camera_open(&c, self->camera));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
	EXPECT_EQ(0, camera_open(&c, self->camera));
	camera_close(&c);
}

TEST_HARNESS_MAIN
