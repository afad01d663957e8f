// SPDX-License-Identifier: GPL-2.0-only
/*
 * Another kernel is started from a file, from memory and from a disk: each is a debug surface, and
 * counts as a module.
 */
#include <fcntl.h>
#include <unistd.h>

#include "lib/debug.h"
#include "lib/users.h"

#define RESUME "/sys/power/resume"

/* Disks there are none of, so that nothing is found on them. */
#define BEFORE "240:7"
#define AFTER  "240:8"

TEST_F(surface, kernel_to_be_started_is_measured_where_modules_are)
{
	ASSERT_LOADED(warden_policy("measure module;\n"));
	if (surface_kexec_file())
		SKIP(return, "this kernel starts no other");
	EXPECT_EQ(0, warden_ctl(ARGV("measure", "list")));
	EXPECT_NE(NULL, strstr(warden_said(), warden_self()))
	{
		TH_LOG("%s", warden_said());
	}
}

TEST_F(surface, kernel_to_be_started_is_denied_where_modules_are)
{
	struct claim file = { .domain = "module", .program = warden_self(), .object = warden_self(),
			      .times = 1 };
	struct claim memory = { .domain = "module", .program = warden_self(),
				.object = "kexec_load(2)", .times = 1 };
	int err;

	ASSERT_LOADED(warden_policy("default module deny;\nallow module \"other\";\n"));
	self->mark = evidence_mark();
	err = surface_kexec_file();
	if (err == ENOSYS)
		SKIP(return, "this kernel starts no other");
	EXPECT_EQ(EACCES, err);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &file));
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, surface_kexec());
	EXPECT_FOUND(evidence_of_denial(&self->mark, &memory));
	ASSERT_LOADED(warden_policy("default module deny;\nallow module \"%s\";\n", warden_self()));
	EXPECT_EQ(0, surface_kexec_file());
	EXPECT_EQ(EACCES, surface_kexec());
}

/* --- from a disk ----------------------------------------------------------------------- */

/* Does the kernel look there for what it is to start? It says nothing where it may not. */
static bool starts_from(int fd, const char *disk)
{
	char text[32] = "";
	int now = open(RESUME, O_RDONLY | O_CLOEXEC);
	bool done = fd >= 0 && now >= 0 && pwrite(fd, disk, strlen(disk), 0) == (ssize_t)strlen(disk) &&
		    read(now, text, sizeof(text) - 1) > 0 && !strncmp(text, disk, strlen(disk));

	close(now);
	return done;
}

/* The same by a file of its own. */
static bool starts_anew(const char *disk)
{
	int fd = open(RESUME, O_WRONLY | O_CLOEXEC);
	bool done = starts_from(fd, disk);

	close(fd);
	return done;
}

static int open_resume(const struct user *u, void *arg)
{
	(void)u;
	(void)arg;
	return surface_open(RESUME, O_WRONLY);
}

FIXTURE(disk)
{
	struct mark mark;
	int before; /* open since before the policy */
};

FIXTURE_VARIANT(disk)
{
	const char *closed;
	const char *domain;
	const char *object;
};

FIXTURE_VARIANT_ADD(disk, surface)
{
	.closed = "deny any debug kexec;\n",
	.domain = "debug",
	.object = "kexec",
};

FIXTURE_VARIANT_ADD(disk, module)
{
	.closed = "default module deny;\nallow module \"other\";\n",
	.domain = "module",
	.object = RESUME,
};

FIXTURE_SETUP(disk)
{
	ASSERT_LOADED(warden_policy("\n"));
	self->before = open(RESUME, O_WRONLY | O_CLOEXEC);
	if (!surface_may_hibernate() || !starts_from(self->before, BEFORE))
		SKIP(return, "this kernel does not hibernate");
}

FIXTURE_TEARDOWN(disk)
{
	warden_load(warden_policy("\n"));
	starts_anew("0:0");
	close(self->before);
}

TEST_F(disk, is_started_from_by_nobody)
{
	struct claim denied = { .domain = variant->domain, .object = variant->object, .program = warden_self(),
				.pid = getpid(), .times = 1 };
	size_t i;

	ASSERT_LOADED(warden_policy("%s", variant->closed));
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, surface_open(RESUME, O_WRONLY));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(0, surface_open(RESUME, O_RDONLY));
	for (i = 0; i < USERS_COUNT; i++)
		EXPECT_EQ(EACCES, users_run(users_at(i), open_resume, NULL))
		{
			TH_LOG("%s", users_at(i)->name);
		}
	/* Nor by a file from before, nor by what is written to a disk of one's own and read again. */
	self->mark = evidence_mark();
	EXPECT_FALSE(starts_from(self->before, AFTER));
	EXPECT_FALSE(surface_may_hibernate());
	EXPECT_FOUND(evidence_of_peace(&self->mark)); /* whoever asks what sleeps there are is not told of */
	ASSERT_LOADED(warden_policy("\n"));
	EXPECT_TRUE(surface_may_hibernate());
	EXPECT_TRUE(starts_anew(AFTER)); /* that of before may have ended for good */
}

TEST_F(surface, disk_is_started_from_by_who_is_named)
{
	if (!surface_may_hibernate())
		SKIP(return, "this kernel does not hibernate");
	ASSERT_LOADED(warden_policy("program self { path \"%s\"; }\ndebug closed;\nallow self debug kexec;\n",
				    warden_self()));
	EXPECT_TRUE(surface_may_hibernate());
	EXPECT_TRUE(starts_anew(AFTER));
	EXPECT_TRUE(starts_anew("0:0"));
}

TEST_HARNESS_MAIN
