// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program is attached while something needs its hook: from before that is in
 * force until some time after, and no longer. While it is, it is called.
 */
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/warden.h>
#include <netinet/in.h>
#include <sys/syscall.h>

#include "lib/harness.h"
#include "lib/stay.h"

#define CONNECT	   (UINT64_C(1) << WARDEN_HOOK_SOCKET_CONNECT)
#define EXEC	   (UINT64_C(1) << WARDEN_HOOK_BPRM_CHECK)
#define SHUT	   "default connect deny;\n"
#define OPEN	   "default connect allow;\n"
#define NEXT	   "/tmp/next.policy"
#define LET_GO_MS  60000
#define LINKS_MAX  64
#define FTRACE	   "/proc/sys/kernel/ftrace_enabled"
#define LONGER_MS  2500 /* than it takes to be let go */

static bool is_attached(uint64_t hook)
{
	return warden_status("attached") & hook;
}

/* Within some seconds, is what is attached what is wanted, and none of these among it? */
static bool goes(uint64_t hooks)
{
	uint64_t until = now_ns() + LET_GO_MS * UINT64_C(1000000), wanted = warden_status("wanted");

	while (warden_status("attached") != wanted && now_ns() < until)
		usleep(50000);
	return warden_status("attached") == wanted && !(wanted & hooks);
}

static int connect_errno(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = connect(fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0;

	close(fd);
	return err;
}

/* Load a policy of these statements with an option of its own; gives the exit status. */
static int load_with(const char *statements, const char *option, const char *value)
{
	if (!warden_write(NEXT, warden_policy("%s", statements)))
		return -1;
	if (!value)
		return warden_ctl(ARGV("policy", "load", option, NEXT));
	return warden_ctl(ARGV("policy", "load", "--force", option, value, NEXT));
}

/* This process was refused port 9, once. */
static struct claim refused(void)
{
	return (struct claim){ .domain = "connect", .program = warden_self(), .object = "127.0.0.1",
			       .pid = getpid(), .times = 1 };
}

FIXTURE(hooks)
{
	struct claim denied;
	struct mark mark;
};

FIXTURE_SETUP(hooks)
{
	ASSERT_LOADED(warden_policy(OPEN));
	ASSERT_TRUE(goes(CONNECT | EXEC));
	self->denied = refused();
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(hooks)
{
	warden_ctl(ARGV("policy", "confirm", "--revert"));
	warden_ctl(ARGV("policy", "drop", "shadow"));
}

TEST_F(hooks, are_attached_when_a_load_returns_and_let_go_when_nothing_needs_them)
{
	EXPECT_EQ(warden_status("wanted"), warden_status("attached"));
	EXPECT_EQ(0, connect_errno());
	ASSERT_LOADED(warden_policy(SHUT));
	EXPECT_TRUE(is_attached(CONNECT));
	EXPECT_EQ(EACCES, connect_errno());
	EXPECT_FOUND(evidence_of_denial(&self->mark, &self->denied));
	ASSERT_LOADED(warden_policy(OPEN));
	EXPECT_EQ(0, connect_errno());
	EXPECT_TRUE(goes(CONNECT));
	EXPECT_EQ(warden_status("wanted"), warden_status("attached"));
	EXPECT_EQ(0, connect_errno());
}

TEST_F(hooks, of_a_policy_that_may_come_back_stay)
{
	ASSERT_LOADED(warden_policy(SHUT));
	ASSERT_EQ(0, load_with(OPEN, "--confirm", "60"));
	EXPECT_EQ(0, connect_errno());
	usleep(LONGER_MS * 1000);
	EXPECT_TRUE(is_attached(CONNECT));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "confirm", "--revert")));
	EXPECT_EQ(EACCES, connect_errno());
	EXPECT_FOUND(evidence_of_denial(&self->mark, &self->denied));
}

