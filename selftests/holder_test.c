// SPDX-License-Identifier: GPL-2.0-only
/*
 * A process that has a sensor open keeps what it saw to itself: nobody looks into it,
 * whoever drives it is not taken for it, and it leaves no core.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "lib/harness.h"
#include "lib/camera.h"
#include "lib/page.h"
#include "lib/uring.h"

#define STATEMENTS                                                                                 \
	"program tester { path \"%s\"; }\n"                                                        \
	"purpose door \"Show who is at the door\";\n"                                              \
	"default sensor deny;\n"                                                                   \
	"allow tester use camera for door with consent;\n"

/* What a child is told to do, a byte each; it answers each with a byte, its errno. */
enum deed { OPEN = 'o', APART = 'p', MAP = 'm', CLOSE = 'c', DUMPABLE = 'd', ABORT = 'a' };

static char secret[] = "what it saw";

struct holder {
	pid_t pid;
	int talk;
	char camera[128];
};

struct apart {
	const char *node;
	sem_t opened;
	int err;
};

/* Opens it into a table of its own, which is none of its process's first thread. */
static void *open_apart(void *arg)
{
	struct apart *a = arg;

	a->err = unshare(CLONE_FILES) || open(a->node, O_RDWR) < 0 ? errno : 0;
	sem_post(&a->opened);
	for (;;)
		pause();
	return NULL;
}

static int do_apart(const char *node)
{
	static struct apart a;
	pthread_t thread;

	a.node = node;
	sem_init(&a.opened, 0, 0);
	if (pthread_create(&thread, NULL, open_apart, &a))
		return EAGAIN;
	sem_wait(&a.opened);
	return a.err;
}

static int do_deed(enum deed deed, const char *node, struct camera *c)
{
	switch (deed) {
	case OPEN:
		return -camera_open(c, node);
	case APART:
		return do_apart(node);
	case MAP:
		return -camera_start(c);
	case CLOSE:
		close(c->fd);
		return 0;
	case DUMPABLE:
		return prctl(PR_SET_DUMPABLE, 1) ? errno : 0;
	default:
		abort();
	}
}

static void obey(int talk, const char *node)
{
	struct camera c = { .fd = -1 };
	char deed;

	while (read(talk, &deed, 1) == 1) {
		char answer = (char)do_deed((enum deed)deed, node, &c);

		if (write(talk, &answer, 1) != 1)
			break;
	}
	_exit(0);
}

static int holder_start(struct holder *h)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -errno;
	h->pid = sight_fork();
	if (!h->pid)
		obey(pair[1], h->camera);
	close(pair[1]);
	h->talk = pair[0];
	return h->pid < 0 ? -errno : 0;
}

/* Its errno, or -1 where it gave none. */
static int holder_do(struct holder *h, char deed)
{
	struct pollfd answers = { .fd = h->talk, .events = POLLIN };
	char answer;

	if (write(h->talk, &deed, 1) != 1 || poll(&answers, 1, 20000) != 1 ||
	    read(h->talk, &answer, 1) != 1)
		return -1;
	return answer;
}

static void holder_end(struct holder *h)
{
	if (!h->pid)
		return;
	kill(h->pid, SIGKILL);
	waitpid(h->pid, NULL, 0);
	close(h->talk);
	h->pid = 0;
}

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

static struct claim refused(const char *reason, const char *program, uint64_t times)
{
	return (struct claim){
		.domain = "sensor", .reason = reason, .program = program,
		.object = CAMERA_TOPOLOGY, .times = times,
	};
}

FIXTURE(holder)
{
	struct holder child;
	struct mark mark;
};

