// SPDX-License-Identifier: GPL-2.0-only
/*
 * Warden comes whole, stays against root's will, and goes when it is told to,
 * whoever holds a sensor.
 */
#include <fcntl.h>
#include <linux/bpf.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/harness.h"
#include "lib/camera.h"
#include "lib/life.h"

#define FTRACE	       "/proc/sys/kernel/ftrace_enabled"
#define CYCLES	       100
#define CYCLES_TIMEOUT 7200
#define HOOKS_MIN      9

#define STATEMENTS                                                                                 \
	"program recorder { path \"/usr/bin/v4l2-ctl\"; }\n"                                       \
	"program listener { path \"/usr/bin/arecord\"; }\n"                                        \
	"program server { path \"/usr/bin/nc.openbsd\"; }\n"                                       \
	"program tester { path \"%s\"; }\n"                                                        \
	"purpose door \"Show who is at the door\";\n"                                              \
	"default sensor deny;\ndefault listen deny;\nmeasure exec, module;\n"                      \
	"allow recorder use camera for door with consent;\n"                                       \
	"allow listener use microphone for door with consent;\n"                                   \
	"allow tester use any;\nallow server listen tcp 7001;\n"

static int open_errno(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

FIXTURE(life)
{
	char camera[128];
};

FIXTURE_SETUP(life)
{
	if (access(LIFE_MODULE, F_OK))
		SKIP(return, "there is no " LIFE_MODULE);
	if (!life_is())
		ASSERT_EQ(0, life_begin("boot=deny"));
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_EQ(0, device_load("snd-aloop", "pcm_substreams=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
}

FIXTURE_TEARDOWN(life)
{
	if (!life_is())
		life_begin("boot=deny");
}

static long bpf(int cmd, union bpf_attr *attr)
{
	return syscall(SYS_bpf, cmd, attr, sizeof(*attr));
}

static bool is_ours(int prog)
{
	struct bpf_prog_info info = { 0 };
	union bpf_attr attr = { .info = { .bpf_fd = (uint32_t)prog, .info_len = sizeof(info),
					  .info = (uintptr_t)&info } };

	return !bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) && !strncmp(info.name, "warden_", 7);
}

/* The program of a link, by descriptor. */
static int prog_of(int link)
{
	struct bpf_link_info info = { 0 };
	union bpf_attr attr = { .info = { .bpf_fd = (uint32_t)link, .info_len = sizeof(info),
					  .info = (uintptr_t)&info } };
	union bpf_attr get = { 0 };

	if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attr))
		return -1;
	get.prog_id = info.prog_id;
	return (int)bpf(BPF_PROG_GET_FD_BY_ID, &get);
}

/* Try to take each of our links off; gives how many there are, or -1 when one went. */
static int detach_links(void)
{
	union bpf_attr next = { 0 };
	int ours = 0;

	while (!bpf(BPF_LINK_GET_NEXT_ID, &next)) {
		union bpf_attr get = { .link_id = next.next_id };
		int link = (int)bpf(BPF_LINK_GET_FD_BY_ID, &get);
		union bpf_attr detach = { .link_detach = { .link_fd = (uint32_t)link } };
		int prog = prog_of(link);

		if (is_ours(prog)) {
			ours++;
			if (!bpf(BPF_LINK_DETACH, &detach) || errno != EOPNOTSUPP)
				return -1;
		}
		close(prog);
		close(link);
		next.start_id = next.next_id;
	}
	return ours;
}

/* This process was refused the camera once, by no rule. */
static struct claim refused(const char *reason)
{
	return (struct claim){
		.domain = "sensor", .reason = reason, .program = warden_self(),
		.object = CAMERA_TOPOLOGY, .line = UINT32_MAX, .pid = getpid(), .times = 1,
	};
}

