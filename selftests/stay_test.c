// SPDX-License-Identifier: GPL-2.0-only
/*
 * A task that stays in one call of the kernel, as any user's may, keeps hooks from being attached
 * and let go. It keeps nobody from taking something away: the device is locked and Warden is
 * stopped at once, by what is attached.
 */
#include <errno.h>
#include <json-c/json.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "lib/harness.h"
#include "lib/camera.h"
#include "lib/cover.h"
#include "lib/genl.h"
#include "lib/stay.h"

#define WAIT_MS 30000
#define LISTEN	(UINT64_C(1) << WARDEN_HOOK_SOCKET_LISTEN)
#define CONNECT (UINT64_C(1) << WARDEN_HOOK_SOCKET_CONNECT)
#define EXEC	(UINT64_C(1) << WARDEN_HOOK_BPRM_CHECK)
#define NEXT	"/tmp/next.policy"
#define SLEEP	"/usr/bin/sleep"
#define FAMILY	"nbd" /* a module with a family of generic netlink */
#define STATEMENTS                                                                                 \
	"program tester { path \"%s\"; }\n"                                                        \
	"default sensor deny;\ndefault protocol allow;\ndefault listen allow;\n"                   \
	"allow tester use camera;\n"
#define OPEN STATEMENTS "default connect allow;\n"
#define SHUT STATEMENTS "default connect deny;\n"

