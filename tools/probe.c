// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __x86_64__
#include <sys/io.h>
#endif
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/bpf.h>
#include <linux/if_tun.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <linux/prctl.h>
#include <linux/sctp.h>

#include "probe.h"

#define CANARY_NODE "/dev/warden-canary"
/* Longer than the head of an ELF file: less is refused before any hook. */
#define CANARY_TEXT                                                                                \
	"This file is the canary of Warden. It is no program and no module, so that whatever "     \
	"takes it for one gives it back.\n"

/* The errno of a call that gave @value. */
static int outcome(long value)
{
	return value < 0 ? errno : 0;
}

static int close_with(int fd, int err)
{
	close(fd);
	return err;
}

/* Run @fn in a child, which ends with the errno it gives. */
static int in_child(int (*fn)(void))
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (!pid)
		_exit(fn());
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return -ECHILD;
	return WEXITSTATUS(status);
}

/* A file of a few bytes that has no name and is nothing that could run. */
static int canary_file(void)
{
	int fd = memfd_create("warden-canary", MFD_CLOEXEC);

	if (fd >= 0 && write(fd, CANARY_TEXT, strlen(CANARY_TEXT)) < 0)
		return close_with(fd, -1);
	return fd;
}

static int open_sensor(void)
{
	int fd = open(CANARY_NODE, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT ? -ENOENT : errno;
	return close_with(fd, 0);
}

/* Hands a descriptor to itself: /dev/null, so that its own open is no matter. */
static int receive_descriptor(void)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	char byte = 0;
	struct iovec data = { &byte, 1 };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	int pair[2], fd = open("/dev/null", O_RDONLY | O_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair))
		return close_with(fd, -errno);
	control.head = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(fd)),
					 .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
	memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	err = sendmsg(pair[0], &message, 0) < 0 ? -errno :
						  outcome(recvmsg(pair[1], &message, 0));
	if (!err && control.head.cmsg_len == CMSG_LEN(sizeof(fd))) {
		memcpy(&fd, CMSG_DATA(&control.head), sizeof(fd));
		close(fd);
	}
	close(pair[1]);
	return close_with(pair[0], err);
}

/* Its text is no program's, so where it may run, ENOEXEC is what comes of it. */
static int run_canary(void)
{
	char *const argv[] = { (char *)"warden-canary", NULL };
	int fd = canary_file();

	if (fd < 0)
		return EIO;
	syscall(SYS_execveat, fd, "", argv, environ, AT_EMPTY_PATH);
	return errno == ENOEXEC ? 0 : errno;
}

static int execute_file(void)
{
	return in_child(run_canary);
}

static int run_oneself(void)
{
	char *const argv[] = { (char *)"wardenctl", (char *)"--version", NULL };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null >= 0)
		dup2(null, STDOUT_FILENO);
	execv("/proc/self/exe", argv);
	return errno;
}

static int start_program(void)
{
	return in_child(run_oneself);
}

/* What is no module is refused by the loader in the end; whether it was read is what counts. */
static int module_outcome(long value)
{
	int err = outcome(value);

	return err == ENOEXEC || err == EBADMSG || err == ENOKEY ? 0 : err == EPERM ? -EPERM : err;
}

static int load_module_file(void)
{
	int fd = canary_file();

	if (fd < 0)
		return -errno;
	return close_with(fd, module_outcome(syscall(SYS_finit_module, fd, "", 0)));
}

static int load_module_memory(void)
{
	return module_outcome(syscall(SYS_init_module, CANARY_TEXT, strlen(CANARY_TEXT), ""));
}

static int bind_loopback(int fd)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	return outcome(bind(fd, (struct sockaddr *)&address, sizeof(address)));
}

static int receive_port(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : close_with(fd, bind_loopback(fd));
}

/*
 * At any port there is, so in a network of its own that nobody reaches; a kernel without such networks has
 * it in its only one, for as long as it takes to end the child.
 */
static int listen_unbound(void)
{
	int fd;

	if (unshare(CLONE_NEWNET) && errno != EINVAL)
		return errno;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return fd < 0 ? errno : close_with(fd, outcome(listen(fd, 1)));
}

