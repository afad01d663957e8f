// SPDX-License-Identifier: GPL-2.0-only
/*
 * gauge - how many instructions an operation costs, in a guest whose clock counts them.
 *
 * In a guest under "-icount shift=0,sleep=off" a nanosecond of CLOCK_MONOTONIC is
 * one instruction of the guest, whoever spends it: the mean of a window holds the
 * interrupts and the kernel threads that ran meanwhile, so nothing can hide by
 * being deferred. The median of its blocks is what the caller alone waits for.
 *
 * Each window stands between two sentinels, getppid(2) counted a thousand times; one
 * whose sentinel is off is thrown away and measured anew. A confinement (Landlock,
 * an AppArmor profile) is taken on by this process for itself and ends with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/videodev2.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gauge.h"

#define BLOCKS_MAX	 400
#define SENTINEL_CALLS	 1000
#define SENTINEL_WINDOWS 101
#define TRIES		 20
#define REST_US		 500000 /* virtual; the kernel ends what the start of a process put off */

static double sentinel; /* 0: no check */
static double tolerance = 5;
static unsigned int iterations = 4000;
static unsigned int block = 100;
static const char *before_window;

void fail(const char *what)
{
	fprintf(stderr, "gauge: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), compare);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

/* --- the ruler ------------------------------------------------------------------ */

static double measure_sentinel(void)
{
	uint64_t start = now();
	int i;

	for (i = 0; i < SENTINEL_CALLS; i++)
		syscall(SYS_getppid);
	return (double)(now() - start) / SENTINEL_CALLS;
}

static bool sentinel_holds(void)
{
	double is = sentinel ? measure_sentinel() : 0;

	return is >= sentinel - tolerance && is <= sentinel + tolerance;
}

/* A loop of two instructions, to see that the clock counts them one by one. */
static double measure_ruler(void)
{
	uint64_t n = 10000000, start = now();

#if defined(__x86_64__)
	__asm__ volatile("1: dec %0; jnz 1b" : "+r"(n) : : "cc");
#elif defined(__aarch64__)
	__asm__ volatile("1: subs %0, %0, #1; b.ne 1b" : "+r"(n) : : "cc");
#else
#error "gauge knows the instructions of amd64 and arm64"
#endif
	return (double)(now() - start) / 20000000;
}

static int cmd_ruler(void)
{
	double v[SENTINEL_WINDOWS];
	size_t i;

	for (i = 0; i < SENTINEL_WINDOWS; i++)
		v[i] = measure_sentinel();
	qsort(v, SENTINEL_WINDOWS, sizeof(*v), compare);
	printf("%.2f %.2f %.2f %.5f\n", v[SENTINEL_WINDOWS / 2], v[SENTINEL_WINDOWS / 10],
	       v[SENTINEL_WINDOWS * 9 / 10], measure_ruler());
	return 0;
}

/* --- confinement ------------------------------------------------------------------ */

#define LANDLOCK_FILES (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE)

static void allow_beneath(int ruleset, const char *path)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = LANDLOCK_FILES };

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		fail(path);
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0))
		fail("landlock_add_rule");
	close(rule.parent_fd);
}

/* One layer that handles reading and writing files, and allows both beneath each of PATH:PATH... */
static void confine_landlock(char *paths)
{
	const struct landlock_ruleset_attr attr = { .handled_access_fs = LANDLOCK_FILES };
	int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	char *path;

	if (ruleset < 0)
		fail("landlock_create_ruleset");
	for (path = strtok(paths, ":"); path; path = strtok(NULL, ":"))
		allow_beneath(ruleset, path);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    syscall(SYS_landlock_restrict_self, ruleset, 0))
		fail("landlock_restrict_self");
	close(ruleset);
}

static void confine_apparmor(const char *profile)
{
	int fd = open("/proc/self/attr/apparmor/current", O_WRONLY | O_CLOEXEC);
	char text[256];
	int len = snprintf(text, sizeof(text), "changeprofile %s", profile);

	if (fd < 0 || write(fd, text, (size_t)len) != len)
		fail(profile);
	close(fd);
}

/* --- operations ----------------------------------------------------------------- */

static int open_node(const char *path)
{
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		fail(path);
	return fd;
}

/* Checked once, so that the loop need not. */
static int try_open(const char *path)
{
	close(open_node(path));
	return -1;
}

