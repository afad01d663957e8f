// SPDX-License-Identifier: GPL-2.0-only
/*
 * `debug closed`: each way into a running system is shut with a record, opens by a
 * rule or for a time, and closes itself.
 */
#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "lib/harness.h"
#include "lib/surface.h"
#include "lib/users.h"

#define PARANOID	 "/proc/sys/kernel/perf_event_paranoid"
#define SCOPE		 "/proc/sys/kernel/yama/ptrace_scope"
#define UNPRIVILEGED_BPF "/proc/sys/kernel/unprivileged_bpf_disabled"

static int number_in(const char *path)
{
	int value = -1;
	FILE *f = fopen(path, "re");

	if (f && fscanf(f, "%d", &value) != 1)
		value = -1;
	if (f)
		fclose(f);
	return value;
}

static void number_to(const char *path, int value)
{
	FILE *f = fopen(path, "we");

	if (!f)
		return;
	fprintf(f, "%d", value);
	fclose(f);
}

FIXTURE(debug)
{
	struct mark mark;
};

FIXTURE_SETUP(debug)
{
	ASSERT_LOADED(warden_policy("\n"));
	mount("debugfs", SURFACE_DEBUGFS, "debugfs", 0, NULL);
	mount("tracefs", SURFACE_TRACEFS, "tracefs", 0, NULL);
	if (device_load("libcomposite", "") || device_load("msr", ""))
		printf("# there are no gadgets or no registers to read here\n");
	mount("configfs", "/sys/kernel/config", "configfs", 0, NULL);
}

FIXTURE_TEARDOWN(debug)
{
	warden_load(warden_policy("\n"));
}

static int try_as(const struct user *u, void *arg)
{
	const struct surface *s = arg;

	(void)u;
	return s->run();
}

/* What permissions alone keep a plain user from. */
static const char *const paths[] = { SURFACE_DEBUGFS, SURFACE_TRACEFS, "/dev/ttyS0", "/dev/ttyAMA0", "/proc/sysrq-trigger", SURFACE_GADGETS };

static void let_everybody(mode_t modes[ARRAY_SIZE(paths)])
{
	struct stat st;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		modes[i] = stat(paths[i], &st) ? 0 : st.st_mode & 07777;
		chmod(paths[i], 0777);
	}
}

static void let_as_before(const mode_t modes[ARRAY_SIZE(paths)])
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(paths); i++)
		if (modes[i])
			chmod(paths[i], modes[i]);
}

/*
 * A plain user, and the root of a name space, try each of them, with what keeps them from it by
 * itself out of the way where it can be. What the kernel lets them do open is refused closed.
 */
TEST_F(debug, surfaces_are_closed_to_each_kind_of_user)
{
	int open[USERS_COUNT][SURFACES_COUNT], paranoid = number_in(PARANOID), scope = number_in(SCOPE);
	struct claim denied = { .domain = "debug", .reason = "surface-closed", .program = warden_self(),
				.line = UINT32_MAX };
	mode_t modes[ARRAY_SIZE(paths)];
	size_t i, k, reached = 0;

	number_to(PARANOID, -1);
	number_to(SCOPE, 0);
	number_to(UNPRIVILEGED_BPF, 0);
	let_everybody(modes);
	for (i = 1; i < USERS_COUNT; i++)
		for (k = 0; k < SURFACES_COUNT; k++)
			open[i][k] = users_run(users_at(i), try_as, (void *)surface_at(k));
	ASSERT_LOADED(warden_policy("debug closed;\n"));
	self->mark = evidence_mark();
	for (i = 1; i < USERS_COUNT; i++)
		for (k = 0; k < SURFACES_COUNT; k++) {
			int closed = users_run(users_at(i), try_as, (void *)surface_at(k));

			reached += !open[i][k];
			EXPECT_NE(0, closed)
			{
				TH_LOG("%s reaches %s", users_at(i)->name, surface_at(k)->name);
			}
			if (open[i][k])
				continue;
			EXPECT_EQ(EACCES, closed)
			{
				TH_LOG("%s, %s", users_at(i)->name, surface_at(k)->name);
			}
		}
	/* perf, bpf, ptrace at least: it was not the kernel that refused all of it. */
	EXPECT_LE(4, reached);
	printf("# %zu of %zu are not refused by the kernel itself\n", reached, (size_t)(USERS_COUNT - 1) * SURFACES_COUNT);
	for (k = 0; k < SURFACES_COUNT; k++) {
		denied.object = surface_at(k)->name;
		if (!open[1][k] || !open[2][k])
			EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	}
	let_as_before(modes);
	number_to(SCOPE, scope);
	number_to(PARANOID, paranoid);
}

