// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory of a sensor is no memory that the kernel holds for its user: what was taken out of a mapping so would
 * stay when consent ends and the mapping goes, and show what the sensor writes next.
 */
#include <fcntl.h>
#include <linux/videodev2.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "lib/camera.h"
#include "lib/harness.h"
#include "lib/sound.h"
#include "lib/uring.h"

#define BY_CONSENT                                                                                 \
	"program tester { path \"%s\"; }\n"                                                        \
	"program recorder { path \"/usr/bin/v4l2-ctl\"; }\n"                                       \
	"purpose door \"Show who is at the door\";\n"                                              \
	"default sensor deny;\n"                                                                   \
	"allow recorder use camera for door with consent;\n"                                       \
	"allow tester use microphone for door with consent;\n"                                     \
	"allow tester use camera for door with consent%s;\n"

#define STREAM(node)                                                                               \
	ARGV("v4l2-ctl", "-d", node, "--set-fmt-video=width=320,height=180,pixelformat=YUYV",      \
	     "--set-parm=10", "--stream-mmap", "--verbose")

#define FRAME "cap dqbuf"
#define PAGE  4096u

/* --- ways to have the kernel hold a page ------------------------------------------- */

static int by_vmsplice(void *memory)
{
	struct iovec one = { .iov_base = memory, .iov_len = PAGE };
	int ends[2], err;

	if (pipe2(ends, O_CLOEXEC))
		return errno;
	err = vmsplice(ends[1], &one, 1, SPLICE_F_NONBLOCK) < 0 ? errno : 0;
	close(ends[0]);
	close(ends[1]);
	return err;
}

static int by_ring(void *memory)
{
	return -uring_register(memory, PAGE);
}

/* Without a copy, to a disk. */
static int by_direct_write(void *memory)
{
	int fd = open("/var/tmp/pages", O_WRONLY | O_CREAT | O_TRUNC | O_DIRECT | O_CLOEXEC, 0600);
	int err = fd < 0 || write(fd, memory, PAGE) < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	unlink("/var/tmp/pages");
	return err;
}

/* A copy, that is made of held pages. */
static int by_process_vm_readv(void *memory)
{
	static char to[PAGE];
	const struct iovec local = { .iov_base = to, .iov_len = PAGE };
	const struct iovec remote = { .iov_base = memory, .iov_len = PAGE };

	return process_vm_readv(getpid(), &local, 1, &remote, 1, 0) < 0 ? errno : 0;
}

static const struct hold {
	char name[20];
	int (*hold)(void *memory);
} holds[] = {
	{ "vmsplice", by_vmsplice },
	{ "io_uring", by_ring },
	{ "O_DIRECT", by_direct_write },
	{ "process_vm_readv", by_process_vm_readv },
};

/* Where it can hand out secret memory, it asks of each page what memory it is. */
static bool kernel_asks(void)
{
	int fd = (int)syscall(SYS_memfd_secret, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0 || errno != ENOSYS;
}

/* How many of them came out otherwise. */
static int count_wrong(const char *what, volatile uint8_t *memory, int expected)
{
	int wrong = 0, err;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(holds); i++) {
		err = holds[i].hold((void *)memory);
		if (err == expected || err == ENOSYS)
			continue;
		printf("# %s by %s: %s\n", what, holds[i].name, strerror(err));
		wrong++;
	}
	return wrong;
}

/* Is there anything to read? A write of it fails where there is not, and nobody is killed. */
static bool stands(const volatile uint8_t *memory)
{
	int ends[2];
	bool can;

	if (pipe2(ends, O_CLOEXEC))
		return false;
	can = write(ends[1], (const void *)memory, 1) == 1;
	close(ends[0]);
	close(ends[1]);
	return can;
}

FIXTURE(pages)
{
	char camera[64], microphone[64];
	struct mark mark;
};