/* Where nobody may bind, the hook is reached by a socket that is not bound. */
static int listen_port(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	err = bind_loopback(fd);
	if (err)
		return close_with(fd, err == EACCES ? in_child(listen_unbound) : -err);
	return close_with(fd, outcome(listen(fd, 1)));
}

/* The hook is asked before TCP says that the socket does not listen. */
static int accept_nothing(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	err = accept(fd, NULL, NULL) < 0 ? errno : 0;
	return close_with(fd, err == EINVAL ? 0 : -err);
}

/* The port of discard, RFC 863: nothing need be there. */
static struct sockaddr_in discard_at_loopback(void)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(9),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int connect_port(void)
{
	struct sockaddr_in address = discard_at_loopback();
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno :
			close_with(fd, outcome(connect(fd, (struct sockaddr *)&address,
						       sizeof(address))));
}

static int send_to_port(void)
{
	struct sockaddr_in address = discard_at_loopback();
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno :
			close_with(fd, outcome(sendto(fd, "", 0, 0, (struct sockaddr *)&address,
						      sizeof(address))));
}

static int make_socket(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return fd < 0 ? errno : close_with(fd, 0);
}

static int forge_program(void)
{
	return outcome(prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, -1, 0, 0));
}

static int mount_and_unmount(void)
{
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("warden-canary", "/dev", "tmpfs", 0, NULL))
		return errno;
	return umount2("/dev", 0) ? errno : 0;
}

static int unmount(void)
{
	int err = in_child(mount_and_unmount);

	return err > 0 ? -err : err;
}

/*
 * By the name of an interface there is not, on a kind of socket that no policy closes. That no module
 * has it is what comes of it either way; whether it was asked for counts.
 */
static int request_module(void)
{
	struct ifreq interface = { .ifr_name = "warden-none" };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	return close_with(fd, ioctl(fd, SIOCGIFFLAGS, &interface) ? errno : 0);
}

/* What is too short to be a program is refused by the kernel in the end. */
static int load_bpf(void)
{
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER };
	long fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));

	if (fd >= 0)
		return close_with((int)fd, 0);
	return errno == EINVAL || errno == E2BIG || errno == EFAULT ? 0 : errno;
}

/* Of two instructions, which do nothing; refused as a debug surface it comes not so far. */
static int load_checked_bpf(void)
{
	struct bpf_insn nothing_done[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
				.insns = (uint64_t)(uintptr_t)nothing_done,
				.insn_cnt = 2,
				.license = (uint64_t)(uintptr_t)"GPL" };
	long fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));

	if (fd >= 0)
		return close_with((int)fd, 0);
	return errno == EACCES || errno == EPERM ? WARDEN_TRIAL_ABSENT : -errno;
}

