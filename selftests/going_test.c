// SPDX-License-Identifier: GPL-2.0-only
/*
 * Networks that go take their time, and any user makes many: no change of the policy, and nothing
 * that waits for one, waits for them. Ports close in those that are there, and in those that come.
 *
 * The wait of a user's is as long as his devices are many. Here it is as long as is needed: a
 * device is in use, and the network it was moved to is let go of.
 */
#include <glob.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/harness.h"
#include "lib/networks.h"
#include "lib/stay.h"

#define CLOSED 7401 /* open to others than the far network */
#define OPEN   7402
#define NONE   "default sensor allow; default protocol allow; default listen allow;\n"
#define POLICY                                                                                     \
	"program tester { path \"%s\"; }\ndefault sensor allow; default protocol allow; default "  \
	"listen deny;\n"                                                                           \
	"allow tester listen tcp 7401 from 198.51.100.0/24;\nallow tester listen tcp 7402;\n"

#define DEVICE	"wgo0"
#define STEP_US 50000
#define STEPS	1200 /* a minute */

/* --- a network that goes, for as long as is needed ----------------------------------------- */

static void have_network(int ready)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNET) || write(ready, "", 1) != 1)
		_exit(1);
	pause();
	_exit(0);
}

static pid_t start_network(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready))
		return -1;
	fflush(stdout);
	pid = fork();
	if (!pid) {
		close(ready[0]);
		have_network(ready[1]);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		pid = -1;
	close(ready[0]);
	return pid;
}

/* Is a network being taken down? A worker of the kernel says what it is at, and `-` where that is
 * over. */
static bool is_one_going(void)
{
	char text[64];
	bool going = false;
	glob_t found;
	size_t i;
	FILE *f;

	if (glob("/proc/[0-9]*/comm", 0, NULL, &found))
		return false;
	for (i = 0; i < found.gl_pathc && !going; i++) {
		f = fopen(found.gl_pathv[i], "re");
		if (f && fgets(text, sizeof(text), f))
			going = strstr(text, "+netns");
		if (f)
			fclose(f);
	}
	globfree(&found);
	return going;
}

static bool begins_to_go(void)
{
	int i;

	for (i = 0; i < STEPS && !is_one_going(); i++)
		usleep(STEP_US);
	return is_one_going();
}

/* The process that keeps a network from being gone, until it is killed; -1 where that cannot be
 * had. */
static pid_t let_go(void)
{
	pid_t user = stay_start(DEVICE), network = start_network();
	char command[128];

	snprintf(command, sizeof(command), "nsenter -t %d -n ip link set " DEVICE " netns %d", user,
		 network);
	if (user > 0 && network > 0 && client_shell(command)) {
		stay_end(network);
		if (begins_to_go())
			return user;
		network = -1;
	}
	stay_end(network);
	stay_end(user);
	return -1;
}

/* --- meanwhile -----------------------------------------------------------------------------------
 */

/* What holds the device here stays in the kernel, and while it does the kernel lets no program go.
 */
static bool hooks_are_settled(void)
{
	int i;

	for (i = 0; i < STEPS && warden_status("attached") != warden_status("wanted"); i++)
		usleep(STEP_US);
	return warden_status("attached") == warden_status("wanted");
}

FIXTURE(going)
{
	struct networks net;
	pid_t holder;
};

FIXTURE_SETUP(going)
{
	ASSERT_LOADED(warden_policy(NONE));
	ASSERT_TRUE(hooks_are_settled());
	ASSERT_TRUE(networks_make(&self->net, false));
	self->holder = -1;
}

FIXTURE_TEARDOWN(going)
{
	stay_end(self->holder);
	networks_end(&self->net);
	warden_load(warden_policy("\n"));
}

static int switch_camera(void)
{
	return warden_ctl(ARGV("sensor", "switch", "camera", "off"))
		       ?: warden_ctl(ARGV("sensor", "switch", "camera", "on"));
}

TEST_F(going, networks_let_a_policy_close_ports_at_once)
{
	int closed = networks_serve(self->net.near, SOCK_STREAM, CLOSED);
	int open = networks_serve(self->net.near, SOCK_STREAM, OPEN);
	struct networks later;

	ASSERT_LE(0, closed);
	ASSERT_LE(0, open);
	EXPECT_EQ(0, networks_reach(self->net.far, NEAR4, CLOSED, 20000));
	self->holder = let_go();
	if (self->holder < 0)
		SKIP(return, "this kernel has no device that a program can hold");
	ASSERT_LOADED(warden_policy(POLICY, warden_self()));
	EXPECT_EQ(0, switch_camera());
	EXPECT_EQ(0, networks_reach(self->net.far, NEAR4, OPEN, 20000));
	EXPECT_EQ(ETIMEDOUT, networks_reach(self->net.far, NEAR4, CLOSED, 1000));
	EXPECT_TRUE(is_one_going());

	/* One that comes has the hooks, too. */
	ASSERT_TRUE(networks_make(&later, false));
	close(closed);
	close(open);
	closed = networks_serve(later.near, SOCK_STREAM, CLOSED);
	open = networks_serve(later.near, SOCK_STREAM, OPEN);
	EXPECT_EQ(0, networks_reach(later.far, NEAR4, OPEN, 20000));
	EXPECT_EQ(ETIMEDOUT, networks_reach(later.far, NEAR4, CLOSED, 1000));
	networks_end(&later);
	close(closed);
	close(open);
}

/* Hooks of netfilter in the network of the test; -1 where the kernel does not list them. */
static int count_hooks(void)
{
	struct client c;
	const char *at;
	int nr = 0;

	if (client_run(&c, ARGV("nft", "list", "hooks", "ip")) || !strstr(c.text, "hook"))
		nr = -1;
	for (at = c.text; nr >= 0 && (at = strstr(at, "[warden]")); at++)
		nr++;
	client_end(&c);
	return nr;
}

/* They outlast the policy by two seconds, and go in a change of their own. */
TEST_F(going, networks_let_the_hooks_go_and_nobody_waits)
{
	int i;

	ASSERT_LOADED(warden_policy(POLICY, warden_self()));
	if (count_hooks() < 0)
		SKIP(return, "this kernel does not list hooks of netfilter");
	EXPECT_LT(0, count_hooks());
	self->holder = let_go();
	if (self->holder < 0)
		SKIP(return, "this kernel has no device that a program can hold");
	ASSERT_LOADED(warden_policy(NONE));
	for (i = 0; i < STEPS && count_hooks(); i++)
		usleep(STEP_US);
	EXPECT_EQ(0, count_hooks());
	EXPECT_EQ(0, switch_camera());
	ASSERT_LOADED(warden_policy(POLICY, warden_self()));
	EXPECT_LT(0, count_hooks());
	EXPECT_TRUE(is_one_going());
}

TEST_HARNESS_MAIN
