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
#include "lib/handing.h"
#include "lib/page.h"
#include "lib/surface.h"
#include "lib/times.h"
#include "lib/uring.h"

#define STATEMENTS                                                                                 \
	"program tester { path \"%s\"; }\n"                                                        \
	"purpose door \"Show who is at the door\";\n"                                              \
	"default sensor deny;\n"                                                                   \
	"allow tester use camera for door with consent;\n"

/* What a child is told to do, a byte each; it answers each with a byte, its errno. */
enum deed { OPEN = 'o', TAKE = 't', APART = 'p', MAP = 'm', CLOSE = 'c', DUMPABLE = 'd', ABORT = 'a' };

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

static int do_deed(enum deed deed, const char *node, struct camera *c, int talk)
{
	switch (deed) {
	case OPEN:
		return -camera_open(c, node);
	case TAKE:
		return handing_receive(talk) < 0 ? EBADF : 0;
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
		char answer = (char)do_deed((enum deed)deed, node, &c, talk);

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
	struct claim denied = refused("session-held", warden_self(), 2);

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

struct reader {
	int fd;
	void *to;
};

static void *read_one(void *arg)
{
	const struct reader *r = arg;

	return (void *)(long)(read(r->fd, r->to, 1) < 0 ? errno : 0);
}

/* A reader with a descriptor of its own: 0 or the errno of its open. */
static int open_reader(struct reader *r, const char *camera, const struct page *page)
{
	r->fd = open(camera, O_RDWR | O_CLOEXEC);
	r->to = page->memory;
	return r->fd < 0 ? errno : 0;
}

/* It stops inside the driver, with its lock held, and nobody else has its descriptor. */
static bool stop_reading(struct reader *r, struct page *page, pthread_t *thread)
{
	return !pthread_create(thread, NULL, read_one, r) && page_is_wanted(page, 20000) && !close(r->fd);
}

/* Seconds a withdrawal took, less a fraction. */
static unsigned int withdraw_meanwhile(void)
{
	const uint64_t begin = now_ns();

	return warden_withdraw("tester", "camera") ? UINT32_MAX :
						      (unsigned int)((now_ns() - begin) / 1000000000);
}

static int go_on_reading(struct page *page, pthread_t thread)
{
	page_give(page);
	return pthread_join(thread, NULL);
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

	if (page_withhold(&page))
		SKIP(return, "this kernel has no userfaultfd");
	ASSERT_EQ(0, open_reader(&r, self->child.camera, &page));
	ASSERT_TRUE(stop_reading(&r, &page, &thread));
	EXPECT_GT(10, withdraw_meanwhile());
	EXPECT_FOUND(evidence_of_event(&self->mark, &withdrawn));
	EXPECT_EQ(0, go_on_reading(&page, thread));
}

/* Sessions of the child's, each of whose ends needs the lock that a reader holds. */
#define HELD_UP 60

/* What ends together waits together: it would take twelve seconds if each waited for itself. */
TEST_F(holder, withdrawal_waits_once_for_many_that_are_held_up)
{
	struct page page;
	struct reader r;
	pthread_t thread;
	int i;

	if (page_withhold(&page))
		SKIP(return, "this kernel has no userfaultfd");
	ASSERT_EQ(0, open_reader(&r, self->child.camera, &page));
	for (i = 0; i < HELD_UP; i++)
		ASSERT_EQ(0, holder_do(&self->child, OPEN));
	ASSERT_TRUE(stop_reading(&r, &page, &thread));
	EXPECT_GT(10, withdraw_meanwhile());
	EXPECT_EQ(0, go_on_reading(&page, thread));
}

/* A table of descriptors that is walked as far as this, by threads that share it. */
#define FAR	500000
#define THREADS 200

static void *wait_here(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static int start_threads(void)
{
	pthread_attr_t small;
	pthread_t thread;
	int i, err = pthread_attr_init(&small) ?: pthread_attr_setstacksize(&small, 262144);

	for (i = 0; !err && i < THREADS; i++)
		err = pthread_create(&thread, &small, wait_here, NULL);
	return err;
}

TEST_F(holder, with_many_threads_and_descriptors_loses_the_camera_in_time)
{
	const struct rlimit room = { FAR + 1, FAR + 1 };
	struct times times = { .rounds = 0 };
	uint64_t command;
	int fd;

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &room));
	fd = open(self->child.camera, O_RDWR | O_CLOEXEC);
	ASSERT_LE(0, fd);
	ASSERT_EQ(FAR, dup3(fd, FAR, O_CLOEXEC));
	ASSERT_EQ(0, start_threads());
	command = now_ns();
	ASSERT_EQ(0, warden_withdraw("tester", "camera"));
	times_add(&times, &self->mark, command, command);
	EXPECT_IN_TIME(&times, "a process of many threads and descriptors");
	close(FAR);
	close(fd);
}

static long module_references(void)
{
	FILE *f = fopen("/sys/module/warden/refcnt", "r");
	long n = -1;

	if (f && fscanf(f, "%ld", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

/* Sessions of one thread, which is asked once for all of them. */
#define OF_ONE 5

/* It was asked out of a call it may be in: who waits for it when the module goes would hang. */
TEST_F(holder, that_is_stopped_keeps_the_module_until_it_goes_on)
{
	long before;
	int i;

	for (i = 0; i < OF_ONE; i++)
		ASSERT_EQ(0, holder_do(&self->child, OPEN));
	ASSERT_EQ(0, kill(self->child.pid, SIGSTOP));
	ASSERT_EQ(self->child.pid, waitpid(self->child.pid, NULL, WUNTRACED));
	ASSERT_EQ(0, warden_withdraw("tester", "camera"));
	before = module_references();
	ASSERT_LT(0, before);
	ASSERT_EQ(0, kill(self->child.pid, SIGCONT));
	for (i = 0; i < 500 && module_references() != before - 1; i++)
		usleep(10000);
	EXPECT_EQ(before - 1, module_references());
}

/* Hand it over a socket, or over execve(), to a program that does nothing with it. */
static int hand_on(int fd, bool over_exec, struct client *c)
{
	const char *other = warden_beside("stranger");
	char number[16];

	if (!over_exec)
		return handing_over(fd, other, c);
	snprintf(number, sizeof(number), "%d", fd);
	fcntl(fd, F_SETFD, 0);
	return client_run(c, ARGV(other, "held", number));
}

/* Either ends it: the one who opened it, and the one it was handed to. */
TEST_F(holder, camera_that_was_handed_on_ends_with_the_consent_of_either)
{
	struct claim withdrawn = { .event = "session-end", .domain = "sensor",
				   .reason = "withdrawn", .program = "tester" };
	struct client c;
	char byte;
	int i, fd;

	ASSERT_LOADED(warden_policy(STATEMENTS "program other { path \"%s\"; }\n"
				    "allow other use camera for door with consent;\n",
				    warden_self(), warden_beside("stranger")));
	for (i = 0; i < 4; i++) {
		self->mark = evidence_mark();
		if (i)
			ASSERT_EQ(0, warden_grant("tester", "camera", "door"));
		ASSERT_EQ(0, warden_grant("other", "camera", "door"));
		fd = open(self->child.camera, O_RDWR | O_CLOEXEC);
		ASSERT_LE(0, fd);
		EXPECT_EQ(0, hand_on(fd, i % 2, &c));
		EXPECT_STREQ("ok\n", c.text);
		client_end(&c);
		EXPECT_EQ(1, read(fd, &byte, 1));
		ASSERT_EQ(0, warden_withdraw(i < 2 ? "other" : "tester", "camera"));
		EXPECT_EQ(-1, read(fd, &byte, 1));
		EXPECT_EQ(EACCES, errno);
		EXPECT_FOUND(evidence_of_event(&self->mark, &withdrawn));
		close(fd);
		warden_withdraw_all();
	}
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