/* A gadget is made by a file system of its own, too. */
TEST_F(debug, gadgetfs_makes_none)
{
	static const char where[] = "/tmp/gadgetfs", udc[] = "/tmp/gadgetfs/dummy_udc";

	mkdir(where, 0700);
	if (device_load("dummy_hcd", "") || device_load("gadgetfs", "") ||
	    mount("none", where, "gadgetfs", 0, NULL))
		SKIP(return, "this kernel has no gadgetfs, or no controller for it");
	EXPECT_EQ(0, access(udc, F_OK));
	ASSERT_LOADED(warden_policy("debug closed;\n"));
	EXPECT_EQ(EACCES, surface_open(udc, O_RDWR));
	ASSERT_LOADED(warden_policy("\n"));
	EXPECT_EQ(0, surface_open(udc, O_RDWR));
	umount(where);
}

TEST_F(debug, closed_refuses_each_surface_with_a_record)
{
	int open[SURFACES_COUNT], sysrq = number_in("/proc/sys/kernel/sysrq");
	unsigned int tried = 0;
	size_t i;

	for (i = 0; i < SURFACES_COUNT; i++)
		open[i] = surface_at(i)->run();
	ASSERT_LOADED(warden_policy("debug closed;\n"));
	for (i = 0; i < SURFACES_COUNT; i++) {
		struct claim denied = { .domain = "debug", .reason = "surface-closed",
					.object = surface_at(i)->name, .program = warden_self(),
					.line = UINT32_MAX, .pid = getpid(), .times = 1 };
		int err;

		if (open[i]) {
			printf("# %s cannot be tried here: %s\n", surface_at(i)->name,
			       strerror(open[i]));
			continue;
		}
		self->mark = evidence_mark();
		err = surface_at(i)->run();
		EXPECT_EQ(EACCES, err)
		{
			TH_LOG("%s: %s", surface_at(i)->name, strerror(err));
		}
		EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
		tried++;
	}
	EXPECT_LT(3, tried);
	/* What has no hook is shut by its own switch, and as it was afterwards. */
	if (sysrq > 0)
		EXPECT_EQ(0, number_in("/proc/sys/kernel/sysrq"));
	ASSERT_LOADED(warden_policy("\n"));
	EXPECT_EQ(sysrq, number_in("/proc/sys/kernel/sysrq"));
}

#define GADGET "/sys/kernel/config/usb_gadget/before"

/* A serial gadget on a controller that is a loop inside the kernel; false where it has none. */
static bool bind_gadget(void)
{
	return !device_load("dummy_hcd", "") &&
	       client_shell("set -e; mkdir " GADGET "; cd " GADGET "; echo 0x1d6b >idVendor; echo 0x0104 >idProduct; "
			    "mkdir configs/c.1 functions/acm.0; ln -s functions/acm.0 configs/c.1; "
			    "ls /sys/class/udc | head -n 1 >UDC");
}

static void unbind_gadget(void)
{
	client_shell("cd " GADGET " && echo >UDC; rm configs/c.1/acm.0 && rmdir configs/c.1 functions/acm.0 && rmdir "
		     GADGET);
}

/* The column behind a surface's time, of those that were there before. */
static int older_of(const char *surface)
{
	char line[64];
	const char *at;
	int older = -1;

	snprintf(line, sizeof(line), "\n%s ", surface);
	if (warden_ctl(ARGV("debug", "list")))
		return -1;
	at = strstr(warden_said(), line);
	if (at && sscanf(at + strlen(line), " %*s %*s %d", &older) != 1)
		older = 0;
	return older;
}

