// SPDX-License-Identifier: GPL-2.0-only
/*
 * Networks that go take their time, and any user makes many: no change of the policy, and nothing
 * that waits for one, waits for them. Ports close in those that are there, and in those that come.
 *
 * The wait of a user's is as long as his devices are many. Here it is as long as is needed: a
 * device is in use, and the network it was moved to is let go of.
 */
#include <glob.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/harness.h"
#include "lib/networks.h"

#define CLOSED 7401 /* open to others than the far network */
#define OPEN   7402
#define POLICY                                                                                     \
	"program tester { path \"%s\"; }\ndefault sensor allow; default protocol allow; default "  \
	"listen deny;\n"                                                                           \
	"allow tester listen tcp 7401 from 198.51.100.0/24;\nallow tester listen tcp 7402;\n"

#define DEVICE	"wgo0"
#define STEP_US 50000
#define STEPS	1200 /* a minute */

/* --- a network that goes, for as long as is needed ----------------------------------------- */

/* return XDP_PASS; */
static int load_program(void)
{
	const struct bpf_insn code[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_PASS },
					 { .code = BPF_JMP | BPF_EXIT } };
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_XDP,
				.insn_cnt = 2,
				.insns = (uintptr_t)code,
				.license = (uintptr_t) "GPL" };

	return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

/* In a child: runs for a packet of a device of its own, again and again, which holds the device. */
static void use_device(int ready)
{
	static unsigned char packet[64];
	struct xdp_md context = { .data_end = sizeof(packet) };
	union bpf_attr attr = { .test = { .data_in = (uintptr_t)packet,
					  .data_size_in = sizeof(packet),
					  .ctx_in = (uintptr_t)&context,
					  .ctx_size_in = sizeof(context),
					  .repeat = UINT32_MAX } };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNET) || !client_shell("ip link add " DEVICE " type dummy"))
		_exit(1);
	context.ingress_ifindex = if_nametoindex(DEVICE);
	attr.test.prog_fd = (__u32)load_program();
	if (write(ready, "", 1) != 1)
		_exit(1);
	for (;;)
		syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr));
}

static void have_network(int ready)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNET) || write(ready, "", 1) != 1)
		_exit(1);
	pause();
	_exit(0);
}

static pid_t start(void (*what)(int ready))
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
		what(ready[1]);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		pid = -1;
	close(ready[0]);
	return pid;
}

static void end(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Ticks it ran in the kernel. */
static unsigned long ran(pid_t pid)
{
	unsigned long ticks = 0;
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (f && fscanf(f, "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %lu",
			&ticks) != 1)
		ticks = 0;
	if (f)
		fclose(f);
	return ticks;
}

static bool runs_for_a_while(pid_t pid)
{
	unsigned long before = ran(pid);
	int i;

	for (i = 0; i < STEPS && ran(pid) < before + 10; i++)
		usleep(STEP_US);
	return ran(pid) >= before + 10;
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
	pid_t user = start(use_device), network = start(have_network);
	char command[128];

	snprintf(command, sizeof(command), "nsenter -t %d -n ip link set " DEVICE " netns %d", user,
		 network);
	if (user > 0 && network > 0 && runs_for_a_while(user) && client_shell(command)) {
		end(network);
		if (begins_to_go())
			return user;
		network = -1;
	}
	end(network);
	end(user);
	return -1;
}

/* --- meanwhile -----------------------------------------------------------------------------------
 */

FIXTURE(going)
{
	struct networks net;
	pid_t holder;
};

FIXTURE_SETUP(going)
{
	ASSERT_LOADED(warden_policy(
		"default sensor allow; default protocol allow; default listen allow;\n"));
	ASSERT_TRUE(networks_make(&self->net, false));
	self->holder = -1;
}

FIXTURE_TEARDOWN(going)
{
	end(self->holder);
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

TEST_HARNESS_MAIN