static void run_open(const char *path, int fd)
{
	(void)fd;
	close(open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC));
}

/* By a process that has not opened it before, and shares the memory of one that has. */
static void run_first(const char *path, int fd)
{
	pid_t child = vfork();

	(void)fd;
	if (!child) {
		close(open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC));
		_exit(0);
	}
	if (child < 0 || waitpid(child, NULL, 0) != child)
		fail("vfork");
}

static int try_denied(const char *path)
{
	if (open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC) >= 0 || errno != EACCES)
		fail(path);
	return -1;
}

static void run_denied(const char *path, int fd)
{
	(void)fd;
	open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
}

/* No byte is asked for, so that the driver does little: what comes before it is measured. */
static void run_read(const char *path, int fd)
{
	char c;

	(void)path;
	(void)!read(fd, &c, 0);
}

/* The answer is short; what it is does not matter. */
static void run_ioctl(const char *path, int fd)
{
	uint32_t input;

	(void)path;
	ioctl(fd, VIDIOC_G_INPUT, &input);
}

static int prepare_none(const char *path)
{
	return access(path, X_OK) ? -1 : 0;
}

static void run_exec(const char *path, int fd)
{
	pid_t child = fork();
	int status;

	(void)fd;
	if (!child) {
		execl(path, path, "nothing", (char *)NULL);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		fail("fork+exec");
}

/* Two tasks that wake each other, as `perf bench sched pipe` does. One byte there, one back. */
static int pipes[4];

static int prepare_pipe(const char *path)
{
	char c;

	(void)path;
	if (pipe(pipes) || pipe(pipes + 2))
		fail("pipe");
	if (fork())
		return 0;
	close(pipes[1]);
	while (read(pipes[0], &c, 1) == 1)
		if (write(pipes[3], &c, 1) != 1)
			break;
	_exit(0);
}

static void run_pipe(const char *path, int fd)
{
	char c = 'x';

	(void)path;
	(void)fd;
	if (write(pipes[1], &c, 1) != 1 || read(pipes[2], &c, 1) != 1)
		fail("pipe");
}

/*
 * A datagram to another network and one back, over a wire between the two: both
 * ends are here, so that nothing else has to run. The far end is bound to a port
 * that stays open, or to none.
 */
#define ECHO_NEAR "10.99.0.1"
#define ECHO_FAR  "10.99.0.2"
#define ECHO_PORT 7
#define FAR_PORT  9
#define SHUT_PORT 20001 /* closed whenever any is */

static int ends[2] = { -1, -1 };

struct sockaddr_in internet(const char *address, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, address, &a.sin_addr);
	return a;
}

/* A socket of UDP in a network that `ip netns` named, bound to a port unless that is 0. */
static int open_end_of(const char *network, int type, const char *address, uint16_t port)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct sockaddr_in at = internet(address, port);
	char path[64];
	int there, fd;

	snprintf(path, sizeof(path), "/run/netns/%s", network);
	there = open(path, O_RDONLY | O_CLOEXEC);
	if (there < 0 || setns(there, CLONE_NEWNET))
		fail(path);
	fd = socket(AF_INET, type | SOCK_CLOEXEC, type == SOCK_RAW ? IPPROTO_UDP : 0);
	if (fd < 0 || (port && bind(fd, (struct sockaddr *)&at, sizeof(at))) ||
	    setns(home, CLONE_NEWNET))
		fail("a socket in another network");
	close(there);
	close(home);
	return fd;
}

static int open_end(const char *network, const char *address, uint16_t port)
{
	return open_end_of(network, SOCK_DGRAM, address, port);
}

static void join_ends(int fd, const struct sockaddr_in *to)
{
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)))
		fail("connect");
}

static void run_echo(const char *path, int fd)
{
	char c = 'x';

	(void)path;
	(void)fd;
	if (send(ends[0], &c, 1, 0) != 1 || recv(ends[1], &c, 1, 0) != 1 ||
	    send(ends[1], &c, 1, 0) != 1 || recv(ends[0], &c, 1, 0) != 1)
		fail("echo");
}