TEST_F(life, root_cannot_detach_a_link)
{
	const struct claim denied = refused("program-unknown");
	struct mark m;

	ASSERT_LOADED(warden_policy("default sensor deny;\n"));
	m = evidence_mark();
	EXPECT_LE(HOOKS_MIN, detach_links());
	EXPECT_EQ(EACCES, open_errno(self->camera));
	EXPECT_FOUND(evidence_of_denial(&m, &denied));
	ASSERT_LOADED(warden_policy("default sensor deny;\nallow any use camera;\n"));
	EXPECT_EQ(0, open_errno(self->camera));
}

static int find_map(const char *name, uint32_t *flags)
{
	union bpf_attr next = { 0 };

	while (!bpf(BPF_MAP_GET_NEXT_ID, &next)) {
		struct bpf_map_info info = { 0 };
		union bpf_attr get = { .map_id = next.next_id };
		int map = (int)bpf(BPF_MAP_GET_FD_BY_ID, &get);
		union bpf_attr attr = { .info = { .bpf_fd = (uint32_t)map,
						  .info_len = sizeof(info),
						  .info = (uintptr_t)&info } };

		if (!bpf(BPF_OBJ_GET_INFO_BY_FD, &attr) && !strcmp(info.name, name)) {
			*flags = info.map_flags;
			return map;
		}
		close(map);
		next.start_id = next.next_id;
	}
	return -1;
}

TEST_F(life, root_cannot_open_the_gate)
{
	static char value[65536];
	uint32_t zero = 0, flags = 0;
	int map = find_map("warden_b.bss", &flags);
	union bpf_attr attr = { 0 };

	ASSERT_LE(0, map);
	attr.map_fd = (uint32_t)map;
	attr.key = (uintptr_t)&zero;
	attr.value = (uintptr_t)value;
	ASSERT_EQ(0, bpf(BPF_MAP_LOOKUP_ELEM, &attr));
	EXPECT_EQ(-1, bpf(BPF_MAP_UPDATE_ELEM, &attr));
	EXPECT_EQ(EPERM, errno);
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0));
	EXPECT_TRUE(flags & BPF_F_RDONLY_PROG);
}

TEST_F(life, rmmod_without_stop_is_refused)
{
	struct client c;

	EXPECT_EQ(1, client_run(&c, ARGV("rmmod", "warden")));
	EXPECT_NE(NULL, strstr(c.text, "in use"))
	{
		TH_LOG("%s", c.text);
	}
	client_end(&c);
	EXPECT_TRUE(life_is());
	EXPECT_EQ(-1, syscall(SYS_delete_module, "warden", O_NONBLOCK));
	EXPECT_TRUE(errno == EWOULDBLOCK || errno == EBUSY);
}

TEST_F(life, a_probe_after_stop_says_that_nothing_is_attached)
{
	struct mark m = evidence_mark();

	ASSERT_EQ(0, warden_ctl(ARGV("policy", "probe")));
	ASSERT_EQ(0, warden_ctl(ARGV("stop")));
	EXPECT_EQ(1, warden_ctl(ARGV("policy", "probe")));
	EXPECT_NE(NULL, strstr(warden_said(), "no program is attached; see wardenctl status"))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_EQ(1, warden_ctl(ARGV("policy", "probe")));
	EXPECT_FOUND(evidence_of_event(&m, &(struct claim){ .event = "stop" }));
	EXPECT_EQ(NULL, evidence_find(&m, &(struct claim){ .event = "probe", .object = "failed" }, 0));
	ASSERT_EQ(0, life_run(ARGV("rmmod", "warden")));
}

/* Remove by force in a child; it ends with 0 once the module is gone. */
static pid_t force_out(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(syscall(SYS_delete_module, "warden", O_NONBLOCK | O_TRUNC) ? errno : 0);
	return pid;
}

