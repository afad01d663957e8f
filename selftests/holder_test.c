// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that has a sensor open keeps what it saw to itself: nobody looks into it,
 * whoever drives it is not taken for it, and it leaves no core.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "lib/camera.h"
#include "lib/handing.h"
#include "lib/holding.h"
#include "lib/surface.h"

static char secret[] = "what it saw";

/* Look into its memory: 0 or the errno. */
static int peek(pid_t pid)
{
	char found[sizeof(secret)] = "";
	struct iovec here = { found, sizeof(found) }, there = { secret, sizeof(found) };

	return process_vm_readv(pid, &here, 1, &there, 1, 0) < 0 ? errno : 0;
}

static int open_memory(pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	return device_try(path, O_RDONLY);
}

static struct claim refused(const char *reason, uint64_t times)
{
	return (struct claim){
		.domain = "sensor", .reason = reason, .program = warden_self(),
		.object = CAMERA_TOPOLOGY, .times = times,
	};
}

/* S21, as root, by each of the ways there are. */
TEST_F(holder, is_not_looked_into_while_it_has_the_camera)
{
	struct claim denied = refused("session-held", 3);

	EXPECT_EQ(0, peek(self->child.pid));
	ASSERT_EQ(0, holder_do(&self->child, OPEN));
	EXPECT_EQ(EPERM, peek(self->child.pid));
	EXPECT_EQ(EACCES, open_memory(self->child.pid));
	EXPECT_EQ(-1, ptrace(PTRACE_SEIZE, self->child.pid, NULL, NULL));
	EXPECT_EQ(EPERM, errno);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, holder_do(&self->child, CLOSE));
	self->mark = evidence_mark();
	EXPECT_EQ(0, peek(self->child.pid));
	EXPECT_EQ(0, open_memory(self->child.pid));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