static int connect_errno(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = connect(fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0;

	close(fd);
	return err;
}

static int listen_errno(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int err = listen(fd, 1) ? errno : 0;

	close(fd);
	return err;
}

static bool is_attached(uint64_t hooks)
{
	return (warden_status("attached") & hooks) == hooks;
}

/* Is what is needed attached in time, and nothing else? */
static bool settles(void)
{
	uint64_t until = now_ns() + WAIT_MS * UINT64_C(1000000);

	while (warden_status("attached") != warden_status("wanted") && now_ns() < until)
		usleep(50000);
	return warden_status("attached") == warden_status("wanted");
}

/* NULL where such a record came in time. */
static const char *comes(const struct mark *m, struct claim c)
{
	struct json_object *record = evidence_find(m, &c, WAIT_MS);

	json_object_put(record);
	return record ? NULL : "no such record came";
}

static struct claim ended(const char *reason)
{
	return (struct claim){ .event = "session-end", .domain = "sensor", .reason = reason,
			       .program = "tester", .object = CAMERA_TOPOLOGY };
}

static struct claim denied(const char *domain, const char *reason)
{
	return (struct claim){ .domain = domain, .reason = reason };
}

FIXTURE(stay)
{
	struct cover cover;
	struct camera c, other;
	char camera[128];
	struct client trace, command, other_command, load;
	pid_t stays, restorer;
	struct mark mark;
};

FIXTURE_SETUP(stay)
{
	self->cover.fd = -1;
	self->c.fd = -1;
	self->other.fd = -1;
	self->stays = -1;
	self->restorer = -1;
	warden_load(warden_policy("\n"));
	warden_ctl(ARGV("tamper", "clear")); /* what a test before left, where it failed */
	ASSERT_EQ(0, device_load("uinput", ""));
	ASSERT_EQ(0, device_load("vivid", "n_devs=1"));
	ASSERT_NE(NULL, device_node(CAMERA_TOPOLOGY));
	snprintf(self->camera, sizeof(self->camera), "%s", device_node(CAMERA_TOPOLOGY));
	ASSERT_EQ(0, cover_fit(&self->cover));
	ASSERT_TRUE(cover_move(&self->cover, 1));
}

/* Nobody who waits for it ends before it does. */
FIXTURE_TEARDOWN(stay)
{
	stay_end(self->stays);
	if (self->restorer > 0)
		waitpid(self->restorer, NULL, 0);
	client_end(&self->command);
	client_end(&self->other_command);
	client_end(&self->load);
	client_end(&self->trace);
	camera_close(&self->c);
	if (!warden_status("attached"))
		warden_live_again();
	warden_load(warden_policy("\n"));
	warden_ctl(ARGV("tamper", "clear"));
	cover_take_away(&self->cover);
}

/* After the task that stays has begun, which would else have the camera, too, and be asked out of its call. */
static bool streams(struct camera *c, const char *node)
{
	return !camera_open(c, node) && !camera_start(c) && !camera_frame(c, WAIT_MS);
}

/* A command that needs no hook; -1 where it has to wait. */
static int switch_camera(struct client *command, const char *how)
{
	int status;

	if (client_start(command, ARGV("wardenctl", "sensor", "switch", "camera", how)))
		return -1;
	status = client_wait(command, WAIT_MS);
	if (status >= 0)
		client_end(command);
	return status;
}

/* What the lock takes is attached as long as it can come. */
TEST_F(stay, lock_of_an_opened_device_waits_for_nobody)
{
	uint64_t wanted;

	if (!stay_can_shut())
		SKIP(return, "this kernel traces no functions, or waits for no task that stays");
	ASSERT_LOADED(warden_policy(OPEN, warden_self()));
	ASSERT_TRUE(settles());
	EXPECT_EQ(0, warden_status("attached") & (LISTEN | CONNECT));
	ASSERT_LOADED(warden_policy(OPEN COVER_OPENED, warden_self()));
	EXPECT_TRUE(is_attached(LISTEN | CONNECT));
	wanted = warden_status("wanted");
	EXPECT_EQ(0, listen_errno());
	EXPECT_EQ(0, connect_errno());
	self->stays = stay_shut(&self->trace);
	ASSERT_LT(0, self->stays);
	ASSERT_TRUE(streams(&self->c, self->camera));

	self->mark = evidence_mark();
	ASSERT_TRUE(cover_move(&self->cover, 0));
	EXPECT_FOUND(comes(&self->mark, ended("tampered")));
	EXPECT_NE(0, camera_frame(&self->c, WAIT_MS));
	EXPECT_EQ(-EACCES, camera_open(&self->other, self->camera));
	EXPECT_EQ(EACCES, listen_errno());
	EXPECT_FOUND(comes(&self->mark, denied("listen", "tampered")));
	EXPECT_EQ(EACCES, connect_errno());
	EXPECT_FOUND(comes(&self->mark, denied("connect", "tampered")));
	EXPECT_EQ(0, switch_camera(&self->command, "off"));
	EXPECT_EQ(0, switch_camera(&self->command, "on"));
	EXPECT_EQ(wanted, warden_status("wanted"));
	EXPECT_TRUE(is_attached(wanted));
	EXPECT_TRUE(client_runs(&self->trace));
}

/* In a child, which waits for some seconds for all hooks of the lock. */
static pid_t restore_lock(void)
{
	static struct msg m;
	struct genl g;
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (genl_open(&g))
		_exit(1);
	msg_init(&m, &g, WARDEN_CMD_TAMPER_RESTORE);
	msg_put_u32(&m, WARDEN_A_TAMPER_STARTS, 1);
	msg_put_u32(&m, WARDEN_A_TAMPER_COUNT, 1);
	msg_put_u32(&m, WARDEN_A_TAMPER_LOCKED, 1);
	msg_put_string(&m, WARDEN_A_TAMPER_WHAT, "a life of before");
	_exit(genl_ask(&g, &m, NLM_F_ACK) ? 1 : 0);
}

/* The policy names no input, so nothing is attached for a lock. */
TEST_F(stay, lock_that_is_restored_is_enforced_by_what_is_attached_and_by_the_rest_later)
{
	int status = -1;

	if (!stay_can_shut())
		SKIP(return, "this kernel traces no functions, or waits for no task that stays");
	ASSERT_LOADED(warden_policy(OPEN, warden_self()));
	ASSERT_TRUE(settles());
	self->stays = stay_shut(&self->trace);
	ASSERT_LT(0, self->stays);
	ASSERT_TRUE(streams(&self->c, self->camera));

	self->mark = evidence_mark();
	self->restorer = restore_lock();
	ASSERT_LT(0, self->restorer);
	EXPECT_FOUND(comes(&self->mark, ended("tampered")));
	EXPECT_EQ(-EACCES, camera_open(&self->other, self->camera));
	EXPECT_EQ(0, switch_camera(&self->command, "off"));
	EXPECT_EQ(0, switch_camera(&self->command, "on"));
	EXPECT_EQ(self->restorer, waitpid(self->restorer, &status, 0));
	self->restorer = -1;
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, warden_status("attached") & (LISTEN | CONNECT));
	EXPECT_EQ(LISTEN | CONNECT, warden_status("wanted") & (LISTEN | CONNECT));
	stay_end(self->stays);
	self->stays = -1;
	EXPECT_TRUE(settles());
	EXPECT_TRUE(is_attached(LISTEN | CONNECT));
	EXPECT_EQ(EACCES, listen_errno());
	EXPECT_FOUND(comes(&self->mark, denied("listen", "tampered")));
	EXPECT_EQ(EACCES, connect_errno());
}

/*
 * Whose module goes waits behind a command for a lock of generic netlink, and all other commands
 * behind him. Not each kernel has such a module.
 */