TEST_F(life, removal_by_force_waits_for_stop_and_enforcement_goes_on)
{
	struct client watch;
	int status = -1;
	uint64_t denials;
	pid_t pid;

	if (!access("/proc/lockdep", F_OK))
		SKIP(return, "a forced removal switches lockdep off");
	ASSERT_LOADED(warden_policy("default sensor deny;\nallow any use camera;\n"));
	EXPECT_EQ(0, open_errno(self->camera));
	denials = warden_status("denials");
	ASSERT_EQ(0, client_start(&watch, ARGV("wardenctl", "audit", "watch", "--json")));
	sleep(2);
	pid = force_out();
	sleep(2);
	EXPECT_TRUE(life_is());
	if (waitpid(pid, &status, WNOHANG) == pid) {
		/* CONFIG_MODULE_FORCE_UNLOAD is not set: refused like any other */
		EXPECT_EQ(EWOULDBLOCK, WEXITSTATUS(status));
		client_end(&watch);
		return;
	}
	/* A module that goes lists nothing more, and says so; its records are told. */
	EXPECT_EQ(1, warden_ctl(ARGV("consent", "list")));
	EXPECT_NE(NULL, strstr(warden_said(), "wardenctl stop lets it go"))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_EQ(EACCES, open_errno(self->camera));
	EXPECT_TRUE(client_says(&watch, "\"action\":\"deny\",\"reason\":\"stopping\"", 10000))
	{
		TH_LOG("%s", watch.text);
	}
	client_end(&watch);
	EXPECT_EQ(denials + 1, warden_status("denials"));
	EXPECT_EQ(0, warden_ctl(ARGV("stop")));
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_FALSE(life_is());
}

static int write_ftrace(const char *word)
{
	int fd = open(FTRACE, O_WRONLY | O_CLOEXEC);
	int err = fd < 0 || write(fd, word, strlen(word)) < 0 ? errno : 0;

	close(fd);
	return err;
}

/* One test, as each life of the module costs seconds. */
TEST_F(life, boot_says_what_holds_until_the_first_policy_and_takes_two_words)
{
	const struct claim denied = refused("boot-profile");
	struct claim observed = refused("boot-profile");
	struct client c;
	struct mark m;

	ASSERT_EQ(0, life_end());
	EXPECT_EQ(0, open_errno(self->camera));
	EXPECT_EQ(1, client_run(&c, ARGV("insmod", LIFE_MODULE, "boot=allow")));
	client_end(&c);
	EXPECT_FALSE(life_is());

	/* where ftrace is off nobody would call the programs */
	ASSERT_EQ(0, write_ftrace("0"));
	EXPECT_EQ(0, life_begin("boot=deny"));
	EXPECT_EQ(0, write_ftrace("1"));
	EXPECT_EQ(0, warden_ctl(ARGV("status")));
	EXPECT_NE(NULL, strstr(warden_said(), "write 1 to " FTRACE))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_EQ(0, warden_status("attached"));
	EXPECT_EQ(0, open_errno(self->camera));
	ASSERT_EQ(0, life_run(ARGV("rmmod", "warden")));

	ASSERT_EQ(0, life_begin("boot=observe"));
	m = evidence_mark();
	observed.observed = true;
	EXPECT_EQ(0, open_errno(self->camera));
	EXPECT_FOUND(evidence_of_denial(&m, &observed));
	ASSERT_EQ(0, life_end());

	ASSERT_EQ(0, life_begin("boot=deny"));
	m = evidence_mark();
	EXPECT_EQ(EACCES, open_errno(self->camera));
	EXPECT_FOUND(evidence_of_denial(&m, &denied));
	ASSERT_LOADED(warden_policy("default sensor deny;\nallow any use camera;\n"));
	EXPECT_EQ(0, open_errno(self->camera));
}

/* Those that use Warden's objects while it goes. */
struct clients {
	struct client streamer;
	struct client recorder;
	struct client server;
	pid_t holder;
};

/* One that opens a sensor and then does nothing. */
static pid_t hold(const char *node)
{
	pid_t pid = sight_fork();

	if (pid)
		return pid;
	open(node, O_RDWR);
	for (;;)
		pause();
}

