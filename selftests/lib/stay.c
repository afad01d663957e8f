// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bpf.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"
#include "stay.h"

#define STEP_US 50000
#define STEPS	1200 /* a minute */
#define TICKS	10
#define ASKS	32

#define GROUPS "/sys/fs/cgroup"
#define SLOWED GROUPS "/warden-slowed"
#define SHARE  "1000 100000" /* of a tenth of a second, in microseconds */

#define TRACING "/sys/kernel/tracing"
#define SHUT_MS 2500 /* until the trace ends, as far as it can */

/*
 * Asks for the time, often, so that to run it as often as can be asked for takes hours; and passes. Between two such
 * calls the kernel may sleep.
 */
static int load_program(void)
{
	static struct bpf_insn code[ASKS + 2];
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_XDP,
				.insn_cnt = ASKS + 2,
				.insns = (uintptr_t)code,
				.license = (uintptr_t) "GPL" };
	int i;

	for (i = 0; i < ASKS; i++)
		code[i] = (struct bpf_insn){ .code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_ktime_get_ns };
	code[i++] = (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_PASS };
	code[i] = (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT };
	return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

static bool have_device(const char *device, __u32 *index)
{
	char command[64];

	snprintf(command, sizeof(command), "ip link add %s type dummy", device);
	if (unshare(CLONE_NEWNET) || !client_shell(command))
		return false;
	*index = if_nametoindex(device);
	return *index;
}

/* In a child: runs the program for a packet of the device, again and again, which holds the device.
 */
static void stay(const char *device, int ready)
{
	static unsigned char packet[64];
	struct xdp_md context = { .data_end = sizeof(packet) };
	union bpf_attr attr = { .test = { .data_in = (uintptr_t)packet,
					  .data_size_in = sizeof(packet),
					  .ctx_in = (uintptr_t)&context,
					  .ctx_size_in = sizeof(context),
					  .repeat = UINT32_MAX } };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (device && !have_device(device, &context.ingress_ifindex))
		_exit(1);
	attr.test.prog_fd = (__u32)load_program();
	if (write(ready, "", 1) != 1)
		_exit(1);
	while (!syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, sizeof(attr)))
		;
	_exit(1);
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

static bool stays(pid_t pid)
{
	unsigned long before = ran(pid);
	int i;

	for (i = 0; i < STEPS && ran(pid) < before + TICKS; i++)
		usleep(STEP_US);
	return ran(pid) >= before + TICKS;
}

static bool put(const char *path, const char *word)
{
	FILE *f = fopen(path, "we");
	bool is = f && fputs(word, f) >= 0;

	return f && !fclose(f) && is;
}

static bool join(const char *group, pid_t pid)
{
	char path[64], who[16];

	snprintf(path, sizeof(path), "%s/cgroup.procs", group);
	snprintf(who, sizeof(who), "%d", pid);
	return put(path, who);
}

void stay_slow(pid_t pid)
{
	put(GROUPS "/cgroup.subtree_control", "+cpu");
	mkdir(SLOWED, 0755);
	if (put(SLOWED "/cpu.max", SHARE))
		join(SLOWED, pid);
}

pid_t stay_start(const char *device)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready))
		return -1;
	fflush(stdout);
	pid = fork();
	if (!pid)
		stay(device, ready[1]);
	close(ready[1]);
	if (pid > 0 && (read(ready[0], &byte, 1) != 1 || !stays(pid))) {
		stay_end(pid);
		pid = -1;
	}
	if (pid > 0)
		stay_slow(pid);
	close(ready[0]);
	return pid;
}

void stay_end(pid_t pid)
{
	if (pid <= 0)
		return;
	kill(pid, SIGKILL);
	join(GROUPS, pid); /* to end it needs more than its share */
	waitpid(pid, NULL, 0);
	rmdir(SLOWED);
}

bool stay_is_waited_for(void)
{
	return client_shell("grep -qw synchronize_rcu_tasks /proc/kallsyms");
}

bool stay_can_shut(void)
{
	return !access(TRACING, F_OK) && stay_is_waited_for();
}

static bool begin_trace(void)
{
	return client_shell("cd " TRACING
			    " && { mountpoint -q . || mount -t tracefs tracefs .; } && "
			    "cd " TRACING " && mkdir -p instances/warden && cd instances/warden && "
			    "echo ksys_sync >set_ftrace_filter && echo function >current_tracer");
}

static bool end_trace(struct client *trace)
{
	return !client_start(trace, ARGV("sh", "-c",
					 "cd " TRACING "/instances && "
					 "echo nop >warden/current_tracer && rmdir warden"));
}

pid_t stay_shut(struct client *trace)
{
	pid_t pid = begin_trace() ? stay_start(NULL) : -1;

	if (pid > 0 && !end_trace(trace)) {
		stay_end(pid);
		return -1;
	}
	if (pid > 0)
		client_wait(trace, SHUT_MS);
	return pid;
}
