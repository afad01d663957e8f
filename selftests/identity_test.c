// SPDX-License-Identifier: GPL-2.0-only
/*
 * Consent is given to a program: to the content of its file, and to nobody it
 * hands its descriptors to.
 */
#include <fcntl.h>
#include <linux/prctl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "lib/groups.h"
#include "lib/handing.h"
#include "lib/harness.h"
#include "lib/camera.h"
#include "lib/overlay.h"
#include "lib/users.h"

#define RULE "allow tester use camera for door with consent export;"

static const char *policy(void)
{
	return warden_policy("program tester { path \"%s\"; }\n"
			     "program recorder { path \"/usr/bin/v4l2-ctl\"; }\n"
			     "purpose door \"Show who is at the door\";\n"
			     "default sensor deny;\n"
			     "allow recorder use camera for door with consent;\n" RULE "\n",
			     warden_self());
}

FIXTURE(identity)
{
	char camera[128];
	char copy[64];
	struct camera c;
	struct mark mark;
};

FIXTURE_SETUP(identity)
{
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	/* Not below /tmp, which is no disk. */
	strcpy(self->copy, "/var/tmp/copy-XXXXXX");
	ASSERT_EQ(0, close(mkstemp(self->copy)));
	ASSERT_LOADED(policy());
	warden_withdraw_all();
	ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
	ASSERT_EQ(0, warden_grant("recorder", "camera", "door"));
	ASSERT_EQ(0, camera_open(&self->c, self->camera));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(identity)
{
	camera_close(&self->c);
	unlink(self->copy);
	warden_withdraw_all();
}

static struct claim refused(const char *reason, const char *program)
{
	return (struct claim){
		.domain = "sensor", .reason = reason, .program = program, .object = CAMERA_TOPOLOGY,
		.line = UINT32_MAX, .times = 1,
	};
}

/* Copy the recorder, one byte of it changed or none, and stream with the copy. */
static int run_copy(const char *copy, bool change, struct client *c)
{
	char command[256];
	int fd;

	snprintf(command, sizeof(command), "cp /usr/bin/v4l2-ctl %s && chmod 755 %s", copy, copy);
	if (client_run(c, ARGV("sh", "-c", command)))
		return -1;
	client_end(c);
	fd = open(copy, O_RDWR);
	/* EI_PAD of the ELF header, which nobody reads */
	if (change && pwrite(fd, "x", 1, 15) != 1)
		return -1;
	close(fd);
	return client_run(c, ARGV(copy, "-d", "/dev/video0", "--get-parm"));
}

TEST_F(identity, copy_with_one_byte_changed_is_refused)
{
	struct claim denied = refused("program-unknown", self->copy);
	struct client c;

	EXPECT_NE(0, run_copy(self->copy, true, &c));
	EXPECT_NE(NULL, strstr(c.text, "Permission denied"))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_F(identity, true_copy_is_the_same_program)
{
	struct client c;

	EXPECT_EQ(0, run_copy(self->copy, false, &c))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* What runs is the loader then, whatever it was told to load. */
TEST_F(identity, program_run_by_the_loader_is_not_itself)
{
	char loader[128];
	struct claim denied = refused("program-unknown", loader);
	struct client c;

	ASSERT_EQ(0, client_run(&c, ARGV("sh", "-c", "readlink -f $(ls /lib64/ld-linux-* "
					 "/lib/ld-linux-* 2>/dev/null | head -n 1)")));
	snprintf(loader, sizeof(loader), "%.*s", (int)strcspn(c.text, "\n"), c.text);
	client_end(&c);
	EXPECT_NE(0, client_run(&c, ARGV(loader, "/usr/bin/v4l2-ctl", "-d", self->camera,
					 "--get-parm")));
	EXPECT_NE(NULL, strstr(c.text, "Permission denied"))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(0, client_run(&c, ARGV("v4l2-ctl", "-d", self->camera, "--get-parm")));
	client_end(&c);
}

TEST_F(identity, another_program_is_refused)
{
	struct claim denied = refused("program-unknown", warden_beside("stranger"));
	struct client c;

	EXPECT_EQ(1, client_run(&c, ARGV(warden_beside("stranger"), "open", self->camera)));
	EXPECT_STREQ("EACCES\n", c.text);
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_F(identity, descriptor_sent_to_another_program_does_not_arrive)
{
	struct claim denied = refused("program-unknown", warden_beside("stranger"));
	struct client c;

	EXPECT_EQ(1, handing_over(self->c.fd, warden_beside("stranger"), &c));
	EXPECT_STREQ("MSG_CTRUNC\n", c.text);
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	/* What is no sensor is nobody's business. */
	EXPECT_EQ(0, handing_over(STDOUT_FILENO, warden_beside("stranger"), &c));
	EXPECT_STREQ("ok\n", c.text);
	client_end(&c);
}

static int steal(pid_t from, int fd, struct client *c)
{
	char pid[16], number[16];

	snprintf(pid, sizeof(pid), "%d", from);
	snprintf(number, sizeof(number), "%d", fd);
	return client_run(c, ARGV(warden_beside("stranger"), "steal", pid, number));
}

TEST_F(identity, descriptor_cannot_be_taken_by_another_program)
{
	struct claim denied = refused("session-held", warden_beside("stranger"));
	struct client c;

	EXPECT_EQ(1, steal(getpid(), self->c.fd, &c));
	EXPECT_STREQ("EPERM\n", c.text);
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	/* Who has no sensor open is nobody's business. */
	camera_close(&self->c);
	EXPECT_EQ(0, steal(getpid(), STDOUT_FILENO, &c));
	client_end(&c);
}

/* S4: frames that were exported are frames. */
TEST_F(identity, exported_buffer_is_for_who_may_use_a_camera)
{
	struct claim denied = refused("program-unknown", warden_beside("stranger"));
	struct client c;
	char number[16];
	int buffer;

	ASSERT_EQ(0, camera_start(&self->c));
	buffer = camera_export(&self->c, 0);
	if (buffer < 0)
		SKIP(return, "the driver exports nothing: %s", strerror(-buffer));
	denied.object = "dma-buf";
	denied.times = 2;
	EXPECT_EQ(1, handing_over(buffer, warden_beside("stranger"), &c));
	EXPECT_STREQ("MSG_CTRUNC\n", c.text);
	client_end(&c);
	snprintf(number, sizeof(number), "%d", buffer);
	ASSERT_EQ(0, fcntl(buffer, F_SETFD, 0));
	EXPECT_EQ(1, client_run(&c, ARGV(warden_beside("stranger"), "held", number)));
	EXPECT_STREQ("EBADF\n", c.text);
	client_end(&c);
	ASSERT_EQ(0, fcntl(buffer, F_SETFD, FD_CLOEXEC));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_LOADED(warden_policy("default sensor deny;\nallow any use camera;\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(0, handing_over(buffer, warden_beside("stranger"), &c));
	EXPECT_STREQ("ok\n", c.text);
	client_end(&c);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	close(buffer);
}

TEST_F(identity, descriptor_inherited_by_another_program_is_closed)
{
	struct claim denied = refused("program-unknown", warden_beside("stranger"));
	struct sight *s = sight_new();
	struct client c;
	char number[16];

	ASSERT_EQ(0, camera_start(&self->c));
	camera_watch(&self->c, s);
	ASSERT_TRUE(sight_flows(s, 2, 10000));
	ASSERT_EQ(0, fcntl(self->c.fd, F_SETFD, 0));
	snprintf(number, sizeof(number), "%d", self->c.fd);
	EXPECT_EQ(1, client_run(&c, ARGV(warden_beside("stranger"), "held", number)));
	EXPECT_STREQ("EBADF\n", c.text);
	client_end(&c);
	ASSERT_EQ(0, fcntl(self->c.fd, F_SETFD, FD_CLOEXEC));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	/* Whose it is keeps it. */
	EXPECT_TRUE(sight_flows(s, 2, 10000));
	EXPECT_EQ(0, client_run(&c, ARGV(warden_beside("stranger"), "held", "1")));
	client_end(&c);
}

FIXTURE(overlaid)
{
	char camera[128];
	char program[64]; /* the recorder, on an overlay */
	char below[64];	  /* its file in the layer below */
	struct overlay overlay;
	struct mark mark;
};

FIXTURE_SETUP(overlaid)
{
	int err;

	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	err = overlay_mount(&self->overlay);
	if (err)
		SKIP(return, "this kernel has no overlayfs: %s", strerror(-err));
	snprintf(self->program, sizeof(self->program), "%s/recorder", self->overlay.merged);
	snprintf(self->below, sizeof(self->below), "%s/recorder", self->overlay.below);
	ASSERT_LOADED(policy());
	warden_withdraw_all();
	ASSERT_EQ(0, warden_grant("recorder", "camera", "door"));
}

FIXTURE_TEARDOWN(overlaid)
{
	overlay_unmount(&self->overlay);
	warden_withdraw_all();
}

TEST_F(overlaid, program_that_is_being_written_is_refused)
{
	struct claim denied = refused("program-writable", self->program);
	struct client c;
	int fd;

	ASSERT_EQ(0, client_run(&c, ARGV("cp", "/usr/bin/v4l2-ctl", self->below)));
	client_end(&c);
	fd = open(self->below, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	self->mark = evidence_mark();
	EXPECT_EQ(1, client_run(&c, ARGV(self->program, "-d", self->camera, "--get-parm")));
	EXPECT_NE(NULL, strstr(c.text, "Permission denied"))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	close(fd);
	EXPECT_EQ(0, client_run(&c, ARGV(self->program, "-d", self->camera, "--get-parm")))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
}

/*
 * What a user mounted can be written below while it runs, and be the recorder by the time somebody looks:
 * the copy is not even looked at. The one root mounted is taken, above.
 */
TEST_F(overlaid, of_a_user_says_nothing_of_who_runs)
{
	struct claim denied = refused("program-unreadable", self->program);
	char command[512];
	struct client c;

	ASSERT_EQ(0, client_run(&c, ARGV("cp", "/usr/bin/v4l2-ctl", self->below)));
	client_end(&c);
	ASSERT_EQ(0, chmod(self->overlay.dir, 0755));
	ASSERT_EQ(0, chmod(self->camera, 0666));
	snprintf(command, sizeof(command),
		 "setpriv --reuid=1000 --regid=1000 --clear-groups unshare -Urm sh -c 'mount -t overlay -o "
		 "lowerdir=%s/below:%s/upper none %s && %s -d %s --get-parm'",
		 self->overlay.dir, self->overlay.dir, self->overlay.merged, self->program, self->camera);
	self->mark = evidence_mark();
	EXPECT_EQ(1, client_run(&c, ARGV("sh", "-c", command)));
	EXPECT_NE(NULL, strstr(c.text, "Permission denied"))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	chmod(self->camera, 0660);
}

/* --- who started it --------------------------------------------------------------------- */

static int start(const struct user *u, void *words)
{
	char *const *argv = words;

	(void)u;
	execv(argv[0], argv);
	return USERS_NOBODY;
}

/*
 * A user's process that runs a program, once it does; -1 where it did not. Its file is there a
 * moment before its memory is as execve() leaves it, what it was started with is not.
 */
static pid_t start_as_user(const char *program, const char *argument)
{
	const char *words[] = { program, argument, "/dev/null", NULL };
	pid_t pid = users_start(users_at(1), start, words);
	char path[32], word[64] = "";
	int tries;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	for (tries = 0; tries < 500 && strcmp(word, program); tries++) {
		FILE *f = fopen(path, "re");

		if (f) {
			word[fread(word, 1, sizeof(word) - 1, f)] = 0;
			fclose(f);
		}
		usleep(10000);
	}
	return strcmp(word, program) ? -1 : pid;
}

static int look(const struct user *u, void *memory)
{
	(void)u;
	return open(memory, O_RDONLY) < 0 ? errno : 0;
}

/* What comes of a look by the same user into the memory of what it started: 0 or the errno. */
static int look_into(const char *program, const char *argument)
{
	pid_t pid = start_as_user(program, argument);
	char memory[32];
	int err;

	if (pid < 0)
		return -1;
	snprintf(memory, sizeof(memory), "/proc/%d/mem", pid);
	err = users_run(users_at(1), look, memory);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return err;
}

/* Before it opens anything: what is put into it then would open the camera in its name. */
TEST_F(identity, program_is_not_looked_into_by_who_started_it)
{
	camera_close(&self->c); /* who has it open does not become dumpable, as users_start() does */
	EXPECT_EQ(0, look_into("/usr/bin/tail", "-f"));
	ASSERT_LOADED(warden_policy("program follower { path \"/usr/bin/tail\"; }\n"
				    "default sensor deny;\nallow follower use camera;\n"));
	EXPECT_EQ(EACCES, look_into("/usr/bin/tail", "-f"));
}

/* Say that this process runs another file, as a user namespace lets anybody do. */
static int forge(const struct user *u, void *path)
{
	struct prctl_mm_map map;
	unsigned int size;
	int fd = open(path, O_RDONLY);

	(void)u;
	if (fd < 0 || prctl(PR_SET_MM, PR_SET_MM_MAP_SIZE, &size, 0, 0))
		return -1;
	memset(&map, 0, sizeof(map));
	map.exe_fd = (uint32_t)fd;
	if (!prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0))
		return 0;
	return errno;
}

static int forge_exe(const char *path)
{
	int fd = open(path, O_RDONLY);

	return prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, fd, 0, 0) ? errno : 0;
}

/* The same call, asked for something that is nobody's identity. */
static int ask_size(const struct user *u, void *unused)
{
	unsigned int size;

	(void)u;
	(void)unused;
	return prctl(PR_SET_MM, PR_SET_MM_MAP_SIZE, &size, 0, 0) ? errno : 0;
}

static struct claim forged(void)
{
	return (struct claim){
		.domain = "exec", .reason = "program-forged", .program = warden_self(),
		.object = "prctl(PR_SET_MM)", .line = UINT32_MAX, .times = 1,
	};
}

/* Without CONFIG_CHECKPOINT_RESTORE there is no PR_SET_MM_MAP, and PR_SET_MM asks for a capability. */
static bool has_memory_maps(void)
{
	return ask_size(NULL, NULL) != EINVAL;
}

TEST_F(identity, program_cannot_say_that_it_is_another)
{
	struct claim denied = forged();

	/* With a sensor open it could not become dumpable, which a user namespace takes. */
	camera_close(&self->c);
	if (!has_memory_maps())
		SKIP(return, "this kernel has no CONFIG_CHECKPOINT_RESTORE, and so no such call");
	EXPECT_EQ(EPERM, users_run(users_at(2), forge, (void *)"/usr/bin/v4l2-ctl"));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(0, users_run(users_at(2), ask_size, NULL));
}

TEST_F(identity, root_cannot_say_so_either)
{
	struct claim denied = forged();

	EXPECT_EQ(EPERM, forge_exe("/usr/bin/v4l2-ctl"));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	/* Other uses of the call are not ours to judge. */
	if (has_memory_maps())
		EXPECT_EQ(0, ask_size(NULL, NULL));
}

/* --- where it runs ----------------------------------------------------------------- */

#define PRETENCE GROUPS "/user.slice/user-1000.slice/user@1000.service/door.service"

static const char *const groups[] = {
	GROUPS "/system.slice", GROUPS_UNIT, GROUPS_UNIT "/part", GROUPS_ELSE,
	GROUPS "/user.slice", GROUPS "/user.slice/user-1000.slice",
	GROUPS "/user.slice/user-1000.slice/user@1000.service", PRETENCE,
};

static const char *policy_of_unit(void)
{
	return warden_policy("program tester { path \"%s\"; unit \"door.service\"; }\n"
			     "default sensor deny;\nallow tester use camera;\n", warden_self());
}

FIXTURE(unit)
{
	char camera[128];
	struct mark mark;
};

FIXTURE_SETUP(unit)
{
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	if (!groups_make(groups, ARRAY_SIZE(groups)))
		SKIP(return, "this kernel has no control groups");
	ASSERT_LOADED(policy_of_unit());
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(unit)
{
	groups_end(groups, ARRAY_SIZE(groups));
}

TEST_F(unit, program_is_itself_in_its_unit_alone)
{
	static const char *const elsewhere[] = { GROUPS, GROUPS "/system.slice",
						 GROUPS_ELSE, PRETENCE };
	static const char *const inside[] = { GROUPS_UNIT, GROUPS_UNIT "/part" };
	struct claim denied = refused("program-elsewhere", warden_self());
	size_t i;

	for (i = 0; i < ARRAY_SIZE(elsewhere); i++) {
		ASSERT_EQ(0, groups_enter(elsewhere[i]));
		EXPECT_EQ(EACCES, device_try(self->camera, O_RDWR))
		{
			TH_LOG("%s", elsewhere[i]);
		}
	}
	denied.times = ARRAY_SIZE(elsewhere);
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	self->mark = evidence_mark();
	for (i = 0; i < ARRAY_SIZE(inside); i++) {
		ASSERT_EQ(0, groups_enter(inside[i]));
		EXPECT_EQ(0, device_try(self->camera, O_RDWR));
	}
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

/* A session is looked at again when a policy comes: whoever has left the unit by then loses it. */
TEST_F(unit, program_that_leaves_it_loses_its_ground_with_the_next_look)
{
	const struct claim ended = { .event = "session-end", .domain = "sensor",
				     .reason = "policy-changed", .object = CAMERA_TOPOLOGY };
	struct v4l2_capability what;
	int fd;

	ASSERT_EQ(0, groups_enter(GROUPS_UNIT));
	fd = open(self->camera, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_LOADED(policy_of_unit());
	EXPECT_EQ(0, ioctl(fd, VIDIOC_QUERYCAP, &what));
	ASSERT_EQ(0, groups_enter(GROUPS_ELSE));
	ASSERT_LOADED(policy_of_unit());
	EXPECT_EQ(-1, ioctl(fd, VIDIOC_QUERYCAP, &what));
	EXPECT_EQ(EACCES, errno);
	EXPECT_FOUND(evidence_of_event(&self->mark, &ended));
	close(fd);
}

TEST_HARNESS_MAIN