TEST_F(debug, what_was_set_up_before_it_is_closed_is_told)
{
	struct claim told = { .event = "sweep", .domain = "debug", .reason = "surface-closed",
			      .object = "debugfs, open since before, goes on",
			      .program = warden_self(), .pid = getpid() };
	struct claim gadget = { .event = "sweep", .domain = "debug", .reason = "surface-closed" };
	int debugfs = open(SURFACE_DEBUGFS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int serial = open(access("/dev/ttyS0", F_OK) ? "/dev/ttyAMA0" : "/dev/ttyS0",
			  O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	bool bound = bind_gadget();

	if (!bound)
		printf("# there is no controller for a gadget here\n");
	ASSERT_LE(0, debugfs);
	ASSERT_LE(0, serial);
	self->mark = evidence_mark();
	ASSERT_LOADED(warden_policy("program self { path \"%s\"; }\ndebug closed;\nallow self debug serial;\n",
				    warden_self()));
	EXPECT_FOUND(evidence_of_event(&self->mark, &told));
	EXPECT_LE(1, older_of("debugfs"));
	EXPECT_EQ(0, older_of("kexec"));
	/* A getty that a rule names is as it should be. */
	told.object = "serial, open since before, goes on";
	EXPECT_EQ(NULL, evidence_find(&self->mark, &told, 0));
	if (bound) {
		gadget.object = "gadget, gadget.0 is configfs-gadget.before since before, and goes on";
		EXPECT_FOUND(evidence_of_event(&self->mark, &gadget));
		EXPECT_EQ(1, older_of("gadget"));
	}
	/* It is not any more, and what was closed meanwhile is not told again. */
	close(debugfs);
	self->mark = evidence_mark();
	ASSERT_LOADED(warden_policy("debug closed;\n"));
	EXPECT_FOUND(evidence_of_event(&self->mark, &told));
	EXPECT_EQ(0, older_of("debugfs"));
	EXPECT_EQ(0, warden_ctl(ARGV("status")));
	EXPECT_NE(NULL, strstr(warden_said(), " from before)"));
	close(serial);
	ASSERT_LOADED(warden_policy("\n"));
	EXPECT_EQ(0, older_of("serial"));
	if (bound)
		unbind_gadget();
}

static const char *state_of(const char *surface)
{
	static char line[64];
	const char *at;

	snprintf(line, sizeof(line), "\n%s ", surface);
	if (warden_ctl(ARGV("debug", "list")))
		return "";
	at = strstr(warden_said(), line);
	if (!at || sscanf(at + strlen(line), " %63s", line) != 1)
		return "";
	return line;
}

TEST_F(debug, exception_opens_one_surface_and_closes_itself)
{
	struct claim opened = { .event = "debug-open", .domain = "debug",
				.object = "perf for 2 s" };
	struct claim shut = { .event = "debug-close", .domain = "debug", .object = "perf",
			      .reason = "expired" };
	int i;

	ASSERT_LOADED(warden_policy("debug closed;\ndeny any debug bpf;\n"));
	ASSERT_EQ(EACCES, surface_perf());
	self->mark = evidence_mark();
	EXPECT_EQ(0, warden_ctl(ARGV("debug", "open", "perf", "for", "2s")));
	EXPECT_EQ(0, surface_perf());
	EXPECT_FOUND(evidence_of_event(&self->mark, &opened));
	EXPECT_STREQ("excepted", state_of("perf"));
	EXPECT_STREQ("closed", state_of("ptrace"));
	for (i = 0; i < 100 && !surface_perf(); i++)
		usleep(50000);
	EXPECT_EQ(EACCES, surface_perf());
	EXPECT_FOUND(evidence_of_event(&self->mark, &shut));

	EXPECT_EQ(0, warden_ctl(ARGV("debug", "open", "perf", "for", "1h")));
	EXPECT_EQ(0, surface_perf());
	EXPECT_EQ(0, warden_ctl(ARGV("debug", "close", "perf")));
	EXPECT_EQ(EACCES, surface_perf());
	/* What a rule denies no exception opens; what is not closed needs none. */
	EXPECT_EQ(1, warden_ctl(ARGV("debug", "open", "bpf", "for", "1h")));
	EXPECT_EQ(EACCES, surface_bpf());
	ASSERT_LOADED(warden_policy("\n"));
	EXPECT_EQ(1, warden_ctl(ARGV("debug", "open", "perf", "for", "1h")));
	EXPECT_EQ(2, warden_ctl(ARGV("debug", "open", "perf", "for", "1 h")));
}

/* All there are, also those that this kernel does not have. */
static const char *const surfaces[] = { "bpf", "debugfs", "gadget", "kexec", "kgdb", "kmem", "kprobes", "msr",
					"perf", "ptrace", "serial", "sysrq", "tracefs" };

/* How many of them `status` tells to be so, each by its name. */
static size_t told_by_status(const char *state)
{
	size_t i, n = 0;
	char words[64];

	if (warden_ctl(ARGV("status")))
		return 0;
	for (i = 0; i < ARRAY_SIZE(surfaces); i++) {
		snprintf(words, sizeof(words), " %s %s", surfaces[i], state);
		n += !!strstr(warden_said(), words);
	}
	return n;
}

#define EXPECT_TRIED(surface, err)                                                                 \
	do {                                                                                       \
		for (k = 0; k < SURFACES_COUNT; k++) {                                             \
			if (open[k] || strcmp(surface_at(k)->name, surface))                       \
				continue;                                                          \
			tried++;                                                                   \
			EXPECT_EQ(err, surface_at(k)->run())                                       \
			{                                                                          \
				TH_LOG("%s, way %zu", surface, k);                                 \
			}                                                                          \
		}                                                                                  \
	} while (0)

TEST_F(debug, exception_opens_each_surface_alone_and_is_told)
{
	int open[SURFACES_COUNT];
	size_t i, k, tried = 0;
	char object[64];

	for (k = 0; k < SURFACES_COUNT; k++)
		open[k] = surface_at(k)->run();
	EXPECT_EQ(ARRAY_SIZE(surfaces), told_by_status("open"));
	ASSERT_LOADED(warden_policy("debug closed;\n"));
	for (i = 0; i < ARRAY_SIZE(surfaces); i++) {
		struct claim opened = { .event = "debug-open", .domain = "debug", .object = object };
		struct claim shut = { .event = "debug-close", .domain = "debug", .object = surfaces[i],
				      .reason = "closed" };

		snprintf(object, sizeof(object), "%s for 3600 s", surfaces[i]);
		EXPECT_EQ(ARRAY_SIZE(surfaces), told_by_status("closed"));
		self->mark = evidence_mark();
		EXPECT_EQ(0, warden_ctl(ARGV("debug", "open", surfaces[i], "for", "1h")));
		EXPECT_FOUND(evidence_of_event(&self->mark, &opened));
		EXPECT_STREQ("excepted", state_of(surfaces[i]));
		EXPECT_EQ(1, told_by_status("open for"));
		EXPECT_EQ(ARRAY_SIZE(surfaces) - 1, told_by_status("closed"));
		EXPECT_TRIED(surfaces[i], 0);
		EXPECT_EQ(0, warden_ctl(ARGV("debug", "close", surfaces[i])));
		EXPECT_FOUND(evidence_of_event(&self->mark, &shut));
		EXPECT_TRIED(surfaces[i], EACCES);
	}
	EXPECT_LT(6, tried);
}

TEST_F(debug, rule_opens_a_surface_to_the_program_it_names)
{
	struct claim denied = { .domain = "debug", .reason = "surface-closed", .object = "perf",
				.program = "self", .line = UINT32_MAX, .times = 1 };

	ASSERT_LOADED(warden_policy("program self { path \"%s\"; }\ndebug closed;\n"
				    "allow self debug bpf;\n", warden_self()));
	self->mark = evidence_mark();
	EXPECT_EQ(0, surface_bpf());
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_EQ(EACCES, surface_perf());
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* Gives the errno of an exec under a tracer that is another program. */
static int exec_traced(void)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execl("/usr/bin/true", "true", NULL);
		_exit(errno);
	}
	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status))
		ptrace(PTRACE_CONT, pid, NULL, NULL);
	return WEXITSTATUS(status);
}