TEST_F(hooks, of_a_policy_in_shadow_are_attached)
{
	ASSERT_EQ(0, load_with(SHUT, "--shadow", NULL));
	EXPECT_TRUE(is_attached(CONNECT));
	EXPECT_EQ(0, connect_errno());
	EXPECT_FOUND(evidence_of_event(&self->mark, &(struct claim){
		.event = "shadow", .domain = "connect", .object = "127.0.0.1",
		.observed = true }));
	ASSERT_EQ(0, warden_ctl(ARGV("policy", "drop", "shadow")));
	EXPECT_TRUE(goes(CONNECT));
}

TEST_F(hooks, that_quarantine_needs_are_attached)
{
	ASSERT_EQ(0, warden_ctl(ARGV("quarantine", "add", warden_beside("stranger"))));
	EXPECT_TRUE(is_attached(EXEC));
	ASSERT_EQ(0, warden_ctl(ARGV("quarantine", "remove", warden_beside("stranger"))));
	EXPECT_TRUE(goes(EXEC));
}

/* All links there are, by descriptor; how many. */
static unsigned int hold_links(int held[LINKS_MAX])
{
	union bpf_attr next = { 0 };
	unsigned int n = 0;

	while (n < LINKS_MAX && !syscall(SYS_bpf, BPF_LINK_GET_NEXT_ID, &next, sizeof(next))) {
		union bpf_attr get = { .link_id = next.next_id };

		held[n] = (int)syscall(SYS_bpf, BPF_LINK_GET_FD_BY_ID, &get, sizeof(get));
		n += held[n] >= 0;
		next.start_id = next.next_id;
	}
	return n;
}

TEST_F(hooks, whose_links_root_holds_are_not_lost_to_us)
{
	int held[LINKS_MAX];
	unsigned int n;

	ASSERT_LOADED(warden_policy(SHUT));
	n = hold_links(held);
	EXPECT_LT(0, n);
	ASSERT_LOADED(warden_policy(OPEN));
	usleep(LONGER_MS * 1000);
	EXPECT_TRUE(is_attached(CONNECT));
	EXPECT_EQ(0, connect_errno());
	ASSERT_LOADED(warden_policy(SHUT));
	while (n)
		close(held[--n]);
	EXPECT_EQ(EACCES, connect_errno());
	EXPECT_FOUND(evidence_of_denial(&self->mark, &self->denied));
}

/*
 * The kernel lets a program go under locks that it takes to attach one, and waits meanwhile for
 * each task to sleep or to leave it.
 */
TEST_F(hooks, stay_while_a_task_stays_in_the_kernel_and_others_are_attached)
{
	pid_t stays;
	int i;

	ASSERT_LOADED(warden_policy(SHUT));
	stays = stay_start(NULL);
	ASSERT_LT(0, stays);
	for (i = 0; i < 2; i++) {
		ASSERT_LOADED(warden_policy(OPEN));
		EXPECT_EQ(0, connect_errno());
		usleep(LONGER_MS * 1000);
		ASSERT_EQ(0, warden_ctl(ARGV("quarantine", "add", warden_beside("stranger"))));
		EXPECT_TRUE(is_attached(EXEC));
		ASSERT_EQ(0, warden_ctl(ARGV("quarantine", "remove", warden_beside("stranger"))));
		ASSERT_LOADED(warden_policy(SHUT));
		EXPECT_EQ(EACCES, connect_errno());
	}
	ASSERT_LOADED(warden_policy(OPEN));
	stay_end(stays);
	EXPECT_TRUE(goes(CONNECT | EXEC));
}

static int write_errno(const char *path, const char *word)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = fd < 0 || write(fd, word, strlen(word)) < 0 ? errno : 0;

	close(fd);
	return err;
}

/* No capability is asked for that, and no hook of ours hears of it. */
TEST_F(hooks, are_called_as_root_cannot_switch_ftrace_off)
{
	ASSERT_LOADED(warden_policy(SHUT));
	EXPECT_EQ(EBUSY, write_errno(FTRACE, "0"));
	EXPECT_EQ(EACCES, connect_errno());
	EXPECT_FOUND(evidence_of_denial(&self->mark, &self->denied));
	write_errno(FTRACE, "1");
}

TEST_HARNESS_MAIN