static int prepare_echo(const char *path)
{
	struct sockaddr_in near = internet(ECHO_NEAR, ECHO_PORT), far;
	struct timeval limit = { .tv_sec = 2 };
	socklen_t len = sizeof(far);

	close(ends[0]); /* of an echo before */
	close(ends[1]);
	ends[0] = open_end("far", ECHO_FAR, strcmp(path, "open") ? 0 : FAR_PORT);
	ends[1] = open_end("near", ECHO_NEAR, ECHO_PORT);
	setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(ends[1], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	join_ends(ends[0], &near);
	getsockname(ends[0], (struct sockaddr *)&far, &len);
	join_ends(ends[1], &far);
	return 0;
}

static const struct op ops[] = {
	{ "open", try_open, run_open },	   { "denied", try_denied, run_denied },
	{ "read", open_node, run_read },   { "ioctl", open_node, run_ioctl },
	{ "exec", prepare_none, run_exec }, { "pipe", prepare_pipe, run_pipe },
	{ "echo", prepare_echo, run_echo }, { "first", try_open, run_first },
};

static const struct op *find_op(const char *kind, size_t len)
{
	size_t i;

	for (i = 0; i < sizeof(ops) / sizeof(*ops); i++)
		if (strlen(ops[i].kind) == len && !strncmp(ops[i].kind, kind, len))
			return &ops[i];
	return find_socket_op(kind, len);
}

/* One window: the mean of all, and the median of the blocks. */
static void run_window(const struct op *op, const char *path, int fd, double *mean, double *middle)
{
	static double v[BLOCKS_MAX];
	unsigned int blocks = iterations / block, i, j;
	uint64_t start, last, t;

	start = last = now();
	for (i = 0; i < blocks; i++) {
		for (j = 0; j < block; j++)
			op->run(path, fd);
		t = now();
		v[i] = (double)(t - last) / block;
		last = t;
	}
	*mean = (double)(last - start) / (blocks * block);
	*middle = median(v, blocks);
}

/* @spec is KIND:PATH. Prints the spec, the mean, the median, and how many windows were discarded. */
static void measure_op(const char *spec)
{
	const char *path = strchr(spec, ':');
	double mean = 0, middle = 0;
	const struct op *op;
	unsigned int i;
	int fd, try;

	if (!path) {
		errno = EINVAL;
		fail(spec);
	}
	op = find_op(spec, (size_t)(path - spec));
	if (!op) {
		errno = EINVAL;
		fail(spec);
	}
	fd = op->prepare(++path);
	if (before_window && system(before_window))
		fail(before_window);
	for (i = 0; i < block; i++)
		op->run(path, fd);
	usleep(REST_US);
	for (try = 0; try < TRIES; try++) {
		bool before = sentinel_holds();

		run_window(op, path, fd, &mean, &middle);
		if (before && sentinel_holds())
			break;
	}
	printf("%s %.2f %.2f %d%s\n", spec, mean, middle, try, try == TRIES ? " unsettled" : "");
	if (fd > 0)
		close(fd);
}

/* --- other uses ------------------------------------------------------------------ */

/* The oracle: an open that must succeed, or must fail so. */
static void expect(const char *path, int err)
{
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if ((fd < 0 ? errno : 0) != err) {
		fprintf(stderr, "gauge: %s: expected %s, got %s\n", path,
			err ? strerror(err) : "success", fd < 0 ? strerror(errno) : "success");
		exit(1);
	}
	if (fd >= 0)
		close(fd);
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

/*
 * What a command and all it started ran for: the scheduler's sums, which count
 * a thousand instructions as a microsecond and no idle time.
 */
static int cmd_time(char **argv)
{
	pid_t child = fork();
	struct rusage usage;
	int status;

	if (!child) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 1);
		dup2(null, 2);
		execvp(argv[0], argv);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &usage) != child)
		fail(argv[0]);
	printf("%.0f\n", 1e9 * (seconds(usage.ru_utime) + seconds(usage.ru_stime)));
	return status ? 1 : 0;
}

/* The oracle of ports: listening there must succeed, or must fail with EACCES. */
static void expect_port(const char *port, bool allowed)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int err;

	address.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)))
		fail(port);
	err = listen(fd, 1) ? errno : 0;
	if (err != (allowed ? 0 : EACCES)) {
		fprintf(stderr, "gauge: port %s: %s\n", port, strerror(err));
		exit(1);
	}
	close(fd);
}

/* A socket that is given a copy of each packet of UDP that came in, whatever its port; nobody sits there. */
static int open_copy(const char *network)
{
	struct timeval limit = { .tv_usec = 200000 };
	int fd = open_end_of(network, SOCK_RAW, ECHO_NEAR, 0);

	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)))
		fail("SO_RCVTIMEO");
	return fd;
}