static int open_counter(uint64_t sample)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE,
					.size = sizeof(attr),
					.config = PERF_COUNT_SW_CONTEXT_SWITCHES,
					.sample_type = sample,
					/* no register at all is refused before anybody is asked */
					.sample_regs_intr = sample & PERF_SAMPLE_REGS_INTR ? 1 : 0,
					.exclude_kernel = 1 };

	return (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static int count_switches(void)
{
	int fd = open_counter(0);

	return fd < 0 ? errno : close_with(fd, 0);
}

static int wait_to_be_killed(void)
{
	pause();
	return 0;
}

/* As `ps e` does: to look, not to write. */
static int look_into_child(void)
{
	char path[32];
	pid_t pid = fork();
	int fd, err;

	if (pid < 0)
		return -errno;
	if (!pid)
		_exit(wait_to_be_killed());
	snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	err = fd < 0 ? errno : close_with(fd, 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return err;
}

#ifdef __x86_64__
#define PORT_OF_DELAYS 0x80 /* nothing listens there */

static int ask_for_port(void)
{
	if (ioperm(PORT_OF_DELAYS, 1, 1))
		return errno == ENOSYS ? WARDEN_TRIAL_ABSENT : EACCES; /* EPERM, whoever refused */
	ioperm(PORT_OF_DELAYS, 1, 0);
	return 0;
}
#else
static int ask_for_port(void)
{
	return WARDEN_TRIAL_ABSENT;
}
#endif

/*
 * Registers in samples, and whether there is a hibernation: both ask. Nothing comes of it. Where counters are
 * refused before, and nothing hibernates, a port is asked for, if this kernel gives any to a program.
 */
static int ask_lockdown(void)
{
	char states[64];
	int fd = open_counter(PERF_SAMPLE_REGS_INTR), err = fd < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	fd = open("/sys/power/state", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err ? ask_for_port() : 0;
	if (read(fd, states, sizeof(states)) < 0)
		err = errno;
	return close_with(fd, err);
}

static int make_directory(void)
{
	char path[] = "/tmp/warden-canary-XXXXXX";

	if (!mkdtemp(path))
		return -errno;
	return rmdir(path) ? -errno : 0;
}

/* A message without a request in it: it is sent, and nothing is asked. */
static int send_nothing(void)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct nlmsghdr nothing_asked = { .nlmsg_len = NLMSG_HDRLEN, .nlmsg_type = NLMSG_NOOP };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);

	if (fd < 0)
		return -errno;
	return close_with(fd, outcome(sendto(fd, &nothing_asked, sizeof(nothing_asked), 0,
					     (struct sockaddr *)&kernel, sizeof(kernel))));
}

static int make_child(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	if (pid < 0 || waitpid(pid, NULL, 0) != pid)
		return -errno;
	return 0;
}

static const struct sockaddr_un no_name = { .sun_family = AF_UNIX };

/* To a server that has a name of the kernel's own choice. */
static int connect_locally(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), err = -errno, server;
	struct sockaddr_un name;
	socklen_t len = sizeof(name);

	if (fd < 0)
		return err;
	server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server < 0 || bind(server, (const struct sockaddr *)&no_name, sizeof(sa_family_t)) ||
	    listen(server, 1) || getsockname(server, (struct sockaddr *)&name, &len))
		err = -errno;
	else
		err = outcome(connect(fd, (struct sockaddr *)&name, len));
	if (server >= 0)
		close(server);
	return close_with(fd, err);
}

static int send_locally(void)
{
	int pair[2], err;

	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair))
		return -errno;
	err = outcome(send(pair[0], "", 1, 0));
	close(pair[1]);
	return close_with(pair[0], err);
}

static int close_file(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : outcome(close(fd));
}

/* Several addresses at once, to where nobody listens; nothing is loaded for it. */
static int associate(void)
{
	struct sockaddr_in address = discard_at_loopback();
	int fd, err;

	if (access("/proc/sys/net/sctp", F_OK))
		return WARDEN_TRIAL_ABSENT;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_SCTP);
	if (fd < 0)
		return errno == EACCES ? WARDEN_TRIAL_ABSENT : -errno;
	err = outcome(setsockopt(fd, IPPROTO_SCTP, SCTP_SOCKOPT_CONNECTX, &address, sizeof(address)));
	return close_with(fd, err == EINPROGRESS ? 0 : err);
}

static int set_option(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), one = 1;

	if (fd < 0)
		return -errno;
	return close_with(fd, outcome(setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &one, sizeof(one))));
}

/* In a network of its own, which goes with it, where there are such. */
static int attach_in_network(void)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd;

	if (unshare(CLONE_NEWNET) && errno != EINVAL)
		return errno;
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	return fd < 0 ? errno : close_with(fd, outcome(ioctl(fd, TUNSETIFF, &request)));
}

static int attach_tunnel(void)
{
	return access("/sys/class/misc/tun", F_OK) ? WARDEN_TRIAL_ABSENT : in_child(attach_in_network);
}

/* The kernel made the canary device anew when the probe began. */
static int nothing(void)
{
	return 0;
}

/*
 * To a server of one's own, where the policy lets be one. Several times: a soft interrupt may
 * come to be another task's, so that nobody notes what it reached.
 */
static int begin_connections(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), err = WARDEN_TRIAL_ABSENT, i;
	socklen_t len = sizeof(at);

	if (!bind(server, (struct sockaddr *)&at, sizeof(at)) && !listen(server, 8) &&
	    !getsockname(server, (struct sockaddr *)&at, &len))
		err = 0;
	for (i = 0; i < 4 && !err; i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (connect(fd, (struct sockaddr *)&at, len))
			err = WARDEN_TRIAL_ABSENT;
		close(fd);
	}
	close(server);
	return err;
}

