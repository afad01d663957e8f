// SPDX-License-Identifier: GPL-2.0-only
/*
 * A debug surface that closes takes the files that it let in: at the end of an exception, of a purpose and of
 * a rule; it leaves those of who may have it.
 */
#include <fcntl.h>
#include <json-c/json.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include "lib/client.h"
#include "lib/harness.h"
#include "lib/surface.h"

#define FILE_OF_DEBUGFS SURFACE_DEBUGFS "/devices_deferred"
#define FILE_OF_TRACEFS SURFACE_TRACEFS "/tracing_thresh"
#define STREAM		SURFACE_TRACEFS "/trace_pipe"
#define RING		SURFACE_TRACEFS "/per_cpu/cpu0/trace_pipe_raw"

#define WAIT_MS 60000
#define SELF	"program self { path \"%s\"; }\ndebug closed;\n"

FIXTURE(debug_end)
{
	struct mark mark;
	int debugfs, tracefs, stream, ring;
	char *mapped; /* NULL where this kernel maps none */
	pid_t reader;
};

FIXTURE_SETUP(debug_end)
{
	memset(self, 0, sizeof(*self));
	self->debugfs = self->tracefs = self->stream = self->ring = self->reader = -1;
	ASSERT_LOADED(warden_policy("\n"));
	mount("debugfs", SURFACE_DEBUGFS, "debugfs", 0, NULL);
	mount("tracefs", SURFACE_TRACEFS, "tracefs", 0, NULL);
	ASSERT_EQ(0, access(FILE_OF_DEBUGFS, F_OK));
	ASSERT_EQ(0, access(FILE_OF_TRACEFS, F_OK));
	self->mark = evidence_mark();
}

static void close_all(FIXTURE_DATA(debug_end) *self)
{
	int *const fds[] = { &self->debugfs, &self->tracefs, &self->stream, &self->ring };
	size_t i;

	if (self->reader > 0) {
		kill(self->reader, SIGKILL);
		waitpid(self->reader, NULL, 0);
		self->reader = -1;
	}
	if (self->mapped)
		munmap(self->mapped, (size_t)getpagesize());
	self->mapped = NULL;
	for (i = 0; i < ARRAY_SIZE(fds); i++) {
		if (*fds[i] >= 0)
			close(*fds[i]);
		*fds[i] = -1;
	}
}

FIXTURE_TEARDOWN(debug_end)
{
	close_all(self);
	warden_ctl(ARGV("debug", "close", "debugfs")); /* an exception outlives a policy */
	warden_ctl(ARGV("debug", "close", "tracefs"));
	warden_load(warden_policy("\n"));
}

static bool open_files(FIXTURE_DATA(debug_end) *self)
{
	self->debugfs = open(FILE_OF_DEBUGFS, O_RDONLY | O_CLOEXEC);
	self->tracefs = open(FILE_OF_TRACEFS, O_RDONLY | O_CLOEXEC);
	return self->debugfs >= 0 && self->tracefs >= 0;
}

/* 0, or an errno. */
static int reads(int fd)
{
	char byte;

	return pread(fd, &byte, 1, 0) < 0 ? errno : 0;
}

