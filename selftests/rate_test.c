// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a rule allows "at most" so often is neither set up faster nor delivered faster,
 * whoever set the device up.
 */
#include <fcntl.h>
#include <linux/iio/buffer.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/harness.h"
#include "lib/camera.h"
#include "lib/chip.h"
#include "lib/users.h"

#define NOTHING "default sensor deny;\n"
#define HOLDER	"program tester { path \"%s\"; }\n" NOTHING
#define SECOND	1000000000ull

static struct claim refused(const char *object, const char *reason)
{
	return (struct claim){
		.domain = "sensor", .reason = reason, .program = "tester", .object = object,
		.line = 6, .pid = getpid(), .times = 1,
	};
}

static const char *policy(const char *rules)
{
	static char text[256];

	snprintf(text, sizeof(text), HOLDER "%s\n", warden_self(), rules);
	return warden_policy("%s", text);
}

/* --- frames ------------------------------------------------------------------- */

FIXTURE(frames)
{
	struct camera camera;
	struct mark mark;
};

/* The camera was set to ten frames a second by somebody who may. */
FIXTURE_SETUP(frames)
{
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_LOADED(policy("allow tester use camera;"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	ASSERT_EQ(0, camera_open(&self->camera, device_node(CAMERA_TOPOLOGY)));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(frames)
{
	camera_close(&self->camera);
}

static int frames_of_two_seconds(struct camera *c)
{
	uint64_t end;
	int n = 0, err = camera_start(c);

	for (end = now_ns() + 2 * SECOND; !err && now_ns() < end; n += !err)
		err = camera_frame(c, 2000);
	return err ? err : n;
}

TEST_F(frames, come_no_faster_than_the_rule_says_though_the_camera_is_faster)
{
	int n = frames_of_two_seconds(&self->camera);

	EXPECT_LE(12, n);
	camera_close(&self->camera);
	ASSERT_LOADED(policy("allow tester use camera at most 2 per second;"));
	memset(&self->camera, 0, sizeof(self->camera));
	self->camera.fd = open(device_node(CAMERA_TOPOLOGY), O_RDWR);
	ASSERT_LE(0, self->camera.fd);
	n = frames_of_two_seconds(&self->camera);
	EXPECT_LE(2, n); /* four may be under way, and one is due each half second */
	EXPECT_GE(4 + 2 * 2 + 1, n);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

TEST_F(frames, a_rate_above_that_of_the_rule_is_not_set)
{
	struct claim denied = refused(CAMERA_TOPOLOGY, "rate-above");
	struct v4l2_streamparm parm = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .parm.capture.timeperframe = { 1, 10 },
	};
	int fd;

	ASSERT_LOADED(policy("allow tester use camera at most 10 per second;"));
	fd = open(device_node(CAMERA_TOPOLOGY), O_RDWR);
	ASSERT_LE(0, fd);
	self->mark = evidence_mark();
	EXPECT_EQ(0, ioctl(fd, VIDIOC_S_PARM, &parm));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	parm.parm.capture.timeperframe = (struct v4l2_fract){ 1, 11 };
	EXPECT_EQ(-1, ioctl(fd, VIDIOC_S_PARM, &parm));
	EXPECT_EQ(EACCES, errno);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	close(fd);
}

/* Ten frames a second, and eleven: how many answers are wrong. */
static int set_rates(const struct user *u, void *node)
{
	struct v4l2_streamparm parm = {
		.type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .parm.capture.timeperframe = { 1, 10 },
	};
	int fd = open(node, O_RDWR | O_CLOEXEC), slow, fast;

	slow = ioctl(fd, VIDIOC_S_PARM, &parm) ? errno : 0;
	parm.parm.capture.timeperframe = (struct v4l2_fract){ 1, 11 };
	fast = ioctl(fd, VIDIOC_S_PARM, &parm) ? errno : 0;
	if (slow || fast != EACCES)
		printf("# %s: 10 frames a second %d, 11 %d\n", u->name, slow, fast);
	return !!slow + (fast != EACCES);
}

TEST_F(frames, a_rate_above_that_of_the_rule_is_set_by_nobody)
{
	struct claim denied = refused(CAMERA_TOPOLOGY, "rate-above");
	char node[64];
	size_t i;

	snprintf(node, sizeof(node), "%s", device_node(CAMERA_TOPOLOGY));
	ASSERT_EQ(0, chmod(node, 0666));
	ASSERT_LOADED(policy("allow tester use camera at most 10 per second;"));
	self->mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(0, users_run(users_at(i), set_rates, node));
	denied.pid = 0;
	denied.times = USERS_COUNT;
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	chmod(node, 0600);
}

/* A session has the rate it began with: where the next policy says less, it ends. */
TEST_F(frames, a_lower_rate_ends_what_was_allowed_more)
{
	const struct claim ended = {
		.event = "session-end", .domain = "sensor", .reason = "policy-changed",
		.program = "tester", .object = CAMERA_TOPOLOGY,
	};
	struct v4l2_capability cap;

	ASSERT_LOADED(policy("allow tester use camera at most 5 per second;"));
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
	EXPECT_EQ(-1, ioctl(self->camera.fd, VIDIOC_QUERYCAP, &cap));
	EXPECT_EQ(EACCES, errno);
	camera_close(&self->camera);
	self->camera.fd = open(device_node(CAMERA_TOPOLOGY), O_RDWR);
	ASSERT_LE(0, self->camera.fd);
	ASSERT_LOADED(policy("allow tester use camera at most 7 per second;"));
	EXPECT_EQ(0, ioctl(self->camera.fd, VIDIOC_QUERYCAP, &cap));
}

/* --- sound -------------------------------------------------------------------- */

static int record(struct client *c, const char *rate)
{
	return client_run(c, ARGV("arecord", "-q", "-D", CAPTURE, "-f", "S16_LE", "-c", "2", "-t",
				  "raw", "-r", rate, "-d", "1", "/dev/null"));
}

/* arecord is known by its file, and by no other name. */
TEST(sound_is_recorded_up_to_the_rate_of_the_rule)
{
	const char *rules = "program recorder { path \"/usr/bin/arecord\"; }\n" NOTHING
			    "allow recorder use microphone at most 8000 per second;\n";
	struct claim denied = {
		.domain = "sensor", .reason = "rate-above", .program = "recorder",
		.object = MICROPHONE_TOPOLOGY, .line = 6, .times = 1,
	};
	struct client c;
	struct mark mark;

	ASSERT_EQ(0, device_load("snd-aloop", "pcm_substreams=1"));
	ASSERT_LOADED(warden_policy("%s", rules));
	mark = evidence_mark();
	EXPECT_EQ(0, record(&c, "8000"))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
	EXPECT_FOUND(evidence_of_peace(&mark));
	EXPECT_NE(0, record(&c, "8001"));
	EXPECT_NE(NULL, strstr(c.text, "Unable to install hw params"))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&mark, &denied));
}

/* --- chips -------------------------------------------------------------------- */

#define VALUE	  "in_magn_x_raw"
#define FREQUENCY "in_magn_sampling_frequency"

FIXTURE(chip)
{
	int bus;
	struct mark mark;
};

FIXTURE_SETUP(chip)
{
	if (!chip_is_known())
		SKIP(return, "this kernel has no chip in memory");
	self->bus = chip_bus();
	ASSERT_LE(0, self->bus);
	ASSERT_LOADED(policy("allow tester use motion at most 20 per second;"));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(chip)
{
}

#define MANY 60 /* values: no more are needed to see that there is no limit */

/* Values read in a second, from one open file or each from a file of its own; MANY are enough. */
static int values_of_a_second(bool anew)
{
	uint64_t end = now_ns() + SECOND;
	int fd = -1, n = 0;
	char value[16];

	for (; now_ns() < end && n < MANY; n++) {
		if (fd < 0)
			fd = open(chip_compass(VALUE), O_RDONLY);
		if (pread(fd, value, sizeof(value), 0) <= 0)
			return -errno;
		if (anew) {
			close(fd);
			fd = -1;
		}
	}
	if (fd >= 0)
		close(fd);
	return n;
}

/* S28: fast enough, an accelerometer is a microphone. */
TEST_F(chip, rate_above_that_of_the_rule_is_not_set)
{
	struct claim denied = refused(chip_compass_topology(), "rate-above");

	EXPECT_EQ(0, chip_put(chip_compass(FREQUENCY), "10.000000"));
	EXPECT_EQ(0, chip_put(chip_compass(FREQUENCY), "20\n"));
	EXPECT_EQ(EINVAL, chip_put(chip_compass(FREQUENCY), "0x50"));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_EQ(EACCES, chip_put(chip_compass(FREQUENCY), "80.000000"));
	EXPECT_EQ(EACCES, chip_put(chip_compass(FREQUENCY), "20.5"));
	denied.times = 2;
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_F(chip, values_are_read_no_faster_than_the_rule_says)
{
	int n = values_of_a_second(false);

	EXPECT_LE(5, n);
	EXPECT_GE(22, n);
	n = values_of_a_second(true);
	EXPECT_LE(5, n);
	EXPECT_GE(22, n);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	ASSERT_LOADED(policy("allow tester use motion;"));
	EXPECT_LE(40, values_of_a_second(false));
}

/* A rate that is too fast and one that is not, and values as fast as they come: how many answers are wrong. */
static int hurry(const struct user *u, void *unused)
{
	const int slow = chip_put(chip_compass(FREQUENCY), "10.000000");
	const int fast = chip_put(chip_compass(FREQUENCY), "80.000000");
	const int n = values_of_a_second(false);

	(void)unused;
	if (slow || fast != EACCES || n < 5 || n > 22)
		printf("# %s: 10 Hz %d, 80 Hz %d, %d values\n", u->name, slow, fast, n);
	return !!slow + (fast != EACCES) + (n < 5 || n > 22);
}

TEST_F(chip, rate_of_the_rule_holds_whoever_asks)
{
	struct claim denied = refused(chip_compass_topology(), "rate-above");
	size_t i;

	ASSERT_EQ(0, chmod(chip_compass(FREQUENCY), 0666));
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(0, users_run(users_at(i), hurry, NULL));
	denied.pid = 0;
	denied.times = USERS_COUNT;
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	chmod(chip_compass(FREQUENCY), 0644);
}

/* Several at once have no more than one: the rate is that of the rule, not of a process. */
TEST_F(chip, rate_of_the_rule_is_shared_by_who_reads_at_once)
{
	const uint64_t begin = now_ns();
	pid_t pids[4];
	int status, n = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pids); i++) {
		pids[i] = fork();
		if (!pids[i]) {
			n = values_of_a_second(true);
			_exit(n < 0 ? 255 : n);
		}
	}
	for (n = 0, i = 0; i < ARRAY_SIZE(pids); i++) {
		EXPECT_EQ(pids[i], waitpid(pids[i], &status, 0));
		EXPECT_NE(255, WEXITSTATUS(status));
		n += WEXITSTATUS(status);
	}
	EXPECT_LE(5, n);
	EXPECT_GE(2 + 20 * (int)((now_ns() - begin) / (SECOND / 10) + 1) / 10, n);
}

/* What reads a value in pieces gets it whole, and it is one use. */
TEST_F(chip, value_in_pieces_is_one_use)
{
	uint64_t begin = now_ns();
	char piece;
	int fd = open(chip_compass("in_magn_scale"), O_RDONLY), n = 0;

	ASSERT_LE(0, fd);
	while (read(fd, &piece, 1) == 1)
		n++;
	close(fd);
	EXPECT_LE(6, n);
	EXPECT_GE(begin + SECOND / 20 * 5, now_ns());
}

/* Registers have no rate: who may use the chip so often cannot take its bus instead. */
TEST_F(chip, bus_of_a_chip_with_a_rate_is_denied)
{
	struct claim denied = refused(chip_compass_topology(), "rate-unkept");

	ASSERT_LOADED(policy("allow tester use motion at most 20 per second; "
			     "allow tester use bus; allow tester use environment;"));
	self->mark = evidence_mark();
	EXPECT_EQ(-EACCES, chip_read(self->bus, COMPASS_ADDRESS, 0x07));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* --- the buffer of a chip, filled by a timer ------------------------------------- */

TEST_F(chip, buffer_of_a_faster_clock_gives_nothing)
{
	struct claim denied = refused(chip_compass_topology(), "rate-above");
	char scans[256];
	int fd;

	if (!device_is_known("iio-trig-hrtimer"))
		SKIP(return, "this kernel has no timer that triggers chips");
	ASSERT_LOADED(policy("allow tester use motion;"));
	ASSERT_EQ(0, chip_fill_buffer("200"));
	fd = chip_open_buffer();
	ASSERT_LE(0, fd);
	EXPECT_LT(0, read(fd, scans, sizeof(scans)));
	close(fd);
	EXPECT_EQ(0, chip_fill_buffer("200"));
	ASSERT_LOADED(policy("allow tester use motion at most 20 per second;"));
	self->mark = evidence_mark();
	fd = chip_open_buffer();
	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, read(fd, scans, sizeof(scans)));
	EXPECT_EQ(EACCES, errno);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(-1, read(fd, scans, sizeof(scans))); /* nor to who asks again */
	close(fd);
	chip_put(chip_compass("buffer/enable"), "0");
}

/* Of a buffer that somebody else set up: the errno of a read. */
static int read_buffer(const struct user *u, void *unused)
{
	int fd = chip_open_buffer(), err;
	char scans[256];

	(void)u;
	(void)unused;
	err = fd < 0 ? USERS_NOBODY : read(fd, scans, sizeof(scans)) < 0 ? errno : 0;
	close(fd);
	return err;
}

TEST_F(chip, buffer_of_a_faster_clock_gives_nothing_to_anybody)
{
	struct claim denied = refused(chip_compass_topology(), "rate-above");
	char node[64];
	size_t i;

	if (!device_is_known("iio-trig-hrtimer"))
		SKIP(return, "this kernel has no timer that triggers chips");
	snprintf(node, sizeof(node), "/dev/%s", strstr(chip_compass_topology(), "iio:device"));
	ASSERT_EQ(0, chmod(node, 0666));
	ASSERT_LOADED(policy("allow tester use motion;"));
	ASSERT_EQ(0, chip_fill_buffer("200"));
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(0, users_run(users_at(i), read_buffer, NULL));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	ASSERT_LOADED(policy("allow tester use motion at most 20 per second;"));
	denied.pid = 0;
	denied.times = 0; /* on a slow kernel the counter of all has more */
	for (i = 0; i < USERS_COUNT; i++) {
		self->mark = evidence_mark();
		EXPECT_EQ(EACCES, users_run(users_at(i), read_buffer, NULL));
		EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	}
	chip_put(chip_compass("buffer/enable"), "0");
	chmod(node, 0600);
}

TEST_F(chip, buffer_of_a_clock_that_fits_is_read)
{
	struct claim denied = refused(chip_compass_topology(), "rate-unkept");
	char scans[256];
	uint64_t end;
	int fd, own = 0, got = 0;
	ssize_t n = 0;

	if (!device_is_known("iio-trig-hrtimer"))
		SKIP(return, "this kernel has no timer that triggers chips");
	ASSERT_EQ(0, chip_fill_buffer("10"));
	self->mark = evidence_mark();
	fd = chip_open_buffer();
	ASSERT_LE(0, fd);
	for (end = now_ns() + SECOND; n >= 0 && now_ns() < end; got += (int)n / 2)
		n = read(fd, scans, sizeof(scans));
	EXPECT_LE(0, n);
	EXPECT_LE(5, got);
	EXPECT_GE(30, got);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_EQ(-1, ioctl(fd, IIO_BUFFER_GET_FD_IOCTL, &own)); /* a file that nobody would watch */
	EXPECT_EQ(EACCES, errno);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	close(fd);
	chip_put(chip_compass("buffer/enable"), "0");
}

TEST_HARNESS_MAIN