static const struct warden_trial trials[] = {
	{ "the canary device was taken away", WARDEN_HOOK_DEVICE_DEL, nothing, 0 },
	{ "the canary device was made", WARDEN_HOOK_DEVICE_ADD, nothing, 0 },
	{ "open the canary device", WARDEN_HOOK_FILE_OPEN, open_sensor, 0 },
	{ "receive a descriptor", WARDEN_HOOK_FILE_RECEIVE, receive_descriptor, 0 },
	{ "execute a canary file", WARDEN_HOOK_BPRM_CHECK, execute_file, 0 },
	{ "start wardenctl", WARDEN_HOOK_BPRM_CREDS, start_program, 0 },
	{ "load a canary file as a module", WARDEN_HOOK_READ_FILE, load_module_file, 0 },
	{ "load canary bytes as a module", WARDEN_HOOK_LOAD_DATA, load_module_memory, 0 },
	{ "receive on a UDP port of loopback", WARDEN_HOOK_SOCKET_BIND, receive_port, 0 },
	{ "listen on a TCP port of loopback", WARDEN_HOOK_SOCKET_LISTEN, listen_port, 0 },
	{ "connect to a UDP port of loopback", WARDEN_HOOK_SOCKET_CONNECT, connect_port, 0 },
	{ "send to a UDP port of loopback", WARDEN_HOOK_SOCKET_SENDMSG, send_to_port, 0 },
	{ "make a UDP socket", WARDEN_HOOK_SOCKET_CREATE, make_socket, 0 },
	{ "pass for another program", WARDEN_HOOK_PRCTL, forge_program, 1 },
	{ "unmount a file system", WARDEN_HOOK_SB_DELETE, unmount, 0 },
	{ "ask for a module no kernel has", WARDEN_HOOK_MODULE_REQUEST, request_module, 0 },
	{ "load a BPF program of no instruction", WARDEN_HOOK_BPF, load_bpf, 0 },
	{ "count one's own context switches", WARDEN_HOOK_PERF_EVENT_OPEN, count_switches, 0 },
	{ "look into a child", WARDEN_HOOK_PTRACE_ACCESS, look_into_child, 0 },
	{ "ask for what lockdown would close", WARDEN_HOOK_LOCKED_DOWN, ask_lockdown, 0 },
	{ "load canary bytes once more", WARDEN_HOOK_KERNEL_LOAD_DATA, load_module_memory, 0 },
	{ "make a directory", WARDEN_HOOK_INODE_MKDIR, make_directory, 0 },
	{ "send to generic netlink", WARDEN_HOOK_NETLINK_SEND, send_nothing, 0 },
	{ "make a child", WARDEN_HOOK_TASK_NEW, make_child, 0 },
	{ "accept on a socket of no port", WARDEN_HOOK_SOCKET_ACCEPT, accept_nothing, 0 },
	{ "connect to a local socket", WARDEN_HOOK_UNIX_CONNECT, connect_locally, 0 },
	{ "send to a local socket", WARDEN_HOOK_UNIX_SEND, send_locally, 0 },
	{ "close a file", WARDEN_HOOK_FILE_RELEASE, close_file, 0 },
	{ "have a UDP socket made", WARDEN_HOOK_SOCKET_POST_CREATE, make_socket, 0 },
	{ "associate with an SCTP port", WARDEN_HOOK_SCTP_CONNECT, associate, 0 },
	{ "attach to a tunnel", WARDEN_HOOK_TUN_ATTACH, attach_tunnel, 0 },
	{ "load a BPF program that does nothing", WARDEN_HOOK_BPF_LOAD, load_checked_bpf, 0 },
	{ "set an option of a UDP socket", WARDEN_HOOK_SOCKET_SETSOCKOPT, set_option, 0 },
	{ "begin connections on loopback", WARDEN_HOOK_INET_REQUEST, begin_connections, 0 },
};

_Static_assert(sizeof(trials) / sizeof(*trials) == WARDEN_HOOK_INET_REQUEST + 1,
	       "a hook has no trial");

const struct warden_trial *warden_trial_nth(size_t n)
{
	return n < sizeof(trials) / sizeof(*trials) ? &trials[n] : NULL;
}
