// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a task was allowed at a port is not asked again, and no longer allowed as soon as anything
 * changes that it depends on: the policy, the program, or whose number the task's is.
 */
#include <fcntl.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/harness.h"

#define PORT	  7801
#define PORT_TEXT "7801"
#define ANYBODYS  7802 /* for which nobody needs a ticket */
#define TIMES	  40

#define PROGRAM "/var/tmp/test-ticket-holder"

#define POLICY                                                                                     \
	"program tester { path \"%s\"; }\nprogram holder { path \"" PROGRAM "\"; }\n"              \
	"default listen deny;\ndefault connect deny;\n"                                            \
	"allow any listen any 7802;\nallow any connect any 7802;\n"

static uint16_t port = PORT; /* of what is done */

FIXTURE(ticket)
{
	struct mark mark;
};

FIXTURE_SETUP(ticket)
{
	char copy[512];

	snprintf(copy, sizeof(copy), "cp %s " PROGRAM " && echo own >>" PROGRAM, warden_beside("stranger"));
	ASSERT_TRUE(client_shell(copy));
	ASSERT_LOADED(warden_policy(POLICY "allow tester listen any %u;\nallow holder listen tcp %u;\n"
				    "allow tester connect any %u;\n", warden_self(), PORT, PORT, PORT));
	self->mark = evidence_mark();
}

FIXTURE_TEARDOWN(ticket)
{
	unlink(PROGRAM);
}

/* A socket at the port, or on its way there; it is gone when the next program runs. */
static int bound(int type)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one));
	return bind(fd, (struct sockaddr *)&at, sizeof(at)) ? -errno : fd;
}

static int join(int type)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	int err = connect(fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0;

	close(fd);
	return err;
}

/* Each is asked for the port alone: 0 or the errno. */
static int by_listen(int server)
{
	return listen(server, TIMES * 3) ? errno : 0;
}

static int by_accept(int server)
{
	int fd = accept(server, NULL, NULL);
	int err = fd < 0 && errno != EAGAIN ? errno : 0;

	close(fd);
	return err;
}

static int by_bind(int server)
{
	int fd = bound(SOCK_DGRAM);

	(void)server;
	close(fd);
	return fd < 0 ? -fd : 0;
}

static int by_connect(int server)
{
	(void)server;
	return join(SOCK_DGRAM);
}

static int by_connect_tcp(int server)
{
	(void)server;
	return join(SOCK_STREAM);
}

static const struct {
	const char *name;
	int (*act)(int server);
} acts[] = {
	{ "listen", by_listen },   { "accept", by_accept }, { "bind of UDP", by_bind },
	{ "connect of UDP", by_connect }, { "connect of TCP", by_connect_tcp },
};

/* Calls into the module while something is done @times times, and while the count is asked for. */
static uint64_t calls_of(int (*act)(int server), int server, int times)
{
	uint64_t before = warden_status("calls");
	int i;

	for (i = 0; i < times; i++)
		if (act(server))
			return UINT64_MAX;
	return warden_status("calls") - before;
}

/* With room for all who connect and are not accepted. */
static int make_server(void)
{
	int fd = bound(SOCK_STREAM);

	return fd < 0 || listen(fd, TIMES * 3) ? -1 : fd;
}

TEST_F(ticket, is_good_for_the_same_question_by_the_same_task)
{
	int server = make_server(), anybodys;
	size_t i;

	ASSERT_LE(0, server);
	port = ANYBODYS;
	anybodys = make_server();
	ASSERT_LE(0, anybodys);
	for (i = 0; i < ARRAY_SIZE(acts); i++) {
		uint64_t calls, others; /* of the server, where a connection begins; of a mark elsewhere */

		port = ANYBODYS;
		others = calls_of(acts[i].act, anybodys, TIMES);
		port = PORT;
		EXPECT_EQ(0, acts[i].act(server));
		calls = calls_of(acts[i].act, server, TIMES);
		EXPECT_GT(others + TIMES / 2, calls)
		{
			TH_LOG("%s: %llu calls", acts[i].name, (unsigned long long)calls);
		}
	}
	close(anybodys);
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	close(server);
}

/* Where a kind of question gets no tickets, the empty places of another's are none. */
TEST_F(ticket, of_one_kind_answers_nothing_of_another)
{
	ASSERT_LOADED(warden_policy(POLICY "allow tester connect any %u;\n"
				    "allow tester listen tcp 7803 at 192.0.2.1;\n", warden_self(), PORT));
	EXPECT_EQ(0, by_connect(-1));
	EXPECT_EQ(0, by_connect(-1));
	port = 0;
	EXPECT_EQ(EACCES, by_bind(-1));
	port = PORT;
}

/* What comes back as it was is asked again all the same. */
TEST_F(ticket, ends_with_the_policy_it_was_given_under)
{
	int server = make_server();
	size_t i;

	ASSERT_LE(0, server);
	for (i = 0; i < ARRAY_SIZE(acts); i++)
		EXPECT_EQ(0, acts[i].act(server));
	ASSERT_LOADED(warden_policy(POLICY, warden_self()));
	for (i = 0; i < ARRAY_SIZE(acts); i++) {
		EXPECT_EQ(EACCES, acts[i].act(server))
		{
			TH_LOG("%s", acts[i].name);
		}
	}
	ASSERT_LOADED(warden_policy(POLICY "allow tester listen any %u;\n", warden_self(), PORT));
	EXPECT_EQ(0, by_listen(server));
	EXPECT_EQ(0, by_accept(server));
	EXPECT_EQ(EACCES, by_connect(server));
	close(server);
}