TEST_F(stay, policy_that_needs_a_hook_waits_and_holds_up_no_other_command)
{
	if (!stay_can_shut())
		SKIP(return, "this kernel traces no functions, or waits for no task that stays");
	ASSERT_LOADED(warden_policy(OPEN, warden_self()));
	ASSERT_TRUE(settles());
	device_load(FAMILY, "");
	self->stays = stay_shut(&self->trace);
	ASSERT_LT(0, self->stays);

	ASSERT_TRUE(warden_write(NEXT, warden_policy(SHUT, warden_self())));
	ASSERT_EQ(0, client_start(&self->load, ARGV("wardenctl", "policy", "load", "--force", NEXT)));
	ASSERT_EQ(0, client_start(&self->other_command, ARGV("rmmod", FAMILY)));
	EXPECT_TRUE(client_says(&self->load, "a task stays in one call of the kernel", WAIT_MS));
	EXPECT_EQ(0, switch_camera(&self->command, "off"));
	EXPECT_EQ(0, switch_camera(&self->command, "on"));
	EXPECT_EQ(0, connect_errno());
	EXPECT_TRUE(client_runs(&self->load));
	stay_end(self->stays);
	self->stays = -1;
	EXPECT_EQ(0, client_wait(&self->load, WAIT_MS));
	self->mark = evidence_mark();
	EXPECT_EQ(EACCES, connect_errno());
	EXPECT_FOUND(comes(&self->mark, denied("connect", NULL)));
}

/* By what is attached: the hook of executions, which no policy without programs needs, comes later. */
TEST_F(stay, quarantine_cuts_at_once)
{
	if (!stay_can_shut())
		SKIP(return, "this kernel traces no functions, or waits for no task that stays");
	ASSERT_TRUE(settles());
	ASSERT_EQ(0, warden_status("attached") & EXEC);
	ASSERT_EQ(0, client_start(&self->load, ARGV(SLEEP, "600")));
	self->stays = stay_shut(&self->trace);
	ASSERT_LT(0, self->stays);

	EXPECT_EQ(0, warden_ctl(ARGV("quarantine", "add", SLEEP)));
	EXPECT_EQ(128 + SIGKILL, client_wait(&self->load, WAIT_MS));
	EXPECT_TRUE(client_runs(&self->trace));
	EXPECT_EQ(0, warden_status("attached") & EXEC);
	EXPECT_EQ(EXEC, warden_status("wanted") & EXEC);
	stay_end(self->stays);
	self->stays = -1;
	EXPECT_TRUE(settles());
	EXPECT_TRUE(is_attached(EXEC));
	EXPECT_EQ(0, warden_ctl(ARGV("quarantine", "remove", SLEEP)));
}

/* Whoever stops Warden is told, and need not wait; nobody else has to. */
TEST_F(stay, stop_ends_sessions_at_once_and_lets_go_of_hooks_later)
{
	struct claim stopped = { .event = "stop", .times = 1 };

	if (!stay_is_waited_for())
		SKIP(return, "this kernel waits for no task that stays");
	ASSERT_LOADED(warden_policy(SHUT, warden_self()));
	ASSERT_TRUE(settles());
	self->stays = stay_start(NULL);
	ASSERT_LT(0, self->stays);
	ASSERT_TRUE(streams(&self->c, self->camera));

	self->mark = evidence_mark();
	ASSERT_EQ(0, client_start(&self->trace, ARGV("wardenctl", "stop")));
	EXPECT_FOUND(comes(&self->mark, ended("stopping")));
	EXPECT_NE(0, camera_frame(&self->c, WAIT_MS));
	EXPECT_EQ(-EACCES, camera_open(&self->other, self->camera));
	EXPECT_FOUND(comes(&self->mark, denied("sensor", "stopping")));
	EXPECT_EQ(EACCES, connect_errno());
	EXPECT_FOUND(comes(&self->mark, denied("connect", NULL)));
	EXPECT_EQ(0, switch_camera(&self->command, "off"));
	EXPECT_EQ(0, switch_camera(&self->command, "on"));
	EXPECT_EQ(-EACCES, camera_open(&self->other, self->camera));
	EXPECT_TRUE(client_says(&self->trace, "it goes on by itself", WAIT_MS))
	{
		TH_LOG("%s", self->trace.text);
	}
	EXPECT_TRUE(client_runs(&self->trace));
	EXPECT_EQ(0, warden_ctl(ARGV("status")));
	EXPECT_NE(NULL, strstr(warden_said(), "being stopped"))
	{
		TH_LOG("%s", warden_said());
	}
	client_end(&self->trace);

	camera_close(&self->c);
	stay_end(self->stays);
	self->stays = -1;
	EXPECT_EQ(0, warden_ctl(ARGV("stop")));
	EXPECT_NE(NULL, strstr(warden_said(), "rmmod warden works now"))
	{
		TH_LOG("%s", warden_said());
	}
	EXPECT_EQ(0, warden_status("attached"));
	EXPECT_EQ(0, connect_errno());
	EXPECT_EQ(0, camera_open(&self->other, self->camera));
	camera_close(&self->other);
	EXPECT_EQ(1, evidence_times(&self->mark, &stopped, 0));
	EXPECT_TRUE(warden_live_again());
}

TEST_HARNESS_MAIN
