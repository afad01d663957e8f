// SPDX-License-Identifier: GPL-2.0-only
/*
 * What cannot be closed on this kernel, as it is: each of these is told in
 * Documentation/threat-model.rst with its reason, and a test that fails here says that the text has to change.
 */
#include <fcntl.h>
#include <linux/genetlink.h>
#include <linux/io_uring.h>
#include <linux/netlink.h>
#include <linux/thermal.h>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "lib/camera.h"
#include "lib/genl.h"
#include "lib/harness.h"
#include "lib/users.h"

#define NOTHING "default sensor deny;\n"

#define BY_CONSENT                                                                                 \
	"program tester { path \"%s\"; }\n"                                                        \
	"purpose door \"Show who is at the door\";\n"                                              \
	"default sensor deny;\n"                                                                   \
	"allow tester use camera for door with consent export;\n"

/* --- S13: what the kernel sends out by itself ---------------------------------------------- */

/* Number of a family's first group, of what the kernel said of it; 0 where it has none. */
static uint32_t first_group(const struct genl *g)
{
	size_t len = 0, at;
	const uint8_t *groups = genl_attr(g, CTRL_ATTR_MCAST_GROUPS, &len);
	struct nlattr a;
	uint32_t id;

	for (at = NLA_HDRLEN; groups && at + sizeof(a) + sizeof(id) <= len; at += NLA_ALIGN(a.nla_len)) {
		memcpy(&a, groups + at, sizeof(a));
		memcpy(&id, groups + at + NLA_HDRLEN, sizeof(id));
		if (a.nla_type == CTRL_ATTR_MCAST_GRP_ID)
			return id;
		if (a.nla_len < NLA_HDRLEN)
			break;
	}
	return 0;
}

/* The errno of a user who wants to hear what is sent to a group. */
static int join(const struct user *u, void *group)
{
	const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	(void)u;
	return setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group, sizeof(uint32_t)) ? errno : 0;
}

TEST(temperatures_that_the_kernel_sends_are_heard_by_anybody)
{
	const struct mark mark = evidence_mark();
	uint32_t group;
	struct genl g;
	size_t i;

	ASSERT_LOADED(warden_policy("default protocol allow;\n" NOTHING));
	ASSERT_EQ(0, genl_open(&g));
	if (genl_turn(&g, THERMAL_GENL_FAMILY_NAME))
		SKIP(return, "this kernel tells no temperatures by netlink");
	group = first_group(&g);
	ASSERT_NE(0, group);
	EXPECT_EQ(-EACCES, genl_do(&g, THERMAL_GENL_CMD_TZ_GET_TEMP));
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(users_at(i)->spaces & CLONE_NEWNET ? ENOENT : 0, users_run(users_at(i), join, &group));
	EXPECT_FOUND(evidence_of_event(&mark, &(struct claim){ .object = "thermal" }));
	genl_close(&g);
}

/* --- that something came ---------------------------------------------------------------------- */

static int read_counts(const struct user *u, void *path)
{
	char bytes[64];
	const int fd = open(path, O_RDONLY | O_CLOEXEC);

	(void)u;
	return read(fd, bytes, sizeof(bytes)) > 0 ? 0 : errno;
}

TEST(interrupts_of_a_sensor_are_counted_where_all_may_read)
{
	struct mark mark;
	size_t i;

	ASSERT_LOADED(warden_policy(NOTHING));
	mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(0, users_run(users_at(i), read_counts, "/proc/interrupts"));
	EXPECT_FOUND(evidence_of_peace(&mark));
}

/* --- S14: debugfs is told by names ------------------------------------------------------------ */

#define WAKEUPS "/sys/kernel/debug/wakeup_sources"

/* Directories let root alone; the names of drivers that may put values there are without number. */
TEST(debugfs_file_of_a_name_that_no_table_has_is_open_to_root)
{
	struct mark mark;

	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	if (access(WAKEUPS, F_OK))
		SKIP(return, "this kernel does not tell what woke it");
	ASSERT_LOADED(warden_policy(NOTHING));
	mark = evidence_mark();
	EXPECT_EQ(0, device_try(WAKEUPS, O_RDONLY));
	EXPECT_FOUND(evidence_of_peace(&mark));
	ASSERT_LOADED(warden_policy(NOTHING "debug closed;\n"));
	EXPECT_EQ(EACCES, device_try(WAKEUPS, O_RDONLY));
}

/* --- S20: memory that a broker shares ---------------------------------------------------------- */

/* What a user sees in it, and the errno where it does not get it. */
static int attach(const struct user *u, void *segment)
{
	const char *memory = shmat(*(const int *)segment, NULL, SHM_RDONLY);

	(void)u;
	if (memory == (void *)-1)
		return errno;
	return strcmp(memory, "where it is") ? USERS_NOBODY : 0;
}

