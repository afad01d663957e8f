// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/kexec.h>
#include <linux/perf_event.h>
#include <linux/serial.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "client.h"
#include "surface.h"
#include "warden.h"

#define FREE_PORT 0x2e8 /* where a fourth line would be */

int surface_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int err = fd < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return err == ENODEV || err == ENXIO || err == EIO ? ENOENT : err;
}

static int try_debugfs(void)
{
	return surface_open(SURFACE_DEBUGFS, O_RDONLY | O_DIRECTORY);
}

static int try_tracefs(void)
{
	return surface_open(SURFACE_TRACEFS "/trace", O_RDONLY);
}

static int try_kprobes(void)
{
	return surface_open(SURFACE_TRACEFS "/kprobe_events", O_RDONLY);
}

static int try_memory(void)
{
	return surface_open("/dev/mem", O_RDONLY);
}

static int try_kcore(void)
{
	return surface_open("/proc/kcore", O_RDONLY);
}

static int try_msr(void)
{
	return surface_open("/dev/cpu/0/msr", O_RDONLY);
}

static int try_serial(void)
{
	int err = surface_open("/dev/ttyS0", O_RDONLY);

	return err == ENOENT ? surface_open("/dev/ttyAMA0", O_RDONLY) : err;
}

static int try_sysrq(void)
{
	return surface_open("/proc/sysrq-trigger", O_WRONLY);
}

static int try_gadget(void)
{
	static const char path[] = SURFACE_GADGETS "/test";

	if (mkdir(path, 0700))
		return errno == EPERM ? ENOENT : errno; /* configfs is there and has no gadgets */
	rmdir(path);
	return 0;
}

static int end_fd(long fd)
{
	if (fd < 0)
		return errno;
	close((int)fd);
	return 0;
}

int surface_perf(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
					.config = PERF_COUNT_SW_CPU_CLOCK };

	return end_fd(syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC));
}

/* return 0; */
int surface_bpf(void)
{
	const struct bpf_insn code[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K },
					 { .code = BPF_JMP | BPF_EXIT } };
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER, .insn_cnt = 2,
				.insns = (uintptr_t)code, .license = (uintptr_t)"GPL" };

	return end_fd(syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)));
}

/* Takes out what kernel there is to be started: none. */
int surface_kexec(void)
{
	return syscall(SYS_kexec_load, 0, 0, NULL, 0) ? errno : 0;
}

/* A file that is no kernel: refused by the kernel once it was read. */
int surface_kexec_file(void)
{
	int fd = open(warden_self(), O_RDONLY | O_CLOEXEC), err;

	err = syscall(SYS_kexec_file_load, fd, -1, 0UL, NULL, KEXEC_FILE_NO_INITRAMFS) ? errno : 0;
	close(fd);
	return err == ENOEXEC || err == EINVAL ? 0 : err;
}

/* return 0; of a kind that leads packets or sockets elsewhere. */
static int load_program(__u32 type, __u32 attach)
{
	const struct bpf_insn code[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K },
					 { .code = BPF_JMP | BPF_EXIT } };
	union bpf_attr attr = { .prog_type = type, .insn_cnt = 2, .insns = (uintptr_t)code,
				.expected_attach_type = attach, .license = (uintptr_t)"GPL" };

	return end_fd(syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)));
}

static int try_xdp(void)
{
	return load_program(BPF_PROG_TYPE_XDP, 0);
}

static int try_classifier(void)
{
	return load_program(BPF_PROG_TYPE_SCHED_CLS, 0);
}

static int try_socket_lookup(void)
{
	int err = load_program(BPF_PROG_TYPE_SK_LOOKUP, BPF_SK_LOOKUP);

	return err == EINVAL ? 0 : err; /* 0 is no verdict of such a program, the verifier says */
}

static int try_socket_map(void)
{
	return load_program(BPF_PROG_TYPE_SK_SKB, 0);
}

/* Another kernel, with the memory it goes on in, is on the disk that is written there. */
static int try_resume(void)
{
	return surface_open("/sys/power/resume", O_WRONLY);
}

/* To write is not to be let in: what is told to be the port of a line is written to, and may be any. */
static int try_address(void)
{
	int fd = open("/dev/ttyS1", O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), err;
	struct serial_struct before, moved;

	if (fd < 0)
		return errno == EACCES ? EACCES : ENOENT;
	if (ioctl(fd, TIOCGSERIAL, &before)) {
		close(fd);
		return ENOENT;
	}
	moved = before;
	moved.port = FREE_PORT;
	moved.type = PORT_16550A;
	err = ioctl(fd, TIOCSSERIAL, &moved) ? errno : 0;
	if (!err)
		ioctl(fd, TIOCSSERIAL, &before);
	close(fd);
	return err;
}

static int try_ptrace(void)
{
	struct client c;
	int err;

	if (client_start(&c, ARGV("sleep", "60")))
		return ECHILD;
	usleep(100000); /* until it runs another file than we do */
	err = ptrace(PTRACE_ATTACH, c.pid, NULL, NULL) ? errno : 0;
	client_end(&c);
	return err;
}

static const struct surface surfaces[SURFACES_COUNT] = {
	{ "debugfs", try_debugfs },   { "tracefs", try_tracefs },	 { "kprobes", try_kprobes },
	{ "kmem", try_memory },	      { "kmem", try_kcore },		 { "msr", try_msr },
	{ "serial", try_serial },     { "sysrq", try_sysrq },		 { "gadget", try_gadget },
	{ "perf", surface_perf },     { "bpf", surface_bpf },		 { "kexec", surface_kexec },
	{ "ptrace", try_ptrace },     { "kexec", surface_kexec_file },	 { "bpf", try_xdp },
	{ "bpf", try_classifier },    { "bpf", try_socket_lookup },	 { "bpf", try_socket_map },
	{ "kexec", try_resume },      { "kmem", try_address },
};

const struct surface *surface_at(size_t i)
{
	return &surfaces[i];
}

bool surface_may_hibernate(void)
{
	char states[64] = "";
	int fd = open("/sys/power/state", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && read(fd, states, sizeof(states) - 1) < 0)
		states[0] = '\0';
	close(fd);
	return strstr(states, "disk");
}