FIXTURE_SETUP(holder)
{
	const char *node;

	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	node = device_node(CAMERA_TOPOLOGY);
	ASSERT_NE(NULL, node);
	snprintf(self->child.camera, sizeof(self->child.camera), "%s", node);
	ASSERT_LOADED(warden_policy(STATEMENTS, warden_self()));
	warden_withdraw_all();
	ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
	ASSERT_EQ(0, holder_start(&self->child));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(holder)
{
	holder_end(&self->child);
	warden_withdraw_all();
}

/* S21, as root, by each of the ways there are. */
TEST_F(holder, is_not_looked_into_while_it_has_the_camera)
{
	struct claim denied = refused("session-held", warden_self(), 3);

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
	struct claim denied = refused("session-held", warden_self(), 1);

	ASSERT_EQ(0, holder_do(&self->child, OPEN));
	ASSERT_EQ(0, holder_do(&self->child, MAP));
	ASSERT_EQ(0, holder_do(&self->child, CLOSE));
	EXPECT_EQ(EPERM, peek(self->child.pid));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* Memory is one, whatever table has the descriptor, and be it none but that of a ring. */
TEST_F(holder, is_not_looked_into_while_a_thread_apart_has_the_camera)
{
	struct claim denied = refused("session-held", warden_self(), 1);

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
	struct claim denied = refused("program-traced", warden_self(), 1);

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
	struct claim denied = refused("session-held", warden_self(), 1);

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

/* Each asks what a hibernation would ask, and is refused as it would be. */
static bool may_hibernate(void)
{
	char states[64] = "";
	int fd = open("/sys/power/state", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && read(fd, states, sizeof(states) - 1) < 0)
		states[0] = '\0';
	close(fd);
	return strstr(states, "disk");
}

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
	struct claim denied = refused("session-held", warden_self(), 2);

	if (!may_hibernate())
		SKIP(return, "this kernel does not hibernate");
	ASSERT_EQ(0, holder_do(&self->child, OPEN));
	ASSERT_FALSE(may_hibernate());
	EXPECT_EQ(EPERM, hibernate());
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	ASSERT_EQ(0, holder_do(&self->child, MAP));
	ASSERT_EQ(0, holder_do(&self->child, CLOSE));
	EXPECT_FALSE(may_hibernate());
	ASSERT_EQ(0, warden_withdraw("tester", "camera"));
	self->mark = evidence_mark();
	EXPECT_TRUE(may_hibernate());
	EXPECT_FOUND(evidence_of_peace(&self->mark));
}

struct reader {
	int fd;
	void *to;
};

static void *read_one(void *arg)
{
	const struct reader *r = arg;

	return (void *)(long)(read(r->fd, r->to, 1) < 0 ? errno : 0);
}

/*
 * The driver copies with its queue's lock held, and what has no descriptor any more is
 * found by nobody who could ask it out of there.
 */
TEST_F(holder, withdrawal_does_not_wait_for_a_page_that_does_not_come)
{
	struct claim withdrawn = { .event = "session-end", .domain = "sensor",
				   .reason = "withdrawn", .program = "tester" };
	struct page page;
	struct reader r;
	pthread_t thread;
	uint64_t begin;

	if (page_withhold(&page))
		SKIP(return, "this kernel has no userfaultfd");
	r.fd = open(self->child.camera, O_RDWR | O_CLOEXEC);
	r.to = page.memory;
	ASSERT_LE(0, r.fd);
	ASSERT_EQ(0, pthread_create(&thread, NULL, read_one, &r));
	ASSERT_TRUE(page_is_wanted(&page, 20000));
	close(r.fd);
	begin = now_ns();
	EXPECT_EQ(0, warden_withdraw("tester", "camera"));
	EXPECT_GT(10000000000, now_ns() - begin);
	EXPECT_FOUND(evidence_of_event(&self->mark, &withdrawn));
	page_give(&page);
	EXPECT_EQ(0, pthread_join(thread, NULL));
}

/* S32: a ring opens and reads as its owner does. */
TEST_F(holder, ring_opens_and_reads_what_its_owner_may)
{
	struct claim denied = refused("no-consent", "tester", 0);
	char byte;
	int fd = uring_open(self->child.camera, O_RDWR);

	if (fd == -ENOSYS)
		SKIP(return, "this kernel has no io_uring");
	ASSERT_LE(0, fd);
	EXPECT_EQ(1, uring_read(fd, &byte, 1));
	ASSERT_EQ(0, warden_withdraw("tester", "camera"));
	EXPECT_EQ(-EACCES, uring_read(fd, &byte, 1));
	self->mark = evidence_mark();
	EXPECT_EQ(-EACCES, uring_open(self->child.camera, O_RDWR));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	close(fd);
}

TEST_HARNESS_MAIN
