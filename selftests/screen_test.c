// SPDX-License-Identifier: GPL-2.0-only
/*
 * A screen whose memory is mapped, as frame buffers are: their pages come by faults, and know
 * the address space they were asked for in.
 */
#include <fcntl.h>
#include <glob.h>
#include <linux/fb.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

/* Headers of graphics are in no package of the C library's, and the kernel's have its marks. */
#define __user
#include <drm/drm.h>

#include "lib/harness.h"
#include "lib/sight.h"

#define NODE "/dev/fb0"
#define SIZE 8192

#define STATEMENTS                                                                                 \
	"program tester { path \"%s\"; }\n"                                                        \
	"purpose door \"Show who is at the door\";\n"                                              \
	"default sensor deny;\n"                                                                   \
	"allow tester use screen for door with consent;\n"

FIXTURE(screen)
{
	struct mark mark;
	char topology[128];
};

FIXTURE_SETUP(screen)
{
	if (!device_is_known("bochs"))
		SKIP(return, "this kernel has no driver of an emulated screen");
	ASSERT_EQ(0, device_load("bochs", ""));
	if (access(NODE, F_OK))
		SKIP(return, "this guest has no screen");
	snprintf(self->topology, sizeof(self->topology), "%s", device_topology("fb0"));
	ASSERT_LOADED(warden_policy(STATEMENTS, warden_self()));
	warden_withdraw_all();
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(screen)
{
	warden_withdraw_all();
}

/* The card of the screen; other cards may show nothing. */
static int open_own_card(void)
{
	char path[300];
	glob_t found;
	int fd = -1;

	if (!glob("/sys/class/graphics/fb0/device/drm/card*", 0, NULL, &found)) {
		snprintf(path, sizeof(path), "/dev/dri/%s", strrchr(found.gl_pathv[0], '/') + 1);
		fd = open(path, O_RDWR | O_CLOEXEC);
	}
	globfree(&found);
	return fd;
}

static volatile uint8_t *map(int fd)
{
	void *memory = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

/* What is at the begin of the screen, by a read. */
static int first_byte(int fd)
{
	uint8_t byte;

	return pread(fd, &byte, 1, 0) == 1 ? byte : -1;
}

TEST_F(screen, is_written_by_its_memory_until_consent_ends)
{
	struct claim withdrawn = { .event = "session-end", .domain = "sensor", .program = "tester",
				   .reason = "withdrawn", .object = self->topology };
	struct claim denied = { .domain = "sensor", .reason = "no-consent", .program = "tester",
				.object = self->topology, .times = 1 };
	struct sight s = { .frames = 0 };
	volatile uint8_t *memory;
	int fd;

	EXPECT_EQ(EACCES, device_try(NODE, O_RDWR));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, warden_grant("tester", "screen", "door"));
	fd = open(NODE, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	memory = map(fd);
	ASSERT_NE(NULL, (void *)memory);
	memory[0] = 0x5a;
	EXPECT_EQ(0x5a, first_byte(fd));
	ASSERT_EQ(0, warden_withdraw("tester", "screen"));
	sight_look_closer(fd, memory, SIZE, &s);
	EXPECT_NE(0, s.fault);
	EXPECT_EQ(EACCES, s.read_errno);
	EXPECT_EQ(EACCES, s.mmap_errno);
	EXPECT_FOUND(evidence_of_event(&self->mark, &withdrawn));
	munmap((void *)memory, SIZE);
	close(fd);
}

/* The pages outlive the session that asked for them while another has the screen. */
TEST_F(screen, that_another_has_is_written_after_the_first_has_gone)
{
	volatile uint8_t *memory;
	int first, second;

	ASSERT_EQ(0, warden_grant("tester", "screen", "door"));
	second = open(NODE, O_RDWR | O_CLOEXEC);
	first = open(NODE, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, second);
	ASSERT_LE(0, first);
	memory = map(first);
	ASSERT_NE(NULL, (void *)memory);
	memory[0] = 1;
	munmap((void *)memory, SIZE);
	close(first);
	fsync(second); /* the driver finds by its pages who wrote */
	memory = map(second);
	ASSERT_NE(NULL, (void *)memory);
	memory[0] = 2;
	fsync(second);
	memory[0] = 3;
	EXPECT_EQ(3, first_byte(second));
	munmap((void *)memory, SIZE);
	close(second);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* A buffer of the card's, which nobody shows; its size, or 0. */
static uint64_t make_buffer(int fd, uint64_t *offset, uint32_t *handle)
{
	struct drm_mode_create_dumb made = { .width = 64, .height = 64, .bpp = 32 };
	struct drm_mode_map_dumb where = { 0 };

	if (ioctl(fd, DRM_IOCTL_MODE_CREATE_DUMB, &made))
		return 0;
	*handle = where.handle = made.handle;
	if (ioctl(fd, DRM_IOCTL_MODE_MAP_DUMB, &where))
		return 0;
	*offset = where.offset;
	return made.size;
}

/* Nobody faults there: the driver copies it out. */
TEST_F(screen, memory_of_a_card_is_not_read_past_its_faults)
{
	int fd, memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	uint64_t offset = 0, size;
	uint8_t *at, byte = 0;
	uint32_t handle;

	ASSERT_EQ(0, warden_grant("tester", "screen", "door"));
	fd = open_own_card();
	ASSERT_LE(0, fd);
	size = make_buffer(fd, &offset, &handle);
	ASSERT_LT(0, size);
	at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, (off_t)offset);
	ASSERT_NE(MAP_FAILED, (void *)at);
	*(volatile uint8_t *)at = 0x5a;
	if (pread(memory, &byte, 1, (off_t)(uintptr_t)at) != 1)
		SKIP(return, "the card has the buffer in memory of its own, which its driver does not copy");
	ASSERT_EQ(0, warden_withdraw("tester", "screen"));
	byte = 0;
	EXPECT_EQ(-1, pread(memory, &byte, 1, (off_t)(uintptr_t)at));
	EXPECT_EQ(0, byte);
	munmap(at, size);
	close(memory);
	close(fd);
}

/* A buffer of the card's as a file; a negative errno. */
static int export_buffer(int fd, uint32_t handle)
{
	struct drm_prime_handle e = { .handle = handle, .flags = O_CLOEXEC };

	return ioctl(fd, DRM_IOCTL_PRIME_HANDLE_TO_FD, &e) ? -errno : e.fd;
}

TEST_F(screen, is_exported_by_whose_rule_says_so_alone)
{
	struct claim denied = { .domain = "sensor", .reason = "export", .program = "tester", .times = 1 };
	uint64_t offset = 0;
	uint32_t handle = 0;
	int fd, buffer;

	ASSERT_EQ(0, warden_grant("tester", "screen", "door"));
	fd = open_own_card();
	ASSERT_LE(0, fd);
	ASSERT_LT(0, make_buffer(fd, &offset, &handle));
	EXPECT_EQ(-EACCES, export_buffer(fd, handle));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy("default sensor deny;\nallow any use screen export;\n"));
	self->mark = evidence_mark();
	buffer = export_buffer(fd, handle);
	EXPECT_LE(0, buffer);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	close(buffer);
	close(fd);
}

/* A file by which another may show something, as those who wear glasses on it do; a negative errno. */
static int lease(int fd)
{
	struct drm_mode_create_lease made = { .flags = O_CLOEXEC };

	return ioctl(fd, DRM_IOCTL_MODE_CREATE_LEASE, &made) ? -errno : (int)made.fd;
}

static int ask_version(int fd)
{
	struct drm_version version = { 0 };

	return ioctl(fd, DRM_IOCTL_VERSION, &version) ? errno : 0;
}

/* The kernel opens the card once more for it. */
TEST_F(screen, that_is_leased_is_asked_for_and_ends_with_its_consent)
{
	struct claim withdrawn = { .event = "session-end", .domain = "sensor", .program = "tester",
				   .reason = "withdrawn", .times = 2 };
	int fd, leased;

	ASSERT_EQ(0, warden_grant("tester", "screen", "door"));
	fd = open_own_card();
	ASSERT_LE(0, fd);
	leased = lease(fd);
	ASSERT_LE(0, leased);
	EXPECT_EQ(0, ask_version(leased));
	ASSERT_EQ(0, warden_withdraw("tester", "screen"));
	EXPECT_EQ(EACCES, ask_version(leased));
	EXPECT_EQ(-EACCES, lease(fd));
	EXPECT_FOUND(evidence_of_event(&self->mark, &withdrawn));
	close(leased);
	close(fd);
}

TEST_HARNESS_MAIN