FIXTURE_SETUP(pages)
{
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_EQ(0, device_load("snd-aloop", ""));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	ASSERT_NE(NULL, device_node(MICROPHONE_TOPOLOGY));
	snprintf(self->microphone, sizeof(self->microphone), "%s", device_node(MICROPHONE_TOPOLOGY));
	ASSERT_LOADED(warden_policy(BY_CONSENT, warden_self(), ""));
	warden_withdraw_all();
	ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
	ASSERT_EQ(0, warden_grant("tester", "microphone", "door"));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(pages)
{
	warden_withdraw_all();
}

TEST_F(pages, of_a_program_are_held_for_it)
{
	uint8_t *memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	ASSERT_NE(MAP_FAILED, memory);
	EXPECT_EQ(0, count_wrong("memory", memory, 0));
	munmap(memory, PAGE);
}

TEST_F(pages, of_a_camera_are_held_for_nobody)
{
	struct camera c;

	if (!kernel_asks())
		SKIP(return, "this kernel looks at page tables alone");
	ASSERT_EQ(0, camera_open(&c, self->camera));
	ASSERT_EQ(0, camera_start(&c));
	EXPECT_EQ(0, camera_frame(&c, 20000));
	EXPECT_TRUE(stands(c.buffer[0]));
	EXPECT_EQ(0, count_wrong("camera", c.buffer[0], EFAULT));
	EXPECT_EQ(0, camera_frame(&c, 20000));
	camera_close(&c);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

TEST_F(pages, of_a_microphone_are_held_for_nobody)
{
	struct sound s;

	if (!kernel_asks())
		SKIP(return, "this kernel looks at page tables alone");
	ASSERT_EQ(0, sound_open(&s, self->microphone));
	ASSERT_EQ(0, sound_start(&s));
	EXPECT_TRUE(stands(s.ring));
	EXPECT_EQ(0, count_wrong("microphone", s.ring, EFAULT));
	sound_close(&s);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* --- frames of another ---------------------------------------------------------------- */

/* A queue belongs to the file that asked for it, and V4L2 lets any file of the device map it. */
static volatile uint8_t *map_of_another(int fd, size_t *len)
{
	struct v4l2_buffer b = { .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP };
	void *at;

	if (ioctl(fd, VIDIOC_QUERYBUF, &b))
		return NULL;
	*len = b.length;
	at = mmap(NULL, b.length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, b.m.offset);
	return at == MAP_FAILED ? NULL : at;
}

static int start_recorder(struct client *c, const char *node)
{
	int err = warden_grant("recorder", "camera", "door") ? -EPERM : client_start(c, STREAM(node));

	return err ?: client_says(c, FRAME, 20000) ? 0 : -ETIMEDOUT;
}

TEST_F(pages, of_what_another_streams_end_with_ones_own_consent)
{
	volatile uint8_t *memory;
	struct client recorder;
	size_t len;
	int fd;

	ASSERT_EQ(0, start_recorder(&recorder, self->camera));
	fd = open(self->camera, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	memory = map_of_another(fd, &len);
	ASSERT_NE(NULL, memory);
	EXPECT_TRUE(stands(memory));
	if (kernel_asks())
		EXPECT_EQ(0, count_wrong("another's camera", memory, EFAULT));
	ASSERT_EQ(0, warden_withdraw("tester", "camera"));
	EXPECT_FALSE(stands(memory));
	EXPECT_EQ(NULL, map_of_another(fd, &len));
	client_hush(&recorder);
	EXPECT_TRUE(client_says(&recorder, FRAME, 20000));
	client_end(&recorder);
	munmap((void *)memory, len);
	close(fd);
}

/* It would see as many frames as the other one asked for. */
TEST_F(pages, of_what_another_streams_are_not_for_who_has_a_rate)
{
	struct claim above = { .domain = "sensor", .reason = "rate-above", .program = "tester",
			       .object = CAMERA_TOPOLOGY };
	struct client recorder;
	size_t len;
	int fd;

	ASSERT_LOADED(warden_policy(BY_CONSENT, warden_self(), " at most 1 per hour"));
	ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
	ASSERT_EQ(0, start_recorder(&recorder, self->camera));
	self->mark = evidence_mark();
	fd = open(self->camera, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	EXPECT_EQ(NULL, map_of_another(fd, &len));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &above));
	client_end(&recorder);
	close(fd);
}

TEST_HARNESS_MAIN