TEST_F(holder, is_not_looked_into_while_only_its_mapping_stands)
{
	struct claim denied = refused("session-held", 1);

	ASSERT_EQ(0, holder_do(&self->child, OPEN));
	ASSERT_EQ(0, holder_do(&self->child, MAP));
	ASSERT_EQ(0, holder_do(&self->child, CLOSE));
	EXPECT_EQ(EPERM, peek(self->child.pid));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* Memory is one, whatever table has the descriptor, and be it none but that of a ring. */
TEST_F(holder, is_not_looked_into_while_a_thread_apart_has_the_camera)
{
	struct claim denied = refused("session-held", 1);

	ASSERT_EQ(0, holder_do(&self->child, APART));
	EXPECT_EQ(EPERM, peek(self->child.pid));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(EPERM, holder_do(&self->child, DUMPABLE));
	ASSERT_EQ(0, warden_withdraw("tester", "camera"));
	self->mark = evidence_mark();
	EXPECT_EQ(0, peek(self->child.pid));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* Where any program may use the camera, a debugger may as well. */
TEST_F(holder, is_looked_into_where_any_program_may_use_the_camera)
{
	ASSERT_LOADED(warden_policy("allow any use camera;\n"));
	ASSERT_EQ(0, holder_do(&self->child, OPEN));
	EXPECT_EQ(0, peek(self->child.pid));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

TEST_F(holder, program_that_is_traced_is_not_taken_for_itself)
{
	struct claim denied = refused("program-traced", 1);

	ASSERT_EQ(0, ptrace(PTRACE_SEIZE, self->child.pid, NULL, NULL));
	EXPECT_EQ(EACCES, holder_do(&self->child, OPEN));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* The core of a child that aborts; with a size where @dumpable. */
static bool leaves_core(struct holder *h)
{
	const char deed = ABORT;
	int status;

	if (write(h->talk, &deed, 1) != 1 || waitpid(h->pid, &status, 0) != h->pid)
		return false;
	h->pid = 0;
	close(h->talk);
	return WIFSIGNALED(status) && WCOREDUMP(status);
}

static int want_cores(void)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	FILE *f = fopen("/proc/sys/kernel/core_pattern", "w");

	if (!f)
		return -1;
	fputs("/tmp/core-of-test", f);
	return fclose(f) || setrlimit(RLIMIT_CORE, &all);
}

/* S34: not even where it asks to be dumped. */
TEST_F(holder, leaves_no_core_while_it_has_the_camera)
{
	struct claim denied = refused("session-held", 1);

	if (want_cores())
		SKIP(return, "this kernel dumps no cores");
	holder_end(&self->child);
	ASSERT_EQ(0, holder_start(&self->child));
	ASSERT_EQ(0, holder_do(&self->child, DUMPABLE));
	ASSERT_EQ(0, holder_do(&self->child, OPEN));
	EXPECT_EQ(EPERM, holder_do(&self->child, DUMPABLE));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_FALSE(leaves_core(&self->child));
	EXPECT_NE(0, access("/tmp/core-of-test", F_OK));
	/* Its twin, which has no camera. */
	ASSERT_EQ(0, holder_start(&self->child));
	ASSERT_EQ(0, holder_do(&self->child, DUMPABLE));
	EXPECT_TRUE(leaves_core(&self->child));
	unlink("/tmp/core-of-test");
}

/* Nor where it was handed the camera that another opened. */
TEST_F(holder, leaves_no_core_with_a_camera_it_was_handed)
{
	const char deed = TAKE;
	char answer = -1;
	int fd;

	if (want_cores())
		SKIP(return, "this kernel dumps no cores");
	holder_end(&self->child);
	ASSERT_EQ(0, holder_start(&self->child));
	ASSERT_EQ(0, holder_do(&self->child, DUMPABLE));
	fd = open(self->child.camera, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(1, write(self->child.talk, &deed, 1));
	ASSERT_EQ(0, handing_send(self->child.talk, fd));
	ASSERT_EQ(1, read(self->child.talk, &answer, 1));
	ASSERT_EQ(0, answer);
	EXPECT_FALSE(leaves_core(&self->child));
	EXPECT_NE(0, access("/tmp/core-of-test", F_OK));
	unlink("/tmp/core-of-test");
	close(fd);
}

/* Asks what a hibernation would ask, and is refused as it would be. */
static int hibernate(void)
{
	int fd = open("/sys/power/state", O_WRONLY | O_CLOEXEC);
	int err = fd < 0 || write(fd, "disk", 4) < 0 ? errno : 0;

	close(fd);
	return err;
}

/* S34: what it saw is not written to a disk, nor while only its mapping stands. */
TEST_F(holder, is_not_hibernated_while_it_has_the_camera)
{
	struct claim denied = refused("session-held", 2);

	if (!surface_may_hibernate())
		SKIP(return, "this kernel does not hibernate");
	ASSERT_EQ(0, holder_do(&self->child, OPEN));
	ASSERT_FALSE(surface_may_hibernate());
	EXPECT_EQ(EPERM, hibernate());
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, holder_do(&self->child, MAP));
	ASSERT_EQ(0, holder_do(&self->child, CLOSE));
	EXPECT_FALSE(surface_may_hibernate());
	ASSERT_EQ(0, warden_withdraw("tester", "camera"));
	self->mark = evidence_mark();
	EXPECT_TRUE(surface_may_hibernate());
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/*
 * S34: who opened it needs no consent, and whom it was handed to does: what that saw is in no core, and on no
 * disk.
 */
TEST_F(holder, that_was_handed_the_camera_by_its_own_consent_keeps_it_as_if_it_had_opened_it)
{
	const bool hibernates = surface_may_hibernate();
	struct claim denied = refused("session-held", 1);
	char number[16];
	struct client c;
	int camera, fd;

	ASSERT_LOADED(warden_policy("program tester { path \"%s\"; }\nprogram heir { path \"%s\"; }\n"
				    "purpose door \"Show who is at the door\";\ndefault sensor deny;\n"
				    "allow tester use camera;\n"
				    "allow heir use camera for door with consent;\n",
				    warden_self(), warden_beside("stranger")));
	ASSERT_EQ(0, warden_grant("heir", "camera", "door"));
	camera = open(self->child.camera, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, camera);
	EXPECT_EQ(hibernates, surface_may_hibernate()); /* its own use rests on no consent */
	self->mark = evidence_mark();
	fd = dup(camera);
	snprintf(number, sizeof(number), "%d", fd);
	ASSERT_EQ(0, client_start(&c, ARGV(warden_beside("stranger"), "bare", number)));
	close(fd);
	EXPECT_TRUE(client_says(&c, "EPERM", 20000))
	{
		TH_LOG("%s", c.text);
	}
	denied.program = warden_beside("stranger");
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_FALSE(surface_may_hibernate());
	client_end(&c);
	close(camera);
	EXPECT_EQ(hibernates, surface_may_hibernate());
	/* Its twin, which was handed nothing. */
	ASSERT_EQ(0, client_start(&c, ARGV(warden_beside("stranger"), "bare", "1")));
	EXPECT_TRUE(client_says(&c, "ok", 20000));
	client_end(&c);
}

static bool doctor_warns_of_swap(void)
{
	warden_ctl(ARGV("doctor"));
	return strstr(warden_said(), "in clear, as far as can be told");
}

/* S34: that a copy of its own is written to a disk cannot be kept from happening, and is told. */
TEST_F(holder, swap_in_clear_is_told)
{
	if (access("/proc/swaps", R_OK))
		SKIP(return, "this kernel does not swap");
	EXPECT_FALSE(doctor_warns_of_swap());
	ASSERT_TRUE(client_shell("dd if=/dev/zero of=/var/tmp/swap bs=1M count=2 2>/dev/null && "
				 "chmod 600 /var/tmp/swap && mkswap /var/tmp/swap && swapon /var/tmp/swap"));
	EXPECT_TRUE(doctor_warns_of_swap());
	EXPECT_TRUE(client_shell("swapoff /var/tmp/swap && rm /var/tmp/swap"));
	EXPECT_FALSE(doctor_warns_of_swap());
	/* Its twin, in memory. */
	if (device_load("zram", "num_devices=1"))
		return;
	ASSERT_TRUE(client_shell("echo 2M >/sys/block/zram0/disksize && mkswap /dev/zram0 && swapon /dev/zram0"));
	EXPECT_FALSE(doctor_warns_of_swap());
	EXPECT_TRUE(client_shell("swapoff /dev/zram0 && modprobe -r zram"));
}

TEST_HARNESS_MAIN