static const char *start_clients(struct clients *c, const char *camera)
{
	client_start(&c->streamer, ARGV("v4l2-ctl", "-d", camera, "--set-parm=10", "--stream-mmap",
					"--set-fmt-video=width=320,height=180,pixelformat=YUYV",
					"--verbose"));
	/* not into a pipe that nobody reads: who waits there notices no end, and stays mapped */
	client_start(&c->recorder, ARGV("arecord", "-q", "-D", CAPTURE, "-f", "S16_LE", "-r",
					"8000", "-c", "2", "-t", "raw", "/dev/null"));
	client_start(&c->server, ARGV("nc", "-l", "-k", "127.0.0.1", "7001"));
	/* vbi0: the camera's own buffers belong to who streams */
	c->holder = hold("/dev/vbi0");
	if (!client_says(&c->streamer, "cap dqbuf", 30000))
		return c->streamer.text;
	client_says(&c->recorder, NULL, 100);
	if (!client_runs(&c->recorder))
		return c->recorder.text;
	if (!client_runs(&c->server))
		return c->server.text;
	return warden_status("sessions") < 3 ? "fewer than three sessions" : NULL;
}

static void end_clients(struct clients *c)
{
	client_end(&c->streamer);
	client_end(&c->recorder);
	client_end(&c->server);
	kill(c->holder, SIGKILL);
	waitpid(c->holder, NULL, 0);
}

/* One life of the module, clients and all; NULL, or what went wrong. */
static const char *live_once(const char *camera)
{
	struct clients c;
	const char *why;
	int status;

	if (life_begin("boot=deny"))
		return "insmod failed";
	if (warden_load(warden_policy(STATEMENTS, warden_self())) ||
	    warden_grant("recorder", "camera", "door") ||
	    warden_grant("listener", "microphone", "door"))
		return warden_said();
	why = start_clients(&c, camera);
	if (why) {
		printf("# %s\n", why);
		end_clients(&c);
		return "a client did not work";
	}
	status = warden_ctl(ARGV("stop"));
	if (!status)
		status = life_run(ARGV("rmmod", "warden"));
	/* Whoever did not give up has its device back. */
	end_clients(&c);
	return status || life_is() ? "it did not go" : NULL;
}

static struct claim told(const char *event, const char *reason, pid_t pid)
{
	return (struct claim){
		.event = event, .domain = "sensor", .reason = reason, .program = warden_self(),
		.object = CAMERA_TOPOLOGY, .pid = pid,
	};
}

/*
 * The camera streams and its memory is mapped, once by a process that closed the
 * descriptor; the microphone is recorded. Then comes the module, which tells of all, and
 * a policy, which ends what it does not allow and leaves the rest.
 */
TEST_F(life, what_was_open_before_is_a_session_and_ends_with_the_policy)
{
	struct claim begun = told("session-start", "open-before", getpid());
	struct claim ended = told("session-end", "policy-changed", getpid());
	struct sight *s = sight_new(), *toucher = sight_new();
	struct client recorder;
	struct camera c;
	struct mark all;

	ASSERT_EQ(0, life_end());
	ASSERT_EQ(0, camera_open(&c, self->camera));
	ASSERT_EQ(0, camera_start(&c));
	camera_watch(&c, s);
	sight_touch(c.buffer[0], toucher);
	client_start(&recorder, ARGV("arecord", "-q", "-D", CAPTURE, "-f", "S16_LE", "-r", "8000",
				     "-c", "2", "-t", "raw", "/dev/null"));
	ASSERT_TRUE(sight_flows(s, 3, 20000));
	ASSERT_EQ(0, life_begin("boot=deny"));
	all = evidence_mark();
	all.seq = 0;
	EXPECT_FOUND(evidence_of_event(&all, &begun));
	EXPECT_LE(2, warden_status("sessions"));
	EXPECT_TRUE(sight_flows(s, 2, 20000));
	EXPECT_EQ(EACCES, open_errno(self->camera));
	ASSERT_LOADED(warden_policy("default sensor deny;\nallow any use microphone;\n"));
	EXPECT_FOUND(evidence_of_event(&all, &ended));
	wait(NULL);
	wait(NULL);
	EXPECT_EQ(EACCES, s->ioctl_errno);
	EXPECT_EQ(EACCES, s->read_errno);
	EXPECT_EQ(EACCES, s->mmap_errno);
	EXPECT_NE(0, toucher->fault);
	EXPECT_TRUE(client_runs(&recorder));
	camera_close(&c);
	EXPECT_EQ(1, warden_status("sessions"));
	client_end(&recorder);
	EXPECT_EQ(0, warden_status("sessions"));
}

