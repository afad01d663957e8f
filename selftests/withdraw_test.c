// SPDX-License-Identifier: GPL-2.0-only
/*
 * A consent that is taken back ends what a process has of a camera, in time, whatever holds the
 * process up, however much it has, and whoever else it gave it to.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "lib/camera.h"
#include "lib/handing.h"
#include "lib/holding.h"
#include "lib/page.h"
#include "lib/times.h"
#include "lib/uring.h"

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

	ASSERT_LOADED(warden_policy(HOLDER_STATEMENTS "program other { path \"%s\"; }\n"
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
	struct claim denied = { .domain = "sensor", .reason = "no-consent", .program = "tester",
				.object = CAMERA_TOPOLOGY };
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