static bool sleeps(pid_t pid)
{
	char path[32], state = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (f && fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = 0;
	if (f)
		fclose(f);
	return state == 'S';
}

/* Somebody who waits for what is traced, and nothing is. Ends with an errno. */
static bool start_reader(FIXTURE_DATA(debug_end) *self)
{
	char byte;
	int i;

	self->stream = open(STREAM, O_RDONLY | O_CLOEXEC);
	if (self->stream < 0)
		return false;
	self->reader = fork();
	if (!self->reader)
		_exit(read(self->stream, &byte, 1) < 0 ? errno : 0);
	for (i = 0; i < 2000 && !sleeps(self->reader); i++)
		usleep(10000);
	return sleeps(self->reader);
}

static void map_ring(FIXTURE_DATA(debug_end) *self)
{
	void *at;

	self->ring = open(RING, O_RDONLY | O_CLOEXEC);
	at = mmap(NULL, (size_t)getpagesize(), PROT_READ, MAP_SHARED, self->ring, 0);
	self->mapped = at == MAP_FAILED ? NULL : at;
	if (!self->mapped)
		printf("# this kernel maps no trace\n");
}

static sigjmp_buf jump;

static void come_back(int signal)
{
	siglongjmp(jump, signal);
}

/* The signal that comes of a look at what is mapped, here as no child has it; 0 is none. */
static int touch(const char *mapped)
{
	const struct sigaction ours = { .sa_handler = come_back };
	struct sigaction before;
	volatile char seen;
	int signal;

	sigaction(SIGBUS, &ours, &before);
	signal = sigsetjmp(jump, 1);
	if (!signal) {
		seen = *(const volatile char *)mapped;
		(void)seen;
	}
	sigaction(SIGBUS, &before, NULL);
	return signal;
}

#define EXPECT_ENDED(surface, why)                                                                 \
	do {                                                                                       \
		struct claim ended_ = { .event = "sweep", .domain = "debug", .reason = why,        \
					.object = surface ", open since before, ended",            \
					.program = warden_self(), .pid = getpid() };               \
		struct json_object *told_ = evidence_find(&self->mark, &ended_, WAIT_MS);          \
                                                                                                   \
		EXPECT_NE(NULL, told_);                                                            \
		json_object_put(told_);                                                            \
	} while (0)

TEST_F(debug_end, exception_that_closes_itself_takes_what_it_let_in)
{
	ASSERT_LOADED(warden_policy("debug closed;\n"));
	ASSERT_EQ(0, warden_ctl(ARGV("debug", "open", "debugfs", "for", "20s")));
	ASSERT_EQ(0, warden_ctl(ARGV("debug", "open", "tracefs", "for", "10m")));
	ASSERT_TRUE(open_files(self));
	EXPECT_EQ(0, reads(self->debugfs));
	EXPECT_EQ(0, reads(self->tracefs));
	EXPECT_ENDED("debugfs", "surface-closed");
	EXPECT_EQ(EACCES, reads(self->debugfs));
	EXPECT_EQ(-1, lseek(self->debugfs, 0, SEEK_SET));
	EXPECT_EQ(0, reads(self->tracefs)); /* which is open for longer */
	close_all(self);
	/* What was closed dead is as good as before to who opens it then. */
	ASSERT_EQ(0, warden_ctl(ARGV("debug", "open", "debugfs", "for", "10m")));
	ASSERT_TRUE(open_files(self));
	EXPECT_EQ(0, reads(self->debugfs));
}

TEST_F(debug_end, close_asks_readers_out_and_takes_what_is_mapped)
{
	int status = 0;
	char byte;

	ASSERT_LOADED(warden_policy("debug closed;\n"));
	ASSERT_EQ(0, warden_ctl(ARGV("debug", "open", "tracefs", "for", "10m")));
	map_ring(self);
	ASSERT_TRUE(start_reader(self));
	if (self->mapped)
		EXPECT_EQ(0, touch(self->mapped));
	ASSERT_EQ(0, warden_ctl(ARGV("debug", "close", "tracefs")));
	EXPECT_ENDED("tracefs", "surface-closed");
	EXPECT_EQ(self->reader, waitpid(self->reader, &status, 0));
	self->reader = -1;
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(EACCES, WEXITSTATUS(status));
	EXPECT_EQ(-1, read(self->ring, &byte, 1));
	EXPECT_EQ(EACCES, errno);
	if (self->mapped)
		EXPECT_EQ(SIGBUS, touch(self->mapped));
}

/* No descriptor leads to it, and what is mapped goes on by itself. */
TEST_F(debug_end, close_takes_what_is_mapped_of_a_file_that_was_closed)
{
	ASSERT_LOADED(warden_policy("debug closed;\n"));
	ASSERT_EQ(0, warden_ctl(ARGV("debug", "open", "tracefs", "for", "10m")));
	map_ring(self);
	if (!self->mapped)
		SKIP(return, "this kernel maps no trace");
	close(self->ring);
	self->ring = -1;
	EXPECT_EQ(0, touch(self->mapped));
	ASSERT_EQ(0, warden_ctl(ARGV("debug", "close", "tracefs")));
	EXPECT_ENDED("tracefs", "surface-closed");
	EXPECT_EQ(SIGBUS, touch(self->mapped));
}

TEST_F(debug_end, purpose_that_ends_takes_the_files_of_its_rule_alone)
{
	ASSERT_LOADED(warden_policy(SELF "purpose repair \"Find out what is wrong\" for 20 seconds;\n"
				    "allow self debug debugfs for repair;\n"
				    "allow self debug tracefs;\n", warden_self()));
	ASSERT_TRUE(open_files(self));
	EXPECT_EQ(0, reads(self->debugfs));
	EXPECT_ENDED("debugfs", "purpose-ended");
	EXPECT_EQ(EACCES, reads(self->debugfs));
	EXPECT_EQ(0, reads(self->tracefs));
}

TEST_F(debug_end, policy_that_takes_a_rule_away_takes_its_files)
{
	ASSERT_LOADED(warden_policy(SELF "allow self debug debugfs;\nallow self debug tracefs;\n", warden_self()));
	ASSERT_TRUE(open_files(self));
	ASSERT_LOADED(warden_policy(SELF "mode observe;\nallow self debug tracefs;\n", warden_self()));
	EXPECT_EQ(0, reads(self->debugfs)); /* where nothing is enforced */
	ASSERT_LOADED(warden_policy(SELF "allow self debug tracefs;\n", warden_self()));
	EXPECT_ENDED("debugfs", "surface-closed");
	EXPECT_EQ(EACCES, reads(self->debugfs));
	EXPECT_EQ(0, reads(self->tracefs));
	/* It does not keep the module, and is its owner's again where that has gone. */
	ASSERT_TRUE(warden_live_again());
	EXPECT_EQ(0, reads(self->debugfs));
}

/* To others the surface stays open. */
TEST_F(debug_end, policy_that_denies_a_program_takes_its_files)
{
	ASSERT_TRUE(open_files(self));
	ASSERT_LOADED(warden_policy("program self { path \"%s\"; }\ndeny self debug debugfs;\n", warden_self()));
	EXPECT_ENDED("debugfs", "rule");
	EXPECT_EQ(EACCES, reads(self->debugfs));
	EXPECT_EQ(0, reads(self->tracefs));
}

/* The first area there is of a process's memory: 0, or an errno. */
static int reads_memory(int fd, pid_t pid)
{
	unsigned long at = 0;
	char path[32], byte;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", pid);
	f = fopen(path, "re");
	if (f && fscanf(f, "%lx", &at) != 1)
		at = 0;
	if (f)
		fclose(f);
	return pread(fd, &byte, 1, (off_t)at) == 1 ? 0 : errno;
}

static int open_memory(pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Whose memory it is decides: one's own is nobody's surface, nor that of a copy. */
TEST_F(debug_end, memory_of_another_program_is_taken_and_ones_own_stays)
{
	int another, copies, own;
	struct client c;
	pid_t copy;

	ASSERT_EQ(0, client_start(&c, ARGV("sh", "-c", "echo there; kill -STOP $$")));
	copy = fork();
	if (!copy) {
		pause();
		_exit(0);
	}
	ASSERT_TRUE(client_says(&c, "there", 20000));
	another = open_memory(c.pid);
	copies = open_memory(copy);
	own = open_memory(getpid());
	EXPECT_EQ(0, reads_memory(another, c.pid));
	ASSERT_LOADED(warden_policy("debug closed;\n"));
	EXPECT_ENDED("ptrace", "surface-closed");
	EXPECT_EQ(EACCES, reads_memory(another, c.pid));
	EXPECT_EQ(0, reads_memory(copies, copy));
	EXPECT_EQ(0, reads_memory(own, getpid()));
	close(another);
	close(copies);
	close(own);
	kill(copy, SIGKILL);
	waitpid(copy, NULL, 0);
	client_end(&c);
}

TEST_HARNESS_MAIN