TEST_F(debug, tracer_does_not_come_along_into_another_program)
{
	struct claim denied = { .domain = "debug", .reason = "surface-closed",
				.object = "ptrace", .program = warden_self(), .times = 1 };

	EXPECT_EQ(0, exec_traced());
	ASSERT_LOADED(warden_policy("debug closed;\n"));
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, exec_traced());
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* As the program that the tests are, of which each process is a copy. */
static int read_of(pid_t pid)
{
	static char byte;
	char mine;
	struct iovec here = { &mine, 1 }, there = { &byte, 1 };

	return process_vm_readv(pid, &here, 1, &there, 1, 0) < 0 ? errno : 0;
}

static pid_t start_copy(void)
{
	pid_t pid = fork();

	while (!pid)
		pause();
	return pid;
}

/* What the child of a process gets that reads of it. */
static int read_as_child(pid_t of)
{
	int status = -1;
	pid_t pid = fork();

	if (!pid)
		_exit(read_of(of));
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

TEST_F(debug, parent_and_child_reach_into_each_other_and_no_other_copies_do)
{
	struct claim denied = { .domain = "debug", .reason = "surface-closed",
				.object = "ptrace", .program = warden_self(), .times = 1 };
	pid_t copy;

	ASSERT_LOADED(warden_policy("debug closed;\n"));
	self->mark = evidence_mark();
	copy = start_copy();
	EXPECT_EQ(0, read_of(copy));
	EXPECT_EQ(0, read_as_child(getpid()));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	EXPECT_EQ(EPERM, read_as_child(copy));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	kill(copy, SIGKILL);
	waitpid(copy, NULL, 0);
}

static long call_bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

/* Try on each link there is what would take it off or put another program in. */
static unsigned int attack_links(void)
{
	union bpf_attr next = { 0 };
	unsigned int taken = 0;

	while (!call_bpf(BPF_LINK_GET_NEXT_ID, &next)) {
		union bpf_attr get = { .link_id = next.next_id };
		int fd = (int)call_bpf(BPF_LINK_GET_FD_BY_ID, &get);
		union bpf_attr detach = { .link_detach = { .link_fd = (__u32)fd } };

		taken += fd >= 0 && !call_bpf(BPF_LINK_DETACH, &detach);
		next.start_id = next.next_id;
		if (fd >= 0)
			close(fd);
	}
	return taken;
}

static unsigned int attack_maps(void)
{
	static char value[65536];
	union bpf_attr next = { 0 };
	unsigned int taken = 0;
	__u32 key = 0;

	while (!call_bpf(BPF_MAP_GET_NEXT_ID, &next)) {
		union bpf_attr get = { .map_id = next.next_id };
		int fd = (int)call_bpf(BPF_MAP_GET_FD_BY_ID, &get);
		union bpf_attr update = { .map_fd = (__u32)fd, .key = (uintptr_t)&key,
					  .value = (uintptr_t)value };

		taken += fd >= 0 && !call_bpf(BPF_MAP_UPDATE_ELEM, &update);
		next.start_id = next.next_id;
		if (fd >= 0)
			close(fd);
	}
	return taken;
}

/* With the surface open: Warden's own programs need no policy to stay. */
TEST_F(debug, root_takes_no_program_of_warden_off)
{
	EXPECT_EQ(0, attack_links());
	EXPECT_EQ(0, attack_maps());
	EXPECT_EQ(0, warden_status("wanted") & ~warden_status("attached"));
	ASSERT_LOADED(warden_policy("debug closed;\n"));
	EXPECT_EQ(EACCES, surface_perf());
}

TEST_HARNESS_MAIN