/* What anybody may open: an attribute of the camera, and a file that shows nothing. */
#define ATTRIBUTE     "/sys/class/video4linux/%s/dev_debug"
#define FREE_FILE     "/proc/self/status"
#define OPEN_FILES    70000
#define OPENED_OFTEN  300
#define DESCRIPTORS   (2 * OPEN_FILES + OPENED_OFTEN + 64)

/* Two free files by turns, so that none of them stands beside a copy. */
static int open_free(void)
{
	int fd[2] = { open(FREE_FILE, O_RDONLY), open(FREE_FILE, O_RDONLY) };
	int i;

	for (i = 0; i < OPEN_FILES; i++)
		if (dup(fd[0]) < 0 || dup(fd[1]) < 0)
			return errno;
	return 0;
}

/* 0 where each open of a file can be read, or all give one errno; -1 where they differ. */
static int read_each(const int *fd, int nr)
{
	int i, err, first = -2;
	char c;

	for (i = 0; i < nr; i++) {
		err = pread(fd[i], &c, 1, 0) == 1 ? 0 : errno;
		if (first != -2 && err != first)
			return -1;
		first = err;
	}
	return first;
}

/* One that opens an attribute many times, behind a hundred thousand descriptors that show nothing. */
TEST_F(life, no_number_of_open_files_hides_one_that_was_open_before)
{
	const struct rlimit room = { DESCRIPTORS, DESCRIPTORS };
	char path[256];
	int fd[OPENED_OFTEN], i;

	ASSERT_EQ(0, life_end());
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &room));
	ASSERT_EQ(0, open_free());
	snprintf(path, sizeof(path), ATTRIBUTE, strrchr(self->camera, '/') + 1);
	for (i = 0; i < OPENED_OFTEN; i++) {
		fd[i] = open(path, O_RDONLY | O_CLOEXEC);
		ASSERT_LE(0, fd[i]);
	}
	EXPECT_EQ(0, read_each(fd, OPENED_OFTEN));
	ASSERT_EQ(0, life_begin("boot=deny"));
	EXPECT_EQ(OPENED_OFTEN, warden_status("sessions"));
	EXPECT_EQ(0, read_each(fd, OPENED_OFTEN));
	ASSERT_LOADED(warden_policy("default sensor deny;\n"));
	EXPECT_EQ(EACCES, read_each(fd, OPENED_OFTEN));
	EXPECT_EQ(0, close_range(3, ~0U, 0));
}

TEST_F_TIMEOUT(life, comes_and_goes_with_clients_running, CYCLES_TIMEOUT)
{
	const char *asked = getenv("WARDEN_CYCLES");
	int cycles = asked ? atoi(asked) : CYCLES, i;
	uint64_t start = now_ns();

	ASSERT_EQ(0, life_end());
	for (i = 0; i < cycles; i++)
		ASSERT_EQ(NULL, live_once(self->camera))
		{
			TH_LOG("in life %d: %s", i + 1, warden_said());
		}
	printf("# %d lives in %.1f s\n", cycles, (double)(now_ns() - start) / 1e9);
}

TEST_HARNESS_MAIN