/* The program that has the receiver puts what it hears into a segment, as gpsd can. */
TEST(memory_that_a_broker_shares_is_had_by_who_may_not_use_its_sensor)
{
	int segment = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0666);
	char *memory = shmat(segment, NULL, 0);
	struct mark mark;
	size_t i;

	ASSERT_NE((void *)-1, (void *)memory);
	strcpy(memory, "where it is");
	ASSERT_LOADED(warden_policy("classify broker receiver at tcp 2947 as location;\n" NOTHING));
	mark = evidence_mark();
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(users_at(i)->spaces & CLONE_NEWIPC ? EINVAL : 0,
			  users_run(users_at(i), attach, &segment));
	EXPECT_FOUND(evidence_of_peace(&mark));
	shmctl(segment, IPC_RMID, NULL);
}

/* --- of a camera -------------------------------------------------------------------------------- */

FIXTURE(camera)
{
	char node[128];
	struct mark mark;
};

FIXTURE_SETUP(camera)
{
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->node, sizeof(self->node), "%s", device_node(CAMERA_TOPOLOGY));
	ASSERT_LOADED(warden_policy(BY_CONSENT, warden_self()));
	warden_withdraw_all();
	ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(camera)
{
	warden_withdraw_all();
}

/* S4: with its file went its session, so that there is none whose end could take the buffer. */
TEST_F(camera, buffer_that_was_exported_outlives_consent_where_the_camera_was_closed_first)
{
	volatile uint8_t *memory;
	uint8_t byte;
	struct camera c;
	size_t len;
	int buffer;

	ASSERT_EQ(0, camera_open(&c, self->node));
	ASSERT_EQ(0, camera_start(&c));
	buffer = camera_export(&c, 0);
	if (buffer < 0)
		SKIP(return, "the driver exports nothing: %s", strerror(-buffer));
	len = c.len[0];
	ASSERT_EQ(0, camera_frame(&c, 5000));
	camera_close(&c);
	warden_withdraw("tester", "camera");
	memory = mmap(NULL, len, PROT_READ, MAP_SHARED, buffer, 0);
	ASSERT_NE(MAP_FAILED, (void *)memory);
	byte = memory[len / 2]; /* its last frame, and no other comes */
	usleep(200000);
	EXPECT_EQ(byte, memory[len / 2]);
	munmap((void *)memory, len);
	close(buffer);
}

static char secret[] = "what it saw";

/* Look into its memory: 0 or the errno. */
static int peek(pid_t pid)
{
	char found[sizeof(secret)] = "";
	struct iovec here = { found, sizeof(found) }, there = { secret, sizeof(found) };

	return process_vm_readv(pid, &here, 1, &there, 1, 0) < 0 ? errno : 0;
}

/* The file is in the ring, and in no table. */
static int put_into_ring(int fd)
{
	struct io_uring_params p = { .flags = 0 };
	const int ring = (int)syscall(SYS_io_uring_setup, 1, &p);

	if (ring < 0 || syscall(SYS_io_uring_register, ring, IORING_REGISTER_FILES, &fd, 1))
		return -1;
	close(fd);
	return ring;
}

/* Opens the camera, is told to put it into a ring, leaves that to a child, and ends; says the child's number. */
static void leave(const char *node, int talk)
{
	const int fd = open(node, O_RDWR | O_CLOEXEC);
	char byte = fd < 0 ? 'x' : 'o';
	pid_t child = 0;

	if (write(talk, &byte, 1) != 1 || read(talk, &byte, 1) != 1)
		_exit(1);
	if (put_into_ring(fd) >= 0) {
		child = fork();
		while (!child)
			pause();
	}
	_exit(write(talk, &child, sizeof(child)) != sizeof(child)); /* 0 is no ring */
}

/* S32: processes are looked at, and their tables; what a ring has is nowhere to be found from there. */
TEST_F(camera, that_a_ring_alone_has_keeps_nobody_from_looking_into_who_has_it)
{
	struct claim ended = { .event = "session-end", .domain = "sensor", .reason = "withdrawn",
			       .program = "tester", .object = CAMERA_TOPOLOGY };
	pid_t pid, child = 0;
	char byte = 0;
	int pair[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	pid = fork();
	if (!pid)
		leave(self->node, pair[1]);
	ASSERT_EQ(1, read(pair[0], &byte, 1));
	ASSERT_EQ('o', byte);
	EXPECT_EQ(EPERM, peek(pid));
	ASSERT_EQ(1, write(pair[0], "", 1));
	ASSERT_EQ((ssize_t)sizeof(child), read(pair[0], &child, sizeof(child)));
	waitpid(pid, NULL, 0);
	close(pair[0]);
	close(pair[1]);
	if (!child)
		SKIP(return, "this kernel has no ring");
	EXPECT_EQ(0, peek(child));
	/* Its session is known all the same, and ends. */
	ASSERT_EQ(0, warden_withdraw("tester", "camera"));
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
	kill(child, SIGKILL);
}

TEST_HARNESS_MAIN