/* Another program in quarantine is no reason to refuse this one, and one to ask. */
TEST_F(ticket, ends_with_a_change_of_the_quarantine)
{
	int server = make_server();
	uint64_t asking = calls_of(by_listen, server, 0);

	ASSERT_LE(0, server);
	EXPECT_EQ(0, by_listen(server));
	ASSERT_EQ(0, warden_ctl(ARGV("quarantine", "add", PROGRAM)));
	EXPECT_EQ(asking + 1, calls_of(by_listen, server, 1));
	EXPECT_EQ(asking, calls_of(by_listen, server, 1));
	ASSERT_EQ(0, warden_ctl(ARGV("quarantine", "remove", PROGRAM)));
	EXPECT_EQ(asking + 1, calls_of(by_listen, server, 1));
	close(server);
}

/* A sensor; what uses it may send to another address alone. */
#define SENSOR "/dev/warden-canary"

static int use_and_connect(void)
{
	int i;

	for (i = 0; i < 2; i++)
		if (join(SOCK_DGRAM))
			return 100;
	close(open(SENSOR, O_RDONLY | O_CLOEXEC));
	return join(SOCK_DGRAM);
}

TEST_F(ticket, is_not_looked_at_once_the_process_used_a_sensor)
{
	struct claim denied = { .domain = "egress", .reason = "port-not-named", .program = "tester",
				.line = UINT32_MAX, .port = PORT + 1, .times = 1 };
	pid_t pid;
	int status;

	ASSERT_LOADED(warden_policy(POLICY "default sensor deny;\nallow tester use any;\n"
				    "egress allow tester while using any to 127.0.0.2;\n"
				    "allow tester connect any %u;\n", warden_self(), PORT));
	self->mark = evidence_mark();
	pid = fork();
	if (!pid)
		_exit(use_and_connect());
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(EACCES, WEXITSTATUS(status));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
	EXPECT_EQ(0, join(SOCK_DGRAM));
}

/* Become a program that listens: it exits with 0 where it may, and with 1. */
static _Noreturn void become(const char *program)
{
	const char *const words[] = { program, "listen", PORT_TEXT, NULL };

	dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
	execv(program, (char *const *)words);
	_exit(101);
}

/* A task that was allowed to listen becomes a program that is not. */
static void *become_another(void *server)
{
	int i;

	for (i = 0; i < 2; i++)
		if (by_listen(*(int *)server))
			_exit(100);
	become(warden_beside("stranger"));
}

static int run_child(bool by_thread)
{
	pid_t pid = fork();
	int status, server;
	pthread_t thread;

	if (!pid) {
		server = make_server();
		if (server < 0)
			_exit(102);
		if (!by_thread)
			become_another(&server);
		if (pthread_create(&thread, NULL, become_another, &server))
			_exit(103);
		pthread_join(thread, NULL);
		_exit(104);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(ticket, is_not_had_by_the_next_program_of_the_task)
{
	struct claim denied = {
		.domain = "listen", .reason = "program-unknown", .port = PORT + 1,
		.program = warden_beside("stranger"), .line = UINT32_MAX, .times = 2,
	};

	EXPECT_EQ(1, run_child(false));
	EXPECT_EQ(1, run_child(true));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

/* Run PROGRAM as the process of this number, which must be free; its exit status. */
static int run_as(pid_t pid)
{
	uint64_t numbers[] = { (uint64_t)pid };
	struct clone_args args = { .exit_signal = SIGCHLD, .set_tid = (uintptr_t)numbers,
				   .set_tid_size = 1 };
	long child = syscall(SYS_clone3, &args, sizeof(args));
	int status;

	if (!child)
		become(PROGRAM);
	return child == pid && waitpid(pid, &status, 0) == pid && WIFEXITED(status) ?
		       WEXITSTATUS(status) : -1;
}

/* The number of a process that has ended. */
static pid_t free_number(void)
{
	pid_t pid = fork();

	if (!pid)
		_exit(0);
	return waitpid(pid, NULL, 0);
}

/* Of the same number, started as often, by the same path: and another file. */
TEST_F(ticket, is_not_had_by_the_next_process_of_that_number)
{
	pid_t pid = free_number();
	struct claim denied = {
		.domain = "listen", .reason = "program-unknown", .port = PORT + 1, .program = PROGRAM,
		.line = UINT32_MAX, .pid = pid, .times = 1,
	};

	ASSERT_EQ(0, run_as(pid));
	ASSERT_EQ(0, run_as(pid));
	EXPECT_FOUND(evidence_of_peace(&self->mark));
	ASSERT_TRUE(client_shell("cp " PROGRAM " " PROGRAM ".new && echo other >>" PROGRAM ".new && "
				 "mv " PROGRAM ".new " PROGRAM));
	EXPECT_EQ(1, run_as(pid));
	EXPECT_FOUND(evidence_of_denial(&self->mark, &denied));
}

TEST_HARNESS_MAIN