/* The oracle of packets: does one to the port that every arm closes come in? 0 is yes, 3 is no. */
static int cmd_throw(void)
{
	struct sockaddr_in to = internet(ECHO_NEAR, SHUT_PORT);
	int copy = open_copy("near");
	unsigned char packet[128];

	join_ends(ends[0] = open_end("far", ECHO_FAR, 0), &to);
	if (send(ends[0], "x", 1, 0) != 1)
		fail("send");
	while (recv(copy, packet, sizeof(packet), 0) >= 24)
		if (!memcmp(&packet[22], &to.sin_port, sizeof(to.sin_port)))
			return 0;
	return 3;
}

static int usage(void)
{
	fputs("usage: gauge [OPTION]... [KIND:PATH]...\n"
	      "  KIND  open, first, denied, read, ioctl, exec, pipe, echo, bind, listen, connect,\n"
	      "        connection\n"
	      "  -L PATH:... take on one Landlock layer that allows files beneath the PATHs alone\n"
	      "  -N PORT:... take on one Landlock layer that allows TCP at these ports alone\n"
	      "  -P PROFILE  change to an AppArmor profile\n"
	      "  -s COUNT    what the sentinel must cost      -t COUNT  give or take (5)\n"
	      "  -n COUNT    iterations (4000)                -b COUNT  per block (100)\n"
	      "  -a PATH     fail unless it can be opened     -d PATH   fail unless that is denied\n"
	      "  -e PATH     the same by EPERM   -w COMMAND  run that when all is open, before a window\n"
	      "  -p PORT     fail unless it can be listened on  -q PORT  fail unless that is denied\n"
	      "  -x WHAT     fail unless this is refused: listen, bind, connect, send, six\n"
	      "gauge ruler            what the sentinel costs: median, 10 %, 90 %; insn per insn\n"
	      "gauge time COMMAND...  instructions a command takes\n"
	      "gauge throw            one packet to a port that may be closed; 3 where it is not let in\n"
	      "gauge respond FORBIDDEN PATH...  answer for each open of these (fanotify)\n"
	      "gauge hold PATH        read that into memory that does not come\n"
	      "gauge steady ALLOWED FORBIDDEN  opens both until SIGTERM; prints verdicts, wrong ones\n",
	      stderr);
	return 2;
}

static bool take_option(int c)
{
	switch (c) {
	case 'L': confine_landlock(optarg); break;
	case 'N': confine_landlock_ports(optarg); break;
	case 'P': confine_apparmor(optarg); break;
	case 's': sentinel = strtod(optarg, NULL); break;
	case 't': tolerance = strtod(optarg, NULL); break;
	case 'n': iterations = (unsigned int)strtoul(optarg, NULL, 10); break;
	case 'b': block = (unsigned int)strtoul(optarg, NULL, 10); break;
	case 'a': expect(optarg, 0); break;
	case 'd': expect(optarg, EACCES); break;
	case 'e': expect(optarg, EPERM); break; /* as fanotify denies */
	case 'w': before_window = optarg; break;
	case 'x': expect_refused(optarg); break;
	case 'p': expect_port(optarg, true); break;
	case 'q': expect_port(optarg, false); break;
	default: return false;
	}
	return block && iterations >= block && iterations / block <= BLOCKS_MAX;
}

int main(int argc, char **argv)
{
	int c;

	if (argc == 2 && !strcmp(argv[1], "nothing"))
		return 0;
	if (argc == 2 && !strcmp(argv[1], "ruler"))
		return cmd_ruler();
	if (argc == 2 && !strcmp(argv[1], "throw"))
		return cmd_throw();
	if (argc > 2 && !strcmp(argv[1], "time"))
		return cmd_time(argv + 2);
	if (argc > 2 && !strcmp(argv[1], "respond"))
		cmd_respond(argv + 2);
	if (argc == 3 && !strcmp(argv[1], "hold"))
		return cmd_hold(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "steady"))
		return cmd_steady(argv[2], argv[3]);
	while ((c = getopt(argc, argv, "L:N:P:s:t:n:b:a:d:e:w:x:p:q:")) != -1)
		if (!take_option(c))
			return usage();
	for (; optind < argc; optind++)
		measure_op(argv[optind]);
	return 0;
}
